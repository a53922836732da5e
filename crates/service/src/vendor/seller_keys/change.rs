//! Making, changing, rotating and ending seller keys. Running servers obey within a second.

use claviger_domain::{Secret, SellerRights, tidy};
use claviger_store::{
    Conn, apps,
    seller_keys::{self, FIRST, KeySecret, KeyTerms, NamedKey},
};

use super::super::{
    ManageError,
    checks::{check_line, must_exist},
};
use crate::{
    App, Service,
    shared::{catalog::parse_addresses, vault::sha256},
};

/// Seller keys that an application has at most.
pub const KEYS_MAX: i64 = 50;
/// Longest time that a replaced secret stays valid, in seconds.
pub const OVERLAP_MAX: i64 = 31_536_000;
/// Longest name in bytes.
const NAME_MAX: usize = 50;
/// Networks of a key at most.
const ADDRESSES_MAX: usize = 50;
/// Secrets of a key that are valid at the same time at most.
const SECRETS_MAX: i64 = 5;
/// Bytes of randomness in a seller key.
const SECRET_BYTES: usize = 16;
/// What a key is called in a sentence.
const KEY: &str = "seller key";

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its name, for people.
    pub name: String,
    /// What it may do.
    pub rights: SellerRights,
    /// Addresses and networks from which it may be used, separated by commas; empty: from anywhere.
    pub addresses: String,
    /// Unix second from which it is refused.
    pub until: Option<i64>,
}

/// What is to be another with a key; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct KeyChange {
    /// Its name.
    pub name: Option<String>,
    /// What it may do.
    pub rights: Option<SellerRights>,
    /// From where it may be used, as in [`NewKey::addresses`].
    pub addresses: Option<String>,
    /// From when on it is refused, or that it does not end.
    pub until: Option<Option<i64>>,
}

/// A key just made, or made anew.
#[derive(Debug)]
pub struct MadeKey {
    /// Its number.
    pub id: i64,
    /// What callers send. Shown now and never again: only a hash is kept.
    pub secret: Secret,
}

impl Service {
    /// Makes a seller key.
    ///
    /// # Errors
    /// When a value is unfit, the name is taken or there are [`KEYS_MAX`] already, or the database fails.
    pub async fn add_seller_key(&self, app: &App, new: NewKey) -> Result<MadeKey, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        let terms = KeyTerms {
            name: check_line("the name", &new.name, NAME_MAX)?,
            rights: new.rights.to_string(),
            addresses: check_addresses(&new.addresses)?,
            until: check_end(new.until, now)?,
        };
        let (secret, stored) = new_secret(self);
        let add = move |conn: &mut Conn<'_>| {
            lock_app(conn, app)?;
            if seller_keys::count(conn, app)? >= KEYS_MAX {
                let sentence = format!("an application has at most {KEYS_MAX} seller keys: revoke one first");
                return Err(ManageError::Unfit(sentence));
            }
            let added = seller_keys::insert(conn, app, &terms, &stored, now)?;
            added.ok_or_else(|| ManageError::taken(KEY, &terms.name))
        };
        let id = self.manage(add).await?;
        self.renew_catalog().await?;
        Ok(MadeKey { id, secret })
    }

    /// Changes what a seller key is called, may do, from where and until when.
    ///
    /// # Errors
    /// When there is no such key, a value is unfit, the name is taken, or the database fails.
    pub async fn change_seller_key(&self, app: &App, id: i64, change: KeyChange) -> Result<(), ManageError> {
        let (app, now) = (app.id, self.clock.now());
        let name = change.name.map(|name| check_line("the name", &name, NAME_MAX)).transpose()?;
        let addresses = change.addresses.map(|text| check_addresses(&text)).transpose()?;
        let until = change.until.map(|until| check_end(until, now)).transpose()?;
        let write = move |conn: &mut Conn<'_>| {
            let key = lock_key(conn, app, id)?;
            let terms = KeyTerms {
                name: name.unwrap_or(key.name),
                rights: change.rights.map_or(key.rights, |rights| rights.to_string()),
                addresses: addresses.unwrap_or(key.addresses),
                until: until.unwrap_or(key.until),
            };
            if seller_keys::by_name(conn, app, &terms.name)?.is_some_and(|other| other.id != id) {
                return Err(ManageError::taken(KEY, &terms.name));
            }
            Ok(seller_keys::update(conn, app, id, &terms)?)
        };
        self.manage(write).await?;
        Ok(self.renew_catalog().await?)
    }

    /// Draws a new secret for a seller key. The one before stays valid for `overlap` seconds, at most
    /// [`OVERLAP_MAX`].
    ///
    /// # Errors
    /// When there is no such key, the overlap is unfit or too many secrets are valid still, or the database fails.
    pub async fn rotate_seller_key(&self, app: &App, id: i64, overlap: i64) -> Result<MadeKey, ManageError> {
        if !(0..=OVERLAP_MAX).contains(&overlap) {
            let sentence = format!("the overlap is a number of seconds from 0 to {OVERLAP_MAX}");
            return Err(ManageError::Unfit(sentence));
        }
        let (app, now) = (app.id, self.clock.now());
        let (secret, stored) = new_secret(self);
        let rotate = move |conn: &mut Conn<'_>| {
            lock_key(conn, app, id)?;
            seller_keys::expire_secrets(conn, app, id, now + overlap)?;
            if seller_keys::remove_ended_secrets(conn, app, id, now)? >= SECRETS_MAX {
                let sentence =
                    format!("{SECRETS_MAX} secrets of this key are valid still: rotate without overlap");
                return Err(ManageError::Unfit(sentence));
            }
            Ok(seller_keys::add_secret(conn, app, id, &stored, now)?)
        };
        self.manage(rotate).await?;
        self.renew_catalog().await?;
        Ok(MadeKey { id, secret })
    }

    /// Ends a seller key with all its secrets, at once.
    ///
    /// # Errors
    /// When there is no such key, or the database fails.
    pub async fn revoke_seller_key(&self, app: &App, id: i64) -> Result<(), ManageError> {
        let app = app.id;
        let revoke = move |conn: &mut Conn<'_>| {
            let key = lock_key(conn, app, id)?;
            must_exist(seller_keys::delete(conn, app, id)?, KEY, &key.name)
        };
        self.manage(revoke).await?;
        Ok(self.renew_catalog().await?)
    }
}

/// Draws a secret; with what is kept of it.
pub(crate) fn new_secret(service: &Service) -> (Secret, KeySecret) {
    let secret = Secret::new(service.random.hex(SECRET_BYTES));
    let stored = kept_secret(&secret);
    (secret, stored)
}

/// What is kept of a secret, which has hexadecimal digits only.
pub(crate) fn kept_secret(secret: &Secret) -> KeySecret {
    let text = secret.expose();
    KeySecret { hash: sha256(text).to_vec(), hint: text[text.len() - 4..].into() }
}

/// The key that an application has from its beginning: it may do everything.
pub(crate) fn first_terms() -> KeyTerms {
    let rights = SellerRights::ALL.to_string();
    KeyTerms { name: FIRST.into(), rights, addresses: String::new(), until: None }
}

/// Keeps others from changing an application's keys until the end of the transaction.
fn lock_app(conn: &mut Conn<'_>, app: i64) -> Result<(), ManageError> {
    let found = apps::lock_settings(conn, app)?.is_some();
    must_exist(found, "application", &app.to_string())
}

fn lock_key(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<NamedKey, ManageError> {
    lock_app(conn, app)?;
    seller_keys::by_id(conn, app, id)?.ok_or_else(|| ManageError::unknown(KEY, &id.to_string()))
}

/// Networks as they are kept, each once.
fn check_addresses(text: &str) -> Result<String, ManageError> {
    let entries = text.split([',', '\n']).map(tidy).filter(|entry| !entry.is_empty()).collect::<Vec<_>>();
    let mut kept: Vec<String> = Vec::new();
    for network in parse_addresses(&entries.join(",")).map_err(ManageError::Unfit)? {
        let network = network.to_string();
        if !kept.contains(&network) {
            kept.push(network);
        }
        if kept.len() > ADDRESSES_MAX {
            return Err(ManageError::Unfit(format!("a seller key has at most {ADDRESSES_MAX} addresses")));
        }
    }
    Ok(kept.join(","))
}

/// Refuses an end that is past.
fn check_end(until: Option<i64>, now: i64) -> Result<Option<i64>, ManageError> {
    match until {
        Some(until) if until <= now => {
            Err(ManageError::Unfit("the end of a key must be in the future".into()))
        }
        until => Ok(until),
    }
}
