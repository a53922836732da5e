//! Which licenses are wanted, and looking through them.

use std::ops::ControlFlow;

use claviger_domain::LicenseStatus;
use serde::{Deserialize, Serialize};

use super::{
    conditions::Conditions,
    walk::{Cursor, Order, Table, Walk, Walked},
};
use crate::{
    Conn, Range, Result,
    licenses::{COLUMNS, License, license},
    params,
    pending::LICENSE_IS_THERE,
};

/// Which licenses are wanted: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LicensesWanted {
    /// Only with this folded text somewhere in the folded key.
    pub key: Option<String>,
    /// Only with a folded key that begins so.
    pub beginning: String,
    /// Only of this status, as [`LicenseStatus::as_str`].
    pub status: Option<String>,
    /// Only of this level.
    pub level: Option<String>,
    /// Only with this text, in lower case, somewhere in the note, there in any case of ASCII.
    pub note: Option<String>,
    /// Only with, or without, a note.
    pub noted: Option<bool>,
    /// Only of this maker.
    pub genby: Option<String>,
    /// Only used by the user of this number.
    pub user: Option<i64>,
    /// Only made from one second on, and before another one.
    pub made: (Option<i64>, Option<i64>),
    /// Only worth from so many seconds on, and less than others.
    pub duration: (Option<i64>, Option<i64>),
}

impl LicensesWanted {
    /// Of a status.
    pub fn of_status(status: LicenseStatus) -> Self {
        Self { status: Some(status.as_str().into()), ..Self::default() }
    }

    fn conditions(&self, conn: &Conn<'_>) -> Conditions<'_> {
        let mut all = Conditions::new(conn);
        all.has("key_folded", self.key.as_deref());
        all.is("status", self.status.as_deref());
        all.is("level", self.level.as_deref());
        all.has_in_any_case("note", self.note.as_deref());
        match self.noted {
            Some(true) => all.and("note IS NOT NULL"),
            Some(false) => all.and("note IS NULL"),
            None => {}
        }
        all.is("genby", self.genby.as_deref());
        if let Some(user) = self.user {
            let place = all.place(user);
            all.and(&format!("user_id = {place}"));
        }
        all.within("gendate", self.made);
        all.within("duration", self.duration);
        all
    }

    fn table<'t>(&'t self, conn: &Conn<'_>, columns: &'t str) -> Table<'t> {
        let Conditions { sql, values, .. } = self.conditions(conn);
        let sql = format!("{sql} AND {LICENSE_IS_THERE}");
        Table {
            name: "licenses",
            columns,
            folded: "key_folded",
            folded_at: 13,
            conditions: sql,
            values,
            beginning: &self.beginning,
        }
    }
}

/// A license in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseRow {
    /// The license.
    pub license: License,
    /// Its key, as tables are sorted by it.
    pub folded: String,
}

impl LicenseRow {
    /// Its place in an order.
    pub fn cursor(&self, order: Order) -> Cursor {
        match order {
            Order::Name => Cursor::Name(self.folded.clone()),
            Order::Newest | Order::Oldest => Cursor::Number(self.license.id),
        }
    }
}

/// Walks over licenses that are wanted; `Break` ends it.
pub fn walk_licenses(
    conn: &mut Conn<'_>,
    wanted: &LicensesWanted,
    walk: &Walk,
    visit: &mut dyn FnMut(LicenseRow) -> ControlFlow<()>,
) -> Result<Walked> {
    let columns = format!("{COLUMNS}, key_folded");
    wanted
        .table(conn, &columns)
        .walk(conn, walk, &mut |row| Ok(visit(LicenseRow { license: license(row)?, folded: row.get(13)? })))
}

/// The numbers of the licenses of a range that are wanted, in their order.
pub fn licenses_in(conn: &mut Conn<'_>, app: i64, range: Range, wanted: &LicensesWanted) -> Result<Vec<i64>> {
    let found = wanted.table(conn, "id").within(conn, app, range)?;
    found.iter().map(|row| row.get(0)).collect()
}

/// Those of some licenses that are there, locked until the end of the transaction, in the order of their numbers.
pub(super) fn lock(conn: &mut Conn<'_>, app: i64, ids: &[i64]) -> Result<Vec<License>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licenses WHERE app = $1 AND id = $2 AND {LICENSE_IS_THERE}{}",
        conn.for_update()
    );
    let mut found = Vec::new();
    for id in ids {
        if let Some(row) = conn.query_one(&sql, params![app, *id])? {
            found.push(license(&row)?);
        }
    }
    Ok(found)
}
