//! Tokens of the token system.

use claviger_domain::{fold, tidy};
use claviger_store::{
    Conn, licenses,
    tokens::{self, OwnedToken, Token, TokenPlace},
    users,
};

use super::{
    ManageError,
    checks::{check_length, check_reason},
};
use crate::{App, Service};

/// Length of a token in bytes; longer ones are not looked up.
pub(crate) const TOKEN_MAX: usize = 32;

/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;

impl Service {
    /// Tokens after one, at most `limit`, by kind and number of the owner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_page(
        &self,
        app: &App,
        after: TokenPlace<'_>,
        limit: i64,
    ) -> Result<Vec<OwnedToken>, ManageError> {
        let (app, kind, owner) = (app.id, after.0.to_owned(), after.1);
        Ok(self.store.db().read(move |conn| tokens::page(conn, app, (&kind, owner), limit)).await?)
    }

    /// Tokens of users and licenses whose name or key begins with a text, in any case, at most `limit` of each; or the
    /// one that the text is. Without `by_names` only that: what is found tells how names and keys begin.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_tokens(
        &self,
        app: &App,
        text: &str,
        by_names: bool,
        limit: i64,
    ) -> Result<Vec<OwnedToken>, ManageError> {
        let (app, text) = (app.id, tidy(text).to_owned());
        if text.is_empty() || text.len() > TEXT_MAX {
            return Ok(Vec::new());
        }
        let find = move |conn: &mut Conn<'_>| {
            let folded = fold(&text);
            let mut owners = Vec::new();
            if let Some(owner) = tokens::owner_of(conn, app, &text)? {
                owners.push(owner);
            }
            let (found_users, found_licenses) = match by_names {
                true => (
                    users::by_beginning(conn, app, &folded, limit)?,
                    licenses::by_beginning(conn, app, &folded, limit)?,
                ),
                false => Default::default(),
            };
            owners.extend(found_users.iter().map(|user| (tokens::USER.into(), user.id)));
            owners.extend(found_licenses.iter().map(|license| (tokens::LICENSE.into(), license.id)));
            let mut found = Vec::new();
            for (kind, owner) in owners {
                let token = tokens::of_owner(conn, app, &kind, owner)?;
                found.extend(token.map(|token| OwnedToken { owner, token }));
            }
            Ok(found)
        };
        self.store.db().read(find).await
    }

    /// The token of a license or a user, by its kind and the owner's number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_of(&self, app: &App, kind: &str, owner: i64) -> Result<Option<Token>, ManageError> {
        let (app, kind) = (app.id, kind.to_owned());
        Ok(self.store.db().read(move |conn| tokens::of_owner(conn, app, &kind, owner)).await?)
    }

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
