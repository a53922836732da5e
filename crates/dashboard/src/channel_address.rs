//! Where a chat channel is. Its name stands in the path; `~` goes before one that browsers would take for something else.

use claviger_service::App;

use crate::addresses::{app_base, part};

/// Address of a channel's page.
pub(crate) fn channel_address(app: &App, name: &str) -> String {
    let mark = if matches!(name, "." | "..") || name.starts_with('~') { "~" } else { "" };
    format!("{}chats/{mark}{}", app_base(app), part(name))
}

/// The name that a part of a path means.
pub(crate) fn channel_name(part: &str) -> &str {
    part.strip_prefix('~').unwrap_or(part)
}
