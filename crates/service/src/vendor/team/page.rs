//! The team as its owner sees it.

use claviger_domain::PersonId;
use claviger_store::{
    Conn, StoreError,
    accounts::{self, Account},
    people::{factors, invitations, passkeys, profile, sign_ins},
};

use crate::{
    App, Service, ServiceError,
    people::{LogEntry, entries_of, since},
};

/// Somebody of a team.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: Account,
    /// Unix second of the last request for a page, to the minute.
    pub seen: Option<i64>,
    /// Unix second at which the link for a password ends, where there is one.
    pub link_ends: Option<i64>,
}

/// Somebody of a team, with all that there is to tell.
#[derive(Clone, Debug)]
pub struct MemberDetails {
    /// Who it is.
    pub member: Member,
    /// In how many browsers they are signed in.
    pub sign_ins: usize,
    /// Whether a sign-in takes a code.
    pub codes: bool,
    /// How many passkeys there are.
    pub passkeys: usize,
    /// What happened to the account of late, newest first.
    pub log: Vec<LogEntry>,
}

impl Service {
    /// A page of an application's team, those after number `after`, at most `limit`, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn team_page(&self, app: &App, after: i64, limit: i64) -> Result<Vec<Member>, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        let page = move |conn: &mut Conn<'_>| {
            let accounts = accounts::page(conn, app, after, limit)?;
            accounts.into_iter().map(|account| member(conn, account, now)).collect::<Result<_, StoreError>>()
        };
        Ok(self.store.db().read(page).await?)
    }

    /// Somebody of an application's team by number; the newest `entries` of their log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member(
        &self,
        app: &App,
        account: i64,
        entries: i64,
    ) -> Result<Option<MemberDetails>, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        let find = move |conn: &mut Conn<'_>| {
            let Some(account) = accounts::by_id(conn, account)?.filter(|account| account.app == app) else {
                return Ok(None);
            };
            let person = PersonId::Account(account.id);
            Ok::<_, StoreError>(Some(MemberDetails {
                sign_ins: sign_ins::of_person(conn, person, since(now))?.len(),
                codes: factors::totp(conn, person)?.secret.is_some(),
                passkeys: passkeys::of_person(conn, person)?.len(),
                log: entries_of(conn, person, None, entries)?,
                member: member(conn, account, now)?,
            }))
        };
        Ok(self.store.db().read(find).await?)
    }
}

fn member(conn: &mut Conn<'_>, account: Account, now: i64) -> Result<Member, StoreError> {
    Ok(Member {
        seen: profile::seen(conn, PersonId::Account(account.id))?,
        link_ends: invitations::end_for_account(conn, account.id, now)?,
        account,
    })
}
