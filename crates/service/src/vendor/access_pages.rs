//! Pages of the blacklist and the whitelist, several entries at once, and whether somebody is kept out.

use std::{net::IpAddr, time::Duration};

use claviger_domain::{HWID_MAX, Network, normalize_hwid, trimmed};
use claviger_store::{
    Conn, StoreError,
    access::{self, Blacklisted},
    access_pages::{self, EntryFilter, Exempt, Page},
};

use super::{ManageError, access::Outcast};
use crate::{App, Service, ServiceError, shared::watching::Number};

/// How long a page may take: a text that is nowhere is looked for in all entries.
const PATIENT: Duration = Duration::from_millis(180);
/// Entries that are counted.
const COUNTED: i64 = 10_000;
/// Entries that are added or removed at once.
pub const ACCESS_BATCH_MAX: usize = 1000;

/// Whether somebody is kept out, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessCheck {
    /// The address, if the text is one.
    pub address: Option<IpAddr>,
    /// The entries of the blacklist that keep out.
    pub entries: Vec<Blacklisted>,
    /// The networks of the whitelist that exempt the address.
    pub exempt: Vec<String>,
}

impl Service {
    /// A page of the blacklist, after a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn blacklist_page(
        &self,
        app: &App,
        filter: EntryFilter,
        after: Vec<String>,
        limit: usize,
    ) -> Result<Page<Blacklisted>, ServiceError> {
        let (at, text) = ([app.id, self.clock.now()], filter.text.clone());
        let read = move |conn: &mut Conn<'_>| {
            access_pages::blacklist_page(conn, at, &filter, &after, limit, PATIENT)
        };
        self.page_of(app.id, &text, read).await
    }

    /// A page of the whitelist, after a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whitelist_page(
        &self,
        app: &App,
        text: String,
        after: Vec<String>,
        limit: usize,
    ) -> Result<Page<Exempt>, ServiceError> {
        let (at, wanted) = ([app.id, self.clock.now()], text.clone());
        let read =
            move |conn: &mut Conn<'_>| access_pages::whitelist_page(conn, at, &text, &after, limit, PATIENT);
        self.page_of(app.id, &wanted, read).await
    }

    /// Looks for a text on a thread of its own, in turns with others.
    async fn page_of<T: Send + 'static>(
        &self,
        app: i64,
        text: &str,
        read: impl FnOnce(&mut Conn<'_>) -> Result<Page<T>, StoreError> + Send + 'static,
    ) -> Result<Page<T>, ServiceError> {
        // No entry has it, and PostgreSQL takes no such text.
        if text.contains('\0') {
            return Ok(Page { rows: Vec::new(), next: None, looked: None });
        }
        self.count_of(app, !text.is_empty(), read).await
    }

    /// How many entries the blacklist has, or the whitelist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_access(&self, app: &App, black: bool) -> Result<Number, ServiceError> {
        let at = [app.id, self.clock.now()];
        let count = move |conn: &mut Conn<'_>| access_pages::count_up_to(conn, at, black, COUNTED + 1);
        let counted = self.store.db().read::<_, StoreError, _>(count).await?;
        let number = counted.min(COUNTED) as u64;
        Ok(if counted > COUNTED { Number::AtLeast(number) } else { Number::Exactly(number) })
    }

    /// Lets several in again, whatever the reasons; what the entries were that were there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_from_blacklist(
        &self,
        app: &App,
        outcasts: Vec<Outcast>,
    ) -> Result<Vec<Blacklisted>, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        let stored: Vec<_> = outcasts.iter().map(Outcast::stored).collect();
        self.manage(move |conn| {
            let mut gone = Vec::new();
            for (kind, value) in &stored {
                gone.extend(access::unblacklist(conn, app, kind, value, now)?);
            }
            Ok(gone)
        })
        .await
    }

    /// Exempts several addresses and networks from the check for VPNs, all or none; how many were not exempt as long
    /// already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_all_to_whitelist(
        &self,
        app: &App,
        networks: Vec<Network>,
        until: Option<i64>,
    ) -> Result<u64, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            let mut added = 0;
            for network in &networks {
                added += u64::from(access::whitelist(conn, app, &network.to_string(), until, now)?);
            }
            Ok(added)
        })
        .await
    }

    /// Takes several exemptions back; how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_from_whitelist(
        &self,
        app: &App,
        networks: Vec<Network>,
    ) -> Result<u64, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            let mut gone = 0;
            for network in &networks {
                gone += u64::from(access::unwhitelist(conn, app, &network.to_string(), now)?);
            }
            Ok(gone)
        })
        .await
    }

    /// Whether an address or a device is kept out, by what, and whether the address is exempt from the check for VPNs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_access(&self, app: &App, text: &str) -> Result<AccessCheck, ServiceError> {
        let (app, now, text) = (app.id, self.clock.now(), trimmed(text).to_owned());
        let address: Option<IpAddr> = text.parse().ok();
        let device = (address.is_none() && !text.contains('\0') && text.len() <= HWID_MAX)
            .then(|| normalize_hwid(&text));
        let check = move |conn: &mut Conn<'_>| {
            let entries = access::entries_for(conn, app, device.as_deref(), address, now)?;
            let exempt = match address {
                Some(address) => access::exempting(conn, app, address, now)?,
                None => Vec::new(),
            };
            Ok::<_, StoreError>(AccessCheck { address, entries, exempt })
        };
        Ok(self.store.db().read(check).await?)
    }
}
