//! Requests that no application's share pays for: what each costs the server, and who waits for it.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use xtask::process::processor_time;

use crate::attack::address;
use crate::figures::{Figures, mib};
use crate::http::{connect, get, post};
use crate::site::{Setup, Site};
use crate::stage::Stage;
use crate::tenant::CLIENT;

const ADDRESSES: u64 = 50;
/// Requests that go to the server in one piece.
const PIPELINED: usize = 16;
/// Connections that send them.
const CONNECTIONS: u64 = 8;
/// A body of as many empty parameters as fit.
const BODY: usize = 1 << 20;
/// Bodies whose cost is measured.
const BODIES: u32 = 40;
/// Requests a second that the flood may send: half a core's worth of the dearest, so that some is left for others.
const A_SECOND: u64 = 4_000;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour"])?;
    let neighbour = &tenants[0];
    let session = site.signed_in(neighbour, 1)?.remove(0);
    let stranger = post(CLIENT, &[], "type=check&sessionid=0&name=siege&ownerid=0123456789");
    let nobody = post(CLIENT, &[], "type=check&sessionid=0&name=siege");
    let check = neighbour.program("check", &[("sessionid", &session)]);
    let mut figures = Figures::default();
    let count = stage.short(20_000, 200_000);
    let known = cost(&site, &check, count)?;
    let unknown = cost(&site, &stranger, count)?;
    let without = cost(&site, &nobody, count)?;
    figures.tell("processor time of a check, µs", format!("{:.0}", known * 1e6));
    figures.tell("of a request for an unknown owner, µs", format!("{:.0}", unknown * 1e6));
    figures.tell("of one without an owner, µs", format!("{:.0}", without * 1e6));
    figures.at_most("the dearer of both by a check", unknown.max(without) / known, 1.0, "", false);
    figures.at_most("processor time of a body of 1 MB of `a&a&…`", body(&site)?, 5.0, "ms", false);
    let description = site.ask(get("/api/openapi.json", &[("Accept-Encoding", "gzip, br, zstd")]))?;
    ensure!(description.status == 200, "the description was answered with {}", description.brief());
    figures.at_most(
        "bytes of the description of the API",
        description.body.len() as f64,
        200_000.0,
        "",
        true,
    );
    let ready = cost(&site, &get("/readyz", &[]), stage.short(2_000, 20_000))?;
    figures.tell("of /readyz, µs", format!("{:.0}", ready * 1e6));
    site.restart(&Setup::default())?;
    let errands = [stage.checks(&site, neighbour)?, stage.monitor()];
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        let pause = Duration::from_secs(1) * ADDRESSES as u32 / A_SECOND as u32;
        for number in 0..ADDRESSES {
            let requests = [stranger.clone(), nobody.clone(), get("/api/openapi.json", &[])];
            attack.ask_again(address(number, ADDRESSES), pause, move |turn| {
                requests[if turn % 50 == 0 { 2 } else { (turn % 2) as usize }].clone()
            });
        }
        Ok(())
    })?;
    figures.tell("flood of all three: answers", attack.answers.shown());
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest_within("readyz", &laps.alone[1], &laps.attacked[1], 1_000.0);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    drop(attack);
    site.stop()?;
    Ok(figures)
}

/// Seconds of the server's processor time for a request, of very many that come as fast as they are answered.
fn cost(site: &Site, request: &[u8], count: u64) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let before = processor_time(site.pid()?)?;
    let rounds = (count / CONNECTIONS / PIPELINED as u64).max(1);
    let length = site.ask(request.to_vec())?;
    let length = length.head.len() + 4 + length.body.len();
    let tasks = (0..CONNECTIONS).map(|number| {
        let (piece, server) = (request.repeat(PIPELINED), site.address);
        runtime.spawn(async move {
            let mut stream = connect(address(number, ADDRESSES), server).await?;
            let mut replies = vec![0; length * PIPELINED];
            for _ in 0..rounds {
                stream.write_all(&piece).await?;
                stream.read_exact(&mut replies).await?;
            }
            std::io::Result::Ok(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        runtime.block_on(task)??;
    }
    let took = processor_time(site.pid()?)?.saturating_sub(before);
    Ok(took.as_secs_f64() / (rounds * CONNECTIONS * PIPELINED as u64) as f64)
}

/// Milliseconds of processor time for a body of nothing.
fn body(site: &Site) -> Result<f64> {
    let body = "a&".repeat(BODY / 2);
    let request = post(CLIENT, &[], &body[..BODY - 2]);
    let (begun, before) = (Instant::now(), processor_time(site.pid()?)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for _ in 0..BODIES {
        // Each on a connection of its own: some servers close it behind such a body.
        runtime.block_on(crate::attack::ask_on(&mut None, Ipv4Addr::LOCALHOST, site.address, &request))?;
    }
    ensure!(begun.elapsed() < Duration::from_secs(60), "{BODIES} bodies took {:?}", begun.elapsed());
    let took = processor_time(site.pid()?)?.saturating_sub(before);
    Ok(took.as_secs_f64() * 1e3 / f64::from(BODIES))
}
