//! `/dashboard/{app}/whitelist`: addresses that are exempt from the check for VPNs.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Network, Permission};
use claviger_service::{
    cut,
    vendor::{ACCESS_BATCH_MAX, AccessPage, Number},
};

use crate::{
    access_forms::{CHANGES_MAX, end, until_words},
    addresses::{Link, app_base},
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    fields::Fields,
    frame::{Frame, Nav},
    moment::Moment,
    pasted::{LineProblem, read_lines},
    plots::grouped,
    record::record_about,
    rights::Need,
    route::Route,
    session_rows::told,
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Blacklists);
/// Entries of a page.
const ROWS: usize = 50;
/// Entries that are chosen at once.
const CHOSEN_MAX: usize = 500;
const NONE: &str = "There was no such entry any more.";

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/whitelist", NEED, |visit| {
        Box::pin(async move { page(&visit, StatusCode::OK, None, Vec::new()).await })
    }),
    Route::post("/dashboard/{app}/whitelist", NEED, |visit| Box::pin(add(visit))),
    Route::get("/dashboard/{app}/whitelist/remove", NEED, |visit| Box::pin(ask(visit))),
    Route::post("/dashboard/{app}/whitelist/remove", NEED, |visit| Box::pin(remove(visit))),
];

struct Row {
    network: String,
    added: Moment,
    until: Option<Moment>,
    remove: String,
}

#[derive(Template)]
#[template(path = "whitelist.html")]
struct Page {
    frame: Frame,
    base: String,
    count: String,
    any: bool,
    /// VPNs are refused.
    is_on: bool,
    text: String,
    rows: Vec<Row>,
    pages: Pages,
    looked: Option<String>,
    problem: Option<String>,
    lines: Vec<LineProblem>,
    open: bool,
    values: String,
    until: String,
    days: String,
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>, lines: Vec<LineProblem>) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let (text, path) =
        (visit.query.filled("text").unwrap_or_default().to_owned(), format!("{base}whitelist"));
    let after = visit.query.filled("after").filter(|after| !after.contains('\0'));
    let key: Vec<String> = after.into_iter().map(str::to_owned).collect();
    let link = || Link::new(&path).with_some("text", Some(&text).filter(|text| !text.is_empty()));
    let AccessPage { rows, next, looked } =
        visit.service().whitelist_page(app, text.clone(), key, ROWS).await?;
    let count = visit.service().count_access(app, false).await?;
    let page = Page {
        frame: visit.frame("Whitelist", Nav::Blacklist).await?,
        count: told(count),
        any: count != Number::Exactly(0),
        is_on: app.settings.vpn_block,
        rows: rows
            .into_iter()
            .map(|row| Row {
                remove: Link::new(format!("{path}/remove")).with("entry", &row.network).into(),
                added: visit.moment(row.added),
                until: row.until.map(|until| visit.moment(until)),
                network: row.network,
            })
            .collect(),
        pages: Pages {
            first: after.is_some().then(|| link().into()),
            back: None,
            on: next.and_then(|key| key.into_iter().next()).map(|key| link().with("after", key).into()),
        },
        looked: looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        open: problem.is_some() || !lines.is_empty(),
        values: visit.form.kept("values"),
        until: visit.form.kept("until"),
        days: visit.form.kept("days"),
        problem,
        lines,
        base,
        text,
    };
    visit.render_as(status, &page)
}

async fn add(visit: Visit) -> Answer {
    let (app, now) = (visit.app()?, visit.now());
    let text = visit.form.get("values").unwrap_or_default();
    let read = |line: &str| {
        line.parse::<Network>()
            .map_err(|_| format!("“{line}” is neither an address nor a network such as 203.0.113.0/24"))
    };
    let networks = match read_lines(text, ACCESS_BATCH_MAX, read) {
        Ok(networks) => networks,
        Err(lines) => return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, None, lines).await,
    };
    let until = match end(&visit.form, now) {
        Ok(until) => until,
        Err(fault) => {
            let told = Some(sentence(&fault.to_string()));
            return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, told, Vec::new()).await;
        }
    };
    let words: Vec<String> = networks.iter().map(ToString::to_string).collect();
    let added = visit.service().add_all_to_whitelist(app, networks, until).await?;
    if added > 0 {
        let target = if let [one] = &words[..] { one.clone() } else { entries_word(words.len() as u64) };
        let changes = format!("{}; {}", until_words(until, now), words.join(", "));
        record_about(&visit, app, &target, "addWhite", cut(&changes, CHANGES_MAX)).await?;
    }
    let said = match added {
        0 => "All of these were exempt already.".into(),
        added => format!("{} added.", entries_word(added)),
    };
    visit.see_other_saying(format!("{}whitelist", app_base(app)), &said)
}

fn entries_word(count: u64) -> String {
    if count == 1 {
        "1 entry".into()
    } else {
        format!("{} entries", grouped(i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

fn chosen(fields: &Fields) -> Result<Vec<Network>, Fault> {
    if fields.all("entry").nth(CHOSEN_MAX).is_some() {
        return Err(Fault::Invalid(format!("At most {CHOSEN_MAX} entries are chosen at once.")));
    }
    let mut networks: Vec<Network> = fields.all("entry").filter_map(|entry| entry.parse().ok()).collect();
    networks.dedup();
    if networks.is_empty() {
        Err(Fault::Invalid("No entry was chosen. Select some.".into()))
    } else {
        Ok(networks)
    }
}

async fn ask(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}whitelist", app_base(visit.app()?)));
    let (button, fields) = if visit.query.get("all") == Some("yes") {
        let count = visit.service().count_access(app, false).await?;
        let button = match count {
            Number::Exactly(count) => format!("Remove {}", entries_word(count)),
            count => format!("Remove {} entries", told(count)),
        };
        (button, vec![("all".to_owned(), "yes".to_owned())])
    } else {
        let networks = chosen(&visit.query)?;
        let fields = networks.iter().map(|network| ("entry".to_owned(), network.to_string())).collect();
        (format!("Remove {}", entries_word(networks.len() as u64)), fields)
    };
    let confirm = Confirm {
        title: format!("{button}?"),
        words: vec!["Programs from there are checked for VPNs again when they start next.".into()],
        button,
        action: format!("{path}/remove"),
        fields,
        back: path,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Blacklist).await
}

async fn remove(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}whitelist", app_base(visit.app()?)));
    if visit.form.get("all") == Some("yes") {
        let count = visit.service().count_access(app, false).await?;
        if !visit.service().clear_whitelist(app).await? {
            return visit.see_other_saying(path, NONE);
        }
        record_about(&visit, app, "all", "delallwhites", &format!("{} entries", told(count))).await?;
        return visit.see_other_saying(path, "The whitelist is empty.");
    }
    let networks = chosen(&visit.form)?;
    let words: Vec<String> = networks.iter().map(ToString::to_string).collect();
    let gone = visit.service().delete_all_from_whitelist(app, networks).await?;
    if gone == 0 {
        return visit.see_other_saying(path, NONE);
    }
    let target = if let [one] = &words[..] { one.clone() } else { entries_word(gone) };
    record_about(&visit, app, &target, "delWhite", cut(&words.join(", "), CHANGES_MAX)).await?;
    visit.see_other_saying(path, &format!("Removed {}.", entries_word(gone)))
}
