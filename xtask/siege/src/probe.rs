//! What the server takes of the machine while a scenario goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;
use xtask::process::{self, Growth};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(100);

/// Watches a server. Dropping it ends that.
#[derive(Debug)]
pub struct Probe {
    pid: u32,
    memory: Growth,
    processor: Duration,
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

/// The largest values.
#[derive(Debug, Default)]
struct Seen {
    over: AtomicBool,
    wal: AtomicU64,
    descriptors: AtomicU64,
}

impl Probe {
    /// Begins to watch the process and the write-ahead log of its database.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn start(pid: u32, wal: PathBuf) -> Result<Self> {
        let seen = Arc::new(Seen::default());
        let watched = Arc::clone(&seen);
        let memory = Growth::watch(pid)?;
        let processor = process::processor_time(pid)?;
        let thread = thread::spawn(move || {
            while !watched.over.load(Ordering::Relaxed) {
                watched.wal.fetch_max(size(&wal), Ordering::Relaxed);
                let descriptors = process::descriptors(pid).unwrap_or_default() as u64;
                watched.descriptors.fetch_max(descriptors, Ordering::Relaxed);
                thread::sleep(EVERY);
            }
        });
        Ok(Self { pid, memory, processor, seen, thread: Some(thread) })
    }

    /// By how many bytes resident memory was larger than at the beginning, at its peak.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn memory_peak(&self) -> Result<u64> {
        self.memory.peak()
    }

    /// By how many bytes resident memory is larger now; 0 if it is smaller.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn memory_now(&self) -> Result<u64> {
        Ok(process::resident(self.pid)?.saturating_sub(self.memory.before()))
    }

    /// Processor time since the beginning.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn processor(&self) -> Result<Duration> {
        Ok(process::processor_time(self.pid)?.saturating_sub(self.processor))
    }

    /// The largest size of the write-ahead log in bytes.
    pub fn wal(&self) -> u64 {
        self.seen.wal.load(Ordering::Relaxed)
    }

    /// The most descriptors at once.
    pub fn descriptors(&self) -> u64 {
        self.seen.descriptors.load(Ordering::Relaxed)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.seen.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It cannot fail.
            drop(thread.join());
        }
    }
}

/// The size of a file; 0 if there is none.
pub fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}
