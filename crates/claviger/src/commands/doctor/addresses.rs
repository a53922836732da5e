//! Where the server listens, what it is called in links, who stands between, and where it tells what it does.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use claviger_files::private_at_end;
use claviger_server::AccessLogPlace;

use super::{host::is_writable, report::Report};
use crate::{config::Config, otel};

/// The addresses to listen on, that in links, and the proxies between.
pub(super) fn examine(report: &mut Report, config: &Config) {
    listening(report, "listen", config.listen, "--listen");
    if let Some(address) = config.metrics_listen {
        listening(report, "metrics_listen", address, "--metrics-listen");
    }
    if let Some(address) = config.redirect_listen {
        listening(report, "redirect_listen", address, "--redirect-listen");
    }
    public_url(report, config);
    proxies(report, config);
    match &config.access_log {
        None => {}
        Some(AccessLogPlace::Stdout) => report.ok("access log", "standard output"),
        Some(AccessLogPlace::File(path)) => access_log(report, path),
    }
    match otel::collector() {
        Ok(None) => {}
        Ok(Some(address)) => report.ok("traces", format!("go to {}", address.origin().ascii_serialization())),
        Err(error) => report.problem("traces", format!("{error:#}")),
    }
}

fn listening(report: &mut Report, name: &'static str, address: SocketAddr, flag: &str) {
    match TcpListener::bind(address) {
        Ok(_) => report.ok(name, format!("{address} is free: no server runs there now")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            report.ok(name, format!("{address} is in use, as it should be while the server runs"));
        }
        Err(error) => report.problem(
            name,
            format!("cannot listen on {address}: {error}; choose another address with {flag}"),
        ),
    }
}

fn proxies(report: &mut Report, config: &Config) {
    let has_tls = config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let behind_proxy = has_tls && config.tls.is_none();
    let trusted = &config.trusted_proxies;
    if let Some(all) = trusted.iter().find(|net| net.prefix_len() == 0) {
        report.warning(
            "proxies",
            format!(
                "trusted_proxies has {all}, which is everybody: whoever connects may write any address; name the \
                 proxies only"
            ),
        );
    } else if behind_proxy && trusted.is_empty() {
        report.warning(
            "proxies",
            "none is trusted, so every client behind your proxy has the proxy's address, in lists and limits: \
             set trusted_proxies, such as 127.0.0.1",
        );
    } else if !trusted.is_empty() {
        report.ok("proxies", format!("{} trusted", trusted.len()));
    }
}

/// The file, or the folder that it will be in. Nothing is made, and no pipe is waited for.
fn access_log(report: &mut Report, path: &Path) {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (shown, name) = (path.display(), "access log");
    match private_at_end().open(path) {
        Ok(_) => report.ok(name, format!("{shown}, writable")),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_writable(above) => {
            report.ok(name, format!("{shown} will be made"));
        }
        Err(error) => report.problem(name, format!("{shown} cannot be written: {error}; check access_log")),
    }
}

fn public_url(report: &mut Report, config: &Config) {
    let url = match &config.public_url {
        Some(url) => url,
        None if config.listen.ip().is_loopback() => {
            return report.warning(
                "public_url",
                "it is not set, and the server listens to this machine only: set it to the address that programs and \
                 mails name, such as https://license.example.com",
            );
        }
        None => {
            return report.warning(
                "public_url",
                format!("it is not set, so links lead to {}: set it", config.url_at(config.listen)),
            );
        }
    };
    let host = url.split("://").nth(1).unwrap_or_default();
    let local = ["localhost", "127.", "[::1]"].iter().any(|name| host.starts_with(name));
    if url.starts_with("https://") || local {
        report.ok("public_url", url);
    } else {
        report.warning(
            "public_url",
            format!(
                "{url}: without https everybody between a program and the server reads passwords and keys"
            ),
        );
    }
}
