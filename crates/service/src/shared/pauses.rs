//! Whether an application is paused.

use claviger_domain::AppSettings;
use claviger_store::{Conn, StoreError, apps};

/// Whether the application is paused, and stays so until the end of the transaction. To be asked before other rows are
/// locked.
pub(crate) fn app_paused(conn: &mut Conn<'_>, app: i64) -> Result<bool, StoreError> {
    let settings = apps::hold_settings(conn, app)?.unwrap_or_default();
    Ok(serde_json::from_str(&settings).is_ok_and(|settings: AppSettings| settings.paused))
}
