//! How the server behaves.

use std::{net::SocketAddr, path::PathBuf, thread};

use anyhow::{anyhow, bail};
use axum::http::HeaderName;
use claviger_server::AccessLogPlace;
use claviger_service::{
    AllowedTarget, FreeFailures, MailOptions, ScreenSources, Shares, people::ProviderOptions,
};
use ipnet::IpNet;

use super::{
    args::{LogFormat, ServeArgs, StoreArgs},
    backup::Backups,
    file::SettingsFile,
    limits::{self, Connections},
    link::{LISTEN, url_of},
    parse, provider,
    secret::Sources,
    store::Store,
    tls::TlsSettings,
    written::Named,
};

const CLIENT_IP_HEADER: &str = "x-forwarded-for";
/// Requests a minute. Polling programs behind one address and bots that list often stay below.
const CLIENT_RATE: u32 = 1200;
/// Handshakes a minute: a twentieth of a core for the dearest kind of key. Bots that keep no connection stay below.
const HANDSHAKE_RATE: u32 = 6000;
const SELLER_RATE: u32 = 1200;
/// Guesses a minute; far too few to find a key of 128 bits.
const SELLER_UNKNOWN_KEY_RATE: u32 = 30;
const DISK_LOW_PERCENT: u8 = 10;
const LOG: &str = "info";
const HASH_THREADS_MAX: usize = 1024;

/// Settings of `claviger serve`.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The settings file that counts, if there is one.
    pub(crate) settings_file: Option<PathBuf>,
    /// Where the data is.
    pub(crate) store: Store,
    /// Address and port to listen on.
    pub(crate) listen: SocketAddr,
    /// How connections are secured; `None`: by a proxy, or not at all.
    pub(crate) tls: Option<TlsSettings>,
    /// Address and port of plain HTTP that leads to HTTPS; `None`: there is none.
    pub(crate) redirect_listen: Option<SocketAddr>,
    /// Address of the server in links, without trailing slash; `None`: the one it listens on.
    pub(crate) public_url: Option<String>,
    /// Proxies whose [`Config::client_ip_header`] is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Whether they begin each connection with the PROXY protocol.
    pub(crate) proxy_protocol: bool,
    /// Header in which a trusted proxy names the client's address.
    pub(crate) client_ip_header: HeaderName,
    /// Address and port of `/metrics`; `None`: there is none.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Free hundredths of the disk of files below which owners may be told; 0: never.
    pub(crate) disk_low_percent: u8,
    /// Whether requests are limited at all.
    pub(crate) rate_limits: bool,
    /// Client API: requests a minute from one address; 0: no limit.
    pub(crate) client_rate: u32,
    /// Handshakes of TLS a minute from one address; 0: no limit.
    pub(crate) handshake_rate: u32,
    /// How many connections there may be, and how slow.
    pub(crate) connections: Connections,
    /// Seller API: requests a minute with one key; 0: no limit.
    pub(crate) seller_rate: u32,
    /// Seller API: requests a minute with unknown keys from one address; 0: no limit.
    pub(crate) seller_unknown_key_rate: u32,
    /// Seller API: licenses that an application may make in 24 hours; 0: no limit.
    pub(crate) seller_daily_licenses: i64,
    /// Failed logins that are free; 0: any number.
    pub(crate) free_failures: FreeFailures,
    /// How much each application may have of what its callers can fill.
    pub(crate) shares: Shares,
    /// How mails are sent; `None`: not at all.
    pub(crate) mail: Option<MailOptions>,
    /// Identity providers, by which people may sign in to the dashboard.
    pub(crate) identity_providers: Vec<ProviderOptions>,
    /// Inner addresses that the server may call.
    pub(crate) outgoing_allow: Vec<AllowedTarget>,
    /// Data of the checks for VPNs and leaked passwords.
    pub(crate) screens: ScreenSources,
    /// Backups that the server makes by itself.
    pub(crate) backups: Backups,
    /// One key pair signs for all applications.
    pub(crate) single_signing_key: bool,
    /// Threads that hash passwords.
    pub(crate) hash_threads: usize,
    /// Which log records are written.
    pub(crate) log: String,
    /// How log records look.
    pub(crate) log_format: LogFormat,
    /// Where a line is written for each request; `None`: nowhere.
    pub(crate) access_log: Option<AccessLogPlace>,
}

impl Config {
    /// The address in links, of a server that listens on `listen`.
    pub(crate) fn url_at(&self, listen: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| url_of(listen, self.tls.is_some()))
    }

    /// Reads the settings of the server.
    ///
    /// # Errors
    /// When a setting makes no sense; the text says which and what to write.
    pub(crate) fn resolve(store: StoreArgs, serve: ServeArgs) -> anyhow::Result<Self> {
        let file = SettingsFile::find(&store)?;
        Self::from_sources(store, serve, &file)
    }

    pub(super) fn from_sources(
        store: StoreArgs,
        serve: ServeArgs,
        file: &SettingsFile,
    ) -> anyhow::Result<Self> {
        let values = &file.values;
        let hash_threads = match serve.hash_threads.or(values.hash_threads) {
            Some(0) => bail!("hash_threads is 0: give at least one thread, or leave the setting out"),
            Some(threads) if threads > HASH_THREADS_MAX => bail!(
                "hash_threads is {threads}: at most {HASH_THREADS_MAX} make sense, as many as there are cores"
            ),
            Some(threads) => threads,
            None => thread::available_parallelism().map_or(1, usize::from),
        };
        let named = Named::read_by(&store, &serve, file);
        let (shares, free_failures) =
            (limits::shares(&serve, values)?, limits::free_failures(&serve, values));
        let connections = limits::connections(&serve, values)?;
        let mut store = Store::from_sources(store, file)?;
        let tls = TlsSettings::from_sources(&serve, file, &store.data_dir)?;
        let smtp_url = Sources {
            name: "smtp_url",
            given: serve.smtp_url,
            given_file: serve.smtp_url_file,
            in_file: values.smtp_url.as_ref(),
            in_file_file: values.smtp_url_file.as_ref(),
        };
        let smtp_url = smtp_url.find(file, &mut store.warnings)?.map(|found| found.text);
        let identity_providers = provider::providers(file, &mut store.warnings)?;
        let backups = Backups::from_sources(
            serve.backup,
            serve.backup_keep,
            serve.backup_every_hours,
            file,
            &mut store.warnings,
        )?;
        let metrics_listen = match (serve.metrics_listen, &values.metrics_listen) {
            (None, Some(text)) => Some(file.named("metrics_listen", parse::listen(text))?),
            (address, _) => address,
        };
        if let Some(address) = metrics_listen.filter(|address| !address.ip().is_loopback()) {
            store.warnings.push(format!(
                "metrics_listen is {address}, which is no loopback address: whoever reaches it reads how busy this server is"
            ));
        }
        let redirect_listen = match (serve.redirect_listen, &values.redirect_listen) {
            (None, Some(text)) => Some(file.named("redirect_listen", parse::listen(text))?),
            (address, _) => address,
        };
        let public_url = match (serve.public_url, &values.public_url) {
            (None, Some(text)) => Some(file.named("public_url", parse::public_url(text))?),
            (url, _) => url,
        };
        if redirect_listen.is_some() && !public_url.as_ref().is_some_and(|url| url.starts_with("https://")) {
            bail!("redirect_listen is set, public_url names no address with https: say where it is to lead");
        }
        if redirect_listen.is_none() && tls.as_ref().is_some_and(TlsSettings::is_asked_by_http) {
            bail!(
                "acme_challenge is http-01, redirect_listen is not set: the authority asks there, by port 80"
            );
        }
        let trusted_proxies = file.list(
            "trusted_proxies",
            serve.trusted_proxies,
            values.trusted_proxies.as_ref(),
            parse::network,
        )?;
        let proxy_protocol = serve.proxy_protocol.or(values.proxy_protocol).unwrap_or(false);
        if proxy_protocol && trusted_proxies.is_empty() {
            bail!(
                "proxy_protocol is on, and trusted_proxies is empty: name the proxies, or nobody can connect"
            );
        }
        let disk_low_percent = serve.disk_low_percent.or(values.disk_low_percent).unwrap_or(DISK_LOW_PERCENT);
        if disk_low_percent > 100 {
            bail!("disk_low_percent is {disk_low_percent}: give 0 to 100, hundredths of the disk");
        }
        let daily = serve.seller_daily_licenses.or(values.seller_daily_licenses).unwrap_or(0);
        let config = Self {
            settings_file: file.location(),
            store,
            listen: file.setting("listen", serve.listen, values.listen.as_ref(), LISTEN, parse::listen)?,
            tls,
            redirect_listen,
            public_url,
            trusted_proxies,
            proxy_protocol,
            client_ip_header: file.setting(
                "client_ip_header",
                serve.client_ip_header,
                values.client_ip_header.as_ref(),
                CLIENT_IP_HEADER,
                parse::header,
            )?,
            metrics_listen,
            disk_low_percent,
            rate_limits: serve.rate_limits.or(values.rate_limits).unwrap_or(true),
            handshake_rate: serve.handshake_rate.or(values.handshake_rate).unwrap_or(HANDSHAKE_RATE),
            client_rate: serve.client_rate.or(values.client_rate).unwrap_or(CLIENT_RATE),
            connections,
            seller_rate: serve.seller_rate.or(values.seller_rate).unwrap_or(SELLER_RATE),
            seller_unknown_key_rate: serve
                .seller_unknown_key_rate
                .or(values.seller_unknown_key_rate)
                .unwrap_or(SELLER_UNKNOWN_KEY_RATE),
            seller_daily_licenses: daily.into(),
            free_failures,
            shares,
            identity_providers,
            mail: mail(smtp_url, serve.smtp_from.or_else(|| values.smtp_from.clone()))?,
            outgoing_allow: file.list(
                "outgoing_allow",
                serve.outgoing_allow,
                values.outgoing_allow.as_ref(),
                parse::target,
            )?,
            screens: ScreenSources {
                vpn_list: serve.vpn_list.or(file.path(values.vpn_list.as_ref())),
                asn_table: serve.asn_table.or(file.path(values.asn_table.as_ref())),
                countries: serve.geoip_file.or(file.path(values.geoip_file.as_ref())),
                leaked_passwords: serve.leaked_passwords.or_else(|| {
                    let text = values.leaked_passwords.as_ref()?;
                    Some(parse::leaked_passwords(text, file.folder()))
                }),
            },
            backups,
            single_signing_key: serve.single_signing_key.or(values.single_signing_key).unwrap_or(false),
            hash_threads,
            log: file.setting("log", serve.log, values.log.as_ref(), LOG, parse::log_filter)?,
            log_format: serve.log_format.or(values.log_format).unwrap_or_default(),
            access_log: match (serve.access_log, &values.access_log) {
                (Some(text), _) => {
                    parse::access_log(&text, None).map_err(|why| anyhow!("access_log: {why}"))?
                }
                (None, Some(text)) => file.named("access_log", parse::access_log(text, file.folder()))?,
                (None, None) => None,
            },
        };
        let Store { database, master_key, .. } = &config.store;
        named.refuse_overwriting(database, master_key, config.tls.as_ref(), config.access_log.as_ref())?;
        config.refuse_one_address_twice()?;
        Ok(config)
    }

    /// Refuses two listeners at one address: the second would not start.
    fn refuse_one_address_twice(&self) -> anyhow::Result<()> {
        let others = [("metrics_listen", self.metrics_listen), ("redirect_listen", self.redirect_listen)];
        let all = [("listen", Some(self.listen))].into_iter().chain(others);
        let mut seen = Vec::new();
        // The system chooses another port each time where that is 0.
        for (name, address) in
            all.filter_map(|(name, address)| Some((name, address.filter(|a| a.port() > 0)?)))
        {
            if let Some((first, _)) = seen.iter().find(|(_, other)| *other == address) {
                bail!("{name} and {first} are both {address}: give each an address of its own");
            }
            seen.push((name, address));
        }
        Ok(())
    }
}

/// Both settings of mails, or none.
fn mail(url: Option<String>, from: Option<String>) -> anyhow::Result<Option<MailOptions>> {
    match (url, from) {
        (Some(url), Some(from)) => Ok(Some(MailOptions { url, from })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("smtp_url is set, smtp_from is not: mails need a sender"),
        (None, Some(_)) => bail!("smtp_from is set, smtp_url is not: mails need a server"),
    }
}
