//! `/dashboard/{app}/licenses/made/{form}`: what a form made, for who sent it, for a day.

use askama::Template;
use bytes::Bytes;
use claviger_domain::NEVER;
use claviger_service::vendor::License;
use futures_util::stream;

use super::form::{is_form_id, who};
use crate::{
    addresses::{app_base, license_page},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::{Moment, length},
    plots::grouped,
    tables::{csv_field, download as file},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "licenses_made.html")]
struct Page {
    frame: Frame,
    base: String,
    here: String,
    app: String,
    worth: String,
    level: String,
    note: Option<String>,
    made: Moment,
    keys: Vec<String>,
    /// Where the one license is, if there is one only.
    one: Option<String>,
}

async fn made(visit: &Visit) -> Result<Vec<License>, Fault> {
    let form = Some(visit.path("form")).filter(|form| is_form_id(form)).ok_or(Fault::NotFound)?;
    let person = who(visit.person()?);
    visit.service().licenses_of_form(visit.app()?, &person, form).await?.ok_or(Fault::NotFound)
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, licenses) = (visit.app()?, made(&visit).await?);
    let Some(first) = licenses.first() else { return Err(Fault::NotFound) };
    let title = match licenses.len() {
        1 => "1 license".into(),
        count => format!("{} licenses", grouped(count as i64)),
    };
    let page = Page {
        frame: visit.frame(title, Nav::Licenses).await?,
        base: app_base(app),
        here: format!("{}licenses/made/{}", app_base(app), visit.path("form")),
        app: app.name.clone(),
        worth: worth(first.duration),
        level: first.level.clone(),
        note: first.note.clone(),
        made: visit.moment(first.gendate),
        one: (licenses.len() == 1).then(|| license_page(app, first.id)),
        keys: licenses.iter().map(|license| license.key.clone()).collect(),
    };
    visit.render(&page)
}

fn worth(duration: i64) -> String {
    match duration {
        NEVER => "time without end".into(),
        seconds => length(seconds.unsigned_abs()),
    }
}

pub(super) async fn download(visit: Visit) -> Answer {
    let licenses = made(&visit).await?;
    let (kind, text) = match visit.path("format") {
        "csv" => ("text/csv; charset=utf-8", csv(&licenses)),
        "txt" => {
            ("text/plain; charset=utf-8", licenses.iter().map(|one| format!("{}\r\n", one.key)).collect())
        }
        _ => return Err(Fault::NotFound),
    };
    let name = format!("{}-licenses.{}", visit.app()?.name, visit.path("format"));
    Ok(file(&name, kind, stream::iter([Ok(Bytes::from(text))])))
}

/// As the import reads it.
fn csv(licenses: &[License]) -> String {
    let mut text = "key,level,days,note,made\r\n".to_owned();
    for one in licenses {
        let days = match one.duration {
            NEVER => "never".into(),
            seconds => (seconds as f64 / 86_400.0).to_string(),
        };
        let made = Moment::new(one.gendate, one.gendate).exact();
        let note = csv_field(one.note.as_deref().unwrap_or_default());
        let made = made.trim_end_matches(" UTC");
        text += &format!("{},{},{days},{note},{made}\r\n", csv_field(&one.key), csv_field(&one.level));
    }
    text
}
