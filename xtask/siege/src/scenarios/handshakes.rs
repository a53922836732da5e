//! Handshakes that are begun and never ended: the first message costs whoever sends it nothing, and the server a
//! signature.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::Result;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::attack::address;
use crate::figures::Figures;
use crate::honest::Errand;
use crate::http::connect;
use crate::secure::Secure;
use crate::site::{Setup, Site};
use crate::stage::{LIMIT, Stage, afresh};

/// Handshakes that are begun at once.
const AT_ONCE: u64 = 64;
/// How many of an address the server takes in a minute.
const A_MINUTE: u64 = 6_000;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour"])?;
    let checks = stage.checks(&site, &tenants[0])?;
    let secure = Secure::prepare(&site.data())?;
    let a_minute = stage.scaled(A_MINUTE);
    let setup = Setup::with(&["--handshake-rate", &a_minute.to_string()]);
    site.restart(&Setup { secure: Some(secure.clone()), ..setup })?;
    let checks = Errand { secure: Some(secure.clone()), ..checks };
    let fresh = afresh(&checks);
    let message = secure.first_message()?;
    let mut begun = Instant::now();
    let (laps, attack, probe) = stage.laps(&mut site, &[checks, fresh], |attack| {
        begun = Instant::now();
        for _ in 0..AT_ONCE {
            let (server, answers, message) = (attack.server, attack.answers.clone(), message.clone());
            attack.spawn(async move {
                loop {
                    answers.note(begin(address(0, 1), server, &message).await.unwrap_or("refused"));
                }
            });
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("handshakes begun", attack.answers.shown());
    let answered = attack.answers.count("answered") as f64;
    // All that an address has at the beginning, and what it gets meanwhile.
    let most = a_minute as f64 * (1.0 + begun.elapsed().as_secs_f64() / 60.0);
    figures.at_most("of them answered", answered, most.ceil(), "", true);
    figures.tell("processor time, s", format!("{:.1}", probe.processor()?.as_secs_f64()));
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest("check on a new connection", &laps.alone[1], &laps.attacked[1]);
    drop(attack);
    site.stop()?;
    Ok(figures)
}

/// Begins one and goes away; whether the server answered.
async fn begin(from: Ipv4Addr, server: SocketAddr, message: &[u8]) -> std::io::Result<&'static str> {
    let mut stream = connect(from, server).await?;
    // The system forgets it at once: there are not as many ports as connections here.
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    stream.write_all(message).await?;
    let answered = timeout(LIMIT, stream.read_u8()).await.is_ok_and(|byte| byte.is_ok());
    Ok(if answered { "answered" } else { "refused" })
}
