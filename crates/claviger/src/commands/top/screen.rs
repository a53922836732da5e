//! The terminal while figures are on it.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr},
};
use tokio::signal::unix::{SignalKind, signal};

/// What Ctrl-C is as a letter.
const INTERRUPT: u8 = 3;
/// Rows and columns where the terminal does not tell.
const USUAL: (u16, u16) = (24, 80);
/// The other screen without a cursor, and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// How long a signal may take to be noticed.
const GLANCE: Duration = Duration::from_millis(100);

/// The other screen of the terminal; the former one is back, with all settings, when this is dropped.
pub(super) struct Screen {
    before: Termios,
    ended: Arc<AtomicBool>,
}

impl Screen {
    /// Takes the terminal: keys are read one by one and not shown.
    ///
    /// # Errors
    /// When standard input is no terminal.
    pub(super) fn open() -> anyhow::Result<Self> {
        let ended = watch_signals()?;
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let screen = Self { before, ended };
        write(ENTER)?;
        Ok(screen)
    }

    /// Shows as much of these lines as there is room for.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn draw(&self, lines: &[String]) -> io::Result<()> {
        let size = tcgetwinsize(io::stdout()).map_or(USUAL, |size| (size.ws_row, size.ws_col));
        let (rows, columns) = if size.0 == 0 || size.1 == 0 { USUAL } else { size };
        write(&picture(lines, rows.into(), columns.into()))
    }

    /// Waits until then; whether somebody wants to end it before.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn ends_before(&self, then: Instant) -> io::Result<bool> {
        let stdin = io::stdin();
        while let Some(left) = then.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if self.ended.load(Ordering::Relaxed) {
                return Ok(true);
            }
            let patience = Timespec::try_from(left.min(GLANCE)).map_err(io::Error::other)?;
            let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut waiting, Some(&patience)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let mut keys = [0; 64];
            let count = rustix::io::read(&stdin, &mut keys)?;
            if count == 0 || keys[..count].iter().any(|key| matches!(key, b'q' | b'Q' | &INTERRUPT)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = write(LEAVE);
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Is told of the signals that would end the program with the terminal as it is.
fn watch_signals() -> anyhow::Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    let told = ended.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut terminate, mut hang_up, mut interrupt) = {
        let _inside = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?)
    };
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        told.store(true, Ordering::Relaxed);
    });
    Ok(ended)
}

/// What to write for these lines, each cut off at the right, and the last ones where there are too many.
fn picture(lines: &[String], rows: usize, columns: usize) -> String {
    let cut = |line: &String| line.chars().take(columns).collect::<String>();
    let shown: Vec<_> = lines.iter().take(rows).map(|line| format!("{}\x1b[K", cut(line))).collect();
    format!("\x1b[H{}\x1b[J", shown.join("\r\n"))
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits() {
        let lines = ["é".repeat(9), "b".into(), "c".into()];
        assert_eq!(picture(&lines, 2, 3), "\x1b[Hééé\x1b[K\r\nb\x1b[K\x1b[J");
        assert_eq!(picture(&lines[1..], 9, 9), "\x1b[Hb\x1b[K\r\nc\x1b[K\x1b[J");
    }
}
