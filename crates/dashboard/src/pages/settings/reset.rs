//! Putting settings back to their defaults: one, or all that differ.

use claviger_service::vendor::ShownSetting;

use super::page::Part;
use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    frame::Nav,
    setting_groups::label,
    settings_change::{Wish, change_or_ask, no_such_setting},
    visit::Visit,
};

/// Those that are meant, of those that differ.
fn meant(visit: &Visit, part: Part, fields: &Fields) -> Result<Vec<ShownSetting>, Fault> {
    let settings = part.settings(visit.app()?);
    if fields.get("all") == Some("yes") {
        return Ok(settings.into_iter().filter(ShownSetting::differs).collect());
    }
    let wanted = fields.get("name").unwrap_or_default();
    match settings.into_iter().find(|setting| setting.name == wanted) {
        Some(setting) => Ok(if setting.differs() { vec![setting] } else { Vec::new() }),
        None => no_such_setting(),
    }
}

fn kept(fields: &Fields) -> Vec<(String, String)> {
    let kept = ["name", "all"].into_iter();
    kept.filter_map(|name| fields.get(name).map(|value| (name.to_owned(), value.to_owned()))).collect()
}

const NONE: &str = "It has its default already.";

pub(super) async fn ask(visit: Visit, part: Part) -> Answer {
    let (base, settings) = (app_base(visit.app()?), meant(&visit, part, &visit.query)?);
    let back = format!("{base}settings");
    let (title, what) = match &settings[..] {
        [] => return visit.see_other_saying(back, NONE),
        [one] => (format!("Reset {}?", label(one.name)), format!("It becomes {} again.", default(one))),
        many => {
            let names: Vec<&str> = many.iter().map(|setting| label(setting.name)).collect();
            let what = format!("These go back to their defaults: {}.", names.join(", "));
            (format!("Reset {} settings?", many.len()), what)
        }
    };
    let button = title.trim_end_matches('?').to_owned();
    let words = vec![what, "What it was before stays in the audit log, but for what is hidden.".into()];
    let (action, fields) = (format!("{}/reset", part.path(&base)), kept(&visit.query));
    Confirm { title, words, button, action, fields, back, ..Confirm::default() }
        .ask(&visit, Nav::AppSettings)
        .await
}

fn default(setting: &ShownSetting) -> String {
    match setting.default.as_str() {
        "" => "empty".into(),
        "true" => "on".into(),
        "false" => "off".into(),
        text => format!("“{text}”"),
    }
}

pub(super) async fn reset(visit: Visit, part: Part) -> Answer {
    let (base, settings) = (app_base(visit.app()?), meant(&visit, part, &visit.form)?);
    let back = format!("{base}settings");
    if settings.is_empty() {
        return visit.see_other_saying(back, NONE);
    }
    let said = match &settings[..] {
        [one] => format!("Reset: {}.", label(one.name)),
        many => format!("Reset {} settings.", many.len()),
    };
    let changes = settings.into_iter().map(|setting| (setting.name.to_owned(), setting.default)).collect();
    let (action, fields) = (format!("{}/reset", part.path(&base)), kept(&visit.form));
    change_or_ask(&visit, Wish { changes, fields, action, back, said }).await
}
