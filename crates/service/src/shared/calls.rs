//! Calls to addresses that vendors choose and programs make the server call: webhooks, and files with an address.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use claviger_capacity::{Full, Gate, Permit, Resource, Who};
use claviger_outgoing::{Answer, Call, CallError, Incoming, Outgoing, Redirects};

/// How long an address of a file may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
const USER_AGENT: &str = "Claviger";
/// Marks requests that a program had sent: what it chose must not count as the vendor's.
pub const RELAYED: &str = "claviger-relayed";

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallFailure {
    /// As many calls are under way as may be at once.
    #[error(transparent)]
    Busy(#[from] Full),
    /// The other side did not answer as it should.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Makes calls, so many at once.
pub(crate) struct Calls {
    outgoing: Arc<Outgoing>,
    places: Gate,
}

impl Calls {
    pub(crate) fn new(outgoing: Arc<Outgoing>) -> Self {
        Self { outgoing, places: Gate::new(Resource::Calls) }
    }

    /// What hands out places for calls.
    pub(crate) fn gate(&self) -> &Gate {
        &self.places
    }

    /// Makes a call as soon as there is a place for it.
    pub(crate) async fn call(&self, who: Who, call: Call<'_>) -> Result<Answer, CallFailure> {
        let _calling = self.places.enter(who).await?;
        Ok(self.outgoing.call(call).await?)
    }

    /// As [`Calls::call`], with the headers of the answer.
    pub(crate) async fn call_and_tell(
        &self,
        who: Who,
        call: Call<'_>,
    ) -> Result<(Answer, Vec<(String, String)>), CallFailure> {
        let _calling = self.places.enter(who).await?;
        let mut incoming = self.outgoing.open(call).await?;
        let mut body = Vec::new();
        while let Some(piece) = incoming.next().await? {
            body.extend_from_slice(&piece);
        }
        Ok((Answer { status: incoming.status(), body }, incoming.headers()))
    }

    /// What an address answers, `max` bytes at most.
    pub(crate) async fn fetch(&self, who: Who, url: &str, max: u64) -> Result<Fetched, CallFailure> {
        let call = Call {
            url,
            body: None,
            content_type: None,
            user_agent: USER_AGENT,
            max_bytes: usize::try_from(max).unwrap_or(usize::MAX),
            timeout: FETCH_TIMEOUT,
            redirects: Redirects::Any,
            headers: &[(RELAYED, "1")],
        };
        let calling = self.places.enter(who).await?;
        Ok(Fetched { incoming: self.outgoing.open(call).await?, _calling: calling })
    }
}

/// What an address answers, as it comes. It holds the place of the call.
pub(crate) struct Fetched {
    incoming: Incoming,
    _calling: Permit,
}

impl Fetched {
    /// The HTTP status, unless it is one of success.
    pub(crate) fn refusal(&self) -> Option<u16> {
        let status = self.incoming.status();
        (!(200..300).contains(&status)).then_some(status)
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, CallFailure> {
        Ok(self.incoming.next().await?)
    }
}
