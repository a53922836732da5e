//! `/dashboard/{app}/sessions/kill`: asks, then ends one session, those chosen, those that the filter means, or all.

use axum::http::Uri;
use claviger_service::{
    ServiceError,
    vendor::{Number, Whose},
};

use crate::{
    addresses::{Link, app_base},
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    frame::Nav,
    names::Names,
    record::record,
    session_filter::{CHOSEN_MAX, Filter, chosen},
    session_rows::sessions,
    visit::Visit,
};

/// What of the address of the page that one came from is kept.
const KEPT: [&str; 7] = ["user", "ip", "signed_in", "text", "order", "after", "before"];
/// What stands before the names of these fields in the form.
const BACK: &str = "back_";

/// What is to be ended.
struct Wish {
    whose: Whose,
    /// What the form brings along.
    fields: Vec<(String, String)>,
    /// In words, for the audit log.
    words: String,
}

impl Wish {
    /// Reads what an address or a form means: the sessions chosen, else those that the filter means.
    ///
    /// # Errors
    /// When that cannot be told.
    fn read(fields: &Fields, names: Names) -> Result<Self, Fault> {
        if fields.all("id").nth(CHOSEN_MAX).is_some() {
            let told = format!("At most {CHOSEN_MAX} sessions are chosen at once. Kill more by a filter.");
            return Err(Fault::Invalid(told));
        }
        if let Some(ids) = chosen(fields) {
            let words = match &ids[..] {
                [] => return Err(nothing_chosen()),
                [one] => one.to_string(),
                many => format!("{} chosen", many.len()),
            };
            let fields = ids.iter().map(|id| ("id".to_owned(), id.to_string())).collect();
            return Ok(Self { fields, whose: Whose { ids: Some(ids), ..Whose::default() }, words });
        }
        if fields.has("chosen") {
            return Err(nothing_chosen());
        }
        let filter = Filter::read(fields, names);
        if let Some(problem) = filter.problem {
            return Err(Fault::Invalid(problem));
        }
        let said: Vec<String> =
            filter.fields().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let words = if filter.is_empty() { "all".into() } else { said.join(" ") };
        Ok(Self { whose: filter.whose(), fields: filter.fields(), words })
    }
}

fn nothing_chosen() -> Fault {
    Fault::Invalid("No session was chosen. Select some, or kill all that match a filter.".into())
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}sessions", app_base(visit.app()?)));
    let mut wish = Wish::read(&visit.query, Names::of(&visit)?)?;
    let number = visit.service().count_sessions(app, wish.whose.clone()).await?;
    let kept = came_from(&visit, &path);
    let back = with_fields(&path, &kept);
    if number == Number::Exactly(0) {
        return visit.see_other_saying(back, NONE_LIVED);
    }
    let which = if wish.whose.is_everybody() {
        wish.fields.push(("all".into(), "yes".into()));
        "All sessions of the application end, also those that begin until you confirm."
    } else if wish.whose.ids.is_some() {
        "What you chose ends at once."
    } else {
        "All sessions that match the filter end, also those on other pages and those that begin until you confirm."
    };
    wish.fields.extend(kept.into_iter().map(|(name, value)| (format!("{BACK}{name}"), value)));
    let confirm = Confirm {
        title: format!("Kill {}?", sessions(number)),
        words: vec![
            which.into(),
            "Programs notice with their next request, and may start anew. To keep somebody out, ban the user or the \
             license."
                .into(),
            "This cannot be undone.".into(),
        ],
        button: format!("Kill {}", sessions(number)),
        action: format!("{path}/kill"),
        fields: wish.fields,
        back,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Sessions).await
}

const NONE_LIVED: &str = "No such session lives any more.";

pub(super) async fn kill(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?.clone(), format!("{}sessions", app_base(visit.app()?)));
    let wish = Wish::read(&visit.form, Names::of(&visit)?)?;
    let everybody = wish.whose.is_everybody();
    if everybody && visit.form.get("all") != Some("yes") {
        return Err(nothing_chosen());
    }
    let (service, doing, whose) = (visit.service().clone(), app.clone(), wish.whose);
    // Carried through, also when the browser does not wait for it.
    let ending = tokio::spawn(async move {
        if everybody {
            service.end_everybodys_sessions(&doing).await
        } else {
            service.end_sessions_of(&doing, whose).await.map(Number::Exactly)
        }
    });
    let ended = ending.await.map_err(|error| Fault::Failed(ServiceError::System(error.to_string())))??;
    let said = if ended == Number::Exactly(0) {
        NONE_LIVED.to_owned()
    } else {
        record(&visit, &app, "kill", &format!("{}: {}", wish.words, sessions(ended))).await?;
        format!("Killed {}.", sessions(ended))
    };
    let kept = visit.form.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(BACK).filter(|name| KEPT.contains(name))?;
        Some((name.to_owned(), value.to_owned()))
    });
    visit.see_other_saying(with_fields(&path, &kept.collect::<Vec<_>>()), &said)
}

/// The fields of the page of sessions that one came from: back there, filter and place are as they were.
fn came_from(visit: &Visit, path: &str) -> Vec<(String, String)> {
    let header = |name| visit.headers.get(name).and_then(|value| value.to_str().ok());
    let uri =
        header("hx-current-url").or_else(|| header("referer")).and_then(|text| text.parse::<Uri>().ok());
    let query = uri.filter(|uri| uri.path() == path).and_then(|uri| uri.query().map(str::to_owned));
    let fields = query.and_then(|query| Fields::parse(query.as_bytes())).unwrap_or_default();
    let kept = fields.iter().filter(|(name, value)| KEPT.contains(name) && !value.is_empty());
    kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn with_fields(path: &str, fields: &[(String, String)]) -> String {
    fields.iter().fold(Link::new(path), |link, (name, value)| link.with(name, value)).into()
}
