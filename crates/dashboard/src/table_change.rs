//! Changing rows of a table: which are meant, what is asked first, and where it leads. What the tables of licenses and of users
//! share.

use axum::http::Uri;
use claviger_service::vendor::{Done, Number, TableRow, length};

use crate::{
    acts::Act,
    addresses::{Link, app_base},
    chosen::Chosen,
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    form::Input,
    plots::grouped,
    record::record,
    table_filter::{DAY, DAYS_MAX, Filter, PLACES, counted},
    table_page::Names,
    visit::Visit,
};

/// What stands before the names of the fields that lead back.
const BACK: &str = "back_";

/// Which rows are meant.
pub(crate) enum Which<W> {
    /// Those chosen by hand.
    Chosen(Vec<i64>),
    /// Those that a filter means.
    Filtered(Filter<W>),
}

impl<W> Which<W> {
    /// Reads what an address or a form means.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn read(fields: &Fields, filter: impl FnOnce(&Fields) -> Filter<W>) -> Result<Self, Fault> {
        let nothing =
            || Fault::Invalid("Nothing was chosen. Select some rows, or change all that match.".into());
        if fields.has("id") || fields.has("chosen") {
            let Chosen::These(ids) = Chosen::read(fields, "id")? else { return Err(nothing()) };
            let ids: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
            return if ids.is_empty() { Err(nothing()) } else { Ok(Self::Chosen(ids)) };
        }
        let filter = filter(fields);
        match &filter.problem {
            Some(problem) => Err(Fault::Invalid(problem.clone())),
            // All of them are never meant by an address from which something was lost.
            None if filter.is_empty() && fields.get("all") != Some("yes") => Err(nothing()),
            None => Ok(Self::Filtered(filter)),
        }
    }

    /// The fields that say the same.
    pub fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Chosen(ids) => ids.iter().map(|id| ("id".into(), id.to_string())).collect(),
            Self::Filtered(filter) => {
                let mut fields = filter.fields();
                fields.push(("all".into(), "yes".into()));
                fields
            }
        }
    }

    /// In words, for the audit log.
    pub fn words(&self) -> String {
        match self {
            Self::Chosen(ids) if ids.len() == 1 => format!("number {}", ids[0]),
            Self::Chosen(ids) => format!("{} chosen", ids.len()),
            Self::Filtered(filter) => filter.words(),
        }
    }

    /// Whether every row of the table is meant.
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::Filtered(filter) if filter.is_empty())
    }

    /// What is said about which they are.
    pub fn sentence(&self, many: &str) -> String {
        match self {
            Self::Chosen(_) => "What you chose is changed at once.".into(),
            Self::Filtered(filter) if filter.is_empty() => {
                format!("All {many} of the application are meant, those of now.")
            }
            Self::Filtered(_) => {
                format!("All {many} that match the filter are meant, also those on other pages.")
            }
        }
    }
}

/// The fields of the page that one came from: back there, filter and place are as they were.
pub(crate) fn came_from(visit: &Visit, path: &str) -> Vec<(String, String)> {
    let header = |name| visit.headers.get(name).and_then(|value| value.to_str().ok());
    let uri =
        header("hx-current-url").or_else(|| header("referer")).and_then(|text| text.parse::<Uri>().ok());
    let query = uri.filter(|uri| uri.path() == path).and_then(|uri| uri.query().map(str::to_owned));
    let fields = query.and_then(|query| Fields::parse(query.as_bytes())).unwrap_or_default();
    let kept = fields.iter().filter(|(_, value)| !value.is_empty());
    kept.take(30).map(|(name, value)| (format!("{BACK}{name}"), value.to_owned())).collect()
}

/// What a form brings along of where one came from.
pub(crate) fn brought(form: &Fields) -> Vec<(String, String)> {
    let kept = form.iter().filter(|(name, _)| name.starts_with(BACK));
    kept.take(30).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Back there: only what the table knows is kept.
pub(crate) fn back<W>(
    path: &str,
    kept: &[(String, String)],
    read: impl FnOnce(&Fields) -> Filter<W>,
) -> String {
    let query: Vec<String> = kept
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(BACK)?, value)))
        .map(|(name, value)| Link::new("").with(name, value).to_string()[1..].to_owned())
        .collect();
    let fields = Fields::parse(query.join("&").as_bytes()).unwrap_or_default();
    let link = read(&fields).link(path);
    PLACES.iter().fold(link, |link, name| link.with_some(name, fields.filled(name))).into()
}

/// What is asked before rows are changed: the title, what happens, and what must be said.
pub(crate) type Question = (String, &'static str, Vec<Input>);

/// Asks before rows of a table are changed, which `question` is told in words.
///
/// # Errors
/// When the database fails.
pub(crate) async fn confirm<R: TableRow>(
    visit: &Visit,
    (act, names): (&Act, Names),
    which: &Which<R::Wanted>,
    question: impl FnOnce(&str) -> Question,
    (kept, back): (Vec<(String, String)>, String),
) -> Result<Confirm, Fault> {
    let app = visit.app()?;
    let number = match which {
        Which::Chosen(ids) => Number::Exactly(ids.len() as u64),
        Which::Filtered(filter) => visit.service().count_table::<R>(app, filter.wanted.clone()).await?,
    };
    let (title, words, inputs) = question(&counted(number, names.one, names.many));
    let mut fields = which.fields();
    fields.push(("act".into(), act.name.into()));
    fields.extend(kept);
    let typed = (act.name == "delete" && which.is_everything()).then(|| app.name.clone());
    Ok(Confirm {
        button: title.trim_end_matches('?').to_owned(),
        title,
        words: vec![which.sentence(names.many), words.into()],
        action: format!("{}{}/change", app_base(app), names.path),
        fields,
        inputs,
        typed,
        back,
        ..Confirm::default()
    })
}

/// A number of days that was typed, in seconds, more than none; else what is wrong with it.
pub(crate) fn days(form: &Fields) -> Result<i64, String> {
    let days = form.filled("days").and_then(|text| text.parse::<i64>().ok());
    days.filter(|days| (1..=DAYS_MAX).contains(days))
        .map(|days| days * DAY)
        .ok_or_else(|| format!("Write a number of days from 1 to {DAYS_MAX}."))
}

/// The field for [`days`].
pub(crate) fn days_input() -> Input {
    Input::line("days", "Days", "").value("30")
}

/// So much time, in words.
pub(crate) fn time(seconds: i64) -> String {
    length(seconds)
}

/// Notes what was done, and leads to where it shows: back to the table, or to the job.
///
/// # Errors
/// When the database fails.
pub(crate) async fn finish(
    visit: &Visit,
    (action, words): (&str, String),
    done: Done,
    (one, many): (&str, &str),
    back: String,
) -> Answer {
    let app = visit.app()?.clone();
    match done {
        Done::Changed(0) => visit.see_other_saying(
            back,
            "Nothing was changed: none of them is there any more, or all are so already.",
        ),
        Done::Changed(changed) => {
            let changed = counted(Number::Exactly(changed.unsigned_abs()), one, many);
            record(visit, &app, action, &format!("{words}: {changed}")).await?;
            visit.see_other_saying(back, &format!("Changed {changed}."))
        }
        Done::Job(job) => {
            record(visit, &app, action, &format!("{words}: job {}", grouped(job))).await?;
            let address = format!("{}jobs/{job}", crate::addresses::app_base(&app));
            visit.see_other_saying(address, "This takes a while. It goes on by itself.")
        }
    }
}
