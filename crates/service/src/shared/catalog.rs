//! Owners and applications, held in memory because every request needs them. Any process may change them; see
//! [`claviger_store::catalog`].

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use claviger_domain::{AppSettings, Role, Secret, SigningKey};
use claviger_store::{Conn, StoreError, apps, apps::AppRecord, catalog, variables::Variable};

use crate::{
    Service, ServiceError,
    shared::vault::{Vault, sha256},
};

/// What the master key encrypts app secrets for.
pub(crate) const APP_SECRET: &str = "app-secret";
/// What the master key encrypts private signing keys for.
pub(crate) const SIGNING_KEY: &str = "signing-key";

/// Entries held at most; far more than there are applications, so only a flood of misspelled names reaches it.
const CAPACITY: usize = 10_000;
/// Bytes of variables held at most.
const VARIABLE_BYTES: usize = 16 * 1024 * 1024;

/// An application, ready to answer requests.
#[derive(Debug)]
pub struct App {
    /// Serial number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The owner's name on the Client API.
    pub owner_id: String,
    /// The owner's name.
    pub owner_name: String,
    /// What the owner may do.
    pub role: Role,
    /// Unix second when the role ends; `None`: never.
    pub role_until: Option<i64>,
    /// The app secret, 64 hexadecimal digits.
    pub secret: Secret,
    /// Signs the replies of API 1.3.
    pub signing_key: Arc<SigningKey>,
    /// What the owner has set.
    pub settings: AppSettings,
    /// Banned by the operator.
    pub banned: bool,
    /// Unix second of creation.
    pub created: i64,
}

impl App {
    /// Decrypts and parses what the database holds.
    pub(crate) fn open(record: &AppRecord, vault: &Vault) -> Result<Self, ServiceError> {
        let broken = |what: &str| {
            let app = format!("{}/{}", record.owner.name, record.name);
            ServiceError::Store(StoreError::Unexpected(format!("{what} of application {app}")))
        };
        let seed =
            vault.open(SIGNING_KEY, &record.sealed_signing_key).ok_or_else(|| broken("signing key"))?;
        Ok(Self {
            id: record.id,
            name: record.name.clone(),
            owner_id: record.owner.owner_id.clone(),
            owner_name: record.owner.name.clone(),
            role: record.owner.role,
            role_until: record.owner.role_until,
            secret: vault.open_text(APP_SECRET, &record.sealed_secret).ok_or_else(|| broken("secret"))?,
            signing_key: Arc::new(SigningKey::from_seed(&seed).ok_or_else(|| broken("signing key"))?),
            settings: serde_json::from_str(&record.settings).map_err(|_| broken("settings"))?,
            banned: record.banned,
            created: record.created,
        })
    }

    /// What the application is called where its names must not be: its number.
    pub fn public_id(&self) -> String {
        self.id.to_string()
    }

    /// Whether the owner may use the Seller API at `now` (Unix seconds).
    pub fn may_sell(&self, now: i64) -> bool {
        self.role == Role::Seller && self.role_until.is_none_or(|until| until > now)
    }
}

/// The form in which seller keys are stored.
type SellerKeyHash = [u8; 32];

#[derive(Default)]
struct Held {
    /// State of the database that the entries are of.
    version: i64,
    /// By owner id, then by name as the client spells it.
    by_name: HashMap<String, HashMap<String, Arc<App>>>,
    names: usize,
    /// By seller key, with the second when the key ends.
    by_key: HashMap<SellerKeyHash, (Arc<App>, Option<i64>)>,
    /// By application, then by name.
    variables: HashMap<i64, HashMap<String, Arc<Variable>>>,
    variable_bytes: usize,
}

/// The applications and their variables that were asked for.
#[derive(Default)]
pub(crate) struct Catalog(RwLock<Held>);

impl Catalog {
    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of the database's state; entries of an older one are dropped.
    pub(crate) fn renew(&self, version: i64) {
        if self.read().version < version {
            let mut held = self.write();
            if held.version < version {
                *held = Held { version, ..Held::default() };
            }
        }
    }

    pub(crate) fn variable(&self, app: i64, name: &str) -> Option<Arc<Variable>> {
        self.read().variables.get(&app)?.get(name).cloned()
    }

    /// Adds a variable that was read at the state `version`.
    pub(crate) fn add_variable(&self, version: i64, app: i64, variable: Arc<Variable>) {
        self.add(version, |held| {
            held.variable_bytes += variable.name.len() + variable.value.len();
            if held.variable_bytes > VARIABLE_BYTES {
                held.variables.clear();
                held.variable_bytes = 0;
            }
            held.variables.entry(app).or_default().insert(variable.name.clone(), variable);
        });
    }

    /// Adds an entry unless it is of an older state than the rest.
    fn add(&self, version: i64, add: impl FnOnce(&mut Held)) {
        self.renew(version);
        let mut held = self.write();
        if held.version == version {
            if held.names + held.by_key.len() >= CAPACITY {
                *held = Held { version, ..Held::default() };
            }
            add(&mut held);
        }
    }
}

impl Service {
    /// The application that a program names; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_name(&self, owner_id: &str, name: &str) -> Result<Option<Arc<App>>, ServiceError> {
        if let Some(app) = self.catalog.read().by_name.get(owner_id).and_then(|names| names.get(name)) {
            return Ok(Some(app.clone()));
        }
        let (owner, wanted) = (owner_id.to_owned(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, apps::by_owner_id(conn, &owner, &wanted)?))
        };
        let (version, record) = self.store.db().read(find).await?;
        let Some(record) = record else { return Ok(None) };
        let app = Arc::new(App::open(&record, &self.vault)?);
        self.catalog.add(version, |held| {
            held.names += 1;
            held.by_name.entry(owner_id.into()).or_default().insert(name.into(), app.clone());
        });
        Ok(Some(app))
    }

    /// The application that a seller key is for; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_seller_key(&self, key: &str) -> Result<Option<Arc<App>>, ServiceError> {
        let hash = sha256(key);
        let now = self.clock.now();
        if let Some((app, expires)) = self.catalog.read().by_key.get(&hash)
            && expires.is_none_or(|expires| expires > now)
        {
            return Ok(Some(app.clone()));
        }
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, apps::by_seller_key(conn, &hash, now)?))
        };
        let (version, found) = self.store.db().read(find).await?;
        let Some((record, expires)) = found else { return Ok(None) };
        let app = Arc::new(App::open(&record, &self.vault)?);
        self.catalog.add(version, |held| {
            held.by_key.insert(hash, (app.clone(), expires));
        });
        Ok(Some(app))
    }

    /// Looks whether owners or applications were changed, by whichever process.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_catalog(&self) -> Result<(), ServiceError> {
        let version = self.store.db().read(catalog::version).await?;
        self.catalog.renew(version);
        Ok(())
    }
}
