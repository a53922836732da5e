//! Keeping a certificate of an authority up to date.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use claviger_acme::{Acme, AcmeError, Outcome};
use claviger_domain::{Random as _, Seldom, SystemRandom};
use tokio::time::{Instant, sleep};

use super::{acceptor::Tls, facts::CertificateFacts, pair::Pair, watch::tell};
use crate::health::Readiness;

/// How often is looked for a certificate that another node has got, and whether another is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long after a failure nothing is asked; each pause is twice as long as the one before. Orders have longer pauses,
/// which are kept with them.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(600);

/// Gets certificates from the authority before they are due, until it is dropped.
pub(crate) async fn keep(acme: Arc<Acme>, tls: Arc<Tls>, readiness: &Readiness) {
    // Whoever began at one moment does not come back at one.
    let mut early = [0];
    SystemRandom.fill(&mut early);
    let (mut seen, mut facts) = (None, None);
    let (mut pause, mut next) = (PAUSE, Instant::now());
    let reminded = Seldom::new();
    loop {
        match acme.look().await {
            Ok(text) if text != seen => {
                facts = text.as_deref().and_then(Pair::of).map(|pair| {
                    if tls.replace(&pair) {
                        tell(&pair, "another certificate has come");
                    }
                    pair.facts
                });
                seen = text;
            }
            Ok(_) => {}
            Err(error) => tracing::error!("{error}"),
        }
        readiness.certified(facts.as_ref().is_some_and(|facts| facts.days_left(SystemTime::now()).is_some()));
        if Instant::now() >= next && is_due(facts.as_ref(), acme.domains(), early[0]) {
            match acme.renew(seen.as_deref()).await {
                Ok(Outcome::Renewed) => {
                    pause = PAUSE;
                    continue;
                }
                Ok(Outcome::NotNow) => remind(&acme, facts.as_ref(), &reminded).await,
                Err(error) => {
                    next = Instant::now() + pause;
                    complain(&acme, &error, facts.as_ref(), pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
        sleep(LOOK_EVERY).await;
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
