//! Removing the rows of an application that is deleted, in slices: it may have a million users.

use crate::{Conn, Result, params};

/// What an application has beside the rows that end with it, with the columns that tell its rows apart. Users come
/// first, as by all who change what hangs on them.
const TABLES: [(&str, &str); 37] = [
    ("users", "id"),
    ("user_subscriptions", "user_id, id"),
    ("user_variables", "user_id, name"),
    ("user_bans", "user_id, license"),
    ("device_names", "user_id, device"),
    ("user_notes", "user_id"),
    ("imports", "import"),
    ("import_rows", "import, n"),
    ("license_forms", "person"),
    ("licenses", "id"),
    ("subscriptions", "name"),
    ("variables", "name"),
    ("chat_messages", "channel, id"),
    ("chat_mutes", "user_id"),
    ("chat_channels", "name"),
    ("logs", "id"),
    ("blacklist_reasons", "kind, value, source, license"),
    ("whitelist", "ip"),
    ("webhooks", "id"),
    ("webhook_events", "room, id"),
    ("files", "id"),
    ("tokens", "token"),
    ("buttons", "value"),
    ("audit", "id"),
    ("seller_log", "id"),
    ("add_events", "id"),
    ("tries", "class, id"),
    ("activity", "step, began"),
    ("report_counts", "kind, day, name"),
    ("notices", "app"),
    ("notice_marks", "event"),
    ("notice_messages", "id"),
    ("balance_journal", "account, id"),
    ("panel_sign_ins", "id"),
    ("panel_downloads", "file, subscription"),
    ("takeovers", "source, name"),
    ("takeover_rows", "kind, id"),
];

/// Removes about `rows` rows, going on at `from` (0: the beginning). Returns where the next slice goes on; `None` when
/// nothing is left.
pub(crate) fn remove(conn: &mut Conn<'_>, app: i64, from: i64, rows: i64) -> Result<Option<i64>> {
    let mut left = rows;
    for (at, (table, key)) in (0..).zip(TABLES).skip(usize::try_from(from).unwrap_or(0)) {
        if left > 0 {
            left -= remove_of(conn, app, table, key, left)?;
        }
        if left <= 0 {
            return Ok(Some(at));
        }
    }
    // Requests that were under way may have added rows to a table that was empty: it is looked at once more.
    Ok((from > 0).then_some(0))
}

/// Removes the first `rows` rows of a table; returns how many there were.
fn remove_of(conn: &mut Conn<'_>, app: i64, table: &str, key: &str, rows: i64) -> Result<i64> {
    let first = format!(
        "DELETE FROM {table} WHERE app = $1 AND ({key}) <=
         (SELECT {key} FROM {table} WHERE app = $1 ORDER BY {key} LIMIT 1 OFFSET $2)"
    );
    let removed = conn.execute(&first, params![app, rows - 1])?;
    if removed > 0 {
        return Ok(removed as i64);
    }
    // There are fewer.
    Ok(conn.execute(&format!("DELETE FROM {table} WHERE app = $1"), params![app])? as i64)
}
