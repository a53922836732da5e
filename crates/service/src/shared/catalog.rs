//! Owners and applications, held in memory because every request needs them. Any process may change them; see
//! [`claviger_store::catalog`].

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use claviger_domain::{
    AppSettings, ClientAddress, FormerKeyPair, KeyPairs, Network, Role, Secret, SellerRights, SigningKey,
    fold, former,
};
use claviger_store::{StoreError, apps::AppRecord, seller_keys::FoundKey, variables::Variable};

use crate::{
    error::ServiceError,
    shared::{
        master_key::purpose::{APP_SECRET, SIGNING_KEY},
        tally::{Tallies, Tally},
        vault::Vault,
    },
};

/// Entries held at most; far more than most servers have applications.
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
    /// Sign the replies of API 1.3.
    pub key_pairs: KeyPairs,
    /// What the owner has set.
    pub settings: AppSettings,
    /// Banned by the operator.
    pub banned: bool,
    /// Unix second of creation.
    pub created: i64,
    /// Counts what happens; of an application that is not held in memory, nobody reads it.
    pub(crate) tally: Arc<Tally>,
}

impl App {
    /// Decrypts and parses what the database holds.
    pub(crate) fn open(record: &AppRecord, vault: &Vault) -> Result<Self, ServiceError> {
        let broken = |what: &str| {
            let app = format!("{}/{}", record.owner.name, record.name);
            ServiceError::Store(StoreError::Unexpected(format!("{what} of application {app}")))
        };
        let key = |sealed: &[u8]| {
            let seed = vault.open(SIGNING_KEY, sealed);
            let key = seed.and_then(|seed| SigningKey::from_seed(&seed)).map(Arc::new);
            key.ok_or_else(|| broken("signing key"))
        };
        let former = record.former_key_pairs.iter().map(|former| {
            Ok(FormerKeyPair {
                number: former.number.unsigned_abs(),
                key: key(&former.sealed)?,
                versions: former.versions.clone(),
                replaced_ms: former.replaced_ms,
                until: former.until,
            })
        });
        let former = former.collect::<Result<Vec<_>, ServiceError>>()?;
        Ok(Self {
            id: record.id,
            name: record.name.clone(),
            owner_id: record.owner.owner_id.clone(),
            owner_name: record.owner.name.clone(),
            role: record.owner.role,
            role_until: record.owner.role_until,
            secret: vault.open_text(APP_SECRET, &record.sealed_secret).ok_or_else(|| broken("secret"))?,
            key_pairs: KeyPairs::new(
                record.key_pair.unsigned_abs(),
                key(&record.sealed_signing_key)?,
                former,
            ),
            settings: serde_json::from_str(&record.settings).map_err(|_| broken("settings"))?,
            banned: record.banned,
            created: record.created,
            tally: Arc::default(),
        })
    }

    /// The application, whose events are counted.
    pub(crate) fn counted(self, tallies: &Tallies) -> Self {
        let tally = tallies.of(self.id);
        tally.set_version(&self.settings.version);
        Self { tally, ..self }
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

/// A seller key, ready to answer requests.
#[derive(Debug)]
pub struct SellerKey {
    /// The application that it is for.
    pub app: Arc<App>,
    /// Serial number in the application.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Last four characters of the secret that was shown.
    pub hint: String,
    /// What it may do.
    pub rights: SellerRights,
    /// From where it may be used; empty: from anywhere.
    addresses: Vec<Network>,
    /// Unix second from which it is refused.
    until: Option<i64>,
}

impl SellerKey {
    /// Parses what the database holds.
    pub(crate) fn open(app: Arc<App>, found: FoundKey) -> Result<Self, ServiceError> {
        let key = found.key;
        let broken = |what: &str| {
            let sentence = format!("{what} of the seller key `{}` of application {}", key.name, app.name);
            ServiceError::Store(StoreError::Unexpected(sentence))
        };
        let rights = key.rights.parse().map_err(|_| broken("rights"))?;
        let addresses = parse_addresses(&key.addresses).map_err(|_| broken("addresses"))?;
        let until = [key.until, found.expires].into_iter().flatten().min();
        Ok(Self { id: key.id, name: key.name, hint: found.hint, rights, addresses, until, app })
    }

    /// Whether the key may be used from an address. One that is unknown is in no list.
    pub fn allows_from(&self, ip: ClientAddress) -> bool {
        let in_list = |ip| self.addresses.iter().any(|network| network.contains(ip));
        self.addresses.is_empty() || ip.known().is_some_and(in_list)
    }
}

/// Networks, separated by commas.
pub(crate) fn parse_addresses(text: &str) -> Result<Vec<Network>, String> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| entry.parse().map_err(|error: claviger_domain::NetworkError| error.to_string()))
        .collect()
}

/// The form in which seller keys are stored.
pub(crate) type SellerKeyHash = [u8; 32];

#[derive(Default)]
struct Held {
    /// State of the database that the entries are of.
    version: i64,
    /// By owner id, then by name, folded: however many spellings there are, each application is held once.
    by_name: HashMap<String, HashMap<String, Arc<App>>>,
    names: usize,
    by_key: HashMap<SellerKeyHash, Arc<SellerKey>>,
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

    /// The application that a program names.
    pub(crate) fn by_name(&self, owner_id: &str, name: &str) -> Option<Arc<App>> {
        self.read().by_name.get(owner_id)?.get(&*key(name)?).cloned()
    }

    /// Adds an application, as a program named it, that was read at the state `version`.
    pub(crate) fn add_by_name(&self, version: i64, owner_id: &str, name: &str, app: Arc<App>) {
        let Some(name) = key(name) else { return };
        self.add(version, |held| {
            let known = held.by_name.entry(owner_id.into()).or_default().insert(name.into_owned(), app);
            held.names += usize::from(known.is_none());
        });
    }

    /// A seller key, unless it has ended by `now` (Unix seconds).
    pub(crate) fn seller_key(&self, hash: &SellerKeyHash, now: i64) -> Option<Arc<SellerKey>> {
        let held = self.read();
        let key = held.by_key.get(hash)?;
        key.until.is_none_or(|until| until > now).then(|| key.clone())
    }

    /// Adds a seller key that was read at the state `version`.
    pub(crate) fn add_seller_key(&self, version: i64, hash: SellerKeyHash, key: Arc<SellerKey>) {
        self.add(version, |held| {
            held.by_key.insert(hash, key);
        });
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

    /// How many names are held.
    #[cfg(test)]
    pub(crate) fn names(&self) -> usize {
        self.read().by_name.values().map(HashMap::len).sum()
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

/// What an application is held by. `None` for a name that may be another application's, kept by an older release: such
/// spellings are rare, and looked up each time.
fn key(name: &str) -> Option<Cow<'_, str>> {
    former(name).is_none().then(|| fold(name))
}
