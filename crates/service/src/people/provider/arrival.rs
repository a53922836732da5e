//! Who signs in when a provider has told whom it knows: who is linked, whom an owner told of before, or who is made an owner.

use claviger_domain::{OwnerId, PersonId, Role, in_one_line};
use claviger_store::{
    Conn, StoreError, accounts,
    owners::{self, NewOwner},
    people::identities::{self, Claim, NewIdentity},
};

use super::texts::not_linked;
use crate::{
    Service,
    operator::owners::check_owner_name,
    people::{
        error::PeopleError,
        log::{BY_PROVIDER, Event, note},
        sign_in::SignedIn,
        visitor::Visitor,
    },
    shared::provider::{Claims, Provider},
};

impl Service {
    /// Signs in whom a provider means.
    pub(super) async fn sign_in_by(
        &self,
        provider: &Provider,
        claims: Claims,
        visitor: &Visitor,
    ) -> Result<SignedIn, PeopleError> {
        let options = &provider.options;
        let (issuer, name) = (options.issuer.clone(), options.name.clone());
        let in_group = options.owner_group.as_ref().is_some_and(|group| claims.groups.contains(group));
        let (now, owner_id, at) = (self.clock.now(), OwnerId::generate(self.random()), visitor.clone());
        // Unless the provider tells that credentials were shown just now, what is sensitive asks for them.
        let shown = claims.shown.filter(|_| claims.is_fresh(now)).map_or(0, |shown| shown.min(now));
        let by_email = options.owners_link_team;
        let signed_in = self
            .begin_sign_in_shown(visitor, shown, move |conn| {
                let person = match known(conn, &issuer, &claims, by_email, now)? {
                    Some(person) => person,
                    None if in_group => {
                        let person = new_owner(conn, owner_id, &issuer, &claims, now)?;
                        note(conn, person, Event::IdentityLinked, &name, &at, now)?;
                        person
                    }
                    None => return Err(not_linked(&claims, &name)),
                };
                Ok((person, format!("{BY_PROVIDER}{name}")))
            })
            .await?;
        if in_group {
            self.renew_catalog().await.map_err(|_| PeopleError::Store(StoreError::Closed))?;
        }
        Ok(signed_in)
    }
}

/// Whom a provider means: by the subject, else by the address that it has seen to be theirs, which is good for one time.
fn known(
    conn: &mut Conn<'_>,
    issuer: &str,
    claims: &Claims,
    by_email: bool,
    now: i64,
) -> Result<Option<PersonId>, StoreError> {
    if let Some(found) = identities::find(conn, issuer, Claim::Subject, &claims.subject)? {
        return Ok(Some(found.person));
    }
    let Some(email) = claims.email.as_ref().filter(|_| by_email) else { return Ok(None) };
    let Some(found) = identities::find(conn, issuer, Claim::Email, email)? else { return Ok(None) };
    identities::delete(conn, found.person, found.id)?;
    let new = NewIdentity { issuer, claim: Claim::Subject, value: &claims.subject, label: email };
    let inserted = identities::insert(conn, found.person, &new, now)?;
    Ok(inserted.then_some(found.person))
}

/// Makes an owner of somebody whom the provider counts among the owners.
fn new_owner(
    conn: &mut Conn<'_>,
    owner_id: OwnerId,
    issuer: &str,
    claims: &Claims,
    now: i64,
) -> Result<PersonId, PeopleError> {
    let name = claims.name.as_deref().or(claims.email.as_deref()).unwrap_or(&claims.subject);
    let name = check_owner_name(name).map_err(|error| PeopleError::NotLinked(error.to_string()))?;
    let taken = || {
        PeopleError::NotLinked(format!(
            "You would be `{name}` here, and there is an account of that name already. If it is yours, sign in with its \
             password and link it on its account page."
        ))
    };
    if accounts::lock_by_name(conn, &name)?.is_some() {
        return Err(taken());
    }
    let new = NewOwner { owner_id, name: name.clone(), role: Role::Seller, password: None, created: now };
    let owner = owners::insert(conn, &new)?.ok_or_else(taken)?;
    let person = PersonId::Owner(owner.id);
    let label = label(claims);
    let new = NewIdentity { issuer, claim: Claim::Subject, value: &claims.subject, label: &label };
    if identities::insert(conn, person, &new, now)? { Ok(person) } else { Err(taken()) }
}

/// What people know an identity by.
pub(super) fn label(claims: &Claims) -> String {
    const LABEL_MAX: usize = 255;
    let label = claims.email.as_deref().or(claims.name.as_deref()).unwrap_or(&claims.subject);
    in_one_line(label).chars().take(LABEL_MAX).collect()
}
