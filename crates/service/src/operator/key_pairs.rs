//! Giving an application another Ed25519 key pair, while programs that were built with the former one go on.

use claviger_domain::{FormerKeyPair, SigningKey, tidy};
use claviger_store::{
    Conn, StoreError, key_pairs,
    report_counts::{self, Count, Kind},
};
use zeroize::Zeroizing;

use super::names::refused;
use crate::{App, Service, ServiceError, shared::master_key::purpose::SIGNING_KEY};

/// After how many milliseconds the new key pair signs, so that all nodes know it by then: they look five times a second.
const KNOWN_AFTER_MS: u64 = 2000;
/// Former key pairs of an application that sign at the same time at most.
const FORMER_MAX: usize = 8;
/// Seconds of the reports in which versions of programs are looked for.
const REPORTED: i64 = 400 * 86_400;
/// Seconds in which starts of programs are counted, to tell whether a former key pair is still needed.
const LATELY: i64 = 30 * 86_400;
/// Versions that a program may have: as long as the setting may be, and not more of them than reports keep.
const VERSION_MAX: usize = 40;
const VERSIONS_MAX: usize = 1000;

/// What came of giving an application another key pair.
#[derive(Clone, Debug)]
pub struct ReplacedKeyPair {
    /// The public key that programs are built with from now on, 64 hexadecimal digits.
    pub public_key: String,
    /// The one before.
    pub former: String,
    /// The versions of programs that are answered with the one before.
    pub versions: Vec<String>,
    /// Unix second until which they are; `None`: without end.
    pub until: Option<i64>,
}

/// A key pair that an application had before, and who still needs it.
#[derive(Clone, Debug)]
pub struct FormerKeyPairUse {
    /// Its number among those of the application, from 0.
    pub number: u64,
    /// The public key that programs were built with, 64 hexadecimal digits.
    pub public_key: String,
    /// The versions of these programs.
    pub versions: Vec<String>,
    /// Unix second from which the next one is the newest.
    pub replaced: i64,
    /// Unix second from which it signs no more; `None`: it does without end.
    pub until: Option<i64>,
    /// Whether it signs now.
    pub signs: bool,
    /// How often these programs started within the last thirty days.
    pub started: i64,
    /// How often they were told within these days that there is a newer version.
    pub outdated: i64,
}

impl Service {
    /// The key pairs that an application had before, the newest first, and who still needs them. Those that ended are among
    /// them until another one is made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn former_key_pairs(&self, app: &App) -> Result<Vec<FormerKeyPairUse>, ServiceError> {
        if app.key_pairs.former().is_empty() {
            return Ok(Vec::new());
        }
        let (id, now_ms, from) = (app.id, self.clock.now_ms(), self.clock.now() - LATELY);
        let count = move |conn: &mut Conn<'_>| {
            let [started, outdated] = [Kind::Version, Kind::Outdated];
            Ok::<_, StoreError>([
                report_counts::since(conn, id, started, from)?,
                report_counts::since(conn, id, outdated, from)?,
            ])
        };
        let [started, outdated] = self.store.db().read(count).await?;
        let of = |former: &FormerKeyPair, counts: &[Count]| {
            let counts = counts.iter().filter(|count| former.versions.contains(&count.name));
            counts.map(|count| count.count).sum()
        };
        let used = |former: &FormerKeyPair| FormerKeyPairUse {
            number: former.number,
            public_key: former.key.public_hex().into(),
            versions: former.versions.clone(),
            replaced: (former.replaced_ms / 1000) as i64,
            until: former.until,
            signs: former.signs(now_ms),
            started: of(former, &started),
            outdated: of(former, &outdated),
        };
        Ok(app.key_pairs.former().iter().rev().map(used).collect())
    }

    /// Gives an application another Ed25519 key pair. Programs of API 1.3 that were built with the one before go on: replies to
    /// them are signed with it, for `grace` seconds or without end. They are told by their version: the one that the application
    /// has now, those that it had by the reports, and `more`. So a program that is built with the new key must have a new
    /// version. Sessions keep the key pair that they began with. Both are in force two seconds later.
    ///
    /// # Errors
    /// When there is no such application, a version is too long, there are too many former key pairs, or the database fails.
    pub async fn replace_key_pair(
        &self,
        owner: &str,
        name: &str,
        grace: Option<i64>,
        more: &[String],
    ) -> Result<ReplacedKeyPair, ServiceError> {
        let app = self.app(owner, name).await?;
        let (now_ms, now) = (self.clock.now_ms(), self.clock.now());
        if let Some(long) = more.iter().find(|version| version.len() > VERSION_MAX) {
            return Err(refused(&format!("no version has more than {VERSION_MAX} bytes: `{long}`")));
        }
        if more.len() >= VERSIONS_MAX {
            return Err(refused(&format!("fewer than {VERSIONS_MAX} versions can be named")));
        }
        let living = app.key_pairs.former().iter().filter(|former| former.signs(now_ms));
        let taken: Vec<String> = living.clone().flat_map(|former| former.versions.clone()).collect();
        if living.count() >= FORMER_MAX && grace != Some(0) {
            return Err(refused(&format!(
                "{FORMER_MAX} former key pairs still sign: end them with `claviger app end-key-pairs` first"
            )));
        }
        let mut seed = Zeroizing::new([0; SigningKey::SEED_LEN]);
        self.random.fill(&mut *seed);
        let public_key = SigningKey::from_seed(&*seed).map(|key| key.public_hex().to_owned());
        let (sealed, until) = (self.vault.seal_to_keep(SIGNING_KEY, &*seed), grace.map(|grace| now + grace));
        let (id, current) = (app.id, app.settings.version.clone());
        let more = more.iter().map(String::as_str);
        let named: Vec<String> =
            std::iter::once(&*current).chain(more).map(|version| tidy(version).to_owned()).collect();
        let change = move |conn: &mut Conn<'_>| {
            let Some(record) = claviger_store::apps::by_id(conn, id)? else { return Ok(None) };
            // Not those that were refused as outdated: strangers choose them, and could take the next version away.
            let mut had = report_counts::since(conn, id, Kind::Version, now - REPORTED)?;
            had.sort_unstable_by_key(|count| std::cmp::Reverse(count.day));
            let mut versions: Vec<String> = Vec::new();
            for version in named.into_iter().chain(had.into_iter().map(|count| count.name)) {
                // Those that are taken were built with one from before.
                if versions.len() < VERSIONS_MAX && !taken.contains(&version) && !versions.contains(&version)
                {
                    versions.push(version);
                }
            }
            key_pairs::remove_ended(conn, id, now)?;
            if until == Some(now) {
                key_pairs::end(conn, id, None, now)?;
            }
            let former = key_pairs::FormerKeyPair {
                number: record.key_pair,
                sealed: record.sealed_signing_key,
                versions,
                replaced_ms: now_ms + KNOWN_AFTER_MS,
                until,
            };
            let sealed = sealed.admitted(conn)?;
            let replaced = key_pairs::replace(conn, id, &sealed, &former)?;
            Ok::<_, StoreError>(replaced.then_some(former.versions))
        };
        let versions = self.store.db().write(change).await?.ok_or_else(|| {
            refused(&format!("another key pair was given to `{owner}/{name}` meanwhile: look at it first"))
        })?;
        self.renew_catalog().await?;
        Ok(ReplacedKeyPair {
            public_key: public_key.unwrap_or_default(),
            former: app.key_pairs.newest().public_hex().into(),
            versions,
            until,
        })
    }

    /// Lets the former key pair of that number, or all of an application, sign no more; how many did. Programs that were built
    /// with them refuse what they are told from then on.
    ///
    /// # Errors
    /// When there is no such application, or the database fails.
    pub async fn end_key_pairs(
        &self,
        owner: &str,
        name: &str,
        number: Option<u64>,
    ) -> Result<u64, ServiceError> {
        let (id, now) = (self.app(owner, name).await?.id, self.clock.now());
        let number = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let end = move |conn: &mut Conn<'_>| key_pairs::end(conn, id, number, now);
        let ended = self.store.db().write::<_, StoreError, _>(end).await?;
        self.renew_catalog().await?;
        Ok(ended)
    }
}
