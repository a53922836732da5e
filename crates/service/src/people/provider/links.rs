//! Linking what a provider knows somebody by with their account, showing by it that it is still them, and unlinking it.

use claviger_domain::{PersonId, Secret};
use claviger_store::{
    Conn, StoreError,
    people::{
        credentials::Credentials,
        identities::{self, Claim, Identity, NewIdentity},
        passkeys, sign_ins,
    },
};

use super::arrival::label;
use crate::{
    Service, ServiceError,
    people::{
        error::PeopleError,
        hold::hold,
        log::{Event, note},
        person::Person,
        visitor::Visitor,
    },
    shared::provider::{Claims, Provider},
};

/// Most identities that one account is linked with.
pub(crate) const IDENTITIES_MAX: usize = 10;

impl Service {
    pub(super) async fn link(
        &self,
        provider: &Provider,
        claims: Claims,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<(), PeopleError> {
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let (issuer, name) = (provider.options.issuer.clone(), provider.options.name.clone());
        let link = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            if identities::of_person(conn, changer.person)?.len() >= IDENTITIES_MAX {
                return Err(PeopleError::NotLinked(format!(
                    "Your account is linked with {IDENTITIES_MAX} others, which is the most there may be."
                )));
            }
            let label = label(&claims);
            let new =
                NewIdentity { issuer: &issuer, claim: Claim::Subject, value: &claims.subject, label: &label };
            if !identities::insert(conn, changer.person, &new, changer.now)? {
                return Err(PeopleError::NotLinked(format!(
                    "This account of {name} is linked already, with yours or with somebody else's account here."
                )));
            }
            let detail = format!("{name}: {label}");
            Ok(note(conn, changer.person, Event::IdentityLinked, &detail, &visitor, changer.now)?)
        };
        self.store.db().write(link).await
    }

    pub(super) async fn prove_by(
        &self,
        provider: &Provider,
        claims: &Claims,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<Secret, PeopleError> {
        let (issuer, subject) = (provider.options.issuer.clone(), claims.subject.clone());
        let name = provider.options.name.clone();
        let id = person.id;
        self.set_proved(person, "identity provider", visitor, move |conn| {
            let found = identities::find(conn, &issuer, Claim::Subject, &subject)?;
            match found.filter(|found| found.person == id) {
                Some(_) => Ok(id),
                None => {
                    Err(PeopleError::NotLinked(format!("This account of {name} is not linked with yours.")))
                }
            }
        })
        .await
    }

    /// Unlinks an identity of a person, and signs them out elsewhere; `false` when they have none of that number.
    ///
    /// # Errors
    /// When credentials were not shown of late, it is all they sign in with, or the database fails.
    pub async fn unlink_identity(
        &self,
        person: &Person,
        id: i64,
        visitor: &Visitor,
    ) -> Result<bool, PeopleError> {
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let offered = self.offered_issuers();
        let unlink = move |conn: &mut Conn<'_>| {
            let held = hold(conn, changer)?;
            let there = identities::of_person(conn, changer.person)?;
            let Some(identity) = there.iter().find(|identity| identity.id == id) else { return Ok(false) };
            if !is_reachable(conn, &held, there.iter().filter(|other| other.id != id), &offered)? {
                return Err(PeopleError::LastFactor);
            }
            identities::delete(conn, changer.person, id)?;
            sign_ins::delete_all(conn, changer.person, Some(changer.sign_in))?;
            note(conn, changer.person, Event::IdentityUnlinked, &identity.label, &visitor, changer.now)?;
            Ok(true)
        };
        self.store.db().write(unlink).await
    }

    /// What providers know a person by, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identities(&self, person: PersonId) -> Result<Vec<Identity>, ServiceError> {
        let find = move |conn: &mut Conn<'_>| identities::of_person(conn, person);
        Ok(self.store.db().read::<_, StoreError, _>(find).await?)
    }

    fn offered_issuers(&self) -> Vec<String> {
        self.providers.iter().map(|provider| provider.options.issuer.clone()).collect()
    }
}

/// Whether somebody can still sign in who has these identities left. One of a provider that is not set up any more, or that
/// was never used yet, does not count.
fn is_reachable<'a>(
    conn: &mut Conn<'_>,
    held: &Credentials,
    left: impl IntoIterator<Item = &'a Identity>,
    offered: &[String],
) -> Result<bool, StoreError> {
    let mut left = left.into_iter();
    Ok(held.password.is_some()
        || left.any(|other| other.claim == Claim::Subject && offered.contains(&other.issuer))
        || !passkeys::of_person(conn, held.person)?.is_empty())
}
