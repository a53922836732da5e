//! Sending notices: each message by one node, and again where it does not arrive.

use std::{sync::Arc, time::Duration};

use claviger_capacity::Who;
use claviger_domain::hmac_sha256_hex;
use claviger_outgoing::{Call, Redirects};
use claviger_store::{Conn, StoreError, notices};
use tracing::{Instrument as _, info_span};

use crate::{
    Service, ServiceError,
    vendor::{Notice, open_notices},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// Messages that are sent in one go.
const TOGETHER: i64 = 16;
/// A claimed message is left alone by others for so many seconds.
const LEASE: i64 = 120;
/// Seconds until the next try, by the number of tries that failed; then it is given up.
const RETRY_AFTER: [i64; 5] = [30, 120, 600, 3600, 14_400];
const TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_MAX: usize = 16 * 1024;

impl Service {
    /// Looks whether there is something to tell, and sends what waits, until the task is dropped.
    pub(super) async fn notify_forever(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.watch_notices().await {
                error.log("it cannot be looked whether there is something to tell");
            }
            if let Err(error) = self.send_notices().await {
                error.log("notices cannot be sent");
            }
        }
    }

    /// Sends messages that are due.
    pub(crate) async fn send_notices(self: &Arc<Self>) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let due = move |conn: &mut Conn<'_>| notices::due(conn, now, TOGETHER);
        let due = self.store.db().read::<_, StoreError, _>(due).await?;
        let span = || info_span!(target: "claviger::trace", "notice");
        let sent = due.into_iter().map(|notice| self.send_one(notice).instrument(span()));
        futures_util::future::join_all(sent).await.into_iter().collect()
    }

    async fn send_one(&self, notice: Notice) -> Result<(), ServiceError> {
        let (seen, now, vault) = (notice.clone(), self.clock.now(), self.vault.clone());
        let claim = move |conn: &mut Conn<'_>| {
            // Whoever cannot read where it goes leaves it to those who can.
            let Ok(settings) = open_notices(&vault, notices::get(conn, seen.app)?.as_deref()) else {
                return Ok(None);
            };
            let claimed = notices::claim(conn, &seen, now + LEASE)?;
            Ok::<_, StoreError>(claimed.then_some(settings))
        };
        let Some(settings) = self.store.db().write(claim).await? else { return Ok(()) };
        let came = match Self::is_mail(&notice) {
            true if settings.confirmed => self.mail(&settings.email, &notice).await,
            true => Err("the address of mails was changed".into()),
            false if settings.url.is_empty() => Err("there is no address any more".into()),
            false => self.call(&settings.url, &settings.secret, &notice).await,
        };
        let (app, id, now) = (notice.app, notice.id, self.clock.now());
        let next = usize::try_from(notice.tries).ok().and_then(|tries| RETRY_AFTER.get(tries));
        let next = next.map(|wait| now + wait);
        let end = move |conn: &mut Conn<'_>| match came {
            Ok(()) => notices::arrived(conn, app, id, now),
            Err(why) => notices::failed(conn, app, id, &why, next),
        };
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }

    async fn mail(&self, to: &str, notice: &Notice) -> Result<(), String> {
        let Some(mails) = &self.mails else { return Err("this server sends no mail".into()) };
        let text = format!("{}\n\nYou chose this on the application's page of notices.\n", notice.body);
        match mails.send(Who::app(notice.app), to, &notice.subject, &text).await {
            true => Ok(()),
            false => Err("the mail server did not take it".into()),
        }
    }

    /// Calls an address; the header `claviger-signature` is the HMAC-SHA256 of the body under the secret.
    async fn call(&self, url: &str, secret: &str, notice: &Notice) -> Result<(), String> {
        let signature = hmac_sha256_hex(secret.as_bytes(), notice.body.as_bytes());
        let id = format!("{}-{}", notice.app, notice.id);
        let call = Call {
            url,
            body: Some(notice.body.clone().into_bytes()),
            content_type: Some("application/json"),
            user_agent: "Claviger",
            max_bytes: ANSWER_MAX,
            timeout: TIMEOUT,
            redirects: Redirects::None,
            headers: &[("claviger-signature", signature.as_str()), ("claviger-notice", id.as_str())],
        };
        let answer = self.calls.call(Who::app(notice.app), call).await.map_err(|error| error.to_string())?;
        if (200..300).contains(&answer.status) {
            Ok(())
        } else {
            Err(format!("it answered {}", answer.status))
        }
    }
}
