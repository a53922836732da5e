//! What people change in the dashboard is in the application's audit log, beside what sellers change.

use claviger_service::{App, AuditEntry};

use crate::{fault::Fault, visit::Visit};

/// Notes a change that was made. `changes` holds no secret.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record(visit: &Visit, app: &App, action: &str, changes: &str) -> Result<(), Fault> {
    let entry = AuditEntry {
        actor: visit.person()?.name.clone(),
        action: action.into(),
        target: app.name.clone(),
        ip: visit.ip.to_string(),
        changes: changes.into(),
    };
    Ok(visit.service().record_audit(app, entry).await?)
}
