//! The box on top of every page, with very many rows in several applications behind it.

use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use xtask::server::Server;

use crate::client::{Api, Client};
use crate::dashboard::{head, send, times};
use crate::stats::median;

/// What is typed: beginnings, parts, and what there is not.
const TEXTS: [&str; 6] = ["user-0077", "777-5", "nothing at all", "device-77777", "10.1.2.3", "k"];
/// Who type at once.
const PEOPLE: usize = 10;
/// Searches of each of them.
const EACH: usize = 5;

/// What was measured. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Palette {
    /// Median time of the searches of one person, over all texts.
    pub median_ms: f64,
    /// The slowest of these.
    pub slowest_ms: f64,
    /// What was typed then.
    pub slowest_text: &'static str,
    /// People who search at once.
    pub people: usize,
    /// Median time of theirs.
    pub crowd_median_ms: f64,
    /// The slowest of theirs.
    pub crowd_slowest_ms: f64,
    /// How many of theirs were told to come again.
    pub crowd_refused: usize,
    /// Median time of an `init` before.
    pub init_alone_ms: f64,
    /// Median time of an `init` while they search.
    pub init_meanwhile_ms: f64,
    /// The slowest one then.
    pub init_slowest_ms: f64,
}

/// Measures, as somebody who is signed in.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(server: &Server, cookies: &str) -> Result<Palette> {
    let demo = &server.demo;
    // As the box asks while one types: for a part of a page.
    let cookies = &format!("{cookies}\r\nHX-Request: true");
    let path =
        |text: &str| format!("/dashboard/-/search?app={}&text={}", demo.app_name, text.replace(' ', "+"));
    let (mut alone, mut slowest_text) = (Vec::new(), (0.0, ""));
    for text in TEXTS {
        let times = times(demo, cookies, &path(text))?;
        let slowest = slowest(&times);
        if slowest > slowest_text.0 {
            slowest_text = (slowest, text);
        }
        alone.extend(times);
    }
    let client = Client::new(demo);
    let init = || -> Result<f64> {
        let begun = Instant::now();
        client.init(Api::V1_2)?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    let before = (0..200).map(|_| init()).collect::<Result<Vec<_>>>()?;
    let ask = |person: usize| -> Result<Vec<(bool, f64)>> {
        let search = |turn: usize| {
            let request =
                head("GET", &path(TEXTS[(person + turn) % TEXTS.len()]), demo.authority(), cookies, 0);
            let begun = Instant::now();
            let reply = send(demo, &request)?;
            let found = reply.starts_with("HTTP/1.1 200 ");
            ensure!(found || reply.starts_with("HTTP/1.1 503 "), "a search was answered with {reply:.300}");
            Ok((found, begun.elapsed().as_secs_f64() * 1e3))
        };
        (0..EACH).map(search).collect()
    };
    let (crowd, meanwhile) = thread::scope(|scope| -> Result<_> {
        let people: Vec<_> = (0..PEOPLE).map(|person| scope.spawn(move || ask(person))).collect();
        let mut meanwhile = Vec::new();
        while people.iter().any(|person| !person.is_finished()) {
            meanwhile.push(init()?);
        }
        let mut crowd = Vec::new();
        for person in people {
            crowd.extend(person.join().ok().context("a search panicked")??);
        }
        Ok((crowd, meanwhile))
    })?;
    let answered: Vec<f64> = crowd.iter().filter(|(found, _)| *found).map(|(_, took)| *took).collect();
    Ok(Palette {
        median_ms: median(alone.iter().copied()),
        slowest_ms: slowest_text.0,
        slowest_text: slowest_text.1,
        people: PEOPLE,
        crowd_median_ms: median(answered.iter().copied()),
        crowd_slowest_ms: slowest(&answered),
        crowd_refused: crowd.len() - answered.len(),
        init_alone_ms: median(before),
        init_meanwhile_ms: median(meanwhile.iter().copied()),
        init_slowest_ms: slowest(&meanwhile),
    })
}

fn slowest(times: &[f64]) -> f64 {
    times.iter().copied().fold(0.0, f64::max)
}
