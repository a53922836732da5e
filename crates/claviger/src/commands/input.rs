//! Lists that commands read as a whole: files, pipes, and the standard input.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use anyhow::{Context, ensure};

/// Bytes that are read at most, so that what never ends does not fill the memory.
const READ_MAX: u64 = 64 << 20;

/// Whether a path means the standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether what a path names can be read once only: the standard input, a pipe, a device.
pub(super) fn is_read_once(path: &Path) -> bool {
    is_stdin(path) || fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// What a path is called in messages.
pub(super) fn name_of(path: &Path) -> String {
    if is_stdin(path) { "the standard input".into() } else { path.display().to_string() }
}

/// All that a path names; `advice` says what to do where that is too much.
///
/// # Errors
/// When it cannot be read, or has more than 64 MiB.
pub(super) fn read_whole(path: &Path, advice: &str) -> anyhow::Result<Vec<u8>> {
    let (name, mut bytes) = (name_of(path), Vec::new());
    let read = if is_stdin(path) {
        io::stdin().lock().take(READ_MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(READ_MAX + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    ensure!(bytes.len() as u64 <= READ_MAX, "{name} has more than {} MiB: {advice}", READ_MAX >> 20);
    Ok(bytes)
}
