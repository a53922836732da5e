//! Keeping a certificate of an authority up to date.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use claviger_acme::{Acme, AcmeError, Outcome};
use claviger_domain::{Random as _, Seldom, SystemRandom};
use tokio::time::Instant;

use super::{facts::CertificateFacts, follow::Source, pair::Pair};
use crate::health::Readiness;

/// How long after a failure nothing is asked; each pause is twice as long as the one before. Orders have longer pauses,
/// which are kept with them.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(600);

/// An authority, from which certificates are got before they are due.
pub(crate) struct Kept<'a> {
    acme: Arc<Acme>,
    readiness: &'a Readiness,
    /// The certificate that was found last, which another node may have got, and what it says.
    seen: Option<String>,
    facts: Option<CertificateFacts>,
    /// By how much earlier one is due here, so that whoever began at one moment does not come back at one.
    early: u8,
    pause: Duration,
    next: Instant,
    reminded: Seldom,
}

impl<'a> Kept<'a> {
    /// This authority, of which nothing was seen yet.
    pub(crate) fn new(acme: Arc<Acme>, readiness: &'a Readiness) -> Self {
        let mut early = [0];
        SystemRandom.fill(&mut early);
        Self {
            acme,
            readiness,
            seen: None,
            facts: None,
            early: early[0],
            pause: PAUSE,
            next: Instant::now(),
            reminded: Seldom::new(),
        }
    }
}

impl Source for Kept<'_> {
    const NEWS: &'static str = "another certificate has come";

    async fn look(&mut self, _asked: bool) -> Option<Pair> {
        let text = match self.acme.look().await {
            Ok(text) if text != self.seen => text,
            Ok(_) => return None,
            Err(error) => {
                tracing::error!("{error}");
                return None;
            }
        };
        let pair = text.as_deref().and_then(Pair::of);
        self.facts = pair.as_ref().map(|pair| pair.facts.clone());
        self.seen = text;
        pair
    }

    async fn act(&mut self) -> bool {
        let facts = self.facts.as_ref();
        self.readiness.certified(facts.is_some_and(|facts| facts.days_left(SystemTime::now()).is_some()));
        if Instant::now() < self.next || !is_due(facts, self.acme.domains(), self.early) {
            return false;
        }
        match self.acme.renew(self.seen.as_deref()).await {
            Ok(Outcome::Renewed) => {
                self.pause = PAUSE;
                return true;
            }
            Ok(Outcome::NotNow) => remind(&self.acme, facts, &self.reminded).await,
            Err(error) => {
                self.next = Instant::now() + self.pause;
                complain(&self.acme, &error, facts, self.pause).await;
                self.pause = (self.pause * 2).min(PAUSE_MAX);
            }
        }
        false
    }
}

/// Tells the log now and then that clients are refused, although another certificate may not be ordered yet.
async fn remind(acme: &Acme, facts: Option<&CertificateFacts>, reminded: &Seldom) {
    let counts = facts.is_some_and(|facts| facts.days_left(SystemTime::now()).is_some());
    let wait = acme.pause().await.unwrap_or(0);
    if !counts && wait > 0 && reminded.is_due(std::time::Instant::now()) {
        tracing::error!(
            next_try_in_seconds = wait,
            "there is no certificate that clients trust, and so many were ordered or failed lately that the next is not \
             ordered yet"
        );
    }
}

/// Whether another certificate is due: none is there, or it is for other names, or two thirds of its time are over, or
/// up to a fiftieth less of them.
fn is_due(facts: Option<&CertificateFacts>, domains: &[String], early: u8) -> bool {
    facts.is_none_or(|facts| {
        let early = facts.lifetime() / 50 * u32::from(early) / 256;
        SystemTime::now() + early >= facts.renew_at() || !domains.iter().all(|name| facts.is_for(name))
    })
}

/// Tells the log that no certificate came.
async fn complain(acme: &Acme, error: &AcmeError, facts: Option<&CertificateFacts>, pause: Duration) {
    let wait = acme.pause().await.unwrap_or(0).max(pause.as_secs());
    match facts.map(|facts| facts.days_left(SystemTime::now())) {
        Some(Some(days_left)) => {
            tracing::error!(days_left, next_try_in_seconds = wait, "the certificate is not renewed: {error}");
        }
        Some(None) => {
            tracing::error!(
                next_try_in_seconds = wait,
                "the certificate has ended, clients refuse it, and no other comes: {error}"
            );
        }
        None => {
            tracing::error!(
                next_try_in_seconds = wait,
                "there is no certificate yet, so clients refuse the one that the server made itself: {error}"
            );
        }
    }
}
