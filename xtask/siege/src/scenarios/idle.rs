//! Connections that are held: some say nothing, some send a head byte by byte. Who is cut off comes back.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use crate::attack::{Answers, Attack, address};
use crate::figures::{Figures, mib};
use crate::http::connect;
use crate::site::{Setup, Site};
use crate::stage::{READY_LIMIT, Stage, afresh};

/// Addresses that they come from.
const ADDRESSES: u64 = 50;
/// Attackers that begin in each second, in all.
const A_SECOND: u64 = 2_000;
/// How long an attacker whose connection ended waits.
const BACK_AFTER: Duration = Duration::from_secs(5);
/// What a shell gives a program to begin with, and how far that may raise it.
const SHELL: (u64, u64) = (1024, 16384);
/// A byte of a head in this time.
const DRIP: Duration = Duration::from_secs(1);
/// A head that is as long as the patience of the one who sends it.
const HEAD: &[u8] = b"GET /api/1.3/?type=init&name=siege&ownerid=0123456789 HTTP/1.1\r\nHost: siege\r\nX-Padding: \
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Ten thousand of the one and a thousand of the other, on a server with a shell's limits of descriptors.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let setup = Setup { descriptors: SHELL, ..Setup::default() };
    held(stage, stage.scaled(10_000), stage.scaled(1_000), &setup)
}

/// Fewer on a server with very few descriptors.
///
/// # Errors
/// When the server ends.
pub fn few_descriptors(stage: &Stage) -> Result<Figures> {
    let setup = Setup { descriptors: (256, 256), ..Setup::default() };
    held(stage, stage.scaled(2_600).max(300), stage.scaled(400), &setup)
}

fn held(stage: &Stage, idle: u64, dripping: u64, setup: &Setup) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour"])?;
    site.restart(setup)?;
    let checks = stage.checks(&site, &tenants[0])?;
    // Who was there before may be spared; who comes now must find room.
    let fresh = afresh(&checks);
    let errands = [checks, stage.monitor(), fresh];
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        (0..idle).for_each(|number| hold(attack, number, false));
        (0..dripping).for_each(|number| hold(attack, idle + number * idle / dripping, true));
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("connections", format!("{idle} idle, {dripping} dripping"));
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    let within = READY_LIMIT.as_secs_f64() * 1e3;
    figures.honest_within("readyz", &laps.alone[1], &laps.attacked[1], within);
    figures.honest("check on a new connection", &laps.alone[2], &laps.attacked[2]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    figures.tell("descriptors at most", probe.descriptors());
    figures.tell("attackers: how often", attack.answers.shown());
    drop(attack);
    site.stop()?;
    Ok(figures)
}

/// One attacker, for ever.
fn hold(attack: &Attack, number: u64, drips: bool) {
    let (from, server, answers) = (address(number, ADDRESSES), attack.server, attack.answers.clone());
    attack.spawn(async move {
        sleep(Duration::from_micros(1_000_000 / A_SECOND * number)).await;
        loop {
            // Why it ended is of no interest: it comes back.
            drop(once(from, server, drips, &answers).await);
            sleep(BACK_AFTER).await;
        }
    });
}

async fn once(from: Ipv4Addr, server: SocketAddr, drips: bool, answers: &Answers) -> std::io::Result<()> {
    let Ok(mut stream) = connect(from, server).await else {
        answers.note("not connected");
        return Ok(());
    };
    answers.note("connected");
    let mut part = [0; 512];
    for byte in HEAD.iter().cycle() {
        if drips {
            stream.write_all(&[*byte]).await?;
        }
        let pause = if drips { DRIP } else { Duration::from_secs(3600) };
        match timeout(pause, stream.read(&mut part)).await {
            Err(_) => {}
            Ok(Ok(size)) if size > 0 => answers.note("answered"),
            Ok(_) => {
                answers.note("cut off");
                break;
            }
        }
    }
    Ok(())
}
