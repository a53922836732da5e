//! `claviger health`: asks the server that listens with these settings whether it is ready, without any other program.

mod anyone;

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, anyhow, bail};

use crate::config::{Config, ServeArgs, StoreArgs};

/// How long connecting, asking and each wait for the reply may take.
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
    let reply =
        ask(address, &config).map_err(in_time).with_context(|| format!("nobody answers at {address}"))?;
    let status = reply.split_whitespace().nth(1).unwrap_or_default();
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if status != "200" {
        bail!("not ready: {status} {}", crate::output::plain(body.trim()));
    }
    crate::output::say(format_args!("{}", body.trim()));
    Ok(())
}

/// An error that says that it took too long where the system says that there is nothing yet.
fn in_time(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            anyhow!("not within {} seconds", PATIENCE.as_secs())
        }
        _ => error,
    }
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

fn ask(address: SocketAddr, config: &Config) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if config.proxy_protocol {
        stream.write_all(b"PROXY UNKNOWN\r\n")?;
    }
    if config.tls.is_some() {
        exchange(anyone::secure(address, stream)?, address)
    } else {
        exchange(stream, address)
    }
}

fn exchange(mut stream: impl Read + Write, address: SocketAddr) -> anyhow::Result<String> {
    stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut reply = Vec::new();
    stream.take(LONGEST).read_to_end(&mut reply)?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}
