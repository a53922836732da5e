//! Backups that are made while programs and bots change everything: what is restored is one moment, not a mixture.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use rusqlite::Connection;

use crate::backup::{Elsewhere, Used};
use crate::support::postgres::Database;
use crate::support::{App, Server, assert_json};

/// Days that the reseller may give away, one for each license.
const BALANCE: i64 = 100_000;
/// Backups that are made meanwhile.
const BACKUPS: usize = 3;

/// Licenses are made from the reseller's balance, used up by users who sign up, and sessions end all the time.
fn work(app: &App, worker: usize, ended: &AtomicBool) -> usize {
    let mut made = 0;
    while !ended.load(Ordering::Relaxed) || made == 0 {
        let sold = app.seller("type=add&format=text&owner=bob&expiry=1");
        assert_eq!(sold.status, 200, "{sold:?}");
        let session = app.init("1.2");
        session.register(&format!("user-{worker}-{made}"), "p", sold.text());
        app.kill(&session.id);
        made += 1;
    }
    made
}

/// Ends the work, also when a step fails: those who work would never end.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Makes a backup in a place of its own, which it tells.
fn create(used: &Used, number: usize) -> String {
    let place = used.server.folder().join(format!("backups-{number}"));
    let place = place.to_str().expect("UTF-8").to_owned();
    used.server.cli.ok(&["backup", "create", "--place", &place]);
    place
}

/// What must be true at each moment.
fn assert_whole(database: &Connection) -> i64 {
    let number = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).expect(sql);
    let sold = number("SELECT COUNT(*) FROM licenses WHERE genby = 'bob'");
    assert_eq!(sold + number("SELECT balance_day FROM accounts WHERE username = 'bob'"), BALANCE);
    let users = number("SELECT COUNT(*) FROM users WHERE username LIKE 'user-%'");
    assert_eq!(users, number("SELECT COUNT(*) FROM licenses WHERE genby = 'bob' AND usedby IS NOT NULL"));
    for nobody in [
        "SELECT COUNT(*) FROM users u WHERE NOT EXISTS
             (SELECT 1 FROM user_subscriptions s WHERE s.app = u.app AND s.user_id = u.id)",
        "SELECT COUNT(*) FROM licenses l WHERE usedby IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM users u WHERE u.app = l.app AND u.username = l.usedby)",
        "SELECT COUNT(*) FROM sessions",
    ] {
        assert_eq!(number(nobody), 0, "{nobody}");
    }
    users
}

fn a_backup_is_one_moment(used: &Used) {
    let app = &used.server.app;
    let bob = "type=addAccount&role=Reseller&user=bob&pass=correct-horse&email=bob@example.com";
    assert_eq!(app.seller(bob).status, 200);
    let balanced = app.seller(&format!("type=setbalance&username=bob&day={BALANCE}"));
    assert_json(&balanced, 200, r#"{"success":true,"message":"Balance Successfully Added"}"#);
    let ended = AtomicBool::new(false);
    let places = thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|worker| {
                let ended = &ended;
                scope.spawn(move || work(app, worker, ended))
            })
            .collect();
        let end = End(&ended);
        let places: Vec<String> = (0..BACKUPS).map(|number| create(used, number)).collect();
        drop(end);
        workers.into_iter().for_each(|worker| assert!(worker.join().expect("no failure") > 0));
        places
    });
    let mut users = 0;
    for (number, place) in places.iter().enumerate() {
        let elsewhere = Elsewhere::beside(&used.server, &format!("elsewhere-{number}"), None);
        elsewhere.cli.ok(&["backup", "restore", "--place", place]);
        let database = Connection::open(elsewhere.data.join("claviger.db")).expect("the database");
        let found = assert_whole(&database);
        assert!(found >= users, "a later backup has fewer users");
        users = found;
    }
}

#[test]
fn a_backup_under_load_is_one_moment() {
    a_backup_is_one_moment(&Used::on(Server::start()));
}

#[test]
fn a_backup_under_load_is_one_moment_in_postgres() {
    let database = Database::create();
    a_backup_is_one_moment(&Used::on(Server::start_on(&database.url)));
}
