//! Room for new sessions where nearly as many live in which nobody is signed in as may: the oldest go. So whoever begins
//! sessions without end ends sessions of that kind, and keeps nobody out.

use std::time::Duration;

use claviger_store::{Conn, StoreError, sessions::shared};

use crate::{Service, ServiceError, shared::tally::Tally};

/// Rows removed in one transaction; measured for dead sessions.
const SLICE: i64 = 200;
/// Between two slices.
const BREATH: Duration = Duration::from_millis(4);

impl Service {
    /// Ends the oldest sessions in which nobody is signed in, down to four fifths of the bound, in each application that has
    /// nine tenths of it.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn make_room_for_sessions(&self) -> Result<(), ServiceError> {
        let max = i64::from(self.options.shares.anonymous_sessions);
        for (app, tally) in self.tallies.with_strangers((max - max / 10).max(1)) {
            let now = self.clock.now();
            let count = move |conn: &mut Conn<'_>| shared::count_signed_in(conn, app, now);
            let (all, signed_in) = self.store.read_apart::<_, StoreError, _>(count).await?;
            tally.set_strangers(all - signed_in);
            if all - signed_in >= max - max / 10 {
                let ended = self.end_oldest(app, &tally, all - signed_in - (max - max / 5)).await?;
                tracing::warn!(
                    app,
                    ended,
                    "the oldest sessions in which nobody is signed in were ended to make room for new ones"
                );
            }
        }
        Ok(())
    }

    /// Ends the oldest sessions of an application in which nobody is signed in; returns how many.
    async fn end_oldest(&self, app: i64, tally: &Tally, count: i64) -> Result<i64, ServiceError> {
        let (mut ended, mut after) = (0, String::new());
        while ended < count {
            let limit = SLICE.min(count - ended);
            let find = move |conn: &mut Conn<'_>| shared::find_anonymous(conn, app, &after, limit);
            let Some(run) = self.store.db().read::<_, StoreError, _>(find).await? else { break };
            after = run.last.clone();
            let removed =
                self.store.db().write(move |conn| shared::remove_anonymous(conn, &run)).await? as i64;
            tally.fewer_strangers(removed);
            ended += removed;
            tokio::time::sleep(BREATH).await;
        }
        Ok(ended)
    }
}
