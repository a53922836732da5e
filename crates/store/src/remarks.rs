//! What a vendor writes for the own team alone: names of users' devices, notes about users, and how licenses were made the
//! last time.

use crate::{Conn, Result, Row, params};

/// A note about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text.
    pub note: String,
    /// Who wrote it last.
    pub author: String,
    /// Unix second of that.
    pub written: i64,
}

/// The note about a user, if there is one.
pub fn note(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Option<Note>> {
    let sql = "SELECT note, author, written FROM user_notes WHERE app = $1 AND user_id = $2";
    let note = |row: &Row| Ok(Note { note: row.get(0)?, author: row.get(1)?, written: row.get(2)? });
    conn.query_one(sql, params![app, user])?.as_ref().map(note).transpose()
}

/// Writes the note about a user, in place of the one before.
pub fn set_note(conn: &mut Conn<'_>, app: i64, user: i64, new: &Note) -> Result<()> {
    conn.execute(
        "INSERT INTO user_notes (app, user_id, note, author, written) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (app, user_id) DO UPDATE SET note = excluded.note, author = excluded.author,
             written = excluded.written",
        params![app, user, &new.note, &new.author, new.written],
    )?;
    Ok(())
}

/// Deletes the note about a user.
pub fn delete_note(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    conn.execute("DELETE FROM user_notes WHERE app = $1 AND user_id = $2", params![app, user])?;
    Ok(())
}

/// The devices of a user that have names, with these, also those that are bound no more.
pub fn device_names(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT device, name FROM device_names WHERE app = $1 AND user_id = $2 ORDER BY device";
    conn.query(sql, params![app, user])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Gives a device of a user a name, in place of the one before.
pub fn name_device(conn: &mut Conn<'_>, app: i64, user: i64, device: &str, name: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO device_names (app, user_id, device, name) VALUES ($1, $2, $3, $4)
         ON CONFLICT (app, user_id, device) DO UPDATE SET name = excluded.name",
        params![app, user, device, name],
    )?;
    Ok(())
}

/// Takes the name of a device of a user away.
pub fn unname_device(conn: &mut Conn<'_>, app: i64, user: i64, device: &str) -> Result<()> {
    let sql = "DELETE FROM device_names WHERE app = $1 AND user_id = $2 AND device = $3";
    conn.execute(sql, params![app, user, device])?;
    Ok(())
}

/// The form with which a person made licenses the last time.
pub fn license_form(conn: &mut Conn<'_>, app: i64, person: &str) -> Result<Option<String>> {
    let sql = "SELECT form FROM license_forms WHERE app = $1 AND person = $2";
    conn.query_one(sql, params![app, person])?.map(|row| row.get(0)).transpose()
}

/// Keeps the form with which a person made licenses.
pub fn keep_license_form(conn: &mut Conn<'_>, app: i64, person: &str, form: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO license_forms (app, person, form) VALUES ($1, $2, $3)
         ON CONFLICT (app, person) DO UPDATE SET form = excluded.form",
        params![app, person, form],
    )?;
    Ok(())
}
