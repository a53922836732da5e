//! Accounts that owners make for others: resellers, who make licenses, and managers, who work on an application.

use claviger_capacity::Who;
use claviger_domain::{AccountRole, Permission, Secret, tidy, trimmed};
use claviger_store::{
    Conn, StoreError,
    accounts::{self, Account, NewAccount},
    balance, owners,
};

use crate::{
    App, Service,
    vendor::{
        ManageError,
        audit::COMMAND_LINE,
        checks::{check_length, check_line},
    },
};

/// Longest name in bytes.
const NAME_MAX: usize = 65;
/// Longest list of levels in bytes.
pub(super) const LEVELS_MAX: usize = 200;

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// What it is for.
    pub role: AccountRole,
    /// Name; unique in the server without regard to case.
    pub username: String,
    /// The password; `None`: it is set by a link.
    pub password: Option<Secret>,
    /// The e-mail address, of which a hash is kept; unique among the accounts of the owner.
    pub email: Option<String>,
    /// Levels of licenses that a reseller may make, separated by commas; `N/A`: all.
    pub key_levels: String,
    /// What a manager may do, as bits.
    pub permissions: i64,
}

/// What came of adding an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddAccount {
    /// It is there, under this number.
    Done(i64),
    /// An owner or another account has the name.
    NameTaken,
    /// Another account of the owner has the address.
    EmailTaken,
    /// It would be allowed nothing.
    NoPermission,
}

impl Service {
    /// Adds an account to an application. What other owners' accounts are called is told to nobody who cannot have the
    /// name for asking: when all else is right, after the password was hashed, and a few times an hour.
    ///
    /// # Errors
    /// When a value is empty or too long, too many passwords wait to be hashed, or the database fails.
    pub async fn add_account(&self, app: &App, new: NewMember) -> Result<AddAccount, ManageError> {
        let new = kept(new);
        let email_hashes = new.email.as_ref().map(|email| self.account_email_hashes(app, email));
        let (id, owner) = (app.id, app.owner_id.clone());
        let (name, hashes) = (new.username.clone(), email_hashes.clone());
        let taken = move |conn: &mut Conn<'_>| {
            let email_taken = match &hashes {
                Some(hashes) => accounts::has_email(conn, id, hashes)?,
                None => false,
            };
            Ok::<_, ManageError>((holder(conn, id, &owner, &name)?, email_taken))
        };
        let (holder, email_taken) = self.store.db().read(taken).await?;
        if holder == Holder::Ours {
            return Ok(AddAccount::NameTaken);
        }
        if email_taken {
            return Ok(AddAccount::EmailTaken);
        }
        if new.permissions & Permission::ALL == 0 {
            return Ok(AddAccount::NoPermission);
        }
        check_line("the name of an account", &new.username, NAME_MAX)?;
        if new.username.starts_with(COMMAND_LINE) {
            return Err(ManageError::Unfit("the name of an account must not begin with `cli:`".into()));
        }
        if let Some(password) = &new.password {
            check_length("a password", trimmed(password.expose()), usize::MAX)?;
        }
        if let Some(email) = &new.email {
            check_length("an e-mail address", email, usize::MAX)?;
        }
        check_line("the list of levels", &new.key_levels, LEVELS_MAX)?;
        if !self.foreign_names.is_free(&app.owner_id, self.clock.now()) {
            return Err(ManageError::Unfit(
                "too many names that others have were asked for; wait an hour".into(),
            ));
        }
        // Without password too, so that time does not tell of others' names.
        let typed = new.password.clone().unwrap_or_else(|| Secret::new(""));
        let hashed = self.passwords.hash(Who::app(app.id), &typed).await?;
        let password = if new.password.is_some() { hashed } else { String::new() };
        if holder == Holder::Others {
            self.foreign_names.take(app.owner_id.clone(), self.clock.now());
            return Ok(AddAccount::NameTaken);
        }
        let email_hash = email_hashes.map(|[hash, _]| hash).unwrap_or_default();
        let row = NewAccount {
            role: new.role,
            username: new.username,
            email_hash,
            password,
            key_levels: new.key_levels,
            permissions: new.permissions & Permission::ALL,
            created: self.clock.now(),
        };
        let added = self.manage(move |conn| Ok(accounts::insert(conn, id, &row)?)).await?;
        Ok(added.map_or(AddAccount::NameTaken, AddAccount::Done))
    }

    /// As [`Service::add_account`], for people who choose passwords by a form: none that is easy to guess.
    ///
    /// # Errors
    /// As [`Service::add_account`], and when the password is too easy to guess.
    pub async fn add_member(&self, app: &App, new: NewMember) -> Result<AddAccount, ManageError> {
        if let Some(password) = &new.password {
            let checked = self.check_new_password(&new.username, password).await;
            checked.map_err(|error| ManageError::Unfit(error.to_string()))?;
        }
        self.add_account(app, new).await
    }

    /// The forms in which the address of an account may be kept: as today, where each owner has hashes of their own, and
    /// as before.
    fn account_email_hashes(&self, app: &App, email: &str) -> [String; 2] {
        let email = email.to_lowercase();
        let of_owner = self.vault.keyed_hash("account-email-of-owner", &format!("{}\n{email}", app.owner_id));
        [of_owner, self.vault.keyed_hash("account-email", &email)]
    }

    /// Deletes an account of an application.
    ///
    /// # Errors
    /// When it has none of that name, or the database fails.
    pub async fn delete_account(&self, app: &App, username: &str) -> Result<(), ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let account = lock(conn, app, &username)?;
            Ok(remove(conn, &account)?)
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
        let right = self.passwords.verify(Who::server(), password, hash).await?;
        Ok(account.filter(|account| right && account.suspended.is_none()))
    }
}

/// Deletes an account with its journal.
pub(super) fn remove(conn: &mut Conn<'_>, account: &Account) -> Result<(), StoreError> {
    balance::forget(conn, account.app, account.id)?;
    accounts::delete(conn, account.id)
}

/// Who has a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Nobody,
    /// The owner of the application, or one of the owner's accounts.
    Ours,
    /// Somebody else, of whom nothing is to be told.
    Others,
}

fn holder(conn: &mut Conn<'_>, app: i64, owner_id: &str, name: &str) -> Result<Holder, ManageError> {
    let ours = match owners::by_name(conn, name)? {
        Some(owner) => owner.owner_id == owner_id,
        None => match accounts::lock_by_name(conn, name)? {
            Some(account) => accounts::is_of_one_owner(conn, app, account.app)?,
            None => return Ok(Holder::Nobody),
        },
    };
    Ok(if ours { Holder::Ours } else { Holder::Others })
}

/// An account as it is kept.
fn kept(new: NewMember) -> NewMember {
    let tidied = |text: &str| tidy(text).to_owned();
    NewMember {
        username: tidied(&new.username),
        email: new.email.as_deref().map(tidied),
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
