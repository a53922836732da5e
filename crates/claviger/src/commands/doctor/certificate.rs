//! The certificate that the server has itself.

use std::time::SystemTime;

use super::report::Report;
use crate::config::Config;

const CHECK: &str = "certificate";
/// Days left below which a renewal is late: those of Let's Encrypt are renewed a month before.
const LATE: u64 = 14;

/// Whether the files can be used, for how long, and whether they are for the host of `public_url`.
pub(super) fn examine(report: &mut Report, config: &Config) {
    let Some(tls) = &config.tls else { return };
    let pair = match tls.files.load() {
        Ok(pair) => pair,
        Err(reason) => return report.problem(CHECK, reason),
    };
    let (shown, now) = (tls.files.cert.display(), SystemTime::now());
    if let Some(warning) = tls.files.warning() {
        report.warning(CHECK, warning);
    }
    match pair.facts.days_left(now) {
        _ if !pair.facts.has_begun(now) => {
            report
                .problem(CHECK, format!("{shown} does not count yet: look at the clock, or get another one"));
        }
        None => report.problem(CHECK, format!("{shown} has ended, so clients refuse it: get a new one")),
        Some(days) if days < LATE => {
            report.warning(
                CHECK,
                format!("{shown} ends in {days} days: renew it, and look why that did not happen"),
            );
        }
        Some(days) => {
            report.ok(CHECK, format!("{shown} counts for {days} more days, and the key belongs to it"));
        }
    }
    let Some(host) = config.public_url.as_deref().and_then(host_of) else { return };
    if !pair.facts.is_for(&host) {
        report.problem(
            CHECK,
            format!(
                "it is for {}, and public_url names {host}: clients refuse it, so get one for that name",
                pair.facts.names().join(", ")
            ),
        );
    }
}

/// The host of an address, as certificates name it.
fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    match url.host()? {
        url::Host::Domain(name) => Some(name.to_owned()),
        url::Host::Ipv4(address) => Some(address.to_string()),
        url::Host::Ipv6(address) => Some(address.to_string()),
    }
}
