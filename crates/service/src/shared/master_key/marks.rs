//! What a database tells of its master key.

use claviger_store::{Conn, Result, StoreError, server_keys};

use super::purpose::{KEYED_HASHES, SIGNING_KEY};

/// Names the key that encrypts.
const CURRENT: &str = "master-key";
/// Names the key under which everything is to be encrypted anew, as long as that is not done. It stands there before that key
/// encrypts, so that servers can read by then what others encrypt under it.
const UNDER_WAY: &str = "master-key-rotation";
/// Names the keys that were taken out of a file, with spaces between: nothing is encrypted under them any more.
const FORGOTTEN: &str = "master-keys-forgotten";

/// What a database tells of its master key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Name of the key that encrypts; `None`: there never was another one.
    pub(crate) current: Option<String>,
    /// Name of the key under which everything is to be encrypted anew.
    pub(crate) under_way: Option<String>,
    /// The default private key, encrypted; `None`: the database is new.
    pub(crate) signing_key: Option<Vec<u8>>,
    /// The key of the hashes, encrypted; `None`: it comes from the master key.
    pub(crate) hashes: Option<Vec<u8>>,
}

impl Marks {
    /// What the database tells.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn read(conn: &mut Conn<'_>) -> Result<Self> {
        let [current, under_way] = Self::names(conn)?;
        Ok(Self {
            current,
            under_way,
            signing_key: server_keys::get(conn, SIGNING_KEY)?,
            hashes: server_keys::get(conn, KEYED_HASHES)?,
        })
    }

    /// Names of the key that encrypts, and of the one that is to; `None` where there never was another one, or is none.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn names(conn: &mut Conn<'_>) -> Result<[Option<String>; 2]> {
        Ok([
            server_keys::get(conn, CURRENT)?.as_deref().map(name),
            server_keys::get(conn, UNDER_WAY)?.as_deref().map(name),
        ])
    }

    /// Announces a key that is to encrypt, unless the marks are others than these by now; `false` then.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn announce(&self, conn: &mut Conn<'_>, name: &str) -> Result<bool> {
        // Where nothing is announced there is no row that could be locked: of two who add it, one waits for the other.
        let added = self.under_way.is_none() && server_keys::add(conn, UNDER_WAY, name.as_bytes())?;
        let expected = if added { Some(name) } else { self.under_way.as_deref() };
        if !Self::holds(conn, expected)? || Self::names(conn)?[0] != self.current {
            if added {
                server_keys::remove(conn, UNDER_WAY)?;
            }
            return Ok(false);
        }
        server_keys::set(conn, UNDER_WAY, name.as_bytes())?;
        Ok(true)
    }

    /// Writes the marks of a key that was announced, under which everything is to be encrypted from now on; `false` when another
    /// one was announced meanwhile.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn begin(conn: &mut Conn<'_>, name: &str, signing_key: &[u8], hashes: &[u8]) -> Result<bool> {
        if !Self::holds(conn, Some(name))? {
            return Ok(false);
        }
        server_keys::set(conn, CURRENT, name.as_bytes())?;
        server_keys::set(conn, SIGNING_KEY, signing_key)?;
        server_keys::set(conn, KEYED_HASHES, hashes)?;
        Self::recall(conn, name)?;
        Ok(true)
    }

    /// Lets nothing be encrypted under this key any more, from the moment on in which this is committed; what was being kept
    /// before is then. `false` when it encrypts, or a rotation is under way.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn forget(conn: &mut Conn<'_>, name: &str) -> Result<bool> {
        // Waits for those who are in `refuse_forgotten`, and for who lets a key encrypt.
        server_keys::lock(conn, SIGNING_KEY)?;
        let [current, under_way] = Self::names(conn)?;
        if under_way.is_some() || current.as_deref() == Some(name) {
            return Ok(false);
        }
        let mut all = Self::forgotten(conn)?;
        if !all.iter().any(|one| one == name) {
            all.push(name.to_owned());
            server_keys::set(conn, FORGOTTEN, all.join(" ").as_bytes())?;
        }
        Ok(true)
    }

    /// Takes [`Marks::forget`] back.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn recall(conn: &mut Conn<'_>, name: &str) -> Result<()> {
        let mut all = Self::forgotten(conn)?;
        if all.iter().any(|one| one == name) {
            all.retain(|one| one != name);
            server_keys::set(conn, FORGOTTEN, all.join(" ").as_bytes())?;
        }
        Ok(())
    }

    /// Refuses, in the transaction that keeps it, what was encrypted under a key that is forgotten. Until its end none is.
    ///
    /// # Errors
    /// [`StoreError::OtherKey`], and whatever the database refuses.
    pub(crate) fn refuse_forgotten(conn: &mut Conn<'_>, name: &str) -> Result<()> {
        server_keys::share(conn, SIGNING_KEY)?;
        match Self::forgotten(conn)?.iter().any(|one| one == name) {
            true => Err(StoreError::OtherKey),
            false => Ok(()),
        }
    }

    fn forgotten(conn: &mut Conn<'_>) -> Result<Vec<String>> {
        let text = server_keys::get(conn, FORGOTTEN)?.as_deref().map(name).unwrap_or_default();
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }

    /// Notes that everything is encrypted under this key, which encrypts; `false` when another one was announced meanwhile.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn end(conn: &mut Conn<'_>, name: &str) -> Result<bool> {
        let is_ours = Self::holds(conn, Some(name))?;
        if is_ours {
            server_keys::remove(conn, UNDER_WAY)?;
        }
        Ok(is_ours)
    }

    /// Whether this key is what is announced; it stays so until the end of the transaction.
    fn holds(conn: &mut Conn<'_>, expected: Option<&str>) -> Result<bool> {
        Ok(server_keys::lock(conn, UNDER_WAY)?.as_deref() == expected.map(str::as_bytes))
    }
}

fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
