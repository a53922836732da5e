//! Webhooks, as programs use them: the server calls an address that the program does not know.

use std::time::{Duration, Instant};

use claviger_capacity::Who;
use claviger_domain::{ClientAddress, climbs};
use claviger_outgoing::{Call, Redirects};
use claviger_store::{
    webhook_events::WebhookEvent,
    webhooks::{self, Webhook},
};

use crate::{
    App, Service, ServiceError,
    shared::{
        calls::{CallFailure, RELAYED},
        text::shown_target,
    },
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer in bytes that is handed on.
const ANSWER_MAX: usize = 1024 * 1024;

/// What a program adds to the call.
#[derive(Clone, Debug, Default)]
pub struct WebhookCall {
    /// Goes behind the address, once decoded from its URL encoding by the caller.
    pub params: String,
    /// Sent with POST; without one it is a GET.
    pub body: Option<Vec<u8>>,
    /// The body's type.
    pub content_type: Option<String>,
}

impl Service {
    /// Finds a webhook.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook(&self, app: &App, id: &str) -> Result<Option<Webhook>, ServiceError> {
        let (app, id) = (app.id, id.to_owned());
        Ok(self.store.db().read(move |conn| webhooks::get(conn, app, &id)).await?)
    }

    /// Calls a webhook; what it answered, whatever the status. Empty when it cannot be reached in ten seconds, answers
    /// with more than a mebibyte, is an inner address, or too many calls
    /// are under way for this application, this client or all.
    pub async fn call_webhook(
        &self,
        app: &App,
        ip: ClientAddress,
        webhook: &Webhook,
        call: WebhookCall,
    ) -> Vec<u8> {
        let url = format!("{}{}", webhook.url, call.params);
        if !is_within(&webhook.url, &url) {
            if self.vain.may_tell(app.id) {
                tracing::info!(webhook = %webhook.id, "a program's parameters would lead elsewhere");
            }
            self.note_call(
                app,
                webhook,
                Instant::now(),
                Err("the program's parameters would lead elsewhere".into()),
            );
            return Vec::new();
        }
        let call = Call {
            url: &url,
            body: call.body,
            content_type: call.content_type.as_deref(),
            user_agent: &webhook.user_agent,
            max_bytes: ANSWER_MAX,
            timeout: TIMEOUT,
            redirects: Redirects::SameHost,
            headers: &[(RELAYED, "1")],
        };
        let begun = Instant::now();
        match self.calls.call(Who::client(app.id, ip), call).await {
            Ok(answer) => {
                self.note_call(app, webhook, begun, Ok(answer.status));
                answer.body
            }
            Err(error) => {
                self.note_call(app, webhook, begun, Err(error.to_string()));
                if self.vain.may_tell(app.id) {
                    tell(&webhook.id, &error);
                }
                Vec::new()
            }
        }
    }
}

impl Service {
    /// Notes what came of a call, to be written later. What was sent and what came back are the program's.
    fn note_call(&self, app: &App, webhook: &Webhook, begun: Instant, came: Result<u16, String>) {
        let outcome = match came {
            Ok(200..=299) => "arrived",
            Ok(_) => "refused",
            Err(_) => "failed",
        };
        let event = WebhookEvent {
            time: self.clock.now(),
            kind: "call".into(),
            webhook: Some(webhook.id.clone()),
            target: shown_target(&webhook.url),
            outcome: outcome.into(),
            status: came.as_ref().ok().map(|status| i64::from(*status)),
            reason: came.err(),
            took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            attempt: 1,
            ..WebhookEvent::default()
        };
        self.webhook_calls.note(app.id, event);
    }
}

fn tell(webhook: &str, error: &CallFailure) {
    match error {
        CallFailure::Busy(_) => tracing::warn!(webhook, "too many webhooks are being called"),
        CallFailure::Call(error) => tracing::info!(webhook, %error, "a webhook could not be called"),
    }
}

/// Whether `url`, which begins with `base`, has its scheme, host and port, and a path that begins with its path and
/// leads nowhere else, however often whoever is called decodes it.
fn is_within(base: &str, url: &str) -> bool {
    let (Ok(base), Ok(url)) = (url::Url::parse(base), url::Url::parse(url)) else { return false };
    let Some(added) = url.path().strip_prefix(base.path()) else { return false };
    // Together they may mean what neither does; what the vendor's own path means is the vendor's business.
    let climbing = climbs(added) || (climbs(url.path()) && !climbs(base.path()));
    base.origin() == url.origin() && !climbing && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_do_not_lead_elsewhere() {
        let within = |base: &str, params: &str| is_within(base, &format!("{base}{params}"));
        assert!(within("https://example.org/hook", "?a=b&c=https://evil.example/"));
        assert!(within("https://example.org/hook?key=1", "&a=../x"));
        assert!(within("https://example.org", "/path"));
        assert!(within("https://example.org/hook/", "sub/path"));
        assert!(within("https://example.org/hook/", "a..b/50%25/x?up=../.."));
        assert!(within("https://example.org/hook?to=", "../x"));
        assert!(within("https://example.org/hook", "#/../x"));
        assert!(within("https://example.org/%252e%252e/hook", "/sub"));
        for params in ["@evil.example/", ".evil.example/", ":8443/", "1"] {
            assert!(!within("https://example.org", params), "{params}");
        }
        for params in [
            "/../../admin",
            "../admin",
            "%2e%2e/admin",
            "..\\admin",
            "..%2fadmin",
            "..%252fadmin",
            "..%5cadmin",
            "%252e%252e/admin",
            "..;/admin",
            "x/..;a=b/..;/admin",
            "%c0%ae%c0%ae/admin",
            "．．/admin",
            "..%3f",
            ".\t%2e%2fadmin",
        ] {
            for base in ["https://example.org/hook/", "https://example.org/hook/x/"] {
                assert!(!within(base, params), "{base}{params}");
            }
        }
        for (base, params) in [
            ("https://example.org/hook", "/..%2fadmin"),
            ("https://example.org/hook/.", "%252e/admin"),
            ("https://example.org/hook/%2", "e%252e/admin"),
            ("https://example.org/hook/%", "2e./admin"),
            ("https://example.org/hook", "/..%2fadmin?key=1"),
            ("https://example.org/%252e%252e/hook/", "..%2fadmin"),
        ] {
            assert!(!within(base, params), "{base}{params}");
        }
    }
}
