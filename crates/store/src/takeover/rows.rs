//! What users of another server had.

use std::collections::HashSet;

use claviger_domain::Subscription;

use super::insert;
use crate::{Conn, Result, Rows, Value, user_subscriptions::columns, variables::UserVariable};

/// A subscription that a user had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenSubscription {
    /// Number of the user.
    pub user: i64,
    /// Name of the subscription.
    pub name: String,
    /// What it is now.
    pub state: Subscription,
    /// License key that it came from.
    pub license_key: Option<String>,
}

/// Gives users subscriptions.
pub fn add_subscriptions(conn: &mut Conn<'_>, app: i64, new: &[TakenSubscription]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let first = conn.next_serials(app, "user_subscriptions", new.len() as i64)?;
    let row = |(id, new): (i64, &TakenSubscription)| {
        let (expires, paused) = columns(new.state);
        (id, new.user, expires, paused)
    };
    let numbers: Vec<_> = (first..).zip(new).map(row).collect();
    let rows: Vec<_> = numbers
        .iter()
        .zip(new)
        .map(|((id, user, expires, paused), new)| {
            [
                Value::from(*user),
                Value::from(*id),
                Value::from(&new.name),
                Value::from(*expires),
                Value::from(new.license_key.as_ref()),
                Value::from(*paused),
            ]
        })
        .collect();
    let into = "user_subscriptions (app, user_id, id, subscription, expires, license_key, paused)";
    insert(conn, app, into, "", &rows)?;
    Ok(())
}

/// A variable that a user had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenVariable {
    /// Number of the user.
    pub user: i64,
    /// The variable.
    pub variable: UserVariable,
}

/// Sets variables of users, but for those that they have.
pub fn add_user_variables(conn: &mut Conn<'_>, app: i64, new: &[TakenVariable]) -> Result<()> {
    let rows: Vec<_> = new
        .iter()
        .map(|TakenVariable { user, variable: UserVariable { name, value, read_only } }| {
            [Value::from(*user), Value::from(name), Value::from(value), Value::from(*read_only)]
        })
        .collect();
    let into = "user_variables (app, user_id, name, value, read_only)";
    insert(conn, app, into, "ON CONFLICT (app, user_id, name) DO NOTHING", &rows)?;
    Ok(())
}

/// The variables that some users, whose numbers rise, have, by number and name.
pub fn user_variables_of(conn: &mut Conn<'_>, app: i64, users: &[i64]) -> Result<HashSet<(i64, String)>> {
    let rows = Rows::these(conn, users);
    let sql = format!(
        "SELECT user_id, name FROM user_variables WHERE app = $1 AND {}",
        rows.of(conn, "user_id", 4)
    );
    conn.query(&sql, &rows.values(app, &[]))?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
