//! The commands, one file each.

pub(crate) mod app;
mod demo;
pub(crate) mod owner;
pub(crate) mod serve;
pub(crate) mod session;

use std::{
    fs::DirBuilder,
    future::Future,
    io::{IsTerminal, Write},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, bail};
use claviger_domain::{SystemClock, SystemRandom};
use claviger_service::{Database, Options, Service};

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

/// Opens the database and the master key.
async fn open(store: &Store, options: Options) -> anyhow::Result<Arc<Service>> {
    create_private(&store.data_dir)
        .with_context(|| format!("cannot make the data folder {}", store.data_dir.display()))?;
    let options = Options { master_key_file: store.master_key_file.clone(), ..options };
    let service =
        Service::open(store.database.clone(), options, Arc::new(SystemClock), Arc::new(SystemRandom));
    Ok(Arc::new(service.await?))
}

/// Makes a folder that only its owner can look into, unless it is there.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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
