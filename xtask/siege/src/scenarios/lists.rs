//! One tenant's list of very many sessions, read by nobody who asked for it; another's list, and the write-ahead log.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use crate::attack::{Attack, address};
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::http::connect_reading;
use crate::probe::size;
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};

const ADDRESSES: u64 = 50;
/// Sessions of the neighbour.
const FEW: usize = 100;
/// What the attackers leave the kernel to keep for them.
const ROOM: u32 = 4096;
/// Connections that begin sessions all the time.
const WRITING: u64 = 32;
/// Who is cut off comes back after this time.
const BACK_AFTER: Duration = Duration::from_secs(2);
/// How long after the attackers went the log is looked at again.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    let many = stage.scaled(200_000) as usize;
    site.sessions(attacked, many)?;
    site.sessions(neighbour, FEW)?;
    site.restart(&Setup::default())?;
    let lists = vec![neighbour.script("fetchallsessions", &[])];
    let lists = Errand { from: vec![honest(21), honest(22)], ..errand(2, lists) };
    let inits = vec![neighbour.init()];
    let inits = Errand {
        from: (31..39).map(honest).collect(),
        every: Duration::from_millis(100),
        ..errand(8, inits)
    };
    let errands = [lists, inits, stage.checks(&site, neighbour)?];
    // So that the log would grow, if somebody kept an old snapshot.
    let busy = Attack::new(site.address)?;
    for number in 0..WRITING {
        let init = neighbour.init();
        busy.ask_again(address(ADDRESSES + number, 250), Duration::from_millis(25), move |_| init.clone());
    }
    let (wanted, wal_before) = (stage.scaled(80), size(&site.wal()));
    let list = attacked.script("fetchallsessions", &[]);
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        (0..wanted).for_each(|number| read_slowly(attack, number, list.clone()));
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("slow readers of a list", format!("{wanted}, of {many} sessions"));
    figures.tell("answered, and how often cut off", attack.answers.shown());
    figures.honest_within("the other's list", &laps.alone[0], &laps.attacked[0], 1_000.0);
    figures.honest("init", &laps.alone[1], &laps.attacked[1]);
    figures.honest("check", &laps.alone[2], &laps.attacked[2]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    figures.tell("write-ahead log before, MiB", format!("{:.1}", mib(wal_before)));
    figures.at_most("write-ahead log at its largest", mib(probe.wal()), 64.0, "MiB", true);
    drop(attack);
    let reply = site.ask(list)?;
    ensure!(reply.status == 200, "the whole list was answered with {}", reply.brief());
    stage.wait(if stage.quick { AFTERWARDS / 5 } else { AFTERWARDS })?;
    drop(busy);
    figures.tell("write-ahead log afterwards, MiB", format!("{:.1}", mib(size(&site.wal()))));
    site.stop()?;
    Ok(figures)
}

/// One attacker: takes 256 bytes a second.
fn read_slowly(attack: &Attack, number: u64, request: Vec<u8>) {
    let (from, server, answers) = (address(number, ADDRESSES), attack.server, attack.answers.clone());
    attack.spawn(async move {
        loop {
            if let Ok(mut stream) = connect_reading(from, server, Some(ROOM)).await
                && stream.write_all(&request).await.is_ok()
            {
                let mut part = [0; 256];
                let mut begun = false;
                while let Ok(count) = stream.read(&mut part).await {
                    if count == 0 {
                        break;
                    }
                    if !begun {
                        answers
                            .note(String::from_utf8_lossy(part.get(9..12).unwrap_or_default()).into_owned());
                        begun = true;
                    }
                    sleep(Duration::from_secs(1)).await;
                }
            }
            answers.note("cut off");
            sleep(BACK_AFTER).await;
        }
    });
}
