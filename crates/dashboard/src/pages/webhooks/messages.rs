//! `/dashboard/{app}/webhooks/messages`: lines of `log` on their way to the application's own address.

use askama::Template;
use claviger_service::vendor::{ManageError, WaitingMessage, shown_target};

use super::list::{address, may_settings};
use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    plots::grouped,
    record::record,
    visit::Visit,
};

/// A message that waits.
struct Row {
    message: WaitingMessage,
    written: Moment,
}

#[derive(Template)]
#[template(path = "webhook_messages.html")]
struct Page {
    frame: Frame,
    of_app: String,
    base: String,
    /// Where messages go.
    target: Option<String>,
    may_settings: bool,
    count: String,
    failures: i64,
    next: Option<Moment>,
    rows: Vec<Row>,
}

fn here(visit: &Visit) -> Result<String, Fault> {
    Ok(format!("{}/messages", address(visit.app()?)))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let app = visit.app()?;
    let waiting = visit.service().waiting_messages(app).await?;
    let row = |message: WaitingMessage| Row { written: visit.moment(message.written), message };
    let page = Page {
        frame: visit.frame("Messages", Nav::Webhooks).await?,
        of_app: app_base(app),
        base: address(app),
        target: app.settings.webhook.as_deref().filter(|url| !url.is_empty()).map(shown_target),
        may_settings: may_settings(&visit)?,
        count: grouped(waiting.count),
        failures: waiting.failures,
        next: waiting.next.filter(|_| waiting.count > 0).map(|next| visit.moment(next / 1000)),
        rows: waiting.messages.into_iter().map(row).collect(),
    };
    visit.render(&page)
}

pub(super) async fn test(visit: Visit) -> Answer {
    let app = visit.app()?;
    match visit.service().send_test_message(app).await {
        Ok(()) => {
            record(&visit, app, "test-message", "").await?;
            visit.see_other_saying(
                here(&visit)?,
                "A test message is on its way; the log tells what comes of it.",
            )
        }
        Err(ManageError::Unfit(why)) => Err(Fault::Invalid(crate::fault::sentence(&why))),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn hurry(visit: Visit) -> Answer {
    let any = visit.service().hurry_messages(visit.app()?).await?;
    let said = if any { "It is tried now; the log tells what comes of it." } else { "Nothing waits." };
    visit.see_other_saying(here(&visit)?, said)
}

/// The message that a form names; `None`: all.
fn chosen(text: Option<&str>) -> Result<Option<i64>, Fault> {
    match text {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Fault::NotFound),
    }
}

pub(super) async fn ask_drop(visit: Visit) -> Answer {
    let id = chosen(visit.query.get("id"))?;
    let count = visit.service().waiting_messages(visit.app()?).await?.count;
    let (title, button) = match id {
        Some(_) => ("Drop this message?".to_owned(), "Drop the message".to_owned()),
        None => (format!("Drop all {} messages?", grouped(count)), "Drop all".into()),
    };
    let back = here(&visit)?;
    let confirm = Confirm {
        title,
        words: vec!["It is not sent any more. The line stays in the application's log.".into()],
        button,
        action: format!("{back}/drop"),
        fields: id.map(|id| ("id".to_owned(), id.to_string())).into_iter().collect(),
        back,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Webhooks).await
}

pub(super) async fn drop(visit: Visit) -> Answer {
    let (app, id) = (visit.app()?, chosen(visit.form.get("id"))?);
    let dropped = visit.service().drop_messages(app, id).await?;
    let said = match dropped {
        0 => "Nothing like this waits.".to_owned(),
        1 => "One message is dropped.".into(),
        count => format!("{count} messages are dropped."),
    };
    if dropped > 0 {
        record(&visit, app, "drop-messages", &dropped.to_string()).await?;
    }
    visit.see_other_saying(here(&visit)?, &said)
}
