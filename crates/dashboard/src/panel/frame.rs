//! What surrounds every page of the panel.

use claviger_service::App;

use super::{visit::PanelVisit, words::Words};
use crate::{addresses::part, assets};

/// A language that may be chosen.
pub(super) struct Choice {
    pub code: &'static str,
    pub name: &'static str,
    pub address: String,
    pub here: bool,
}

/// What surrounds a page.
pub(super) struct PanelFrame {
    pub w: Words,
    pub title: String,
    pub brand: String,
    pub base: String,
    pub logo: Option<String>,
    pub style: &'static str,
    pub colours: Option<String>,
    pub icon: &'static str,
    pub name: Option<String>,
    pub token: String,
    pub saying: Option<String>,
    pub languages: Vec<Choice>,
    pub support: Option<String>,
    pub terms: Option<String>,
}

/// Where the addresses of an application's panel begin.
pub(crate) fn base_of(app: &App) -> String {
    format!("/panel/{}/{}/", part(&app.owner_name), part(&app.name))
}

impl PanelFrame {
    /// What surrounds a page of this title.
    pub fn new(visit: &PanelVisit, title: String) -> Self {
        let (panel, base) = (&visit.panel, visit.base.to_string());
        let file = |name: &str| format!("{base}{name}?v={}", panel.revision);
        let address = |code: &str| format!("{base}{}?lang={code}", visit.rest);
        let settings = &panel.settings;
        Self {
            w: visit.words,
            title,
            brand: panel.brand().to_owned(),
            logo: panel.has_logo.then(|| file("logo")),
            style: assets::panel_style(),
            colours: Some(file("colours.css")),
            icon: assets::icon(),
            name: visit.customer.as_ref().map(|customer| customer.name.clone()),
            token: visit.token.clone(),
            saying: visit.saying.as_ref().map(|(said, count)| visit.words.count(said, "count", *count)),
            languages: choices(visit.words, address),
            support: settings.support.clone(),
            terms: settings.terms.clone(),
            base,
        }
    }

    /// What surrounds the page that tells that there is no panel.
    pub fn of_none(words: Words, title: String) -> Self {
        Self {
            w: words,
            title,
            brand: String::new(),
            base: String::new(),
            logo: None,
            style: assets::panel_style(),
            colours: None,
            icon: assets::icon(),
            name: None,
            token: String::new(),
            saying: None,
            languages: choices(words, |code| format!("?lang={code}")),
            support: None,
            terms: None,
        }
    }
}

fn choices(words: Words, address: impl Fn(&str) -> String) -> Vec<Choice> {
    let choice = |(code, name)| Choice { code, name, address: address(code), here: code == words.code() };
    Words::all().map(choice).collect()
}
