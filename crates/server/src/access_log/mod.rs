//! The access log: a line of JSON for each request. Requests hand lines to a thread of its own and never wait for it.

mod line;
mod streamed;
mod writer;

use std::{
    fmt,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    thread,
    thread::JoinHandle,
    time::Duration,
};

use axum::{body::Body, response::Response};
use claviger_metrics::{Kind, Page};
use tokio::sync::mpsc::{Sender, channel};

pub(crate) use line::Line;
use streamed::Streamed;
use writer::{LEFT_OUT, Told, Writer, hand_on, write_all};

/// Lines that may wait to be written; more are left out.
const WAITING_MAX: usize = 8192;
/// How long the last ones may take when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether they are written.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Where lines are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessLogPlace {
    /// Standard output.
    Stdout,
    /// A file, to whose end they are added.
    File(PathBuf),
}

impl fmt::Display for AccessLogPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("standard output"),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

/// The access log of a server.
#[derive(Debug)]
pub struct AccessLog {
    sender: Sender<Told>,
    writing: Mutex<Option<JoinHandle<()>>>,
}

impl AccessLog {
    /// Opens the place and starts the thread.
    ///
    /// # Errors
    /// When the file cannot be written, or the system refuses a thread.
    pub fn start(place: &AccessLogPlace) -> std::io::Result<Self> {
        let writer = Writer::open(match place {
            AccessLogPlace::Stdout => None,
            AccessLogPlace::File(path) => Some(path),
        })?;
        let (sender, told) = channel(WAITING_MAX);
        let writing =
            thread::Builder::new().name("access-log".into()).spawn(move || write_all(writer, told))?;
        Ok(Self { sender, writing: Mutex::new(Some(writing)) })
    }

    /// Writes the line of a reply soon; of one that is written while it is taken, once that has ended.
    #[must_use]
    pub(crate) fn write(&self, line: Line, response: Response) -> Response {
        if line.bytes.is_some() {
            hand_on(&self.sender, line);
            return response;
        }
        response.map(|body| Body::new(Streamed::new(body, line, self.sender.clone())))
    }

    /// Opens the file anew, for whoever has renamed it. Where too many lines wait, the thread finds out by itself.
    pub fn reopen(&self) {
        let _ = self.sender.try_send(Told::Reopen);
    }

    /// Waits until all that waits is written; what comes later is left out.
    pub(crate) async fn finish(&self) {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writing) = writing else { return };
        let finished = async {
            if self.sender.send(Told::Stop).await.is_ok() {
                // Not joined: a runtime that ends waits for who does.
                while !writing.is_finished() {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        };
        if tokio::time::timeout(FINISH_WITHIN, finished).await.is_err() {
            tracing::error!("the last lines of the access log could not be written");
        }
    }
}

/// Tells how many lines there were.
pub(crate) fn tell(page: &mut Page) {
    page.family(
        "claviger_access_log_lines_total",
        Kind::Counter,
        "Lines of the access log, by what came of them.",
    );
    page.sample(&[("outcome", "written")], writer::WRITTEN.get());
    page.sample(&[("outcome", "left_out")], LEFT_OUT.get() + writer::FAILED.get());
}
