//! Messages on their way to applications' webhooks, sent in the background. They wait in the database until they have
//! arrived, and any node may send them. Applications take turns, and an address that does not answer loses turns.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use claviger_capacity::{Party, Permit, Tenant, Who};
use claviger_metrics::Counter;
use claviger_outgoing::{Call, Redirects};
use claviger_store::{
    Conn, StoreError, apps,
    deliveries::{self, DEAD, NewDelivery, Turn, TurnEnd},
    webhook_events::{self, Room, WebhookEvent},
};
use tokio::task::JoinSet;
use tracing::{Instrument as _, info_span};

use crate::{
    Service, ServiceError,
    error::log_work,
    shared::{
        embed,
        text::{lossy_beginning, shown_target},
    },
};

/// Milliseconds until the next turn, by the number of turns in a row that failed.
const RETRY_AFTER_MS: [i64; 5] = [5_000, 30_000, 120_000, 600_000, 3_600_000];
/// A message is given up after so many seconds.
const KEPT: i64 = 8 * 3600;
/// A claimed turn is left alone by others for so many milliseconds.
const LEASE_MS: i64 = 60_000;
/// Messages of one turn.
const TURN_MESSAGES: i64 = 10;
/// No message is begun after so much of a turn.
const TURN: Duration = Duration::from_secs(1);
/// Messages of one turn that an address may refuse.
const REFUSED_MAX: usize = 2;
/// Turns of one owner's applications that are looked at together.
const OWNER_TURNS: i64 = 4;
/// Turns that are looked at together.
const TURNS: i64 = 32;
/// Between two looks at the waiting messages, when nobody announced one.
const PAUSE: Duration = Duration::from_secs(2);
/// Between two looks, however many are announced.
const GAP: Duration = Duration::from_millis(50);
/// How often it is looked whether there are strangers' messages that were left out.
const LEFT_OUT: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read; none of them matters.
const ANSWER_MAX: usize = 64 * 1024;
const USER_AGENT: &str = "Claviger";
/// Bytes of an answer that are kept.
const REPLY_KEPT: usize = 1024;

/// What comes of sending a message, and how often it did.
pub(crate) static COUNTS: [(&str, Counter); 3] =
    [(ARRIVED, Counter::new()), (REFUSED, Counter::new()), (FAILED, Counter::new())];
const ARRIVED: &str = "arrived";
const REFUSED: &str = "refused";
const FAILED: &str = "failed";

/// Why a message did not arrive.
struct Failure {
    reason: String,
    /// Whether it may be because of what the message says.
    refused: bool,
}

impl Service {
    /// Sends waiting messages until the task is dropped.
    pub(crate) async fn deliver_forever(self: Arc<Self>) {
        let mut turns = JoinSet::new();
        let mut told: Option<Instant> = None;
        loop {
            if let Err(error) = self.begin_turns(&mut turns).await {
                log_work(error, "waiting messages to webhooks cannot be read");
                tokio::time::sleep(PAUSE).await;
            }
            if told.is_none_or(|told| told.elapsed() >= LEFT_OUT) {
                told = Some(Instant::now());
                if let Err(error) = self.tell_left_out().await {
                    log_work(error, "it cannot be told how many messages were left out");
                }
            }
            let announced = async {
                tokio::time::sleep(GAP).await;
                let _ = tokio::time::timeout(PAUSE, self.deliver.notified()).await;
            };
            tokio::select! {
                Some(_) = turns.join_next() => {}
                () = announced => {}
            }
        }
    }

    /// Begins the turns that are due, as far as there is room.
    async fn begin_turns(self: &Arc<Self>, turns: &mut JoinSet<()>) -> Result<(), ServiceError> {
        let now = self.clock.now_ms() as i64;
        let due = move |conn: &mut Conn<'_>| deliveries::due(conn, now, OWNER_TURNS, TURNS);
        for seen in self.store.db().read(due).await? {
            let owner = Tenant::Owner(seen.owner.to_string());
            let Ok(place) = self.delivering.try_enter(Who { tenant: owner, party: Party::Own }) else {
                continue;
            };
            let (lease, since) = (now + LEASE_MS, now / 1000 - KEPT);
            let claim = move |conn: &mut Conn<'_>| deliveries::claim(conn, seen, lease, since, TURN_MESSAGES);
            if let Some(turn) = self.store.db().write(claim).await? {
                let span = info_span!(target: "claviger::trace", "delivery");
                turns.spawn(self.clone().take_turn(turn, place).instrument(span));
            }
        }
        Ok(())
    }

    async fn take_turn(self: Arc<Self>, turn: Turn, _place: Permit) {
        let (end, reason, sent) = self.send_some(&turn).await;
        let (app, failures, expired) = (turn.app, turn.failures + 1, turn.expired);
        let failed = end.failed;
        let ended = self.store.db().write(move |conn| {
            note(conn, &turn, sent)?;
            deliveries::end(conn, &turn, &end)
        });
        let ended = ended.await;
        let given_up = match ended {
            Ok(given_up) => given_up + expired,
            // It is tried again when the claim runs out.
            Err(error) => {
                return tracing::error!(app, %error, "messages to a webhook cannot be marked as sent");
            }
        };
        match reason {
            Some(reason) if failed && failures >= DEAD => {
                tracing::warn!(app, failures, given_up, %reason, "the application's webhook takes no messages");
            }
            Some(reason) => {
                tracing::info!(app, given_up, %reason, "the application's webhook is tried again");
            }
            None if expired > 0 => {
                tracing::warn!(app, given_up, "messages to the application's webhook were too old");
            }
            None => {}
        }
    }

    /// Sends messages of a turn, one after the other, for as long as the turn lasts.
    async fn send_some(&self, turn: &Turn) -> (TurnEnd, Option<String>, Vec<(i64, WebhookEvent)>) {
        let (begun, mut end, mut reason) = (Instant::now(), TurnEnd::default(), None);
        let (mut sent, target) = (Vec::new(), shown_target(&turn.url));
        for (id, body) in &turn.messages {
            if begun.elapsed() > TURN {
                break;
            }
            let mut event = WebhookEvent {
                kind: "message".into(),
                target: target.clone(),
                request: Some(body.clone()),
                ..WebhookEvent::default()
            };
            let came = self.send(&turn.url, body, &mut event).await;
            let outcome = match &came {
                Ok(()) => ARRIVED,
                Err(failure) if failure.refused => REFUSED,
                Err(_) => FAILED,
            };
            COUNTS.iter().filter(|(name, _)| *name == outcome).for_each(|(_, count)| count.add());
            event.outcome = outcome.into();
            event.reason = came.as_ref().err().map(|failure| failure.reason.clone());
            sent.push((*id, event));
            match came {
                Ok(()) => end.arrived.push(*id),
                Err(failure) => {
                    reason = Some(failure.reason);
                    if !failure.refused {
                        end.failed = true;
                        break;
                    }
                    end.refused.push(*id);
                    if end.refused.len() == REFUSED_MAX {
                        break;
                    }
                }
            }
        }
        end.failed |= end.arrived.is_empty() && !end.refused.is_empty();
        let wait = usize::try_from(turn.failures).unwrap_or(usize::MAX).min(RETRY_AFTER_MS.len() - 1);
        end.next = self.clock.now_ms() as i64 + if end.failed { RETRY_AFTER_MS[wait] } else { 0 };
        (end, reason, sent)
    }

    /// Sends a message; what came of it is noted besides.
    async fn send(&self, url: &str, body: &str, event: &mut WebhookEvent) -> Result<(), Failure> {
        let call = Call {
            url,
            body: Some(body.as_bytes().to_vec()),
            content_type: Some("application/json"),
            user_agent: USER_AGENT,
            max_bytes: ANSWER_MAX,
            timeout: TIMEOUT,
            redirects: Redirects::None,
            headers: &[],
        };
        let begun = Instant::now();
        let called = self.outgoing.call(call).await;
        event.time = self.clock.now();
        event.took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let answer = called.map_err(|error| Failure { reason: error.to_string(), refused: false })?;
        event.status = Some(answer.status.into());
        event.reply = Some(lossy_beginning(&answer.body, REPLY_KEPT));
        match answer.status {
            200..=299 => Ok(()),
            status => Err(Failure {
                reason: format!("it answered with status {status}"),
                refused: matches!(status, 400..=499) && !matches!(status, 408 | 429),
            }),
        }
    }

    /// Tells webhooks how many messages of strangers were left out in an hour that is over.
    pub(crate) async fn tell_left_out(&self) -> Result<(), ServiceError> {
        let (now_ms, bounds) = (self.clock.now_ms() as i64, self.options.shares.deliveries());
        let find = move |conn: &mut Conn<'_>| deliveries::left_out(conn, now_ms / 1000, TURNS);
        for (app, more, url) in self.store.db().read(find).await? {
            let new = NewDelivery { app, url, body: embed::more_lines(more), anonymous: true };
            let tell = move |conn: &mut Conn<'_>| deliveries::tell_left_out(conn, &new, more, bounds, now_ms);
            self.store.db().write(tell).await?;
            self.deliver.notify_one();
        }
        Ok(())
    }
}

/// Notes what came of messages, before the turn ends.
fn note(conn: &mut Conn<'_>, turn: &Turn, sent: Vec<(i64, WebhookEvent)>) -> Result<(), StoreError> {
    // Of an application that is deleted meanwhile nothing is left behind.
    if apps::hold_settings(conn, turn.app)?.is_none() {
        return Ok(());
    }
    let mut events = Vec::new();
    for (id, mut event) in sent {
        let refused = deliveries::attempts(conn, id)?;
        event.attempt = if event.outcome == "failed" { turn.failures + 1 } else { refused + 1 };
        if event.outcome == "refused" && event.attempt >= deliveries::ATTEMPTS_MAX {
            event.outcome = "given up".into();
        }
        events.push(event);
    }
    webhook_events::add(conn, turn.app, Room::Messages, &events)?;
    Ok(())
}
