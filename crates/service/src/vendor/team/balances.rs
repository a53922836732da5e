//! What resellers may still make. Whoever changes it is written down.

use claviger_domain::Balance;
use claviger_store::{
    Conn,
    accounts::{self, Account},
    balance::{self, Cause, Entry, Kind},
};

use crate::{App, Service, ServiceError, vendor::ManageError};

impl Service {
    /// Lets an account make more licenses, or fewer where a count is negative; none goes below nothing. `by`: who does it,
    /// for the journal; `way`: by which way. Returns what the balance was, and what it is.
    ///
    /// # Errors
    /// When the application has no account of that name, or the database fails.
    pub async fn add_balance(
        &self,
        app: &App,
        username: &str,
        more: Balance,
        [by, way]: [&str; 2],
    ) -> Result<(Balance, Balance), ManageError> {
        let account = self.account(app, username).await?.id;
        self.add_member_balance(app, account, more, [by, way]).await?.ok_or_else(|| {
            // It went just now.
            ManageError::unknown("account", username)
        })
    }

    /// As [`Service::add_balance`], of an account by number; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_member_balance(
        &self,
        app: &App,
        account: i64,
        more: Balance,
        [by, way]: [&str; 2],
    ) -> Result<Option<(Balance, Balance)>, ManageError> {
        let (app, now, by, way) = (app.id, self.clock.now(), by.to_owned(), way.to_owned());
        self.manage(move |conn| {
            let Some(account) = accounts::lock(conn, app, account)? else { return Ok(None) };
            Ok(Some(change(conn, &account, &more, [by, way], now)?))
        })
        .await
    }

    /// Entries of the journal of an account's balance before number `before`, at most `limit`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn balance_journal(
        &self,
        app: &App,
        account: i64,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| balance::page(conn, app, account, before, limit)).await?)
    }
}

fn change(
    conn: &mut Conn<'_>,
    account: &Account,
    more: &Balance,
    [actor, detail]: [String; 2],
    now: i64,
) -> Result<(Balance, Balance), ManageError> {
    let new = account.balance.plus(more);
    let gives = new.minus(&account.balance).counts().iter().any(|&count| count > 0);
    let kind = if gives { Kind::Given } else { Kind::Taken };
    balance::set(conn, account, &new, &Cause { kind, actor, detail, licenses: None }, now)?;
    Ok((account.balance, new))
}
