//! Looking for rows by the names that people give, and what a migration does to names: SQL cannot.

use claviger_domain::{fold, former, trimmed};

use crate::{Conn, Result, params};

/// Looks for a name under the forms it may be kept under. The one of older releases comes first: of two names that are
/// one today, each finds its own row.
pub(crate) fn find<T>(name: &str, mut look: impl FnMut(&str) -> Result<Option<T>>) -> Result<Option<T>> {
    if let Some(former) = former(name)
        && let Some(found) = look(&former)?
    {
        return Ok(Some(found));
    }
    look(&fold(name))
}

/// A table with names, and where in it they are unique.
struct Names {
    table: &'static str,
    scope: &'static str,
    name: &'static str,
    folded: &'static str,
}

const NAMES: [Names; 5] = [
    Names { table: "owners", scope: "0", name: "name", folded: "name_folded" },
    Names { table: "apps", scope: "owner", name: "name", folded: "name_folded" },
    Names { table: "accounts", scope: "0", name: "username", folded: "username_folded" },
    Names { table: "users", scope: "app", name: "username", folded: "username_folded" },
    Names { table: "licenses", scope: "app", name: "key", folded: "key_folded" },
];

/// Brings an older release's names into the form of today's.
pub(crate) fn renew(conn: &mut Conn<'_>) -> Result<()> {
    fold_anew(conn)?;
    trim(conn)
}

/// Brings names under the form in which they are looked up now. Where that is another row's
/// already, the older form stays, and finds the row as long as it is spelled so.
fn fold_anew(conn: &mut Conn<'_>) -> Result<()> {
    for Names { table, scope, name, folded } in NAMES {
        // Whatever has no other form than its letters in lower case is left out.
        let odd = format!(
            "SELECT {scope}, id, {name}, {folded} FROM {table}
             WHERE OCTET_LENGTH({name}) <> LENGTH({name}) OR {name} <> TRIM({name}) OR {name} LIKE '%  %'
             ORDER BY 1, id"
        );
        let free = format!(
            "UPDATE {table} SET {folded} = $3 WHERE id = $2 AND {scope} = $1
             AND NOT EXISTS (SELECT 1 FROM {table} WHERE {scope} = $1 AND {folded} = $3)"
        );
        for row in conn.query(&odd, &[])? {
            let (within, id): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (name, kept): (String, String) = (row.get(2)?, row.get(3)?);
            let form = fold(&name);
            if form != kept {
                conn.execute(&free, params![within, id, &*form])?;
            }
        }
    }
    Ok(())
}

/// Takes the blanks from around names that are compared exactly: only the command line could store them, and no request
/// could say them. Names of subscriptions stay, since programs are told them.
fn trim(conn: &mut Conn<'_>) -> Result<()> {
    for (table, within) in [("chat_channels", "0"), ("variables", "0"), ("user_variables", "user_id")] {
        let odd =
            format!("SELECT app, {within}, name FROM {table} WHERE name <> TRIM(name) ORDER BY 1, 2, name");
        let free = format!(
            "UPDATE {table} SET name = $4 WHERE app = $1 AND {within} = $2 AND name = $3
             AND NOT EXISTS (SELECT 1 FROM {table} WHERE app = $1 AND {within} = $2 AND name = $4)"
        );
        for row in conn.query(&odd, &[])? {
            let (app, within, name): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if !trimmed(&name).is_empty() {
                conn.execute(&free, params![app, within, &name, trimmed(&name)])?;
            }
        }
    }
    Ok(())
}
