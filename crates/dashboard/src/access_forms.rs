//! What the forms of the blacklist and the whitelist share.

use claviger_service::vendor::{EndFault, entry_end};

use crate::{fields::Fields, moment::Moment};

/// Bytes of a list that the audit log keeps.
pub(crate) const CHANGES_MAX: usize = 2000;

/// Reads when entries end.
///
/// # Errors
/// When that is no end.
pub(crate) fn end(form: &Fields, now: i64) -> Result<Option<i64>, EndFault> {
    entry_end(form.filled("until"), form.filled("days"), now)
}

/// An end, as the audit log and the page say it.
pub(crate) fn until_words(until: Option<i64>, now: i64) -> String {
    until.map_or_else(|| "for good".into(), |until| format!("until {}", Moment::new(until, now).exact()))
}
