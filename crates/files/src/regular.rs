//! Files that others give and replace, and that are read again and again while a server runs. A pipe in place of one
//! would hold a thread until somebody writes to it, perhaps for ever, and give another content each time.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::{fs::OFlags, io::Errno};

/// Opens a file to read it.
///
/// # Errors
/// Whatever the system says, at once; [`ErrorKind::InvalidInput`] when it is a pipe, a device or a folder.
pub fn open_regular(path: &Path) -> io::Result<File> {
    open(path, OFlags::empty())
}

/// As [`open_regular`], of a file that stands there itself.
///
/// # Errors
/// Those of [`open_regular`]; [`ErrorKind::InvalidInput`] for a link, too.
pub fn open_regular_itself(path: &Path) -> io::Result<File> {
    match open(path, OFlags::NOFOLLOW) {
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "it is a link, and nobody knows where to: put a file in its place",
        )),
        opened => opened,
    }
}

fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    // So that a pipe is opened without waiting; to a regular file it is all the same.
    let flags = (OFlags::NONBLOCK | flags).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        let why = "it is no regular file, and is to be read again and again: name one in its place";
        return Err(io::Error::new(ErrorKind::InvalidInput, why));
    }
    Ok(file)
}

/// What is in a file, `max` bytes at most.
///
/// # Errors
/// Those of [`open_regular`]; [`ErrorKind::FileTooLarge`] when there is more.
pub fn read_regular(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let size = file.metadata()?.len().min(max);
    // At once: what it holds may be secret, and growing would leave copies in memory.
    let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(max.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > max {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is too large"));
    }
    Ok(content)
}

/// What is in a file of text, `max` bytes at most.
///
/// # Errors
/// Those of [`read_regular`]; [`ErrorKind::InvalidData`] when it is no UTF-8.
pub fn read_regular_text(path: &Path, max: u64) -> io::Result<String> {
    String::from_utf8(read_regular(path, max)?)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is no UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    #[test]
    fn a_pipe_holds_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let [pipe, link] = ["pipe", "link"].map(|name| folder.path().join(name));
        mkfifoat(CWD, &pipe, Mode::from_raw_mode(0o600)).unwrap();
        symlink(&pipe, &link).unwrap();
        for path in [pipe.as_path(), &link, folder.path(), Path::new("/dev/null")] {
            let error = read_regular(path, 10).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", path.display());
            assert!(error.to_string().starts_with("it is no regular file"), "{error}");
        }
    }

    #[test]
    fn files_are_read_up_to_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, none] = ["file", "link", "none"].map(|name| folder.path().join(name));
        fs::write(&file, "text").unwrap();
        // As secrets are mounted by some.
        symlink(&file, &link).unwrap();
        open_regular_itself(&file).unwrap();
        assert_eq!(open_regular_itself(&link).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(read_regular_text(&link, 4).unwrap(), "text");
        assert_eq!(read_regular(&file, u64::MAX).unwrap(), b"text");
        assert_eq!(read_regular(&file, 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read_regular(&none, 3).unwrap_err().kind(), ErrorKind::NotFound);
        fs::write(&file, b"\xFF").unwrap();
        assert_eq!(read_regular_text(&file, 3).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
