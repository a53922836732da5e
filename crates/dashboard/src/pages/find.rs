//! `/dashboard/{app}/find`: whatever a customer pasted leads to a user or a license.

use askama::Template;
use claviger_domain::{Permission, in_one_line};
use claviger_service::{
    people::Sees,
    vendor::{Blacklisted, Found, How, Match, Tried, Who},
};

use super::why::address_of;
use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    rights::{Need, may},
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] =
    &[Route::get("/dashboard/{app}/find", Need::Either(Permission::Users, Permission::Licenses), |visit| {
        Box::pin(show(visit))
    })];

/// Something that was found.
struct Row {
    what: &'static str,
    name: String,
    /// Where it leads to.
    address: Option<String>,
    /// By what it was found, or what it is.
    about: String,
    when: Option<Moment>,
}

#[derive(Template)]
#[template(path = "find.html")]
struct Page {
    frame: Frame,
    text: String,
    /// Other spellings that were looked for.
    spellings: Vec<String>,
    rows: Vec<Row>,
    /// Users and licenses that begin so, where nothing is exactly that.
    close: Vec<Row>,
}

async fn show(visit: Visit) -> Answer {
    let app = visit.app()?;
    let text = visit.query.filled("text").unwrap_or_default();
    let found = found_by(&visit, text).await?;
    if let Some(subject) = found.one() {
        return visit.see_other(address_of(app, subject));
    }
    let rows = found.matches.iter().map(|one| row(&visit, one)).collect::<Result<_, Fault>>()?;
    let close = found.close.iter().map(|one| row(&visit, one)).collect::<Result<_, Fault>>()?;
    let page = Page {
        frame: visit.frame("Find", Nav::Other).await?,
        text: in_one_line(text).chars().take(200).collect(),
        spellings: found.looked_for.into_iter().skip(1).collect(),
        rows,
        close,
    };
    visit.render(&page)
}

/// What a text means in the application, as far as the person may see it.
pub(super) async fn found_by(visit: &Visit, text: &str) -> Result<Found, Fault> {
    let (mut found, sees) = (visit.service().find(visit.app()?, text).await?, Sees::of(visit.person()?));
    found.matches.retain(|one| sees.sees(one));
    found.close.retain(|one| sees.sees(one));
    Ok(found)
}

fn row(visit: &Visit, one: &Match) -> Result<Row, Fault> {
    let app = visit.app()?;
    let address = one.subject().map(|subject| address_of(app, subject));
    let plain = |text: &str| in_one_line(text).into_owned();
    let found_by = |how: &How| format!("found by {}", how.text());
    Ok(match one {
        Match::User { name, how, .. } => {
            Row { what: "user", name: plain(name), address, about: found_by(how), when: None }
        }
        Match::License { key, usedby, how, .. } => {
            let used = usedby.as_ref().map(|name| format!(", used by {}", plain(name))).unwrap_or_default();
            Row { what: "license", name: plain(key), address, about: found_by(how) + &used, when: None }
        }
        Match::Session { id, ip } => {
            let sees = may(visit.person()?, Some(app), Need::App(Permission::Sessions));
            let list = Link::new(format!("{}sessions", app_base(app))).with("text", id);
            let about = format!("live, nobody is signed in, from {ip}");
            Row { what: "session", name: id.clone(), address: sees.then(|| list.into()), about, when: None }
        }
        Match::Entry(entry) => {
            let name = plain(&entry.value);
            Row { what: "blacklist", name, address: None, about: why_listed(entry), when: None }
        }
        Match::Try(tried) => Row {
            what: "try",
            name: plain(&typed(tried)),
            address: None,
            about: format!("{} by {}, from {}", plain(&tried.text()), tried.kind, tried.ip),
            when: Some(visit.moment(tried.time)),
        },
    })
}

fn typed(tried: &Tried) -> String {
    match &tried.who {
        Who::Typed(name) | Who::User { name, .. } => name.clone(),
        Who::License { key, .. } => key.clone(),
        Who::Nobody => tried.hwid.clone().unwrap_or_else(|| tried.ip.clone()),
    }
}

fn why_listed(entry: &Blacklisted) -> String {
    let by = match entry.reasons.first().and_then(|reason| reason.source.user()) {
        Some(user) => format!("kept out by the ban of {user}"),
        None => "kept out".into(),
    };
    let about = if entry.reason().is_empty() { by } else { format!("{by}: {}", entry.reason()) };
    in_one_line(&about).into_owned()
}
