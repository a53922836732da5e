//! Requests per second and latency of `verify` and `userdata` of the Seller API, in turns with the bare handler.

use std::path::Path;

use anyhow::Result;
use xtask::server::Demo;

use super::bench::Bench;
use super::client::{Api, Client, seller_form};
use super::throughput::{Operation, Plan, Row, measure_plan};
use super::wrk;

/// Users that are asked about. All rows have replies of one size, so their names have one length.
const USERS: usize = 50;

/// Measures both rows on one fresh server.
///
/// # Errors
/// When the server answers wrongly or something cannot be started.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let (server, folder) = bench.fresh_server()?;
    let (demo, client) = (&server.demo, Client::new(&server.demo));
    let keys = demo.licenses.iter().map(|key| seller_form(demo, &[("type", "verify"), ("key", key)]));
    let verify: Vec<String> = keys.collect();
    let userdata = add_users(demo, &client)?;
    let mut rows = row(bench, demo, Operation::Verify, &verify, folder.path())?;
    rows.extend(row(bench, demo, Operation::Userdata, &userdata, folder.path())?);
    server.stop()?;
    Ok(rows)
}

/// Makes users, each with a device and a variable. Returns the requests that ask about them.
fn add_users(demo: &Demo, client: &Client) -> Result<Vec<String>> {
    let names = (0..USERS).map(|number| format!("bench-user-{number:05}"));
    let requests = names.map(|user| {
        let user = ("user", user.as_str());
        let add = [("type", "adduser"), user, ("sub", "default"), ("expiry", "30")];
        let device = [("type", "addhwiduser"), user, ("hwid", "bench-hardware-0000000000")];
        let variable = [("type", "setvar"), user, ("var", "plan"), ("data", "gold")];
        for request in [&add[..], &device, &variable] {
            client.post(Api::Seller, &seller_form(demo, request))?;
        }
        Ok(seller_form(demo, &[("type", "userdata"), user]))
    });
    requests.collect()
}

fn row(
    bench: &Bench,
    demo: &Demo,
    operation: Operation,
    requests: &[String],
    folder: &Path,
) -> Result<Vec<Row>> {
    let bodies = folder.join(format!("{operation:?}.txt"));
    wrk::write_bodies(&bodies, requests)?;
    let reply = Client::new(demo).post(Api::Seller, &requests[0])?;
    measure_plan(bench, demo, &Plan { operation, api: Api::Seller, bodies: &bodies, reply }, folder)
}
