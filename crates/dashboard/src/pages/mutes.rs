//! `/dashboard/{app}/mutes`: who may not speak in chats, until when.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Permission;
use claviger_service::vendor::{Mute, entry_end};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, refusal, sentence},
    frame::{Frame, Nav},
    moment::Moment,
    record::record_about,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Chats);
/// Users on a page.
const ROWS: i64 = 50;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/mutes", NEED, |visit| {
        Box::pin(async move { page(&visit, StatusCode::OK, None).await })
    }),
    Route::post("/dashboard/{app}/mutes", NEED, |visit| Box::pin(mute(visit))),
    Route::post("/dashboard/{app}/mutes/remove", NEED, |visit| Box::pin(unmute(visit))),
];

/// Longest mute in seconds.
const MUTE_MAX: i64 = 3_153_600_000;
/// For how long one may choose to mute, in minutes, with its words.
const SPANS: [(&str, &str); 5] =
    [("10", "10 minutes"), ("60", "an hour"), ("1440", "a day"), ("10080", "a week"), ("43200", "30 days")];

struct Row {
    /// Number of the user, by which the mute is lifted.
    id: i64,
    user: String,
    until: Moment,
}

#[derive(Template)]
#[template(path = "mutes.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
    spans: [(&'static str, &'static str); 5],
    problem: Option<String>,
    user: String,
    /// Number of a user whose name is made up.
    id: String,
    minutes: String,
    until: String,
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let after = visit.query.filled("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let mut mutes = visit.service().mutes_page(app, after, ROWS + 1).await?;
    let more = i64::try_from(mutes.len()).is_ok_and(|count| count > ROWS);
    if more {
        mutes.pop();
    }
    let path = format!("{base}mutes");
    let last = mutes.last().filter(|_| more).map(|last| last.user);
    let row =
        |Mute { user, username, until, .. }| Row { id: user, user: username, until: visit.moment(until) };
    let page = Page {
        frame: visit.frame("Mutes", Nav::Chats).await?,
        pages: Pages {
            first: (after != 0).then(|| path.clone()),
            back: None,
            on: last.map(|last| Link::new(path.clone()).with("after", last).into()),
        },
        rows: mutes.into_iter().map(row).collect(),
        spans: SPANS,
        problem,
        user: visit.form.get("user").map_or_else(|| visit.query.kept("user"), str::to_owned),
        id: visit.form.get("id").map_or_else(|| visit.query.kept("id"), str::to_owned),
        minutes: visit.form.get("minutes").unwrap_or("60").to_owned(),
        until: visit.form.kept("until"),
        base,
    };
    visit.render_as(status, &page)
}

/// For how many seconds a form wants somebody muted.
fn seconds(visit: &Visit) -> Result<i64, String> {
    let now = visit.now();
    if let Some(until) = visit.form.filled("until") {
        let end = entry_end(Some(until), None, now).map_err(|fault| sentence(&fault.to_string()))?;
        let seconds = end.unwrap_or(now) - now;
        return if seconds <= MUTE_MAX {
            Ok(seconds)
        } else {
            Err("Mute for a hundred years at most.".into())
        };
    }
    let minutes = visit.form.get("minutes").unwrap_or_default();
    let known = SPANS.iter().any(|(known, _)| *known == minutes);
    match minutes.parse::<i64>() {
        Ok(minutes) if known => Ok(minutes * 60),
        _ => Err("Choose for how long.".into()),
    }
}

async fn mute(visit: Visit) -> Answer {
    let app = visit.app()?;
    let user = visit.form.get("user").unwrap_or_default().trim().to_owned();
    let refused = async |problem| page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await;
    if user.is_empty() || user.contains('\0') {
        return refused("Write the name of a user.".into()).await;
    }
    let seconds = match seconds(&visit) {
        Ok(seconds) => seconds,
        Err(problem) => return refused(problem).await,
    };
    let muted = match visit.form.filled("id").and_then(|id| id.parse().ok()) {
        Some(id) => visit.service().mute_made_up(app, id, &user, seconds).await,
        None => visit.service().mute(app, &user, seconds).await,
    };
    let until = match muted {
        Ok(until) => visit.moment(until),
        Err(error) => return refused(refusal(error)?).await,
    };
    record_about(&visit, app, &user, "muteuser", &format!("until {}", until.exact())).await?;
    let said = format!("{user} may not speak until {}.", until.exact());
    visit.see_other_saying(format!("{}mutes", app_base(app)), &said)
}

async fn unmute(visit: Visit) -> Answer {
    let app = visit.app()?;
    let back = format!("{}mutes", app_base(app));
    let user = visit.form.get("user").and_then(|number| number.parse().ok());
    let unmuted = match user {
        Some(user) => visit.service().unmute_number(app, user).await?,
        None => None,
    };
    match unmuted {
        None => visit.see_other_saying(back, "There is no such user."),
        Some((name, false)) => visit.see_other_saying(back, &format!("{name} was not muted any more.")),
        Some((name, true)) => {
            record_about(&visit, app, &name, "unmuteuser", "muted → not muted").await?;
            visit.see_other_saying(back, &format!("{name} may speak again."))
        }
    }
}
