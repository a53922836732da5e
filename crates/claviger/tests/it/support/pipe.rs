//! Pipes with a name, which hold up whoever opens them until somebody is at the other end.

use std::{path::Path, process::Command};

/// Makes one that only its owner can use.
pub fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg("-m").arg("600").arg(path).status().expect("mkfifo");
    assert!(made.success());
}
