//! How far a long command is.

use std::{io::Write as _, sync::Mutex, time::Instant};

use claviger_service::backups::Progress;

/// Tells on standard error how far something is, once a second at most.
pub(super) fn telling(what: &'static str) -> impl Fn(Progress) + Sync {
    let last = Mutex::new(Instant::now());
    move |progress: Progress| {
        let Ok(mut last) = last.lock() else { return };
        if last.elapsed().as_secs() >= 1 {
            *last = Instant::now();
            let Progress { rows, of, files } = progress;
            let files = if files > 0 { format!(", {files} files") } else { String::new() };
            let _ = writeln!(std::io::stderr(), "claviger: {what}: {rows} of {of} rows{files}");
        }
    }
}
