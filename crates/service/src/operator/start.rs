//! Starting up: the database, the master key and the default key pair.

use std::{sync::Arc, thread, time::Duration};

use claviger_capacity::{Bounds, Gate, Resource};
use claviger_domain::{Clock, Random, SigningKey};
use claviger_outgoing::{Mailer, Outgoing, OutgoingOptions};
use claviger_store::{Database, Store, is_without_its_log, refuse_stray_log, server_keys};
use tokio::sync::Notify;

use super::progress::patiently;
use crate::{
    Options, Service, ServiceError,
    shared::{
        asked::Asked,
        attempts::Attempts,
        calls::Calls,
        endings::EndingsCache,
        file_store::FileStore,
        key_uses::KeyUses,
        mails::Mails,
        master_key::{Marks, MasterKeyError, MasterKeySource, purpose::SIGNING_KEY},
        passwords::Passwords,
        provider::Provider,
        screens::Screens,
        spool::Spools,
        stats::{QUICK_FOR_PEOPLE, QUICK_FOR_PROGRAMS, StatsCache},
        vault::Vault,
    },
};

/// Names of others' accounts that an owner may hit upon within an hour.
const FOREIGN_NAMES_MAX: u32 = 10;
/// How long closing the database may take at the end.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

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
        refuse_emptied(&database, &options.master_key)?;
        let store = patiently("opening the database", Store::open(database, clock.now())).await?;
        let vault = open_vault(&store, &options.master_key, &random).await?;
        let default_key = open_default_key(&store, &vault, &*random).await?;
        let passwords = Passwords::start(options.hash_threads)
            .map_err(|error| ServiceError::System(format!("cannot start a thread: {error}")))?;
        let (outgoing, mailer) = open_outgoing(&options)?;
        let (sources, calling) = (options.screens.clone(), outgoing.clone());
        let reading = tokio::task::spawn_blocking(move || Screens::open(&sources, &calling));
        let screens = patiently("reading the lists of VPNs and leaked passwords", reading)
            .await
            .map_err(|error| ServiceError::System(error.to_string()))??;
        Ok(Self {
            store,
            clock,
            random,
            vault,
            passwords,
            catalog: Default::default(),
            known_apps: Default::default(),
            stats: StatsCache::new(QUICK_FOR_PROGRAMS),
            seller_stats: StatsCache::new(QUICK_FOR_PROGRAMS),
            figures: StatsCache::new(QUICK_FOR_PEOPLE),
            endings: EndingsCache::default(),
            subscribers: StatsCache::new(QUICK_FOR_PEOPLE),
            notes: StatsCache::new(QUICK_FOR_PEOPLE),
            proxies: Default::default(),
            tallies: Default::default(),
            watching: Default::default(),
            pulses: Default::default(),
            attempts: Attempts::new(options.free_failures),
            alerts: Default::default(),
            tries: Default::default(),
            key_uses: KeyUses::default(),
            key_attempts: Attempts::a_minute(options.unknown_seller_keys),
            proven_keys: Default::default(),
            people_attempts: Attempts::new(options.free_failures.or_default()),
            foreign_names: Asked::new(FOREIGN_NAMES_MAX),
            bulk: Gate::new(Resource::Bulk),
            jobs_wait: Notify::new(),
            lists: Gate::new(Resource::Lists),
            snapshots: Gate::new(Resource::Snapshots),
            walks: Gate::new(Resource::Walks),
            downloads: Gate::new(Resource::Downloads),
            digests: Gate::with(Resource::Digests, digest_bounds()),
            uploads: Gate::new(Resource::Uploads),
            unfinished: Default::default(),
            quotas: Default::default(),
            spools: Spools::new(options.files_dir.clone(), options.file_max_bytes),
            calls: Calls::new(outgoing.clone()),
            providers: options.identity_providers.iter().cloned().map(Provider::new).collect(),
            outgoing,
            mails: mailer.map(Mails::new),
            screens: Arc::new(screens),
            delivering: Gate::new(Resource::Deliveries),
            line_budgets: Default::default(),
            deliver: Notify::new(),
            webhook_calls: Default::default(),
            files: FileStore::new(options.files_dir.clone(), options.file_max_bytes),
            vain: Default::default(),
            weak_masks: Default::default(),
            default_key: Arc::new(default_key),
            options,
        })
    }

    /// Closes the database, for the end of a process: a SQLite file is whole then without the log beside it, unless another
    /// process has it open. What is asked for later is refused.
    pub async fn close(&self) {
        if !self.store.close(CLOSE_WITHIN).await {
            tracing::warn!(
                "the database's log is not written into its file yet: a copy needs both, and the next start does it"
            );
        }
    }
}

/// As many as there are processors.
fn digest_bounds() -> Bounds {
    let bounds = Resource::Digests.bounds();
    let all = thread::available_parallelism().map_or(1, usize::from).max(bounds.all);
    Bounds { all, tenant: all / 2, ..bounds }
}

/// A database without its data would be taken for a new one, and what was in it be gone for good.
///
/// # Errors
/// When a log of changes lies beside a file that is empty or not there; or the file is empty, or a copy without such a log,
/// but there is a master key already.
pub(super) fn refuse_emptied(database: &Database, master_key: &MasterKeySource) -> Result<(), ServiceError> {
    refuse_stray_log(database)?;
    let Database::Sqlite(path) = database else { return Ok(()) };
    if !master_key.is_there() {
        return Ok(());
    }
    let shown = path.display();
    if path.metadata().is_ok_and(|found| found.len() == 0) {
        return Err(ServiceError::Refused(format!(
            "the database {shown} is empty, but was in use: it was cut off, or never restored. Put a backup there; if \
             nothing was in it, remove the empty file"
        )));
    }
    if is_without_its_log(database) {
        return Err(ServiceError::Refused(format!(
            "the database {shown} has no tables, but was in use: it is a copy without the file {shown}-wal, in which all \
             was. Put that beside it, or a backup in its place; if nothing was in it, remove the file"
        )));
    }
    Ok(())
}

fn open_outgoing(options: &Options) -> Result<(Arc<Outgoing>, Option<Mailer>), ServiceError> {
    let outgoing = Outgoing::new(OutgoingOptions {
        allow: options.outgoing_allow.clone(),
        own_url: options.own_url.clone(),
    });
    let outgoing = outgoing.map_err(|error| ServiceError::System(error.to_string()))?;
    let mailer = options.mail.as_ref().map(Mailer::new).transpose();
    Ok((Arc::new(outgoing), mailer.map_err(|error| ServiceError::Refused(error.to_string()))?))
}

async fn open_vault(
    store: &Store,
    source: &MasterKeySource,
    random: &Arc<dyn Random>,
) -> Result<Arc<Vault>, ServiceError> {
    let marks = store.db().read(Marks::read).await?;
    let (source, random) = (source.clone(), random.clone());
    // A passphrase takes its time.
    let opening = move || match Vault::load(&source)? {
        Some(vault) => vault.settle(&marks).map(|()| vault),
        // A new key beside an old database would open nothing in it.
        None if marks.signing_key.is_some() => Err(MasterKeyError::Missing(source.to_string())),
        None => {
            let vault = Vault::create(&source, &*random)?;
            tracing::info!(file = %source, "made the master key; keep a copy apart from the database's backups");
            Ok(vault)
        }
    };
    let opened = tokio::task::spawn_blocking(opening).await;
    Ok(Arc::new(opened.map_err(|error| ServiceError::System(error.to_string()))??))
}

async fn open_default_key(
    store: &Store,
    vault: &Vault,
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
        .ok_or_else(|| MasterKeyError::Wrong(vault.source().to_string()).into())
}
