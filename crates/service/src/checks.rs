//! What `claviger doctor` looks at: each part on its own, so that one that is broken hides no other.

use std::{path::Path, time::Duration};

use claviger_outgoing::{Call, MailOptions, Mailer, Outgoing, OutgoingOptions, Redirects};
use claviger_screening::{LeakedPasswords, VpnList, range_url};
pub use claviger_store::Schema;
use claviger_store::{Database, Store, StoreError, apps};

use crate::{AllowedTarget, App, Service, ServiceError};

/// For a mail server and for the service of leaked passwords.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Any prefix of a hash that occurs.
const PREFIX: &str = "5BAA6";
/// Bytes of a range of password hashes.
const RANGE_MAX: usize = 1024 * 1024;
const USER_AGENT: &str = "Claviger";

/// An application, or why it cannot be used.
#[derive(Debug)]
pub struct AppCheck {
    /// OWNER/APP.
    pub path: String,
    /// The application; else what is wrong with what the database holds.
    pub app: Result<App, ServiceError>,
}

/// What was found in a list of VPNs.
#[derive(Clone, Copy, Debug)]
pub struct VpnFigures {
    /// Ranges of addresses.
    pub ranges: usize,
    /// Autonomous systems that the table does not know.
    pub unknown_systems: usize,
}

/// Looks at the schema of a database without bringing it up to date.
///
/// # Errors
/// When the database cannot be opened or reached.
pub async fn schema(database: Database) -> Result<Schema, StoreError> {
    Store::schema(database).await
}

/// Logs in to the mail server; no mail is sent.
///
/// # Errors
/// With the reason why it could not, without secrets.
pub async fn mail(options: &MailOptions) -> Result<(), String> {
    let mailer = Mailer::new(options).map_err(|error| error.to_string())?;
    let answer = tokio::time::timeout(TIMEOUT, mailer.test()).await;
    answer
        .map_err(|_| format!("the mail server did not answer within {} seconds", TIMEOUT.as_secs()))?
        .map_err(|error| error.to_string())
}

/// Reads a list of VPNs. Blocks.
///
/// # Errors
/// With what is wrong with it and what to do.
pub fn vpn_list(list: &Path, asn_table: Option<&Path>) -> Result<VpnFigures, String> {
    let list = VpnList::load(list, asn_table).map_err(|error| error.to_string())?;
    Ok(VpnFigures { ranges: list.len(), unknown_systems: list.unknown_systems() })
}

/// Looks whether leaked passwords can be looked up: in a file, in a folder, or at a service.
///
/// # Errors
/// With what is wrong and what to do.
pub async fn leaked_passwords(source: &str, allow: &[AllowedTarget]) -> Result<(), String> {
    if source.starts_with("http://") || source.starts_with("https://") {
        return ask_for_range(source, allow).await;
    }
    let path = Path::new(source);
    let opened = if path.is_dir() { LeakedPasswords::folder(path) } else { LeakedPasswords::file(path) };
    opened.map(drop).map_err(|error| error.to_string())
}

async fn ask_for_range(url: &str, allow: &[AllowedTarget]) -> Result<(), String> {
    let options = OutgoingOptions { allow: allow.to_vec(), own_url: None };
    let outgoing = Outgoing::new(options).map_err(|error| error.to_string())?;
    let call = Call {
        url: &range_url(url, PREFIX),
        body: None,
        content_type: None,
        user_agent: USER_AGENT,
        max_bytes: RANGE_MAX,
        timeout: TIMEOUT,
        redirects: Redirects::SameHost,
        headers: &[("add-padding", "true")],
    };
    let answer = outgoing.call(call).await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&answer.body);
    match (answer.status, text.lines().next().and_then(|line| line.split_once(':'))) {
        (200, Some((suffix, _))) if suffix.len() == 35 => Ok(()),
        (200, _) => {
            Err("the service did not answer with lines of SUFFIX:COUNT: check its address, without /range/"
                .into())
        }
        (status, _) => Err(format!("the service answered with status {status}")),
    }
}

impl Service {
    /// All applications, oldest first, also those that cannot be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_apps(&self) -> Result<Vec<AppCheck>, ServiceError> {
        let records = self.store.db().read(apps::all).await?;
        let checks = records.iter().map(|record| AppCheck {
            path: format!("{}/{}", record.owner.name, record.name),
            app: App::open(record, &self.vault),
        });
        Ok(checks.collect())
    }
}
