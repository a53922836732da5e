//! Blacklist and whitelist of an application.

use claviger_domain::{HWID_MAX, Network, Term, Unit, normalize_hwid, trimmed};
use claviger_store::access::{self, Blacklisted, Entry, Whitelisted};

use super::{
    ManageError,
    checks::{check_length, check_reason},
};
use crate::{App, Service};

/// Whom a blacklist entry keeps out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcast {
    /// An address or a network.
    Ip(Network),
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

/// Kinds of entries of the blacklist, as they are stored and asked for.
pub const KINDS: [&str; 5] = ["ip", "hwid", "region", "country", "asn"];
/// Longest name of a region in bytes.
const REGION_MAX: usize = 99;

impl Outcast {
    /// An entry of a kind, in any case; `None` when there is no such kind, or the value cannot be one.
    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        let region = |kind| (value.len() <= REGION_MAX).then(|| Self::Region(kind, value.into()));
        match kind.to_ascii_lowercase().as_str() {
            "ip" => value.parse().ok().map(Self::Ip),
            "hwid" => (value.len() <= HWID_MAX).then(|| Self::Hwid(value.into())),
            "region" => region(Region::Region),
            "country" => region(Region::Country),
            "asn" => region(Region::Asn),
            _ => None,
        }
    }

    /// Of a single IPv6 address the network of its subscriber, who is kept out only along with that.
    pub fn subscriber(&self) -> Option<Network> {
        if let Self::Ip(network) = self { network.subscriber() } else { None }
    }

    /// Kind and value as they are stored.
    pub(crate) fn stored(&self) -> (&'static str, String) {
        match self {
            Self::Ip(ip) => (access::IP, ip.to_string()),
            Self::Hwid(hwid) => (access::HWID, normalize_hwid(trimmed(hwid))),
            Self::Region(kind, name) => (kind.as_str(), name.clone()),
        }
    }
}

/// Latest end of an entry: the end of the year 9999.
const UNTIL_MAX: i64 = 253_402_300_799;

/// What is wrong with the end of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndFault {
    /// Of the date or second.
    #[error("the end is no date (2027-01-31) or Unix second that is still to come")]
    Until,
    /// Of the days.
    #[error("the days are no positive number, or stand beside an end")]
    Days,
}

/// When an entry ends, as somebody wrote it: at a date or Unix second, or so many days from `now`.
///
/// # Errors
/// When it is no number, over already, or too far away; and when both are given.
pub fn entry_end(until: Option<&str>, days: Option<&str>, now: i64) -> Result<Option<i64>, EndFault> {
    let (end, fault) = match (until, days) {
        (None, None) => return Ok(None),
        (Some(until), None) => match Term::parse(until, Unit::Seconds, now) {
            Ok(Term::Until(date)) => (Some(date), EndFault::Until),
            _ => (until.parse().ok(), EndFault::Until),
        },
        (None, Some(days)) => match Term::parse(days, Unit::Days, now) {
            Ok(Term::For(seconds)) => (Some(now.saturating_add(seconds)), EndFault::Days),
            _ => (None, EndFault::Days),
        },
        (Some(_), Some(_)) => (None, EndFault::Days),
    };
    end.filter(|&end| end > now && end <= UNTIL_MAX).map(Some).ok_or(fault)
}

impl Service {
    /// The blacklist of an application, in the order of kind and value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn blacklist(&self, app: &App) -> Result<Vec<Blacklisted>, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().read(move |conn| access::blacklisted(conn, app, now)).await?)
    }

    /// Keeps an address or a device out until a second, or for good; a new reason and end replace those given by hand
    /// before. Sessions go on.
    ///
    /// # Errors
    /// When a value is too long, or the database fails.
    pub async fn add_to_blacklist(
        &self,
        app: &App,
        outcast: Outcast,
        reason: String,
        until: Option<i64>,
    ) -> Result<(), ManageError> {
        self.add_all_to_blacklist(app, vec![outcast], reason, until).await
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
        until: Option<i64>,
    ) -> Result<(), ManageError> {
        let reason = check_reason(&reason)?;
        let (app, now) = (app.id, self.clock.now());
        let outcasts: Vec<_> = outcasts.iter().map(Outcast::stored).collect();
        for (_, value) in &outcasts {
            check_length("what is blacklisted", value, HWID_MAX)?;
        }
        self.manage(move |conn| {
            for (kind, value) in &outcasts {
                let entry = Entry { kind, value, reason: &reason, added: now, until };
                access::blacklist(conn, app, &entry)?;
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
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| Ok(access::clear_blacklist(conn, app, now)?)).await
    }

    /// Takes all exemptions back; `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_whitelist(&self, app: &App) -> Result<bool, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| Ok(access::clear_whitelist(conn, app, now)?)).await
    }

    /// Lets an address or a device in again, whatever the reasons; what the entry was, `None` when there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_from_blacklist(
        &self,
        app: &App,
        outcast: Outcast,
    ) -> Result<Option<Blacklisted>, ManageError> {
        let (app, (kind, value), now) = (app.id, outcast.stored(), self.clock.now());
        self.manage(move |conn| Ok(access::unblacklist(conn, app, kind, &value, now)?)).await
    }

    /// What is exempt from the check for VPNs, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whitelist(&self, app: &App) -> Result<Vec<Whitelisted>, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().read(move |conn| access::whitelisted(conn, app, now)).await?)
    }

    /// Exempts an address or a network from the check for VPNs until a second, or for good; `false` when it was exempt
    /// as long already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_to_whitelist(
        &self,
        app: &App,
        network: Network,
        until: Option<i64>,
    ) -> Result<bool, ManageError> {
        let (app, now, network) = (app.id, self.clock.now(), network.to_string());
        self.manage(move |conn| Ok(access::whitelist(conn, app, &network, until, now)?)).await
    }

    /// Takes an exemption back; `false` when there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_from_whitelist(&self, app: &App, network: Network) -> Result<bool, ManageError> {
        let (app, now, network) = (app.id, self.clock.now(), network.to_string());
        self.manage(move |conn| Ok(access::unwhitelist(conn, app, &network, now)?)).await
    }
}
