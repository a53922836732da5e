//! Checks against data that the operator provides: addresses of VPNs, and passwords known from breaches. Off without it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use claviger_domain::{ClientAddress, Secret, trimmed};
use claviger_outgoing::{Call, Outgoing, Redirects};
use claviger_screening::{CountryWatch, LeakedPasswords, RangeSource, ScreeningError, VpnWatch, range_url};

/// Bytes of a range of password hashes; real ones have some 40 KiB.
const RANGE_MAX: usize = 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(3);
pub(crate) const USER_AGENT: &str = "Claviger";

/// The data of the checks.
#[derive(Default)]
pub(crate) struct Screens {
    vpn: Option<VpnWatch>,
    leaked: Option<LeakedPasswords>,
    countries: Option<CountryWatch>,
}

/// Where the data is.
#[derive(Clone, Debug, Default)]
pub struct ScreenSources {
    /// List of networks and autonomous systems of VPNs, proxies and hosting providers.
    pub vpn_list: Option<PathBuf>,
    /// Table of autonomous systems, if the list names any.
    pub asn_table: Option<PathBuf>,
    /// Hashes of leaked passwords: a file, a folder of ranges, or the address of a service.
    pub leaked_passwords: Option<String>,
    /// Database of countries in MaxMind's format.
    pub countries: Option<PathBuf>,
}

impl Screens {
    /// Opens the data; reads files, so call it off the asynchronous threads.
    ///
    /// # Errors
    /// When a file is missing or malformed; the text says what to do.
    pub(crate) fn open(sources: &ScreenSources, outgoing: &Arc<Outgoing>) -> Result<Self, ScreeningError> {
        let vpn = sources
            .vpn_list
            .as_deref()
            .map(|list| VpnWatch::open(list, sources.asn_table.clone()))
            .transpose()?;
        let leaked = sources.leaked_passwords.as_deref().map(|source| match service_url(source) {
            Some(url) => {
                let ranges = Ranges { outgoing: outgoing.clone(), url: url.into(), timeout: TIMEOUT };
                Ok(LeakedPasswords::service(Arc::new(ranges)))
            }
            None => open_leaked(source.as_ref()),
        });
        let countries = sources.countries.as_deref().map(CountryWatch::open).transpose()?;
        Ok(Self { vpn, leaked: leaked.transpose()?, countries })
    }

    /// Whether an address is that of a VPN, or may be, being unknown.
    pub(crate) fn is_vpn(&self, ip: ClientAddress) -> bool {
        self.vpn.as_ref().is_some_and(|vpn| ip.known().is_none_or(|ip| vpn.contains(ip)))
    }

    /// The country of an address, in English: empty where it is not known; `None`: there is no database.
    pub(crate) fn country(&self, ip: ClientAddress) -> Option<String> {
        let countries = self.countries.as_ref()?;
        Some(ip.known().and_then(|ip| countries.of(ip)).unwrap_or_default())
    }

    /// Whether a password is known from a breach. When that cannot be found out, it is not.
    pub(crate) async fn is_leaked(&self, password: &Secret) -> bool {
        let Some(leaked) = &self.leaked else { return false };
        // As it is kept: blanks around it are no part of it.
        leaked.is_leaked(trimmed(password.expose())).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a password was not compared with those from breaches");
            false
        })
    }

    /// Reads a list that has changed; a broken one is reported, and the old one stays. Reads files.
    pub(crate) fn reload(&self) {
        match self.vpn.as_ref().map(VpnWatch::reload_if_changed) {
            Some(Ok(true)) => tracing::info!("read the changed list of VPNs"),
            Some(Err(error)) => tracing::error!(%error, "the changed list of VPNs is not used"),
            Some(Ok(false)) | None => {}
        }
        match self.countries.as_ref().map(CountryWatch::reload_if_changed) {
            Some(Ok(true)) => tracing::info!("read the changed database of countries"),
            Some(Err(error)) => tracing::error!(%error, "the changed database of countries is not used"),
            Some(Ok(false)) | None => {}
        }
    }
}

/// The address, where a source of leaked passwords is a service.
pub(crate) fn service_url(source: &str) -> Option<&str> {
    (source.starts_with("http://") || source.starts_with("https://")).then_some(source)
}

/// Opens a file of leaked passwords, or a folder of ranges of them. Reads files.
pub(crate) fn open_leaked(path: &Path) -> Result<LeakedPasswords, ScreeningError> {
    if path.is_dir() { LeakedPasswords::folder(path) } else { LeakedPasswords::file(path) }
}

/// A service that knows ranges of hashes by their first five digits.
pub(crate) struct Ranges {
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) url: String,
    pub(crate) timeout: Duration,
}

#[async_trait]
impl RangeSource for Ranges {
    async fn range(&self, prefix: &str) -> Result<String, String> {
        let url = range_url(&self.url, prefix);
        let call = Call {
            url: &url,
            body: None,
            content_type: None,
            user_agent: USER_AGENT,
            max_bytes: RANGE_MAX,
            timeout: self.timeout,
            redirects: Redirects::SameHost,
            headers: &[("add-padding", "true")],
        };
        let answer = self.outgoing.call(call).await.map_err(|error| error.to_string())?;
        match answer.status {
            200 => Ok(String::from_utf8_lossy(&answer.body).into_owned()),
            status => Err(format!("the service answered with status {status}")),
        }
    }
}
