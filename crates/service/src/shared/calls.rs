//! Calls to addresses that vendors choose and programs make the server call: webhooks, and files with an address.

use std::{sync::Arc, time::Duration};

use claviger_outgoing::{Answer, Call, CallError, Outgoing, Redirects};
use tokio::sync::Semaphore;

/// Calls to webhooks and addresses of files that may be under way at once; each holds a connection for a while.
const CALLS_MAX: usize = 64;
/// How long an address of a file may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
const USER_AGENT: &str = "Claviger";
/// Marks requests that a program had sent: what it chose must not count as the vendor's.
pub const RELAYED: &str = "claviger-relayed";

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallFailure {
    /// As many calls are under way as may be at once.
    #[error("too many calls are under way")]
    Busy,
    /// The other side did not answer as it should.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Makes calls, so many at once.
pub(crate) struct Calls {
    outgoing: Arc<Outgoing>,
    places: Semaphore,
}

impl Calls {
    pub(crate) fn new(outgoing: Arc<Outgoing>) -> Self {
        Self { outgoing, places: Semaphore::new(CALLS_MAX) }
    }

    /// Makes a call, if there is a place for it.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Answer, CallFailure> {
        let Ok(_calling) = self.places.try_acquire() else { return Err(CallFailure::Busy) };
        Ok(self.outgoing.call(call).await?)
    }

    /// What an address answers, `max` bytes at most.
    pub(crate) async fn fetch(&self, url: &str, max: u64) -> Result<Answer, CallFailure> {
        self.call(Call {
            url,
            body: None,
            content_type: None,
            user_agent: USER_AGENT,
            max_bytes: usize::try_from(max).unwrap_or(usize::MAX),
            timeout: FETCH_TIMEOUT,
            redirects: Redirects::Any,
            headers: &[(RELAYED, "1")],
        })
        .await
    }
}
