//! `claviger top`: live figures of a running server, as its page of metrics tells them.

mod figures;
mod page;
mod screen;
mod source;

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use claviger_outgoing::is_web;
use url::Url;

use self::{figures::Between, page::Page, screen::Screen, source::Source};
use crate::{
    commands::health::from_here,
    config::{Config, ServeArgs, StoreArgs},
    output::say,
};

/// Time between two looks; the server tells the same page for 0.4 s.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a key may take to be noticed while a page is on its way.
const GLANCE: Duration = Duration::from_millis(50);

/// Shows figures until somebody presses `q`; once, where nobody looks or `once` asks for it.
pub(crate) fn run(
    store: StoreArgs,
    args: ServeArgs,
    url: Option<String>,
    ca_file: Option<&Path>,
    once: bool,
) -> anyhow::Result<()> {
    let url = match url {
        Some(url) => named(&url)?,
        None => of_settings(Config::resolve(store, args)?.metrics_listen)?,
    };
    let source = Source::new(url, ca_file)?;
    // Whatever is wrong at the start is told as an error, and later on the screen: a server may be started anew.
    let first = source.fetch()?;
    if once || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return tell_once(&source, &first);
    }
    watch(&source, first)
}

fn named(url: &str) -> anyhow::Result<Url> {
    let url = Url::parse(url).ok().filter(|url| is_web(url) && url.has_host());
    url.context("--url must be such as http://127.0.0.1:9464/metrics, without a name and a password")
}

fn of_settings(metrics_listen: Option<SocketAddr>) -> anyhow::Result<Url> {
    let Some(address) = metrics_listen else {
        bail!(
            "the server tells no metrics: set metrics_listen = \"127.0.0.1:9464\" in its settings and start it again, \
             or name the page of another one with --url http://HOST:PORT/metrics"
        );
    };
    if address.port() == 0 {
        bail!(
            "metrics_listen lets the system choose a port: name the page with --url http://HOST:PORT/metrics"
        );
    }
    Ok(Url::parse(&format!("http://{}/metrics", from_here(address)))?)
}

fn tell_once(source: &Source, first: &Page) -> anyhow::Result<()> {
    let began = Instant::now();
    thread::sleep(PAUSE);
    let second = source.fetch()?;
    let nothing = Page::default();
    for line in Between::new(first, &second, began.elapsed(), &nothing).lines(source.url.as_str()) {
        say(format_args!("{}", line.trim_end()));
    }
    Ok(())
}

fn watch(source: &Source, first: Page) -> anyhow::Result<()> {
    let url = &source.url;
    let screen = Screen::open()?;
    let (mut before, mut seen, nothing) = (first, Instant::now(), Page::default());
    screen.draw(&[format!("claviger  {url}  q ends")])?;
    while !screen.ends_before(seen + PAUSE)? {
        let asked = source.ask();
        let answer = loop {
            if screen.ends_before(Instant::now() + GLANCE)? {
                return Ok(());
            }
            if let Some(answer) = asked.wait(Duration::ZERO) {
                break answer;
            }
        };
        match answer {
            Ok(page) => {
                let lines = Between::new(&before, &page, seen.elapsed(), &nothing).lines(url.as_str());
                screen.draw(&lines)?;
                before = page;
            }
            Err(error) => screen.draw(&[crate::output::plain(&format!("{error:#}")), "q ends".into()])?,
        }
        seen = Instant::now();
    }
    Ok(())
}
