//! `log`: lines that programs write. They are kept, and go to the application's webhook besides, if it has one.

use claviger_domain::{Role, SessionId};
use claviger_store::{
    Conn, StoreError,
    deliveries::{self, NewDelivery},
    logs::{self, Log},
};

use crate::{
    App, Service, ServiceError,
    shared::{
        embed,
        text::{cut, is_url},
    },
};

/// Longest line in bytes; longer ones are dropped.
const MESSAGE_MAX: usize = 275;
/// Bytes that are kept of a computer's name.
const PC_USER_MAX: usize = 32;
/// Lines that applications of testers keep.
const TESTER_LINES: i64 = 20;

/// A line that a program writes.
#[derive(Clone, Debug)]
pub struct Line {
    /// The session in which it is written.
    pub session: SessionId,
    /// Who is signed in, if anybody is.
    pub credential: Option<String>,
    /// Name of the computer or of its user.
    pub pc_user: Option<String>,
    /// The text.
    pub message: Option<String>,
    /// Address of the client.
    pub ip: String,
}

impl Service {
    /// Keeps a line; one without text, or with too much of it, is dropped, and so is one too many in this hour
    /// ([`Shares`](crate::Shares)). Returns once it is on disk; the webhook is called in the background.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_log(&self, app: &App, line: Line) -> Result<(), ServiceError> {
        let Some(message) = line.message.filter(|message| message.len() <= MESSAGE_MAX) else {
            return Ok(());
        };
        let pc_user = line.pc_user.map(|name| cut(&name, PC_USER_MAX).to_owned());
        let (now_ms, shares) = (self.clock.now_ms(), &self.options.shares);
        let (now, anonymous) = ((now_ms / 1000) as i64, line.credential.is_none());
        if !self.line_budgets.take(shares, app.id, line.session, anonymous, now) {
            return Ok(());
        }
        let log = Log { id: 0, written: now, credential: line.credential, pc_user, message };
        let kept = match app.role {
            Role::Tester => TESTER_LINES,
            _ => app.settings.logs_kept.max(1),
        };
        // Sellers may have written anything there.
        let webhook = app.settings.webhook.clone().filter(|url| is_url(url));
        let delivery =
            webhook.map(|url| NewDelivery { app: app.id, url, body: embed::line(&log, &line.ip), anonymous });
        let wake = delivery.is_some();
        let (app, bounds) = (app.id, shares.deliveries());
        let write = move |conn: &mut Conn<'_>| {
            logs::insert(conn, app, &log, kept)?;
            if let Some(delivery) = delivery {
                deliveries::insert(conn, &delivery, bounds, now_ms as i64)?;
            }
            Ok::<_, StoreError>(())
        };
        self.store.db().write(write).await?;
        if wake {
            self.deliver.notify_one();
        }
        Ok(())
    }
}
