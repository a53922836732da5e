//! Calls to webhooks on their way into the database: gathered in memory for a second, so that no program waits for a
//! write, and bounded for each application.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_store::webhook_events::WebhookEvent;

/// Calls of an application that wait; of more, the newest are left out.
const WAITING_EACH: usize = 50;
/// Applications whose calls wait.
const APPS_MAX: usize = 1000;

/// The calls that wait.
#[derive(Default)]
pub(crate) struct WebhookCalls(Mutex<HashMap<i64, Vec<WebhookEvent>>>);

impl WebhookCalls {
    /// Takes note of a call, where there is room.
    pub(crate) fn note(&self, app: i64, event: WebhookEvent) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= APPS_MAX && !waiting.contains_key(&app) {
            return;
        }
        let of_app = waiting.entry(app).or_default();
        if of_app.len() < WAITING_EACH {
            of_app.push(event);
        }
    }

    /// Takes all that wait, by application, in the order of their numbers.
    pub(crate) fn take(&self) -> Vec<(i64, Vec<WebhookEvent>)> {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut apps: Vec<_> = waiting.into_iter().collect();
        apps.sort_by_key(|(app, _)| *app);
        apps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_takes_its_own_room_only() {
        let calls = WebhookCalls::default();
        for _ in 0..1000 {
            calls.note(1, WebhookEvent::default());
        }
        calls.note(2, WebhookEvent::default());
        let lengths: Vec<_> = calls.take().into_iter().map(|(app, waiting)| (app, waiting.len())).collect();
        assert_eq!(lengths, [(1, WAITING_EACH), (2, 1)]);
        assert!(calls.take().is_empty());
    }
}
