//! Files that only their owner can read.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::OFlags;

use crate::owner::hand_over;

/// How a file is opened to write to it, which is its owner's alone if it is made.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Options to write at the end of a file, as [`private`]. A pipe that nobody reads from is an error, not a wait.
pub fn private_at_end() -> OpenOptions {
    let mut options = private();
    options.append(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

/// Makes a new file that only its owner can read: that of its folder, where root makes it.
///
/// # Errors
/// Whatever the system says; also when something is there already, be it a link.
pub fn create_private(path: &Path) -> io::Result<File> {
    let file = private().create_new(true).open(path)?;
    hand_over(&file, path);
    Ok(file)
}

/// Opens a file to write to it, which is made as by [`create_private`] if it is not there.
///
/// # Errors
/// Whatever the system says.
pub fn open_private(path: &Path) -> io::Result<File> {
    match create_private(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            private().create(true).truncate(false).open(path)
        }
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::MetadataExt as _};

    use rustix::{fs::Mode, process::umask};

    use crate::{create_private_folder, lock_file, replace_private, write_private};

    #[test]
    fn others_cannot_read_whatever_the_umask() {
        // All of this process's; no other test here hangs on it.
        umask(Mode::empty());
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        create_private_folder(&path("a/b")).unwrap();
        write_private(&path("a/written"), b"text").unwrap();
        replace_private(&path("a/replaced"), b"text").unwrap();
        drop(lock_file(&path("a/lock")).unwrap());
        let files = ["a/written", "a/replaced", "a/lock"].map(|name| (name, 0o600));
        for (name, mode) in [("a", 0o700), ("a/b", 0o700)].into_iter().chain(files) {
            assert_eq!(fs::metadata(path(name)).unwrap().mode() & 0o777, mode, "{name}");
        }
    }
}
