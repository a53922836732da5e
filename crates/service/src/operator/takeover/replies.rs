//! What a reply of the Seller API says of itself: that it is one, or why not.

use claviger_archive::foreign::ForeignRow;
use claviger_domain::in_one_line;

use crate::shared::text::cut;

/// The row of what stands in a reply beside its lists.
const REPLY: &str = "reply";
/// Bytes of a message that are shown.
const SHOWN: usize = 200;
/// What there is none of where a request that did not succeed found no rows: KeyAuth says `No users found`.
const NONE_FOUND: [&str; 16] = [
    "blacklists",
    "buttons",
    "chats",
    "files",
    "keys",
    "license keys",
    "licenses",
    "logs",
    "mutes",
    "sessions",
    "subscriptions",
    "user variables",
    "users",
    "variables",
    "webhooks",
    "whitelists",
];

/// The message of a reply that failed, as its row `reply` tells it; `has_rows` is whether there are rows beside it. One that
/// only has no rows did not fail.
pub(super) fn failure(row: &ForeignRow, has_rows: bool) -> Option<String> {
    if &*row.table != REPLY {
        return None;
    }
    let value = |column: &str| {
        let at = row.columns.iter().position(|name| name.eq_ignore_ascii_case(column))?;
        row.values.get(at)?.as_deref()
    };
    let message = value("message").or_else(|| value("error")).map(String::from_utf8_lossy);
    let failed = match value("success") {
        Some(told) => told.is_empty() || told == b"0" || told.eq_ignore_ascii_case(b"false"),
        // What stands between us and the Seller API answers in its own way.
        None => message.is_some() && !has_rows,
    };
    let message = message.unwrap_or_default();
    if !failed || is_none_found(&message) {
        return None;
    }
    Some(cut(&in_one_line(&message), SHOWN).to_owned())
}

fn is_none_found(message: &str) -> bool {
    let message = message.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    let what = message.strip_prefix("no ").and_then(|rest| rest.strip_suffix(" found"));
    what.is_some_and(|what| NONE_FOUND.contains(&what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &[(&str, Option<&str>)], has_rows: bool) -> Option<String> {
        let (columns, values): (Vec<String>, Vec<_>) =
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.map(Into::into))).unzip();
        failure(
            &ForeignRow { table: REPLY.into(), line: 1, columns: columns.into(), values, fault: None },
            has_rows,
        )
    }

    #[test]
    fn what_has_no_rows_did_not_fail() {
        for message in
            ["No users found", "No user variables Found", "No License Keys Found", " no buttons found! "]
        {
            assert_eq!(told(&[("success", Some("0")), ("message", Some(message))], false), None, "{message}");
        }
        assert_eq!(told(&[("success", Some("1")), ("message", Some("Rate limited"))], false), None);
        assert_eq!(told(&[("username", Some("alice"))], false), None);
        assert_eq!(told(&[("message", Some("Retrieved"))], true), None);
    }

    #[test]
    fn what_failed_tells_its_message() {
        for message in [
            "Rate limited",
            "No application found",
            "No application with specified seller key found",
            "No found",
            "",
        ] {
            let reply = [("message", Some(message)), ("success", Some("0"))];
            assert_eq!(told(&reply, true).as_deref(), Some(message));
        }
        assert_eq!(told(&[("success", Some("False")), ("message", None)], false).as_deref(), Some(""));
        assert_eq!(told(&[("error", Some("Too\nmany"))], false).as_deref(), Some("Too many"));
        let long = "x".repeat(1000);
        assert_eq!(
            told(&[("success", Some("0")), ("message", Some(&long))], false).map(|told| told.len()),
            Some(SHOWN)
        );
    }
}
