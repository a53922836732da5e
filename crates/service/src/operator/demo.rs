//! Something to try Claviger with: an owner, an application and licenses.

use crate::{CreatedApp, Service, ServiceError, vendor::new_licenses::NewKeys};
use claviger_domain::{Alphabet, ApiVersions, DEFAULT_MASK, Mask, Role, Secret};

/// Name of the demo's owner.
pub const DEMO_OWNER: &str = "demo";
const APP_NAME: &str = "demo-app";
const LICENSES: i64 = 100;
const DAYS: i64 = 30;

/// What the demo consists of.
#[derive(Debug)]
pub struct Demo {
    /// The application with its keys.
    pub created: CreatedApp,
    /// Unused license keys.
    pub licenses: Vec<String>,
    /// Password of the owner.
    pub password: Secret,
}

impl Service {
    /// Whether the database holds owners already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_owners(&self) -> Result<bool, ServiceError> {
        Ok(!self.owners().await?.is_empty())
    }

    /// Makes the demo's owner, one application that answers all versions of the Client API, and unused licenses.
    ///
    /// # Errors
    /// When the owner is there already, or the database fails.
    pub async fn create_demo(&self) -> Result<Demo, ServiceError> {
        let password = Secret::new(self.random.hex(8));
        self.insert_owner(DEMO_OWNER, Role::Seller, Some(&password)).await?;
        let created = self.create_app(DEMO_OWNER, APP_NAME, ApiVersions::ALL).await?;
        let keys = NewKeys {
            mask: Mask::new(DEFAULT_MASK).expect("the default mask is a mask"),
            alphabet: Alphabet::Mixed,
            amount: LICENSES,
            duration: DAYS * 86_400,
            level: "1".into(),
            note: None,
            genby: DEMO_OWNER.into(),
        };
        let licenses = self.add_licenses(&created.app, keys).await;
        let licenses = licenses.map_err(|error| ServiceError::System(error.to_string()))?;
        Ok(Demo { created, licenses, password })
    }
}
