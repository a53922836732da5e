//! What `init` checks before it begins a session: the address, the token and the program's hash.

use claviger_domain::{AppSettings, ClientAddress};
use claviger_store::{Conn, StoreError, access, apps, tokens};

use crate::{App, Service, ServiceError};

/// What came of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCheck {
    /// The program may start.
    Valid,
    /// No such token.
    Unknown,
    /// The token is banned, with the reason.
    Banned(String),
    /// It came in another file before.
    OtherHash,
}

impl Service {
    /// Whether an address is that of a VPN, and not exempt. One that is unknown may be that of any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_vpn(&self, app: &App, ip: ClientAddress) -> Result<bool, ServiceError> {
        if !self.screens.is_vpn(ip) {
            return Ok(false);
        }
        let Some(ip) = ip.known() else { return Ok(true) };
        let (app, now) = (app.id, self.clock.now());
        let exempt = move |conn: &mut Conn<'_>| access::is_whitelisted(conn, app, ip, now);
        Ok(!self.store.db().read(exempt).await?)
    }

    /// Whether a device, if it is known, or an address is blacklisted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_blacklisted(
        &self,
        app: &App,
        hwid: Option<String>,
        ip: ClientAddress,
    ) -> Result<bool, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        let find = move |conn: &mut Conn<'_>| access::evidence(conn, app, hwid.as_deref(), Some(ip), now);
        Ok(self.store.db().read(find).await?.is_some())
    }

    /// Checks a token of the token system. `hash` is that of the file it came in; the first one is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_token(
        &self,
        app: &App,
        token: String,
        hash: String,
    ) -> Result<TokenCheck, ServiceError> {
        let app = app.id;
        let first = token.clone();
        let seen = self.store.db().read(move |conn| check_token(conn, app, &first, &hash, false)).await?;
        Ok(match seen {
            (check, None) => check,
            // Only the first use of a token writes.
            (_, Some(hash)) => {
                let keep = move |conn: &mut Conn<'_>| check_token(conn, app, &token, &hash, true);
                self.store.db().write(keep).await?.0
            }
        })
    }

    /// Keeps a program's hash as the allowed one, if the owner asked for that and none is kept. `true` when it is
    /// allowed now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn learn_hash(&self, app: &App, hash: &str) -> Result<bool, ServiceError> {
        let (id, hash) = (app.id, hash.to_ascii_lowercase());
        let learn = move |conn: &mut Conn<'_>| {
            let text = apps::lock_settings(conn, id)?.unwrap_or_default();
            let Ok(mut settings) = serde_json::from_str::<AppSettings>(&text) else { return Ok(false) };
            if settings.hash_learn && settings.hashes.is_empty() {
                settings.hash_learn = false;
                settings.hashes.push(hash.clone());
                let text = serde_json::to_string(&settings).expect("settings are plain data");
                apps::set_settings(conn, id, &text)?;
            }
            Ok::<_, StoreError>(settings.hashes.contains(&hash))
        };
        let allowed = self.store.db().write(learn).await?;
        self.renew_catalog().await?;
        Ok(allowed)
    }
}

/// The outcome, and the hash that is to be kept, if it is the first one; `keep` keeps it.
fn check_token(
    conn: &mut Conn<'_>,
    app: i64,
    token: &str,
    hash: &str,
    keep: bool,
) -> Result<(TokenCheck, Option<String>), StoreError> {
    let Some(found) = tokens::lock(conn, app, token)? else { return Ok((TokenCheck::Unknown, None)) };
    if let Some(reason) = found.banned {
        return Ok((TokenCheck::Banned(reason), None));
    }
    match found.hash {
        Some(known) if known.eq_ignore_ascii_case(hash) => Ok((TokenCheck::Valid, None)),
        Some(_) => Ok((TokenCheck::OtherHash, None)),
        None => {
            if keep {
                tokens::set_hash(conn, app, token, Some(hash))?;
            }
            Ok((TokenCheck::Valid, Some(hash.into())))
        }
    }
}
