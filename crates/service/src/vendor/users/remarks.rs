//! What a vendor writes about users, and single devices of theirs.

use claviger_domain::{HwidList, tidy};
use claviger_store::{
    remarks::{self, Note},
    sessions::shared,
    users,
};

use super::super::{
    ManageError,
    checks::{check_length, check_line, lock_user},
};
use crate::{App, Service};

/// Longest note about a user in bytes.
pub const USER_NOTE_MAX: usize = 4000;
/// Longest name of a device in bytes.
pub const DEVICE_NAME_MAX: usize = 60;

impl Service {
    /// Writes the note about a user, or deletes it (when it is empty). It may have lines.
    ///
    /// # Errors
    /// When it is too long, there is no such user, or the database fails.
    pub async fn set_user_note(
        &self,
        app: &App,
        username: &str,
        text: &str,
        author: &str,
    ) -> Result<(), ManageError> {
        let note = tidy(text).replace("\r\n", "\n").replace('\0', "\u{fffd}");
        if !note.is_empty() {
            check_length("a note about a user", &note, USER_NOTE_MAX)?;
        }
        let new = Note { note, author: author.into(), written: self.clock.now() };
        self.with_user(app, username, move |conn, app, user| {
            if new.note.is_empty() {
                return remarks::delete_note(conn, app, user.id);
            }
            remarks::set_note(conn, app, user.id, &new)
        })
        .await
    }

    /// Gives a device of a user a name, which the vendor alone sees, or takes it away (when it is empty).
    ///
    /// # Errors
    /// When the name is unfit, the device is not bound, there is no such user, or the database fails.
    pub async fn name_device(
        &self,
        app: &App,
        username: &str,
        hwid: &str,
        name: &str,
    ) -> Result<(), ManageError> {
        let name = match tidy(name) {
            "" => None,
            name => Some(check_line("the name of a device", name, DEVICE_NAME_MAX)?),
        };
        let (app, username, hwid) = (app.id, username.to_owned(), hwid.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            if !HwidList::from_stored(user.hwids.as_deref()).has_alone(&hwid) {
                return Err(ManageError::unknown("device", &hwid));
            }
            match name {
                Some(name) => remarks::name_device(conn, app, user.id, &hwid, &name)?,
                None => remarks::unname_device(conn, app, user.id, &hwid)?,
            }
            Ok(())
        })
        .await
    }

    /// Forgets one device of a user, and its name. All sessions of the user end: which of them runs there is not known.
    ///
    /// # Errors
    /// When the device is not bound, there is no such user, or the database fails.
    pub async fn release_device(&self, app: &App, username: &str, hwid: &str) -> Result<(), ManageError> {
        let (app, username, hwid) = (app.id, username.to_owned(), hwid.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            let mut hwids = HwidList::from_stored(user.hwids.as_deref());
            if !hwids.release(&hwid) {
                return Err(ManageError::unknown("device", &hwid));
            }
            users::set_hwids(conn, app, user.id, hwids.to_stored().as_deref())?;
            remarks::unname_device(conn, app, user.id, &hwid)?;
            shared::end_of_user(conn, app, user.id, None)?;
            Ok(())
        })
        .await
    }
}
