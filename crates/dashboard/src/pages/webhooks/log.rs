//! `/dashboard/{app}/webhooks/log`: what came of messages, tests and calls.

use askama::Template;
use claviger_service::vendor::{WantedEvents, WebhookEvent};

use super::list::address;
use crate::{
    addresses::Link,
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 50;
/// What may be filtered: values and words.
const KINDS: [(&str, &str); 3] = [("message", "Messages"), ("call", "Calls of programs"), ("test", "Tests")];
const OUTCOMES: [(&str, &str); 4] =
    [("arrived", "Arrived"), ("refused", "Refused"), ("failed", "Failed"), ("given up", "Given up")];

/// An event in the table.
struct Row {
    event: WebhookEvent,
    time: Moment,
    class: &'static str,
    address: String,
}

/// How an outcome looks.
pub(super) fn class(outcome: &str) -> &'static str {
    match outcome {
        "arrived" => "good",
        "refused" | "failed" => "warn",
        _ => "bad",
    }
}

#[derive(Template)]
#[template(path = "webhook_log.html")]
struct Page {
    frame: Frame,
    base: String,
    wanted: WantedEvents,
    any: bool,
    kinds: [(&'static str, &'static str); 3],
    outcomes: [(&'static str, &'static str); 4],
    rows: Vec<Row>,
    pages: Pages,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let one_of = |name: &str, known: &[(&str, &str)]| {
        let value = visit.query.get(name).unwrap_or_default();
        known.iter().find(|(word, _)| *word == value).map_or("", |(word, _)| word).to_owned()
    };
    let wanted = WantedEvents {
        kind: one_of("kind", &KINDS),
        outcome: one_of("outcome", &OUTCOMES),
        webhook: visit.query.filled("webhook").unwrap_or_default().to_owned(),
        before: visit.query.filled("before").and_then(|text| text.parse().ok()),
    };
    let mut events = visit.service().webhook_events(app, wanted.clone(), ROWS + 1).await?;
    let more = events.len() as i64 > ROWS;
    events.truncate(ROWS as usize);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let link = || {
        Link::new(format!("{base}/log"))
            .with_some("kind", some(&wanted.kind))
            .with_some("outcome", some(&wanted.outcome))
            .with_some("webhook", some(&wanted.webhook))
    };
    let on = events.last().filter(|_| more).map(|last| link().with("before", last.id).into());
    let row = |event: WebhookEvent| Row {
        time: visit.moment(event.time),
        class: class(&event.outcome),
        address: format!("{base}/log/{}", event.id),
        event,
    };
    let page = Page {
        frame: visit.frame("Webhook log", Nav::Webhooks).await?,
        any: !(wanted.kind.is_empty() && wanted.outcome.is_empty() && wanted.webhook.is_empty()),
        pages: Pages { first: wanted.before.map(|_| link().into()), back: None, on },
        rows: events.into_iter().map(row).collect(),
        kinds: KINDS,
        outcomes: OUTCOMES,
        base,
        wanted,
    };
    visit.render(&page)
}
