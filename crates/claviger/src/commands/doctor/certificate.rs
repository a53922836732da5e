//! The certificate that the server has itself.

use std::time::SystemTime;

use claviger_acme::{Acme, AcmeOptions};
use claviger_server::{CertificateFacts, Pair, PairFiles};

use super::report::Report;
use crate::config::{Certificate, Config};

const CHECK: &str = "certificate";
const AUTHORITY: &str = "certificate authority";
/// Days left below which a renewal is late: those of Let's Encrypt are renewed a month before.
const LATE: u64 = 14;

/// Whether there is one that can be used, for how long, and whether it is for the host of `public_url`.
pub(super) async fn examine(report: &mut Report, config: &Config) {
    let Some(tls) = &config.tls else { return };
    let found = match &tls.certificate {
        Certificate::Files(files) => of_files(report, files),
        Certificate::Acme(options) => of_authority(report, options).await,
    };
    let Some((shown, facts)) = found else { return };
    let now = SystemTime::now();
    match facts.days_left(now) {
        _ if !facts.has_begun(now) => {
            report
                .problem(CHECK, format!("{shown} does not count yet: look at the clock, or get another one"));
        }
        None => report.problem(CHECK, format!("{shown} has ended, so clients refuse it: get a new one")),
        Some(days) if days < LATE && now > facts.renew_at() => {
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
    if !facts.is_for(&host) {
        report.problem(
            CHECK,
            format!(
                "it is for {}, and public_url names {host}: clients refuse it, so get one for that name",
                facts.names().join(", ")
            ),
        );
    }
}

fn of_files(report: &mut Report, files: &PairFiles) -> Option<(String, CertificateFacts)> {
    let pair = files.load().map_err(|reason| report.problem(CHECK, reason)).ok()?;
    if let Some(warning) = files.warning() {
        report.warning(CHECK, warning);
    }
    Some((files.cert.display().to_string(), pair.facts))
}

/// What the authority issued, and whether it can be asked for the next.
async fn of_authority(report: &mut Report, options: &AcmeOptions) -> Option<(String, CertificateFacts)> {
    let acme = Acme::new(options.clone()).map_err(|reason| report.problem(AUTHORITY, reason)).ok()?;
    match acme.reach().await {
        Ok(()) => report.ok(AUTHORITY, format!("{} answers", options.directory)),
        Err(reason) => report.problem(AUTHORITY, reason.to_string()),
    }
    for domain in &options.domains {
        let resolved = tokio::net::lookup_host((domain.as_str(), 443)).await;
        if resolved.map_or(0, Iterator::count) == 0 {
            let text = format!("{domain} has no address here: the authority will hardly find one either");
            report.warning(AUTHORITY, text);
        }
    }
    match acme.kept() {
        Err(reason) => report.problem(CHECK, reason.to_string()),
        Ok(None) => report.warning(CHECK, "there is none yet: `claviger serve` gets one"),
        Ok(Some(text)) => match Pair::of(&text) {
            None => {
                report.problem(CHECK, "the one that is kept cannot be used: `claviger serve` gets another");
            }
            Some(pair) => {
                let missing: Vec<_> =
                    options.domains.iter().filter(|name| !pair.facts.is_for(name)).collect();
                if !missing.is_empty() {
                    report.warning(
                        CHECK,
                        format!("it is not for {missing:?} yet: `claviger serve` gets another"),
                    );
                }
                return Some(("the certificate".into(), pair.facts));
            }
        },
    }
    None
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
