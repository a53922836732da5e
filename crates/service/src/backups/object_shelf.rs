//! Backups in an object store.

use std::{
    io::{self, Read, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use claviger_archive::TAIL_LEN;
use claviger_outgoing::{Download, ObjectError, ObjectOptions, Objects, Whole};
use tokio::runtime::{Builder, Runtime};

use super::{
    error::BackupError,
    names,
    shelf::{Condition, GIVEN_UP, Shelf, Stored, Unfinished},
};

/// Bytes of a part. A backup may have 10,000 of them.
const PART: usize = 16 * 1024 * 1024;
/// How long giving up an upload may take where the process is about to end.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether one that is just being begun has its id.
const GIVE_UP_LOOK: Duration = Duration::from_millis(10);
/// How often reading is begun anew where nothing came.
const RESUMES: u32 = 5;

/// A store, and a runtime for what waits for it: backups are made and read on threads that may block.
struct Store {
    objects: Objects,
    runtime: Option<Runtime>,
}

impl Store {
    fn wait<T>(&self, work: impl Future<Output = Result<T, ObjectError>>) -> Result<T, ObjectError> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(work),
            None => Err(ObjectError::Settings("the object store is closed".into())),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // It may be dropped where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) struct ObjectShelf {
    store: Arc<Store>,
    /// Name and id of the upload under way.
    begun: Begun,
}

type Begun = Arc<Mutex<Option<(String, String)>>>;

impl ObjectShelf {
    pub(super) fn new(options: &ObjectOptions) -> Result<Self, BackupError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(BackupError::file("cannot start a runtime"))?;
        let store = Store { objects: Objects::new(options)?, runtime: Some(runtime) };
        Ok(Self { store: Arc::new(store), begun: Begun::default() })
    }
}

impl Shelf for ObjectShelf {
    fn list(&self) -> Result<Vec<Stored>, BackupError> {
        let found = self.store.wait(self.store.objects.list())?;
        Ok(found.into_iter().filter_map(|(name, bytes)| stored(name, bytes)).collect())
    }

    fn find(&self, name: &str) -> Result<Option<Stored>, BackupError> {
        if names::second(name).is_none() {
            return Ok(None);
        }
        match self.store.wait(self.store.objects.length(name)) {
            Err(ObjectError::Refused { status: 404, .. }) => Ok(None),
            length => Ok(stored(name.into(), length?)),
        }
    }

    fn try_out(&self, name: &str) -> Result<(), BackupError> {
        let id = self.store.wait(self.store.objects.begin(name))?;
        Ok(self.store.wait(self.store.objects.abort(name, &id))?)
    }

    fn begin(&self, name: &str) -> Result<Box<dyn Unfinished>, BackupError> {
        self.clear()?;
        if self.store.wait(self.store.objects.list())?.iter().any(|(found, _)| found == name) {
            return Err(there_already(name));
        }
        // Held meanwhile: who gives up waits for the id.
        let mut begun = lock(&self.begun);
        let id = self.store.wait(self.store.objects.begin(name))?;
        *begun = Some((name.into(), id.clone()));
        drop(begun);
        let held = Vec::with_capacity(PART);
        Ok(Box::new(Upload {
            store: self.store.clone(),
            begun: self.begun.clone(),
            name: name.into(),
            id,
            tags: Vec::new(),
            held,
            end: Vec::with_capacity(TAIL_LEN),
            kept: false,
        }))
    }

    fn open(&self, name: &str) -> Result<Box<dyn Read + Send>, BackupError> {
        let length = self.store.wait(self.store.objects.length(name))?;
        let store = self.store.clone();
        Ok(Box::new(Content {
            store,
            name: name.into(),
            length,
            at: 0,
            open: None,
            piece: Bytes::new(),
            resumes: 0,
            paced: 0,
            spent: Duration::ZERO,
        }))
    }

    fn delete(&self, name: &str) -> Result<(), BackupError> {
        Ok(self.store.wait(self.store.objects.delete(name))?)
    }

    fn give_up(&self) {
        // Who is about to end waits for no store that does not answer.
        let until = Instant::now() + GIVE_UP_WITHIN;
        let begun = loop {
            match self.begun.try_lock() {
                Ok(mut begun) => break begun.take(),
                Err(_) if Instant::now() < until => thread::sleep(GIVE_UP_LOOK),
                Err(_) => break None,
            }
        };
        if let Some((name, id)) = begun {
            let abort = async {
                let abort = self.store.objects.abort(&name, &id);
                tokio::time::timeout_at(until.into(), abort).await.unwrap_or(Ok(()))
            };
            let _ = self.store.wait(abort);
        }
    }

    fn clear(&self) -> Result<(), BackupError> {
        let begun = match self.store.wait(self.store.objects.unfinished()) {
            // Not every key may look for them.
            Err(ObjectError::Refused { status, code }) => {
                tracing::warn!(
                    status,
                    code,
                    "unfinished uploads of backups cannot be listed: let the key do so, or the bucket remove them by \
                     a rule"
                );
                return Ok(());
            }
            begun => begun?,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let before = now.saturating_sub(GIVEN_UP).as_secs().cast_signed();
        for (name, id) in begun {
            // The name tells when it was begun.
            if names::second(&name).is_some_and(|made| made < before) {
                match self.store.wait(self.store.objects.abort(&name, &id)) {
                    // Somebody else did.
                    Err(ObjectError::Refused { status: 404, .. }) => {}
                    aborted => aborted?,
                }
            }
        }
        Ok(())
    }
}

fn lock(begun: &Begun) -> MutexGuard<'_, Option<(String, String)>> {
    begun.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An object, if it has a backup's name. What is not whole has not been completed, and is not there.
fn stored(name: String, bytes: u64) -> Option<Stored> {
    let condition = if bytes > 0 { Condition::Whole } else { Condition::CutOff };
    names::second(&name).map(|made| Stored { name, made, bytes, condition })
}

/// Another backup was made in the same second.
fn there_already(name: &str) -> BackupError {
    BackupError::Refused(format!("there is a backup {name} already: try again in a second"))
}

/// An upload in parts; given up when it is dropped before it was kept.
struct Upload {
    store: Arc<Store>,
    begun: Begun,
    name: String,
    id: String,
    tags: Vec<String>,
    held: Vec<u8>,
    /// The last bytes until now: those of a whole backup have a digest, by which it is known again.
    end: Vec<u8>,
    kept: bool,
}

impl Upload {
    fn send(&mut self) -> Result<(), ObjectError> {
        let number = u16::try_from(self.tags.len() + 1)
            .ok()
            .filter(|number| *number <= 10_000)
            .ok_or_else(|| ObjectError::Settings("the backup is too large for an object store".into()))?;
        let bytes = Bytes::from(std::mem::replace(&mut self.held, Vec::with_capacity(PART)));
        let tag = self.store.wait(self.store.objects.part(&self.name, &self.id, number, bytes))?;
        self.tags.push(tag);
        Ok(())
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() == PART {
            self.send().map_err(io::Error::other)?;
        }
        let fits = bytes.len().min(PART - self.held.len());
        self.held.extend_from_slice(&bytes[..fits]);
        self.end.extend_from_slice(&bytes[fits.saturating_sub(TAIL_LEN)..fits]);
        self.end.drain(..self.end.len().saturating_sub(TAIL_LEN));
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Unfinished for Upload {
    fn keep(mut self: Box<Self>, bytes: u64) -> Result<(), BackupError> {
        self.send()?;
        let store = self.store.clone();
        let whole = Whole { length: bytes, end: &self.end };
        match store.wait(store.objects.complete(&self.name, &self.id, &self.tags, whole)) {
            Err(ObjectError::Taken) => return Err(there_already(&self.name)),
            completed => completed?,
        }
        self.kept = true;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        lock(&self.begun).take();
        if !self.kept
            && let Err(error) = self.store.wait(self.store.objects.abort(&self.name, &self.id))
        {
            tracing::warn!(%error, "what was uploaded of a backup is not removed; the store may do so by a rule");
        }
    }
}

/// A backup that is being read; it goes on where it broke off.
struct Content {
    store: Arc<Store>,
    name: String,
    length: u64,
    at: u64,
    open: Option<Download>,
    piece: Bytes,
    resumes: u32,
    /// Bytes that came, and how long they were waited for, since as many as a part has had come.
    paced: usize,
    spent: Duration,
}

impl Content {
    /// The next bytes. However they drip, a part's worth of them must be there in time.
    fn advance(&mut self) -> Result<Option<Bytes>, ObjectError> {
        let (store, open, begun) = (self.store.clone(), self.open.take(), Instant::now());
        let limit = store.objects.part_limit();
        let next = async {
            let mut open = match open {
                Some(open) => open,
                None => store.objects.open(&self.name, self.at, self.length).await?,
            };
            let piece = open.next().await?;
            Ok((open, piece))
        };
        let left = limit.saturating_sub(self.spent);
        let came = store
            .wait(async { tokio::time::timeout(left, next).await.unwrap_or(Err(ObjectError::Late(limit))) });
        self.spent += begun.elapsed();
        let (open, piece) = came?;
        self.open = Some(open);
        self.paced += piece.as_ref().map_or(0, Bytes::len);
        if self.paced >= PART {
            (self.paced, self.spent) = (0, Duration::ZERO);
        }
        Ok(piece)
    }

    /// Whether it helps to begin anew from where it broke off.
    fn may_resume(&self) -> bool {
        self.resumes < RESUMES && self.spent < self.store.objects.part_limit()
    }
}

impl Read for Content {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && self.at < self.length {
            match self.advance() {
                Ok(Some(piece)) => {
                    self.at += piece.len() as u64;
                    self.resumes = 0;
                    self.piece = piece;
                }
                // Neither has it ended, nor does it go on.
                Ok(None) if self.may_resume() => (self.resumes, self.open) = (self.resumes + 1, None),
                Ok(None) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(ObjectError::Unreachable(_) | ObjectError::Late(_)) if self.may_resume() => {
                    self.resumes += 1;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        if self.at > self.length {
            return Err(io::Error::other(ObjectError::Odd("it sends more than it told".into())));
        }
        let length = out.len().min(self.piece.len());
        out[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}
