//! Links to uploads: a program asks for one and gets the bytes by it as they are, instead of in hexadecimal digits. A link
//! is sealed under the master key, so any node opens it and no row is kept.

use std::{borrow::Cow, sync::Arc};

use claviger_capacity::{Full, Permit};
use claviger_domain::{ClientAddress, is_same_subscriber};
use claviger_store::{
    Conn, StoreError,
    files::{self, File},
};
use serde::{Deserialize, Serialize};

use crate::{
    App, Service, ServiceError, Session,
    shared::content::{Content, digest},
};

/// What seals of links are for.
const PURPOSE: &str = "file link";
/// So many seconds a download may begin.
pub const LINK_SECONDS: i64 = 60;

/// How long the link lasts that a person gives away, in seconds.
pub const SHARED_SECONDS: i64 = 86_400;

/// A link.
#[derive(Clone, Debug)]
pub struct FileLink {
    /// What stands in the address.
    pub token: String,
    /// The content's SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// The content's bytes.
    pub size: u64,
    /// Unix second from which on no download begins any more.
    pub expires: i64,
}

/// What a link leads to.
pub struct Linked {
    /// Whose file it is.
    pub app: Arc<App>,
    /// What is known of it.
    pub file: File,
    /// Its bytes.
    pub content: Content,
    /// Their SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Held until the last byte was taken.
    pub place: Permit,
}

/// Why a link leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum LinkFault {
    /// It is none.
    #[error("no such link")]
    Unknown,
    /// It has ended: by its time, or with what it hangs on.
    #[error("the link has ended")]
    Ended,
    /// There is no place for another download now.
    #[error(transparent)]
    Full(#[from] Full),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Stands in the place of a session's id for a customer in the application's panel; the sign-in's number follows.
const CUSTOMER: &str = "panel";

/// What is sealed.
#[derive(Deserialize, Serialize)]
struct Token<'a> {
    #[serde(rename = "e")]
    expires: i64,
    #[serde(rename = "o")]
    owner_id: &'a str,
    #[serde(rename = "n", borrow)]
    app: Cow<'a, str>,
    /// The session's id; empty: a person gave the link away.
    #[serde(rename = "s")]
    session: &'a str,
    #[serde(rename = "v")]
    api: i64,
    #[serde(rename = "f")]
    file: &'a str,
    #[serde(rename = "h")]
    sha256: &'a str,
}

impl Service {
    /// A link to an upload, for a session. `None` when its content is gone; the log says why.
    ///
    /// # Errors
    /// When the database fails, or too many wait for the digest of a content.
    pub async fn link_file(
        &self,
        app: &App,
        ip: ClientAddress,
        session: &Session,
        file: &File,
    ) -> Result<Option<FileLink>, ServiceError> {
        self.seal_link(app, ip, file, LINK_SECONDS, (session.id.as_str(), session.state.api)).await
    }

    /// A link to an upload that a person gives away: whoever has it may download for a day, also what is only for who
    /// signed in. It ends with the content.
    ///
    /// # Errors
    /// As [`Service::link_file`].
    pub async fn share_file(
        &self,
        app: &App,
        ip: ClientAddress,
        file: &File,
    ) -> Result<Option<FileLink>, ServiceError> {
        self.seal_link(app, ip, file, SHARED_SECONDS, ("", 0)).await
    }

    /// A link to an upload for a sign-in to the application's panel, which it ends with.
    pub(crate) async fn link_file_for(
        &self,
        app: &App,
        ip: ClientAddress,
        sign_in: i64,
        file: &File,
    ) -> Result<Option<FileLink>, ServiceError> {
        self.seal_link(app, ip, file, LINK_SECONDS, (CUSTOMER, sign_in)).await
    }

    async fn seal_link(
        &self,
        app: &App,
        ip: ClientAddress,
        file: &File,
        seconds: i64,
        (session, api): (&str, i64),
    ) -> Result<Option<FileLink>, ServiceError> {
        let (id, name) = (app.id, file.id.clone());
        let known = self.store.db().read(move |conn| files::sha256(conn, id, &name)).await?;
        let sha256 = match known {
            Some(sha256) => sha256,
            None => match self.measure_file(app, ip, file).await? {
                Some(sha256) => sha256,
                None => return Ok(None),
            },
        };
        let expires = self.clock.now() + seconds;
        let token = Token {
            expires,
            owner_id: &app.owner_id,
            app: app.name.as_str().into(),
            session,
            api,
            file: &file.id,
            sha256: &sha256,
        };
        let plain = serde_json::to_vec(&token).map_err(|error| ServiceError::System(error.to_string()))?;
        let token = hex::encode(self.vault.seal(PURPOSE, &plain));
        Ok(Some(FileLink { token, size: file.size.unsigned_abs(), expires, sha256 }))
    }

    /// The SHA-256 of an upload from before it was kept, which is kept from now on.
    async fn measure_file(
        &self,
        app: &App,
        ip: ClientAddress,
        file: &File,
    ) -> Result<Option<String>, ServiceError> {
        let place = self.digest_place(app, ip).await?;
        let Some(content) = self.file_content(app, ip, file).await? else { return Ok(None) };
        let sha256 = match digest(content, place).await {
            Ok(sha256) => sha256,
            Err(error) => {
                if self.vain.may_tell(app.id) {
                    tracing::warn!(app = %app.name, file = %file.id, %error, "a file cannot be handed out");
                }
                return Ok(None);
            }
        };
        let (id, name, uploaded, kept) = (app.id, file.id.clone(), file.uploaded, sha256.clone());
        let keep = move |conn: &mut Conn<'_>| files::set_sha256(conn, id, &name, uploaded, &kept);
        self.store.db().write(keep).await?;
        Ok(Some(sha256))
    }

    /// Opens a link. It ends with its minute, with the session that asked for it, and with the content that it was made
    /// for.
    ///
    /// # Errors
    /// See [`LinkFault`].
    pub async fn open_link(&self, token: &str, ip: ClientAddress) -> Result<Linked, LinkFault> {
        let sealed = hex::decode(token).map_err(|_| LinkFault::Unknown)?;
        let plain = self.vault.open(PURPOSE, &sealed).ok_or(LinkFault::Unknown)?;
        let token: Token<'_> = serde_json::from_slice(&plain).map_err(|_| LinkFault::Unknown)?;
        if token.expires <= self.clock.now() {
            return Err(LinkFault::Ended);
        }
        let app = self.app_by_name(token.owner_id, &token.app).await?.ok_or(LinkFault::Ended)?;
        let settings = &app.settings;
        if app.banned || !settings.enabled || settings.paused {
            return Err(LinkFault::Ended);
        }
        let given_away = token.session.is_empty();
        let signed_in = if given_away {
            false
        } else if token.session == CUSTOMER {
            if !self.customer_holds(app.id, token.api, token.file).await? {
                return Err(LinkFault::Ended);
            }
            true
        } else {
            let session =
                self.find_session(&app, token.session, token.api, None).await?.ok_or(LinkFault::Ended)?;
            let here = |ip| is_same_subscriber(&session.state.ip, ip);
            if settings.bind_session_to_ip && !ip.known().is_some_and(here) {
                return Err(LinkFault::Ended);
            }
            session.signed_in().is_some()
        };
        let place = self.download_place(&app, ip)?;
        // Before the row: whoever replaces the file changes that first, so a row of today means a content of today.
        let content = self.files.open(app.id, token.file).await.map_err(|_| LinkFault::Ended)?;
        let (id, name) = (app.id, token.file.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((files::get(conn, id, &name)?, files::sha256(conn, id, &name)?))
        };
        let (file, sha256) = self.store.db().read(find).await.map_err(ServiceError::from)?;
        match (file, sha256) {
            (Some(file), Some(sha256))
                if sha256 == token.sha256 && (given_away || !file.authed || signed_in) =>
            {
                Ok(Linked { app, file, content, sha256, place })
            }
            _ => Err(LinkFault::Ended),
        }
    }
}
