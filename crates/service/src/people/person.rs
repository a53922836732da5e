//! Who is signed in to the dashboard.

use claviger_domain::{AccountRole, Balance, PersonId, Secret};
use claviger_store::{
    Conn, StoreError,
    accounts::{self, Account},
    owners::{self, Owner},
    people::{
        profile,
        sign_ins::{self, SignIn},
    },
};

use super::lasting::{FRESH, since};
use crate::{Service, ServiceError, error::beside, shared::vault::sha256};

/// `seen` is written at most once in so many seconds, so that reading pages writes next to nothing.
const SEEN_EVERY: i64 = 60;

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// What the person is, and so may do.
    pub standing: Standing,
    /// Number of the sign-in.
    pub sign_in: i64,
    /// Unix second when credentials were last shown.
    pub proved: i64,
    /// Light or dark.
    pub theme: Theme,
    /// Name of a time zone, such as `Europe/Berlin`; `None`: the browser's.
    pub time_zone: Option<String>,
    /// Number of the application last worked on; it may be gone, or another's.
    pub last_app: Option<i64>,
}

/// What a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Has applications.
    Owner {
        /// The owner.
        owner: Owner,
    },
    /// Works on one application.
    Manager {
        /// Number of the application.
        app: i64,
        /// Areas of it, as bits.
        permissions: i64,
    },
    /// Makes licenses of one application.
    Reseller {
        /// Number of the application.
        app: i64,
        /// Levels of these licenses, separated by commas; `N/A`: all.
        key_levels: String,
        /// How many licenses may still be made.
        balance: Balance,
        /// What may be done with those that were made, as bits.
        rights: i64,
    },
}

/// The colours of the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the browser wants.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The word in the database and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word; `None` for another one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == text)
    }
}

impl Person {
    /// Whether credentials were shown so lately at `now` (Unix seconds) that secrets may be.
    pub fn is_fresh(&self, now: i64) -> bool {
        now - self.proved < FRESH
    }

    /// The owner, where the person is one.
    pub fn owner(&self) -> Option<&Owner> {
        match &self.standing {
            Standing::Owner { owner } => Some(owner),
            Standing::Manager { .. } | Standing::Reseller { .. } => None,
        }
    }

    /// The one application of a manager or reseller, by number.
    pub fn only_app(&self) -> Option<i64> {
        match &self.standing {
            Standing::Owner { .. } => None,
            Standing::Manager { app, .. } | Standing::Reseller { app, .. } => Some(*app),
        }
    }
}

impl Service {
    /// Who is signed in with this secret; `None` when nobody is. The database is asked each time, so that a sign-in which
    /// was ended is dead at once, on every node.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, secret: &Secret) -> Result<Option<Person>, ServiceError> {
        let (hash, now) = (sha256(secret.expose()), self.clock.now());
        let find = move |conn: &mut Conn<'_>| {
            let Some(sign_in) = sign_ins::by_hash(conn, &hash, since(now))? else { return Ok(None) };
            let seen = sign_in.seen;
            Ok::<_, StoreError>(load(conn, &sign_in)?.map(|person| (person, seen)))
        };
        let Some((person, seen)) = self.store.db().read(find).await? else { return Ok(None) };
        if now - seen >= SEEN_EVERY {
            let id = person.sign_in;
            let of = person.id;
            let write = self.store.db().write::<_, StoreError, _>(move |conn| {
                sign_ins::set_seen(conn, id, now)?;
                profile::set_seen(conn, of, now)
            });
            beside(write.await)?;
        }
        Ok(Some(person))
    }
}

impl Service {
    /// Whether a person is still signed in and still what they were, for what lasts longer than a request. Looking does
    /// not count as working: a page left open does not keep anybody signed in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_signed_in(&self, person: &Person) -> Result<bool, ServiceError> {
        let (known, now) = (person.clone(), self.clock.now());
        let look = move |conn: &mut Conn<'_>| {
            let sign_ins = sign_ins::of_person(conn, known.id, since(now))?;
            let Some(sign_in) = sign_ins.iter().find(|sign_in| sign_in.id == known.sign_in) else {
                return Ok(false);
            };
            Ok::<_, StoreError>(load(conn, sign_in)?.is_some_and(|person| person.standing == known.standing))
        };
        Ok(self.store.db().read(look).await?)
    }
}

/// The person of a sign-in; `None` when they are gone or suspended.
pub(super) fn load(conn: &mut Conn<'_>, sign_in: &SignIn) -> Result<Option<Person>, StoreError> {
    let found = match sign_in.person {
        PersonId::Owner(id) => {
            owners::by_id(conn, id)?.map(|owner| (owner.name.clone(), Standing::Owner { owner }))
        }
        PersonId::Account(id) => not_suspended(accounts::by_id(conn, id)?).map(|account| {
            let standing = match account.role {
                AccountRole::Manager => {
                    Standing::Manager { app: account.app, permissions: account.permissions }
                }
                AccountRole::Reseller => Standing::Reseller {
                    app: account.app,
                    key_levels: account.key_levels,
                    balance: account.balance,
                    rights: account.rights,
                },
            };
            (account.username, standing)
        }),
    };
    let Some((name, standing)) = found else { return Ok(None) };
    let profile = profile::get(conn, sign_in.person)?;
    Ok(Some(Person {
        id: sign_in.person,
        name,
        standing,
        sign_in: sign_in.id,
        proved: sign_in.proved,
        theme: Theme::parse(&profile.theme).unwrap_or_default(),
        time_zone: profile.time_zone,
        last_app: profile.last_app,
    }))
}

/// An account, if it may sign in.
fn not_suspended(account: Option<Account>) -> Option<Account> {
    account.filter(|account| account.suspended.is_none())
}

/// Whether a person is kept from signing in.
pub(super) fn is_suspended(conn: &mut Conn<'_>, person: PersonId) -> Result<bool, StoreError> {
    let PersonId::Account(id) = person else { return Ok(false) };
    Ok(not_suspended(accounts::by_id(conn, id)?).is_none())
}
