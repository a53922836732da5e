//! What all use cases are methods of: the data and the tools that requests share.

use std::sync::Arc;

use claviger_capacity::{Gate, Permit, Who};
use claviger_domain::{ClientAddress, Clock, Random, Seldom, SigningKey};
use claviger_outgoing::Outgoing;
use claviger_store::{Conn, Store, StoreError, catalog};
use tokio::sync::Notify;

use crate::{
    error::ServiceError,
    options::Options,
    shared::{
        alerts::{Alert, Alerted, Alerts},
        asked::Asked,
        attempts::Attempts,
        calls::Calls,
        catalog::{App, Catalog},
        endings::EndingsCache,
        figures::{Figures, Notes, SubscriberCounts},
        file_store::FileStore,
        key_uses::KeyUses,
        known_apps::KnownApps,
        line_budgets::LineBudgets,
        mails::Mails,
        passwords::Passwords,
        proven_keys::ProvenKeys,
        provider::Provider,
        proxy::ProxyWatch,
        pulses::Pulses,
        quotas::Quotas,
        screens::Screens,
        spool::Spools,
        stats::{AppStats, SellerStats, StatsCache},
        tally::Tallies,
        tries::Tries,
        unfinished::Unfinished,
        vain::Vain,
        vault::Vault,
        watching::Watching,
        webhook_calls::WebhookCalls,
    },
};

/// Everything that requests need, shared by all of them.
pub struct Service {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) passwords: Passwords,
    pub(crate) catalog: Catalog,
    pub(crate) known_apps: KnownApps,
    pub(crate) stats: StatsCache<AppStats>,
    pub(crate) seller_stats: StatsCache<SellerStats>,
    pub(crate) figures: StatsCache<Figures>,
    /// When subscriptions end.
    pub(crate) endings: EndingsCache,
    pub(crate) subscribers: StatsCache<SubscriberCounts>,
    pub(crate) notes: StatsCache<Notes>,
    pub(crate) proxies: Arc<ProxyWatch>,
    /// What happened since it was last written down.
    pub(crate) tallies: Tallies,
    pub(crate) watching: Watching,
    /// Chats and logs that dashboards read along.
    pub(crate) pulses: Pulses,
    pub(crate) attempts: Attempts,
    /// What was told of guesses and floods.
    pub(crate) alerts: Alerts,
    /// Tries to sign in on their way into the database.
    pub(crate) tries: Tries,
    pub(crate) key_uses: KeyUses,
    /// Unknown seller keys.
    pub(crate) key_attempts: Attempts,
    pub(crate) proven_keys: ProvenKeys,
    /// Failed sign-ins to the dashboard.
    pub(crate) people_attempts: Attempts,
    /// Names of others' accounts that an owner, by its id, asked for.
    pub(crate) foreign_names: Asked<String>,
    /// Changes of very many rows.
    pub(crate) bulk: Gate,
    /// Announces a job that nobody works on.
    pub(crate) jobs_wait: Notify,
    /// Lists that are written while somebody takes them.
    pub(crate) lists: Gate,
    /// Snapshots of the database that such lists are read from.
    pub(crate) snapshots: Gate,
    /// Walks over sessions that hang on no reader: lists hold none of them up.
    pub(crate) walks: Gate,
    pub(crate) downloads: Gate,
    /// Goes through whole files.
    pub(crate) digests: Gate,
    pub(crate) uploads: Gate,
    pub(crate) unfinished: Unfinished,
    pub(crate) quotas: Quotas,
    pub(crate) spools: Spools,
    pub(crate) calls: Calls,
    pub(crate) providers: Vec<Provider>,
    pub(crate) outgoing: Arc<Outgoing>,
    /// `None` where no mail server is set.
    pub(crate) mails: Option<Mails>,
    pub(crate) screens: Arc<Screens>,
    /// Turns of webhooks that are under way.
    pub(crate) delivering: Gate,
    /// Lines of `log` in this hour.
    pub(crate) line_budgets: LineBudgets,
    /// Announces a message in the table of deliveries.
    pub(crate) deliver: Notify,
    pub(crate) webhook_calls: WebhookCalls,
    pub(crate) files: FileStore,
    /// Lines of the server's log about what an application's programs ask for in vain.
    pub(crate) vain: Vain,
    /// When it was told that licenses of a weak mask were made.
    pub(crate) weak_masks: Seldom,
    pub(crate) default_key: Arc<SigningKey>,
    pub(crate) options: Options,
}

impl Service {
    /// The time, as an interface.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Randomness, as an interface.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// Tells of a guess or a flood in the log, while there is room for it.
    pub fn alert(&self, alert: Alert, address: ClientAddress, about: Alerted<'_>) {
        self.alerts.tell(alert, address, about, self.clock.now());
    }

    /// Takes note of what is odd about proxies.
    pub fn proxies(&self) -> &Arc<ProxyWatch> {
        &self.proxies
    }

    /// Signs replies of API 1.3 before an application is known, and all of them in single-key mode.
    pub fn default_key(&self) -> &Arc<SigningKey> {
        &self.default_key
    }

    /// Whether the default key pair signs for all applications, so that those of their own mean nothing.
    pub fn has_single_signing_key(&self) -> bool {
        self.options.single_signing_key
    }

    /// The newest key pair that signs an application's replies of API 1.3.
    pub fn signing_key<'a>(&'a self, app: &'a App) -> &'a Arc<SigningKey> {
        if self.options.single_signing_key { &self.default_key } else { app.key_pairs.newest() }
    }

    /// Waits until another walk over an application's rows may begin. The thread that walks keeps what this returns: whoever
    /// waits for it may be gone before it ends.
    pub(crate) async fn walk_permit(&self, app: i64) -> Result<Permit, ServiceError> {
        Ok(self.walks.enter(Who::app(app)).await?)
    }

    /// Counts something of an application: where it is much, on a thread of its own and in turns with other applications, so
    /// that nobody else waits for it.
    pub(crate) async fn count_of<T: Send + 'static>(
        &self,
        app: i64,
        much: bool,
        count: impl FnOnce(&mut Conn<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        if !much {
            return Ok(self.store.db().read(count).await?);
        }
        let permit = self.walk_permit(app).await?;
        let walk = move |conn: &mut Conn<'_>| {
            let _permit = permit;
            count(conn)
        };
        Ok(self.store.read_apart(walk).await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        self.renew_catalog().await
    }

    /// Looks whether owners or applications were changed, by whichever process.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_catalog(&self) -> Result<(), ServiceError> {
        let version = self.store.db().read(catalog::version).await?;
        self.catalog.renew(version);
        Ok(())
    }
}
