//! Which source wins, and what is refused.

mod acme;
mod documented;
mod written;

use std::path::Path;

use clap::{CommandFactory, FromArgMatches, Parser, builder::Resettable};
use claviger_service::Shares;

use super::{file::SettingsFile, *};

/// The arguments on their own.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

fn resolve(args: &[&str], file: &str) -> anyhow::Result<Config> {
    // Variables of whoever runs the tests do not count.
    let command = Cli::command().mut_args(|argument| argument.env(Resettable::Reset));
    let matches = command.try_get_matches_from([&["claviger"], args].concat())?;
    let Cli { store, serve } = Cli::from_arg_matches(&matches)?;
    let file = match file {
        "" => SettingsFile::default(),
        text => SettingsFile::parse(Path::new("/etc/claviger/claviger.toml"), text)?,
    };
    Config::from_sources(store, serve, &file)
}

fn refusal(args: &[&str], file: &str) -> String {
    format!("{:#}", resolve(args, file).unwrap_err())
}

/// Each share one more than the one before.
fn shares_from(first: u32) -> Shares {
    Shares {
        deliveries: first,
        anonymous_deliveries: first + 1,
        session_lines: first + 2,
        anonymous_lines: first + 3,
        anonymous_sessions: first + 4,
    }
}

#[test]
fn defaults() {
    let config = resolve(&[], "").unwrap();
    assert_eq!(config.store.data_dir, Path::new("claviger-data"));
    assert_eq!(config.store.database_label(), "claviger-data/claviger.db");
    assert_eq!(config.store.master_key.to_string(), "claviger-data/master.key");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((config.public_url.as_deref(), config.tls.is_none()), (None, true));
    assert_eq!(config.url_at(config.listen), "http://127.0.0.1:8080");
    assert_eq!(config.trusted_proxies, []);
    assert_eq!(config.client_ip_header.as_str(), "x-forwarded-for");
    assert!(config.rate_limits && !config.single_signing_key && !config.proxy_protocol);
    assert_eq!((config.client_rate, config.seller_rate, config.seller_unknown_key_rate), (1200, 1200, 30));
    let connections = config.connections;
    assert_eq!((connections.max, connections.bounds.address), (None, 256));
    let times = [connections.bounds.idle, connections.bounds.head, connections.bounds.reply.grace];
    assert_eq!(times.map(|time| time.as_secs()), [75, 15, 20]);
    assert_eq!(config.seller_daily_licenses, 0);
    assert_eq!((config.free_failures.user, config.free_failures.address), (10, 100));
    assert_eq!(config.shares, Shares::default());
    assert_eq!(config.free_failures.app, 1000);
    assert_eq!(config.store.files_dir, Path::new("claviger-data/files"));
    assert_eq!((config.store.file_max_bytes, config.store.app_upload_bytes), (16_777_216, 1_073_741_824));
    assert!(config.mail.is_none() && config.outgoing_allow.is_empty());
    assert_eq!((config.screens.vpn_list, config.screens.asn_table), (None, None));
    assert_eq!(config.disk_low_percent, 10);
    assert_eq!((config.screens.leaked_passwords, config.screens.countries), (None, None));
    assert!(config.hash_threads >= 1);
    assert_eq!((config.log.as_str(), config.log_format), ("info", LogFormat::Auto));
}

const FILE: &str = r#"
    data_dir = "data"
    database = "postgres://user:hunter2@db:5432/claviger?sslmode=require"
    master_key_file = "/run/secrets/master"
    listen = "0.0.0.0:80"
    tls_cert_file = "cert.pem"
    tls_key_file = "/run/secrets/key.pem"
    hsts_max_age_seconds = 60
    redirect_listen = "0.0.0.0:82"
    public_url = "https://license.example.com/"
    trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]
    proxy_protocol = true
    client_ip_header = "X-Real-IP"
    rate_limits = false
    client_rate = 1
    handshake_rate = 6
    max_connections = 900
    max_connections_per_address = 90
    idle_seconds = 9
    slow_seconds = 8
    seller_rate = 2
    seller_unknown_key_rate = 3
    seller_daily_licenses = 4
    login_failures_user = 6
    login_failures_address = 7
    app_deliveries_max = 11
    app_anonymous_deliveries = 12
    session_log_lines = 13
    app_anonymous_log_lines = 14
    app_anonymous_sessions = 15
    login_failures_app = 9
    smtp_url = "smtps://user:hunter2@mail.example.com"
    smtp_from = "Shop <no-reply@example.com>"
    outgoing_allow = ["10.0.0.0/8", "hooks.internal:9000"]
    vpn_list = "vpn.txt"
    asn_table = "/var/lib/asn.tsv.gz"
    leaked_passwords = "pwned"
    geoip_file = "countries.mmdb"
    disk_low_percent = 3
    files_dir = "files"
    file_max_bytes = 8
    app_upload_bytes = 9
    single_signing_key = true
    hash_threads = 5
    log = "debug"
    log_format = "json"
"#;

#[test]
fn the_file_wins_over_defaults() {
    let config = resolve(&[], FILE).unwrap();
    assert_eq!(config.store.data_dir, Path::new("/etc/claviger/data"));
    assert_eq!(config.store.database_label(), "postgres://db:5432/claviger");
    assert_eq!(config.store.master_key.to_string(), "/run/secrets/master");
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.public_url.as_deref(), Some("https://license.example.com"));
    let tls = config.tls.as_ref().expect("TLS");
    assert_eq!(files_of(tls), ["/etc/claviger/cert.pem", "/run/secrets/key.pem"].map(Path::new));
    assert_eq!(tls.hsts_seconds, 60);
    assert_eq!(config.redirect_listen.map(|address| address.to_string()).as_deref(), Some("0.0.0.0:82"));
    let plain = resolve(&[], "tls_cert_file = \"c\"\ntls_key_file = \"k\"").unwrap();
    assert_eq!(plain.url_at(plain.listen), "https://127.0.0.1:8080");
    assert_eq!(plain.tls.unwrap().hsts_seconds, 31_536_000);
    let proxies: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "192.0.2.1/32"]);
    assert_eq!((config.client_ip_header.as_str(), config.proxy_protocol), ("x-real-ip", true));
    assert!(!config.rate_limits && config.single_signing_key);
    assert_eq!((config.client_rate, config.seller_rate, config.seller_unknown_key_rate), (1, 2, 3));
    assert_eq!(config.handshake_rate, 6);
    assert_eq!((config.seller_daily_licenses, config.hash_threads), (4, 5));
    let connections = config.connections;
    assert_eq!((connections.max, connections.bounds.address), (Some(900), 90));
    let times = [connections.bounds.idle, connections.bounds.head, connections.bounds.body.grace];
    assert_eq!(times.map(|time| time.as_secs()), [9, 8, 8]);
    assert_eq!((config.log.as_str(), config.log_format), ("debug", LogFormat::Json));
    assert_eq!((config.free_failures.user, config.free_failures.address), (6, 7));
    assert_eq!(config.shares, shares_from(11));
    assert_eq!(config.free_failures.app, 9);
    let mail = config.mail.expect("a mail server");
    assert_eq!(mail.url, "smtps://user:hunter2@mail.example.com");
    assert_eq!(mail.from, "Shop <no-reply@example.com>");
    assert_eq!(
        config.outgoing_allow,
        ["10.0.0.0/8", "hooks.internal:9000"].map(|text| text.parse().unwrap())
    );
    assert_eq!(config.screens.vpn_list.as_deref(), Some(Path::new("/etc/claviger/vpn.txt")));
    assert_eq!(config.screens.asn_table.as_deref(), Some(Path::new("/var/lib/asn.tsv.gz")));
    assert_eq!(config.screens.leaked_passwords.as_deref(), Some("/etc/claviger/pwned"));
    assert_eq!(config.screens.countries.as_deref(), Some(Path::new("/etc/claviger/countries.mmdb")));
    assert_eq!(config.disk_low_percent, 3);
    assert_eq!(config.store.files_dir, Path::new("/etc/claviger/files"));
    assert_eq!((config.store.file_max_bytes, config.store.app_upload_bytes), (8, 9));
    let service = resolve(&[], "leaked_passwords = \"https://pwned.example.com\"").unwrap();
    assert_eq!(service.screens.leaked_passwords.as_deref(), Some("https://pwned.example.com"));
    let kept = resolve(&[], "data_dir = \"data\"\nmaster_key_file = \"key\"\ndatabase = \"x.db\"").unwrap();
    assert_eq!(kept.store.database_label(), "/etc/claviger/x.db");
    assert_eq!(kept.store.master_key.to_string(), "/etc/claviger/key");
}

#[test]
fn flags_win_over_the_file() {
    let args = "--data-dir d --database other.db --master-key-file k --listen [::1]:81 --public-url https://localhost:8080 --redirect-listen [::1]:83 \
        --tls-cert-file c --tls-key-file k2 --hsts-max-age-seconds 0 --trusted-proxies 10.0.0.1,fd00::/8 --proxy-protocol no --client-ip-header CF-Connecting-IP --rate-limits yes --client-rate 10 \
        --seller-rate 20 --seller-unknown-key-rate 30 --seller-daily-licenses 40 --single-signing-key false \
        --hash-threads 50 --log warn --log-format pretty --login-failures-user 60 --login-failures-address 0 \
        --app-deliveries-max 21 --app-anonymous-deliveries 22 --session-log-lines 23 --app-anonymous-log-lines 24 --app-anonymous-sessions 25 \
        --login-failures-app 90 \
        --smtp-url smtp://mail --smtp-from a@example.com --outgoing-allow 192.0.2.1,localhost \
        --vpn-list v --asn-table a --leaked-passwords l --geoip-file g --disk-low-percent 7 --files-dir f --file-max-bytes 80 --app-upload-bytes 90";
    let args: Vec<&str> = args.split_whitespace().collect();
    let config = resolve(&args, FILE).unwrap();
    assert_eq!(config.store.data_dir, Path::new("d"));
    assert_eq!(config.store.database_label(), "other.db");
    assert_eq!(config.store.master_key.to_string(), "k");
    assert_eq!(config.listen.to_string(), "[::1]:81");
    assert_eq!(config.public_url.as_deref(), Some("https://localhost:8080"));
    let tls = config.tls.as_ref().expect("TLS");
    assert_eq!((files_of(tls), tls.hsts_seconds), (["c", "k2"].map(Path::new), 0));
    assert_eq!(config.redirect_listen.map(|address| address.to_string()).as_deref(), Some("[::1]:83"));
    let proxies: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.1/32", "fd00::/8"]);
    assert_eq!((config.client_ip_header.as_str(), config.proxy_protocol), ("cf-connecting-ip", false));
    assert!(config.rate_limits && !config.single_signing_key);
    assert_eq!((config.client_rate, config.seller_rate, config.seller_unknown_key_rate), (10, 20, 30));
    assert_eq!((config.seller_daily_licenses, config.hash_threads), (40, 50));
    assert_eq!((config.log.as_str(), config.log_format), ("warn", LogFormat::Pretty));
    assert_eq!((config.free_failures.user, config.free_failures.address), (60, 0));
    assert_eq!(config.shares, shares_from(21));
    assert_eq!(config.free_failures.app, 90);
    let mail = config.mail.expect("a mail server");
    assert_eq!((mail.url.as_str(), mail.from.as_str()), ("smtp://mail", "a@example.com"));
    assert_eq!(config.outgoing_allow, ["192.0.2.1", "localhost"].map(|text| text.parse().unwrap()));
    assert_eq!(config.screens.vpn_list.as_deref(), Some(Path::new("v")));
    assert_eq!(config.screens.asn_table.as_deref(), Some(Path::new("a")));
    assert_eq!(config.screens.leaked_passwords.as_deref(), Some("l"));
    assert_eq!(config.screens.countries.as_deref(), Some(Path::new("g")));
    assert_eq!(config.disk_low_percent, 7);
    assert_eq!((config.store.files_dir.as_path(), config.store.file_max_bytes), (Path::new("f"), 80));
    assert_eq!(config.store.app_upload_bytes, 90);
    assert!(resolve(&["--single-signing-key"], "").unwrap().single_signing_key);
}

/// The files of a certificate and its key.
fn files_of(tls: &TlsSettings) -> [&Path; 2] {
    match &tls.certificate {
        Certificate::Files(files) => [&files.cert, &files.key],
        Certificate::Acme(options) => panic!("{options:?}"),
    }
}

#[test]
fn every_flag_has_a_variable() {
    for argument in Cli::command().get_arguments() {
        let name = format!("CLAVIGER_{}", argument.get_id().as_str().to_uppercase());
        assert_eq!(argument.get_env().unwrap(), name.as_str());
    }
}

#[test]
fn flags_refuse_nonsense() {
    for (flag, value, advice) in [
        ("--listen", "8080", "`8080` is no address with a port: write one such as 127.0.0.1:8080"),
        ("--public-url", "license.example.com", "write one such as https://license.example.com"),
        ("--public-url", "https://", "write one such as https://license.example.com"),
        ("--public-url", "https://x/?a=b", "write one such as https://license.example.com"),
        (
            "--trusted-proxies",
            "10.0.0.0/8,proxy",
            "`proxy` is no address or network: write one such as 10.0.0.1",
        ),
        (
            "--client-ip-header",
            "X Real IP",
            "`X Real IP` is no header's name: write one such as X-Forwarded-For",
        ),
        ("--rate-limits", "maybe", "invalid value 'maybe'"),
        ("--client-rate", "-1", "--client-rate"),
        ("--max-connections", "0", "max_connections is 0: give at least 1"),
        ("--max-connections-per-address", "0", "max_connections_per_address is 0: give at least 1"),
        ("--idle-seconds", "0", "idle_seconds is 0: give at least 1"),
        ("--slow-seconds", "0", "slow_seconds is 0: give at least 1"),
        ("--proxy-protocol", "yes", "proxy_protocol is on, and trusted_proxies is empty: name the proxies"),
        ("--tls-cert-file", "c", "tls_cert_file is set, tls_key_file is not: a certificate needs its key"),
        ("--tls-key-file", "k", "tls_key_file is set, tls_cert_file is not: a key needs its certificate"),
        ("--hsts-max-age-seconds", "1", "hsts_max_age_seconds is set, tls_cert_file is not"),
        ("--hash-threads", "0", "hash_threads is 0: give at least one thread"),
        ("--hash-threads", "18446744073709551615", "hash_threads is 18446744073709551615: at most 1024"),
        (
            "--metrics-listen",
            "127.0.0.1:8080",
            "metrics_listen and listen are both 127.0.0.1:8080: give each",
        ),
        ("--app-anonymous-sessions", "0", "app_anonymous_sessions is 0: give at least 1"),
        (
            "--log",
            "a=b=c",
            "`a=b=c` is no log filter: `b=c` is no level, which are off, error, warn, info, debug",
        ),
        ("--log", "", "is no log filter: `` is no level"),
        ("--log", "warning", "`warning` is no level, which are off, error, warn, info, debug, trace; write"),
        ("--log", "verbose", "`verbose` is no level"),
        ("--log", "debug,information", "`information` is no level"),
        ("--log", "a b c", "`a b c` is no level"),
        ("--log", "hyper", "`hyper` is no level"),
        ("--log", "hyper=trace", "`hyper` is no part of Claviger: others tell no more than errors"),
        ("--log", "claviger_servce=debug,info", "`claviger_servce` is no part of Claviger"),
        ("--log", "claviger_service=loud", "`loud` is no level"),
        ("--disk-low-percent", "101", "disk_low_percent is 101: give 0 to 100"),
        ("--session-log-lines", "0", "session_log_lines is 0: give at least 1"),
        ("--app-deliveries-max", "0", "app_deliveries_max is 0: give at least 1"),
        ("--app-anonymous-deliveries", "0", "app_anonymous_deliveries is 0: give at least 1"),
        ("--app-anonymous-log-lines", "0", "app_anonymous_log_lines is 0: give at least 1"),
        ("--file-max-bytes", "0", "file_max_bytes is 0: give at least 1"),
        ("--app-upload-bytes", "0", "app_upload_bytes is 0: give at least 1"),
        ("--log-format", "xml", "possible values: auto, pretty, json"),
        ("--outgoing-allow", "10.0.0.0/8,a b", "`a b` is neither a network such as 10.0.0.0/8 nor a host"),
        ("--smtp-url", "smtp://mail", "smtp_url is set, smtp_from is not: mails need a sender"),
        ("--smtp-from", "a@example.com", "smtp_from is set, smtp_url is not: mails need a server"),
    ] {
        let refusal = refusal(&[&format!("{flag}={value}")], "");
        assert!(refusal.contains(advice), "{flag} {value}: {refusal}");
    }
}

#[test]
fn the_file_refuses_nonsense() {
    for (text, advice) in [
        (
            "\nlisten = \"8080\"",
            ", listen: `8080` is no address with a port: write one such as 127.0.0.1:8080",
        ),
        (
            "public_url = \"x\"",
            ", public_url: `x` is no address of a site: write one such as https://license.example.com",
        ),
        (
            "trusted_proxies = [\"x\"]",
            ", trusted_proxies: `x` is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8",
        ),
        (
            "client_ip_header = \"\"",
            ", client_ip_header: `` is no header's name: write one such as X-Forwarded-For",
        ),
        (
            "outgoing_allow = [\"a b\"]",
            ", outgoing_allow: `a b` is neither a network such as 10.0.0.0/8 nor a host",
        ),
        ("log = \"a=b=c\"", ", log: `a=b=c` is no log filter: "),
        ("log = \"warning\"", ", log: `warning` is no log filter: `warning` is no level"),
        ("metrics_listen = \"9464\"", ", metrics_listen: `9464` is no address with a port"),
        ("redirect_listen = \"80\"", ", redirect_listen: `80` is no address with a port"),
        ("database = \"mysql://x\"", ", database: the database is neither"),
        ("access_log = \"\"", ", access_log: it is empty: write off"),
        ("[backup]\nplace = \"/b\"\nrecipients = [\"x\"]", ", backup.recipients: `x`"),
        ("\nlistn = \"x\"", ", line 2: unknown field `listn`, expected one of `data_dir`, `database`"),
        ("seller_rate = -1", ", line 1: invalid value: integer `-1`, expected u32"),
        ("\nfiles_dir = \"\"", ", line 2: the path is empty: write one, or leave the setting out"),
        ("log_format = \"xml\"", ", line 1: unknown variant `xml`, expected one of `auto`, `pretty`, `json`"),
    ] {
        let refusal = refusal(&[], text);
        let expected = format!("/etc/claviger/claviger.toml{advice}");
        assert!(refusal.starts_with(&expected), "{text}: {refusal}");
        assert!(!refusal.contains('\n'), "{refusal}");
    }
}

#[test]
fn a_log_filter_is_read_in_one_way() {
    for (text, read) in [
        ("WARN", "warn"),
        ("off", "off"),
        ("claviger_service=debug, info", "claviger_service=debug,info"),
        ("claviger::guard", "claviger::guard"),
        ("info,hyper=off,claviger_store::carry=Trace", "info,hyper=off,claviger_store::carry=trace"),
    ] {
        let config = resolve(&["--log", text], "").unwrap();
        assert_eq!(config.log, read);
        assert!(read.parse::<tracing_subscriber::filter::Targets>().is_ok(), "{read}");
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = std::fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().file_name());
    for name in names.map(|name| name.into_string().unwrap()).filter(|name| name != "claviger") {
        assert!(parse::CRATES.contains(&name.as_str()), "{name} is a crate");
    }
}

#[test]
fn bounds_hold_in_the_file_too() {
    for (text, told) in [
        ("disk_low_percent = 101", "disk_low_percent is 101: give 0 to 100"),
        ("session_log_lines = 0", "session_log_lines is 0: give at least 1"),
        ("app_deliveries_max = 0", "app_deliveries_max is 0: give at least 1"),
        ("app_anonymous_deliveries = 0", "app_anonymous_deliveries is 0: give at least 1"),
        ("app_anonymous_log_lines = 0", "app_anonymous_log_lines is 0: give at least 1"),
        ("file_max_bytes = 0", "file_max_bytes is 0: give at least 1"),
        ("app_upload_bytes = 0", "app_upload_bytes is 0: give at least 1"),
    ] {
        let refusal = refusal(&[], text);
        assert!(refusal.starts_with(told), "{text}: {refusal}");
    }
    assert_eq!(resolve(&[], "disk_low_percent = 0").unwrap().disk_low_percent, 0);
}

#[test]
fn the_hours_between_backups_are_bounded() {
    for (args, file) in [
        (&["--backup-every-hours", "0"][..], ""),
        (&["--backup-every-hours", "8785"], ""),
        (&[], "[backup]\nevery_hours = 4294967295"),
    ] {
        let told = refusal(args, file);
        assert!(told.starts_with("backup every_hours is "), "{told}");
        assert!(told.ends_with(": give 1 to 8784 (a year), or leave the setting out"), "{told}");
    }
    let year = resolve(&["--backup-every-hours", "8784"], "").unwrap();
    assert_eq!(year.backups.every.as_secs(), 8784 * 3600);
}

#[test]
fn passwords_are_not_shown() {
    let config = resolve(&[], FILE).unwrap();
    let args = ["--database", "mysql://user:hunter2@db/claviger"];
    let broken = "database = \"postgres://user:hunter2@db\" x";
    for text in [format!("{config:?}"), refusal(&args, ""), refusal(&[], broken)] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for text in
        ["mysql://user:hunter2@db/claviger", "postgres:user:hunter2@db/claviger", "postgresql:/u:hunter2@db"]
    {
        let told = refusal(&["--database", text], "");
        assert!(told.contains("name a SQLite file, or a server as postgres://"), "{text}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    for (url, label) in [
        ("postgres://user:a@b:c/d@db/name", "postgres://db/name"),
        ("postgresql://db/name?user=u&password=hunter2", "postgres://db/name"),
        ("postgres://u:p?ss@db:5432", "postgres://db:5432"),
    ] {
        assert_eq!(parse::without_secrets(url), label);
    }
}

#[test]
fn finds_the_file_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let args = StoreArgs { data_dir: Some(folder.path().into()), ..StoreArgs::default() };
    let resolve = || Config::resolve(args.clone(), ServeArgs::default());
    assert_eq!(resolve().unwrap().seller_rate, 1200);

    let path = folder.path().join("claviger.toml");
    std::fs::write(&path, "seller_rate = 7\n").unwrap();
    let config = resolve().unwrap();
    assert_eq!(config.seller_rate, 7);
    assert_eq!(config.store.database_label(), folder.path().join("claviger.db").display().to_string());

    std::fs::write(&path, "data_dir = \"x\"\n").unwrap();
    let refusal = format!("{:#}", resolve().unwrap_err());
    assert!(refusal.contains("remove it, or name the file with --config"), "{refusal}");

    let missing = StoreArgs { config: Some(folder.path().join("missing.toml")), ..args.clone() };
    let refusal = format!("{:#}", Store::resolve(missing).unwrap_err());
    assert!(refusal.contains("cannot read the settings file"), "{refusal}");
}
