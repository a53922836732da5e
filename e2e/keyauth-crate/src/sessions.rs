//! Sessions as the library's seller module shows them.

use anyhow::{Context, Result, bail, ensure};
use keyauth::seller::sessions::{self, Session};

use crate::demo::Demo;
use crate::steps::ok;

/// The library's own text for an application without sessions, quoted as it hands it on.
const NONE: &str = "\"No sessions found\"";

/// Every live session, oldest first; each row must fit the library's own type.
///
/// # Errors
/// When the list fails for another reason than being empty, or a row has another shape.
pub fn list(demo: &Demo) -> Result<Vec<Session>> {
    let rows = match sessions::list_all(&demo.seller_key, demo.seller_url()) {
        Err(message) if message == NONE => Vec::new(),
        result => ok(result)?,
    };
    let parsed: Result<Vec<Session>, _> = rows.into_iter().map(serde_json::from_value).collect();
    parsed.context("a row of the list does not fit the library's type `Session`")
}

/// The newest session, which must be in the state given.
///
/// # Errors
/// When there is none or it is in another state.
pub fn newest(demo: &Demo, credential: Option<&str>) -> Result<Session> {
    let Some(session) = list(demo)?.pop() else { bail!("the list is empty") };
    ensure!(session.credential.as_deref() == credential, "credential is {:?}", session.credential);
    let validated = if credential.is_some() { "1" } else { "0" };
    ensure!(session.validated == validated, "validated is {:?}", session.validated);
    ensure!(session.ip == "127.0.0.1", "ip is {:?}", session.ip);
    let expiry: u64 = session.expiry.parse().context("expiry is not a number of seconds")?;
    ensure!(expiry > 1_700_000_000, "expiry is {expiry}");
    Ok(session)
}

/// Kills all sessions and expects the seed's text.
///
/// # Errors
/// When it fails or says something else.
pub fn kill_all(demo: &Demo) -> Result<()> {
    let said = ok(sessions::kill_all(&demo.seller_key, demo.seller_url()))?;
    says(&said, "Successfully killed all sessions!")
}

/// The library hands on messages as JSON texts, with their quotes.
///
/// # Errors
/// When the message is another one.
pub fn says(message: &str, expected: &str) -> Result<()> {
    ensure!(message == format!("\"{expected}\""), "the message is {message}, expected \"{expected}\"");
    Ok(())
}
