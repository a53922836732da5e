//! What a form of settings asks for: only what was changed since the page was made, all of it or nothing.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use claviger_service::{
    Service,
    vendor::{ShownSetting, Written},
};

use super::page::{Part, page, typed, written};
use crate::{
    addresses::app_base,
    fault::Answer,
    fields::Fields,
    setting_groups::label,
    settings_change::{NO_API, Wish, change_or_ask, leaves_no_api},
    visit::Visit,
};

/// What a form asks for.
#[derive(Default)]
struct Asked {
    changes: Vec<(String, String)>,
    /// The fields that ask for it.
    fields: Vec<(String, String)>,
    problems: BTreeMap<String, String>,
}

impl Asked {
    /// Reads what was changed: a setting whose value is another than the one that the form was made with.
    fn read(settings: &[ShownSetting], form: &Fields) -> Self {
        let mut asked = Self::default();
        for setting in settings {
            let (name, now) = (setting.name, written(setting));
            let Some(was) = form.get(&format!("was.{name}")).map(|text| text.replace("\r\n", "\n")) else {
                continue;
            };
            let Some(new) = typed(setting, form).filter(|new| *new != was) else { continue };
            if was != now && new != now {
                let told = "Somebody else changed it meanwhile: this is what you typed. Load the page anew to see it.";
                asked.problems.insert(name.into(), told.into());
            }
            asked.fields.push((format!("was.{name}"), was));
            asked.fields.extend(field(setting, &new));
            asked.changes.push((name.into(), stored(setting, new)));
        }
        asked
    }
}

/// The field that says the same once more.
fn field(setting: &ShownSetting, new: &str) -> Option<(String, String)> {
    let name = setting.name;
    match setting.written {
        Written::Flag => (new == "true").then(|| (name.into(), "true".into())),
        Written::Hidden(_) if new.is_empty() => Some((format!("clear.{name}"), "yes".into())),
        _ => Some((name.into(), new.to_owned())),
    }
}

/// A value as the use case reads it.
fn stored(setting: &ShownSetting, new: String) -> String {
    match setting.written {
        Written::List => new.replace(['\n', '\r'], ","),
        _ => new,
    }
}

pub(super) async fn change(visit: Visit, part: Part) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let mut asked = Asked::read(&part.settings(app), &visit.form);
    asked.problems.extend(Service::setting_problems(&asked.changes));
    if asked.problems.is_empty() && !asked.changes.is_empty() {
        let trial = visit.service().try_settings(app, &asked.changes).await?;
        if asked.changes.iter().any(|(name, _)| name.starts_with("api.")) && leaves_no_api(&trial.settings) {
            asked.problems.insert("api.v1_3".into(), NO_API.into());
        }
    }
    if !asked.problems.is_empty() {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &asked.problems).await;
    }
    let back = match asked.changes.first() {
        Some((name, _)) => format!("{base}settings#{name}"),
        None => return visit.see_other_saying(format!("{base}settings"), "Nothing was changed."),
    };
    let said = match &asked.changes[..] {
        [(name, _)] => format!("Changed: {}.", label(name)),
        many => format!("Changed {} settings.", many.len()),
    };
    let Asked { changes, fields, .. } = asked;
    change_or_ask(&visit, Wish { changes, fields, action: part.path(&base), back, said }).await
}
