//! What people change in the dashboard is in the application's audit log, beside what sellers change.

use claviger_service::{App, AuditEntry, cut};

use crate::{fault::Fault, visit::Visit};

/// Bytes of a name that are kept.
const TARGET_MAX: usize = 200;

/// Notes a change that was made. `changes` holds no secret.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record(visit: &Visit, app: &App, action: &str, changes: &str) -> Result<(), Fault> {
    record_about(visit, app, &app.name, action, changes).await
}

/// As [`record`], of something in the application that has a name.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record_about(
    visit: &Visit,
    app: &App,
    target: &str,
    action: &str,
    changes: &str,
) -> Result<(), Fault> {
    let entry = AuditEntry {
        actor: visit.person()?.name.clone(),
        action: action.into(),
        target: cut(target, TARGET_MAX).into(),
        ip: visit.ip.to_string(),
        changes: changes.into(),
    };
    Ok(visit.service().record_audit(app, entry).await.map(drop)?)
}
