//! Requests per second and latency of `init`, `check`, `var` and `getvar`, in turns with the bare handler.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use xtask::server::{Demo, data_dir};
use xtask::tools::{command, say};

use super::bare::{self, Reply};
use super::bench::Bench;
use super::client::{Api, Client, form, init_body};
use super::stats::median;
use super::wrk::{self, Load, Round};

/// Sessions that all rows but `init` walk through, for each API version: half of the demo's licenses.
const SIGNED_IN: usize = 50;
/// Different bodies of the `init` rows.
const INIT_BODIES: u64 = 10_000;
/// The variable that is read, of the application and of each user.
const VARIABLE: &str = "bench";
const VALUE: &str = "a value of some forty characters, no more";
/// What only reads, and with which parameters.
type LookUp = (Operation, &'static str, &'static [(&'static str, &'static str)]);
const LOOKUPS: [LookUp; 3] = [
    (Operation::Check, "check", &[]),
    (Operation::Var, "var", &[("varid", VARIABLE)]),
    (Operation::Getvar, "getvar", &[("var", VARIABLE)]),
];
/// How far the mean size of a reply may be from the right one before it must be another reply.
const SIZE_TOLERANCE: f64 = 0.01;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// A session is made and committed.
    Init,
    /// A signed-in session is looked up.
    Check,
    /// A variable of the application is read.
    Var,
    /// A variable of the session's user is read.
    Getvar,
    /// A vendor asks for a license key.
    Verify,
    /// A vendor asks for a user.
    Userdata,
}

/// One line of the table: medians over the rounds. Latencies are in microseconds.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What was asked.
    pub operation: Operation,
    /// In which version of the Client API, or in the Seller API.
    pub api: Api,
    /// Connections that each wait for a reply before the next request.
    pub connections: u32,
    /// Replies a second.
    pub rate: f64,
    /// Half of the replies came within this time.
    pub p50: f64,
    /// 99 of 100 replies came within this time.
    pub p99: f64,
    /// The bare handler's replies a second.
    pub bare_rate: f64,
    /// The bare handler's p99.
    pub bare_p99: f64,
    /// Median over the rounds of our rate by the bare handler's, measured right before it.
    pub ratio: f64,
    /// The rounds themselves.
    pub rounds: Vec<Pair>,
}

/// A round of the bare handler and the round of the server that followed it.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// The ceiling.
    pub bare: Round,
    /// The server.
    pub real: Round,
}

/// A row that is still to be measured.
#[derive(Debug)]
pub struct Plan<'a> {
    /// What is asked.
    pub operation: Operation,
    /// Where.
    pub api: Api,
    /// A file of request bodies.
    pub bodies: &'a Path,
    /// The reply that the bare handler gives as well.
    pub reply: Reply,
}

/// Measures every row on one fresh server.
///
/// # Errors
/// When the server answers wrongly or something cannot be started.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let (server, folder) = bench.fresh_server()?;
    let (demo, client) = (&server.demo, Client::new(&server.demo));
    let mut rows = Vec::new();
    make_variable(bench, demo, folder.path())?;
    // `init` goes last: the table of sessions is small for the others, and stays as it is.
    for (place, api) in [Api::V1_2, Api::V1_3].into_iter().enumerate() {
        let sessions = sign_in(demo, &client, api, place)?;
        for (operation, kind, parameters) in LOOKUPS {
            let requests: Vec<_> =
                sessions.iter().map(|session| form(demo, kind, session, parameters)).collect();
            let bodies = folder.path().join(format!("{kind}-{api}.txt"));
            wrk::write_bodies(&bodies, &requests)?;
            let reply = client.post(api, &requests[0])?;
            let plan = Plan { operation, api, bodies: &bodies, reply };
            rows.extend(measure_plan(bench, demo, &plan, folder.path())?);
            requests.iter().try_for_each(|request| client.post(api, request).map(drop))?;
        }
    }
    for api in [Api::V1_2, Api::V1_3] {
        let inits: Vec<String> = (1..=INIT_BODIES).map(|number| init_body(demo, api, number)).collect();
        let bodies = folder.path().join(format!("init-{api}.txt"));
        wrk::write_bodies(&bodies, &inits)?;
        let reply = client.post(api, &inits[0])?;
        let plan = Plan { operation: Operation::Init, api, bodies: &bodies, reply };
        rows.extend(measure_plan(bench, demo, &plan, folder.path())?);
    }
    server.stop()?;
    Ok(rows)
}

/// Makes the variable that `var` reads, as a vendor does.
fn make_variable(bench: &Bench, demo: &Demo, folder: &Path) -> Result<()> {
    let mut set = Command::new(&bench.claviger);
    set.args(["variable", "set", &demo.app_path(), VARIABLE, VALUE, "--data-dir"]).arg(data_dir(folder));
    command::run_quietly(&mut set).map(drop)
}

/// Makes signed-in sessions, each with a license and a variable of its own. Returns their ids.
fn sign_in(demo: &Demo, client: &Client, api: Api, place: usize) -> Result<Vec<String>> {
    let licenses = demo.licenses.chunks(SIGNED_IN).nth(place);
    let licenses = licenses.context("the demo has too few licenses")?;
    let sessions = licenses.iter().map(|license| {
        let session = client.sign_in(api, license)?.session;
        client.post(api, &form(demo, "setvar", &session, &[("var", VARIABLE), ("data", VALUE)]))?;
        Ok(session)
    });
    sessions.collect()
}

/// Measures a plan at every number of connections.
///
/// # Errors
/// When the server answers wrongly or something cannot be started.
pub fn measure_plan(bench: &Bench, demo: &Demo, plan: &Plan, folder: &Path) -> Result<Vec<Row>> {
    let (bare_server, bare_url) = bare::start(&plan.reply, folder)?;
    let path = plan.api.path();
    let mut rows = Vec::new();
    for &connections in &bench.options.connections {
        say(format!("{:?}, API {}, at {connections} connections", plan.operation, plan.api));
        let seconds = bench.options.seconds();
        let load = |base: &str| {
            let url = format!("{base}{path}");
            wrk::round(&Load { url: &url, bodies: plan.bodies, connections, seconds })
        };
        let mut rounds = Vec::new();
        for _ in 0..bench.options.rounds() {
            let bare = load(&bare_url)?;
            let real = load(&demo.url(""))?;
            expect_same_size(&bare, &real)?;
            rounds.push(Pair { bare, real });
        }
        rows.push(row(plan, connections, rounds));
    }
    bare_server.stop()?;
    Ok(rows)
}

/// Every reply has status 200, failures too; but a failure has another size.
fn expect_same_size(bare: &Round, real: &Round) -> Result<()> {
    let (expected, found) = (bare.reply_size(), real.reply_size());
    ensure!(
        (found / expected - 1.0).abs() < SIZE_TOLERANCE,
        "the server's replies have {found:.1} bytes on average where a success has {expected:.1}: \
         some requests of this load were refused"
    );
    Ok(())
}

fn row(plan: &Plan, connections: u32, rounds: Vec<Pair>) -> Row {
    let over = |value: fn(&Pair) -> f64| median(rounds.iter().map(value));
    Row {
        operation: plan.operation,
        api: plan.api,
        connections,
        rate: over(|pair| pair.real.rate()),
        p50: over(|pair| pair.real.p50 as f64),
        p99: over(|pair| pair.real.p99 as f64),
        bare_rate: over(|pair| pair.bare.rate()),
        bare_p99: over(|pair| pair.bare.p99 as f64),
        ratio: over(|pair| pair.real.rate() / pair.bare.rate()),
        rounds,
    }
}
