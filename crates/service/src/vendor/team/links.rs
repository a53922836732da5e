//! Links with which the people of a team set a password: when they begin, and when they lost it.

use claviger_domain::{PersonId, Secret};
use claviger_store::{
    Conn, accounts,
    people::invitations::{self, Invitation},
};

use crate::{
    App, Service,
    people::note_by_owner,
    shared::vault::sha256,
    vendor::{ManageError, checks::must_exist},
};

/// A link lasts so many seconds at most: seven days.
pub const LINK_LASTS_MAX: i64 = 7 * 86_400;
/// Bytes of randomness in a link.
const SECRET_BYTES: usize = 32;

impl Service {
    /// Makes a link for an account to set a password, which works once and ends after so many seconds; an earlier one is
    /// void. The password of before works until then.
    ///
    /// # Errors
    /// When there is no such account, it is suspended, or the database fails.
    pub async fn invite_member(
        &self,
        app: &App,
        account: i64,
        drop_factors: bool,
        lasts: i64,
    ) -> Result<Secret, ManageError> {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let (hash, now, app) = (sha256(secret.expose()), self.clock.now(), app.id);
        let expires = now + lasts.clamp(1, LINK_LASTS_MAX);
        self.manage(move |conn| {
            let found = accounts::lock(conn, app, account)?;
            must_exist(found.is_some(), "account", &account.to_string())?;
            if found.is_some_and(|found| found.suspended.is_some()) {
                let why = "the account is suspended: let it sign in again first";
                return Err(ManageError::Unfit(why.into()));
            }
            let new = Invitation { person: Some(PersonId::Account(account)), drop_factors };
            invitations::insert(conn, &hash, new, now, expires)?;
            note_by_owner(conn, account, "link for a new password", now)?;
            Ok(())
        })
        .await?;
        Ok(secret)
    }

    /// Makes the link for an account void; whether there was one.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn withdraw_invitation(&self, app: &App, account: i64) -> Result<bool, ManageError> {
        let app = app.id;
        let withdraw = move |conn: &mut Conn<'_>| {
            must_exist(accounts::lock(conn, app, account)?.is_some(), "account", &account.to_string())?;
            Ok(invitations::void(conn, Some(PersonId::Account(account)))?)
        };
        self.manage(withdraw).await
    }
}
