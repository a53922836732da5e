//! The page of the blacklist: entries with their reasons, a filter, a look whether somebody is kept out, a form.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::vendor::{AccessCheck, AccessPage, Blacklisted, EntryFilter, KINDS, Reason, Source};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    fields::Fields,
    frame::{Frame, Nav},
    moment::Moment,
    names::Names,
    pasted::LineProblem,
    plots::grouped,
    session_rows::told,
    tables::Pages,
    visit::Visit,
};

/// Entries of a page.
const ROWS: usize = 50;

/// What a form had in it that was not taken.
#[derive(Default)]
pub(super) struct Tried {
    pub problem: Option<String>,
    pub lines: Vec<LineProblem>,
}

/// The filter, as it stands in the address.
pub(super) struct Filter {
    pub kind: String,
    pub by: String,
    pub text: String,
}

impl Filter {
    pub fn read(query: &Fields) -> Self {
        let one_of = |name, known: &[&str]| {
            let asked = query.get(name).unwrap_or_default();
            known.iter().find(|word| **word == asked).map_or_else(String::new, ToString::to_string)
        };
        Self {
            kind: one_of("kind", &KINDS),
            by: one_of("by", &["hand", "ban"]),
            text: query.filled("text").unwrap_or_default().to_owned(),
        }
    }

    fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.by.is_empty() && self.text.is_empty()
    }

    fn wanted(&self) -> EntryFilter {
        EntryFilter {
            kind: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            by_hand: (!self.by.is_empty()).then(|| self.by == "hand"),
            text: self.text.clone(),
        }
    }

    fn link(&self, path: &str) -> Link {
        let fields = [("kind", &self.kind), ("by", &self.by), ("text", &self.text)];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        filled.fold(Link::new(path), |link, (name, value)| link.with(name, value))
    }
}

/// Why an entry is there.
struct Why {
    /// Name of the user whose ban it is, and where that user is.
    user: Option<(String, Option<String>)>,
    by: &'static str,
    text: String,
    added: Moment,
    until: Option<Moment>,
}

struct Row {
    /// For forms: kind, colon, value.
    id: String,
    kind: &'static str,
    value: String,
    reasons: Vec<Why>,
    remove: String,
}

/// What came of looking whether somebody is kept out.
struct Checked {
    text: String,
    rows: Vec<Row>,
    exempt: Vec<String>,
    what: &'static str,
    /// Where it is added.
    add: String,
}

#[derive(Template)]
#[template(path = "blacklist.html")]
struct Page {
    frame: Frame,
    base: String,
    count: String,
    any: bool,
    filter: Filter,
    kinds: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    pages: Pages,
    looked: Option<String>,
    check: String,
    checked: Option<Checked>,
    tried: Tried,
    /// The form as it was filled in.
    form: Form,
}

struct Form {
    open: bool,
    kind: String,
    values: String,
    reason: String,
    until: String,
    days: String,
}

/// What a kind is called.
pub(super) fn kind_word(kind: &str) -> &'static str {
    match kind {
        "ip" => "Address or network",
        "hwid" => "Device",
        "region" => "Region",
        "country" => "Country",
        "asn" => "Autonomous system",
        _ => "Other",
    }
}

pub(super) async fn page(visit: &Visit, status: StatusCode, tried: Tried) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let (filter, path) = (Filter::read(&visit.query), format!("{base}blacklist"));
    let after: Vec<String> = visit.query.all("after").take(2).map(str::to_owned).collect();
    let is_start = after.is_empty();
    let after = if after.iter().any(|part| part.contains('\0')) { Vec::new() } else { after };
    let AccessPage { rows, next, looked } =
        visit.service().blacklist_page(app, filter.wanted(), after, ROWS).await?;
    let count = visit.service().count_access(app, true).await?;
    let check = visit.query.filled("check").unwrap_or_default().to_owned();
    let checked = match check.as_str() {
        "" => None,
        text => Some(checked(visit, text, visit.service().check_access(app, text).await?)?),
    };
    let posted = |name| visit.form.kept(name);
    let on =
        next.map(|key| key.iter().fold(filter.link(&path), |link, part| link.with("after", part)).into());
    let page = Page {
        frame: visit.frame("Blacklist", Nav::Blacklist).await?,
        count: told(count),
        any: count != claviger_service::vendor::Number::Exactly(0),
        kinds: KINDS.into_iter().map(|kind| (kind, kind_word(kind))).collect(),
        rows: rows.into_iter().map(|entry| row(visit, entry)).collect::<Result<_, _>>()?,
        pages: Pages { first: (!is_start).then(|| filter.link(&path).into()), back: None, on },
        looked: looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        form: Form {
            open: tried.problem.is_some() || !tried.lines.is_empty() || visit.query.has("add"),
            kind: visit.form.get("kind").map_or_else(|| filter.kind.clone(), str::to_owned),
            values: visit.form.get("values").map_or_else(|| visit.query.kept("add"), str::to_owned),
            reason: posted("reason"),
            until: posted("until"),
            days: posted("days"),
        },
        base,
        filter,
        check,
        checked,
        tried,
    };
    visit.render_as(status, &page)
}

fn row(visit: &Visit, entry: Blacklisted) -> Result<Row, crate::fault::Fault> {
    let base = app_base(visit.app()?);
    let names = Names::of(visit)?;
    let why = |reason: Reason| Why {
        user: reason.source.user().map(|name| {
            let address = names.whole.then(|| Link::new(format!("{base}find")).with("text", name).into());
            (names.show(name), address)
        }),
        by: match &reason.source {
            Source::Hand => "by hand",
            Source::Ban(Some(_)) => "ban of",
            Source::Ban(None) => "ban of a deleted user",
        },
        text: reason.text,
        added: visit.moment(reason.added),
        until: reason.until.map(|until| visit.moment(until)),
    };
    let id = format!("{}:{}", entry.kind, entry.value);
    Ok(Row {
        remove: Link::new(format!("{base}blacklist/remove")).with("entry", &id).into(),
        id,
        kind: kind_word(&entry.kind),
        value: entry.value,
        reasons: entry.reasons.into_iter().map(why).collect(),
    })
}

fn checked(visit: &Visit, text: &str, check: AccessCheck) -> Result<Checked, crate::fault::Fault> {
    let kind = if check.address.is_some() { "ip" } else { "hwid" };
    let add = Link::new(format!("{}blacklist", app_base(visit.app()?))).with("add", text).with("kind", kind);
    Ok(Checked {
        text: text.to_owned(),
        add: format!("{add}#add"),
        what: if check.address.is_some() { "address" } else { "device" },
        rows: check.entries.into_iter().map(|entry| row(visit, entry)).collect::<Result<_, _>>()?,
        exempt: check.exempt,
    })
}
