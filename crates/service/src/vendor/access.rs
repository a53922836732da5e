//! Blacklist and whitelist of an application.

use std::net::IpAddr;

use claviger_domain::HWID_MAX;
use claviger_store::access::{self, Blacklisted};

use super::{
    ManageError,
    checks::{check_length, check_reason},
};
use crate::{App, Service};

/// Whom a blacklist entry keeps out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcast {
    /// An address.
    Ip(IpAddr),
    /// A device.
    Hwid(String),
    /// A region. It is kept and listed only: this server does not know where an address is.
    Region(Region, String),
}

/// What kind of region a blacklist entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// A region of a country.
    Region,
    /// A country.
    Country,
    /// An autonomous system.
    Asn,
}

impl Region {
    fn as_str(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Country => "country",
            Self::Asn => "asn",
        }
    }
}

impl Outcast {
    /// Kind and value as they are stored. Addresses are compared as text, so they have one spelling.
    fn stored(&self) -> (&'static str, String) {
        match self {
            Self::Ip(ip) => (access::IP, ip.to_canonical().to_string()),
            Self::Hwid(hwid) => (access::HWID, hwid.clone()),
            Self::Region(kind, name) => (kind.as_str(), name.clone()),
        }
    }
}

impl Service {
    /// The blacklist of an application, in the order of kind and value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn blacklist(&self, app: &App) -> Result<Vec<Blacklisted>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| access::blacklisted(conn, app)).await?)
    }

    /// Keeps an address or a device out; a new reason replaces an old one. Sessions go on.
    ///
    /// # Errors
    /// When a value is too long, or the database fails.
    pub async fn add_to_blacklist(
        &self,
        app: &App,
        outcast: Outcast,
        reason: String,
    ) -> Result<(), ManageError> {
        self.add_all_to_blacklist(app, vec![outcast], reason).await
    }

    /// As [`Service::add_to_blacklist`], for several, all or none.
    ///
    /// # Errors
    /// When a value is too long, or the database fails.
    pub async fn add_all_to_blacklist(
        &self,
        app: &App,
        outcasts: Vec<Outcast>,
        reason: String,
    ) -> Result<(), ManageError> {
        check_reason(&reason)?;
        let (app, now) = (app.id, self.clock.now());
        let mut entries = Vec::with_capacity(outcasts.len());
        for outcast in outcasts {
            let (kind, value) = outcast.stored();
            check_length("what is blacklisted", &value, HWID_MAX)?;
            entries.push(Blacklisted { kind: kind.into(), value, reason: reason.clone(), added: now });
        }
        self.manage(move |conn| {
            for entry in &entries {
                access::blacklist(conn, app, entry)?;
            }
            Ok(())
        })
        .await
    }

    /// Lets everybody in again; `false` when nobody was kept out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_blacklist(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(access::clear_blacklist(conn, app)? > 0)).await
    }

    /// Takes all exemptions back; `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_whitelist(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(access::clear_whitelist(conn, app)? > 0)).await
    }

    /// Lets an address or a device in again; `false` when it was not kept out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_from_blacklist(&self, app: &App, outcast: Outcast) -> Result<bool, ManageError> {
        let (app, (kind, value)) = (app.id, outcast.stored());
        self.manage(move |conn| Ok(access::unblacklist(conn, app, kind, &value)?)).await
    }

    /// The addresses that are exempt from the check for VPNs, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whitelist(&self, app: &App) -> Result<Vec<String>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| access::whitelisted(conn, app)).await?)
    }

    /// Exempts an address from the check for VPNs; `false` when it was exempt.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_to_whitelist(&self, app: &App, ip: IpAddr) -> Result<bool, ManageError> {
        let (app, now, ip) = (app.id, self.clock.now(), ip.to_canonical().to_string());
        self.manage(move |conn| Ok(access::whitelist(conn, app, &ip, now)?)).await
    }

    /// Takes an exemption back; `false` when there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_from_whitelist(&self, app: &App, ip: IpAddr) -> Result<bool, ManageError> {
        let (app, ip) = (app.id, ip.to_canonical().to_string());
        self.manage(move |conn| Ok(access::unwhitelist(conn, app, &ip)?)).await
    }
}
