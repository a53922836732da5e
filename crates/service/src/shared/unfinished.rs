//! Uploads that come in pieces, between one piece and the next. Each node has its own: whoever goes on at another one, or
//! after a restart, is told that it is not here.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use claviger_capacity::{Full, Gate, Permit, Resource, Who};
use tokio::sync::Notify;

use super::{quotas::Reservation, receiving::Receiving};

/// An upload to which nothing came for so many seconds is given up.
pub(crate) const IDLE: i64 = 900;
/// How long a piece waits for the one before to let go.
const LETS_GO_WITHIN: Duration = Duration::from_secs(5);

/// What an upload will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadPlan {
    /// Its name for people.
    pub name: String,
    /// Bytes in all.
    pub size: u64,
    /// Only programs that have signed in may download it.
    pub authed: bool,
    /// The id of the file whose content it becomes; `None`: a new file.
    pub replaces: Option<String>,
}

/// The content so far.
pub(crate) struct Parts {
    pub(crate) receiving: Receiving,
    pub(crate) reservation: Reservation,
}

/// An upload that comes in pieces.
pub(crate) struct Entry {
    pub(crate) plan: UploadPlan,
    app: i64,
    who: String,
    parts: tokio::sync::Mutex<Option<Parts>>,
    /// Bytes that are here.
    offset: AtomicU64,
    /// Unix second of the last piece.
    touched: AtomicI64,
    /// Tells who receives a piece to let go: another one has come.
    let_go: Notify,
    /// Id of the file that it became.
    done: Mutex<Option<String>>,
    _place: Permit,
}

/// The uploads that come in pieces, by their ids.
pub(crate) struct Unfinished {
    places: Gate,
    entries: Mutex<HashMap<String, Arc<Entry>>>,
    replaced: Held,
}

/// Files whose contents are being replaced, by application and id.
type Held = Arc<Mutex<HashSet<(i64, String)>>>;

/// A file whose content is being replaced by one.
pub(crate) struct HeldFile {
    held: Held,
    file: (i64, String),
}

impl Drop for HeldFile {
    fn drop(&mut self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.file);
    }
}

impl Default for Unfinished {
    fn default() -> Self {
        Self { places: Gate::new(Resource::Unfinished), entries: Mutex::default(), replaced: Held::default() }
    }
}

impl Unfinished {
    /// What hands out places.
    pub(crate) fn gate(&self) -> &Gate {
        &self.places
    }

    /// A place for one more.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn place(&self, who: Who, now: i64) -> Result<Permit, Full> {
        self.forget(now);
        self.places.try_enter(who)
    }

    /// Begins one.
    pub(crate) fn begin(
        &self,
        id: String,
        owner: (i64, &str),
        plan: UploadPlan,
        parts: Parts,
        place: Permit,
        now: i64,
    ) {
        let entry = Entry {
            plan,
            app: owner.0,
            who: owner.1.into(),
            parts: tokio::sync::Mutex::new(Some(parts)),
            offset: AtomicU64::new(0),
            touched: AtomicI64::new(now),
            let_go: Notify::new(),
            done: Mutex::default(),
            _place: place,
        };
        self.lock().insert(id, Arc::new(entry));
    }

    /// The one of this id that a person began for an application.
    pub(crate) fn find(&self, id: &str, owner: (i64, &str), now: i64) -> Option<Arc<Entry>> {
        self.forget(now);
        self.lock().get(id).filter(|entry| (entry.app, entry.who.as_str()) == owner).cloned()
    }

    /// Keeps others from replacing a file at once; `None` when somebody does.
    pub(crate) fn hold_file(&self, app: i64, id: &str) -> Option<HeldFile> {
        let file = (app, id.to_owned());
        let new = self.replaced.lock().unwrap_or_else(PoisonError::into_inner).insert(file.clone());
        new.then(|| HeldFile { held: self.replaced.clone(), file })
    }

    /// Drops one.
    pub(crate) fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Drops those that were given up. A piece that is under way counts by itself.
    pub(crate) fn forget(&self, now: i64) {
        let young = |entry: &Entry| now - entry.touched.load(Ordering::Relaxed) < IDLE;
        self.lock().retain(|_, entry| young(entry) || Arc::strong_count(entry) > 1);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Bytes that are here.
    pub(crate) fn offset(&self) -> u64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Id of the file that it became.
    pub(crate) fn done(&self) -> Option<String> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_done(&self, file: &str) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(file.into());
    }

    /// Takes the content to go on with it, also from who still waits for more of a piece. `None`: it is gone, or the other
    /// one does not let go.
    pub(crate) async fn take(&self) -> Option<Parts> {
        self.let_go.notify_waiters();
        let mut slot = tokio::time::timeout(LETS_GO_WITHIN, async {
            loop {
                let slot = self.parts.lock().await;
                if slot.is_some() {
                    return slot;
                }
                drop(slot);
                self.let_go.notify_waiters();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .ok()?;
        slot.take()
    }

    /// Waits until somebody else wants to go on.
    pub(crate) async fn wanted(&self) {
        self.let_go.notified().await;
    }

    /// Gives the content back after a piece.
    pub(crate) async fn put_back(&self, parts: Parts, now: i64) {
        self.offset.store(parts.receiving.size(), Ordering::Relaxed);
        self.touched.store(now, Ordering::Relaxed);
        *self.parts.lock().await = Some(parts);
    }

    /// Something has come.
    pub(crate) fn touch(&self, offset: u64, now: i64) {
        self.offset.store(offset, Ordering::Relaxed);
        self.touched.store(now, Ordering::Relaxed);
    }
}
