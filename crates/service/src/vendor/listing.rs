//! Listing sessions: row by row, in bounded memory, from snapshots of the database that are held briefly. Whoever takes
//! the rows slowly holds none while nothing is taken: the list goes on in another snapshot, after the last row.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use claviger_capacity::{Permit, Who};
use claviger_domain::{Network, SessionId};
use claviger_store::{
    Conn, SessionStore, StoreError,
    sessions::{Scan, ScanRow, has_text},
    users,
};
use tokio::{
    runtime::Handle,
    sync::mpsc::{self, error::SendTimeoutError},
};

use crate::{App, Service, ServiceError};

/// Size at which encoded rows are handed on, in bytes.
const PART_BYTES: usize = 32 * 1024;
/// Parts that may wait for the reader.
const PARTS_WAITING: usize = 4;
/// No snapshot is held for longer: it keeps SQLite's write-ahead log from beginning anew.
const SNAPSHOT_MAX: Duration = Duration::from_secs(2);
/// A snapshot waits so long for a reader who does not keep up.
const BEHIND: Duration = Duration::from_millis(250);
/// A reader that takes nothing for so long is given up.
const STALLED: Duration = Duration::from_secs(60);
/// After a list waited in vain for its next snapshot.
const AGAIN: Duration = Duration::from_secs(1);
/// Rows that are looked at between two looks at the clock.
const ROWS_UNTIMED: usize = 1024;

/// Which sessions to list.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    /// At most so many.
    pub limit: Option<usize>,
    /// Only sessions after this one.
    pub after: Option<SessionId>,
    /// Only sessions of the user of this name, in any case.
    pub credential: Option<String>,
    /// Only sessions that are, or are not, signed in.
    pub validated: Option<bool>,
    /// Only sessions begun from this address or network.
    pub ip: Option<Network>,
    /// Only sessions that have this text in their id, or in the name of their user, there in any case.
    pub text: Option<String>,
}

/// A piece of a listing.
#[derive(Debug)]
pub enum ListingPart {
    /// Some rows, encoded.
    Rows(Vec<u8>),
    /// The end. `more` is the last row's id when the limit cut the list there.
    End {
        /// Where the next page begins, if there is one.
        more: Option<SessionId>,
    },
    /// The database failed.
    Failed(StoreError),
}

/// A listing under way.
pub struct Listing(mpsc::Receiver<ListingPart>);

impl Listing {
    /// The next piece; after [`ListingPart::End`] or [`ListingPart::Failed`] nothing more comes. `None` when the
    /// listing was given up.
    pub async fn next(&mut self) -> Option<ListingPart> {
        self.0.recv().await
    }
}

/// Writes a row; the flag tells whether it is the first.
pub type EncodeRow = fn(&mut Vec<u8>, ScanRow<'_>, bool);

impl Service {
    /// Lists live sessions of an application, oldest first. A session is never listed twice, and one that lives from the
    /// first row to the last is listed; of those that begin or end meanwhile, a reader who takes long sees what is so when
    /// the list gets there.
    ///
    /// # Errors
    /// When the database fails, or as many lists are written as may be.
    pub async fn list_sessions(
        self: &Arc<Self>,
        app: &App,
        filter: SessionFilter,
        encode: EncodeRow,
    ) -> Result<Listing, ServiceError> {
        let user = match filter.credential {
            Some(name) => Some(self.number_of(app.id, name).await?),
            None => None,
        };
        let place = self.lists.enter(Who::app(app.id)).await?;
        // So that a full server is told as such, and not by a list that breaks off.
        let snapshot = self.snapshots.enter(Who::app(app.id)).await?;
        let (sender, receiver) = mpsc::channel(PARTS_WAITING);
        let scan = Scan {
            app: app.id,
            now: self.clock.now(),
            after: filter.after,
            user,
            validated: filter.validated,
        };
        let writer = Writer {
            runtime: Handle::current(),
            sender: sender.clone(),
            encode,
            limit: filter.limit.unwrap_or(usize::MAX),
            ip: filter.ip,
            text: filter.text,
            part: Vec::with_capacity(PART_BYTES + 1024),
            full: None,
            rows: 0,
            last: None,
            more: None,
            state: State::Walking,
            begun: Instant::now(),
            untimed: 0,
        };
        let service = self.clone();
        tokio::spawn(async move {
            let _place = place;
            // A reader that has gone needs nothing more, whatever is being waited for.
            tokio::select! {
                () = sender.closed() => {}
                () = service.list(writer, scan, snapshot) => {}
            }
        });
        Ok(Listing(receiver))
    }

    /// Walks from snapshot to snapshot until the list is written or given up.
    async fn list(&self, mut writer: Writer, mut scan: Scan, mut snapshot: Permit) {
        loop {
            let (sessions, of) = (self.store.shared_sessions(), scan.clone());
            let walk = move || {
                let _snapshot = snapshot;
                let outcome = writer.walk(&*sessions, &of);
                (writer, outcome)
            };
            let Ok((walked, outcome)) = tokio::task::spawn_blocking(walk).await else { return };
            writer = walked;
            let sent = match outcome {
                Ok(Some(reached)) => {
                    scan.after = Some(reached);
                    writer.send_full().await
                }
                Ok(None) => return writer.end().await,
                Err(error) => return writer.fail(error).await,
            };
            let Some(next) = (if sent { self.next_snapshot(scan.app, &writer).await } else { None }) else {
                return;
            };
            scan.now = self.clock.now();
            snapshot = next;
        }
    }

    /// Another snapshot, once the reader has taken everything; `None` when the reader is given up.
    async fn next_snapshot(&self, app: i64, writer: &Writer) -> Option<Permit> {
        let taken = writer.sender.reserve_many(PARTS_WAITING);
        drop(tokio::time::timeout(STALLED, taken).await.ok()?.ok()?);
        loop {
            // Others wait in turn too: a list that has begun waits as long as it takes.
            match self.snapshots.enter(Who::app(app)).await {
                Ok(permit) => return Some(permit),
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    /// The number of a user; 0, which is nobody's, when there is none.
    async fn number_of(&self, app: i64, name: String) -> Result<i64, ServiceError> {
        let find = move |conn: &mut Conn<'_>| users::by_name(conn, app, &name);
        Ok(self.store.db().read::<_, StoreError, _>(find).await?.map_or(0, |user| user.id))
    }
}

/// Whether a session's address is in a network.
pub(super) fn is_from(address: &str, net: Network) -> bool {
    address.parse().is_ok_and(|address| net.contains(address))
}

/// How far a walk through one snapshot came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Walking,
    /// The list is as long as it may be.
    Full,
    /// It goes on after this session, in another snapshot.
    Paused(SessionId),
    /// Nobody takes it any more.
    Left,
}

/// Encodes the rows of a walk and hands them on.
struct Writer {
    runtime: Handle,
    sender: mpsc::Sender<ListingPart>,
    encode: EncodeRow,
    limit: usize,
    ip: Option<Network>,
    text: Option<String>,
    part: Vec<u8>,
    /// A part that the reader had no room for.
    full: Option<ListingPart>,
    rows: usize,
    last: Option<SessionId>,
    more: Option<SessionId>,
    state: State,
    /// When the snapshot was taken.
    begun: Instant,
    /// Rows since the last look at the clock.
    untimed: usize,
}

impl Writer {
    /// Walks through a snapshot; returns after which session the list goes on in another one, or `None` at its end.
    fn walk(&mut self, sessions: &dyn SessionStore, scan: &Scan) -> Result<Option<SessionId>, StoreError> {
        (self.state, self.begun, self.untimed) = (State::Walking, Instant::now(), 0);
        sessions.scan(scan, &mut |row| self.row(row))?;
        Ok(match self.state {
            State::Paused(reached) => Some(reached),
            State::Walking | State::Full | State::Left => None,
        })
    }

    fn row(&mut self, row: ScanRow<'_>) -> ControlFlow<()> {
        let with_text = |text: &String| has_text(row.id, row.credential, text);
        if !self.ip.is_none_or(|net| is_from(row.ip, net)) || !self.text.as_ref().is_none_or(with_text) {
            return self.go_on(row.id, false);
        }
        if self.rows == self.limit {
            self.more = self.last;
            return self.stop(State::Full);
        }
        (self.encode)(&mut self.part, row, self.rows == 0);
        self.rows += 1;
        self.last = SessionId::parse(row.id);
        if self.part.len() < PART_BYTES {
            return self.go_on(row.id, false);
        }
        let part = std::mem::replace(&mut self.part, Vec::with_capacity(PART_BYTES + 1024));
        let sending = self.sender.send_timeout(ListingPart::Rows(part), BEHIND);
        match self.runtime.block_on(sending) {
            Ok(()) => self.go_on(row.id, true),
            Err(SendTimeoutError::Closed(_)) => self.stop(State::Left),
            Err(SendTimeoutError::Timeout(part)) => {
                self.full = Some(part);
                self.pause(row.id)
            }
        }
    }

    /// Whether the walk goes on after a row, which it does not in a snapshot that is too old.
    fn go_on(&mut self, id: &str, look: bool) -> ControlFlow<()> {
        self.untimed += 1;
        if !look && self.untimed < ROWS_UNTIMED {
            return ControlFlow::Continue(());
        }
        self.untimed = 0;
        if self.begun.elapsed() < SNAPSHOT_MAX { ControlFlow::Continue(()) } else { self.pause(id) }
    }

    fn pause(&mut self, id: &str) -> ControlFlow<()> {
        // What is no id cannot be gone on from; the list then breaks off rather than beginning anew.
        self.stop(SessionId::parse(id).map_or(State::Left, State::Paused))
    }

    fn stop(&mut self, state: State) -> ControlFlow<()> {
        self.state = state;
        ControlFlow::Break(())
    }

    /// Sends what the reader had no room for; `false` when it is given up.
    async fn send_full(&mut self) -> bool {
        match self.full.take() {
            Some(part) => self.send(part).await,
            None => true,
        }
    }

    async fn send(&self, part: ListingPart) -> bool {
        self.sender.send_timeout(part, STALLED).await.is_ok()
    }

    async fn end(mut self) {
        if self.state == State::Left {
            return;
        }
        let rows = std::mem::take(&mut self.part);
        if rows.is_empty() || self.send(ListingPart::Rows(rows)).await {
            self.send(ListingPart::End { more: self.more }).await;
        }
    }

    async fn fail(mut self, error: StoreError) {
        let rows = std::mem::take(&mut self.part);
        if rows.is_empty() || self.send(ListingPart::Rows(rows)).await {
            self.send(ListingPart::Failed(error)).await;
        }
    }
}
