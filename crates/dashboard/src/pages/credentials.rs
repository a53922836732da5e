//! `/dashboard/{app}/credentials`: what a program needs, ready to paste, and the first session as it appears.

use askama::Template;
use claviger_domain::{ApiVersions, Permission, Secret};

use super::first_session::Newest;
use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    rights::{Need, may},
    route::Route,
    snippets::{Facts, LANGUAGES, Language, Snippet},
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/credentials", Need::App(Permission::Settings), |visit| {
        Box::pin(async move { show(&visit, Shown::default()).await })
    }),
    Route::get("/dashboard/{app}/credentials/secret", Need::App(Permission::Settings), |visit| {
        Box::pin(async move { show(&visit, Shown { secret: true, seller_key: None }).await })
    })
    .fresh(),
];

/// What is shown besides what anybody may know.
#[derive(Default)]
struct Shown<'a> {
    secret: bool,
    /// A seller key just made.
    seller_key: Option<&'a Secret>,
}

struct Tab {
    name: &'static str,
    address: String,
    here: bool,
}

/// A value to copy, in the list of facts.
struct Fact {
    word: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "credentials.html")]
struct Page {
    frame: Frame,
    base: String,
    seller_key: Option<String>,
    facts: Vec<Fact>,
    secret: Option<String>,
    /// Where the secret is shown, or hidden again.
    turn: String,
    tabs: Vec<Tab>,
    language: &'static str,
    snippets: Vec<Snippet>,
    /// The newest sessions, where the person may see them.
    newest: Option<Newest>,
}

/// The page after an application was made; the key is shown this once.
///
/// # Errors
/// When the database or the template fails.
pub(super) async fn show_made(visit: &Visit, seller_key: &Secret) -> Answer {
    show(visit, Shown { secret: false, seller_key: Some(seller_key) }).await
}

async fn show(visit: &Visit, shown: Shown<'_>) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let language = chosen(visit.query.get("language"));
    let (masked, unmasked) = (format!("{base}credentials"), format!("{base}credentials/secret"));
    let (here, there) = if shown.secret { (&unmasked, &masked) } else { (&masked, &unmasked) };
    let tab = |known: &'static Language| Tab {
        name: known.name,
        address: Link::new(here).with("language", known.id).into(),
        here: known.id == language.id,
    };
    let service = visit.service();
    let facts = Facts {
        name: &app.name,
        owner_id: &app.owner_id,
        version: &app.settings.version,
        secret: shown.secret.then(|| app.secret.expose()),
        public_key: service.signing_key(app).public_hex(),
        public_url: &visit.state.public_url,
        api: app.settings.api,
    };
    let sees_sessions = may(visit.person()?, Some(app), Need::App(Permission::Sessions));
    visit.render(&Page {
        frame: visit.frame("Credentials", Nav::Credentials).await?,
        seller_key: shown.seller_key.map(|key| key.expose().to_owned()),
        facts: listed(&facts),
        secret: facts.secret.map(str::to_owned),
        turn: Link::new(there).with("language", language.id).into(),
        tabs: LANGUAGES.iter().map(tab).collect(),
        language: language.name,
        snippets: language.snippets(&facts),
        newest: if sees_sessions { Some(Newest::of(visit).await?) } else { None },
        base,
    })
}

/// The language of an address; else the first.
fn chosen(id: Option<&str>) -> &'static Language {
    LANGUAGES.iter().find(|language| id == Some(language.id)).unwrap_or(&LANGUAGES[0])
}

fn listed(facts: &Facts<'_>) -> Vec<Fact> {
    let mut listed = vec![
        Fact { word: "Application", value: facts.name.into() },
        Fact { word: "Owner id", value: facts.owner_id.into() },
        Fact { word: "Version", value: facts.version.into() },
        Fact { word: "Public key (API 1.3)", value: facts.public_key.into() },
    ];
    for (word, version) in answered(facts.api) {
        listed.push(Fact { word, value: format!("{}/api/{version}/", facts.public_url) });
    }
    listed
}

/// The versions of the Client API that the application answers, the safest first.
fn answered(api: ApiVersions) -> impl Iterator<Item = (&'static str, &'static str)> {
    let versions = [
        (api.v1_3, ("Address, API 1.3", "1.3")),
        (api.v1_2, ("Address, API 1.2", "1.2")),
        (api.v1_1, ("Address, API 1.1", "1.1")),
        (api.v1_0, ("Address, API 1.0", "1.0")),
    ];
    versions.into_iter().filter_map(|(on, version)| on.then_some(version))
}
