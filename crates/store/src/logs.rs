//! What programs wrote with `log`.

use crate::{Conn, Result, Row, params};

/// A line that a program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Serial number in the application.
    pub id: i64,
    /// Unix second.
    pub written: i64,
    /// Who was signed in, if anybody was.
    pub credential: Option<String>,
    /// Name of the computer or of its user, where the program told one.
    pub pc_user: Option<String>,
    /// The text.
    pub message: String,
}

/// Adds a line (its `id` is drawn here) and drops all but the newest `kept` of its room: lines of users and of sessions
/// in which nobody is signed in push each other out of nothing.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Log, kept: i64) -> Result<()> {
    let (anonymous, room) = match new.credential {
        Some(_) => (0, "log_lines"),
        None => (1, "log_lines_anonymous"),
    };
    let id = conn.next_serials(app, "logs", 1)?;
    let place = conn.next_serials(app, room, 1)?;
    conn.execute(
        "INSERT INTO logs (app, id, written, credential, pc_user, message, anonymous, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            app,
            id,
            new.written,
            new.credential.as_ref(),
            new.pc_user.as_ref(),
            &new.message,
            anonymous,
            place
        ],
    )?;
    let sql = "DELETE FROM logs WHERE app = $1 AND anonymous = $2 AND place <= $3";
    conn.execute(sql, params![app, anonymous, place - kept])?;
    Ok(())
}

/// The newest lines, at most `limit`, newest first.
pub fn newest(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<Log>> {
    let sql = "SELECT id, written, credential, pc_user, message FROM logs WHERE app = $1
               ORDER BY id DESC LIMIT $2";
    conn.query(sql, params![app, limit])?.iter().map(log).collect()
}

/// The newest lines of sessions of a user of that name, at most `limit`, newest first: of the newest `among` lines, since
/// there is no index by name.
pub fn newest_of(conn: &mut Conn<'_>, app: i64, name: &str, among: i64, limit: i64) -> Result<Vec<Log>> {
    let sql = "SELECT id, written, credential, pc_user, message FROM
                   (SELECT * FROM logs WHERE app = $1 ORDER BY id DESC LIMIT $3) newest
               WHERE credential = $2 ORDER BY id DESC LIMIT $4";
    conn.query(sql, params![app, name, among, limit])?.iter().map(log).collect()
}

/// Lines after number `after`, at most `limit`, oldest first.
pub fn page(conn: &mut Conn<'_>, app: i64, after: i64, limit: i64) -> Result<Vec<Log>> {
    let sql = "SELECT id, written, credential, pc_user, message FROM logs WHERE app = $1 AND id > $2
               ORDER BY id LIMIT $3";
    conn.query(sql, params![app, after, limit])?.iter().map(log).collect()
}

/// The columns of [`log`].
pub(crate) const COLUMNS: &str = "id, written, credential, pc_user, message";

/// Reads a row of [`COLUMNS`].
pub(crate) fn log(row: &Row) -> Result<Log> {
    Ok(Log {
        id: row.get(0)?,
        written: row.get(1)?,
        credential: row.get(2)?,
        pc_user: row.get(3)?,
        message: row.get(4)?,
    })
}

/// Deletes all lines of an application; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM logs WHERE app = $1", params![app])
}
