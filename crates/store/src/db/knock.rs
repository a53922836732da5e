//! Whether a PostgreSQL server says anything, found out without its protocol: who connects by the library waits without
//! end for one that does not.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use postgres::{Config, config::Host};

/// Asks whether it speaks TLS; any server answers that, with one byte.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
const PORT: u16 = 5432;

/// Whether one of the servers answers, each in its time.
pub(super) fn knock(config: &Config, within: Duration) -> bool {
    let ports = config.get_ports();
    let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(PORT);
    let hosts = config.get_hosts().iter().enumerate();
    let mut addresses = config.get_hostaddrs().iter().enumerate();
    addresses.any(|(place, address)| answers_at(&[(*address, port(place)).into()], within))
        || hosts.into_iter().any(|(place, host)| match host {
            Host::Tcp(name) => {
                let found = (name.as_str(), port(place)).to_socket_addrs();
                found.is_ok_and(|found| answers_at(&found.collect::<Vec<_>>(), within))
            }
            Host::Unix(folder) => answers_in(&folder.join(format!(".s.PGSQL.{}", port(place))), within),
        })
}

fn answers_at(addresses: &[std::net::SocketAddr], within: Duration) -> bool {
    addresses.iter().any(|address| {
        TcpStream::connect_timeout(address, within).is_ok_and(|stream| {
            stream.set_read_timeout(Some(within)).is_ok()
                && stream.set_write_timeout(Some(within)).is_ok()
                && answers(stream)
        })
    })
}

fn answers_in(socket: &Path, within: Duration) -> bool {
    UnixStream::connect(socket).is_ok_and(|stream| {
        stream.set_read_timeout(Some(within)).is_ok()
            && stream.set_write_timeout(Some(within)).is_ok()
            && answers(stream)
    })
}

fn answers(mut stream: impl Read + Write) -> bool {
    stream.write_all(&TLS_REQUEST).is_ok() && stream.read_exact(&mut [0]).is_ok()
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, os::unix::net::UnixListener, thread};

    use super::*;

    const WITHIN: Duration = Duration::from_millis(200);

    fn reply(mut stream: impl Read + Write) {
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).unwrap();
        assert_eq!(asked, TLS_REQUEST);
        stream.write_all(b"N").unwrap();
    }

    #[test]
    fn who_says_nothing_does_not_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let config: Config = format!("postgres://u@127.0.0.1:{port}/d").parse().unwrap();
        assert!(!knock(&config, WITHIN));
        thread::spawn(move || listener.incoming().for_each(|stream| reply(stream.unwrap())));
        // The one that was given up may be answered first.
        assert!((0..10).any(|_| knock(&config, WITHIN)));
        let nowhere: Config = "postgres://u@127.0.0.1:1/d".parse().unwrap();
        assert!(!knock(&nowhere, WITHIN));
    }

    #[test]
    fn a_socket_in_a_folder_is_knocked_at_too() {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.7")).unwrap();
        let config: Config = format!("host={} port=7 user=u", folder.path().display()).parse().unwrap();
        thread::spawn(move || reply(listener.accept().unwrap().0));
        assert!(knock(&config, Duration::from_secs(10)));
    }
}
