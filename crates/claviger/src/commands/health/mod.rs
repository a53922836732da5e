//! `claviger health`: asks the server that listens with these settings whether it is ready, without any other program.

mod anyone;

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};

use crate::config::{Config, ServeArgs, StoreArgs};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of the reply that are read.
const LONGEST: u64 = 16 * 1024;

/// Asks for `/readyz`; fails when the server is not there or not ready.
pub(crate) fn run(store: StoreArgs, args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::resolve(store, args)?;
    let address = from_here(config.listen);
    if config.proxy_protocol && !config.trusted_proxies.iter().any(|proxy| proxy.contains(&address.ip())) {
        bail!(
            "with proxy_protocol only trusted proxies may connect: add {} to trusted_proxies",
            address.ip()
        );
    }
    let reply = ask_in_time(address, &config).with_context(|| format!("nobody answers at {address}"))?;
    let status = reply.split_whitespace().nth(1).unwrap_or_default();
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if status != "200" {
        bail!("not ready: {} {}", crate::output::plain(status), crate::output::plain(body.trim()));
    }
    crate::output::say(format_args!("{}", body.trim()));
    Ok(())
}

/// The address to call for one to listen on: who listens everywhere is there on the loopback address too.
pub(super) fn from_here(mut listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

/// The reply. Who answers byte by byte is given up, too: the thread that waits ends with the program.
fn ask_in_time(address: SocketAddr, config: &Config) -> anyhow::Result<String> {
    let (proxied, secured) = (config.proxy_protocol, config.tls.is_some());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(ask(address, proxied, secured)));
    told.recv_timeout(PATIENCE).map_err(|_| anyhow!("not within {} seconds", PATIENCE.as_secs()))?
}

fn ask(address: SocketAddr, proxied: bool, secured: bool) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    if proxied {
        stream.write_all(b"PROXY UNKNOWN\r\n")?;
    }
    if secured { exchange(anyone::secure(address, stream)?, address) } else { exchange(stream, address) }
}

fn exchange(mut stream: impl Read + Write, address: SocketAddr) -> anyhow::Result<String> {
    stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut reply = Vec::new();
    stream.take(LONGEST).read_to_end(&mut reply)?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}
