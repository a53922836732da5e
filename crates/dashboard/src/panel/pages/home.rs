//! The panel's first page: what a customer has.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Offer;
use claviger_service::customers::Running;

use crate::{
    addresses::part,
    browsers::browser,
    fault::Answer,
    panel::{
        frame::PanelFrame,
        moments::{At, span},
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
        words::Words,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[PanelRoute::get("", PanelNeed::Customer, |visit| {
    Box::pin(async move { home(&visit, Problems::default()).await })
})];

/// Sessions from which on the page tells that there may be more.
const MANY: usize = 50;

/// What went wrong with a form of this page.
#[derive(Default)]
pub(super) struct Problems {
    pub redeem: Option<String>,
    pub devices: Option<String>,
    pub sessions: Option<String>,
    pub status: Option<StatusCode>,
}

/// A subscription, in words.
struct Subscription {
    name: String,
    state: String,
    ends: Option<At>,
    class: &'static str,
}

struct Session {
    id: String,
    ip: String,
    until: At,
}

struct Browser {
    name: String,
    ip: String,
    seen: At,
    here: bool,
}

/// What of the page there is.
struct Offers {
    redeem: bool,
    devices: bool,
    sessions: bool,
    password: bool,
    email: bool,
    two_factor: bool,
}

/// A file that is there for this customer.
struct File {
    id: String,
    name: String,
    size: String,
}

#[derive(Template)]
#[template(path = "panel/home.html")]
struct Page {
    frame: PanelFrame,
    problems: Problems,
    offers: Offers,
    subscriptions: Vec<Subscription>,
    key: String,
    devices: Vec<String>,
    wait: Option<At>,
    sessions: Vec<Session>,
    more_sessions: bool,
    browsers: Vec<Browser>,
    files: Vec<File>,
}

/// The page, with what went wrong.
pub(super) async fn home(visit: &PanelVisit, problems: Problems) -> Answer {
    let (customer, w, panel) = (visit.customer()?, visit.words, &visit.panel);
    let home = visit.service().customer_home(customer).await?;
    let files = match panel.offers(Offer::Downloads) {
        true => visit.service().downloads_of(customer).await?,
        false => Vec::new(),
    };
    let page = Page {
        frame: PanelFrame::new(visit, w.say("home")),
        offers: Offers {
            redeem: panel.offers(Offer::Redeem),
            devices: panel.offers(Offer::Devices),
            sessions: panel.offers(Offer::Sessions),
            password: panel.offers(Offer::Password) && !customer.by_license,
            email: panel.offers(Offer::Email) && !customer.by_license,
            two_factor: panel.offers(Offer::TwoFactor),
        },
        subscriptions: home.subscriptions.iter().map(|one| subscription(w, one)).collect(),
        key: if problems.redeem.is_some() { visit.form.kept("key") } else { String::new() },
        devices: customer.devices.clone(),
        wait: customer.wait_until.map(At),
        more_sessions: home.sessions.len() >= MANY,
        sessions: home
            .sessions
            .into_iter()
            .map(|session| Session { id: session.id, ip: session.ip, until: At(session.expires) })
            .collect(),
        browsers: home
            .browsers
            .into_iter()
            .map(|one| Browser {
                name: if one.user_agent.is_empty() {
                    w.say("unknown-browser")
                } else {
                    browser(&one.user_agent)
                },
                here: one.id == customer.sign_in,
                ip: one.ip,
                seen: At(one.seen),
            })
            .collect(),
        files: files
            .into_iter()
            .map(|file| File { id: part(&file.id), size: size(file.size), name: file.name })
            .collect(),
        problems,
    };
    visit.render_as(page.problems.status.unwrap_or(StatusCode::OK), &page)
}

fn subscription(w: Words, one: &Running) -> Subscription {
    let left = span(w, one.left);
    let (state, class) = match (one.left, one.paused, left) {
        (..=0, _, _) => (w.say("ended"), "ended"),
        (_, true, Some(time)) => (w.with("paused-left", "time", time), "paused"),
        (_, true, None) => (w.say("paused-forever"), "paused"),
        (_, false, Some(time)) => (w.with("time-left", "time", time), "runs"),
        (_, false, None) => (w.say("without-end"), "runs"),
    };
    // What is without end has no date worth telling.
    let ends = one.ends.filter(|_| span(w, one.left).is_some()).map(At);
    Subscription { name: one.name.clone(), state, ends, class }
}

/// Bytes, plainly: the largest unit, which every language writes so.
fn size(bytes: i64) -> String {
    let bytes = bytes.max(0);
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}
