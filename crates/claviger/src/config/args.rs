//! Settings as flags and environment variables.

use std::{net::SocketAddr, path::PathBuf};

use axum::http::HeaderName;
use clap::{Args, ValueEnum, builder::BoolishValueParser};
use claviger_service::AllowedTarget;
use ipnet::IpNet;
use serde::Deserialize;

use super::{
    acme_args::AcmeArgs,
    backup_args::{KeepArgs, PlaceArgs},
    parse,
};
use crate::deed::Deed;

/// Where the data is.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Data")]
pub(crate) struct StoreArgs {
    /// Settings file (TOML) [default: claviger.toml in the data folder, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "CLAVIGER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the database and the master key [default: ./claviger-data]
    #[arg(long, global = true, value_name = "DIR", env = "CLAVIGER_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// SQLite file, or postgres://USER:PASSWORD@HOST/NAME [default: claviger.db in the data folder]
    // Kept as text: the parser of flags would repeat a refused value, password and all.
    #[arg(long, global = true, value_name = "FILE|URL", env = "CLAVIGER_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// File that holds what --database would say, so that no list of processes shows the password
    #[arg(long, global = true, value_name = "FILE", env = "CLAVIGER_DATABASE_FILE")]
    pub(crate) database_file: Option<PathBuf>,
    /// File with the key that encrypts secrets in the database [default: master.key in the data folder]
    #[arg(long, global = true, value_name = "FILE", env = "CLAVIGER_MASTER_KEY_FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// File with the passphrase that protects the master key
    #[arg(long, global = true, value_name = "FILE", env = "CLAVIGER_MASTER_PASSPHRASE_FILE")]
    pub(crate) master_passphrase_file: Option<PathBuf>,
    /// Folder of uploaded files; nodes share it [default: files in the data folder]
    #[arg(long, global = true, value_name = "DIR", env = "CLAVIGER_FILES_DIR")]
    pub(crate) files_dir: Option<PathBuf>,
    /// Largest file that programs download, in bytes [default: 16777216]
    #[arg(long, global = true, value_name = "NUMBER", env = "CLAVIGER_FILE_MAX_BYTES")]
    pub(crate) file_max_bytes: Option<u64>,
    /// What all uploads of one application may have together, in bytes [default: 1073741824]
    #[arg(long, global = true, value_name = "NUMBER", env = "CLAVIGER_APP_UPLOAD_BYTES")]
    pub(crate) app_upload_bytes: Option<u64>,
    /// What the command changes; it goes wherever the data are opened.
    #[arg(skip)]
    pub(crate) deed: Option<Deed>,
}

/// How the server behaves.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServeArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "CLAVIGER_LISTEN", value_parser = parse::listen)]
    pub(crate) listen: Option<SocketAddr>,
    /// File with the certificate and those above it (PEM), to speak HTTPS without a proxy
    #[arg(long, value_name = "FILE", env = "CLAVIGER_TLS_CERT_FILE")]
    pub(crate) tls_cert_file: Option<PathBuf>,
    /// File with the private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", env = "CLAVIGER_TLS_KEY_FILE")]
    pub(crate) tls_key_file: Option<PathBuf>,
    /// With them: seconds for which browsers are told to come by HTTPS only, 0: never [default: 31536000]
    #[arg(long, value_name = "SECONDS", env = "CLAVIGER_HSTS_MAX_AGE_SECONDS")]
    pub(crate) hsts_max_age_seconds: Option<u32>,
    #[command(flatten)]
    pub(crate) acme: AcmeArgs,
    /// Address and port of plain HTTP, which leads browsers to --public-url and refuses programs [default: none]
    #[arg(long, value_name = "ADDRESS", env = "CLAVIGER_REDIRECT_LISTEN", value_parser = parse::listen)]
    pub(crate) redirect_listen: Option<SocketAddr>,
    /// Address of this server in links [default: http://LISTEN, or https://LISTEN]
    #[arg(long, value_name = "URL", env = "CLAVIGER_PUBLIC_URL", value_parser = parse::public_url)]
    pub(crate) public_url: Option<String>,
    /// Addresses and networks of proxies that tell the client's address, separated by commas
    #[arg(long, value_name = "NETWORKS", env = "CLAVIGER_TRUSTED_PROXIES", value_delimiter = ',',
        value_parser = parse::network)]
    pub(crate) trusted_proxies: Option<Vec<IpNet>>,
    /// Take connections from them alone, each begun with the PROXY protocol [default: false]
    #[arg(long, value_name = "BOOL", env = "CLAVIGER_PROXY_PROTOCOL", num_args = 0..=1,
        default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) proxy_protocol: Option<bool>,
    /// Header in which they tell it [default: X-Forwarded-For]
    #[arg(long, value_name = "NAME", env = "CLAVIGER_CLIENT_IP_HEADER", value_parser = parse::header)]
    pub(crate) client_ip_header: Option<HeaderName>,
    /// Limit requests at all [default: true]
    #[arg(long, value_name = "BOOL", env = "CLAVIGER_RATE_LIMITS", value_parser = BoolishValueParser::new())]
    pub(crate) rate_limits: Option<bool>,
    /// Address and port for those who watch the server: /metrics, for Prometheus; nobody is asked who he is
    #[arg(long, value_name = "ADDRESS", env = "CLAVIGER_METRICS_LISTEN", value_parser = parse::listen)]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Client API: requests a minute from one address, 0 for no limit [default: 1200]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_CLIENT_RATE")]
    pub(crate) client_rate: Option<u32>,
    /// TLS: handshakes a minute from one address that is no trusted proxy, 0 for no limit [default: 6000]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_HANDSHAKE_RATE")]
    pub(crate) handshake_rate: Option<u32>,
    /// Connections at once [default: as many as file descriptors are enough for, 16384 at most]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
    /// Connections at once from one address (IPv6: a /64) that is no trusted proxy [default: 256]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_MAX_CONNECTIONS_PER_ADDRESS")]
    pub(crate) max_connections_per_address: Option<usize>,
    /// Seconds that a connection is kept without a request [default: 75]
    #[arg(long, value_name = "SECONDS", env = "CLAVIGER_IDLE_SECONDS")]
    pub(crate) idle_seconds: Option<u32>,
    /// Seconds after which whoever sends or takes less than 1 KiB a second is cut off [default: 20]
    #[arg(long, value_name = "SECONDS", env = "CLAVIGER_SLOW_SECONDS")]
    pub(crate) slow_seconds: Option<u32>,
    /// Seller API: requests a minute for one application, 0 for no limit [default: 1200]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_SELLER_RATE")]
    pub(crate) seller_rate: Option<u32>,
    /// Seller API: requests a minute with unknown keys from one address, 0 for no limit [default: 30]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_SELLER_UNKNOWN_KEY_RATE")]
    pub(crate) seller_unknown_key_rate: Option<u32>,
    /// Seller API: licenses that one application may make in 24 hours, 0 for no limit [default: 0]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_SELLER_DAILY_LICENSES")]
    pub(crate) seller_daily_licenses: Option<u32>,
    /// Failed logins with one user's name before there are pauses, 0 for no limit [default: 10]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_LOGIN_FAILURES_USER")]
    pub(crate) login_failures_user: Option<u32>,
    /// Failed logins from one address before there are pauses, 0 for no limit [default: 100]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_LOGIN_FAILURES_ADDRESS")]
    pub(crate) login_failures_address: Option<u32>,
    /// Messages that wait for one application's webhook [default: 1000]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_APP_DELIVERIES_MAX")]
    pub(crate) app_deliveries_max: Option<u32>,
    /// Messages to one application's webhook in an hour of sessions in which nobody is signed in [default: 60]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_APP_ANONYMOUS_DELIVERIES")]
    pub(crate) app_anonymous_deliveries: Option<u32>,
    /// Lines of `log` that one session may write in an hour [default: 600]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_SESSION_LOG_LINES")]
    pub(crate) session_log_lines: Option<u32>,
    /// Lines of `log` in an hour of one application's sessions in which nobody is signed in [default: 3600]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_APP_ANONYMOUS_LOG_LINES")]
    pub(crate) app_anonymous_log_lines: Option<u32>,
    /// Sessions of one application that may live while nobody is signed in [default: 1000000]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_APP_ANONYMOUS_SESSIONS")]
    pub(crate) app_anonymous_sessions: Option<u32>,
    /// Failed logins of strangers in an application in ten minutes before there are pauses, 0 for no limit [default: 1000]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_LOGIN_FAILURES_APP")]
    pub(crate) login_failures_app: Option<u32>,
    /// Mail server, smtps://USER:PASSWORD@HOST or smtp://…; without it nobody resets a password by mail
    // Kept as text: the parser of flags would repeat a refused value, password and all.
    #[arg(long, value_name = "URL", env = "CLAVIGER_SMTP_URL", hide_env_values = true)]
    pub(crate) smtp_url: Option<String>,
    /// File that holds what --smtp-url would say, so that no list of processes shows the password
    #[arg(long, value_name = "FILE", env = "CLAVIGER_SMTP_URL_FILE")]
    pub(crate) smtp_url_file: Option<PathBuf>,
    /// Sender of mails, such as `Shop <no-reply@example.com>`
    #[arg(long, value_name = "SENDER", env = "CLAVIGER_SMTP_FROM")]
    pub(crate) smtp_from: Option<String>,
    /// Inner networks and hosts that the server may call for webhooks and files, separated by commas [default: none]
    #[arg(long, value_name = "TARGETS", env = "CLAVIGER_OUTGOING_ALLOW", value_delimiter = ',',
        value_parser = parse::target)]
    pub(crate) outgoing_allow: Option<Vec<AllowedTarget>>,
    /// List of the networks of VPNs and hosting providers, for applications with vpnBlock
    #[arg(long, value_name = "FILE", env = "CLAVIGER_VPN_LIST")]
    pub(crate) vpn_list: Option<PathBuf>,
    /// Table of the networks of autonomous systems (TSV of iptoasn.com), if that list names some
    #[arg(long, value_name = "FILE", env = "CLAVIGER_ASN_TABLE")]
    pub(crate) asn_table: Option<PathBuf>,
    /// Free hundredths of the disk of files below which owners who want it are told; 0: never [default: 10]
    #[arg(long, value_name = "PERCENT", env = "CLAVIGER_DISK_LOW_PERCENT")]
    pub(crate) disk_low_percent: Option<u8>,
    /// Database of countries in MaxMind's format (.mmdb), for reports and lists
    #[arg(long, value_name = "FILE", env = "CLAVIGER_GEOIP_FILE")]
    pub(crate) geoip_file: Option<PathBuf>,
    /// Hashes of leaked passwords, for applications with blockLeakedPasswords: file, folder or address of a service
    #[arg(long, value_name = "FILE|DIR|URL", env = "CLAVIGER_LEAKED_PASSWORDS")]
    pub(crate) leaked_passwords: Option<String>,
    #[command(flatten)]
    pub(crate) backup: PlaceArgs,
    /// Hours between two backups that the server makes by itself, where there is a place for them; at most 8784, a
    /// year [default: 24]
    #[arg(long, value_name = "HOURS", env = "CLAVIGER_BACKUP_EVERY_HOURS")]
    pub(crate) backup_every_hours: Option<u32>,
    #[command(flatten)]
    pub(crate) backup_keep: KeepArgs,
    /// Sign replies of API 1.3 with one key pair for all applications [default: false]
    #[arg(long, value_name = "BOOL", env = "CLAVIGER_SINGLE_SIGNING_KEY", num_args = 0..=1,
        default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) single_signing_key: Option<bool>,
    /// Threads that hash passwords [default: one per core]
    #[arg(long, value_name = "NUMBER", env = "CLAVIGER_HASH_THREADS")]
    pub(crate) hash_threads: Option<usize>,
    /// What to log, such as debug or claviger_service=debug,info [default: info]
    #[arg(long, value_name = "FILTER", env = "CLAVIGER_LOG", value_parser = parse::log_filter)]
    pub(crate) log: Option<String>,
    /// Where a line is written for each request: off, a file, or - for standard output [default: off]
    #[arg(long, value_name = "off|FILE|-", env = "CLAVIGER_ACCESS_LOG", allow_hyphen_values = true)]
    pub(crate) access_log: Option<String>,
    /// How log records look [default: auto]
    #[arg(long, value_name = "FORMAT", env = "CLAVIGER_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How log records look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere
    #[default]
    Auto,
    /// For people
    Pretty,
    /// One JSON object a line
    Json,
}

/// Where links lead.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct LinkArgs {
    /// The address under which people reach the server [default: the settings file's, else http://127.0.0.1:8080]
    #[arg(long, value_name = "URL", env = "CLAVIGER_PUBLIC_URL", value_parser = parse::public_url)]
    pub(crate) public_url: Option<String>,
    // What the server makes its address of where none is told: it has these variables, so they count here.
    #[arg(long, hide = true, env = "CLAVIGER_LISTEN", value_parser = parse::listen)]
    pub(super) listen: Option<SocketAddr>,
    #[arg(long, hide = true, env = "CLAVIGER_TLS_CERT_FILE")]
    pub(super) tls_cert_file: Option<PathBuf>,
    #[arg(long, hide = true, env = "CLAVIGER_ACME_DOMAINS")]
    pub(super) acme_domains: Option<String>,
}
