//! The commands, one file each.

pub(crate) mod access;
pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod chat;
mod demo;
pub(crate) mod doctor;
pub(crate) mod file;
pub(crate) mod license;
pub(crate) mod log;
pub(crate) mod owner;
pub(crate) mod serve;
pub(crate) mod session;
mod settings;
pub(crate) mod subscription;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod variable;
pub(crate) mod webhook;

use std::{
    future::Future,
    io::{IsTerminal, Write},
    sync::Arc,
};

use anyhow::{Context, bail};
use claviger_domain::{Secret, SystemClock, SystemRandom};
use claviger_service::{App, Database, Options, Service, create_private, parse_app_path};

use crate::config::{Store, StoreArgs};

/// Opens the data for one command of an operator and runs it there.
fn with_service<F>(args: StoreArgs, run: impl FnOnce(Arc<Service>) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let store = Store::resolve(args)?;
    if let Database::Sqlite(path) = &store.database
        && !path.exists()
    {
        bail!(
            "there is no database at {}: name its folder with --data-dir, or start `claviger serve` once",
            path.display()
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { run(open(&store, Options::default()).await?).await })
}

/// Opens the data and finds an application, written as OWNER/APP, for one command of an operator.
fn with_app<F>(args: StoreArgs, path: &str, run: impl FnOnce(Arc<Service>, App) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let (owner, name) = parse_app_path(path).map_err(anyhow::Error::msg)?;
    with_service(args, async |service| {
        let app = service.app(&owner, &name).await?;
        run(service, app).await
    })
}

/// Opens the database and the master key.
async fn open(store: &Store, options: Options) -> anyhow::Result<Arc<Service>> {
    create_private(&store.data_dir)
        .with_context(|| format!("cannot make the data folder {}", store.data_dir.display()))?;
    let options = Options {
        master_key_file: store.master_key_file.clone(),
        files_dir: store.files_dir.clone(),
        file_max_bytes: store.file_max_bytes,
        ..options
    };
    let service =
        Service::open(store.database.clone(), options, Arc::new(SystemClock), Arc::new(SystemRandom));
    Ok(Arc::new(service.await?))
}

/// Asks before something is destroyed. `yes` answers in advance.
fn confirm(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("{question} Nobody is there to answer: add --yes if it is meant");
    }
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        bail!("nothing was changed")
    }
}

/// A password given as an argument would show in the list of processes.
fn read_password() -> anyhow::Result<Secret> {
    if std::io::stdin().is_terminal() {
        eprint!("The password (it shows as you type): ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!password.is_empty(), "standard input held no password");
    Ok(Secret::new(password))
}
