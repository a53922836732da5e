//! Accounts that owners make for others: resellers, who make licenses, and managers, who work on an application.

use claviger_domain::{AccountRole, Balance, Permission, Secret, tidy, trimmed};
use claviger_store::{
    Conn,
    accounts::{self, Account, NewAccount},
    owners,
};

use super::{
    ManageError,
    checks::{check_length, check_line},
};
use crate::{App, Service};

/// Longest name in bytes.
const NAME_MAX: usize = 65;
/// Longest list of levels in bytes.
const LEVELS_MAX: usize = 200;

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// What it is for.
    pub role: AccountRole,
    /// Name; unique in the server without regard to case.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The e-mail address, of which a hash is kept; unique in the server.
    pub email: String,
    /// Levels of licenses that a reseller may make, separated by commas; `N/A`: all.
    pub key_levels: String,
    /// What a manager may do, as bits.
    pub permissions: i64,
}

/// What came of adding an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddAccount {
    /// It is there.
    Done,
    /// An owner or another account has the name.
    NameTaken,
    /// Another account has the address.
    EmailTaken,
    /// It would be allowed nothing.
    NoPermission,
}

impl Service {
    /// Adds an account to an application.
    ///
    /// # Errors
    /// When a value is empty or too long, too many passwords wait to be hashed, or the database fails.
    pub async fn add_account(&self, app: &App, new: NewMember) -> Result<AddAccount, ManageError> {
        let new = kept(new);
        let email_hash = self.vault.keyed_hash("account-email", &new.email.to_lowercase());
        let (name, hash) = (new.username.clone(), email_hash.clone());
        let taken = move |conn: &mut Conn<'_>| {
            let name =
                owners::by_name(conn, &name)?.is_some() || accounts::lock_by_name(conn, &name)?.is_some();
            Ok::<_, ManageError>((name, accounts::has_email(conn, &hash)?))
        };
        let (name_taken, email_taken) = self.store.db().read(taken).await?;
        if name_taken {
            return Ok(AddAccount::NameTaken);
        }
        if email_taken {
            return Ok(AddAccount::EmailTaken);
        }
        if new.permissions & Permission::ALL == 0 {
            return Ok(AddAccount::NoPermission);
        }
        check_line("the name of an account", &new.username, NAME_MAX)?;
        check_length("a password", trimmed(new.password.expose()), usize::MAX)?;
        check_length("an e-mail address", &new.email, usize::MAX)?;
        check_line("the list of levels", &new.key_levels, LEVELS_MAX)?;
        let row = NewAccount {
            role: new.role,
            username: new.username,
            email_hash,
            password: self.passwords.hash(&new.password).await?,
            key_levels: new.key_levels,
            permissions: new.permissions & Permission::ALL,
            created: self.clock.now(),
        };
        let app = app.id;
        let added = self.manage(move |conn| Ok(accounts::insert(conn, app, &row)?)).await?;
        Ok(if added { AddAccount::Done } else { AddAccount::NameTaken })
    }

    /// Deletes an account of an application.
    ///
    /// # Errors
    /// When it has none of that name, or the database fails.
    pub async fn delete_account(&self, app: &App, username: &str) -> Result<(), ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let account = lock(conn, app, &username)?;
            Ok(accounts::delete(conn, account.id)?)
        })
        .await
    }

    /// The accounts of an application, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn team(&self, app: &App) -> Result<Vec<Account>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| accounts::all(conn, app)).await?)
    }

    /// An account of an application.
    ///
    /// # Errors
    /// When it has none of that name, or the database fails.
    pub async fn account(&self, app: &App, username: &str) -> Result<Account, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.store.db().read(move |conn| lock(conn, app, &username)).await
    }

    /// Lets an account make more licenses, or fewer where a count is negative; none goes below nothing. Returns what
    /// the balance was, and what it is.
    ///
    /// # Errors
    /// When the application has no account of that name, or the database fails.
    pub async fn add_balance(
        &self,
        app: &App,
        username: &str,
        more: Balance,
    ) -> Result<(Balance, Balance), ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let account = lock(conn, app, &username)?;
            let balance = account.balance.plus(&more);
            accounts::set_balance(conn, account.id, &balance)?;
            Ok((account.balance, balance))
        })
        .await
    }

    /// The account that signs in with a name and a password; `None` when there is none or the password is wrong.
    ///
    /// # Errors
    /// When too many passwords wait to be checked, or the database fails.
    pub async fn sign_in_account(
        &self,
        username: &str,
        password: &Secret,
    ) -> Result<Option<Account>, ManageError> {
        let name = username.to_owned();
        let account = self.store.db().read(move |conn| accounts::lock_by_name(conn, &name)).await?;
        let hash = account.as_ref().map(|account| account.password.as_str());
        let right = self.passwords.verify(password, hash).await?;
        Ok(account.filter(|_| right))
    }
}

/// An account as it is kept.
fn kept(new: NewMember) -> NewMember {
    let tidied = |text: &str| tidy(text).to_owned();
    NewMember {
        username: tidied(&new.username),
        email: tidied(&new.email),
        key_levels: tidied(&new.key_levels),
        ..new
    }
}

/// Whether an account may work on an area of its application: managers as their permissions say, resellers nowhere.
pub fn may(account: &Account, permission: Permission) -> bool {
    account.role == AccountRole::Manager && permission.is_in(account.permissions)
}

fn lock(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Account, ManageError> {
    let found = accounts::lock_by_name(conn, username)?.filter(|account| account.app == app);
    found.ok_or_else(|| ManageError::unknown("account", username))
}
