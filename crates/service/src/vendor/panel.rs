//! What a vendor offers in the customers' panel.

use std::sync::Arc;

use claviger_domain::{CONTRAST_MIN, Colour, Offer, PANEL_LANGUAGES, PanelSettings, is_line, tidy};
use claviger_store::{Conn, StoreError, apps, panel::settings};

use super::{ManageError, checks::check_url};
use crate::{App, Service};

/// Longest name of a panel in bytes.
const BRAND_MAX: usize = 60;
/// Longest words of welcome in bytes.
const WELCOME_MAX: usize = 1000;
/// Longest address in bytes.
const URL_MAX: usize = 300;

/// The panel as a form tells it: texts as they were typed.
#[derive(Clone, Debug, Default)]
pub struct PanelForm {
    /// Whether there is a panel.
    pub on: bool,
    /// Names of what it offers.
    pub offers: Vec<String>,
    /// What it is called; empty: as the application.
    pub brand: String,
    /// Colour on light ground.
    pub light: String,
    /// Colour on dark ground.
    pub dark: String,
    /// Said before the sign-in; may be empty.
    pub welcome: String,
    /// Where there is help; may be empty.
    pub support: String,
    /// Terms of use; may be empty.
    pub terms: String,
    /// Code of a language.
    pub language: String,
}

/// What is wrong with a field of the form: its name, and a sentence.
pub type PanelProblem = (&'static str, String);

impl PanelForm {
    /// The form as it is filled in of what is set.
    pub fn of(settings: &PanelSettings) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            on: settings.on,
            offers: settings.offers.iter().map(|offer| offer.name().to_owned()).collect(),
            brand: text(&settings.brand),
            light: settings.light.to_string(),
            dark: settings.dark.to_string(),
            welcome: text(&settings.welcome),
            support: text(&settings.support),
            terms: text(&settings.terms),
            language: settings.language.clone(),
        }
    }

    /// The fields as `claviger panel` and the audit log name them, with their values.
    pub fn fields(&self) -> [(&'static str, String); 9] {
        [
            ("on", self.on.to_string()),
            ("offers", self.offers.join(",")),
            ("brand", self.brand.clone()),
            ("light", self.light.clone()),
            ("dark", self.dark.clone()),
            ("welcome", self.welcome.clone()),
            ("support", self.support.clone()),
            ("terms", self.terms.clone()),
            ("language", self.language.clone()),
        ]
    }

    /// Fills in one field, by its name.
    ///
    /// # Errors
    /// When there is none of that name, or the value cannot be read.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let text = match name {
            "on" => {
                self.on = value.parse().map_err(|_| format!("`{value}` is neither true nor false"))?;
                return Ok(());
            }
            "offers" => {
                self.offers =
                    value.split(',').map(tidy).filter(|name| !name.is_empty()).map(String::from).collect();
                let known = |name: &&String| Offer::ALL.iter().any(|offer| offer.name() == *name);
                return match self.offers.iter().find(|name| !known(name)) {
                    Some(unknown) => Err(format!("a panel offers no `{unknown}`: {}", offer_names())),
                    None => Ok(()),
                };
            }
            "brand" => &mut self.brand,
            "light" => &mut self.light,
            "dark" => &mut self.dark,
            "welcome" => &mut self.welcome,
            "support" => &mut self.support,
            "terms" => &mut self.terms,
            "language" => &mut self.language,
            _ => return Err(format!("a panel has no setting `{name}`; `claviger panel show` names them")),
        };
        value.clone_into(text);
        Ok(())
    }
}

fn offer_names() -> String {
    Offer::ALL.map(Offer::name).join(", ")
}

impl Service {
    /// Sets what an application's panel offers and how it looks, as a whole. Returns what is another now.
    ///
    /// # Errors
    /// What is wrong with which field; or the database failed.
    pub async fn set_panel(
        &self,
        app: &Arc<App>,
        form: &PanelForm,
    ) -> Result<Result<String, Vec<PanelProblem>>, ManageError> {
        let new = match read(form) {
            Ok(new) => new,
            Err(problems) => return Ok(Err(problems)),
        };
        let (id, name) = (app.id, app.name.clone());
        self.manage(move |conn| {
            let old = held(conn, id, &name)?;
            keep(conn, id, &new)?;
            Ok(Ok(differences(&old, &new)))
        })
        .await
    }

    /// Changes some fields of an application's panel, by name, all or none; what is not named stays. Returns what is another
    /// now.
    ///
    /// # Errors
    /// When a field is unknown or its value is refused; or the database failed.
    pub async fn change_panel(
        &self,
        app: &App,
        changes: Vec<(String, String)>,
    ) -> Result<String, ManageError> {
        let (id, name) = (app.id, app.name.clone());
        self.manage(move |conn| {
            let old = held(conn, id, &name)?;
            let mut form = PanelForm::of(&old);
            for (field, value) in &changes {
                form.set(field, value).map_err(ManageError::Unfit)?;
            }
            let new = read(&form).map_err(|problems| ManageError::Unfit(told(&problems)))?;
            keep(conn, id, &new)?;
            Ok(differences(&old, &new))
        })
        .await
    }
}

/// What is set, held from others' changes until the end of the transaction: no panel outlives its application.
fn held(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<PanelSettings, ManageError> {
    let held = apps::hold_settings(conn, app)?;
    held.ok_or_else(|| ManageError::unknown("application", name))?;
    match settings::get(conn, app)? {
        Some(kept) => serde_json::from_str(&kept.settings)
            .map_err(|_| StoreError::Unexpected("settings of a panel".into()).into()),
        None => Ok(PanelSettings::default()),
    }
}

fn keep(conn: &mut Conn<'_>, app: i64, new: &PanelSettings) -> Result<(), ManageError> {
    let text = serde_json::to_string(new).expect("settings are plain data");
    Ok(settings::set(conn, app, &text)?)
}

/// Problems in one line.
fn told(problems: &[PanelProblem]) -> String {
    let told = problems.iter().map(|(field, why)| format!("{field}: {why}"));
    told.collect::<Vec<_>>().join(" ")
}

/// The settings that a form means; else what is wrong with it.
fn read(form: &PanelForm) -> Result<PanelSettings, Vec<PanelProblem>> {
    let mut problems = Vec::new();
    let mut note = |field, outcome: Result<(), String>| {
        if let Err(why) = outcome {
            problems.push((field, why));
        }
    };
    let brand = tidy(&form.brand).to_owned();
    note("brand", check_brand(&brand));
    let welcome = tidy(&form.welcome).replace("\r\n", "\n");
    note("welcome", check_welcome(&welcome));
    for (field, what, text) in [
        ("support", "The address of help", &form.support),
        ("terms", "The address of the terms", &form.terms),
    ] {
        note(field, check_link(what, tidy(text)));
    }
    let mut colour = |field, text: &str, dark| match check_colour(text, dark) {
        Ok(colour) => colour,
        Err(why) => {
            problems.push((field, why));
            PanelSettings::default().light
        }
    };
    let (light, dark) = (colour("light", &form.light, false), colour("dark", &form.dark, true));
    if !PANEL_LANGUAGES.contains(&form.language.as_str()) {
        problems.push(("language", "The panel does not speak this language.".into()));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let some = |text: &str| Some(tidy(text).to_owned()).filter(|text| !text.is_empty());
    let offered = |offer: &Offer| form.offers.iter().any(|name| name == offer.name());
    Ok(PanelSettings {
        on: form.on,
        offers: Offer::ALL.into_iter().filter(offered).collect(),
        brand: some(&brand),
        light,
        dark,
        welcome: some(&welcome),
        support: some(&form.support),
        terms: some(&form.terms),
        language: form.language.clone(),
    })
}

fn check_brand(brand: &str) -> Result<(), String> {
    match brand.len() {
        0 => Ok(()),
        length if length > BRAND_MAX => {
            Err(format!("The name has at most {BRAND_MAX} bytes; this one has {length}."))
        }
        _ if is_line(brand) => Ok(()),
        _ => Err("The name is one line of text, without marks that change its direction.".into()),
    }
}

fn check_welcome(welcome: &str) -> Result<(), String> {
    if welcome.len() > WELCOME_MAX {
        return Err(format!("The welcome has at most {WELCOME_MAX} bytes; this one has {}.", welcome.len()));
    }
    let fits = welcome.is_empty() || welcome.split('\n').all(|line| line.is_empty() || is_line(line));
    if fits { Ok(()) } else { Err("The welcome holds characters that cannot be shown.".into()) }
}

fn check_link(what: &str, text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with("https://") {
        return Err(format!("{what} begins with https://."));
    }
    check_url(what, text, URL_MAX).map_err(|error| format!("{error}."))
}

/// Reads a colour on which and in which texts can be read.
fn check_colour(text: &str, dark: bool) -> Result<Colour, String> {
    let colour: Colour = tidy(text).parse().map_err(|why: String| format!("Not a colour: {why}."))?;
    let contrast = colour.contrast_on_ground(dark);
    if contrast >= CONTRAST_MIN {
        return Ok(colour);
    }
    let (ground, advice) = if dark { ("dark", "a lighter") } else { ("light", "a darker") };
    // Rounded down: 4.49 must not read as 4.5.
    let shown = (contrast * 100.0).floor() / 100.0;
    Err(format!(
        "Links in {colour} have a contrast of {shown:.2} to 1 on the {ground} ground, which many cannot read. At least \
         {CONTRAST_MIN} to 1 is needed: take {advice} one."
    ))
}

/// What is another now: `name: old → new`, separated by semicolons.
fn differences(old: &PanelSettings, new: &PanelSettings) -> String {
    let offers =
        |of: &PanelSettings| of.offers.iter().map(|offer| offer.name()).collect::<Vec<_>>().join(" ");
    let text = |text: &Option<String>| text.clone().unwrap_or_default().replace('\n', " ");
    let pairs = [
        ("on", old.on.to_string(), new.on.to_string()),
        ("offers", offers(old), offers(new)),
        ("brand", text(&old.brand), text(&new.brand)),
        ("light", old.light.to_string(), new.light.to_string()),
        ("dark", old.dark.to_string(), new.dark.to_string()),
        ("welcome", text(&old.welcome), text(&new.welcome)),
        ("support", text(&old.support), text(&new.support)),
        ("terms", text(&old.terms), text(&new.terms)),
        ("language", old.language.clone(), new.language.clone()),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(name, old, new)| format!("{name}: {old} → {new}")).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> PanelForm {
        PanelForm {
            light: "#2f5bd0".into(),
            dark: "#86a8ff".into(),
            language: "de".into(),
            ..PanelForm::default()
        }
    }

    fn fields(form: &PanelForm) -> Vec<&'static str> {
        read(form)
            .map_or_else(|problems| problems.into_iter().map(|(field, _)| field).collect(), |_| Vec::new())
    }

    #[test]
    fn reads_what_fits() {
        let whole = PanelForm {
            on: true,
            offers: vec!["devices".into(), "nonsense".into()],
            brand: " Acme ".into(),
            welcome: "One\r\n\r\nTwo".into(),
            support: "https://acme.example/help".into(),
            ..form()
        };
        let read = read(&whole).unwrap();
        assert_eq!(read.offers, [Offer::Devices]);
        assert_eq!(read.brand.as_deref(), Some("Acme"));
        assert_eq!(read.welcome.as_deref(), Some("One\n\nTwo"));
        assert_eq!(read.terms, None);
    }

    #[test]
    fn refuses_what_does_not() {
        assert!(fields(&form()).is_empty());
        for (field, form) in [
            ("brand", PanelForm { brand: "x".repeat(61), ..form() }),
            ("brand", PanelForm { brand: "a\nb".into(), ..form() }),
            ("brand", PanelForm { brand: "a\u{202e}b".into(), ..form() }),
            ("welcome", PanelForm { welcome: "x".repeat(1001), ..form() }),
            ("welcome", PanelForm { welcome: "a\0b".into(), ..form() }),
            ("support", PanelForm { support: "http://acme.example".into(), ..form() }),
            ("support", PanelForm { support: "javascript:alert(1)".into(), ..form() }),
            ("terms", PanelForm { terms: "https://".into(), ..form() }),
            ("terms", PanelForm { terms: format!("https://a.example/{}", "x".repeat(300)), ..form() }),
            ("light", PanelForm { light: "#ffff00".into(), ..form() }),
            ("light", PanelForm { light: "red;}".into(), ..form() }),
            ("dark", PanelForm { dark: "#000000".into(), ..form() }),
            ("language", PanelForm { language: "tlh".into(), ..form() }),
        ] {
            assert_eq!(fields(&form), [field]);
        }
        let [(_, told)] = &read(&PanelForm { light: "#ffff00".into(), ..form() }).unwrap_err()[..] else {
            panic!("one problem")
        };
        assert!(told.contains("a contrast of 0.99 to 1") || told.contains("a contrast of 1.0"), "{told}");
    }
}
