//! `claviger top`: live figures of a running server, as its page of metrics tells them.

mod figures;
mod page;
mod screen;

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use url::Url;

use self::{figures::Between, page::Page, screen::Screen};
use crate::{
    commands::health::from_here,
    config::{Config, ServeArgs, StoreArgs},
    output::say,
};

/// Time between two looks; the server tells the same page for 0.4 s.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows figures until somebody presses `q`; once, where nobody looks or `once` asks for it.
pub(crate) fn run(store: StoreArgs, args: ServeArgs, url: Option<String>, once: bool) -> anyhow::Result<()> {
    let url = match url {
        Some(url) => named(&url)?,
        None => of_settings(Config::resolve(store, args)?.metrics_listen)?,
    };
    // Whatever is wrong at the start is told as an error, and later on the screen: a server may be started anew.
    let first = Page::fetch(&url)?;
    if once || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return tell_once(&url, &first);
    }
    watch(&url, first)
}

fn named(url: &str) -> anyhow::Result<Url> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http" && url.has_host());
    url.context("--url must be such as http://127.0.0.1:9464/metrics")
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

fn tell_once(url: &Url, first: &Page) -> anyhow::Result<()> {
    let began = Instant::now();
    thread::sleep(PAUSE);
    let second = Page::fetch(url)?;
    let nothing = Page::default();
    for line in Between::new(first, &second, began.elapsed(), &nothing).lines(url.as_str()) {
        say(format_args!("{}", line.trim_end()));
    }
    Ok(())
}

fn watch(url: &Url, first: Page) -> anyhow::Result<()> {
    let screen = Screen::open()?;
    let (mut before, mut seen, nothing) = (first, Instant::now(), Page::default());
    screen.draw(&[format!("claviger  {url}  q ends")])?;
    while !screen.ends_before(seen + PAUSE)? {
        match Page::fetch(url) {
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
