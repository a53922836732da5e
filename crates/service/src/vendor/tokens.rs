//! Tokens of the token system.

use claviger_domain::tidy;
use claviger_store::{
    Conn,
    tokens::{self, Token},
};

use super::{
    ManageError,
    checks::{check_length, check_reason},
};
use crate::{App, Service};

/// Length of a token in bytes; longer ones are not looked up.
const TOKEN_MAX: usize = 32;

impl Service {
    /// The tokens of an application, at most `limit`, by kind and by whom they belong to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, app: &App, limit: i64) -> Result<Vec<Token>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| tokens::all(conn, app, limit)).await?)
    }

    /// Bans a token with a reason, or lifts its own ban (`None`); that of its license or user stays. Returns the token
    /// as it is from now on.
    ///
    /// # Errors
    /// When there is none, the reason is too long, or the database fails.
    pub async fn set_token_banned(
        &self,
        app: &App,
        token: &str,
        reason: Option<String>,
    ) -> Result<Token, ManageError> {
        let reason = reason.as_deref().map(check_reason).transpose()?;
        let (app, token) = (app.id, token.to_owned());
        self.manage(move |conn| {
            let found = lock(conn, app, &token)?;
            tokens::set_banned(conn, app, &found.token, reason.as_deref())?;
            lock(conn, app, &token)
        })
        .await
    }

    /// Forgets the hash of the file that a token came in: the next one is kept.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn reset_token(&self, app: &App, token: &str) -> Result<Token, ManageError> {
        let (app, token) = (app.id, token.to_owned());
        self.manage(move |conn| {
            let found = lock(conn, app, &token)?;
            tokens::set_hash(conn, app, &found.token, None)?;
            Ok(found)
        })
        .await
    }
}

fn lock(conn: &mut Conn<'_>, app: i64, token: &str) -> Result<Token, ManageError> {
    let token = tidy(token);
    check_length("a token", token, TOKEN_MAX)?;
    tokens::lock(conn, app, token)?.ok_or_else(|| ManageError::unknown("token", token))
}
