//! Webhooks: addresses that programs have called without knowing them.

use claviger_domain::{BASE62, tidy};
use claviger_outgoing::CallError;
use claviger_store::webhooks::{self, Webhook};

use super::{
    ManageError,
    checks::{check_name, check_text, check_url, either_name, must_exist},
};
use crate::{App, Service};

/// Longest address in bytes.
const URL_MAX: usize = 200;
/// Longest `User-Agent` in bytes.
const USER_AGENT_MAX: usize = 49;
const USER_AGENT: &str = "Claviger";
const USER_AGENT_WORDS: &str = "the user agent";
/// Longest id in bytes; drawn ones have it.
const ID_MAX: usize = 10;

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFault {
    /// It is no address of the web.
    Malformed,
    /// It leads into the server's own network.
    Inner,
}

/// A webhook to be added.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// The address, which programs only add to.
    pub url: String,
    /// Sent as `User-Agent`; `None`: `Claviger`.
    pub user_agent: Option<String>,
    /// The name that programs know; `None`: drawn.
    pub id: Option<String>,
    /// Only programs that have signed in may use it.
    pub authed: bool,
}

impl Service {
    /// The webhooks of an application, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhooks(&self, app: &App) -> Result<Vec<Webhook>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| webhooks::all(conn, app)).await?)
    }

    /// Webhooks after an id, at most `limit`, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook_page(
        &self,
        app: &App,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Webhook>, ManageError> {
        let (app, after) = (app.id, after.to_owned());
        Ok(self.store.db().read(move |conn| webhooks::page(conn, app, &after, limit)).await?)
    }

    /// Changes a webhook, all but its id. Returns it as it is from now on.
    ///
    /// # Errors
    /// When a value is unfit, there is none of that id, or the database fails.
    pub async fn edit_webhook(&self, app: &App, id: &str, new: NewWebhook) -> Result<Webhook, ManageError> {
        let webhook = Webhook {
            id: id.into(),
            url: tidy(&new.url).into(),
            user_agent: match new.user_agent {
                Some(name) => check_text(USER_AGENT_WORDS, &name, USER_AGENT_MAX)?,
                None => USER_AGENT.into(),
            },
            authed: new.authed,
        };
        check(&webhook)?;
        let app = app.id;
        self.manage(move |conn| match webhooks::update(conn, app, &webhook)? {
            true => Ok(webhook),
            false => Err(ManageError::unknown("webhook", &webhook.id)),
        })
        .await
    }

    /// Adds a webhook.
    ///
    /// # Errors
    /// When a value is unfit, the id is taken, or the database fails.
    pub async fn add_webhook(&self, app: &App, new: NewWebhook) -> Result<Webhook, ManageError> {
        let webhook = Webhook {
            id: match new.id {
                Some(id) => check_name("the id of a webhook", &id, ID_MAX)?,
                None => self.random.text(BASE62, ID_MAX),
            },
            url: tidy(&new.url).into(),
            user_agent: match new.user_agent {
                Some(name) => check_text(USER_AGENT_WORDS, &name, USER_AGENT_MAX)?,
                None => USER_AGENT.into(),
            },
            authed: new.authed,
        };
        check(&webhook)?;
        let app = app.id;
        self.manage(move |conn| match webhooks::insert(conn, app, &webhook)? {
            true => Ok(webhook),
            false => Err(ManageError::taken("webhook", &webhook.id)),
        })
        .await
    }

    /// Deletes a webhook.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_webhook(&self, app: &App, id: &str) -> Result<(), ManageError> {
        let (app, id) = (app.id, id.to_owned());
        self.manage(move |conn| {
            let found = either_name(&id, |id| webhooks::delete(conn, app, id))?;
            must_exist(found, "webhook", &id)
        })
        .await
    }

    /// Deletes all webhooks; `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_webhooks(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(webhooks::clear(conn, app)? > 0)).await
    }

    /// Whether an address can be called by this server, as far as can be told without calling it: its host is resolved.
    ///
    /// # Errors
    /// [`UrlFault`]. A name that cannot be resolved now is no fault: it may be resolved later.
    pub async fn check_outgoing(&self, url: &str) -> Result<(), UrlFault> {
        let url = tidy(url);
        check_url("the address", url, URL_MAX).map_err(|_| UrlFault::Malformed)?;
        match self.outgoing.resolve(url).await {
            Err(CallError::BadUrl) => Err(UrlFault::Malformed),
            Err(CallError::Forbidden(_)) => Err(UrlFault::Inner),
            _ => Ok(()),
        }
    }
}

/// A webhook of another server, as it is kept.
pub(crate) fn check_webhook(new: &Webhook) -> Result<Webhook, ManageError> {
    let user_agent = match new.user_agent.as_str() {
        "" => USER_AGENT.into(),
        name => check_text(USER_AGENT_WORDS, name, USER_AGENT_MAX)?,
    };
    let id = check_name("the id of a webhook", &new.id, ID_MAX)?;
    let webhook = Webhook { id, url: tidy(&new.url).into(), user_agent, authed: new.authed };
    check(&webhook)?;
    Ok(webhook)
}

fn check(webhook: &Webhook) -> Result<(), ManageError> {
    check_url("the address of a webhook", &webhook.url, URL_MAX)?;
    if webhook.user_agent.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(ManageError::Unfit("a user agent has printable ASCII characters only".into()))
    }
}
