//! When subscriptions end over the next year. Nothing keeps such counts as subscriptions change: they are made anew, in the
//! background and in slices, when somebody wants to see them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use claviger_store::{Conn, StoreError, user_subscriptions};

use crate::{App, Service, ServiceError, shared::endings::Endings};

/// Seconds that are looked ahead.
const AHEAD: i64 = 366 * 86_400;
/// Subscriptions that are counted in one go; then it is others' turn.
const SLICE: i64 = 20_000;
/// How long whoever asks waits for a count that is soon done.
const WAIT: Duration = Duration::from_millis(250);

impl Service {
    /// How many subscriptions end on which day over the next year, as it was counted last: just now where that is quick, up
    /// to ten minutes ago where it is not.
    ///
    /// # Errors
    /// When the application is too busy, or the database fails, where that is known at once.
    pub async fn endings(self: &Arc<Self>, app: &App) -> Result<Endings, ServiceError> {
        let begun = self.clock.now_ms();
        if self.endings.begin(app.id, begun) {
            let (service, id) = (self.clone(), app.id);
            let counting = tokio::spawn(async move {
                let counted = service.count_endings(id).await;
                let (days, failed) = match counted {
                    Ok(days) => (Some(days), None),
                    Err(error) => (None, Some(error)),
                };
                service.endings.end(id, begun, service.clock.now_ms(), days);
                failed.map_or(Ok(()), Err)
            });
            if let Ok(Ok(counted)) = tokio::time::timeout(WAIT, counting).await {
                counted?;
            }
        }
        Ok(self.endings.known(app.id))
    }

    async fn count_endings(&self, app: i64) -> Result<Vec<(i64, i64)>, ServiceError> {
        let now = self.clock.now();
        let (mut days, mut after): (BTreeMap<i64, i64>, _) = (BTreeMap::new(), Some(0));
        while let Some(from) = after {
            // A place for each slice: others come in between.
            let permit = self.walk_permit(app).await?;
            let count = move |conn: &mut Conn<'_>| {
                let _permit = permit;
                user_subscriptions::ends(conn, app, from, SLICE, now, now + AHEAD)
            };
            let slice = self.store.read_apart::<_, StoreError, _>(count).await?;
            for (day, count) in slice.days {
                *days.entry(day).or_default() += count;
            }
            after = slice.next;
        }
        Ok(days.into_iter().collect())
    }
}
