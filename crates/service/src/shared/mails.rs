//! Mails on their way: so many at once, in fair turns, and so many asked for within an hour.

use claviger_capacity::{Gate, Resource, Who};
use claviger_domain::{ClientAddress, fold, in_one_line};
use claviger_metrics::Counter;
use claviger_outgoing::Mailer;

use crate::shared::{asked::Asked, text::cut, vault::sha256};

/// How often the same mail may be asked for within an hour.
const SAME_MAX: u32 = 3;
/// How often one address may ask for mails of an application within an hour.
const FROM_ADDRESS_MAX: u32 = 100;
/// Bytes of a name that a mail tells at most.
const QUOTED_MAX: usize = 100;

/// Mails that the mail server took.
pub(crate) static SENT: Counter = Counter::new();
/// Mails that it did not take.
pub(crate) static FAILED: Counter = Counter::new();
/// Mails for which there was no place in time.
pub(crate) static REFUSED: Counter = Counter::new();

/// Sends mails, in turns.
pub(crate) struct Mails {
    mailer: Mailer,
    gate: Gate,
    asked: Asked<[u8; 32]>,
    asked_from: Asked<(i64, ClientAddress)>,
}

impl Mails {
    pub(crate) fn new(mailer: Mailer) -> Self {
        Self {
            mailer,
            gate: Gate::new(Resource::Mails),
            asked: Asked::new(SAME_MAX),
            asked_from: Asked::new(FROM_ADDRESS_MAX),
        }
    }

    /// What hands out places for mails.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whether a mail may be asked for once more, whether or not there is anybody to get it: what is counted is the
    /// asking.
    pub(crate) fn may_ask(&self, app: i64, ip: ClientAddress, username: &str, email: &str, now: i64) -> bool {
        let same = sha256(&format!("{app}\n{}\n{}", fold(username), email.to_lowercase()));
        self.asked.take(same, now) & self.asked_from.take((app, ip.crowd()), now)
    }

    /// Sends a mail, when it is its turn; whether the mail server took it.
    pub(crate) async fn send(&self, who: Who, to: &str, subject: &str, text: &str) -> bool {
        let Ok(_place) = self.gate.enter(who).await else {
            REFUSED.add();
            tracing::warn!("a mail was not sent: too many are being sent, or the mail server is slow");
            return false;
        };
        match self.mailer.send(to, subject, text).await {
            Ok(()) => {
                SENT.add();
                true
            }
            Err(error) => {
                FAILED.add();
                tracing::error!(%error, "a mail could not be sent; `claviger doctor` looks into it");
                false
            }
        }
    }

    /// Drops what is no longer counted; call it now and then.
    pub(crate) fn forget(&self, now: i64) {
        self.asked.forget(now);
        self.asked_from.forget(now);
    }
}

/// What somebody else chose, as a mail tells it: in quotation marks that it cannot close, in one line, not longer than a
/// name is, and without an address to be clicked at.
pub(crate) fn quoted(text: &str) -> String {
    let line = in_one_line(text).replace('"', "'").replace("://", ": //");
    let short = cut(line.trim(), QUOTED_MAX);
    let more = if short.len() < line.trim().len() { "..." } else { "" };
    format!("\"{short}{more}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_chose_stays_within_its_marks() {
        for (text, told) in [
            ("alice", "\"alice\""),
            ("Zoë's \"shop\"", "\"Zoë's 'shop'\""),
            ("a\r\nVisit https://evil.example/\u{2028}now", "\"a  Visit https: //evil.example/ now\""),
            ("\u{202E}ecila\n\n", "\"ecila\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(text), told);
        }
        let long = quoted(&"é".repeat(500));
        assert!(long.len() < 110 && long.ends_with("...\"") && !long.contains('\u{FFFD}'), "{long}");
    }
}
