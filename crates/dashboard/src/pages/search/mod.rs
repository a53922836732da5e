//! `/dashboard/-/search`: users, licenses, sessions, applications, pages and acts by any part of what they are called, for
//! the box on top of every page.

mod acts;
mod groups;
mod wish;

use askama::Template;
use claviger_domain::{Permission, in_one_line};

use self::groups::{Group, Hit, groups_of};
use super::why::address_of;
use crate::{
    addresses::{Link, SEARCH, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    rights::{Need, may},
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[Route::get(SEARCH, Need::Person, |visit| Box::pin(show(visit)))];

/// Bytes of a text that are looked at.
const TEXT_MAX: usize = 600;

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    text: String,
    groups: Vec<Group>,
    /// Where the first one leads that leads anywhere.
    first: Option<String>,
    unfinished: bool,
}

#[derive(Template)]
#[template(path = "search_options.html")]
struct Options {
    groups: Vec<Group>,
    unfinished: bool,
}

async fn show(mut visit: Visit) -> Answer {
    let person = visit.person()?.clone();
    if let Some(name) = visit.query.filled("app") {
        visit.app = visit.service().app_of_person(&person, name).await?;
    }
    let text = claviger_service::cut(visit.query.filled("text").unwrap_or_default(), TEXT_MAX).to_owned();
    if visit.is_fragment() {
        let (groups, unfinished) = groups_of(&visit, &text).await?;
        return visit.render(&Options { groups, unfinished });
    }
    if let Some(elsewhere) = at_once(&visit, &text).await? {
        return visit.see_other(elsewhere);
    }
    let (groups, unfinished) = groups_of(&visit, &text).await?;
    if let [Group { hits, .. }] = &groups[..]
        && let [Hit { address: Some(address), .. }] = &hits[..]
        && !unfinished
    {
        return visit.see_other(address.clone());
    }
    if let (Some(list), true) = (find_page(&visit, &text)?, groups.is_empty()) {
        // It tells in which spellings the text was looked for.
        return visit.see_other(list);
    }
    visit.render(&Page {
        frame: visit.frame("Search", Nav::Other).await?,
        text: in_one_line(&text).chars().take(200).collect(),
        first: groups.iter().flat_map(|group| &group.hits).find_map(|hit| hit.address.clone()),
        groups,
        unfinished,
    })
}

/// The page that lists what a pasted text may mean in the application, where the person may look there.
fn find_page(visit: &Visit, text: &str) -> Result<Option<String>, Fault> {
    let (Some(app), person) = (&visit.app, visit.person()?) else { return Ok(None) };
    let finds = may(person, Some(app), Need::Either(Permission::Users, Permission::Licenses));
    let list = Link::new(format!("{}find", app_base(app))).with("text", text);
    Ok((finds && !text.is_empty()).then(|| list.into()))
}

/// Where something leads that was pasted rather than typed: to the one user or license that it means, or to the page that
/// lists all it may mean.
async fn at_once(visit: &Visit, text: &str) -> Result<Option<String>, Fault> {
    let (Some(list), Some(app)) = (find_page(visit, text)?, &visit.app) else { return Ok(None) };
    let found = visit.service().find(app, text).await?;
    if let Some(subject) = found.one() {
        return Ok(Some(address_of(app, subject)));
    }
    Ok((!found.matches.is_empty()).then_some(list))
}
