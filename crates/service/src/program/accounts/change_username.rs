//! `changeUsername`: a user takes another name.

use claviger_domain::{SessionId, fold, is_line, tidy};
use claviger_store::{Conn, StoreError, sessions::shared, users};

use crate::{
    App, Service, ServiceError,
    shared::limits::{NAME_MAX, RESERVED},
};

/// What came of a change of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeUsername {
    /// The user has the name, and the session ended.
    Done,
    /// Longer than [`NAME_MAX`] bytes.
    TooLong,
    /// Shorter than the application wants, or missing.
    TooShort,
    /// The name does not stay in a line.
    NotALine,
    /// Another user has the name, or nobody may have it.
    Taken,
    /// It is the name that the user has, or the user is gone.
    Unchanged,
}

impl Service {
    /// Gives the user of a session another name wherever it is kept, and ends the session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_username(
        &self,
        app: &App,
        session: SessionId,
        user: i64,
        name: Option<String>,
    ) -> Result<ChangeUsername, ServiceError> {
        let name = tidy(&name.unwrap_or_default()).to_owned();
        if name.len() > NAME_MAX {
            return Ok(ChangeUsername::TooLong);
        }
        if name.len() < app.settings.min_username.max(1) {
            return Ok(ChangeUsername::TooShort);
        }
        if !is_line(&name) {
            return Ok(ChangeUsername::NotALine);
        }
        if fold(&name) == RESERVED {
            return Ok(ChangeUsername::Taken);
        }
        let (app, now, wanted) = (app.id, self.clock.now(), name.clone());
        let rename = move |conn: &mut Conn<'_>| {
            let outcome = rename(conn, app, user, &name)?;
            if outcome == ChangeUsername::Done {
                shared::end(conn, app, &session, now)?;
            }
            Ok::<_, StoreError>(outcome)
        };
        match self.store.db().write(rename).await {
            Ok(outcome) => Ok(outcome),
            // Two at once for one name: the database lets one have it.
            Err(_) if self.has_user(app, wanted).await? => Ok(ChangeUsername::Taken),
            Err(error) => Err(error.into()),
        }
    }

    async fn has_user(&self, app: i64, name: String) -> Result<bool, StoreError> {
        let found = self.store.db().read(move |conn| users::by_name(conn, app, &name)).await?;
        Ok(found.is_some())
    }
}

pub(crate) fn rename(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    name: &str,
) -> Result<ChangeUsername, StoreError> {
    let Some(user) = users::lock(conn, app, user)? else { return Ok(ChangeUsername::Unchanged) };
    if user.username == name {
        return Ok(ChangeUsername::Unchanged);
    }
    // The same name in other letters is the user's own.
    if users::is_taken(conn, app, name, user.id)? {
        return Ok(ChangeUsername::Taken);
    }
    users::rename(conn, app, &user, name)?;
    shared::rename_user(conn, app, user.id, name)?;
    Ok(ChangeUsername::Done)
}
