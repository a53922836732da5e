//! `claviger doctor`: looks at everything that `claviger serve` needs with these settings, and says what to do.

mod addresses;
mod backups;
mod certificate;
mod data;
mod host;
mod outside;
mod report;

use anyhow::bail;

use self::report::{Level, Report};
use crate::config::{Config, ServeArgs, StoreArgs};

/// Looks at everything; fails when there is a problem, not for warnings.
pub(crate) fn run(store: StoreArgs, args: ServeArgs, json: bool) -> anyhow::Result<()> {
    let mut report = Report::default();
    match Config::resolve(store, args) {
        Err(error) => report.add("settings", Level::Problem, format!("{error:#}")),
        Ok(config) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(examine(&mut report, &config));
        }
    }
    report.print(json)?;
    match report.problems() {
        0 => Ok(()),
        1 => bail!("there is a problem"),
        problems => bail!("there are {problems} problems"),
    }
}

async fn examine(report: &mut Report, config: &Config) {
    host::settings(report, config);
    host::data_folder(report, &config.store.data_dir);
    host::disks(report, &config.store.data_dir, &config.store.files_dir);
    host::descriptors(report, config);
    host::clock(report);
    let data::Told { apps, backups: state, uploads } = data::examine(report, config).await;
    host::files_folder(report, &config.store.files_dir, uploads);
    backups::examine(report, config, state).await;
    addresses::examine(report, config);
    certificate::examine(report, config).await;
    outside::client_addresses(report, config).await;
    outside::mail(report, config).await;
    outside::identity_providers(report, config).await;
    outside::vpn_list(report, config, &apps).await;
    outside::countries(report, config).await;
    outside::leaked_passwords(report, config, &apps).await;
}
