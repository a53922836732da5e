//! The address of the server in links.

use std::net::SocketAddr;

use super::{
    args::{LinkArgs, StoreArgs},
    file::SettingsFile,
    parse,
};

/// Where the server listens unless a setting says otherwise.
pub(super) const LISTEN: &str = "127.0.0.1:8080";

impl LinkArgs {
    /// The address under which people reach the server, as far as it is told.
    ///
    /// # Errors
    /// When the settings file cannot be used.
    pub(crate) fn resolve(&self, store: &StoreArgs) -> anyhow::Result<String> {
        let file = SettingsFile::find(store)?;
        if let Some(url) = &self.public_url {
            return Ok(url.clone());
        }
        if let Some(text) = &file.values.public_url {
            return file.named(parse::public_url(text));
        }
        let listen = file.setting(None, file.values.listen.as_ref(), LISTEN, parse::listen)?;
        Ok(url_of(listen, file.values.tls_cert_file.is_some() || file.values.acme_domains.is_some()))
    }
}

/// The address in links where none is told.
pub(super) fn url_of(listen: SocketAddr, secured: bool) -> String {
    format!("{}://{listen}", if secured { "https" } else { "http" })
}
