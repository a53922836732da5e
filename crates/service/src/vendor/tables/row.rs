//! What licenses and users have in common as rows of a table.

use std::ops::ControlFlow;

use claviger_store::{
    Conn, StoreError,
    tables::{self, Cursor, LicenseRow, LicensesWanted, Order, TableOf, UserRow, UsersWanted, Walk, Walked},
};

/// A row of a table.
pub trait TableRow: Sized + Send + 'static {
    /// Which rows are meant.
    type Wanted: Clone + Default + PartialEq + Send + 'static;
    /// Of which table.
    const TABLE: TableOf;

    /// Walks over rows that are wanted; `Break` ends it.
    ///
    /// # Errors
    /// When the database fails.
    fn walk(
        conn: &mut Conn<'_>,
        wanted: &Self::Wanted,
        walk: &Walk,
        visit: &mut dyn FnMut(Self) -> ControlFlow<()>,
    ) -> Result<Walked, StoreError>;

    /// Its place in an order.
    fn cursor(&self, order: Order) -> Cursor;

    /// Adds what is read for rows that are shown only.
    ///
    /// # Errors
    /// When the database fails.
    fn complete(conn: &mut Conn<'_>, app: i64, rows: &mut [Self], now: i64) -> Result<(), StoreError>;
}

impl TableRow for LicenseRow {
    type Wanted = LicensesWanted;
    const TABLE: TableOf = TableOf::Licenses;

    fn walk(
        conn: &mut Conn<'_>,
        wanted: &LicensesWanted,
        walk: &Walk,
        visit: &mut dyn FnMut(Self) -> ControlFlow<()>,
    ) -> Result<Walked, StoreError> {
        tables::walk_licenses(conn, wanted, walk, visit)
    }

    fn cursor(&self, order: Order) -> Cursor {
        self.cursor(order)
    }

    fn complete(_: &mut Conn<'_>, _: i64, _: &mut [Self], _: i64) -> Result<(), StoreError> {
        Ok(())
    }
}

impl TableRow for UserRow {
    type Wanted = UsersWanted;
    const TABLE: TableOf = TableOf::Users;

    fn walk(
        conn: &mut Conn<'_>,
        wanted: &UsersWanted,
        walk: &Walk,
        visit: &mut dyn FnMut(Self) -> ControlFlow<()>,
    ) -> Result<Walked, StoreError> {
        tables::walk_users(conn, wanted, walk, visit)
    }

    fn cursor(&self, order: Order) -> Cursor {
        self.cursor(order)
    }

    fn complete(conn: &mut Conn<'_>, app: i64, rows: &mut [Self], now: i64) -> Result<(), StoreError> {
        tables::complete_users(conn, app, rows, now)
    }
}
