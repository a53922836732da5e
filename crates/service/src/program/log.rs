//! `log`: lines that programs write. They are kept, and go to the application's webhook besides, if it has one.

use claviger_domain::Role;
use claviger_store::{
    Conn, StoreError, deliveries,
    logs::{self, Log},
};
use serde_json::json;

use crate::{
    App, Service, ServiceError,
    shared::text::{cut, is_url},
};

/// Longest line in bytes; longer ones are dropped.
const MESSAGE_MAX: usize = 275;
/// Bytes that are kept of a computer's name.
const PC_USER_MAX: usize = 32;
/// Lines that applications of testers keep.
const TESTER_LINES: i64 = 20;
/// The color of the message at the webhook, as Discord numbers colors.
const COLOR: u32 = 0x00_FFE1;

/// A line that a program writes.
#[derive(Clone, Debug)]
pub struct Line {
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
    /// Keeps a line; one without text, or with too much of it, is dropped. Returns once it is on disk; the webhook is
    /// called in the background.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_log(&self, app: &App, line: Line) -> Result<(), ServiceError> {
        let Some(message) = line.message.filter(|message| message.len() <= MESSAGE_MAX) else {
            return Ok(());
        };
        let pc_user = line.pc_user.map(|name| cut(&name, PC_USER_MAX).to_owned());
        let now = self.clock.now();
        let log = Log { id: 0, written: now, credential: line.credential, pc_user, message };
        let kept = match app.role {
            Role::Tester => TESTER_LINES,
            _ => app.settings.logs_kept.max(1),
        };
        // Sellers may have written anything there.
        let webhook = app.settings.webhook.clone().filter(|url| is_url(url));
        let delivery = webhook.map(|url| (url, embed(&log, &line.ip)));
        let wake = delivery.is_some();
        let app = app.id;
        let write = move |conn: &mut Conn<'_>| {
            logs::insert(conn, app, &log, kept)?;
            match delivery {
                Some((url, body)) => deliveries::insert(conn, app, &url, &body, now),
                None => Ok::<_, StoreError>(()),
            }
        };
        self.store.db().write(write).await?;
        if wake {
            self.deliver.notify_one();
        }
        Ok(())
    }
}

/// The line as Discord shows it.
fn embed(log: &Log, ip: &str) -> String {
    let field = |name: &str, value: Option<&str>| json!({ "name": name, "value": value.unwrap_or("N/A") });
    json!({
        "username": "Claviger",
        "embeds": [{
            "title": format!("📜 Log: {}", cut(&log.message, 240)),
            "color": COLOR,
            "fields": [
                field("🔐 Credential:", log.credential.as_deref()),
                field("💻 PC Name:", log.pc_user.as_deref()),
                field("🌎 Client IP:", Some(ip)),
            ],
        }],
    })
    .to_string()
}
