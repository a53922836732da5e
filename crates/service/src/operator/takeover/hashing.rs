//! Passwords of a list, which may stand there as they were typed.

use claviger_capacity::Who;
use claviger_domain::{Secret, trimmed};
use claviger_store::{
    Conn, StoreError,
    takeover::{Kind, known},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{record::Record, slice::Mode};
use crate::{
    Service, ServiceError,
    shared::passwords::{NOBODYS, is_hash},
};

/// Passwords that are hashed, or wait for it, at once.
const AT_ONCE: usize = 64;
/// Longest password in bytes.
const LONGEST: usize = 1024;
/// What hashes begin with.
const HASHES: [&str; 5] = ["$2a$", "$2b$", "$2x$", "$2y$", "$argon2"];

impl Service {
    /// Turns passwords as they were typed into hashes, of those users who are made: whose rows are fit, and who are not
    /// there. Others need none, and theirs are dropped.
    pub(super) async fn hash_passwords(
        &self,
        app: i64,
        mode: Mode,
        records: &mut [Record],
        is_fit: impl Fn(&Record) -> bool,
    ) -> Result<(), ServiceError> {
        let mut typed = Vec::new();
        for (at, record) in records.iter_mut().enumerate() {
            match password(record) {
                Ok(Some(password)) => {
                    // Whatever comes of it, what was typed goes no further.
                    record.replace("password", |_| Some(NOBODYS.into()));
                    typed.push((at, password));
                }
                Ok(None) => {}
                Err(why) => record.refuse(why),
            }
        }
        if mode != Mode::Make {
            return Ok(());
        }
        typed.retain(|(at, _)| is_fit(&records[*at]));
        let names = typed.iter().map(|(at, _)| records[*at].shown(&["username"])).collect();
        let there = self.who_is_there(app, names).await?;
        let new = typed.iter().zip(&there).filter(|(_, there)| !**there);
        let hashing = new.map(|((at, password), _)| async move {
            let hash = self.passwords.hash(Who::app(app), password).await;
            hash.map(|hash| (*at, hash)).map_err(|busy| ServiceError::Refused(busy.to_string()))
        });
        let hashes: Vec<_> = stream::iter(hashing).buffer_unordered(AT_ONCE).try_collect().await?;
        for (at, hash) in hashes {
            records[at].replace("password", |_| Some(hash));
        }
        Ok(())
    }

    /// Whether there are users of some names.
    async fn who_is_there(&self, app: i64, names: Vec<String>) -> Result<Vec<bool>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let find = move |conn: &mut Conn<'_>| {
            let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
            let found = known(conn, app, Kind::User, "", &wanted)?;
            Ok::<_, StoreError>(names.iter().map(|name| found.get(name).is_some()).collect())
        };
        self.store.db().read(find).await
    }
}

/// The password of a user, where it stands there as it was typed.
fn password(record: &Record) -> Result<Option<Secret>, String> {
    if record.fault().is_some() {
        return Ok(None);
    }
    match (record.text(&["password"])?, record.text(&["hash"])?) {
        (Some(_), Some(_)) => Err("it has both a password and a hash".into()),
        (None, None) => Ok(None),
        (None, Some(hash)) if is_hash(hash) => Ok(None),
        (Some(hash), None) if is_hash(hash) => Ok(None),
        (None, Some(_)) => Err("its hash is neither of bcrypt nor of Argon2id".into()),
        (Some(text), None) if HASHES.iter().any(|begin| text.starts_with(begin)) => {
            Err("its password looks like a hash, and is none of bcrypt or Argon2id".into())
        }
        (Some(text), None) if text.len() > LONGEST => Err(format!("a password has at most {LONGEST} bytes")),
        (Some(text), None) if text.contains('\0') => Err("its password has a NUL character".into()),
        (Some(text), None) => Ok(Some(Secret::new(trimmed(text)))),
    }
}
