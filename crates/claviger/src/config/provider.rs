//! Identity providers, each a table `[[identity_provider]]` of the settings file.

use std::{collections::BTreeSet, env};

use claviger_domain::{Secret, in_one_line};
use claviger_service::people::ProviderOptions;
use url::{Host, Url};

use super::{
    file::SettingsFile,
    provider_table::ProviderConfig,
    secret::{Sources, warn_of_readers},
};

/// Longest name in bytes.
const NAME_MAX: usize = 60;

/// The providers of the settings file.
///
/// # Errors
/// When one makes no sense; the text says which and what to write.
pub(super) fn providers(
    file: &SettingsFile,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Vec<ProviderOptions>> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for table in file.values.identity_provider.iter().flatten() {
        let options = file.named("identity_provider", read(table))?;
        if !seen.insert(options.slug()) || !seen.insert(options.issuer.clone()) {
            let why = format!("`{}` or its issuer is there twice", options.name);
            return file.named("identity_provider", Err(why));
        }
        let secret = Sources {
            name: "client_secret",
            given: env::var(variable(&options)).ok().filter(|text| !text.is_empty()),
            given_file: None,
            in_file: table.client_secret.as_ref(),
            in_file_file: table.client_secret_file.as_ref(),
        };
        let holder = match &table.client_secret_file {
            None => table.client_secret.as_ref().and_then(|_| file.location()),
            given => file.path(given.as_ref()),
        };
        if let Some(path) = holder {
            warn_of_readers(&path, "the secret of an identity provider", warnings);
        }
        let secret = secret.find(file, warnings)?.map(|found| Secret::new(found.text));
        all.push(ProviderOptions { client_secret: secret, ..options });
    }
    Ok(all)
}

/// The variable that may hold its secret.
fn variable(options: &ProviderOptions) -> String {
    format!("CLAVIGER_CLIENT_SECRET_{}", options.slug().replace('-', "_").to_ascii_uppercase())
}

fn read(table: &ProviderConfig) -> Result<ProviderOptions, String> {
    let options = ProviderOptions {
        name: in_one_line(table.name.trim()).into_owned(),
        issuer: table.issuer.clone(),
        client_id: table.client_id.clone(),
        client_secret: None,
        scopes: table.scopes.clone().unwrap_or_else(|| vec!["email".into(), "profile".into()]),
        groups_claim: table.groups_claim.clone().unwrap_or_else(|| "groups".into()),
        owner_group: table.owner_group.clone(),
        owners_link_team: table.owners_link_team.unwrap_or(false),
    };
    let told = |why: &str| Err(format!("`{}`: {why}", options.name));
    if options.slug().is_empty() || options.name.len() > NAME_MAX {
        return told("a name has letters or digits, and at most 60 bytes");
    }
    if options.client_id.is_empty() {
        return told("client_id is what the provider knows this server by, and is not empty");
    }
    let plain = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
    if !options.scopes.iter().all(plain) {
        return told("scopes is a list of words, such as [\"email\"]");
    }
    let Ok(url) = Url::parse(&options.issuer) else {
        return told("issuer is an address such as https://login.example.org");
    };
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return told("issuer begins with https://; without TLS only this machine itself is believed");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return told("issuer has neither a user nor a query");
    }
    Ok(options)
}
