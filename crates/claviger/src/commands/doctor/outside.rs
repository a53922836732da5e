//! What lies outside: the way to the server, mail, lists of VPNs and of leaked passwords.

use claviger_domain::{AppSettings, Clock, SystemClock};
use claviger_service::doctor::{self, AppCheck};

use super::report::Report;
use crate::config::Config;

const DAY: i64 = 86_400;
/// Days after which a database of countries is old.
const COUNTRIES_OLD: i64 = 90;

/// Whether clients that come by the public address have one of their own here.
pub(super) async fn client_addresses(report: &mut Report, config: &Config) {
    const CHECK: &str = "client addresses";
    let Some(url) = &config.public_url else { return };
    let header = &config.client_ip_header;
    match doctor::address_seen(url).await {
        Err(reason) => report.warning(
            CHECK,
            format!("{url}/api/address was not asked: {reason}; run this again while the server runs"),
        ),
        Ok(None) => report.warning(
            CHECK,
            format!(
                "a request to {url} came without an address that can be read, so every client is unknown, and \
                 refused where an address decides: let the proxy set {header}, or name another header in \
                 client_ip_header"
            ),
        ),
        Ok(Some(address)) if config.trusted_proxies.iter().any(|proxy| proxy.contains(&address)) => report
            .warning(
                CHECK,
                format!(
                    "a request to {url} came from {address}, which is a trusted proxy: unless that is this machine \
                     itself, the proxy tells its own address in {header}"
                ),
            ),
        Ok(Some(address)) => report.ok(CHECK, format!("a request to {url} came from {address}")),
    }
}

/// The mail server.
pub(super) async fn mail(report: &mut Report, config: &Config) {
    let Some(options) = &config.mail else {
        return report.warning(
            "mail",
            "password reset by e-mail is off: `forgot` answers `Password reset by email is not configured.`; set \
             smtp_url and smtp_from",
        );
    };
    match doctor::mail(options).await {
        Ok(()) => report.ok("mail", "the mail server is reachable, and the login works"),
        Err(reason) => report.problem("mail", format!("{reason}; check smtp_url")),
    }
}

/// The identity providers.
pub(super) async fn identity_providers(report: &mut Report, config: &Config) {
    for provider in &config.identity_providers {
        let name = &provider.name;
        match doctor::identity_provider(provider, &config.outgoing_allow).await {
            Ok(()) if config.public_url.is_none() => report.warning(
                "identity provider",
                format!("{name} answers, but public_url is not set: it would send people back to where the server listens"),
            ),
            Ok(()) => report.ok("identity provider", format!("{name} answers as it should")),
            Err(reason) => report.problem("identity provider", format!("{name}: {reason}")),
        }
    }
}

/// The list of VPNs, and who needs it.
pub(super) async fn vpn_list(report: &mut Report, config: &Config, apps: &[AppCheck]) {
    let sources = config.screens.clone();
    let Some(list) = sources.vpn_list else {
        let users = with(apps, |settings| settings.vpn_block);
        if users.is_empty() {
            return report.ok("VPN list", "none, and no application has vpnBlock");
        }
        return report.warning("VPN list", format!("vpnBlock of {users} is without effect: set vpn_list"));
    };
    // Lists are long.
    let loaded = tokio::task::spawn_blocking(move || doctor::vpn_list(&list, sources.asn_table.as_deref()));
    match loaded.await.map_err(|error| error.to_string()).flatten() {
        Ok(figures) if figures.unknown_systems > 0 => report.ok(
            "VPN list",
            format!(
                "{} ranges; {} autonomous systems are not in the table, many of which would tell of an old one",
                figures.ranges, figures.unknown_systems
            ),
        ),
        Ok(figures) => report.ok("VPN list", format!("{} ranges", figures.ranges)),
        Err(reason) => report.problem("VPN list", reason),
    }
}

/// The database of countries.
pub(super) async fn countries(report: &mut Report, config: &Config) {
    const CHECK: &str = "countries";
    let Some(path) = config.screens.countries.clone() else {
        return report.ok(CHECK, "no database: reports tell none; set geoip_file to see them");
    };
    let loaded = tokio::task::spawn_blocking(move || doctor::countries(&path));
    match loaded.await.map_err(|error| error.to_string()).flatten() {
        Ok((kind, made)) => {
            let days = (SystemClock.now() - made).max(0) / DAY;
            if days > COUNTRIES_OLD {
                let text = format!("{kind} is {days} days old: addresses change hands, so get a newer one");
                return report.warning(CHECK, text);
            }
            report.ok(CHECK, format!("{kind}, {days} days old"));
        }
        Err(reason) => report.problem(CHECK, format!("{reason}; check geoip_file")),
    }
}

/// The source of leaked passwords, and who needs it.
pub(super) async fn leaked_passwords(report: &mut Report, config: &Config, apps: &[AppCheck]) {
    const CHECK: &str = "leaked passwords";
    let Some(source) = &config.screens.leaked_passwords else {
        let users = with(apps, |settings| settings.block_leaked_passwords);
        if users.is_empty() {
            return report.ok(CHECK, "no source, and no application has blockLeakedPasswords");
        }
        let text = format!("blockLeakedPasswords of {users} is without effect: set leaked_passwords");
        return report.warning(CHECK, text);
    };
    match doctor::leaked_passwords(source, &config.outgoing_allow).await {
        Ok(()) => report.ok(CHECK, "the source can be used"),
        Err(reason) => report.problem(CHECK, format!("{reason}; check leaked_passwords")),
    }
}

/// The applications whose settings are so, separated by commas.
fn with(apps: &[AppCheck], is_so: fn(&AppSettings) -> bool) -> String {
    let apps = apps.iter().filter(|check| check.app.as_ref().is_ok_and(|app| is_so(&app.settings)));
    apps.map(|check| check.path.as_str()).collect::<Vec<_>>().join(", ")
}
