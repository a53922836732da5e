//! One owner opens very many live pages and reads none; another owner's live page must go on telling news.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use crate::attack::{Attack, address};
use crate::browser::sign_in;
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::http::{Reply, connect, connect_reading, get};
use crate::sink::Sink;
use crate::site::{Setup, Site, session_id};
use crate::stage::{Stage, errand, honest};
use crate::tenant::Tenant;

const ADDRESSES: u64 = 50;
/// What the attackers leave the kernel to keep for them.
const ROOM: u32 = 4096;
/// Pages that are opened in each second.
const A_SECOND: u64 = 500;
/// How soon a new session must be shown.
const LIMIT_MS: f64 = 3_000.0;
/// Digits and letters of a session's id.
const ID_LENGTH: usize = 32;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    site.restart(&Setup::default())?;
    let sink = Arc::new(Sink::default());
    watch(stage, &site, neighbour, &sink)?;
    let shown = Errand {
        from: vec![honest(21), honest(22)],
        limit: Duration::from_secs(20),
        arrives: Some((
            Arc::clone(&sink),
            Arc::new(|_, reply: &Reply| session_id(reply).unwrap_or_default()),
        )),
        ..errand(2, vec![neighbour.init()])
    };
    let errands = [shown, stage.checks(&site, neighbour)?];
    let wanted = stage.scaled(4_096);
    let cookies = sign_in(&site, attacked)?;
    let page = get(&live(attacked), &[("Cookie", &cookies)]);
    let inits = attacked.init();
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        (0..wanted).for_each(|number| open(attack, number, page.clone()));
        // So that there is something to be told on those pages.
        attack.ask_again(address(0, ADDRESSES), Duration::from_millis(60), move |_| inits.clone());
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("live pages wanted", wanted);
    figures.tell("answers, with those of its own inits", attack.answers.shown());
    figures.honest_within("a session on the other's live page", &laps.alone[0], &laps.attacked[0], LIMIT_MS);
    figures.honest("check", &laps.alone[1], &laps.attacked[1]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 256.0, "MiB", true);
    figures.tell("descriptors at most", probe.descriptors());
    drop(attack);
    site.stop()?;
    Ok(figures)
}

fn live(tenant: &Tenant) -> String {
    format!("/dashboard/{}/sessions/live", tenant.app)
}

/// Opens the neighbour's live page and notes the ids that come on it, as long as the server lives.
fn watch(stage: &Stage, site: &Site, tenant: &Tenant, sink: &Arc<Sink>) -> Result<()> {
    let cookies = sign_in(site, tenant)?;
    let (request, server, sink) =
        (get(&live(tenant), &[("Cookie", &cookies)]), site.address, Arc::clone(sink));
    let mut stream = stage.runtime.block_on(async {
        let mut stream = connect(honest(201), server).await?;
        stream.write_all(&request).await?;
        std::io::Result::Ok(stream)
    })?;
    let mut begin = [0; 15];
    stage.runtime.block_on(stream.read_exact(&mut begin)).context("the live page is not answered")?;
    ensure!(begin.starts_with(b"HTTP/1.1 200 "), "the live page is refused");
    stage.runtime.spawn(async move {
        let mut text = Vec::new();
        while stream.read_buf(&mut text).await.is_ok_and(|size| size > 0) {
            let whole = String::from_utf8_lossy(&text).into_owned();
            let words = whole.split(|letter: char| !letter.is_ascii_alphanumeric());
            words.filter(|word| word.len() == ID_LENGTH).for_each(|word| sink.note_word(word));
            // What may be the beginning of an id.
            text.drain(..text.len().saturating_sub(ID_LENGTH));
        }
    });
    Ok(())
}

/// One attacker: opens a page, looks at the status and reads no more.
fn open(attack: &Attack, number: u64, request: Vec<u8>) {
    let (from, server, answers) = (address(number, ADDRESSES), attack.server, attack.answers.clone());
    attack.spawn(async move {
        sleep(Duration::from_micros(1_000_000 / A_SECOND * number)).await;
        let Ok(mut stream) = connect_reading(from, server, Some(ROOM)).await else {
            answers.note("not connected");
            return;
        };
        let mut status = [0; 12];
        let asked = stream.write_all(&request).await;
        match (asked, stream.read_exact(&mut status).await) {
            (Ok(()), Ok(_)) => answers.note(String::from_utf8_lossy(&status[9..]).into_owned()),
            _ => answers.note("cut off"),
        }
        std::future::pending::<()>().await;
    });
}
