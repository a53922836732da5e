//! Rows of small tables, of which each has a name that is its own in the application.

use claviger_store::{Conn, StoreError};

use super::{
    record::Record,
    slice::{Fate, Slice},
};

/// How the rows of a table are taken.
pub(super) struct Named<'f, T> {
    /// What a row is, in a word or two.
    pub(super) what: &'static str,
    /// Reads a row.
    pub(super) read: &'f dyn Fn(&Record) -> Result<T, String>,
    /// The name, in the form in which it is compared.
    pub(super) name: &'f dyn Fn(&T) -> String,
    /// Whether there is one of that name.
    pub(super) is_there: &'f dyn Fn(&mut Conn<'_>, i64, &T) -> Result<bool, StoreError>,
    /// Makes it; `false` where somebody else has just made one of that name.
    pub(super) make: &'f dyn Fn(&mut Conn<'_>, i64, &T) -> Result<bool, StoreError>,
}

/// Takes rows one by one.
pub(super) fn take_named<T>(slice: &mut Slice<'_, '_>, how: &Named<'_, T>) -> Result<Vec<Fate>, StoreError> {
    let read = slice.parse(how.read);
    let mut fates = Vec::with_capacity(read.len());
    for row in read {
        let row = match row {
            Ok(row) => row,
            Err(fate) => {
                fates.push(fate);
                continue;
            }
        };
        fates.push(if !slice.see(how.what, &(how.name)(&row)) {
            Fate::twice(how.what)
        } else if (how.is_there)(slice.conn, slice.app, &row)?
            || slice.makes() && !(how.make)(slice.conn, slice.app, &row)?
        {
            Fate::There
        } else {
            slice.fate_of_new()
        });
    }
    Ok(fates)
}
