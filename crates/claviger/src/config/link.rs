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
            return file.named("public_url", parse::public_url(text));
        }
        let values = &file.values;
        let listen = file.setting("listen", self.listen, values.listen.as_ref(), LISTEN, parse::listen)?;
        let by_files = self.tls_cert_file.is_some() || values.tls_cert_file.is_some();
        let by_authority = self.acme_domains.is_some() || values.acme_domains.is_some();
        Ok(url_of(listen, by_files || by_authority))
    }
}

/// The address in links where none is told. Nobody can go to the address that stands for all of this machine.
pub(super) fn url_of(listen: SocketAddr, secured: bool) -> String {
    let scheme = if secured { "https" } else { "http" };
    match listen.ip().is_unspecified() {
        true => format!("{scheme}://localhost:{}", listen.port()),
        false => format!("{scheme}://{listen}"),
    }
}
