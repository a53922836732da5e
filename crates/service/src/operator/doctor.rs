//! What `claviger doctor` looks at: each part on its own, so that one that is broken hides no other.

use std::{io::ErrorKind, net::IpAddr, path::Path, sync::Arc, time::Duration};

use claviger_capacity::Who;
use claviger_outgoing::{Call, MailOptions, Mailer, Outgoing, OutgoingOptions, Redirects};
use claviger_screening::{Countries, RangeSource, VpnList};
use claviger_store::{Database, Store, StoreError, apps, files};
pub use claviger_store::{Migration, Schema, migrations_after};
use serde::Deserialize;

use super::{names::is_step, start::refuse_emptied};
use crate::{
    AllowedTarget, App, MasterKeySource, Service, ServiceError,
    shared::{
        calls::Calls,
        provider::{Provider, ProviderOptions, Way},
        screens::{Ranges, USER_AGENT, open_leaked, service_url},
    },
};

/// For the service of leaked passwords; an operator waits longer than a request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that a server of this kind gives.
const ANSWER_MAX: usize = 1000;
/// Uploads whose contents are looked for.
const UPLOADS_MAX: i64 = 5000;
/// Any prefix of a hash that occurs.
const PREFIX: &str = "5BAA6";

/// An application, or why it cannot be used.
#[derive(Debug)]
pub struct AppCheck {
    /// OWNER/APP.
    pub path: String,
    /// The application; else what is wrong with what the database holds.
    pub app: Result<App, ServiceError>,
    /// It or its owner is called `.` or `..`, as older releases allowed: browsers reach no customers' panel there.
    pub is_out_of_reach: bool,
}

/// Whether the contents of uploads are where they should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsCheck {
    /// Uploads that were looked for: all of them, or so many thousands of the newest.
    pub looked: usize,
    /// Those among them that are not there.
    pub missing: usize,
    /// Those among them that cannot be opened.
    pub unreadable: usize,
    /// What the system says of the first of these.
    pub why: Option<String>,
}

/// What was found in a list of VPNs.
#[derive(Clone, Copy, Debug)]
pub struct VpnFigures {
    /// Ranges of addresses.
    pub ranges: usize,
    /// Autonomous systems that the table does not know.
    pub unknown_systems: usize,
}

/// Looks at the schema of a database without changing anything of it.
///
/// # Errors
/// When the database is not there, is empty though it was in use, or cannot be opened or reached.
pub async fn schema(database: Database, master_key: &MasterKeySource) -> Result<Schema, ServiceError> {
    refuse_emptied(&database, master_key)?;
    Ok(Store::schema(database).await?)
}

/// Looks for damage in the file of a SQLite database, without changing it.
///
/// # Errors
/// With what is wrong and what to do.
pub async fn damage(database: &Database, master_key: &MasterKeySource) -> Result<(), String> {
    refuse_emptied(database, master_key).map_err(|error| error.to_string())?;
    let told = |error: StoreError| match error.advice() {
        Some(advice) => format!("{error}: {advice}"),
        None => error.to_string(),
    };
    match claviger_store::damage(database).await.map_err(told)? {
        Some(found) => Err(format!("it is damaged ({found}): stop the server and restore a backup")),
        None => Ok(()),
    }
}

/// Logs in to the mail server; no mail is sent.
///
/// # Errors
/// With the reason why it could not, without secrets.
pub async fn mail(options: &MailOptions) -> Result<(), String> {
    let mailer = Mailer::new(options).map_err(|error| error.to_string())?;
    mailer.test().await.map_err(|error| error.to_string())
}

/// Reads a list of VPNs. Blocks.
///
/// # Errors
/// With what is wrong with it and what to do.
pub fn vpn_list(list: &Path, asn_table: Option<&Path>) -> Result<VpnFigures, String> {
    let list = VpnList::load(list, asn_table).map_err(|error| error.to_string())?;
    Ok(VpnFigures { ranges: list.len(), unknown_systems: list.unknown_systems() })
}

/// What a database of countries calls itself, and the Unix second in which it was made. Blocks.
///
/// # Errors
/// With what is wrong with it and what to do.
pub fn countries(path: &Path) -> Result<(String, i64), String> {
    let countries = Countries::load(path).map_err(|error| error.to_string())?;
    Ok((countries.kind().to_owned(), countries.made()))
}

/// Looks whether leaked passwords can be looked up: in a file, in a folder, or at a service.
///
/// # Errors
/// With what is wrong and what to do.
pub async fn leaked_passwords(source: &str, allow: &[AllowedTarget]) -> Result<(), String> {
    match service_url(source) {
        Some(url) => ask_for_range(url, allow).await,
        None => open_leaked(source.as_ref()).map(drop).map_err(|error| error.to_string()),
    }
}

/// Asks a running server by its public address which address the caller has there; `None`: an unknown one.
///
/// # Errors
/// With the reason why there is no answer.
pub async fn address_seen(public_url: &str) -> Result<Option<IpAddr>, String> {
    let options = OutgoingOptions { allow: Vec::new(), own_url: Some(public_url.into()) };
    let outgoing = Outgoing::new(options).map_err(|error| error.to_string())?;
    let url = format!("{public_url}/api/address");
    let call = Call {
        url: &url,
        body: None,
        content_type: None,
        user_agent: USER_AGENT,
        max_bytes: ANSWER_MAX,
        timeout: TIMEOUT,
        redirects: Redirects::None,
        headers: &[],
    };
    let answer = outgoing.call(call).await.map_err(|error| error.to_string())?;
    let seen: Option<Seen> = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200);
    seen.map(|seen| seen.address)
        .ok_or_else(|| format!("something else answers, with status {}", answer.status))
}

#[derive(Deserialize)]
struct Seen {
    #[serde(deserialize_with = "Option::deserialize")]
    address: Option<IpAddr>,
}

async fn ask_for_range(url: &str, allow: &[AllowedTarget]) -> Result<(), String> {
    let options = OutgoingOptions { allow: allow.to_vec(), own_url: None };
    let outgoing = Outgoing::new(options).map_err(|error| error.to_string())?;
    let ranges = Ranges { outgoing: Arc::new(outgoing), url: url.into(), timeout: TIMEOUT };
    let rows = ranges.range(PREFIX).await?;
    match rows.lines().next().and_then(|line| line.split_once(':')) {
        Some((suffix, _)) if suffix.len() == 35 => Ok(()),
        _ => Err("the service did not answer with lines of SUFFIX:COUNT: check its address, without /range/"
            .into()),
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
            is_out_of_reach: is_step(&record.name) || is_step(&record.owner.name),
        });
        Ok(checks.collect())
    }

    /// Looks whether the contents of uploads are there, and can be read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_uploads(&self) -> Result<UploadsCheck, ServiceError> {
        let uploads = self.store.db().read(|conn| files::newest_uploads(conn, UPLOADS_MAX)).await?;
        let store = self.files.clone();
        let look = move || {
            let mut check = UploadsCheck { looked: uploads.len(), ..Default::default() };
            for (app, id) in uploads {
                match store.look(app, &id) {
                    Ok(()) => {}
                    Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) => {
                        check.missing += 1;
                    }
                    Err(error) => {
                        check.unreadable += 1;
                        check.why.get_or_insert(error.to_string());
                    }
                }
            }
            check
        };
        let looking = tokio::task::spawn_blocking(look).await;
        looking.map_err(|error| ServiceError::System(error.to_string()))
    }
}

/// Whether an identity provider answers as it should.
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn identity_provider(options: &ProviderOptions, allow: &[AllowedTarget]) -> Result<(), String> {
    let options_of_calls = OutgoingOptions { allow: allow.to_vec(), own_url: None };
    let outgoing = Outgoing::new(options_of_calls).map_err(|error| error.to_string())?;
    let calls = Calls::new(Arc::new(outgoing));
    let way = Way { calls: &calls, who: Who::server() };
    Provider::new(options.clone()).look(&way, 0).await.map_err(|fault| fault.to_string())
}
