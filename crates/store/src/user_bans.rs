//! Why users are banned. `users.banned` is what requests look at: the reason of the newest ban that is left.

use crate::{Conn, Result, Row, Rows, params};

/// A ban of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserBan {
    /// Number of the license along with which the user was banned; `None`: by hand, or by a program.
    pub license: Option<i64>,
    /// Its reason.
    pub reason: String,
    /// Unix second; 0 where nobody noted it.
    pub banned_at: i64,
    /// Whether a program did it, which noticed tampering; `None` where nobody noted it.
    pub by_program: Option<bool>,
}

/// What stands in the table for a ban that came with no license.
pub(crate) const NO_LICENSE: i64 = 0;

/// Bans a user. Another ban along with the same license, or another one without any, replaces the one before.
pub fn put(conn: &mut Conn<'_>, app: i64, user: i64, ban: &UserBan) -> Result<()> {
    let id = conn.next_serials(app, "user_bans", 1)?;
    conn.execute(
        "INSERT INTO user_bans (app, user_id, license, id, reason, banned_at, by_program)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (app, user_id, license) DO UPDATE SET id = excluded.id, reason = excluded.reason,
             banned_at = excluded.banned_at, by_program = excluded.by_program",
        params![
            app,
            user,
            ban.license.unwrap_or(NO_LICENSE),
            id,
            &ban.reason,
            ban.banned_at,
            ban.by_program.map(i64::from)
        ],
    )?;
    show(conn, app, user)
}

/// Bans users, so many, as [`put`], by hand or by a program.
pub(crate) fn put_on(conn: &mut Conn<'_>, app: i64, users: &Rows, count: i64, ban: &UserBan) -> Result<()> {
    let before = conn.next_serials(app, "user_bans", count)? - 1;
    let sql = format!(
        "INSERT INTO user_bans (app, user_id, license, id, reason, banned_at, by_program)
         SELECT app, id, {NO_LICENSE}, $4 + ROW_NUMBER() OVER (ORDER BY id), $5, $6, $7
         FROM users WHERE app = $1 AND {}
         ON CONFLICT (app, user_id, license) DO UPDATE SET id = excluded.id, reason = excluded.reason,
             banned_at = excluded.banned_at, by_program = excluded.by_program",
        users.of(conn, "id", 8)
    );
    let by_program = ban.by_program.map(i64::from);
    conn.execute(&sql, &users.values(app, params![before, &ban.reason, ban.banned_at, by_program]))?;
    // It is the newest of each.
    let sql = format!("UPDATE users SET banned = $4 WHERE app = $1 AND {}", users.of(conn, "id", 5));
    conn.execute(&sql, &users.values(app, params![&ban.reason]))?;
    Ok(())
}

/// Which bans of a user to lift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lift {
    /// All of them.
    All,
    /// The one that came along with this license.
    OfLicense(i64),
}

/// Lifts bans of a user; `false` when there are none of these.
pub fn lift(conn: &mut Conn<'_>, app: i64, user: i64, which: Lift) -> Result<bool> {
    let sql = "DELETE FROM user_bans WHERE app = $1 AND user_id = $2";
    let lifted = match which {
        Lift::All => conn.execute(sql, params![app, user])?,
        Lift::OfLicense(license) => {
            conn.execute(&format!("{sql} AND license = $3"), params![app, user, license])?
        }
    };
    show(conn, app, user)?;
    Ok(lifted > 0)
}

/// The bans of a user, newest first.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserBan>> {
    let sql = "SELECT license, reason, banned_at, by_program FROM user_bans WHERE app = $1 AND user_id = $2
               ORDER BY id DESC, license DESC";
    let ban = |row: &Row| {
        let license = Some(row.get(0)?).filter(|license| *license != NO_LICENSE);
        Ok(UserBan { license, reason: row.get(1)?, banned_at: row.get(2)?, by_program: row.get(3)? })
    };
    conn.query(sql, params![app, user])?.iter().map(ban).collect()
}

/// Notes with the user what requests look at.
fn show(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    let sql = "UPDATE users SET banned = (
                   SELECT reason FROM user_bans WHERE app = $1 AND user_id = $2
                   ORDER BY id DESC, license DESC LIMIT 1)
               WHERE app = $1 AND id = $2";
    conn.execute(sql, params![app, user])?;
    Ok(())
}
