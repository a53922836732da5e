//! Links that work once: for the server's first owner, and for people who have no password or lost it.

use claviger_capacity::Who;
use claviger_domain::{OwnerId, PersonId, Role, Secret};
use claviger_store::{
    Conn, StoreError, accounts,
    owners::{self, NewOwner},
    people::{
        credentials::{self, Credentials},
        identities,
        invitations::{self, Invitation},
        passkeys, profile, sign_ins,
    },
};

use super::{
    error::PeopleError,
    log::{Event, note},
    person::is_suspended,
    second_factor::drop_codes,
    sign_in::SignInStep,
    visitor::Visitor,
};
use crate::{
    Service, ServiceError,
    operator::{names::no_owner, owners::check_owner_name},
    shared::{alerts::Alert, vault::sha256},
};

/// A link of the operator ends so many seconds after it was made.
pub const INVITATION_LASTS: i64 = 3600;
/// Bytes of randomness in a link.
const SECRET_BYTES: usize = 32;

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// To make the server's first owner.
    First,
    /// To set the password of the owner, manager or reseller of this name.
    Person(String),
}

impl Service {
    /// Makes the link for the first owner, if there is no owner yet; an earlier one is void.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invite_first(&self) -> Result<Option<Secret>, ServiceError> {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let (hash, now) = (sha256(secret.expose()), self.clock.now());
        let invite = move |conn: &mut Conn<'_>| {
            if !owners::all(conn)?.is_empty() {
                invitations::void(conn, None)?;
                return Ok::<_, StoreError>(false);
            }
            let new = Invitation { person: None, drop_factors: false };
            invitations::insert(conn, &hash, new, now, now + INVITATION_LASTS)?;
            Ok(true)
        };
        Ok(self.store.db().write(invite).await?.then_some(secret))
    }

    /// Makes a link for an owner to set a password; an earlier one is void. `drop_factors`: it also ends two-factor
    /// sign-in, removes passkeys and unlinks identities, for who lost those too.
    ///
    /// # Errors
    /// When there is no such owner, or the database fails.
    pub async fn invite_owner(&self, name: &str, drop_factors: bool) -> Result<Secret, ServiceError> {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let (hash, now, owner) = (sha256(secret.expose()), self.clock.now(), name.to_owned());
        let invite = move |conn: &mut Conn<'_>| {
            let Some(owner) = owners::by_name(conn, &owner)? else { return Ok::<_, StoreError>(false) };
            let new = Invitation { person: Some(PersonId::Owner(owner.id)), drop_factors };
            invitations::insert(conn, &hash, new, now, now + INVITATION_LASTS)?;
            Ok(true)
        };
        if self.store.db().write(invite).await? { Ok(secret) } else { Err(no_owner(name)) }
    }

    /// What a link is for; `None` when it was used, has ended, or never was one.
    ///
    /// # Errors
    /// A pause after many unknown links, or when the database fails.
    pub async fn invited(&self, secret: &str, visitor: &Visitor) -> Result<Option<Invited>, PeopleError> {
        let guess = self.begin_link(visitor.ip)?;
        let (hash, now) = (sha256(secret), self.clock.now());
        let find = move |conn: &mut Conn<'_>| {
            let Some(found) = invitations::find(conn, &hash, now)? else { return Ok(None) };
            Ok::<_, StoreError>(match found.person {
                None => owners::all(conn)?.is_empty().then_some(Invited::First),
                Some(PersonId::Owner(id)) => {
                    owners::by_id(conn, id)?.map(|owner| Invited::Person(owner.name))
                }
                Some(PersonId::Account(id)) => {
                    accounts::by_id(conn, id)?.map(|account| Invited::Person(account.username))
                }
            })
        };
        let found = self.store.db().read(find).await?;
        if found.is_none() {
            self.failed_at_door(guess, Alert::InvitationUnknown, None);
        }
        Ok(found)
    }

    /// Uses a link: makes the first owner with this name and password, a seller, and signs them in.
    ///
    /// # Errors
    /// When the name or the password cannot be used, the link is none any more, or the database fails.
    pub async fn accept_first(
        &self,
        secret: &str,
        name: &str,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<SignInStep, PeopleError> {
        let name = check_owner_name(name).map_err(|error| PeopleError::BadName(error.to_string()))?;
        self.check_new_password(&name, password).await?;
        let new = NewOwner {
            owner_id: OwnerId::generate(self.random()),
            name,
            role: Role::Seller,
            password: Some(self.passwords.hash(Who::person(visitor.ip), password).await?),
            created: self.clock.now(),
        };
        let (hash, now, at) = (sha256(secret), self.clock.now(), visitor.clone());
        let accept = move |conn: &mut Conn<'_>| {
            let link = invitations::take(conn, &hash, now)?.filter(|link| link.person.is_none());
            if link.is_none() || !owners::all(conn)?.is_empty() {
                return Err(PeopleError::BadLink);
            }
            let owner = owners::insert(conn, &new)?.ok_or(PeopleError::BadLink)?;
            let person = PersonId::Owner(owner.id);
            note(conn, person, Event::Invited, "first owner", &at, now)?;
            Ok(Credentials { person, name: owner.name, password: new.password })
        };
        let proved = self.store.db().write(accept).await?;
        self.renew_catalog().await.map_err(|_| PeopleError::Store(StoreError::Closed))?;
        self.after_password(&proved, visitor).await
    }

    /// Uses a link: sets the person's password, ends their sign-ins, and goes on as after a sign-in with it.
    ///
    /// # Errors
    /// When the password cannot be used, the link is none any more, or the database fails.
    pub async fn accept_invitation(
        &self,
        secret: &str,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<SignInStep, PeopleError> {
        let invited = self.invited(secret, visitor).await?;
        let Some(Invited::Person(name)) = invited else { return Err(PeopleError::BadLink) };
        self.check_new_password(&name, password).await?;
        let new = self.passwords.hash(Who::person(visitor.ip), password).await?;
        let (hash, now, at) = (sha256(secret), self.clock.now(), visitor.clone());
        let accept = move |conn: &mut Conn<'_>| {
            let link = invitations::take(conn, &hash, now)?.ok_or(PeopleError::BadLink)?;
            let person = link.person.ok_or(PeopleError::BadLink)?;
            let held = credentials::lock(conn, person)?.ok_or(PeopleError::BadLink)?;
            if is_suspended(conn, person)? {
                return Err(PeopleError::BadLink);
            }
            credentials::set_password(conn, person, &new)?;
            sign_ins::delete_all(conn, person, None)?;
            if link.drop_factors {
                profile::lock(conn, person)?;
                drop_codes(conn, person)?;
                passkeys::delete_all(conn, person)?;
                identities::delete_all(conn, person)?;
            }
            let detail = if link.drop_factors { "all factors reset" } else { "" };
            note(conn, person, Event::Invited, detail, &at, now)?;
            Ok::<_, PeopleError>(Credentials { password: Some(new), ..held })
        };
        let proved = self.store.db().write(accept).await?;
        self.after_password(&proved, visitor).await
    }
}
