//! Looking at the sessions of applications that somebody watches.

use std::{sync::Arc, time::Duration};

use claviger_domain::SessionId;
use claviger_store::{Conn, StoreError, sessions::pages};

use crate::{
    Service, ServiceError,
    shared::{
        live::count_live,
        watching::{Look, WATCHED},
    },
};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(400);
/// Applications whose newest sessions are all compared in one look, in turn; of the others only what began lately is read.
const WHOLE: usize = 20;
/// Looks from one count of live sessions to the next.
const COUNT_EVERY: usize = 5;
/// What began so many milliseconds ago may be committed only now, or by a node whose clock is behind.
const LATE_MS: u64 = 3000;

impl Service {
    /// Looks as long as somebody watches.
    pub(super) async fn watch_forever(self: Arc<Self>) {
        let (mut turn, mut failed) = (0, false);
        loop {
            if self.watching.apps().is_empty() {
                self.watching.begun.notified().await;
            }
            tokio::time::sleep(EVERY).await;
            match self.look(turn).await {
                Ok(()) => failed = false,
                Err(_) if failed => {}
                Err(error) => {
                    tracing::error!(%error, "the sessions that dashboards watch could not be read");
                    failed = true;
                }
            }
            turn += 1;
        }
    }

    /// Looks once at all applications that are watched, in one transaction, and tells what is new.
    pub(crate) async fn look(&self, turn: usize) -> Result<(), ServiceError> {
        let apps = self.watching.apps();
        if apps.is_empty() {
            return Ok(());
        }
        let (now_ms, now) = (self.clock.now_ms(), self.clock.now());
        let whole: Vec<i64> =
            apps.iter().copied().cycle().skip(turn * WHOLE % apps.len()).take(WHOLE).collect();
        let lately = SessionId::lower_bound(now_ms.saturating_sub(LATE_MS));
        let read = move |conn: &mut Conn<'_>| {
            let mut looks = Vec::new();
            for app in apps {
                let whole = whole.contains(&app);
                let since = (!whole).then_some(&lately);
                let rows = pages::newest(conn, app, since, now, WATCHED as i64)?;
                let counted = whole && turn.is_multiple_of(COUNT_EVERY);
                let live = counted.then(|| count_live(conn, app, now)).transpose()?;
                looks.push((app, Look { rows, whole, live }));
            }
            Ok::<_, StoreError>(looks)
        };
        self.watching.tell(self.store.db().read(read).await?);
        Ok(())
    }
}
