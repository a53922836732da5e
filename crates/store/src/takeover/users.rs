//! Users of another server.

use claviger_domain::fold;

use super::{Kind, insert, note_made};
use crate::{
    Conn, Result, Rows, Value, params,
    tokens::{self, Owner},
    user_bans::{self, UserBan},
};

/// A user as the other server had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenUser {
    /// Name; unique in the application without regard to case.
    pub username: String,
    /// Hash of the password; `None`: the first login sets it.
    pub password: Option<String>,
    /// Bound devices, one a line.
    pub hwids: Option<String>,
    /// Hash of the e-mail address.
    pub email_hash: Option<String>,
    /// Address of the last login.
    pub ip: Option<String>,
    /// Who made the license that the user came from.
    pub owner: String,
    /// Unix second of registration.
    pub created: i64,
    /// Unix second of the last login.
    pub last_login: Option<i64>,
    /// Unix second from which the user may ask for a reset of the devices again.
    pub cooldown: Option<i64>,
    /// Reason of a ban.
    pub banned: Option<String>,
    /// Token of the token system.
    pub token: String,
}

/// Adds users whose names are free, with their tokens and bans; returns for each the number, if it was added.
pub fn add_users(conn: &mut Conn<'_>, app: i64, source: &str, new: &[TakenUser]) -> Result<Vec<Option<i64>>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let first = conn.next_serials(app, "users", new.len() as i64)?;
    let folded: Vec<_> = new.iter().map(|user| fold(&user.username)).collect();
    let rows: Vec<_> = (first..)
        .zip(new)
        .zip(&folded)
        .map(|((id, user), folded)| {
            [
                Value::from(id),
                Value::from(&user.username),
                Value::from(&**folded),
                Value::from(user.password.as_ref()),
                Value::from(user.hwids.as_ref()),
                Value::from(user.email_hash.as_ref()),
                Value::from(user.ip.as_ref()),
                Value::from(&user.owner),
                Value::from(user.created),
                Value::from(user.last_login),
                Value::from(user.cooldown),
            ]
        })
        .collect();
    let into = "users (app, id, username, username_folded, password, hwids, email_hash, ip, owner, created, last_login,
                    cooldown)";
    let tail = "ON CONFLICT (app, username_folded) DO NOTHING RETURNING id";
    let added = insert(conn, app, into, tail, &rows)?;
    note_made(conn, app, Kind::User, source, &added)?;
    let mut ids = vec![None; new.len()];
    for id in added {
        ids[usize::try_from(id - first).unwrap_or(0)] = Some(id);
    }
    let made = || ids.iter().zip(new).filter_map(|(id, user)| Some(((*id)?, user)));
    let owned = made().map(|(id, user)| {
        (user.token.clone(), Owner { kind: tokens::USER, id, name: user.username.as_str() })
    });
    tokens::insert_many(conn, app, &owned.collect::<Vec<_>>())?;
    for (id, user) in made() {
        if let Some(reason) = &user.banned {
            // Nobody told when, nor by whom.
            let ban = UserBan { license: None, reason: reason.clone(), banned_at: 0, by_program: None };
            user_bans::put(conn, app, id, &ban)?;
        }
    }
    Ok(ids)
}

/// Notes of users, whose numbers rise, that they sign in by the license whose key is their name. Whose password is
/// `unknown` gets that of the first login: nobody but them knows the name.
pub fn named_by_key(conn: &mut Conn<'_>, app: i64, users: &[i64], unknown: &str) -> Result<()> {
    let license = "(SELECT l.id FROM licenses l
        WHERE l.app = users.app AND l.key_folded = users.username_folded AND l.user_id = users.id)";
    set_by_license(conn, app, users, unknown, license)
}

/// As [`named_by_key`], of users of whom that is not known yet: their license is gone.
pub fn named_by_lost_key(conn: &mut Conn<'_>, app: i64, users: &[i64], unknown: &str) -> Result<()> {
    set_by_license(conn, app, users, unknown, "0")
}

fn set_by_license(conn: &mut Conn<'_>, app: i64, users: &[i64], unknown: &str, license: &str) -> Result<()> {
    let rows = Rows::these(conn, users);
    let sql = format!(
        "UPDATE users SET by_license = {license}, password = NULLIF(password, $4)
         WHERE app = $1 AND by_license IS NULL AND {}",
        rows.of(conn, "id", 5)
    );
    conn.execute(&sql, &rows.values(app, params![unknown]))?;
    Ok(())
}
