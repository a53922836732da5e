//! Paths in the settings file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A path in the settings file, relative to its folder. It is not empty: that would be the folder itself, say as the place
/// of uploads.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "PathBuf")]
pub(super) struct PathInFile(PathBuf);

impl TryFrom<PathBuf> for PathInFile {
    type Error = &'static str;

    fn try_from(path: PathBuf) -> Result<Self, Self::Error> {
        match path.as_os_str().is_empty() {
            false => Ok(Self(path)),
            true => Err("the path is empty: write one, or leave the setting out"),
        }
    }
}

impl AsRef<Path> for PathInFile {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}
