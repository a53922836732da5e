//! What was found, in groups.

use claviger_domain::{Permission, in_one_line};
use claviger_service::{
    App,
    people::Hits,
    vendor::{Match, Subject},
};

use super::{
    super::why::address_of,
    acts::{acts, called},
    wish::{WHY, wish},
};
use crate::{
    addresses::{Link, app_base, app_path, license_page, user_page},
    fault::Fault,
    frame::{self, Nav},
    rights::{Need, may},
    visit::Visit,
};

/// Pages and acts that are told.
const ACTS_TOLD: usize = 8;

/// Something that was found.
pub(super) struct Hit {
    pub what: &'static str,
    pub name: String,
    pub about: String,
    /// Where it leads to.
    pub address: Option<String>,
}

/// What was found of one kind, or in one application.
pub(super) struct Group {
    pub title: String,
    pub hits: Vec<Hit>,
}

/// All that a text means, and whether there may be more than there was time to look at.
pub(super) async fn groups_of(visit: &Visit, text: &str) -> Result<(Vec<Group>, bool), Fault> {
    if text.is_empty() {
        return Ok((Vec::new(), false));
    }
    let person = visit.person()?;
    let (verb, about) = wish(text);
    let here = visit.app.as_ref().map(|app| app.id);
    let found = visit.service().search(person, here, &about).await?;
    let mut groups: Vec<Group> =
        found.hits.iter().map(|hits| of_app(visit, hits, verb, &about)).collect::<Result<_, Fault>>()?;
    let places = places(visit, text);
    // `kill all` is that act, though there be a key with `all` in it.
    let first_is_here = verb.is_none() && found.hits.first().is_some_and(|hits| Some(hits.app.id) == here);
    groups.insert(usize::from(first_is_here), Group { title: "Pages and actions".into(), hits: places });
    let apps = found.apps.iter().map(|app| Hit {
        what: "application",
        name: plain(&app.name),
        about: String::new(),
        address: Some(app_path(app.id, &app.name)),
    });
    groups.push(Group { title: "Applications".into(), hits: apps.collect() });
    groups.retain(|group| !group.hits.is_empty());
    Ok((groups, found.unfinished))
}

/// Pages of the side bar, and acts.
fn places(visit: &Visit, text: &str) -> Vec<Hit> {
    let place = |what, name: &str, address| Hit {
        what,
        name: name.into(),
        about: String::new(),
        address: Some(address),
    };
    let pages = frame::groups(visit, Nav::Other).into_iter().flat_map(|group| group.links);
    let pages = pages
        .filter(|link| called(text, link.word, "page"))
        .map(|link| place("page", link.word, link.address));
    let acts = acts(visit, text).into_iter().map(|(label, address)| place("action", label, address));
    pages.chain(acts).take(ACTS_TOLD).collect()
}

fn of_app(visit: &Visit, found: &Hits, verb: Option<&str>, text: &str) -> Result<Group, Fault> {
    let Hits { app, matches, more } = found;
    let mut hits =
        matches.iter().map(|one| hit(visit, app, one, verb)).collect::<Result<Vec<Hit>, Fault>>()?;
    if *more {
        let all = Link::new(format!("{}find", app_base(app))).with("text", text);
        hits.push(Hit {
            what: "page",
            name: "More that begins so".into(),
            about: String::new(),
            address: Some(all.into()),
        });
    }
    Ok(Group { title: format!("In {}", plain(&app.name)), hits })
}

/// Where somebody who was found by name is looked at: the page with all that can be done, where the person may go there; else,
/// and where that was asked for, why it works or does not.
fn place_of(visit: &Visit, app: &App, subject: Subject, verb: Option<&str>) -> Result<String, Fault> {
    let (needs, page) = match subject {
        Subject::User(id) => (Permission::Users, user_page(app, id)),
        Subject::License(id) => (Permission::Licenses, license_page(app, id)),
    };
    let goes = verb != Some(WHY) && may(visit.person()?, Some(app), Need::App(needs));
    Ok(if goes { page } else { address_of(app, subject) })
}

fn hit(visit: &Visit, app: &App, one: &Match, verb: Option<&str>) -> Result<Hit, Fault> {
    let address = one.subject().map(|subject| place_of(visit, app, subject, verb)).transpose()?;
    let about = |how: &str| match verb {
        Some(verb) => format!("{verb}: opens the page that asks"),
        None => how.to_owned(),
    };
    Ok(match one {
        Match::User { name, how, .. } => {
            Hit { what: "user", name: plain(name), about: about(how.text()), address }
        }
        Match::License { key, usedby, how, .. } => {
            let used = usedby.as_ref().map(|name| format!(", used by {}", plain(name))).unwrap_or_default();
            Hit { what: "license", name: plain(key), about: about(how.text()) + &used, address }
        }
        Match::Session { id, ip } => {
            let sees = may(visit.person()?, Some(app), Need::App(Permission::Sessions));
            let list = Link::new(format!("{}sessions", app_base(app))).with("text", id);
            Hit {
                what: "session",
                name: id.clone(),
                about: format!("from {ip}"),
                address: sees.then(|| list.into()),
            }
        }
        Match::Entry(entry) => {
            let about = format!("blacklisted: {}", plain(entry.reason()));
            Hit { what: "blacklist", name: plain(&entry.value), about, address: None }
        }
        Match::Try(tried) => {
            let find = Link::new(format!("{}find", app_base(app))).with("text", &tried.ip);
            let about = format!("{} by {}", plain(&tried.text()), tried.kind);
            Hit { what: "try", name: format!("from {}", tried.ip), about, address: Some(find.into()) }
        }
    })
}

fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}
