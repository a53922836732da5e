//! The number that every change of an owner, an application or a seller key raises, in the same transaction.
//! Servers hold those in memory and renew them when the number has changed, whoever changed it.

use crate::{Conn, Result, StoreError};

/// The current number.
pub fn version(conn: &mut Conn<'_>) -> Result<i64> {
    let row = conn.query_one("SELECT version FROM catalog", &[])?;
    row.ok_or_else(|| StoreError::Unexpected("the table `catalog` is empty".into()))?.get(0)
}

/// Raises the number.
pub fn changed(conn: &mut Conn<'_>) -> Result<()> {
    conn.execute("UPDATE catalog SET version = version + 1", &[])?;
    Ok(())
}
