//! Anonymous log lines for a web server that is slow and for one that is not there; another tenant's lines.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags};

use crate::attack::{address, ask_on};
use crate::figures::Figures;
use crate::honest::Errand;
use crate::http::Reply;
use crate::sink::{self, MARK, Sink};
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};
use crate::tenant::Tenant;

const ADDRESSES: u64 = 50;
/// Connections that send the lines.
const CONNECTIONS: u64 = 20;
/// How long the slow web server takes.
const SLOW: Duration = Duration::from_secs(60);
/// How soon the neighbour's lines must arrive.
const LIMIT_MS: f64 = 10_000.0;
/// Lines that the attacked tenants keep.
const KEPT: &str = "logsKept=10";

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "slow", "dead"])?;
    let neighbour = &tenants[0];
    let sink = Arc::new(Sink::default());
    let called = [
        sink::serve(stage.runtime, &sink, Duration::ZERO)?,
        sink::serve(stage.runtime, &Arc::default(), SLOW)?,
        sink::dead()?,
    ];
    for (tenant, called) in tenants.iter().zip(called) {
        let url = format!("webhook=http://{called}/logs");
        site.command(&["app", "set", &tenant.path(), &url])?;
    }
    for tenant in &tenants[1..] {
        site.command(&["app", "set", &tenant.path(), KEPT])?;
    }
    site.restart(&Setup::with(&["--outgoing-allow", "127.0.0.0/8"]))?;
    let errands = [lines_that_arrive(stage, &site, neighbour, &sink)?, stage.checks(&site, neighbour)?];
    let wanted = stage.scaled(6_000);
    let sessions = [site.sessions(&tenants[1], 1)?.remove(0), site.sessions(&tenants[2], 1)?.remove(0)];
    let (laps, attack, _probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..CONNECTIONS {
            let half = (number % 2) as usize;
            let (tenant, session) = (tenants[1 + half].clone(), sessions[half].clone());
            let (server, answers) = (attack.server, attack.answers.clone());
            attack.spawn(async move {
                let mut kept = None;
                for line in 0..wanted / CONNECTIONS {
                    let message = format!("line {line} of {number}");
                    let request = tenant.program("log", &[("sessionid", &session), ("message", &message)]);
                    let from = address(number * 50 + line, ADDRESSES);
                    if line % 20 == 0 {
                        kept = None;
                    }
                    answers.note_reply(&ask_on(&mut kept, from, server, &request).await);
                }
            });
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("anonymous lines", format!("{wanted}, answered {}", attack.answers.shown()));
    figures.honest_within("the other's line at its webhook", &laps.alone[0], &laps.attacked[0], LIMIT_MS);
    figures.honest("check", &laps.alone[1], &laps.attacked[1]);
    figures.at_most("deliveries that wait", waiting(&site)? as f64, 2_048.0, "", true);
    drop(attack);
    site.stop()?;
    Ok(figures)
}

/// Lines of signed-in users, each of which must arrive at the tenant's web server.
fn lines_that_arrive(stage: &Stage, site: &Site, tenant: &Tenant, sink: &Arc<Sink>) -> Result<Errand> {
    let sessions = site.signed_in(tenant, 10)?;
    let tenant = tenant.clone();
    let request = move |number: u64| {
        let message = format!("{MARK}{number}{MARK}");
        let session = &sessions[(number & 0xff) as usize];
        tenant.program("log", &[("sessionid", session), ("message", &message)])
    };
    Ok(Errand {
        from: (21..31).map(honest).collect(),
        request: Arc::new(request),
        every: Duration::from_secs(stage.short(2, 5)),
        limit: Duration::from_secs(stage.short(12, 90)),
        good: |reply: &Reply| reply.status == 200,
        arrives: Some((Arc::clone(sink), Arc::new(|number, _| number.to_string()))),
        ..errand(1, Vec::new())
    })
}

/// Rows of messages on their way.
fn waiting(site: &Site) -> Result<u64> {
    let file = site.data().join("claviger.db");
    let database = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let database = database.with_context(|| format!("cannot open {}", file.display()))?;
    let count: i64 = database.query_row("SELECT COUNT(*) FROM deliveries", [], |row| row.get(0))?;
    Ok(count.try_into().unwrap_or_default())
}
