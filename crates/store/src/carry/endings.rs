//! What a restore must not bring back to life.

use crate::{Conn, Result};

/// What was ended, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Applications, whose sessions all ended.
    pub apps: u64,
    /// Browsers that were signed in to the dashboard or to a customers' panel.
    pub sign_ins: u64,
    /// Links and values that work once.
    pub links: u64,
    /// Messages that waited.
    pub messages: u64,
}

/// Ends what may have been ended, used or sent since a backup was made, and what it knows nothing of: sessions, sign-ins,
/// links that work once, and messages on their way.
///
/// # Errors
/// Whatever the database refuses.
pub fn end_what_was_ended(conn: &mut Conn<'_>, now: i64) -> Result<Ended> {
    let mut run =
        |statements: &[&str]| -> Result<u64> { statements.iter().map(|sql| conn.execute(sql, &[])).sum() };
    let apps = run(&["UPDATE session_generations SET generation = generation + 1"])?;
    let sign_ins = run(&["DELETE FROM people_sign_ins", "DELETE FROM panel_sign_ins"])?;
    let links =
        run(&["DELETE FROM password_resets", "DELETE FROM login_tokens", "DELETE FROM people_invitations"])?;
    let messages = run(&["DELETE FROM deliveries"])?;
    run(&["UPDATE delivery_turns SET waiting = 0, due = NULL, more = 0"])?;
    let waiting =
        "UPDATE notice_messages SET due = NULL, failure = 'restored from a backup' WHERE due IS NOT NULL";
    let messages = messages + run(&[waiting])?;
    // What waited for a pause longer ago than the backup is not told anew.
    conn.execute("UPDATE notices SET checked = $1", crate::params![now])?;
    Ok(Ended { apps, sign_ins, links, messages })
}
