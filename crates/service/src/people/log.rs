//! What happened to a person's account, for them to read.

use claviger_domain::{ClientAddress, PersonId};
use claviger_store::{
    Conn, StoreError,
    people::{credentials, log},
};

use super::{person::Person, visitor::Visitor};
use crate::{Service, ServiceError};

/// Entries that are kept of each person; the oldest go first.
const KEPT: i64 = 1000;

/// What a sign-in was made with begins so, where it was through an identity provider.
pub(super) const BY_PROVIDER: &str = "identity provider ";

/// What happened to a person's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A browser was signed in.
    SignedIn,
    /// Somebody tried to sign in, or to show credentials once more, and failed.
    Failed,
    /// The password was right, and a code was asked for, which may never come: then somebody else knows the password.
    CodeAsked,
    /// The person has shown credentials once more.
    Proved,
    /// The person signed out.
    SignedOut,
    /// Sign-ins were ended from another browser.
    Ended,
    /// The password was changed.
    PasswordChanged,
    /// Two-factor sign-in was switched on.
    CodesOn,
    /// Two-factor sign-in was switched off.
    CodesOff,
    /// The recovery codes were replaced.
    RecoveryRenewed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A password was set through a link that the operator made.
    Invited,
    /// The operator changed something, by the command line.
    Operator,
    /// The application's owner changed something.
    ByOwner,
    /// A browser was signed in through an identity provider.
    ProviderSignIn,
    /// What an identity provider knows the person by was linked.
    IdentityLinked,
    /// It was unlinked.
    IdentityUnlinked,
}

impl Event {
    /// The words in the database, and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::Failed => "sign-in failed",
            Self::CodeAsked => "password right, code asked for",
            Self::Proved => "confirmed",
            Self::SignedOut => "signed out",
            Self::Ended => "ended sign-ins",
            Self::PasswordChanged => "password changed",
            Self::CodesOn => "two-factor sign-in on",
            Self::CodesOff => "two-factor sign-in off",
            Self::RecoveryRenewed => "new recovery codes",
            Self::PasskeyAdded => "passkey added",
            Self::PasskeyRemoved => "passkey removed",
            Self::Invited => "password set by link",
            Self::Operator => "changed by the operator",
            Self::ByOwner => "changed by the owner",
            Self::ProviderSignIn => "signed in by identity provider",
            Self::IdentityLinked => "identity linked",
            Self::IdentityUnlinked => "identity unlinked",
        }
    }
}

/// An entry of a person's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Number, by which pages go on.
    pub id: i64,
    /// Unix second.
    pub time: i64,
    /// What happened, as [`Event::as_str`].
    pub event: String,
    /// More of it; may be empty.
    pub detail: String,
    /// From which address.
    pub ip: String,
    /// With which browser; may be empty.
    pub user_agent: String,
}

/// Notes an event in the transaction that makes it true.
pub(super) fn note(
    conn: &mut Conn<'_>,
    person: PersonId,
    event: Event,
    detail: &str,
    visitor: &Visitor,
    now: i64,
) -> Result<(), StoreError> {
    let entry = log::Entry {
        event: event.as_str().into(),
        detail: detail.into(),
        ip: visitor.ip.to_string(),
        user_agent: visitor.kept_user_agent(),
    };
    log::insert(conn, person, &entry, now, KEPT)
}

/// As [`note`], of what an owner does to an account of the team. The owner's address is not theirs to know.
pub(crate) fn note_by_owner(
    conn: &mut Conn<'_>,
    account: i64,
    detail: &str,
    now: i64,
) -> Result<(), StoreError> {
    let there = Visitor { ip: ClientAddress::Unknown, user_agent: String::new() };
    note(conn, PersonId::Account(account), Event::ByOwner, detail, &there, now)
}

/// A person's log before the entry `before`, at most `limit` entries, newest first.
pub(crate) fn entries_of(
    conn: &mut Conn<'_>,
    person: PersonId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LogEntry>, StoreError> {
    let entries = log::page(conn, person, before, limit.clamp(1, KEPT))?;
    let entry = |(id, time, entry)| {
        let log::Entry { event, detail, ip, user_agent } = entry;
        LogEntry { id, time, event, detail, ip, user_agent }
    };
    Ok(entries.into_iter().map(entry).collect())
}

/// As [`note`], unless the newest entry is the same event from the same address: whoever can bring it about as often as they
/// like must not push out what was before.
pub(super) fn note_once(
    conn: &mut Conn<'_>,
    person: PersonId,
    event: Event,
    visitor: &Visitor,
    now: i64,
) -> Result<(), StoreError> {
    let newest = log::page(conn, person, None, 1)?.pop();
    let ip = visitor.ip.to_string();
    if newest.is_some_and(|(_, _, entry)| entry.event == event.as_str() && entry.ip == ip) {
        return Ok(());
    }
    note(conn, person, event, "", visitor, now)
}

impl Service {
    /// Notes in a person's log what the operator did.
    ///
    /// # Errors
    /// When the database fails. A person who is not there has no log.
    pub async fn note_operator(&self, name: &str, detail: &str) -> Result<(), ServiceError> {
        let (name, detail, now) = (name.to_owned(), detail.to_owned(), self.clock.now());
        let write = move |conn: &mut Conn<'_>| {
            let Some(found) = credentials::by_name(conn, &name)? else { return Ok(()) };
            let here = Visitor { ip: ClientAddress::Unknown, user_agent: String::new() };
            note(conn, found.person, Event::Operator, &detail, &here, now)
        };
        Ok(self.store.db().write::<_, StoreError, _>(write).await?)
    }

    /// A person's log before the entry `before`, at most `limit` entries, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_log(
        &self,
        person: &Person,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LogEntry>, ServiceError> {
        let id = person.id;
        let page = move |conn: &mut Conn<'_>| entries_of(conn, id, before, limit);
        Ok(self.store.db().read(page).await?)
    }
}
