//! The database, the master key and what they hold.

use claviger_service::{
    Database, MasterKeyError, MasterKeySource, Options, Service, Vault,
    backups::State,
    doctor::{AppCheck, Schema, UploadsCheck, damage, schema},
    refuse_stray_log,
};

use super::report::Report;
use crate::{
    commands::run,
    config::{Config, Store},
};

/// What the database told, as far as it can be read.
#[derive(Default)]
pub(super) struct Told {
    /// The applications.
    pub(super) apps: Vec<AppCheck>,
    /// How backups stand; `None`: that cannot be read.
    pub(super) backups: Option<State>,
    /// Whether uploads are there; `None`: nobody knows which.
    pub(super) uploads: Option<UploadsCheck>,
}

/// Looks at the database and the master key.
pub(super) async fn examine(report: &mut Report, config: &Config) -> Told {
    let store = &config.store;
    let database = database(report, store).await;
    if !master_key(report, &store.master_key, database) || !database {
        return Told::default();
    }
    match run::open(store, Options::default()).await {
        Ok(service) => {
            match service.missing_master_key().await {
                Ok(None) => match store.master_key.gap() {
                    Some(gap) => report.warning("master key", gap),
                    None => report.ok("master key", format!("{}, fits the database", store.master_key)),
                },
                Ok(Some(missing)) => report.problem("master key", missing),
                Err(error) => report.problem("master key", format!("{error:#}")),
            }
            let apps = apps(report, &service).await;
            let (backups, uploads) = (service.backup_state().await, service.check_uploads().await);
            service.close().await;
            Told { apps, backups: backups.ok(), uploads: uploads.ok() }
        }
        Err(error) => {
            report.problem("master key", format!("{error:#}"));
            Told::default()
        }
    }
}

/// Whether there is a master key that can be used; `database`: there is one that was set up with a key.
fn master_key(report: &mut Report, source: &MasterKeySource, database: bool) -> bool {
    let reason = match Vault::load(source) {
        Ok(Some(_)) => return true,
        Ok(None) if database => MasterKeyError::Missing(source.to_string()).to_string(),
        Ok(None) => {
            report.warning(
                "master key",
                format!("{source} is not there: the first start on a new database makes it"),
            );
            return false;
        }
        Err(error) => error.to_string(),
    };
    report.problem("master key", reason);
    false
}

/// Whether there is a database that this program can use as it is.
async fn database(report: &mut Report, store: &Store) -> bool {
    let label = store.database_label();
    if let Database::Sqlite(path) = &store.database
        && !path.exists()
        && refuse_stray_log(&store.database).is_ok()
    {
        report.warning(
            "database",
            format!("{label} is not there: the first start of `claviger serve` makes it"),
        );
        return false;
    }
    if let Err(reason) = damage(&store.database, &store.master_key).await {
        report.problem("database", format!("{label}: {reason}"));
        return false;
    }
    match schema(store.database.clone(), &store.master_key).await {
        Err(error) => report.problem("database", format!("{label}: {error}")),
        Ok(Schema { found, known }) if found > known => report.problem(
            "database",
            format!("{label} was made by a newer Claviger (schema {found}; this program knows {known}): start that one"),
        ),
        Ok(Schema { found: 0, .. }) => {
            report.warning("database", format!("{label} is empty: the first start of `claviger serve` fills it"));
        }
        Ok(Schema { found, known }) if found < known => report.warning(
            "database",
            format!(
                "{label} has schema {found}, and this program brings it to {known} at its next start: back up before, \
                 and stop servers of the older version"
            ),
        ),
        Ok(Schema { found, .. }) => {
            report.ok("database", format!("{label}, schema {found}"));
            return true;
        }
    }
    false
}

/// Looks at what the database holds of each application.
async fn apps(report: &mut Report, service: &Service) -> Vec<AppCheck> {
    let checks = match service.check_apps().await {
        Ok(checks) => checks,
        Err(error) => {
            report.problem("applications", error.to_string());
            return Vec::new();
        }
    };
    let before = report.problems();
    for check in &checks {
        if let Err(error) = &check.app {
            report.problem(
                "applications",
                format!("{} cannot be used: {error}; restore it from a backup", check.path),
            );
        }
    }
    for check in checks.iter().filter(|check| check.is_out_of_reach) {
        report.warning(
            "applications",
            format!(
                "browsers cannot reach the customers' panel of {}, since they drop `.` and `..` from addresses: give the \
                 application another name with `claviger app rename`; of an owner so called, no panel can be reached",
                check.path
            ),
        );
    }
    if report.problems() == before {
        report.ok("applications", format!("{}, all readable", checks.len()));
    }
    checks
}
