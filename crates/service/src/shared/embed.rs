//! Lines of the log as Discord shows them.

use claviger_store::logs::Log;
use serde_json::{Value, json};

use crate::shared::text::cut;

/// The color of the message, as Discord numbers colors.
const COLOR: u32 = 0x00_FFE1;

/// A line that a program wrote.
pub(crate) fn line(log: &Log, ip: &str) -> String {
    let field = |name: &str, value: Option<&str>| json!({ "name": name, "value": value.unwrap_or("N/A") });
    let fields = json!([
        field("🔐 Credential:", log.credential.as_deref()),
        field("💻 PC Name:", log.pc_user.as_deref()),
        field("🌎 Client IP:", Some(ip)),
    ]);
    message(&format!("📜 Log: {}", cut(&log.message, 240)), &fields)
}

/// How many lines of sessions in which nobody is signed in were not sent.
pub(crate) fn more_lines(count: i64) -> String {
    message(&format!("📜 Log: {count} more lines of sessions in which nobody is signed in"), &json!([]))
}

/// What a vendor sends to see whether it arrives.
pub(crate) fn test(app: &str) -> String {
    message(&format!("📜 Log: a test message of {}", cut(app, 100)), &json!([]))
}

fn message(title: &str, fields: &Value) -> String {
    let embed = json!({ "title": title, "color": COLOR, "fields": fields });
    json!({ "username": "Claviger", "embeds": [embed] }).to_string()
}
