//! Settings. Flags win over the environment (`CLAVIGER_…`), that over the TOML file, that over the defaults.

mod args;
mod file;
mod parse;

use std::{fmt, net::SocketAddr, path::PathBuf, thread};

use anyhow::bail;
use axum::http::HeaderName;
use claviger_service::Database;
use ipnet::IpNet;

pub(crate) use args::{LogFormat, ServeArgs, StoreArgs};
use file::SettingsFile;

/// Where things are kept unless a setting says otherwise.
const DATA_DIR: &str = "claviger-data";
const SQLITE_FILE: &str = "claviger.db";
const MASTER_KEY_FILE: &str = "master.key";
const LISTEN: &str = "127.0.0.1:8080";
const CLIENT_IP_HEADER: &str = "x-forwarded-for";
/// Requests a minute. Polling programs behind one address and bots that list often stay below.
const CLIENT_RATE: u32 = 1200;
const SELLER_RATE: u32 = 1200;
/// Guesses a minute; far too few to find a key of 128 bits.
const SELLER_UNKNOWN_KEY_RATE: u32 = 30;
const LOG: &str = "info";

/// Where the data is. Every command needs it.
#[derive(Clone)]
pub(crate) struct Store {
    /// Folder of everything that is not elsewhere.
    pub(crate) data_dir: PathBuf,
    /// The database.
    pub(crate) database: Database,
    /// File with the key that other keys are encrypted with.
    pub(crate) master_key_file: PathBuf,
}

impl Store {
    /// Reads the settings for a command that only works on the data.
    ///
    /// # Errors
    /// When a setting makes no sense; the text says which and what to write.
    pub(crate) fn resolve(args: StoreArgs) -> anyhow::Result<Self> {
        let file = SettingsFile::find(&args)?;
        Self::from_sources(args, &file)
    }

    fn from_sources(args: StoreArgs, file: &SettingsFile) -> anyhow::Result<Self> {
        let values = &file.values;
        let data_dir = args.data_dir.or(file.path(values.data_dir.as_ref())).unwrap_or(DATA_DIR.into());
        let database = match (&args.database, &values.database) {
            (Some(text), _) => parse::database(text, None).map_err(anyhow::Error::msg)?,
            (None, Some(text)) => file.named(parse::database(text, file.folder()))?,
            (None, None) => Database::Sqlite(data_dir.join(SQLITE_FILE)),
        };
        let master_key_file = args
            .master_key_file
            .or(file.path(values.master_key_file.as_ref()))
            .unwrap_or_else(|| data_dir.join(MASTER_KEY_FILE));
        Ok(Self { data_dir, database, master_key_file })
    }

    /// The database as it may stand in a log: without user and password.
    pub(crate) fn database_label(&self) -> String {
        match &self.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => parse::without_secrets(url),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Store")
            .field("data_dir", &self.data_dir)
            .field("database", &self.database_label())
            .field("master_key_file", &self.master_key_file)
            .finish()
    }
}

/// Settings of `claviger serve`.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where the data is.
    pub(crate) store: Store,
    /// Address and port to listen on.
    pub(crate) listen: SocketAddr,
    /// Address of the server in links, without trailing slash; `None`: the one it listens on.
    pub(crate) public_url: Option<String>,
    /// Proxies whose [`Config::client_ip_header`] is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Header in which a trusted proxy names the client's address.
    pub(crate) client_ip_header: HeaderName,
    /// Whether requests are limited at all.
    pub(crate) rate_limits: bool,
    /// Client API: requests a minute from one address; 0: no limit.
    pub(crate) client_rate: u32,
    /// Seller API: requests a minute with one key; 0: no limit.
    pub(crate) seller_rate: u32,
    /// Seller API: requests a minute with unknown keys from one address; 0: no limit.
    pub(crate) seller_unknown_key_rate: u32,
    /// Seller API: licenses that an application may make in 24 hours; 0: no limit.
    pub(crate) seller_daily_licenses: i64,
    /// One key pair signs for all applications.
    pub(crate) single_signing_key: bool,
    /// Threads that hash passwords.
    pub(crate) hash_threads: usize,
    /// Which log records are written.
    pub(crate) log: String,
    /// How log records look.
    pub(crate) log_format: LogFormat,
}

impl Config {
    /// Reads the settings of the server.
    ///
    /// # Errors
    /// When a setting makes no sense; the text says which and what to write.
    pub(crate) fn resolve(store: StoreArgs, serve: ServeArgs) -> anyhow::Result<Self> {
        let file = SettingsFile::find(&store)?;
        Self::from_sources(store, serve, &file)
    }

    fn from_sources(store: StoreArgs, serve: ServeArgs, file: &SettingsFile) -> anyhow::Result<Self> {
        let values = &file.values;
        let proxies = match (serve.trusted_proxies, &values.trusted_proxies) {
            (Some(networks), _) => networks,
            (None, Some(texts)) => {
                texts.iter().map(|text| file.named(parse::network(text))).collect::<Result<_, _>>()?
            }
            (None, None) => Vec::new(),
        };
        let hash_threads = match serve.hash_threads.or(values.hash_threads) {
            Some(0) => bail!("hash_threads is 0: give at least one thread, or leave the setting out"),
            Some(threads) => threads,
            None => thread::available_parallelism().map_or(1, usize::from),
        };
        let daily = serve.seller_daily_licenses.or(values.seller_daily_licenses).unwrap_or(0);
        Ok(Self {
            store: Store::from_sources(store, file)?,
            listen: file.setting(serve.listen, values.listen.as_ref(), LISTEN, parse::listen)?,
            public_url: match (serve.public_url, &values.public_url) {
                (None, Some(text)) => Some(file.named(parse::public_url(text))?),
                (url, _) => url,
            },
            trusted_proxies: proxies,
            client_ip_header: file.setting(
                serve.client_ip_header,
                values.client_ip_header.as_ref(),
                CLIENT_IP_HEADER,
                parse::header,
            )?,
            rate_limits: serve.rate_limits.or(values.rate_limits).unwrap_or(true),
            client_rate: serve.client_rate.or(values.client_rate).unwrap_or(CLIENT_RATE),
            seller_rate: serve.seller_rate.or(values.seller_rate).unwrap_or(SELLER_RATE),
            seller_unknown_key_rate: serve
                .seller_unknown_key_rate
                .or(values.seller_unknown_key_rate)
                .unwrap_or(SELLER_UNKNOWN_KEY_RATE),
            seller_daily_licenses: daily.into(),
            single_signing_key: serve.single_signing_key.or(values.single_signing_key).unwrap_or(false),
            hash_threads,
            log: file.setting(serve.log, values.log.as_ref(), LOG, parse::log_filter)?,
            log_format: serve.log_format.or(values.log_format).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests;
