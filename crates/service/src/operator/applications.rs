//! Applications, as an operator makes and changes them.

use claviger_domain::{ApiVersions, AppSettings, Secret, SigningKey};
use claviger_store::{
    Conn, StoreError,
    apps::{self, AppRecord, NewApp},
    bulk::{self, Change},
    owners, seller_keys,
    sessions::shared,
    subscriptions,
};

use super::names::{check_name, no_owner, refused};
use crate::{
    App, Service, ServiceError,
    background::bulk::FIRST_SLICE,
    shared::master_key::purpose::{APP_SECRET, SIGNING_KEY},
    vendor::seller_keys::{first_terms, new_secret},
};

/// Longest name of an application in bytes.
pub(super) const APP_NAME_MAX: usize = 40;
/// The subscription that a new application has, so that its first licenses can be used.
const DEFAULT_SUBSCRIPTION: &str = "default";
/// The level of licenses that it is for: the one they have unless the seller chooses another.
const DEFAULT_LEVEL: &str = "1";
/// Bytes of randomness in an app secret.
pub(super) const SECRET_BYTES: usize = 32;

/// An application just made, with what is shown only now.
#[derive(Debug)]
pub struct CreatedApp {
    /// The application.
    pub app: App,
    /// Its seller key; only a hash is kept.
    pub seller_key: Secret,
}

/// An application with figures, for a table.
#[derive(Debug)]
pub struct AppSummary {
    /// The application.
    pub app: App,
    /// Last four characters of its seller key.
    pub seller_key_hint: String,
    /// Sessions that live.
    pub sessions: i64,
}

/// Splits `OWNER/APP` at the first slash.
///
/// # Errors
/// With a sentence that says how it is written.
pub fn parse_app_path(path: &str) -> Result<(String, String), String> {
    match path.split_once('/') {
        Some((owner, app)) if !owner.is_empty() && !app.is_empty() => Ok((owner.into(), app.into())),
        _ => Err(format!("`{path}` names no application: write OWNER/APP, as `claviger app list` shows it")),
    }
}

impl Service {
    /// Makes an application with a secret, a seller key, an Ed25519 key pair of its own, and a subscription.
    ///
    /// # Errors
    /// When there is no such owner, the name is unfit or taken, or the database fails.
    pub async fn create_app(
        &self,
        owner: &str,
        name: &str,
        api: ApiVersions,
    ) -> Result<CreatedApp, ServiceError> {
        let name = &check_name("application", name, APP_NAME_MAX)?;
        let owner_name = owner.to_owned();
        let found =
            self.store.db().read::<_, StoreError, _>(move |conn| owners::by_name(conn, &owner_name)).await?;
        let found = found.ok_or_else(|| no_owner(owner))?;
        let mut seed = zeroize::Zeroizing::new([0; SigningKey::SEED_LEN]);
        self.random.fill(&mut *seed);
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let settings = AppSettings { api, ..AppSettings::default() };
        let sealed_secret = self.vault.seal_to_keep(APP_SECRET, secret.expose().as_bytes());
        let sealed_signing_key = self.vault.seal_to_keep(SIGNING_KEY, &*seed);
        let (app_name, created) = (name.clone(), self.clock.now());
        let (seller_key, stored) = new_secret(self);
        let added = self.store.db().write::<_, StoreError, _>(move |conn| {
            let new = NewApp {
                owner: found.id,
                name: app_name,
                sealed_secret: sealed_secret.admitted(conn)?,
                sealed_signing_key: sealed_signing_key.admitted(conn)?,
                settings: serde_json::to_string(&settings).expect("settings are plain data"),
                created,
            };
            let Some(app) = apps::insert(conn, &new)? else { return Ok(false) };
            seller_keys::insert(conn, app, &first_terms(), &stored, new.created)?;
            subscriptions::insert(conn, app, DEFAULT_SUBSCRIPTION, DEFAULT_LEVEL)?;
            Ok(true)
        });
        if !added.await? {
            return Err(taken(owner, name));
        }
        Ok(CreatedApp { app: self.app(owner, name).await?, seller_key })
    }

    /// An application by the names of its owner and itself.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn app(&self, owner: &str, name: &str) -> Result<App, ServiceError> {
        App::open(&self.app_record(owner, name).await?, &self.vault)
    }

    async fn app_record(&self, owner: &str, name: &str) -> Result<AppRecord, ServiceError> {
        let (owner_name, app_name) = (owner.to_owned(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| apps::by_owner_name(conn, &owner_name, &app_name);
        let record = self.store.db().read::<_, StoreError, _>(find).await?;
        record.ok_or_else(|| {
            refused(&format!("there is no application `{owner}/{name}`; see `claviger app list`"))
        })
    }

    /// An application with its figures.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn app_summary(&self, owner: &str, name: &str) -> Result<AppSummary, ServiceError> {
        let app = self.app(owner, name).await?;
        self.summarize(app).await
    }

    /// All applications with their figures, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apps(&self) -> Result<Vec<AppSummary>, ServiceError> {
        let mut summaries = Vec::new();
        for record in self.store.db().read(apps::all).await? {
            summaries.push(self.summarize(App::open(&record, &self.vault)?).await?);
        }
        Ok(summaries)
    }

    async fn summarize(&self, app: App) -> Result<AppSummary, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let figures = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((seller_keys::hint(conn, id)?, shared::count(conn, id, now)?))
        };
        let (hint, sessions) = self.store.db().read(figures).await?;
        Ok(AppSummary { app, seller_key_hint: hint.unwrap_or_default(), sessions })
    }

    /// Draws a new app secret. Programs with the old one stop verifying replies of API 1.0 and 1.2, so all sessions end.
    ///
    /// # Errors
    /// When there is no such application, or the database fails.
    pub async fn rotate_secret(&self, owner: &str, name: &str) -> Result<Secret, ServiceError> {
        let id = self.app(owner, name).await?.id;
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let sealed = self.vault.seal_to_keep(APP_SECRET, secret.expose().as_bytes());
        let rotate = move |conn: &mut Conn<'_>| {
            let sealed = sealed.admitted(conn)?;
            apps::set_secret(conn, id, &sealed)?;
            shared::raise_generation(conn, id)
        };
        self.store.db().write::<_, StoreError, _>(rotate).await?;
        self.renew_catalog().await?;
        Ok(secret)
    }

    /// Gives an application another name; returns it as it is now. Programs name it when they start, so those that were
    /// built with the old one are refused from then on. Running servers obey within a second.
    ///
    /// # Errors
    /// When there is no such application, the name is unfit or taken, or the database fails.
    pub async fn rename_app(&self, owner: &str, name: &str, to: &str) -> Result<App, ServiceError> {
        let record = self.app_record(owner, name).await?;
        let to = check_name("application", to, APP_NAME_MAX)?;
        let new = to.clone();
        let rename = move |conn: &mut Conn<'_>| apps::rename(conn, &record, &new);
        if !self.store.db().write::<_, StoreError, _>(rename).await? {
            return Err(taken(owner, &to));
        }
        self.renew_catalog().await?;
        self.app(owner, &to).await
    }

    /// Deletes an application with its users, licenses, files and sessions. Nobody finds it once this returns; of very
    /// many rows, the last are removed in the background.
    ///
    /// # Errors
    /// When there is no such application, the database fails, or the folder of its files cannot be removed.
    pub async fn delete_app(&self, owner: &str, name: &str) -> Result<(), ServiceError> {
        let (app, now) = (self.app(owner, name).await?, self.clock.now());
        let id = app.id;
        let delete = move |conn: &mut Conn<'_>| {
            apps::delete(conn, id)?;
            bulk::begin(conn, id, &Change::DeleteApp, now, FIRST_SLICE)
        };
        let job = self.store.db().write::<_, StoreError, _>(delete).await?;
        self.renew_catalog().await?;
        self.delete_uploads(&app).await?;
        Ok(self.carry_out(id, job).await?)
    }
}

fn taken(owner: &str, name: &str) -> ServiceError {
    refused(&format!("`{owner}` has an application `{name}` already"))
}
