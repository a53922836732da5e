//! Choosing what is told, confirming the address of mails, and trying it.

use std::sync::Arc;

use claviger_capacity::Who;
use claviger_domain::{ClientAddress, Secret};
use claviger_outgoing::CallError;
use claviger_store::{
    Conn, StoreError, apps,
    notices::{self, Message as Notice},
};
use serde_json::json;

use super::{
    super::{
        ManageError,
        checks::{check_length, check_url},
    },
    settings::{MAIL, NoticeSettings, Occasion, open},
    watch::{Told, tell},
};
use crate::{
    App, Service, ServiceError,
    shared::{mails::quoted, to_keep::ToKeep},
};

/// What the encryption of a link is bound to.
const LINK: &str = "notices: confirm";
/// A link works for so many seconds.
const LINK_SECONDS: i64 = 24 * 3600;
/// Bytes of randomness of the secret that signs calls.
const SECRET_BYTES: usize = 32;
/// Longest address of mails in bytes, and of calls.
const EMAIL_MAX: usize = 254;
const URL_MAX: usize = 500;
/// Messages that are told.
const TOLD: i64 = 30;

/// What an owner chooses.
#[derive(Clone, Debug, Default)]
pub struct NoticeChange {
    /// Where mails go; empty: nowhere.
    pub email: String,
    /// The address that is called; empty: none.
    pub url: String,
    /// What is told.
    pub occasions: Vec<Occasion>,
    /// Refusals within an hour that are very many.
    pub refusals: i64,
    /// Days before their end in which subscriptions are told.
    pub days: i64,
    /// Days after which a backup is old.
    pub backup_days: i64,
    /// Draw a new secret for calls.
    pub new_secret: bool,
}

/// What came of a choice.
#[derive(Clone, Debug, Default)]
pub struct SavedNotices {
    /// The secret that signs calls, when it is a new one; it is shown this once.
    pub secret: Option<Secret>,
    /// Whether a mail went to a new address; `None`: none was needed.
    pub mailed: Option<bool>,
}

impl Service {
    /// What is chosen for an application.
    ///
    /// # Errors
    /// When no key here opens it, or the database fails.
    pub async fn notice_settings(&self, app: &App) -> Result<NoticeSettings, ServiceError> {
        let id = app.id;
        let sealed = self.store.db().read::<_, StoreError, _>(move |conn| notices::get(conn, id)).await?;
        Ok(open(&self.vault, sealed.as_deref())?)
    }

    /// The newest messages of an application.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notices(&self, app: &App) -> Result<Vec<Notice>, ServiceError> {
        let id = app.id;
        let read = move |conn: &mut Conn<'_>| notices::newest(conn, id, TOLD);
        Ok(self.store.db().read::<_, StoreError, _>(read).await?)
    }

    /// Whether this server sends mails.
    pub fn sends_mail(&self) -> bool {
        self.mails.is_some()
    }

    /// Chooses what is told, and where. A new address of mails gets a link first, which `base`, the address of the page,
    /// begins.
    ///
    /// # Errors
    /// When a value is unfit, or the database fails.
    pub async fn choose_notices(
        self: &Arc<Self>,
        app: &App,
        change: NoticeChange,
        base: &str,
    ) -> Result<SavedNotices, ManageError> {
        let before = self.notice_settings(app).await?;
        let email = change.email.trim().to_owned();
        if !email.is_empty() {
            check_email(&email)?;
        }
        let url = change.url.trim().to_owned();
        if !url.is_empty() {
            check_url("the address that is called", &url, URL_MAX)?;
            let refused =
                |error: CallError| ManageError::Unfit(format!("the address cannot be called: {error}"));
            self.outgoing.check_url(&url).map_err(refused)?;
        }
        if !(1..=1_000_000).contains(&change.refusals) {
            return Err(ManageError::Unfit("refusals must be a number from 1 to 1000000".into()));
        }
        if !(1..=60).contains(&change.days) {
            return Err(ManageError::Unfit("days must be a number from 1 to 60".into()));
        }
        if !(1..=365).contains(&change.backup_days) {
            return Err(ManageError::Unfit("days of a backup must be a number from 1 to 365".into()));
        }
        let draws = !url.is_empty() && (before.secret.is_empty() || change.new_secret);
        let secret = if draws { self.random.hex(SECRET_BYTES) } else { before.secret.clone() };
        let settings = NoticeSettings {
            confirmed: before.confirmed && before.email == email,
            occasions: change.occasions.iter().map(|one| one.as_str().to_owned()).collect(),
            refusals: change.refusals,
            days: change.days,
            backup_days: change.backup_days,
            secret: secret.clone(),
            email,
            url,
        };
        let (id, sealed) = (app.id, settings.seal(&self.vault));
        self.manage(move |conn| Ok(keep(conn, id, &sealed)?)).await?;
        let needs_link = !settings.email.is_empty() && !settings.confirmed;
        let mailed = match needs_link {
            true => Some(self.mail_link(app, &settings.email, base).await),
            false => None,
        };
        Ok(SavedNotices { secret: draws.then(|| Secret::new(secret)), mailed })
    }

    /// Mails a link that confirms an address; whether it went.
    async fn mail_link(&self, app: &App, email: &str, base: &str) -> bool {
        let (now, name) = (self.clock.now(), quoted(&app.name));
        let Some(mails) = &self.mails else { return false };
        if !mails.may_ask(app.id, ClientAddress::Unknown, "", email, now) {
            return false;
        }
        let body = json!({ "app": app.id, "email": email, "until": now + LINK_SECONDS }).to_string();
        let link = hex::encode(self.vault.seal(LINK, body.as_bytes()));
        let text = format!(
            "Hello,\n\n\
             somebody, probably you, wants to get notices of the application\n\n    {name}\n\nat this address. \
             Confirm it within 24 hours, signed in to the dashboard:\n\n{base}/confirm?link={link}\n\n\
             If it was not you, do nothing: no more mails will come.\n"
        );
        mails.send(Who::app(app.id), email, &format!("Confirm this address for {name}"), &text).await
    }

    /// Confirms the address of mails by a link that went there; `false` when it is too old, or another address was chosen
    /// since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_notices(&self, app: &App, link: &str) -> Result<bool, ServiceError> {
        let plain = hex::decode(link).ok().and_then(|sealed| self.vault.open(LINK, &sealed));
        let Some(plain) = plain else { return Ok(false) };
        let told: serde_json::Value = serde_json::from_slice(&plain).unwrap_or_default();
        let mut settings = self.notice_settings(app).await?;
        let right = told["app"] == app.id
            && told["email"] == settings.email.as_str()
            && told["until"].as_i64().is_some_and(|until| until > self.clock.now());
        if right {
            settings.confirmed = true;
            let (id, sealed) = (app.id, settings.seal(&self.vault));
            self.store.db().write(move |conn| keep(conn, id, &sealed)).await?;
        }
        Ok(right)
    }

    /// Sends a notice to see whether it arrives, in all ways; `false` when there is none, or one was sent just now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn test_notice(&self, app: &App) -> Result<bool, ServiceError> {
        let settings = self.notice_settings(app).await?;
        let (id, now) = (app.id, self.clock.now());
        let told = Told {
            occasion: Occasion::Test,
            subject: format!("A test of the notices of {}", quoted(&app.name)),
            text: "Notices arrive here.".into(),
            mark: 0,
        };
        let send = move |conn: &mut Conn<'_>| {
            let Some(record) = apps::by_id(conn, id)? else { return Ok(false) };
            tell(conn, &record, &settings, &told, now)
        };
        Ok(self.store.db().write::<_, StoreError, _>(send).await?)
    }

    /// Whether a message goes by mail.
    pub(crate) fn is_mail(notice: &Notice) -> bool {
        notice.way == MAIL
    }
}

fn keep(conn: &mut Conn<'_>, app: i64, sealed: &ToKeep) -> Result<(), StoreError> {
    let sealed = sealed.admitted(conn)?;
    notices::set(conn, app, &sealed)
}

/// A rough check: only the mail server knows better.
fn check_email(email: &str) -> Result<(), ManageError> {
    check_length("the e-mail address", email, EMAIL_MAX)?;
    let plain = |one: char| !one.is_whitespace() && !one.is_control();
    match email.rsplit_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() && email.chars().all(plain) => Ok(()),
        _ => Err(ManageError::Unfit("the e-mail address must be like name@example.org".into())),
    }
}
