//! Which licenses are wanted, and looking through them.

use std::ops::ControlFlow;

use claviger_domain::LicenseStatus;
use serde::{Deserialize, Serialize};

use super::{
    conditions::Conditions,
    walk::{Cursor, InRange, Order, Table, Walk, Walked},
};
use crate::{
    Conn, Range, Result, Rows,
    licenses::{COLUMNS, License, license},
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

/// The numbers of the licenses of a range that are wanted, in their order, the first `limit` of them at most.
pub fn licenses_in(
    conn: &mut Conn<'_>,
    app: i64,
    range: Range,
    wanted: &LicensesWanted,
    limit: i64,
) -> Result<InRange> {
    wanted.table(conn, "id").within(conn, app, range, limit, &|_| Ok(true))
}

/// Those of some licenses that are there, whose numbers rise, locked until the end of the transaction.
pub(super) fn lock(conn: &mut Conn<'_>, app: i64, ids: &[i64]) -> Result<Vec<License>> {
    let rows = Rows::these(conn, ids);
    let sql = format!(
        "SELECT {COLUMNS} FROM licenses WHERE app = $1 AND {} AND {LICENSE_IS_THERE} ORDER BY id{}",
        rows.of(conn, "id", 4),
        conn.for_update()
    );
    conn.query(&sql, &rows.values(app, &[]))?.iter().map(license).collect()
}
