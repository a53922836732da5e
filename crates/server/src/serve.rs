//! Accepting connections until asked to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::{State, router};

/// How long requests under way may take once the server is asked to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often idle rate limit buckets are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Serves requests until `stop` resolves; requests under way are finished.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // A reply is one write; waiting to fill a packet only delays it.
        let _ = stream.set_nodelay(true);
    });
    let background = tokio::spawn(state.service.clone().run_background());
    let tidying = tokio::spawn(tidy(state.clone()));
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        stop.await;
        let _ = stopping.send(());
    });
    let deadline = async {
        if stopped.await.is_ok() {
            tokio::time::sleep(STOP_WITHIN).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let outcome = tokio::select! {
        outcome = server => outcome,
        () = deadline => {
            tracing::warn!(seconds = STOP_WITHIN.as_secs(), "some requests did not finish in time");
            Ok(())
        }
    };
    background.abort();
    tidying.abort();
    outcome
}

async fn tidy(state: Arc<State>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        state.limits.forget_idle();
    }
}
