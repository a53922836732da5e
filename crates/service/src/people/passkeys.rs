//! The passkeys of a person.

use claviger_domain::{PersonId, Secret, in_one_line, tidy};
use claviger_store::{
    Conn, StoreError,
    people::passkeys::{self, Passkey as Row},
};

use super::{
    error::PeopleError,
    hold::hold,
    log::{Event, note},
    person::Person,
    relying_party::{Assertion, HANDLE_LEN, RelyingParty},
    ticket,
    visitor::Visitor,
};
use crate::{Service, shared::text::cut};

/// Passkeys of a person at most.
const PASSKEYS_MAX: usize = 20;
/// Longest name of a passkey in bytes.
const NAME_MAX: usize = 60;
/// Longest answer of a browser in bytes; real ones have some 2 KiB.
const ANSWER_MAX: usize = 64 * 1024;
/// What tickets of new passkeys are for.
const REGISTRATION: &str = "people-passkey-new";
/// What tickets of sign-ins by passkey are for.
const AUTHENTICATION: &str = "people-passkey";

/// A question to a browser.
#[derive(Debug)]
pub struct PasskeyQuestion {
    /// What the answer must bring along.
    pub ticket: Secret,
    /// What `navigator.credentials` is asked, as JSON.
    pub options: String,
}

/// A passkey's proof, as far as it can be told without looking at the database.
pub(super) struct Proof {
    assertion: Assertion,
    ticket: ticket::Ticket,
    party: RelyingParty,
}

impl Service {
    /// Begins to make a passkey.
    ///
    /// # Errors
    /// Where browsers refuse passkeys, when credentials were not shown of late, or the database fails.
    pub async fn begin_passkey(&self, person: &Person) -> Result<PasskeyQuestion, PeopleError> {
        let party = self.relying_party()?;
        let changer = self.changer(person);
        let mut drawn = [0; HANDLE_LEN];
        self.random.fill(&mut drawn);
        let begin = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            let there = passkeys::of_person(conn, changer.person)?;
            Ok::<_, PeopleError>((passkeys::handle(conn, changer.person, &drawn)?, there))
        };
        let (handle, there) = self.store.db().write(begin).await?;
        if there.len() >= PASSKEYS_MAX {
            return Err(PeopleError::TooMany(PASSKEYS_MAX));
        }
        let handle = handle.try_into().map_err(|_| PeopleError::NoPasskeys)?;
        let there = there.into_iter().map(|passkey| passkey.credential);
        let ceremony =
            party.begin_registration(handle, &person.name, there).ok_or(PeopleError::NoPasskeys)?;
        let purpose = registration(person.id);
        Ok(self.question(&purpose, &ceremony.state, &ceremony.options))
    }

    /// Keeps a passkey that a browser made.
    ///
    /// # Errors
    /// When the answer is not to what was asked, it is too late, credentials were not shown of late, or the database fails.
    pub async fn finish_passkey(
        &self,
        person: &Person,
        ticket: &str,
        answer: &str,
        name: &str,
        visitor: &Visitor,
    ) -> Result<(), PeopleError> {
        let party = self.relying_party()?;
        let changer = self.changer(person);
        let ticket = ticket::open(&self.vault, &registration(person.id), ticket, changer.now)?;
        let made = Some(answer).filter(|answer| answer.len() <= ANSWER_MAX);
        let made = made.and_then(|answer| party.finish_registration(&ticket.body, answer));
        let made = made.ok_or(PeopleError::WrongPasskey)?;
        let new = Row {
            id: 0,
            credential: made.credential,
            person: person.id,
            name: kept_name(name),
            public_key: made.public_key,
            state: made.state,
            created: changer.now,
            used: None,
        };
        let visitor = visitor.clone();
        let keep = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            ticket.use_up(conn)?;
            if passkeys::of_person(conn, changer.person)?.len() >= PASSKEYS_MAX {
                return Err(PeopleError::TooMany(PASSKEYS_MAX));
            }
            if !passkeys::insert(conn, &new)? {
                return Err(PeopleError::WrongPasskey);
            }
            Ok(note(conn, changer.person, Event::PasskeyAdded, &new.name, &visitor, changer.now)?)
        };
        self.store.db().write(keep).await
    }

    /// Removes a passkey of a person; `false` when they have none of that number.
    ///
    /// # Errors
    /// When it is all that the person signs in with, credentials were not shown of late, or the database fails.
    pub async fn remove_passkey(
        &self,
        person: &Person,
        id: i64,
        visitor: &Visitor,
    ) -> Result<bool, PeopleError> {
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let remove = move |conn: &mut Conn<'_>| {
            let held = hold(conn, changer)?;
            let there = passkeys::of_person(conn, changer.person)?;
            let Some(passkey) = there.iter().find(|passkey| passkey.id == id) else { return Ok(false) };
            if held.password.is_none() && there.len() == 1 {
                return Err(PeopleError::LastFactor);
            }
            passkeys::delete(conn, changer.person, id)?;
            note(conn, changer.person, Event::PasskeyRemoved, &passkey.name, &visitor, changer.now)?;
            Ok(true)
        };
        self.store.db().write(remove).await
    }

    /// Asks a browser for a passkey of whoever sits before it.
    ///
    /// # Errors
    /// Where browsers refuse passkeys.
    pub fn ask_for_passkey(&self) -> Result<PasskeyQuestion, PeopleError> {
        let ceremony = self.relying_party()?.begin_authentication().ok_or(PeopleError::NoPasskeys)?;
        Ok(self.question(AUTHENTICATION, &ceremony.state, &ceremony.options))
    }

    /// Whether browsers let passkeys be made for this server's public address.
    pub fn passkeys_possible(&self) -> bool {
        self.relying_party().is_ok()
    }

    /// Reads the answer to [`Service::ask_for_passkey`].
    pub(super) fn read_passkey(&self, ticket: &str, answer: &str) -> Result<Proof, PeopleError> {
        let party = self.relying_party()?;
        let ticket = ticket::open(&self.vault, AUTHENTICATION, ticket, self.clock.now())?;
        let short = Some(answer).filter(|answer| answer.len() <= ANSWER_MAX);
        let assertion = short.and_then(Assertion::read).ok_or(PeopleError::WrongPasskey)?;
        Ok(Proof { assertion, ticket, party })
    }

    fn relying_party(&self) -> Result<RelyingParty, PeopleError> {
        RelyingParty::at(&self.options.public_url).ok_or(PeopleError::NoPasskeys)
    }

    fn question(&self, purpose: &str, state: &[u8], options: &serde_json::Value) -> PasskeyQuestion {
        let ticket = ticket::seal(&self.vault, purpose, state, self.clock.now());
        PasskeyQuestion { ticket, options: options.to_string() }
    }
}

impl Proof {
    /// The person whose passkey it is, if the answer is right; the ticket is used up, and so is the passkey's counter.
    pub(super) fn use_up(&self, conn: &mut Conn<'_>, now: i64) -> Result<PersonId, PeopleError> {
        self.ticket.use_up(conn)?;
        let passkey = passkeys::lock(conn, &self.assertion.credential())?.ok_or(PeopleError::WrongPasskey)?;
        let handle = passkeys::known_handle(conn, passkey.person)?.ok_or(PeopleError::WrongPasskey)?;
        let parts = [handle.as_slice(), passkey.public_key.as_slice(), passkey.state.as_slice()];
        let state = self.party.finish_authentication(&self.ticket.body, &self.assertion, parts);
        passkeys::set_used(conn, passkey.id, &state.ok_or(PeopleError::WrongPasskey)?, now)?;
        Ok(passkey.person)
    }

    /// Whose passkey it claims to be, for their log.
    pub(super) fn claims(&self, conn: &mut Conn<'_>) -> Result<Option<PersonId>, StoreError> {
        Ok(passkeys::lock(conn, &self.assertion.credential())?.map(|passkey| passkey.person))
    }
}

/// A ticket of a new passkey is good for one person.
fn registration(person: PersonId) -> String {
    format!("{REGISTRATION} {} {}", person.kind(), person.number())
}

fn kept_name(name: &str) -> String {
    let name = in_one_line(name);
    let name = cut(tidy(&name), NAME_MAX);
    if name.is_empty() { "Passkey".into() } else { name.into() }
}
