//! The thread that writes the access log.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use claviger_domain::Seldom;
use claviger_files::private;
use claviger_metrics::Counter;
use tokio::sync::mpsc::{Receiver, Sender};

use super::line::Line;

/// How often it is looked whether the file was renamed or removed.
const LOOK: Duration = Duration::from_secs(1);
/// Lines that are written at once.
const TOGETHER: usize = 256;

/// Lines that were left out, since too many waited.
pub(super) static LEFT_OUT: Counter = Counter::new();
/// Lines that were written.
pub(super) static WRITTEN: Counter = Counter::new();
/// Lines that could not be written.
pub(super) static FAILED: Counter = Counter::new();

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Told {
    /// A line to be written.
    Line(Box<Line>),
    /// The file is to be opened anew.
    Reopen,
    /// What came before was the last.
    Stop,
}

/// Hands a line to the thread, or leaves it out where too many wait.
pub(super) fn hand_on(sender: &Sender<Told>, line: Line) {
    if sender.try_send(Told::Line(Box::new(line))).is_err() {
        LEFT_OUT.add();
    }
}

/// Where lines go.
pub(super) struct Writer {
    /// `None`: standard output.
    path: Option<PathBuf>,
    file: Option<File>,
    looked: Instant,
    told: Seldom,
}

impl Writer {
    /// Opens the file, or standard output where there is none.
    pub(super) fn open(path: Option<&PathBuf>) -> io::Result<Self> {
        let file = path.map(|path| open(path)).transpose()?;
        Ok(Self { path: path.cloned(), file, looked: Instant::now(), told: Seldom::new() })
    }

    /// Opens the file anew. One that cannot be opened leaves the old one in use.
    fn reopen(&mut self) {
        self.looked = Instant::now();
        let Some(path) = &self.path else { return };
        match open(path) {
            Ok(file) => self.file = Some(file),
            Err(error) => self.tell(&error),
        }
    }

    /// Whether another file, or none, has the name by now.
    fn was_renamed(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return false;
        }
        self.looked = Instant::now();
        let (Some(path), Some(file)) = (&self.path, &self.file) else { return false };
        let same = |named: &std::fs::Metadata, open: &std::fs::Metadata| {
            (named.dev(), named.ino()) == (open.dev(), open.ino())
        };
        match (path.metadata(), file.metadata()) {
            (Ok(named), Ok(open)) => !same(&named, &open),
            _ => true,
        }
    }

    fn write(&mut self, lines: &[u8], count: u64) {
        let written = match &mut self.file {
            Some(file) => file.write_all(lines),
            None => io::stdout().lock().write_all(lines),
        };
        match written {
            Ok(()) => WRITTEN.add_all(count),
            Err(error) => {
                FAILED.add_all(count);
                self.tell(&error);
            }
        }
    }

    fn tell(&self, error: &io::Error) {
        if self.told.is_due(Instant::now()) {
            tracing::error!(%error, "the access log cannot be written; lines are left out");
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    private().create(true).append(true).open(path)
}

/// Writes what comes until it is told to stop. A line is written at once where no other waits.
pub(super) fn write_all(mut writer: Writer, mut due: Receiver<Told>) {
    let (mut told, mut lines) = (Vec::new(), Vec::new());
    loop {
        let count = due.blocking_recv_many(&mut told, TOGETHER);
        if writer.was_renamed() {
            writer.reopen();
        }
        let (mut stop, mut written) = (count == 0, 0);
        for told in told.drain(..) {
            match told {
                Told::Line(line) => {
                    line.write(&mut lines);
                    written += 1;
                }
                Told::Reopen => {
                    writer.write(&lines, std::mem::take(&mut written));
                    lines.clear();
                    writer.reopen();
                }
                Told::Stop => stop = true,
            }
        }
        if written > 0 {
            writer.write(&lines, written);
        }
        lines.clear();
        if stop {
            return;
        }
    }
}
