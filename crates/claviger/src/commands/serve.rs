//! `claviger serve`: run the server until it is asked to stop.

use std::{
    io::ErrorKind,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, anyhow};
use claviger_acme::{Acme, AcmeOptions};
use claviger_files::READ_ONLY;
use claviger_server::{
    AccessLog, AccessLogPlace, CertificateSource, ClientIp, Hub, Limits, Listening, Pair, PairFiles, Rates,
    Redirecting, Secured, State, Tls,
};
use claviger_service::{FreeFailures, Options, backups::BackupPlan};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

use super::{
    demo, descriptors,
    run::{open, opened_by_hand},
};
use crate::{
    config::{Certificate, Config, ServeArgs, StoreArgs, TlsSettings},
    logging,
    otel::{self, Traces},
};

/// How long what is under way may still take once all is written, such as a change of the schema that is given up.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Runs the server.
pub(crate) fn run(store: StoreArgs, args: ServeArgs, demo: bool) -> anyhow::Result<()> {
    let mut config = Config::resolve(store, args)?;
    // While Ctrl-C still ends the question.
    config.store.master_key = opened_by_hand(&config.store.master_key)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let traces = Traces::start(runtime.handle())?;
    logging::start(&config, traces.as_ref().map(Traces::tracer))?;
    let served = runtime.block_on(serve(config, demo, traces.is_some()));
    // While the runtime still carries what is sent.
    if let Some(traces) = traces {
        traces.finish();
    }
    runtime.shutdown_timeout(END_WITHIN);
    served
}

async fn serve(config: Config, demo: bool, traced: bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    // First of all: a signal that nobody waits for ends the process as it stands, and SIGHUP comes from what rotates logs.
    let (mut asked, hangup) = (Box::pin(stop_signal()?), signal(SignalKind::hangup())?);
    for warning in &config.store.warnings {
        tracing::warn!("{warning}");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = config.store.database_label(), "starting");
    let bounds = descriptors::bounds(config.connections, descriptors::raise());
    // Before the data is opened, which wants to know the address in links.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}: choose another address with --listen", config.listen)
    })?;
    let address = listener.local_addr()?;
    let metrics = match config.metrics_listen {
        Some(address) => Some(TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address} for metrics: choose another address with --metrics-listen")
        })?),
        None => None,
    };
    let redirect = match config.redirect_listen {
        Some(address) => Some(TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {address} for plain HTTP: choose another address with --redirect-listen"
            )
        })?),
        None => None,
    };
    let secured = config.tls.as_ref().map(secured).transpose()?;
    let public_url = config.url_at(address);
    let limited = config.rate_limits && !demo;
    // A demo is tried out on the machine that it runs on.
    let own_url = config.public_url.clone().or_else(|| demo.then(|| public_url.clone()));
    let options = Options { own_url, ..options(&config, &public_url, limited) };
    let service = tokio::select! {
        opened = open(&config.store, options) => opened?,
        () = &mut asked => {
            tracing::info!("stopped");
            return Ok(());
        }
    };
    // Before anybody is told that all is well. It may be in the data folder, which is there now.
    let access_log = config.access_log.as_ref().map(access_log).transpose()?;
    let rates =
        Rates { client: config.client_rate, seller: config.seller_rate, handshakes: config.handshake_rate };
    let limits = Limits::new(if limited { rates } else { Rates::default() });
    if demo {
        demo::prepare(&service, &config.store.data_dir, &public_url).await?;
    } else if let Some(secret) = service.invite_first().await? {
        println!(
            "\nNobody has an account yet. Open this link to make the first one; it works once, within an hour:\n\n  {}\n\n\
             As long as there is none, each start prints a new link, and older ones end.\n",
            claviger_dashboard::invitation_link(&public_url, &secret)
        );
    }
    let client_ip = ClientIp::new(config.trusted_proxies, config.client_ip_header, service.proxies().clone());
    let pages = Arc::new(claviger_dashboard::State::new(service.clone(), public_url.clone()));
    let state = Arc::new(State {
        service,
        client_ip,
        limits,
        public_url,
        connections: Arc::new(Hub::new(bounds)),
        requests: Default::default(),
        gates: pages.gates().into(),
        access_log,
        traces: traced.then_some(otel::HOOKS),
        readiness: Default::default(),
        early: Default::default(),
    });
    let live = pages.clone();
    tokio::spawn(reopen_when_told(hangup, state.clone()));
    let stop = async move {
        asked.await;
        live.stop();
    };
    tracing::info!(%address, ms = begun.elapsed().as_millis() as u64, "listening");
    let watched = metrics.map(|listener| {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "telling metrics");
        }
        tokio::spawn(claviger_server::serve_metrics(listener, state.clone()))
    });
    let redirecting = redirect.map(|listener| {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "leading plain HTTP to {}", state.public_url);
        }
        let acme = match secured.as_ref().map(|secured| &secured.source) {
            Some(CertificateSource::Acme(acme)) => Some(acme.clone()),
            _ => None,
        };
        let public_url = state.public_url.clone();
        tokio::spawn(claviger_server::redirect(Redirecting { listener, public_url, acme }))
    });
    let pages = claviger_dashboard::routes(pages);
    let listening = Listening { listener, introduced: config.proxy_protocol, secured };
    claviger_server::serve(listening, state.clone(), pages, stop).await;
    watched.iter().chain(&redirecting).for_each(JoinHandle::abort);
    if let Err(error) = state.service.flush_activity().await {
        tracing::warn!(%error, "the last counts could not be written");
    }
    if let Err(error) = state.service.write_webhook_calls().await {
        tracing::error!(%error, "calls to webhooks could not be noted");
    }
    if let Err(error) = state.service.write_tries().await {
        tracing::warn!(%error, "the last tries to sign in could not be noted");
    }
    state.service.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The access log, which must be writable at the start.
fn access_log(place: &AccessLogPlace) -> anyhow::Result<AccessLog> {
    AccessLog::start(place).map_err(|error| {
        let advice = if error.kind() == ErrorKind::ReadOnlyFilesystem { READ_ONLY } else { "" };
        let between = if advice.is_empty() { "" } else { ": " };
        anyhow!("the access log cannot be written: {place}: {error}{between}{advice}")
    })
}

/// What connections are secured with.
fn secured(settings: &TlsSettings) -> anyhow::Result<Secured> {
    let (tls, source) = match &settings.certificate {
        Certificate::Files(files) => from_files(files)?,
        Certificate::Acme(options) => from_authority(options)?,
    };
    Ok(Secured { tls: Arc::new(tls), source, hsts_seconds: settings.hsts_seconds })
}

/// A certificate that an authority issued, or one of our own until it does: it finds the server by that.
fn from_authority(options: &AcmeOptions) -> anyhow::Result<(Tls, CertificateSource)> {
    let acme = Arc::new(Acme::new(options.clone()).map_err(anyhow::Error::msg)?);
    acme.prepare()?;
    let kept = acme.kept()?.as_deref().and_then(Pair::of);
    let pair = match kept {
        Some(pair) => pair,
        None => Pair::of(&claviger_acme::stand_in(&options.domains)?).context("cannot make a certificate")?,
    };
    Ok((Tls::new(pair, Some(acme.clone()))?, CertificateSource::Acme(acme)))
}

/// A certificate out of files. A pair that is broken at the start is no reason to serve without.
fn from_files(files: &PairFiles) -> anyhow::Result<(Tls, CertificateSource)> {
    let pair = files.load().map_err(anyhow::Error::msg)?;
    if let Some(warning) = files.warning() {
        tracing::warn!("{warning}");
    }
    if pair.facts.days_left(SystemTime::now()).is_none() {
        tracing::error!(
            "the certificate in {} has ended: clients refuse it, get a new one",
            files.cert.display()
        );
    }
    Ok((Tls::new(pair, None)?, CertificateSource::Files(files.clone())))
}

/// How the service behaves by these settings.
pub(super) fn options(config: &Config, public_url: &str, limited: bool) -> Options {
    Options {
        single_signing_key: config.single_signing_key,
        hash_threads: config.hash_threads,
        seller_daily_licenses: config.seller_daily_licenses,
        public_url: public_url.into(),
        outgoing_allow: config.outgoing_allow.clone(),
        shares: config.shares,
        identity_providers: config.identity_providers.clone(),
        mail: config.mail.clone(),
        screens: config.screens.clone(),
        disk_low_percent: config.disk_low_percent,
        free_failures: if limited { config.free_failures } else { FreeFailures::default() },
        backups: config.backups.scheduled().map(|place| BackupPlan {
            place,
            lock: config.backups.lock.clone(),
            every: config.backups.every,
            keep: config.backups.keep,
        }),
        unknown_seller_keys: if limited { config.seller_unknown_key_rate } else { 0 },
        ..Options::default()
    }
}

/// Opens the access log anew at each SIGHUP, as tools that rename it send it.
async fn reopen_when_told(mut hangup: Signal, state: Arc<State>) {
    while hangup.recv().await.is_some() {
        if let Some(log) = &state.access_log {
            log.reopen();
        }
    }
}

/// Resolves at SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests under way are finished");
    })
}
