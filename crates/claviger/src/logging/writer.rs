//! Writing lines of the log where they are read, without ever waiting long for the reader: a full pipe that nobody reads
//! from would hold up whoever has something to say, and they hold up all others.

use std::{
    io::{self, Write},
    os::fd::AsFd,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::retry_on_intr,
};
use tracing_subscriber::fmt::MakeWriter;

/// Longest line in bytes: what a pipe takes at once where it takes anything (`PIPE_BUF` on Linux).
pub(super) const LINE_MAX: usize = 4096;
/// How long a reader is waited for that was in time so far.
const PATIENCE: Duration = Duration::from_millis(100);

/// Where lines go. Those that find no room are left out, and counted.
pub(super) struct LogWriter<W> {
    state: Mutex<State<W>>,
}

struct State<W> {
    place: W,
    /// Lines that were left out since the last one that was written.
    left_out: u64,
    /// The line that tells how many were.
    told: fn(u64) -> String,
}

impl<W: Write + AsFd> LogWriter<W> {
    pub(super) fn new(place: W, told: fn(u64) -> String) -> Self {
        Self { state: Mutex::new(State { place, left_out: 0, told }) }
    }
}

impl<W: Write + AsFd> State<W> {
    fn write(&mut self, line: &[u8]) {
        let patience = if self.left_out == 0 { PATIENCE } else { Duration::ZERO };
        if !self.has_room(patience) {
            self.left_out += 1;
            return;
        }
        if self.left_out > 0 {
            let told = (self.told)(std::mem::take(&mut self.left_out));
            self.put(told.as_bytes());
            return self.write(line);
        }
        self.put(line);
    }

    /// Where nothing can be written there is nobody to tell.
    fn put(&mut self, line: &[u8]) {
        let _ = self.place.write_all(line);
    }

    fn has_room(&self, patience: Duration) -> bool {
        let limit = Timespec { tv_sec: 0, tv_nsec: patience.subsec_nanos().into() };
        // A file always has, and so has what is closed: then writing fails at once.
        let mut place = [PollFd::new(&self.place, PollFlags::OUT)];
        retry_on_intr(|| poll(&mut place, Some(&limit))).is_ok_and(|ready| ready > 0)
    }
}

/// Takes a line, which comes whole.
pub(super) struct Line<'a, W>(MutexGuard<'a, State<W>>);

impl<W: Write + AsFd> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: Write + AsFd + 'a> MakeWriter<'a> for LogWriter<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use super::*;

    #[test]
    fn a_reader_that_stopped_holds_up_nobody_and_hears_what_it_missed() {
        let (reader, pipe) = io::pipe().expect("a pipe");
        let writer = LogWriter::new(pipe, |count| format!("{count} were left out\n"));
        let line = format!("{}\n", "x".repeat(999));
        let write = |line: &str| writer.make_writer().write_all(line.as_bytes()).expect("never an error");
        // More than any pipe holds that was not made larger.
        for _ in 0..2_000 {
            write(&line);
        }
        let mut lines = BufReader::new(reader);
        let mut read = || {
            let mut line = String::new();
            lines.read_line(&mut line).expect("a line");
            line
        };
        let held = 2_000 - writer.state.lock().expect("nobody panicked").left_out;
        assert!((1..2_000).contains(&held), "{held}");
        for _ in 0..held {
            assert_eq!(read(), line);
        }
        write("more\n");
        assert_eq!([read(), read()], [format!("{} were left out\n", 2_000 - held), "more\n".into()]);
    }
}
