//! Owners: the accounts of vendors.

use claviger_capacity::Who;
use claviger_domain::{OwnerId, Role, Secret};
use claviger_store::{
    Conn, StoreError, accounts,
    owners::{self, NewOwner, Owner},
};

use super::names::{check_name, no_owner, refused};
use crate::{Service, ServiceError, vendor::audit::COMMAND_LINE};

/// Longest name of an owner in bytes.
const OWNER_NAME_MAX: usize = 65;

impl Service {
    /// Makes an owner.
    ///
    /// # Errors
    /// When the name is unfit or taken, the password is one that no person may choose, or the database fails.
    pub async fn create_owner(
        &self,
        name: &str,
        role: Role,
        password: Option<&Secret>,
    ) -> Result<Owner, ServiceError> {
        if let Some(password) = password {
            self.check_new_password(name, password).await.map_err(|error| refused(&error.to_string()))?;
        }
        self.insert_owner(name, role, password).await
    }

    /// As [`Service::create_owner`], with a password that was drawn at random.
    pub(super) async fn insert_owner(
        &self,
        name: &str,
        role: Role,
        password: Option<&Secret>,
    ) -> Result<Owner, ServiceError> {
        let name = &check_owner_name(name)?;
        let password = match password {
            Some(password) => Some(
                self.passwords
                    .hash(Who::server(), password)
                    .await
                    .map_err(|busy| ServiceError::System(busy.to_string()))?,
            ),
            None => None,
        };
        let new = NewOwner {
            owner_id: OwnerId::generate(self.random()),
            name: name.into(),
            role,
            password,
            created: self.clock.now(),
        };
        let insert = move |conn: &mut Conn<'_>| {
            // People sign in by one name, whatever they are.
            if accounts::lock_by_name(conn, &new.name)?.is_some() {
                return Ok(None);
            }
            owners::insert(conn, &new)
        };
        let owner = self.store.db().write::<_, StoreError, _>(insert).await?;
        owner.ok_or_else(|| refused(&format!("there is an owner or account `{name}` already")))
    }

    /// All owners, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owners(&self) -> Result<Vec<Owner>, ServiceError> {
        Ok(self.store.db().read(owners::all).await?)
    }

    /// Gives an owner another role. Running servers obey within a second.
    ///
    /// # Errors
    /// When there is no such owner, or the database fails.
    pub async fn set_role(&self, name: &str, role: Role) -> Result<(), ServiceError> {
        let owner = name.to_owned();
        let changed: bool = self
            .store
            .db()
            .write::<_, StoreError, _>(move |conn| owners::set_role(conn, &owner, role))
            .await?;
        self.renew_catalog().await?;
        if changed { Ok(()) } else { Err(no_owner(name)) }
    }
}

/// The name of an owner as it is kept.
pub(crate) fn check_owner_name(name: &str) -> Result<String, ServiceError> {
    let name = check_name("owner", name, OWNER_NAME_MAX)?;
    if name.contains('/') {
        return Err(refused("the name of an owner must not hold a slash"));
    }
    if name.starts_with(COMMAND_LINE) {
        return Err(refused(
            "the name of an owner must not begin as the audit log calls operators, with `cli:`",
        ));
    }
    Ok(name)
}
