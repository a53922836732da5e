//! `/dashboard/-/account`: how a person signs in and where they are signed in, what they may do, how pages look.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::people::{Factors, IDLE, Standing, Theme};

use crate::{
    browsers::browser,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::{Moment, span},
    provider_offers::{Offer, offers},
    rights::Need,
    route::Route,
    team_words::{LENGTHS, areas},
    visit::Visit,
};

/// Where it is.
pub(crate) const ACCOUNT: &str = "/dashboard/-/account";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(ACCOUNT, Need::Person, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/-/account/looks", Need::Person, |visit| Box::pin(set_looks(visit))),
    Route::post("/dashboard/-/account/sign-ins/end", Need::Person, |visit| Box::pin(end(visit))).fresh(),
    Route::post("/dashboard/-/account/sign-ins/end-others", Need::Person, |visit| {
        Box::pin(end_others(visit))
    })
    .fresh(),
];

/// Time zones that are offered; any other name can be typed.
const ZONES: [&str; 24] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Africa/Cairo",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// A browser in which the person is signed in.
struct Row {
    id: i64,
    browser: String,
    user_agent: String,
    ip: String,
    factors: String,
    began: Moment,
    seen: Moment,
    here: bool,
}

/// What the person may do.
enum Rights {
    Owner { role: &'static str, until: Option<Moment>, name: String },
    Manager { areas: String },
    Reseller { levels: String, left: Vec<(&'static str, i64)> },
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    factors: Factors,
    passkeys_possible: bool,
    rows: Vec<Row>,
    idle: String,
    rights: Rights,
    themes: [(&'static str, &'static str, bool); 3],
    zone: String,
    zones: &'static [&'static str],
    problem: Option<String>,
    /// Identity providers, with where what they know one by is linked.
    providers: Vec<Offer>,
    identities: Vec<Linked>,
}

/// What an identity provider knows the person by.
struct Linked {
    id: i64,
    provider: String,
    label: String,
    created: Moment,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let person = visit.person()?;
    let service = visit.service();
    let rows = service.sign_ins(person).await?.into_iter().map(|sign_in| Row {
        id: sign_in.id,
        browser: browser(&sign_in.user_agent),
        user_agent: sign_in.user_agent,
        ip: sign_in.ip,
        factors: sign_in.factors,
        began: visit.moment(sign_in.began),
        seen: visit.moment(sign_in.seen),
        here: sign_in.id == person.sign_in,
    });
    let known = service.providers();
    let name = |issuer: &str| {
        let found = known.iter().find(|provider| provider.issuer == issuer);
        found.map_or_else(|| issuer.to_owned(), |provider| provider.name.clone())
    };
    let identities = service.identities(person.id).await?.into_iter().map(|identity| Linked {
        id: identity.id,
        provider: name(&identity.issuer),
        label: identity.label,
        created: visit.moment(identity.created),
    });
    let theme = |theme: Theme, words| (theme.as_str(), words, person.theme == theme);
    let page = Page {
        frame: visit.frame("Account", Nav::Account).await?,
        factors: service.factors(person).await?,
        passkeys_possible: service.passkeys_possible(),
        rows: rows.collect(),
        providers: offers(visit, "link", ""),
        identities: identities.collect(),
        idle: span(IDLE.unsigned_abs()),
        rights: rights(visit)?,
        themes: [
            theme(Theme::System, "As the browser"),
            theme(Theme::Light, "Light"),
            theme(Theme::Dark, "Dark"),
        ],
        zone: match &problem {
            Some(_) => visit.form.kept("zone"),
            None => person.time_zone.clone().unwrap_or_default(),
        },
        zones: &ZONES,
        problem,
    };
    visit.render_as(status, &page)
}

fn rights(visit: &Visit) -> Result<Rights, Fault> {
    let person = visit.person()?;
    Ok(match &person.standing {
        Standing::Owner { owner } => Rights::Owner {
            role: owner.role.as_str(),
            until: owner.role_until.map(|until| visit.moment(until)),
            name: person.name.clone(),
        },
        Standing::Manager { permissions, .. } => Rights::Manager { areas: areas(*permissions) },
        Standing::Reseller { key_levels, balance, .. } => {
            let left = LENGTHS.iter().map(|(_, word)| *word).zip(balance.counts()).collect();
            Rights::Reseller { levels: key_levels.clone(), left }
        }
    })
}

async fn set_looks(visit: Visit) -> Answer {
    let theme = visit.form.get("theme").and_then(Theme::parse).unwrap_or_default();
    match visit.service().set_looks(visit.person()?, theme, visit.form.filled("zone")).await {
        Ok(()) => visit.see_other_saying(ACCOUNT, "Kept."),
        Err(error) => match Fault::from(error) {
            Fault::Invalid(problem) => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await,
            fault => Err(fault),
        },
    }
}

async fn end(visit: Visit) -> Answer {
    let id = visit.form.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    if !visit.service().end_sign_in(visit.person()?, id, &visit.visitor()).await? {
        return visit.see_other_saying(ACCOUNT, "This browser was signed out already.");
    }
    visit.see_other_saying(ACCOUNT, "The browser is signed out.")
}

async fn end_others(visit: Visit) -> Answer {
    let ended = visit.service().end_other_sign_ins(visit.person()?, &visit.visitor()).await?;
    let saying = match ended {
        0 => "You were signed in nowhere else.".into(),
        1 => "One other browser is signed out.".into(),
        _ => format!("{ended} other browsers are signed out."),
    };
    visit.see_other_saying(ACCOUNT, &saying)
}
