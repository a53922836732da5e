//! The thread that writes the access log.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use claviger_domain::Seldom;
use claviger_files::{READ_ONLY, private_at_end};
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
    /// Whether the last line broke off.
    torn: bool,
    told: Seldom,
}

impl Writer {
    /// Opens the file, or standard output where there is none.
    pub(super) fn open(path: Option<&PathBuf>) -> io::Result<Self> {
        let file = path.map(|path| open(path)).transpose()?;
        Ok(Self { path: path.cloned(), file, looked: Instant::now(), torn: false, told: Seldom::new() })
    }

    /// Opens the file anew. One that cannot be opened leaves the old one in use.
    fn reopen(&mut self) {
        self.looked = Instant::now();
        let Some(path) = &self.path else { return };
        match open(path) {
            Ok(file) => (self.file, self.torn) = (Some(file), false),
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
            Some(file) => put(file, lines, &mut self.torn),
            None => put(&mut io::stdout().lock(), lines, &mut self.torn),
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
            let advice = if error.kind() == io::ErrorKind::ReadOnlyFilesystem { READ_ONLY } else { "" };
            tracing::error!(%error, advice, "the access log cannot be written; lines are left out");
        }
    }
}

/// Writes lines, on a line of their own where the one before broke off.
fn put(place: &mut impl Write, lines: &[u8], torn: &mut bool) -> io::Result<()> {
    if *torn {
        place.write_all(b"\n")?;
        *torn = false;
    }
    let mut left = lines;
    while !left.is_empty() {
        match place.write(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                *torn = left[count - 1] != b'\n';
                left = &left[count..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    place.flush()
}

fn open(path: &Path) -> io::Result<File> {
    private_at_end().create(true).open(path)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many more bytes.
    struct Disk(Vec<u8>, usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.1);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.extend_from_slice(&bytes[..count]);
            self.1 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_broke_off_stands_alone() {
        let (mut disk, mut torn) = (Disk(Vec::new(), 8), false);
        put(&mut disk, b"one\ntwo and more\n", &mut torn).expect_err("full");
        put(&mut disk, b"lost\n", &mut torn).expect_err("still full");
        disk.1 = 100;
        put(&mut disk, b"three\n", &mut torn).expect("room");
        put(&mut disk, b"four\n", &mut torn).expect("room");
        assert_eq!(String::from_utf8_lossy(&disk.0), "one\ntwo \nthree\nfour\n");
        disk.1 = 5;
        put(&mut disk, b"five\nsix\n", &mut torn).expect_err("full");
        disk.1 = 100;
        put(&mut disk, b"seven\n", &mut torn).expect("room");
        assert!(disk.0.ends_with(b"four\nfive\nseven\n"), "{}", String::from_utf8_lossy(&disk.0));
    }
}
