//! `/dashboard/-/account-logs`: what happened to a person's account.

use askama::Template;

use crate::{
    addresses::Link,
    browsers::browser,
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

const LOGS: &str = "/dashboard/-/account-logs";
/// Entries of a page.
const PAGE: i64 = 50;

pub(crate) const ROUTES: &[Route] = &[Route::get(LOGS, Need::Person, |visit| Box::pin(show(visit)))];

struct Row {
    time: Moment,
    event: String,
    detail: String,
    ip: String,
    browser: String,
    user_agent: String,
    failed: bool,
}

#[derive(Template)]
#[template(path = "account_logs.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    pages: Pages,
}

async fn show(visit: Visit) -> Answer {
    let before = visit.query.get("before").and_then(|before| before.parse().ok());
    let mut entries = visit.service().person_log(visit.person()?, before, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let last = entries.last().filter(|_| more);
    let pages = Pages {
        first: before.map(|_| LOGS.into()),
        back: None,
        on: last.map(|entry| Link::new(LOGS).with("before", entry.id).into()),
    };
    let rows = entries.into_iter().map(|entry| Row {
        time: visit.moment(entry.time),
        failed: entry.event == claviger_service::people::Event::Failed.as_str(),
        event: entry.event,
        detail: entry.detail,
        ip: entry.ip,
        browser: browser(&entry.user_agent),
        user_agent: entry.user_agent,
    });
    let rows = rows.collect();
    let frame = visit.frame("Log of your account", Nav::AccountLogs).await?;
    visit.render(&Page { frame, rows, pages })
}
