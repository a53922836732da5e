//! TEMPORARY (replaced by the real one): the interface that the commands use.
use std::{net::SocketAddr, path::PathBuf};
use axum::http::HeaderName;
use claviger_service::Database;
use ipnet::IpNet;

#[derive(clap::Args)]
pub(crate) struct StoreArgs {
    #[arg(long, global = true, env = "CLAVIGER_DATA_DIR")]
    data_dir: Option<PathBuf>,
    #[arg(long, global = true, env = "CLAVIGER_DATABASE")]
    database: Option<String>,
    #[arg(long, global = true, env = "CLAVIGER_MASTER_KEY_FILE")]
    master_key_file: Option<PathBuf>,
}
#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    #[arg(long, env = "CLAVIGER_LISTEN")]
    listen: Option<SocketAddr>,
}
pub(crate) struct Store {
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Database,
    pub(crate) master_key_file: PathBuf,
}
impl Store {
    pub(crate) fn resolve(args: StoreArgs) -> anyhow::Result<Self> {
        let data_dir = args.data_dir.unwrap_or("claviger-data".into());
        let database = match args.database {
            Some(url) => Database::Postgres(url),
            None => Database::Sqlite(data_dir.join("claviger.db")),
        };
        let master_key_file = args.master_key_file.unwrap_or(data_dir.join("master.key"));
        Ok(Self { data_dir, database, master_key_file })
    }
    pub(crate) fn database_label(&self) -> String { "x".into() }
}
pub(crate) struct Config {
    pub(crate) store: Store,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) client_ip_header: HeaderName,
    pub(crate) rate_limits: bool,
    pub(crate) client_rate: u32,
    pub(crate) seller_rate: u32,
    pub(crate) seller_unknown_key_rate: u32,
    pub(crate) seller_daily_licenses: i64,
    pub(crate) single_signing_key: bool,
    pub(crate) hash_threads: usize,
}
impl Config {
    pub(crate) fn resolve(store: StoreArgs, args: ServeArgs) -> anyhow::Result<Self> {
        Ok(Self { store: Store::resolve(store)?, listen: args.listen.unwrap_or(([127,0,0,1],8080).into()), public_url: None,
          trusted_proxies: vec![], client_ip_header: HeaderName::from_static("x-forwarded-for"), rate_limits: true, client_rate: 1200,
          seller_rate: 1200, seller_unknown_key_rate: 30, seller_daily_licenses: 0, single_signing_key: false, hash_threads: 2 })
    }
}
