//! The page: what is offered to end users, how the panel looks, and which files they may have.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Offer, Permission};
use claviger_service::{
    App,
    customers::OfferedFile,
    vendor::{LOGO_MAX, PanelForm, PanelProblem},
};

use crate::{
    addresses::app_base,
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    panel::{base_of, languages},
    record::{record, record_about},
    rights::{Need, may},
    sizes::bytes,
    visit::Visit,
};

/// Files that are shown.
const FILES_SHOWN: usize = 200;
/// What it takes to see them, and to choose who may download them.
pub(super) const FILES: Need = Need::App(Permission::Files);

/// Something that may be offered.
struct Choice {
    name: &'static str,
    words: &'static str,
    hint: &'static str,
    on: bool,
}

/// A file that may be offered, and to whom.
struct File {
    id: String,
    name: String,
    to_all: bool,
    /// Names of subscriptions, and whether it is offered to them.
    to: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "customers_panel.html")]
struct Page {
    frame: Frame,
    base: String,
    app_name: String,
    /// Where the panel is.
    address: String,
    is_on: bool,
    /// Where the picture is, if there is one.
    logo: Option<String>,
    logo_max: String,
    form: PanelForm,
    choices: Vec<Choice>,
    languages: Vec<(&'static str, &'static str)>,
    problems: Vec<PanelProblem>,
    /// `None` for whoever may not see them.
    files: Option<Vec<File>>,
}

impl Page {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(of, _)| *of == field).map(|(_, why)| why.as_str())
    }
}

/// Where the page is.
pub(super) fn address(app: &App) -> String {
    format!("{}customers-panel", app_base(app))
}

pub(super) async fn show(visit: Visit) -> Answer {
    page_of_now(&visit, StatusCode::OK, Vec::new()).await
}

/// The page as it is set, with what went wrong.
pub(super) async fn page_of_now(visit: &Visit, status: StatusCode, problems: Vec<PanelProblem>) -> Answer {
    let settings = visit.service().panel_of(visit.app()?).await?.settings;
    page(visit, status, PanelForm::of(&settings), problems).await
}

async fn page(visit: &Visit, status: StatusCode, form: PanelForm, problems: Vec<PanelProblem>) -> Answer {
    let app = visit.app()?;
    let panel = visit.service().panel_of(app).await?;
    let choice = |offer: Offer| {
        let (words, hint) = words(offer);
        Choice { name: offer.name(), words, hint, on: form.offers.iter().any(|name| name == offer.name()) }
    };
    let page = Page {
        frame: visit.frame("Customers' panel", Nav::CustomersPanel).await?,
        base: app_base(app),
        app_name: app.name.clone(),
        address: format!("{}{}", visit.state.public_url, base_of(app)),
        is_on: panel.settings.on,
        logo: panel.has_logo.then(|| format!("{}/logo?v={}", address(app), panel.revision)),
        logo_max: bytes(i64::try_from(LOGO_MAX).unwrap_or(i64::MAX)),
        choices: Offer::ALL.into_iter().map(choice).collect(),
        languages: languages().collect(),
        form,
        problems,
        files: files(visit).await?,
    };
    visit.render_as(status, &page)
}

/// What is offered, in words.
fn words(offer: Offer) -> (&'static str, &'static str) {
    match offer {
        Offer::LicenseSignIn => {
            ("Sign in with a license key", "for users whom a license key made; nobody new is made")
        }
        Offer::Redeem => ("Redeem licenses", "as programs do with upgrade"),
        Offer::Devices => ("Free their devices", "as often as the setting cooldownSeconds allows"),
        Offer::Sessions => ("See and end their sessions", "those of their programs"),
        Offer::Password => {
            ("Change their password", "and get a mail when it is forgotten, if this server sends mails")
        }
        Offer::Email => ("Set their e-mail address", "of which only a hash is kept"),
        Offer::TwoFactor => ("Turn two-factor sign-in on and off", "programs have to ask for the code then"),
        Offer::Downloads => ("Download files", "those that you choose below"),
    }
}

fn typed(form: &Fields) -> PanelForm {
    PanelForm {
        on: form.has("on"),
        offers: form.all("offer").map(str::to_owned).collect(),
        brand: form.kept("brand"),
        light: form.kept("light"),
        dark: form.kept("dark"),
        welcome: form.kept("welcome"),
        support: form.kept("support"),
        terms: form.kept("terms"),
        language: form.kept("language"),
    }
}

pub(super) async fn set(visit: Visit) -> Answer {
    let (app, form) = (visit.app()?, typed(&visit.form));
    match visit.service().set_panel(app, &form).await? {
        Err(problems) => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await,
        Ok(differences) => {
            if !differences.is_empty() {
                record(&visit, app, "panel", &differences).await?;
            }
            let said = if form.on { "The panel is set, and is on." } else { "The panel is set, and is off." };
            visit.see_other_saying(address(app), said)
        }
    }
}

async fn files(visit: &Visit) -> Result<Option<Vec<File>>, Fault> {
    let (service, app) = (visit.service(), visit.app()?);
    if !may(visit.person()?, Some(app), FILES) {
        return Ok(None);
    }
    let subscriptions = service.subscriptions(app).await?;
    let file = |offered: OfferedFile| File {
        to_all: offered.to.iter().any(String::is_empty),
        to: subscriptions.iter().map(|one| (one.name.clone(), offered.to.contains(&one.name))).collect(),
        id: offered.file.id,
        name: offered.file.name,
    };
    Ok(Some(service.panel_files(app).await?.into_iter().take(FILES_SHOWN).map(file).collect()))
}

pub(super) async fn offer_file(visit: Visit) -> Answer {
    let app = visit.app()?;
    let file = visit.form.kept("file");
    let known = visit.service().subscriptions(app).await?;
    let mut to: Vec<String> = visit.form.all("to").map(str::to_owned).collect();
    to.retain(|name| known.iter().any(|one| one.name == *name));
    if visit.form.has("all") {
        to = vec![String::new()];
    }
    let words = match to.as_slice() {
        [] => "nobody".to_owned(),
        [name] if name.is_empty() => "whoever is signed in".to_owned(),
        names => names.join(", "),
    };
    visit.service().offer_file(app, &file, to).await?;
    record_about(&visit, app, &file, "panel-file", &format!("offered to: {words}")).await?;
    let said = format!("The file is offered to {words} now.");
    visit.see_other_saying(address(app), &said)
}
