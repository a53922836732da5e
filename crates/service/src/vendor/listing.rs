//! Listing sessions: row by row from one snapshot, on a thread of its own, in bounded memory.

use std::{ops::ControlFlow, sync::Arc, thread, time::Duration};

use claviger_domain::{Network, SessionId};
use claviger_store::{
    Conn, SessionStore, StoreError,
    sessions::{Scan, ScanRow, has_text},
    users,
};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{App, Service, ServiceError};

/// Size at which encoded rows are handed on, in bytes.
const PART_BYTES: usize = 32 * 1024;
/// Parts that may wait for the reader.
const PARTS_WAITING: usize = 4;
/// A reader that takes nothing for so long is given up: it holds a snapshot of the database.
const STALLED: Duration = Duration::from_secs(60);

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
    /// Lists live sessions of an application, oldest first.
    ///
    /// # Errors
    /// When the database fails, or no thread can be started.
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
        let (sender, receiver) = mpsc::channel(PARTS_WAITING);
        let permit = self.listings.acquire().await.map_err(|_| StoreError::Closed)?;
        // The thread takes the permit along by not giving it back itself.
        permit.forget();
        let permit = Permit(self.clone());
        let sessions = self.store.shared_sessions();
        let scan = Scan {
            app: app.id,
            now: self.clock.now(),
            after: filter.after,
            user,
            validated: filter.validated,
        };
        let writer = Writer {
            runtime: Handle::current(),
            sender,
            encode,
            limit: filter.limit.unwrap_or(usize::MAX),
            ip: filter.ip,
            text: filter.text,
            part: Vec::with_capacity(PART_BYTES + 1024),
            rows: 0,
            last: None,
            more: None,
        };
        let run = move || {
            let _permit = permit;
            writer.write(&*sessions, &scan);
        };
        thread::Builder::new()
            .name("listing".into())
            .spawn(run)
            .map_err(|error| ServiceError::System(format!("cannot start a thread: {error}")))?;
        Ok(Listing(receiver))
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

struct Permit(Arc<Service>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.listings.add_permits(1);
    }
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
    rows: usize,
    last: Option<SessionId>,
    more: Option<SessionId>,
}

impl Writer {
    fn write(mut self, sessions: &dyn SessionStore, scan: &Scan) {
        let last_part = match sessions.scan(scan, &mut |row| self.row(row)) {
            Ok(()) => ListingPart::End { more: self.more },
            Err(error) => ListingPart::Failed(error),
        };
        let rows = std::mem::take(&mut self.part);
        if rows.is_empty() || self.send(ListingPart::Rows(rows)).is_continue() {
            let _ = self.send(last_part);
        }
    }

    fn row(&mut self, row: ScanRow<'_>) -> ControlFlow<()> {
        let with_text = |text: &String| has_text(row.id, row.credential, text);
        if !self.ip.is_none_or(|net| is_from(row.ip, net)) || !self.text.as_ref().is_none_or(with_text) {
            return ControlFlow::Continue(());
        }
        if self.rows == self.limit {
            self.more = self.last;
            return ControlFlow::Break(());
        }
        (self.encode)(&mut self.part, row, self.rows == 0);
        self.rows += 1;
        self.last = SessionId::parse(row.id);
        if self.part.len() < PART_BYTES {
            return ControlFlow::Continue(());
        }
        let full = std::mem::replace(&mut self.part, Vec::with_capacity(PART_BYTES + 1024));
        self.send(ListingPart::Rows(full))
    }

    fn send(&self, part: ListingPart) -> ControlFlow<()> {
        match self.runtime.block_on(self.sender.send_timeout(part, STALLED)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
