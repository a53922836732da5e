//! Starting up: the database, the master key and the default key pair.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use claviger_domain::{Clock, Random, SigningKey};
use claviger_store::{Database, Store, server_keys};

use crate::{
    Passwords, Service, ServiceError,
    catalog::SIGNING_KEY,
    vault::{Vault, VaultError},
};

/// Listings that may run at once; each holds a thread and a snapshot of the database.
const LISTINGS_MAX: usize = 8;

/// How a service is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the master key is.
    pub master_key_file: PathBuf,
    /// Sign all replies of API 1.3 with the default key pair instead of one per application.
    pub single_signing_key: bool,
    /// Threads that hash passwords.
    pub hash_threads: usize,
    /// Licenses that one application may make through the Seller API in 24 hours; 0: no limit.
    pub seller_daily_licenses: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            master_key_file: "master.key".into(),
            single_signing_key: false,
            hash_threads: 1,
            seller_daily_licenses: 0,
        }
    }
}

impl Service {
    /// Opens the database, brings its schema up to date and reads the keys. At the first start it makes the master
    /// key and the default Ed25519 key pair.
    ///
    /// # Errors
    /// When the database cannot be opened, is newer than this program, or was set up with another master key.
    pub async fn open(
        database: Database,
        options: Options,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, ServiceError> {
        let store = Store::open(database, clock.now()).await?;
        let vault = open_vault(&store, &options.master_key_file, &*random).await?;
        let default_key = open_default_key(&store, &vault, &options.master_key_file, &*random).await?;
        let passwords = Passwords::start(options.hash_threads)
            .map_err(|error| ServiceError::System(format!("cannot start a thread: {error}")))?;
        Ok(Self {
            store,
            clock,
            random,
            vault,
            passwords,
            catalog: Default::default(),
            stats: Default::default(),
            listings: tokio::sync::Semaphore::new(LISTINGS_MAX),
            default_key: Arc::new(default_key),
            options,
        })
    }
}

async fn open_vault(store: &Store, path: &Path, random: &dyn Random) -> Result<Vault, ServiceError> {
    if let Some(vault) = Vault::load(path)? {
        return Ok(vault);
    }
    // A new key beside an old database would open nothing in it.
    if store.db().read(|conn| server_keys::get(conn, SIGNING_KEY)).await?.is_some() {
        return Err(VaultError::Missing(path.display().to_string()).into());
    }
    let vault = Vault::create(path, random)?;
    tracing::info!(file = %path.display(), "made the master key; keep a copy apart from the database's backups");
    Ok(vault)
}

async fn open_default_key(
    store: &Store,
    vault: &Vault,
    path: &Path,
    random: &dyn Random,
) -> Result<SigningKey, ServiceError> {
    let mut seed = [0; SigningKey::SEED_LEN];
    random.fill(&mut seed);
    let fresh = vault.seal(SIGNING_KEY, &seed);
    let get = |conn: &mut claviger_store::Conn<'_>| server_keys::get(conn, SIGNING_KEY);
    let sealed = match store.db().read(get).await? {
        Some(sealed) => Some(sealed),
        None => {
            // Of two nodes that start at once, the first one's key stays.
            let add = move |conn: &mut claviger_store::Conn<'_>| {
                server_keys::add(conn, SIGNING_KEY, &fresh)?;
                server_keys::get(conn, SIGNING_KEY)
            };
            store.db().write(add).await?
        }
    };
    sealed
        .and_then(|sealed| vault.open(SIGNING_KEY, &sealed))
        .and_then(|seed| SigningKey::from_seed(&seed))
        .ok_or_else(|| VaultError::Wrong(path.display().to_string()).into())
}
