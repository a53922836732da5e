//! SIGKILL in the middle of load: what was promised is kept.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::support::http::{encode, try_request};
use crate::support::{App, SESSION_NOT_FOUND, Seal, Server, eventually};

const ROUNDS: u64 = 5;
const THREADS: u64 = 6;
/// The most requests of a round.
const REQUESTS: u64 = 2_000;

/// What the callers know.
#[derive(Debug, Default)]
struct Known {
    /// Promised by `init`, and nobody has asked to end them.
    live: BTreeSet<String>,
    /// Asked to be killed without an answer: may be either.
    unsure: BTreeSet<String>,
    /// Promised to be killed.
    dead: BTreeSet<String>,
}

/// One caller, until the server is gone or the round is over.
fn work(app: &App, me: u64, known: &Mutex<Known>, count: &AtomicU64) {
    let mut mine = Vec::new();
    for turn in 0.. {
        if count.fetch_add(1, Ordering::Relaxed) >= REQUESTS {
            return;
        }
        if turn % 3 != 2 {
            let Ok(id) = app.try_init() else { return };
            known.lock().expect("no panic").live.insert(id.clone());
            mine.push(id);
            continue;
        }
        // Sometimes an old one, sometimes the one just made.
        let which = (turn * 7 + me) as usize % mine.len();
        let id = mine.swap_remove(which);
        {
            let mut known = known.lock().expect("no panic");
            known.live.remove(&id);
            known.unsure.insert(id.clone());
        }
        let target = app.seller_target(&format!("type=kill&sessid={}", encode(&id)));
        let Ok(reply) = try_request(&app.address, "GET", &target, &[], b"") else { return };
        assert_eq!(reply.text(), r#"{"success":true,"message":"Successfully killed session!"}"#);
        let mut known = known.lock().expect("no panic");
        known.unsure.remove(&id);
        known.dead.insert(id);
    }
}

/// The list and the sessions themselves agree with what was promised.
fn verify(app: &App, known: &mut Known) {
    let listed: BTreeSet<String> = app.session_ids().into_iter().collect();
    let missing: Vec<_> = known.live.difference(&listed).collect();
    assert!(missing.is_empty(), "{} promised sessions are missing: {missing:?}", missing.len());
    let back: Vec<_> = known.dead.intersection(&listed).collect();
    assert!(back.is_empty(), "{} killed sessions are back: {back:?}", back.len());
    for id in known.dead.iter().step_by(7) {
        let reply = app.client("1.1", "check", &[("sessionid", id)]);
        app.assert_failure("1.1", &reply, Seal::Absent, SESSION_NOT_FOUND);
    }
    for id in known.live.iter().step_by(7) {
        let reply = app.client("1.1", "check", &[("sessionid", id)]);
        app.assert_failure("1.1", &reply, Seal::NoKey, "Session is not validated");
    }
    // From here on it is known what became of the others, and sessions that nobody was told of.
    let unsure = std::mem::take(&mut known.unsure);
    known.dead.extend(unsure.into_iter().filter(|id| !listed.contains(id)));
    known.live = listed;
}

#[test]
fn promises_survive() {
    let mut server = Server::start();
    let known = Mutex::new(Known::default());
    for round in 0..ROUNDS {
        let end = RandomState::new().hash_one(round) % (REQUESTS * 3 / 4);
        let count = AtomicU64::new(0);
        let (app, process) = (&server.app, &mut server.process);
        thread::scope(|scope| {
            for me in 0..THREADS {
                let (known, count) = (&known, &count);
                scope.spawn(move || work(app, me, known, count));
            }
            eventually("some load", || (count.load(Ordering::Relaxed) >= end).then_some(()));
            process.crash();
        });
        server = server.crash_and_restart();
        let mut known = known.lock().expect("no panic");
        verify(&server.app, &mut known);
        println!(
            "round {round}: crashed after {end} requests, {} live, {} dead",
            known.live.len(),
            known.dead.len()
        );
    }
}

#[test]
fn a_kill_survives_a_crash_right_after() {
    let mut server = Server::start();
    for _ in 0..3 {
        let [killed, kept] = [server.app.init("1.1"), server.app.init("1.1")];
        let reply = server.app.kill(&killed.id);
        assert_eq!(reply.text(), r#"{"success":true,"message":"Successfully killed session!"}"#);
        server = server.crash_and_restart();
        killed.at(&server.app.address).is_dead();
        kept.at(&server.app.address).is_unvalidated();
    }
}

#[test]
fn a_kill_of_all_survives_a_crash_right_after() {
    let mut server = Server::start();
    for _ in 0..3 {
        let dead: Vec<_> = (0..200).map(|_| server.app.try_init().expect("a session")).collect();
        let reply = server.app.seller("type=killall");
        assert_eq!(reply.text(), r#"{"success":true,"message":"Successfully killed all sessions!"}"#);
        server = server.crash_and_restart();
        assert_eq!(server.app.session_ids(), Vec::<String>::new());
        for id in dead.iter().step_by(20) {
            let reply = server.app.client("1.1", "check", &[("sessionid", id)]);
            server.app.assert_failure("1.1", &reply, Seal::Absent, SESSION_NOT_FOUND);
        }
        let kept = server.app.init("1.1");
        server = server.crash_and_restart();
        kept.at(&server.app.address).is_unvalidated();
        server.app.seller("type=killall");
    }
}

#[test]
fn a_registration_survives_a_crash_right_after() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.register("alice", "p", server.license(0));
    let server = server.crash_and_restart();
    session.at(&server.app.address).is_validated();
    let stats = server.app.seller("type=stats").json();
    assert_eq!((&stats["used"], &stats["unused"]), (&"1".into(), &"99".into()), "{stats}");
}
