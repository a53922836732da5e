//! Whether the master key at hand opens what a backup holds.

use std::io::Read;

use claviger_archive::{CellRef, Cells, Event, Reader};
use claviger_store::{Conn, server_keys};

use super::error::BackupError;
use crate::shared::{
    master_key::{MasterKeySource, purpose::SIGNING_KEY},
    vault::Vault,
};

/// Whether the master key at hand opens what a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Opens,
    /// There is no key at hand.
    Missing,
    /// It is another database's.
    Wrong,
    /// The backup holds nothing that is sealed.
    Unneeded,
}

/// Looks at the first thing that a server seals, in a database.
pub(super) fn look(conn: &mut Conn<'_>, master_key: &MasterKeySource) -> Result<KeyState, BackupError> {
    try_on(server_keys::get(conn, SIGNING_KEY)?.as_deref(), master_key)
}

/// As [`look`], in a backup that nothing was written of yet. It reads no further than to the table, which is among the first.
pub(super) fn look_ahead<R: Read>(
    body: &mut Reader<R>,
    master_key: &MasterKeySource,
) -> Result<KeyState, BackupError> {
    let Some(at) = body.header().tables.iter().position(|table| table.name == "server_keys") else {
        return Ok(KeyState::Unneeded);
    };
    let columns = body.header().tables[at].columns.clone();
    let (mut is_there, mut sealed) = (false, None);
    loop {
        match body.advance()? {
            Event::Table(index) => is_there = index == at,
            Event::Rows(rows) if is_there => sealed = sealed_in(rows, &columns)?.or(sealed),
            // Its digest was right.
            Event::TableEnd(_) if is_there => return try_on(sealed.as_deref(), master_key),
            Event::End(_) => return Ok(KeyState::Unneeded),
            _ => {}
        }
    }
}

/// The value of the row that it is about, if that is among these.
fn sealed_in(rows: &[u8], columns: &[String]) -> Result<Option<Vec<u8>>, BackupError> {
    let (mut cells, mut found) = (Cells::new(rows), None);
    while !cells.is_empty() {
        let (mut is_it, mut value) = (false, None);
        for column in columns {
            match (column.as_str(), cells.cell()?) {
                ("name", CellRef::Text(name)) => is_it = name == SIGNING_KEY,
                ("value", CellRef::Bytes(bytes)) => value = Some(bytes.to_vec()),
                _ => {}
            }
        }
        if is_it {
            found = value;
        }
    }
    Ok(found)
}

fn try_on(sealed: Option<&[u8]>, master_key: &MasterKeySource) -> Result<KeyState, BackupError> {
    let Some(sealed) = sealed else { return Ok(KeyState::Unneeded) };
    let vault = Vault::load(master_key).map_err(|error| BackupError::Refused(error.to_string()))?;
    Ok(match vault {
        None => KeyState::Missing,
        Some(vault) if vault.open(SIGNING_KEY, sealed).is_some() => KeyState::Opens,
        Some(_) => KeyState::Wrong,
    })
}
