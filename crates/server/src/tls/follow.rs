//! Following a certificate, wherever the next one comes from.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::sleep,
};

use super::{acceptor::Tls, pair::Pair};

/// How often is looked for another one.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where a certificate comes from.
pub(crate) trait Source {
    /// What the log says of another one.
    const NEWS: &'static str;

    /// What is there, if it may be another one than at the last look. `asked`: somebody waits for the outcome.
    fn look(&mut self, asked: bool) -> impl Future<Output = Option<Pair>> + Send;

    /// What is to be done after a look; whether to look again at once.
    fn act(&mut self) -> impl Future<Output = bool> + Send;
}

/// Takes certificates as they come, until it is dropped. On SIGHUP it looks at once.
pub(crate) async fn follow<S: Source>(mut source: S, tls: Arc<Tls>) {
    let mut hangup = signal(SignalKind::hangup()).ok();
    let mut asked = false;
    loop {
        if let Some(pair) = source.look(asked).await
            && tls.replace(&pair)
        {
            tell(&pair, S::NEWS);
        }
        asked = !source.act().await && pause(hangup.as_mut()).await;
    }
}

/// Waits for the next look; whether somebody asked for it.
async fn pause(hangup: Option<&mut Signal>) -> bool {
    match hangup {
        None => {
            sleep(LOOK_EVERY).await;
            false
        }
        Some(hangup) => tokio::select! {
            () = sleep(LOOK_EVERY) => false,
            asked = hangup.recv() => asked.is_some(),
        },
    }
}

/// Tells the log of a certificate that is served from now on.
fn tell(pair: &Pair, what: &'static str) {
    let names = pair.facts.names().join(", ");
    match pair.facts.days_left(SystemTime::now()) {
        Some(days_left) => tracing::info!(names, days_left, "{what}"),
        None => tracing::error!(names, "{what}, and it has ended: clients refuse it, get a new one"),
    }
}
