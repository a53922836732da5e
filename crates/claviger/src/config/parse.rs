//! Reading single settings. Each error is a sentence that says what to write instead.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
};

use axum::http::HeaderName;
use claviger_acme::{ChallengeKind, LETS_ENCRYPT, LETS_ENCRYPT_STAGING};
use claviger_server::AccessLogPlace;
use claviger_service::{AllowedTarget, Database};
use ipnet::IpNet;

/// Ours, after `claviger_`; the first is the program itself.
pub(super) const CRATES: [&str; 14] = [
    "",
    "acme",
    "archive",
    "capacity",
    "dashboard",
    "domain",
    "files",
    "metrics",
    "outgoing",
    "screening",
    "server",
    "service",
    "store",
    "wire",
];

/// A PostgreSQL address or the path of a SQLite file, relative to `folder`. The error does not repeat the text, which may
/// hold a password.
pub(super) fn database(text: &str, folder: Option<&Path>) -> Result<Database, String> {
    if is_postgres(text) {
        return Ok(Database::Postgres(text.into()));
    }
    // Options in the other form that PostgreSQL knows would else be the name of a file, password and all.
    let options = text.contains("password") && text.contains('=');
    // Or of an address whose slashes were forgotten.
    let address = text.contains("://") || text.trim_start().starts_with("postgres");
    if text.trim().is_empty() || options || address && text.contains(':') {
        return Err("the database is neither: name a SQLite file, or a server as \
                    postgres://USER:PASSWORD@HOST/NAME"
            .into());
    }
    let path = PathBuf::from(text);
    Ok(Database::Sqlite(folder.map_or_else(|| path.clone(), |folder| folder.join(&path))))
}

/// Where the access log is written, a path relative to `folder`; `None`: nowhere.
pub(super) fn access_log(text: &str, folder: Option<&Path>) -> Result<Option<AccessLogPlace>, String> {
    match text {
        "off" => Ok(None),
        "-" => Ok(Some(AccessLogPlace::Stdout)),
        "" => Err("it is empty: write off, the path of a file, or - for standard output".into()),
        path => {
            let path = folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path));
            Ok(Some(AccessLogPlace::File(path)))
        }
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// A PostgreSQL address as it may stand in a log: host and database only. A password may stand before the last `@` or
/// among the options.
pub(super) fn without_secrets(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    // Without the `@` that was forgotten, a password stands where the port should.
    let servers = host.split_once('/').map_or(host, |(servers, _)| servers);
    let is_port = |port: &str| port.ends_with(']') || port.bytes().all(|byte| byte.is_ascii_digit());
    let plain =
        servers.split(',').all(|server| server.rsplit_once(':').is_none_or(|(_, port)| is_port(port)));
    format!("postgres://{}", if plain { host } else { "…" })
}

/// An address with a port.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is no address with a port: write one such as 127.0.0.1:8080"))
}

/// The directory of an authority, or one of Let's Encrypt by its name.
pub(super) fn acme_directory(text: &str) -> Result<String, String> {
    match text {
        "production" => Ok(LETS_ENCRYPT.into()),
        "staging" => Ok(LETS_ENCRYPT_STAGING.into()),
        url if url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host()) => {
            Ok(url.into())
        }
        _ => Err(format!(
            "`{text}` is no directory of an authority: write production, staging, or an address with https"
        )),
    }
}

/// How an authority finds out that names lead here.
pub(super) fn acme_challenge(text: &str) -> Result<ChallengeKind, String> {
    match text {
        "tls-alpn-01" => Ok(ChallengeKind::TlsAlpn01),
        "http-01" => Ok(ChallengeKind::Http01),
        _ => Err(format!("`{text}` is no challenge that is known here: write tls-alpn-01 or http-01")),
    }
}

/// An e-mail address, as far as the authority will not refuse it at once.
pub(super) fn acme_email(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"?,\"<>".contains(&byte));
    match text.split_once('@') {
        Some((name, host)) if plain && !name.is_empty() && host.contains('.') => Ok(text.into()),
        _ => Err(format!("`{text}` is no e-mail address: write one such as admin@example.com")),
    }
}

/// An `http` or `https` address without query; a trailing slash is dropped.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let usable = rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#@\"<>\\".contains(&byte);
        !host.is_empty() && rest.bytes().all(plain)
    });
    if usable {
        Ok(text.trim_end_matches('/').into())
    } else {
        Err(format!("`{text}` is no address of a site: write one such as https://license.example.com"))
    }
}

/// A network, or an address as the network of it alone.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| single())
        .map_err(|_| format!("`{text}` is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8"))
}

/// An inner network or host that may be called.
pub(super) fn target(text: &str) -> Result<AllowedTarget, String> {
    AllowedTarget::from_str(text).map_err(|error| error.to_string())
}

/// Where hashes of leaked passwords are: an address, or a path relative to `folder`.
pub(super) fn leaked_passwords(text: &str, folder: Option<&Path>) -> String {
    if text.starts_with("http://") || text.starts_with("https://") {
        return text.into();
    }
    folder.map_or_else(|| text.into(), |folder| folder.join(text).display().to_string())
}

/// The name of a header.
pub(super) fn header(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| format!("`{text}` is no header's name: write one such as X-Forwarded-For"))
}

/// Directives of a log filter, as `tracing` reads them, but for those that would have no effect: it takes a word that is no
/// level for the name of a part, and lets all else be silent.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let directives: Result<Vec<String>, String> =
        text.split(',').map(|part| directive(part.trim())).collect();
    match directives {
        Ok(directives) => Ok(directives.join(",")),
        Err(why) => Err(format!(
            "`{text}` is no log filter: {why}; write one such as info, debug or claviger_service=debug,info"
        )),
    }
}

/// A level for all, a part of ours with a level, or such a part alone, which tells all then.
fn directive(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let known = |level: &str| LEVELS.into_iter().find(|known| level.eq_ignore_ascii_case(known));
    let no_level = |level: &str| format!("`{level}` is no level, which are {}", LEVELS.join(", "));
    let Some((part, level)) = text.split_once('=') else {
        return match known(text) {
            Some(level) => Ok(level.into()),
            None if is_ours(text) => Ok(text.into()),
            None => Err(no_level(text)),
        };
    };
    let level = known(level).ok_or_else(|| no_level(level))?;
    // Libraries tell errors at most, whatever is asked for.
    let is_library = is_name(part) && ["off", "error"].contains(&level);
    match is_ours(part) || is_library {
        true => Ok(format!("{part}={level}")),
        false if is_name(part) && !part.starts_with("claviger") => {
            Err(format!("`{part}` is no part of Claviger: others tell no more than errors"))
        }
        false => Err(format!("`{part}` is no part of Claviger")),
    }
}

/// Whether a text is the path of a module.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
}

/// Whether a name stands for parts of ours: a crate of ours, or what is in one.
fn is_ours(text: &str) -> bool {
    let ours = |name: &str| {
        let whole = if name.is_empty() { "claviger".into() } else { format!("claviger_{name}") };
        whole == text || text.strip_prefix(&whole).is_some_and(|rest| rest.starts_with("::"))
    };
    is_name(text) && CRATES.into_iter().any(ours)
}
