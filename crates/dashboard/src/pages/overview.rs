//! `/dashboard/{app}/`: how an application fares.

use std::sync::Arc;

use askama::Template;
use claviger_domain::Permission;
use claviger_service::{
    people::Standing,
    vendor::{Attention, Figures, Span, Topic, Tried, Who},
};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    plots::{self, Plot},
    rights::{Need, may},
    route::Route,
    state_tags::{Tag, tags},
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] =
    &[Route::get("/dashboard/{app}/", Need::Member, |visit| Box::pin(show(visit)))];

/// Failures that are shown.
const FAILURES: i64 = 8;

/// Something that needs attention, and where it is mended.
struct Note {
    class: &'static str,
    says: String,
    address: Option<String>,
    link: &'static str,
}

/// A sign-in that was refused.
struct Failure {
    when: Moment,
    /// Whom it named, and where that is looked for.
    who: String,
    find: Option<String>,
    why: String,
    kind: String,
    ip: String,
    count: i64,
}

/// Which figures the person may see.
struct Sees {
    sessions: bool,
    users: bool,
    licenses: bool,
    settings: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    base: String,
    tags: Vec<Tag>,
    figures: Arc<Figures>,
    sees: Sees,
    notes: Vec<Note>,
    failures: Vec<Failure>,
    /// Licenses that a reseller may still make, by how long they last.
    balance: Option<Vec<(&'static str, i64)>>,
    /// What happened in the last day, where the person may see sessions.
    plots: Vec<Plot>,
    /// Nothing has happened yet.
    is_new: bool,
}

async fn show(visit: Visit) -> Answer {
    let app = visit.app()?;
    let (base, service) = (app_base(app), visit.service());
    let person = visit.person()?;
    let sees = |permission| may(person, Some(app), Need::App(permission));
    let sees = Sees {
        sessions: sees(Permission::Sessions),
        users: sees(Permission::Users),
        licenses: sees(Permission::Licenses),
        settings: sees(Permission::Settings),
    };
    let figures = service.figures(app).await?;
    let attention = if sees.settings { service.attention(app).await? } else { Vec::new() };
    let tried =
        if sees.users || sees.licenses { service.latest_failures(app, FAILURES).await? } else { Vec::new() };
    let plots = match sees.sessions {
        true => {
            let activity = service.activity(app, Span::Day).await?;
            vec![plots::live(&activity, plots::HALF), plots::starts(&activity, plots::HALF)]
        }
        false => Vec::new(),
    };
    visit.render(&Page {
        plots,
        failures: tried.into_iter().map(|tried| failure(&visit, tried, &base)).collect(),
        balance: balance(&person.standing),
        frame: visit.frame("Overview", Nav::Overview).await?,
        tags: tags(app),
        notes: attention.into_iter().map(|attention| note(attention, &base)).collect(),
        is_new: figures.sessions == 0 && figures.users == 0,
        figures,
        sees,
        base,
    })
}

fn balance(standing: &Standing) -> Option<Vec<(&'static str, i64)>> {
    let Standing::Reseller { balance, .. } = standing else { return None };
    Some(vec![
        ("A day", balance.day),
        ("A week", balance.week),
        ("A month", balance.month),
        ("Three months", balance.three_month),
        ("Six months", balance.six_month),
        ("A year", balance.year),
        ("Lifetime", balance.lifetime),
    ])
}

fn failure(visit: &Visit, tried: Tried, base: &str) -> Failure {
    let why = tried.text();
    let who = match tried.who {
        Who::User { name, .. } => Some(name),
        Who::License { key, .. } => Some(key),
        Who::Typed(text) => Some(text),
        Who::Nobody => None,
    };
    Failure {
        when: visit.moment(tried.time),
        find: who.as_ref().map(|who| Link::new(format!("{base}find")).with("text", who).into()),
        who: who.unwrap_or_else(|| "nobody named".into()),
        why,
        kind: tried.kind,
        ip: tried.ip,
        count: tried.count,
    }
}

fn note(attention: Attention, base: &str) -> Note {
    let (page, link) = match attention.topic {
        Topic::State | Topic::Settings => ("app-settings", "Settings"),
        Topic::SellerKeys => ("seller-settings", "Seller settings"),
        Topic::Failures => ("#failures", "Latest failures"),
        Topic::Role | Topic::Address | Topic::Subscriptions | Topic::Files | Topic::Server => ("", ""),
    };
    Note {
        class: if attention.urgent { "bad" } else { "warn" },
        says: attention.says,
        address: (!page.is_empty()).then(|| format!("{base}{page}")),
        link,
    }
}
