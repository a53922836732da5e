//! Whoever reads a chat or a log along is told when there is something new. One look at the database serves all who do;
//! writing costs nothing more for it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, watch};

/// What is read along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Along {
    /// The chat channels of an application, all together.
    Chat,
    /// What programs write with `log`.
    Logs,
}

impl Along {
    /// The series of numbers that what is written gets.
    pub(crate) fn series(self) -> &'static str {
        match self {
            Self::Chat => "chat_messages",
            Self::Logs => "logs",
        }
    }
}

/// Who reads what along: the number of what was written last, and of what was done without one.
type Known = HashMap<(i64, Along), watch::Sender<(i64, u64)>>;

/// Who reads along, and the number of what was written last.
#[derive(Default)]
pub(crate) struct Pulses {
    known: Mutex<Known>,
    /// Somebody reads along.
    pub(crate) begun: Notify,
}

impl Pulses {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads along from now on.
    pub(crate) fn join(&self, app: i64, topic: Along) -> Pulse {
        let receiver =
            self.lock().entry((app, topic)).or_insert_with(|| watch::Sender::new((0, 0))).subscribe();
        self.begun.notify_one();
        Pulse(receiver)
    }

    /// What is read along, in order; the rest is forgotten.
    pub(crate) fn watched(&self) -> Vec<(i64, Along)> {
        let mut known = self.lock();
        known.retain(|_, sender| sender.receiver_count() > 0);
        let mut watched: Vec<(i64, Along)> = known.keys().copied().collect();
        watched.sort_unstable();
        watched
    }

    /// Tells the numbers of what was written last.
    pub(crate) fn tell(&self, newest: impl IntoIterator<Item = (i64, Along, i64)>) {
        let known = self.lock();
        for (app, topic, number) in newest {
            let Some(sender) = known.get(&(app, topic)) else { continue };
            sender.send_if_modified(|last| {
                let is_new = last.0 != number;
                last.0 = number;
                is_new
            });
        }
    }

    /// Tells of a change that has no number, such as an emptied channel, on this node.
    pub(crate) fn nudge(&self, app: i64, topic: Along) {
        if let Some(sender) = self.lock().get(&(app, topic)) {
            sender.send_modify(|last| last.1 += 1);
        }
    }
}

/// Reads along until it is dropped.
pub struct Pulse(watch::Receiver<(i64, u64)>);

impl Pulse {
    /// Waits until something is new; `false` when the service ends.
    pub async fn beat(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_who_read_along_are_told_once() {
        let pulses = Pulses::default();
        let (mut one, mut other) = (pulses.join(7, Along::Chat), pulses.join(7, Along::Chat));
        let logs = pulses.join(7, Along::Logs);
        assert_eq!(pulses.watched(), [(7, Along::Chat), (7, Along::Logs)]);
        pulses.tell([(7, Along::Chat, 3), (8, Along::Chat, 9)]);
        assert!(one.beat().await && other.beat().await);
        pulses.tell([(7, Along::Chat, 3)]);
        assert!(!one.0.has_changed().unwrap(), "nothing is new");
        pulses.nudge(7, Along::Chat);
        assert!(one.beat().await && !logs.0.has_changed().unwrap());
        drop((one, other));
        assert_eq!(pulses.watched(), [(7, Along::Logs)]);
    }
}
