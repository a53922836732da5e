//! What came of messages and calls to webhooks, what still waits, and trying once more.

use std::time::{Duration, Instant};

use claviger_capacity::Who;
use claviger_outgoing::{Call, Redirects};
use claviger_store::{
    Conn, apps,
    deliveries::{self, NewDelivery, Waiting},
    webhook_events::{self, Room, WantedEvents, WebhookEvent},
    webhooks::Webhook,
};

use super::{ManageError, checks::check_text};
use crate::{
    App, Service, ServiceError,
    shared::{
        calls::{CallFailure, RELAYED},
        embed,
        text::{is_url, lossy_beginning, shown_target},
    },
};

const TEST_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer to a test that are read.
const ANSWER_MAX: usize = 64 * 1024;
/// Bytes of an answer that are shown and kept.
pub(crate) const SHOWN: usize = 4096;
/// Longest body of a test in bytes.
const BODY_MAX: usize = 16 * 1024;
/// Messages that wait and are shown.
const WAITING_SHOWN: i64 = 20;
/// Headers of an answer whose values are not shown.
const SECRET_HEADERS: [&str; 4] = ["set-cookie", "authorization", "www-authenticate", "proxy-authenticate"];

/// What a vendor tries.
#[derive(Clone, Debug, Default)]
pub struct WebhookTest {
    /// Goes behind the address.
    pub params: String,
    /// Sent with POST; empty: a GET.
    pub body: String,
    /// The body's type.
    pub content_type: String,
}

/// What came of a try.
#[derive(Clone, Debug, Default)]
pub struct WebhookTried {
    /// As it is kept.
    pub event: WebhookEvent,
    /// Headers of the reply, without secrets.
    pub headers: Vec<(String, String)>,
}

impl Service {
    /// Events of an application, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook_events(
        &self,
        app: &App,
        wanted: WantedEvents,
        limit: i64,
    ) -> Result<Vec<WebhookEvent>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| webhook_events::page(conn, app, &wanted, limit)).await?)
    }

    /// An event by its number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook_event(&self, app: &App, id: i64) -> Result<Option<WebhookEvent>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| webhook_events::get(conn, app, id)).await?)
    }

    /// What waits for the application's own address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_messages(&self, app: &App) -> Result<Waiting, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| deliveries::waiting(conn, app, WAITING_SHOWN)).await?)
    }

    /// Tries at once to send what waits; `false` when nothing does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hurry_messages(&self, app: &App) -> Result<bool, ServiceError> {
        let (app, now) = (app.id, self.clock.now_ms() as i64);
        let any = self.store.db().write(move |conn| deliveries::hurry(conn, app, now)).await?;
        self.deliver.notify_one();
        Ok(any)
    }

    /// Gives up messages that wait: one, or all; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_messages(&self, app: &App, id: Option<i64>) -> Result<u64, ServiceError> {
        let app = app.id;
        Ok(self.store.db().write(move |conn| deliveries::drop_waiting(conn, app, id)).await?)
    }

    /// Sends the message of an event once more, to the address that the application has now.
    ///
    /// # Errors
    /// When there is no such event, it is no message, or the application has no address for messages.
    pub async fn replay_message(&self, app: &App, id: i64) -> Result<(), ManageError> {
        let event = self.webhook_event(app, id).await?;
        let event = event.ok_or_else(|| ManageError::unknown("event", &id.to_string()))?;
        match event.request {
            Some(body) if event.webhook.is_none() => self.send_message(app, body).await,
            _ => Err(ManageError::Unfit("only messages of the application are sent once more".into())),
        }
    }

    /// Sends a message that says that it is a test.
    ///
    /// # Errors
    /// When the application has no address for messages.
    pub async fn send_test_message(&self, app: &App) -> Result<(), ManageError> {
        self.send_message(app, embed::test(&app.name)).await
    }

    async fn send_message(&self, app: &App, body: String) -> Result<(), ManageError> {
        let url = app.settings.webhook.clone().filter(|url| is_url(url)).ok_or_else(|| {
            ManageError::Unfit(
                "the application has no address for messages; the settings have `webhook`".into(),
            )
        })?;
        let new = NewDelivery { app: app.id, url, body, anonymous: false };
        let (now, bounds) = (self.clock.now_ms() as i64, self.options.shares.deliveries());
        let put = move |conn: &mut Conn<'_>| {
            let put = deliveries::insert(conn, &new, bounds, now)?;
            deliveries::hurry(conn, new.app, now)?;
            Ok(put)
        };
        if !self.manage(put).await? {
            return Err(ManageError::Unfit("too many messages wait; drop some first".into()));
        }
        self.deliver.notify_one();
        Ok(())
    }

    /// Calls a webhook as a program would, past the same guard, and tells what came of it.
    ///
    /// # Errors
    /// When the body or the parameters are too long, or the database fails.
    pub async fn test_webhook(
        &self,
        app: &App,
        webhook: &Webhook,
        test: WebhookTest,
    ) -> Result<WebhookTried, ManageError> {
        if !test.body.is_empty() {
            check_text("the body", &test.body, BODY_MAX)?;
        }
        if test.params.len() > BODY_MAX {
            return Err(ManageError::Unfit(format!("parameters have at most {BODY_MAX} bytes")));
        }
        let url = format!("{}{}", webhook.url, test.params);
        let body = Some(test.body.clone()).filter(|body| !body.is_empty());
        let content_type = Some(test.content_type.as_str()).filter(|kind| body.is_some() && !kind.is_empty());
        let call = Call {
            url: &url,
            body: body.clone().map(String::into_bytes),
            content_type,
            user_agent: &webhook.user_agent,
            max_bytes: ANSWER_MAX,
            timeout: TEST_WITHIN,
            redirects: Redirects::SameHost,
            headers: &[(RELAYED, "1")],
        };
        let begun = Instant::now();
        let came = self.calls.call_and_tell(Who::app(app.id), call).await;
        let mut event = WebhookEvent {
            time: self.clock.now(),
            kind: "test".into(),
            webhook: Some(webhook.id.clone()),
            target: shown_target(&url),
            took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            attempt: 1,
            request: body,
            ..WebhookEvent::default()
        };
        let mut headers = Vec::new();
        match came {
            Ok((answer, told)) => {
                event.status = Some(answer.status.into());
                event.outcome =
                    if (200..300).contains(&answer.status) { "arrived" } else { "refused" }.into();
                event.reply = Some(lossy_beginning(&answer.body, SHOWN));
                headers = told.into_iter().map(masked).collect();
            }
            Err(failure) => {
                event.outcome = "failed".into();
                event.reason = Some(reason(&failure));
            }
        }
        let (app, kept) = (app.id, event.clone());
        let ids = self.manage(move |conn| {
            // Of an application that is deleted meanwhile nothing is left behind.
            match apps::hold_settings(conn, app)? {
                Some(_) => Ok(webhook_events::add(conn, app, Room::Messages, &[kept])?),
                None => Ok(Vec::new()),
            }
        });
        event.id = ids.await?.first().copied().unwrap_or_default();
        Ok(WebhookTried { event, headers })
    }
}

fn reason(failure: &CallFailure) -> String {
    failure.to_string()
}

/// A header as it is shown.
fn masked((name, value): (String, String)) -> (String, String) {
    let secret = SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str());
    (name, if secret { "•••".into() } else { value })
}
