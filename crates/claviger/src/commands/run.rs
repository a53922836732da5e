//! Opening the data for a command, and running the command there.

use std::{future::Future, io::IsTerminal, num::NonZero, pin::Pin, sync::Arc, thread};

use anyhow::{Context, anyhow, bail};
use claviger_domain::{SystemClock, SystemRandom};
use claviger_files::create_private_folder;
use claviger_service::{
    App, Database, MasterKeySource, Options, Protection, Service, ServiceError, StoreError, on_behalf_of,
    parse_app_path, refuse_stray_log, vendor::ManageError,
};

use super::{
    args::ConfirmArgs,
    prompt::{confirm, read_passphrase},
};
use crate::{
    config::{Store, StoreArgs},
    deed::actor,
    output,
};

/// A command under way.
type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// Opens the data for one command of an operator and runs it there.
pub(super) fn with_service<'a, F>(
    args: StoreArgs,
    run: impl FnOnce(Arc<Service>) -> F + 'a,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + 'a,
{
    block_on(args, Box::new(move |service| Box::pin(run(service))))
}

/// Opens the data and finds an application, written as OWNER/APP, for one command of an operator.
pub(super) fn with_app<'a, F>(
    args: StoreArgs,
    path: &str,
    run: impl FnOnce(Arc<Service>, App) -> F + 'a,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + 'a,
{
    let (owner, name) = parse_app_path(path).map_err(anyhow::Error::msg)?;
    with_service(args, async move |service| {
        let app = service.app(&owner, &name).await?;
        run(service, app).await
    })
}

/// What [`with_service`] does, compiled once and not for each command. The one place where data are opened to be
/// changed, so what was changed is noted here.
fn block_on<'a>(
    args: StoreArgs,
    run: Box<dyn FnOnce(Arc<Service>) -> Running<'a> + 'a>,
) -> anyhow::Result<()> {
    let deed = args.deed.clone();
    let store = Store::resolve(args)?;
    for warning in &store.warnings {
        eprintln!("claviger: warning: {warning}");
    }
    insist_on_database(&store, ", or start `claviger serve` once")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Nobody else waits for hashes here.
        let hash_threads = thread::available_parallelism().map_or(1, NonZero::get);
        let service = open(&store, Options { hash_threads, ..Options::default() }).await?;
        let mut outcome = on_behalf_of(actor(), run(service.clone())).await;
        if let (Ok(()), Some(deed)) = (&outcome, deed) {
            outcome = deed.record(&service).await;
        }
        service.close().await;
        outcome
    })
}

/// Looks whether a SQLite database is where it should be.
///
/// # Errors
/// When it is not; `or`: what else may be done than to name its folder.
pub(super) fn insist_on_database(store: &Store, or: &str) -> anyhow::Result<()> {
    refuse_stray_log(&store.database)?;
    if let Database::Sqlite(path) = &store.database
        && !path.exists()
    {
        bail!("there is no database at {}: name its folder with --data-dir{or}", path.display());
    }
    Ok(())
}

/// Asks, then deletes something of an application, as `run` does it, and says so.
pub(super) fn delete<'a, F>(
    store: StoreArgs,
    ConfirmArgs { app, yes }: &ConfirmArgs,
    name: &'a str,
    loss: &str,
    run: impl FnOnce(Arc<Service>, App) -> F + 'a,
) -> anyhow::Result<()>
where
    F: Future<Output = Result<(), ManageError>> + 'a,
{
    confirm(*yes, loss)?;
    with_app(store, app, async move |service, app| {
        run(service, app).await?;
        output::say(format_args!("deleted {name}"));
        Ok(())
    })
}

/// Opens the database and the master key.
pub(super) async fn open(store: &Store, options: Options) -> anyhow::Result<Arc<Service>> {
    create_private_folder(&store.data_dir)
        .with_context(|| format!("cannot make the data folder {}", store.data_dir.display()))?;
    // Before anything is made in a database.
    store.master_key.look()?;
    let options = Options {
        master_key: opened_by_hand(&store.master_key)?,
        files_dir: store.files_dir.clone(),
        file_max_bytes: store.file_max_bytes,
        app_upload_bytes: store.app_upload_bytes,
        ..options
    };
    let service =
        Service::open(store.database.clone(), options, Arc::new(SystemClock), Arc::new(SystemRandom));
    Ok(Arc::new(service.await.map_err(advised)?))
}

/// The master key with its passphrase, which is asked for where somebody is there.
pub(super) fn opened_by_hand(source: &MasterKeySource) -> anyhow::Result<MasterKeySource> {
    if source.passphrase().is_some()
        || !std::io::stdin().is_terminal()
        || source.protection() == Protection::Nothing
    {
        return Ok(source.clone());
    }
    let passphrase = read_passphrase(&format!("Passphrase of the master key {source}: "))?;
    Ok(source.clone().with_passphrase(Some(passphrase)))
}

/// A failure to open the data, with what to do about it.
fn advised(error: ServiceError) -> anyhow::Error {
    match &error {
        ServiceError::Store(StoreError::Overloaded) => anyhow!(
            "the database cannot be changed: another program holds it, or its disk is full or read-only"
        ),
        ServiceError::Store(store) => match store.advice() {
            Some(advice) => anyhow!("{error}: {advice}"),
            None => error.into(),
        },
        _ => error.into(),
    }
}
