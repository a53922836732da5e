//! `/dashboard/{app}/webhooks/log/{id}`: one event, with what was sent and what came back.

use askama::Template;
use claviger_service::vendor::{ManageError, WebhookEvent};

use super::{list::address, log::class};
use crate::{
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    record::record,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "webhook_event.html")]
struct Page {
    frame: Frame,
    base: String,
    event: WebhookEvent,
    time: Moment,
    class: &'static str,
    may_replay: bool,
}

/// The event that the path names.
async fn named(visit: &Visit) -> Result<WebhookEvent, Fault> {
    let id: i64 = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    visit.service().webhook_event(visit.app()?, id).await?.ok_or(Fault::NotFound)
}

pub(super) async fn show(visit: Visit) -> Answer {
    let event = named(&visit).await?;
    let page = Page {
        frame: visit.frame("Webhook event", Nav::Webhooks).await?,
        base: address(visit.app()?),
        time: visit.moment(event.time),
        class: class(&event.outcome),
        may_replay: event.webhook.is_none() && event.request.is_some(),
        event,
    };
    visit.render(&page)
}

pub(super) async fn replay(visit: Visit) -> Answer {
    let (app, event) = (visit.app()?, named(&visit).await?);
    match visit.service().replay_message(app, event.id).await {
        Ok(()) => {
            record(&visit, app, "replay-message", &format!("event {}", event.id)).await?;
            visit.see_other_saying(format!("{}/messages", address(app)), "The message is sent once more.")
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}
