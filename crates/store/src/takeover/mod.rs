//! Taking over what another server had: users, licenses and what hangs on them, many in a statement, and how far it is.

mod licenses;
mod progress;
mod rows;
mod users;

use std::collections::HashMap;

use claviger_domain::{fold, former};

pub use self::{
    licenses::{TakenLicense, add_licenses, set_token},
    progress::{forget_made, hold_upto, is_busy, set_upto, upto},
    rows::{TakenSubscription, TakenVariable, add_subscriptions, add_user_variables, user_variables_of},
    users::{TakenUser, add_users, named_by_key, named_by_lost_key},
};
use crate::{Conn, Result, Value};

/// Rows of one statement.
const TOGETHER: usize = 100;

/// What may be made of an export and have more of it: a table with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Users, by their names.
    User,
    /// Licenses, by their keys.
    License,
}

impl Kind {
    /// The word in the table of what was made, which is that of tokens too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::License => "license",
        }
    }

    fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::User => ("users", "username_folded"),
            Self::License => ("licenses", "key_folded"),
        }
    }
}

/// A user or a license that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: i64,
    /// It was made of this export, which is still being taken.
    pub ours: bool,
}

/// Users or licenses that are there, by the forms of their names.
#[derive(Debug, Default)]
pub struct KnownNames(HashMap<String, Known>);

impl KnownNames {
    /// The one of a name.
    pub fn get(&self, name: &str) -> Option<Known> {
        let of_older = former(name).and_then(|form| self.0.get(&form));
        of_older.or_else(|| self.0.get(&*fold(name))).copied()
    }
}

/// Which of some names are there, also those that wait to be deleted or seen.
pub fn known(conn: &mut Conn<'_>, app: i64, kind: Kind, source: &str, names: &[&str]) -> Result<KnownNames> {
    let (table, column) = kind.table();
    let mut forms: Vec<String> =
        names.iter().flat_map(|name| [Some(fold(name).into_owned()), former(name)]).flatten().collect();
    forms.sort_unstable();
    forms.dedup();
    let mut found = HashMap::new();
    for some in forms.chunks(TOGETHER) {
        let places: Vec<String> = (4..).take(some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT t.{column}, t.id, EXISTS (SELECT 1 FROM takeover_rows r
                 WHERE r.app = $1 AND r.kind = $2 AND r.id = t.id AND r.source = $3)
             FROM {table} t WHERE t.app = $1 AND t.{column} IN ({})",
            places.join(", ")
        );
        let mut values = vec![Value::from(app), Value::from(kind.as_str()), Value::from(source)];
        values.extend(some.iter().map(Value::from));
        for row in conn.query(&sql, &values)? {
            found.insert(row.get(0)?, Known { id: row.get(1)?, ours: row.get(2)? });
        }
    }
    Ok(KnownNames(found))
}

/// Inserts rows of an application, whose columns follow `app`, a hundred at once; `tail` ends each statement. Returns what
/// the statements return.
fn insert<const N: usize>(
    conn: &mut Conn<'_>,
    app: i64,
    into: &str,
    tail: &str,
    rows: &[[Value<'_>; N]],
) -> Result<Vec<i64>> {
    let mut returned = Vec::new();
    for some in rows.chunks(TOGETHER) {
        let mut values = vec![Value::from(app)];
        let mut tuples = Vec::with_capacity(some.len());
        for row in some {
            let places: Vec<String> = (values.len() + 1..).take(N).map(|place| format!("${place}")).collect();
            tuples.push(format!("($1, {})", places.join(", ")));
            values.extend_from_slice(row);
        }
        let sql = format!("INSERT INTO {into} VALUES {} {tail}", tuples.join(", "));
        for row in conn.query(&sql, &values)? {
            returned.push(row.get(0)?);
        }
    }
    Ok(returned)
}

/// Notes what was made of an export.
fn note_made(conn: &mut Conn<'_>, app: i64, kind: Kind, source: &str, ids: &[i64]) -> Result<()> {
    let rows: Vec<_> =
        ids.iter().map(|id| [Value::from(kind.as_str()), Value::from(*id), Value::from(source)]).collect();
    insert(conn, app, "takeover_rows (app, kind, id, source)", "", &rows)?;
    Ok(())
}
