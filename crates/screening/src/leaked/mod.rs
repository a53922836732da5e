//! Passwords that were in a breach.

mod file;
mod folder;
mod hash;
mod row;
mod window;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;

use crate::ScreeningError;
use hash::Hash;

/// Who hands out leaked hashes by prefix: a service that speaks the range protocol of Have I Been Pwned.
#[async_trait]
pub trait RangeSource: Send + Sync {
    /// The answer to `GET <base>/range/<prefix>` (see [`range_url`]): lines of the form `SUFFIX:COUNT`. `prefix` is
    /// five upper-case hexadecimal digits. Ask with the header `Add-Padding: true`, so that the answer's length tells
    /// nothing.
    ///
    /// # Errors
    /// Why there is none, for the log; without the prefix.
    async fn range(&self, prefix: &str) -> Result<String, String>;
}

/// The address of a prefix at a service that speaks the range protocol.
pub fn range_url(base: &str, prefix: &str) -> String {
    format!("{}/range/{prefix}", base.trim_end_matches('/'))
}

/// Tells whether a password was in a breach, by its SHA-1.
pub struct LeakedPasswords {
    source: Source,
}

enum Source {
    File(PathBuf),
    Folder(PathBuf),
    Service(Arc<dyn RangeSource>),
}

impl LeakedPasswords {
    /// Asks one text file, sorted by hash, with lines of the form `SHA1:COUNT`. It is searched where it lies, so its
    /// size does not matter. Blocks.
    ///
    /// # Errors
    /// When it cannot be read, or is not such a file as far as a few lines of it tell.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self, ScreeningError> {
        let path = path.into();
        file::check(&path)?;
        Ok(Self { source: Source::File(path) })
    }

    /// Asks a folder with a file for each prefix of five hexadecimal digits (`ABCDE` or `ABCDE.txt`), with lines of
    /// the form `SUFFIX:COUNT`. Blocks.
    ///
    /// # Errors
    /// When it cannot be read, or the first such file in it is not of this form.
    pub fn folder(path: impl Into<PathBuf>) -> Result<Self, ScreeningError> {
        let path = path.into();
        folder::check(&path)?;
        Ok(Self { source: Source::Folder(path) })
    }

    /// Asks a service; nothing but the first five digits of a hash leave the machine.
    pub fn service(ranges: Arc<dyn RangeSource>) -> Self {
        Self { source: Source::Service(ranges) }
    }

    /// Whether `password` was in a breach. Files are read on threads for blocking work.
    ///
    /// # Errors
    /// When the source cannot be read or asked, or is not in its form. Then nothing is known of the password.
    pub async fn is_leaked(&self, password: &str) -> Result<bool, ScreeningError> {
        let hash = Hash::of(password);
        match &self.source {
            Source::File(path) => {
                let path = path.clone();
                blocking(move || file::contains(&path, hash)).await
            }
            Source::Folder(path) => {
                let path = path.clone();
                blocking(move || folder::contains(&path, hash)).await
            }
            Source::Service(ranges) => {
                let answer = ranges.range(&hash.prefix()).await.map_err(ScreeningError::Source)?;
                row::range_contains(answer.as_bytes(), hash).ok_or(ScreeningError::Answer)
            }
        }
    }
}

async fn blocking(
    work: impl FnOnce() -> Result<bool, ScreeningError> + Send + 'static,
) -> Result<bool, ScreeningError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ScreeningError::Stopped)?
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    /// Answers for the prefix of `password` with one fixed text, and refuses every other.
    struct Fixed(Result<&'static str, &'static str>);

    #[async_trait]
    impl RangeSource for Fixed {
        async fn range(&self, prefix: &str) -> Result<String, String> {
            assert_eq!(prefix, "5BAA6");
            self.0.map(Into::into).map_err(Into::into)
        }
    }

    async fn ask(answer: Result<&'static str, &'static str>) -> Result<bool, String> {
        let passwords = LeakedPasswords::service(Arc::new(Fixed(answer)));
        passwords.is_leaked("password").await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn asks_a_service_by_prefix() {
        let other = "003D68EB55068C33ACE09247EE4C639306B:3";
        let known = "1E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179";
        let padding = "1E4C9B93F3F0682250B6CF8331B7EE68FD8:0";
        let answer = |rows: &[&str]| -> &'static str { rows.join("\r\n").leak() };
        assert_eq!(ask(Ok(answer(&[other, known]))).await, Ok(true));
        assert_eq!(ask(Ok(answer(&[other, padding]))).await, Ok(false));
        assert_eq!(ask(Ok(answer(&[other, ""]))).await, Ok(false));
        let wrong = "the service of leaked passwords did not answer with lines of SUFFIX:COUNT: \
                     check its address, without /range/ and what follows";
        for answer in ["", "<!DOCTYPE html>", "\r\n"] {
            assert_eq!(ask(Ok(answer)).await, Err(wrong.into()), "{answer}");
        }
        let failed = "the service of leaked passwords cannot be asked: timed out";
        assert_eq!(ask(Err("timed out")).await, Err(failed.into()));
    }

    #[tokio::test]
    async fn searches_files_and_folders() {
        let folder = tempfile::tempdir().unwrap();
        let (single, split) = (folder.path().join("hashes.txt"), folder.path().join("5BAA6.txt"));
        std::fs::write(&single, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179\r\n").unwrap();
        std::fs::write(&split, "1E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179\r\n").unwrap();
        let file = LeakedPasswords::file(&single).unwrap();
        assert!(file.is_leaked("password").await.unwrap());
        assert!(!file.is_leaked("Password").await.unwrap());
        let parts = LeakedPasswords::folder(folder.path()).unwrap();
        assert!(parts.is_leaked("password").await.unwrap());
        assert!(matches!(parts.is_leaked("Password").await, Err(ScreeningError::Unusable { .. })));
        std::fs::remove_file(&single).unwrap();
        assert!(matches!(file.is_leaked("password").await, Err(ScreeningError::File { .. })));
        assert!(matches!(LeakedPasswords::file(folder.path()), Err(ScreeningError::File { .. })));
        for pipe in [&single, &folder.path().join("8BE3C.txt")] {
            mkfifoat(CWD, pipe, Mode::from_raw_mode(0o600)).unwrap();
        }
        assert!(matches!(file.is_leaked("password").await, Err(ScreeningError::File { .. })));
        assert!(matches!(parts.is_leaked("Password").await, Err(ScreeningError::File { .. })));
    }

    #[test]
    fn makes_addresses() {
        assert_eq!(range_url("https://api.example.com/", "5BAA6"), "https://api.example.com/range/5BAA6");
        assert_eq!(range_url("http://[::1]:8080/hibp", "5BAA6"), "http://[::1]:8080/hibp/range/5BAA6");
    }
}
