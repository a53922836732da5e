//! Uploads with a valid key that stop shortly before their end.

use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use crate::attack::{Attack, address};
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::http::{Reply, connect};
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};
use crate::upload::{begin, whole};

const ADDRESSES: u64 = 50;
/// What an upload announces.
const FILE: usize = 15 << 20;
/// What of it never comes.
const MISSING: usize = 100;
/// What is sent at once.
const PIECE: usize = 64 << 10;
/// An upload of the neighbour.
const SMALL_FILE: usize = 64 << 10;
const AFTERWARDS: Duration = Duration::from_secs(5);

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    site.restart(&Setup::default())?;
    let small = whole(neighbour, SMALL_FILE);
    let good = |reply: &Reply| reply.status == 200 && reply.succeeded();
    let uploads = Errand { from: vec![honest(21)], good, ..errand(1, vec![small]) };
    let errands = [stage.checks(&site, neighbour)?, uploads];
    let wanted = stage.scaled(120);
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        (0..wanted).for_each(|number| send(attack, number, begin(attacked, FILE)));
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("unfinished uploads", wanted);
    figures.tell("of which sent, and answered", attack.answers.shown());
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest_within("the other's upload of 64 KiB", &laps.alone[1], &laps.attacked[1], 2_000.0);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 128.0, "MiB", true);
    drop(attack);
    stage.wait(AFTERWARDS)?;
    figures.at_most("memory still more afterwards", mib(probe.memory_now()?), 64.0, "MiB", true);
    site.stop()?;
    Ok(figures)
}

/// One attacker: sends all but the end, and waits.
fn send(attack: &Attack, number: u64, upload: Vec<u8>) {
    let (from, server, answers) = (address(number, ADDRESSES), attack.server, attack.answers.clone());
    attack.spawn(async move {
        sleep(Duration::from_millis(20) * number as u32).await;
        loop {
            if let Ok(mut stream) = connect(from, server).await {
                let piece = vec![b'x'; PIECE];
                let mut fine = stream.write_all(&upload).await.is_ok();
                let mut left = FILE - MISSING;
                while fine && left > 0 {
                    let size = left.min(PIECE);
                    let sending = timeout(Duration::from_secs(30), stream.write_all(&piece[..size])).await;
                    fine = matches!(sending, Ok(Ok(())));
                    left -= size;
                }
                answers.note(if fine { "sent" } else { "stopped" });
                let mut status = [0; 12];
                // Until the server has enough of it.
                if stream.read_exact(&mut status).await.is_ok() {
                    answers.note(String::from_utf8_lossy(&status[9..]).into_owned());
                } else {
                    answers.note("cut off");
                }
            }
            sleep(Duration::from_secs(2)).await;
        }
    });
}
