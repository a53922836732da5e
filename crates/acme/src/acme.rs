//! What a server does with an authority.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use claviger_domain::SystemRandom;
use claviger_outgoing::Authority;
use rustls::sign::CertifiedKey;

use crate::{
    AcmeError, AcmeOptions, ChallengeKind,
    challenges::Challenge,
    folder::{self, Folder},
    names::{CERTIFICATE, CHALLENGES, PACE},
    order::Orders,
    pace::Pace,
    wire::Wire,
};

/// An authority, and what is kept of it.
pub struct Acme {
    options: AcmeOptions,
    folder: Folder,
    wire: Wire,
}

/// What came of looking for a certificate.
pub enum Outcome {
    /// It is too early, or somebody else is at it.
    NotNow,
    /// There is another one than before.
    Renewed,
}

impl Acme {
    /// What these options say; nothing is asked or written yet.
    ///
    /// # Errors
    /// When `ca_file` cannot be used; the text says what to do.
    pub fn new(options: AcmeOptions) -> Result<Self, String> {
        let roots = options.ca_file.as_ref().map(|path| {
            fs::read(path)
                .map_err(|error| format!("acme_ca_file: {} cannot be read: {error}", path.display()))
        });
        let authority =
            Authority::new(roots.transpose()?.as_deref()).map_err(|error| match &options.ca_file {
                Some(path) => format!("acme_ca_file: {} cannot be used: {error}", path.display()),
                None => error,
            })?;
        let folder = Folder::at(&options.folder);
        Ok(Self { options, folder, wire: Wire(authority) })
    }

    /// Makes the folder, where it is not there. May block for a moment.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare(&self) -> Result<(), AcmeError> {
        self.folder.make()
    }

    /// The names that the certificate is to be for.
    pub fn domains(&self) -> &[String] {
        &self.options.domains
    }

    /// How the authority finds out that the names lead here.
    pub fn challenge(&self) -> ChallengeKind {
        self.options.challenge
    }

    /// Key and certificates in PEM that were got last; `None` where there are none yet. May block for a moment.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn kept(&self) -> Result<Option<String>, AcmeError> {
        let path = self.folder.path(CERTIFICATE);
        folder::read(&path).map_err(|error| AcmeError::file(&path, error))
    }

    /// As [`Acme::kept`], without blocking.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn look(&self) -> Result<Option<String>, AcmeError> {
        self.folder.read(CERTIFICATE).await
    }

    /// Asks for the directory.
    ///
    /// # Errors
    /// When the authority cannot be reached, or is none.
    pub async fn reach(&self) -> Result<(), AcmeError> {
        self.orders().reach().await
    }

    /// The certificate by which the authority sees that a name leads here; `None` when it did not ask.
    pub async fn certificate_for(&self, name: &str) -> Option<CertifiedKey> {
        let found = self.pending().await.into_iter().find(|one| one.domain.eq_ignore_ascii_case(name))?;
        tokio::task::spawn_blocking(move || found.certificate()).await.ok().flatten()
    }

    /// The text by which it sees that; `None` when it did not ask so.
    pub async fn answer_to(&self, token: &str) -> Option<String> {
        let found = self.pending().await.into_iter().find(|one| one.token == token)?;
        Some(found.authorization)
    }

    async fn pending(&self) -> Vec<Challenge> {
        self.folder.read_json(CHALLENGES).await.ok().flatten().unwrap_or_default()
    }

    /// Gets another certificate than `seen`, unless it is too early for that, or somebody else is at it or was quicker.
    ///
    /// # Errors
    /// When none came; the text says why, and what to do.
    pub async fn renew(&self, seen: Option<&str>) -> Result<Outcome, AcmeError> {
        if self.is_too_early().await? {
            return Ok(Outcome::NotNow);
        }
        let Some(_lock) = self.folder.lock().await? else { return Ok(Outcome::NotNow) };
        // Whoever had the lock before may have changed everything.
        if self.is_too_early().await? || self.look().await?.as_deref() != seen {
            return Ok(Outcome::NotNow);
        }
        let (orders, mut pace) = (self.orders(), self.pace().await?);
        let got = match orders.placed().await? {
            Some(placed) => orders.resume(placed).await,
            None => {
                // An authority that cannot be reached was asked for nothing yet.
                let account = orders.account().await?;
                pace.begin(now(), &SystemRandom);
                self.folder.write_json(PACE, &pace).await?;
                orders.begin(account).await
            }
        };
        match &got {
            Ok(text) => {
                self.folder.write(CERTIFICATE, text.clone()).await?;
                orders.forget().await?;
                pace.succeeded();
            }
            Err(AcmeError::TooOften(_)) => pace.slow_down(now()),
            Err(_) => return got.map(|_| Outcome::NotNow),
        }
        self.folder.write_json(PACE, &pace).await?;
        got.map(|_| Outcome::Renewed)
    }

    /// Whether nothing may be asked: whoever goes on with an order need not wait for the next.
    async fn is_too_early(&self) -> Result<bool, AcmeError> {
        Ok(self.pause().await? > 0 && self.orders().placed().await?.is_none())
    }

    /// How many seconds until the next order may begin.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn pause(&self) -> Result<u64, AcmeError> {
        let now = now();
        Ok((self.pace().await?.next(now) - now).try_into().unwrap_or(0))
    }

    async fn pace(&self) -> Result<Pace, AcmeError> {
        Ok(self.folder.read_json(PACE).await?.unwrap_or_default())
    }

    fn orders(&self) -> Orders<'_> {
        Orders { options: &self.options, folder: &self.folder, wire: &self.wire }
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
