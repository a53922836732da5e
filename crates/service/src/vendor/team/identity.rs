//! By what an identity provider will know somebody of a team.

use claviger_domain::{PersonId, is_line};
use claviger_store::{
    accounts,
    people::{
        identities::{self, Claim, NewIdentity},
        sign_ins,
    },
};

use crate::{
    App, Service,
    people::{IDENTITIES_MAX, note_by_owner},
    vendor::{ManageError, checks::must_exist},
};

/// Longest value in bytes.
const VALUE_MAX: usize = 255;

impl Service {
    /// Lets an account sign in through an identity provider, found by an e-mail address or a subject.
    ///
    /// # Errors
    /// When there is no such provider, the value is unfit or somebody's already, there is no such account, or the database
    /// fails.
    pub async fn bind_member(
        &self,
        app: &App,
        account: i64,
        provider: &str,
        claim: Claim,
        value: &str,
    ) -> Result<(), ManageError> {
        let unfit = |why: &str| Err(ManageError::Unfit(why.into()));
        let found = self.providers().into_iter().find(|found| found.slug == provider);
        let Some(provider) = found else { return unfit("there is no such identity provider") };
        if !provider.owners_link_team {
            return unfit(
                "whoever runs this server did not allow it: the person links it on their account page",
            );
        }
        let value = match claim {
            Claim::Email => value.trim().to_lowercase(),
            Claim::Subject => value.trim().to_owned(),
        };
        if value.is_empty() || value.len() > VALUE_MAX || !is_line(&value) {
            return unfit("an address or subject is one line of at most 255 bytes");
        }
        if claim == Claim::Email && !value.contains('@') {
            return unfit("this is no e-mail address");
        }
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            must_exist(accounts::lock(conn, app, account)?.is_some(), "account", &account.to_string())?;
            let person = PersonId::Account(account);
            if identities::of_person(conn, person)?.len() >= IDENTITIES_MAX {
                return Err(ManageError::Unfit("the account is linked with as many as there may be".into()));
            }
            let new = NewIdentity { issuer: &provider.issuer, claim, value: &value, label: &value };
            if !identities::insert(conn, person, &new, now)? {
                return Err(ManageError::Unfit("it is linked with an account already".into()));
            }
            Ok(note_by_owner(conn, account, &format!("{} linked", provider.name), now)?)
        })
        .await
    }

    /// Unlinks what a provider knows an account by, and signs the account out everywhere; `false` when it has none of that
    /// number.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn unbind_member(&self, app: &App, account: i64, id: i64) -> Result<bool, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            must_exist(accounts::lock(conn, app, account)?.is_some(), "account", &account.to_string())?;
            let person = PersonId::Account(account);
            if !identities::delete(conn, person, id)? {
                return Ok(false);
            }
            sign_ins::delete_all(conn, person, None)?;
            note_by_owner(conn, account, "identity unlinked", now)?;
            Ok(true)
        })
        .await
    }
}
