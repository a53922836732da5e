//! Downloads that nobody reads.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};
use xtask::process::processor_time;

use crate::attack::{Attack, address};
use crate::figures::{Figures, mib, number};
use crate::http::connect_reading;
use crate::probe::Probe;
use crate::site::{Setup, Site, session_id};
use crate::stage::{Stage, errand};
use crate::tenant::{CLIENT, CLIENT_1_2, Tenant};

const ADDRESSES: u64 = 50;
/// The largest file that a server takes unless told otherwise.
const FILE: u64 = 16 << 20;
/// A smaller one for the short form, in which the server is built for tests and slow.
const QUICK_FILE: u64 = 4 << 20;
/// A file of the neighbour.
const SMALL_FILE: u64 = 256 << 10;
/// Downloads whose processor time is measured.
const MEASURED: u32 = 5;
/// What the attackers leave the kernel to keep for them.
const ROOM: u32 = 4096;
/// Downloads that begin in each second.
const A_SECOND: u64 = 100;
/// No more attackers join when the server has grown by so much: the machine is shared.
const ENOUGH: u64 = 2 << 30;
/// How long after the attackers went memory is looked at again.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    let large = stage.short(QUICK_FILE, FILE);
    for (tenant, size) in [(neighbour, SMALL_FILE), (attacked, large)] {
        let file = site.file("upload");
        // Nothing that could be packed.
        let bytes: Vec<u8> =
            (0..size as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        fs::write(&file, bytes)?;
        let path = file.to_string_lossy();
        site.command(&["file", "add", &tenant.path(), &path, "--public", "--id", "upload"])?;
    }
    site.restart(&Setup::default())?;
    let mut figures = Figures::default();
    for (version, endpoint) in [("1.3", CLIENT), ("1.2", CLIENT_1_2)] {
        let cost = processor_time_of_downloads(&site, &download(&site, attacked, endpoint)?, large)?;
        let what = format!("processor time of a download on API {version}");
        match version {
            // An Ed25519 signature goes over all of it twice.
            "1.3" => figures.tell(what, number(cost, "ms")),
            _ => figures.at_most(what, cost, 40.0, "ms", false),
        }
    }
    let stalled = download(&site, attacked, CLIENT_1_2)?;
    let downloads = vec![download(&site, neighbour, CLIENT_1_2)?; 2];
    let errands = [stage.checks(&site, neighbour)?, errand(2, downloads)];
    let wanted = stage.scaled(1_000);
    let (pid, wal) = (site.pid()?, site.wal());
    let guard = Probe::start(pid, wal)?;
    let guard = Arc::new(guard);
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..wanted {
            stall(attack, number, stalled.clone(), Arc::clone(&guard));
        }
        Ok(())
    })?;
    figures.tell("downloads wanted", wanted);
    figures.tell("answered", attack.answers.shown());
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest("download of 256 KiB", &laps.alone[1], &laps.attacked[1]);
    let begun = attack.answers.count("200");
    let peak = probe.memory_peak()?;
    figures.at_most("memory more at its peak", mib(peak), 256.0, "MiB", true);
    let each = if begun == 0 { 0.0 } else { peak as f64 / 1024.0 / begun as f64 };
    figures.tell("for each download that began, KiB", format!("{each:.0}"));
    drop(attack);
    stage.wait(AFTERWARDS)?;
    figures.at_most("memory still more afterwards", mib(probe.memory_now()?), 192.0, "MiB", true);
    site.stop()?;
    Ok(figures)
}

/// The request for a tenant's file, in a new session of a version of the API.
fn download(site: &Site, tenant: &Tenant, endpoint: &str) -> Result<Vec<u8>> {
    let init = tenant.program_at(endpoint, "init", &[("ver", "1.0"), ("enckey", "0123456789abcdef")]);
    let session = session_id(&site.must(init)?)?;
    Ok(tenant.program_at(endpoint, "file", &[("sessionid", &session), ("fileid", "upload")]))
}

/// Milliseconds for each of a few whole downloads.
fn processor_time_of_downloads(site: &Site, download: &[u8], size: u64) -> Result<f64> {
    site.must(download.to_vec())?;
    let before = processor_time(site.pid()?)?;
    for _ in 0..MEASURED {
        let reply = site.must(download.to_vec())?;
        ensure!(reply.body.len() as u64 > 2 * size, "a download has {} bytes", reply.body.len());
    }
    let took = processor_time(site.pid()?)?.saturating_sub(before);
    Ok(took.as_secs_f64() * 1e3 / f64::from(MEASURED))
}

/// One attacker: asks, looks at the status and reads no more.
fn stall(attack: &Attack, number: u64, request: Vec<u8>, guard: Arc<Probe>) {
    let (from, server, answers) = (address(number, ADDRESSES), attack.server, attack.answers.clone());
    attack.spawn(async move {
        sleep(Duration::from_micros(1_000_000 / A_SECOND * number)).await;
        loop {
            if guard.memory_now().is_ok_and(|bytes| bytes > ENOUGH) {
                answers.note("not asked: memory");
                return;
            }
            let Ok(mut stream) = connect_reading(from, server, Some(ROOM)).await else {
                answers.note("not connected");
                return;
            };
            let mut status = [0; 12];
            let asked = stream.write_all(&request).await;
            let answer = timeout(Duration::from_secs(60), stream.read_exact(&mut status)).await;
            match (asked, answer) {
                (Ok(()), Ok(Ok(_))) => answers.note(String::from_utf8_lossy(&status[9..]).into_owned()),
                (_, Err(_)) => answers.note("nothing for a minute"),
                _ => answers.note("cut off"),
            }
            if status.ends_with(b"200") {
                // Whether the server cuts it off shows only to those who read; so it comes back now and then.
                sleep(Duration::from_secs(60)).await;
            }
            drop(stream);
            sleep(Duration::from_secs(5)).await;
        }
    });
}
