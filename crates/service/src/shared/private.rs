//! Files and folders that only their owner can look into.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::Write,
    path::Path,
};

/// Writes a new file that only its owner can read, and makes sure it is on disk.
///
/// # Errors
/// Whatever the system says; also when the file is there already.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes a folder that only its owner can look into, with those above it, unless it is there.
///
/// # Errors
/// Whatever the system says.
pub fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
