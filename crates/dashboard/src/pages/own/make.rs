//! Making licenses within the balance.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{
    ServiceError,
    vendor::{Added, BATCH_MAX, LEVEL_MAX, Length, LicenseFailure, NOTE_MAX, OwnKeys},
};

use super::rights::{Has, own};
use crate::{
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    record::record_about,
    visit::Visit,
};

/// Bytes of randomness that tell a form from others.
const ONCE_BYTES: usize = 16;

/// A length, and how many of it are left.
struct Choice {
    value: &'static str,
    words: String,
    chosen: bool,
    left: i64,
}

#[derive(Template)]
#[template(path = "own_new.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    choices: Vec<Choice>,
    /// Levels to choose from; none: any may be typed.
    levels: Vec<(String, bool)>,
    level: String,
    level_max: usize,
    amount: String,
    amount_max: i64,
    note: String,
    note_max: usize,
    once: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "own_made.html")]
struct Made {
    frame: Frame,
    keys: Vec<String>,
    again: bool,
    back: String,
    more: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let (has, back) = (Has::of(visit)?, own(visit.app()?));
    let form = &visit.form;
    let chosen = form.get("length").and_then(Length::parse).unwrap_or(Length::Month);
    let choice = |length: Length| {
        let left = left(&has, length);
        Choice {
            value: length.as_str(),
            words: format!("{} ({left} left)", length.words()),
            chosen: length == chosen,
            left,
        }
    };
    let once = match form.get("once") {
        Some(once) if problem.is_some() => once.to_owned(),
        _ => visit.service().random().hex(ONCE_BYTES),
    };
    let typed = form.kept("level");
    visit.render_as(
        status,
        &Page {
            frame: visit.frame("New licenses", Nav::Own).await?,
            action: format!("{back}/new"),
            back,
            choices: Length::ALL.into_iter().map(choice).collect(),
            levels: has.levels.iter().map(|level| (level.clone(), *level == typed)).collect(),
            level: if typed.is_empty() { "1".into() } else { typed },
            level_max: LEVEL_MAX,
            amount: form.get("amount").unwrap_or("1").to_owned(),
            amount_max: BATCH_MAX,
            note: form.kept("note"),
            note_max: NOTE_MAX,
            once,
            problem,
        },
    )
}

fn left(has: &Has, length: Length) -> i64 {
    let balance = &has.balance;
    match length {
        Length::Day => balance.day,
        Length::Week => balance.week,
        Length::Month => balance.month,
        Length::ThreeMonths => balance.three_month,
        Length::SixMonths => balance.six_month,
        Length::Year => balance.year,
        Length::Lifetime => balance.lifetime,
    }
}

fn read(visit: &Visit) -> Result<OwnKeys, String> {
    let form = &visit.form;
    let length = form.get("length").and_then(Length::parse).ok_or("Choose how long the licenses last.")?;
    let amount: i64 = form.filled("amount").and_then(|text| text.parse().ok()).unwrap_or(0);
    if !(1..=BATCH_MAX).contains(&amount) {
        return Err(format!("Make 1 to {BATCH_MAX} licenses at a time."));
    }
    let once =
        form.filled("once").filter(|once| once.len() <= 64).ok_or("Load the page anew and try again.")?;
    Ok(OwnKeys {
        length,
        level: form.filled("level").unwrap_or_default().to_owned(),
        amount,
        note: form.filled("note").map(str::to_owned),
        once: once.to_owned(),
    })
}

pub(super) async fn make(visit: Visit) -> Answer {
    let wanted = match read(&visit) {
        Ok(wanted) => wanted,
        Err(problem) => return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await,
    };
    let (app, person) = (visit.app()?, visit.person()?);
    let told = format!("amount: {}; level: {}; {}", wanted.amount, wanted.level, wanted.length.words());
    match visit.service().make_own_licenses(app, person, wanted).await {
        Ok(Added { keys, again }) => {
            if !again {
                record_about(&visit, app, &person.name, "add", &told).await?;
            }
            let back = own(app);
            visit.render(&Made {
                frame: visit.frame("Made", Nav::Own).await?,
                keys,
                again,
                more: format!("{back}/new"),
                back,
            })
        }
        Err(failure) => {
            let problem = refused(failure)?;
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
        }
    }
}

/// Why none were made, in a sentence.
fn refused(failure: LicenseFailure) -> Result<String, Fault> {
    Ok(match failure {
        LicenseFailure::Store(error) => return Err(ServiceError::from(error).into()),
        LicenseFailure::OtherEvent | LicenseFailure::EventIsOver => {
            "This form was sent before. Load the page anew to make more.".into()
        }
        LicenseFailure::ResellerBalance => {
            "Your balance does not suffice. The application's owner can give more.".into()
        }
        LicenseFailure::ResellerLevel => "You may not make licenses of this level.".into(),
        LicenseFailure::ManagerMayNot => "Only resellers make licenses here.".into(),
        LicenseFailure::DailyLimit(limit) => {
            format!("The application makes at most {limit} licenses in 24 hours: try again later.")
        }
        LicenseFailure::NoteTooLong => format!("A note has at most {NOTE_MAX} bytes."),
        other => sentence(&other.to_string()),
    })
}
