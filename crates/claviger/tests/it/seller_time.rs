//! Time: a pause keeps what is left whatever comes meanwhile, what never ends, ends that are dates, and licenses that are
//! changed after their use (`docs/protocol/seller-types.md`). Each on both databases.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::postgres::Database;
use crate::support::vendor::{PASS, failure, success};
use crate::support::{App, HWID, Reply, Server, assert_json, assert_text, encode, now};

const DAY: i64 = 86_400;
const LOGGED_IN: &str = "Logged in!";
const PAUSED: &str = "Your subscription is paused and can't be used right now";
const EXTENDED: &str = "Successfully extended user(s)!";
const EDITED: &str = "License Edit Successful";
/// What is told in the place of an end that never comes.
const NEVER: &str = "2147483647";

/// Makes a test of each function, on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(&super::Server::start()); })* }
        mod postgres { $(#[test] fn $name() {
            let database = super::Database::create();
            super::$name(&super::Server::start_on(&database.url));
        })* }
    };
}

both![
    a_paused_application_keeps_what_comes,
    a_second_key_lifts_no_suspension,
    a_paused_subscription_keeps_what_comes,
    a_vendors_pause_goes_over_to_the_applications,
    the_setting_is_the_same_pause,
    what_never_ends,
    a_program_is_told_a_number,
    limits_are_told,
    an_end_may_be_a_date,
    a_used_license_is_edited,
    a_renewal_is_edited,
    the_command_line_says_it_too,
];

fn ok(app: &App, query: &str, message: &str) {
    assert_json(&app.seller(&format!("type={query}")), 200, &success(message));
}

fn refuses(app: &App, query: &str, message: &str) {
    assert_json(&app.seller(&format!("type={query}")), 200, &failure(message));
}

fn done(app: &App, query: &str) {
    let reply = app.seller(&format!("type={query}"));
    assert_eq!(reply.json()["success"], true, "{query}: {reply:?}");
}

fn subs(app: &App, user: &str) -> Vec<Value> {
    app.sell("usersub", &[("user", user)]).json()["subs"].as_array().cloned().unwrap_or_default()
}

/// A user has these subscriptions, oldest first: whether each is paused, and for about how many days.
fn has(app: &App, user: &str, expected: &[(bool, i64)]) {
    let found = subs(app, user).into_iter().map(|row| {
        let paused = row["paused"] == "1";
        let expiry: i64 = row["expiry"].as_str().expect("a text").parse().expect("a number");
        let left = if paused { expiry } else { expiry - now() };
        (paused, (left + DAY / 4).div_euclid(DAY))
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "{user}: {:?}", subs(app, user));
}

fn upgrade(app: &App, user: &str, days: i64) -> Reply {
    let key = app.add_license(&format!("expiry={days}"));
    app.init("1.2").call("upgrade", &[("username", user), ("key", &key)])
}

/// A Unix second as a date.
fn date(second: i64) -> String {
    jiff::Timestamp::from_second(second).expect("a time").to_string()
}

fn a_paused_application_keeps_what_comes(server: &Server) {
    let app = &server.app;
    for user in ["alice", "bob", "carol"] {
        app.add_user(user);
    }
    let [key, another] = [app.add_license("expiry=1"), app.add_license("expiry=3")];
    ok(app, "delsub&user=carol&sub=default", "Successfully deleted subscription!");
    ok(app, "pauseuser&username=bob", "Successfully paused user!");
    ok(app, "pauseapp", "Successfully paused application");

    ok(app, "extend&user=alice&sub=default&expiry=2", EXTENDED);
    ok(app, &format!("assignkey&user=alice&key={key}"), "Successfully Assigned Key To User!");
    has(app, "alice", &[(true, 13)]);
    // Who has none gets one that waits with the application.
    ok(app, "extend&user=all&sub=default&expiry=4", EXTENDED);
    ok(app, "extend&user=all&sub=default&expiry=1&activeOnly=1", EXTENDED);
    ok(
        app,
        "subtract&user=carol&sub=default&seconds=86400",
        "Successfully subtracted time from subscription!",
    );
    for (user, days) in [("alice", 18), ("bob", 15), ("carol", 4)] {
        has(app, user, &[(true, days)]);
    }
    let reply = app.sell("activate", &[("user", "dave"), ("pass", PASS), ("key", &another)]).json();
    assert_eq!(reply["info"]["subscriptions"][0]["timeleft"], 3 * DAY, "{reply}");
    assert_eq!(app.expiry("dave", 0), 3 * DAY);
    refuses(
        app,
        "adduser&user=eve&sub=default&expiry=1",
        "Unable to create user while subscription is paused!",
    );

    ok(app, "unpauseapp", "Successfully unpaused application");
    for (user, paused, days) in
        [("alice", false, 18), ("bob", true, 15), ("carol", false, 4), ("dave", false, 3)]
    {
        has(app, user, &[(paused, days)]);
    }
    assert_eq!(
        ["alice", "bob", "dave"].map(|user| app.login_says(user, HWID)),
        [LOGGED_IN, PAUSED, LOGGED_IN]
    );
}

fn a_second_key_lifts_no_suspension(server: &Server) {
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    ok(app, "pauseuser&username=alice", "Successfully paused user!");
    assert_eq!(upgrade(app, "alice", 1).json()["message"], "Upgraded successfully");
    assert_eq!(app.login_says("alice", HWID), PAUSED);
    let key = app.add_license("expiry=1");
    ok(app, &format!("assignkey&user=alice&key={key}"), "Successfully Assigned Key To User!");
    for (query, bob) in [("", 12), ("&activeOnly=1", 14)] {
        ok(app, &format!("extend&user=all&sub=default&expiry=2{query}"), EXTENDED);
        has(app, "bob", &[(false, bob)]);
    }
    has(app, "alice", &[(true, 16)]);
    assert_eq!(["alice", "bob"].map(|user| app.login_says(user, HWID)), [PAUSED, LOGGED_IN]);
    ok(app, "unpauseuser&username=alice", "Successfully unpaused user!");
    has(app, "alice", &[(false, 16)]);
    assert_eq!(app.login_says("alice", HWID), LOGGED_IN);
}

fn a_paused_subscription_keeps_what_comes(server: &Server) {
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    ok(app, "delsub&user=bob&sub=default", "Successfully deleted subscription!");
    ok(app, "pausesub&subscription=default", "Successfully paused subscription!");
    upgrade(app, "alice", 2);
    ok(app, "extend&user=alice&sub=default&expiry=3", EXTENDED);
    has(app, "alice", &[(true, 15)]);
    ok(app, "subtract&user=all&sub=default&seconds=86400", "Successfully subtracted time from subscription!");
    // It was paused for those who had it.
    ok(app, "extend&user=bob&sub=default&expiry=1", EXTENDED);
    has(app, "bob", &[(false, 1)]);
    ok(app, "unpausesub&subscription=default", "Successfully unpaused subscription!");
    has(app, "alice", &[(false, 14)]);
}

fn a_vendors_pause_goes_over_to_the_applications(server: &Server) {
    let app = &server.app;
    for user in ["alice", "bob", "carol"] {
        app.add_user(user);
    }
    for user in ["alice", "bob"] {
        ok(app, &format!("pauseuser&username={user}"), "Successfully paused user!");
    }
    ok(app, "pauseapp", "Successfully paused application");
    ok(app, "unpauseuser&username=alice", "Successfully unpaused user!");
    has(app, "alice", &[(true, 10)]);
    // What is left is the application's pause, not theirs.
    for user in ["alice", "carol"] {
        refuses(app, &format!("unpauseuser&username={user}"), "Failed to unpause user!");
    }
    ok(app, "unpausesub&subscription=default", "Successfully unpaused subscription!");
    refuses(app, "unpausesub&subscription=default", "Failed to unpause subscription!");
    for user in ["alice", "bob", "carol"] {
        has(app, user, &[(true, 10)]);
    }
    ok(app, "unpauseapp", "Successfully unpaused application");
    for user in ["alice", "bob", "carol"] {
        has(app, user, &[(false, 10)]);
    }
}

fn the_setting_is_the_same_pause(server: &Server) {
    let app = &server.app;
    app.add_user("alice");
    let set = |value: &str| server.cli.ok(&["app", "set", &app.path(), &format!("paused={value}")]);
    for _ in 0..2 {
        set("true");
        has(app, "alice", &[(true, 10)]);
    }
    refuses(app, "pauseapp", "Failed to pause application");
    set("false");
    has(app, "alice", &[(false, 10)]);
    ok(app, "pauseapp", "Successfully paused application");
    set("false");
    has(app, "alice", &[(false, 10)]);
    refuses(app, "unpauseapp", "Failed to unpause application");
}

fn what_never_ends(server: &Server) {
    let app = &server.app;
    let key = app.add_license("expiry=never");
    let other = app.add_license("expiry=1&level=9");
    assert_eq!(app.seller(&format!("type=info&key={key}")).json()["duration"], NEVER);
    ok(app, "addtime&time=1", "Added time to unused licenses!");
    assert_eq!(app.seller(&format!("type=keydata&key={key}")).json()["expires"], NEVER);
    assert_eq!(app.seller(&format!("type=info&key={other}")).json()["duration"], (2 * DAY).to_string());
    ok(app, "addtime&time=Never", "Added time to unused licenses!");
    assert_eq!(app.seller(&format!("type=info&key={other}")).json()["duration"], NEVER);

    app.init("1.2").register("alice", PASS, &key);
    ok(app, "adduser&user=bob&pass=p&sub=default&expiry=LIFETIME", "Successfully created user!");
    app.add_user("carol");
    ok(app, "extend&user=carol&sub=default&expiry=never", EXTENDED);
    for query in [
        "extend&user=all&sub=default&expiry=365000",
        "subtract&user=all&sub=default&seconds=9223372036854775807",
        "extend&user=all&sub=default&expiry=never",
    ] {
        done(app, query);
        for user in ["alice", "bob", "carol"] {
            let rows = subs(app, user);
            assert_eq!((rows.len(), &rows[0]["expiry"], &rows[0]["paused"]), (1, &json!(NEVER), &json!("0")));
            assert_eq!(app.login_says(user, HWID), LOGGED_IN, "{query}");
        }
    }
    done(app, "pauseapp");
    assert_eq!(subs(app, "alice")[0]["expiry"], NEVER);
    done(app, "extend&user=alice&sub=default&expiry=1");
    done(app, "unpauseapp");
    let before = now();
    let user = app.userdata("alice");
    let left = user["subscriptions"][0]["timeleft"].as_i64().expect("a number");
    assert_eq!(user["subscriptions"][0]["expiry"], NEVER);
    assert!((2_147_483_647 - now()..=2_147_483_647 - before).contains(&left), "{left}");
    assert_eq!(app.login_says("alice", HWID), LOGGED_IN);
    refuses(app, "delexpusers", "No users are expired!");
}

fn a_program_is_told_a_number(server: &Server) {
    let app = &server.app;
    for version in ["1.1", "1.2", "1.3"] {
        let (key, session) = (app.add_license("expiry=never"), app.init(version));
        let name = format!("by {version}");
        for (kind, more) in [("register", ("key", key.as_str())), ("login", ("code", ""))] {
            let params = [("username", name.as_str()), ("pass", PASS), ("hwid", HWID), more];
            let info = session.call(kind, &params).json()["info"].clone();
            let last: i64 = info["lastlogin"].as_str().expect("a text").parse().expect("a number");
            let one = &info["subscriptions"][0];
            assert_eq!((&one["expiry"], &one["timeleft"]), (&json!(NEVER), &json!(2_147_483_647 - last)));
        }
        session.is_validated();
    }
}

fn limits_are_told(server: &Server) {
    let app = &server.app;
    app.add_user("alice");
    let key = app.add_license("expiry=365000");
    assert_eq!(app.seller(&format!("type=info&key={key}")).json()["duration"], "31536000000");
    let days = "Expiry must be at most 365000 days";
    for expiry in ["365001", "365000.1", "1798048452", "99999999999999999999", "9e18", "9999-12-31"] {
        assert_json(&app.seller(&format!("type=add&expiry={expiry}")), 400, &failure(days));
        assert_text(&app.seller(&format!("type=add&expiry={expiry}&format=text")), 400, days);
        refuses(app, &format!("adduser&user=bob&sub=default&expiry={expiry}"), days);
        for user in ["alice", "all"] {
            refuses(app, &format!("extend&user={user}&sub=default&expiry={expiry}"), days);
        }
    }
    let reply = app.seller("type=addtime&time=365001");
    assert_json(&reply, 400, &failure("Time must be at most 365000 days"));
    let seconds = "Expiry must be at most 31536000000 seconds";
    for expiry in ["31536000001", "9223372036854775808", "99999999999999999999999", "9999-12-31"] {
        refuses(app, &format!("edit&key={key}&expiry={expiry}"), seconds);
    }
    for expiry in ["", "0", "-1", "x", "1.5", "%00", "%FF"] {
        refuses(app, &format!("edit&key={key}&expiry={expiry}"), "You must set expiry value");
    }
    // Sums have no limit but never.
    for _ in 0..3 {
        ok(app, "extend&user=alice&sub=default&expiry=365000", EXTENDED);
    }
    has(app, "alice", &[(false, 1_095_010)]);
}

fn an_end_may_be_a_date(server: &Server) {
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    ok(app, "pauseuser&username=bob", "Successfully paused user!");
    let end = now() + 20 * DAY;
    let text = encode(date(end));
    let before = now();
    ok(app, &format!("extend&user=all&sub=default&expiry={text}"), EXTENDED);
    let left = end - app.expiry("bob", 0);
    assert!((before..=now()).contains(&left), "{left}");
    assert_eq!(app.expiry("alice", 0), end);
    // It is prolonged to there and never shortened.
    let earlier = encode(date(end - DAY));
    ok(app, &format!("extend&user=alice&sub=default&expiry={earlier}"), EXTENDED);
    assert_eq!(app.expiry("alice", 0), end);
    ok(app, &format!("adduser&user=carol&sub=default&expiry={text}"), "Successfully created user!");
    assert_eq!(app.expiry("carol", 0), end);
    // The first second of a day, UTC.
    let day = &date(end)[..10];
    ok(app, &format!("adduser&user=dave&sub=default&expiry={day}"), "Successfully created user!");
    assert_eq!(app.expiry("dave", 0), end - end.rem_euclid(DAY));

    let before = now();
    let key = app.add_license(&format!("expiry={text}"));
    let seconds: i64 = app.seller(&format!("type=info&key={key}")).json()["duration"]
        .as_str()
        .expect("a text")
        .parse()
        .expect("a number");
    assert!((end - now()..=end - before).contains(&seconds), "{seconds}");

    let past = "Expiry must be in the future";
    let future = "Subscription expiry must be set in the future!";
    for gone in ["2020-01-31", "2020-01-31T12:00:00Z", "1970-01-01"] {
        assert_json(&app.seller(&format!("type=add&expiry={gone}")), 400, &failure(past));
        refuses(app, &format!("edit&key={key}&expiry={gone}"), past);
        refuses(app, &format!("extend&user=alice&sub=default&expiry={gone}"), future);
        refuses(app, &format!("adduser&user=eve&sub=default&expiry={gone}"), future);
    }
    for none in ["2027-02-30", "31.01.2027", "2027-01", "2027-01-31T25:00:00Z", "2027-01-31%00", "tomorrow"] {
        let none = none.replace("%00", "%01");
        assert_json(
            &app.seller(&format!("type=add&expiry={none}")),
            400,
            &failure("Expiry must a number of days"),
        );
        refuses(
            app,
            &format!("extend&user=alice&sub=default&expiry={none}"),
            "Expiry not set correctly, must be number of days",
        );
    }
}

const HINT: &str = "The license is used: its user keeps the time that it brought, unless you send userToo=1.";
const HINT_GONE: &str = "The license is used, and its user is gone: nobody's time was changed.";

/// Sets a license's duration; what is told besides.
fn edit(app: &App, key: &str, more: &str) -> Value {
    let reply = app.seller(&format!("type=edit&key={key}&{more}"));
    assert_eq!(
        (&reply.json()["success"], &reply.json()["message"]),
        (&json!(true), &json!(EDITED)),
        "{reply:?}"
    );
    reply.json()["hint"].clone()
}

fn a_used_license_is_edited(server: &Server) {
    let app = &server.app;
    done(app, "addsub&name=premium&level=1");
    let key = app.add_license("expiry=10");
    ok(app, &format!("edit&key={key}&expiry=432000"), EDITED);
    app.init("1.2").register("alice", PASS, &key);
    has(app, "alice", &[(false, 5), (false, 5)]);
    let hinted = format!(r#"{{"success":true,"message":"{EDITED}","hint":"{HINT}"}}"#);
    assert_json(&app.seller(&format!("type=edit&key={key}&expiry=864000")), 200, &hinted);
    let reply = app.seller(&format!("type=edit&key={key}&expiry=864000&format=text"));
    assert_text(&reply, 200, &format!("{EDITED}. {HINT}"));
    has(app, "alice", &[(false, 5), (false, 5)]);
    // The difference to what it brought, whatever it says since, for all that it brought and for nothing else.
    done(app, "extend&user=alice&sub=default&expiry=1");
    let before = [0, 1].map(|n| app.expiry("alice", n));
    assert_eq!(edit(app, &key, "expiry=864060&userToo=1"), Value::Null);
    assert_eq!([0, 1].map(|n| app.expiry("alice", n)), before.map(|end| end + 432_060));
    assert_eq!(edit(app, &key, "expiry=432000&user_too=true"), Value::Null);
    assert_eq!([0, 1].map(|n| app.expiry("alice", n)), before);
    done(app, "pauseuser&username=alice");
    let before = app.expiry("alice", 0);
    assert_eq!(edit(app, &key, "expiry=432010&userToo=1"), Value::Null);
    assert_eq!(app.expiry("alice", 0), before + 10);
    assert_eq!(edit(app, &key, "expiry=never&userToo=1"), Value::Null);
    done(app, "unpauseuser&username=alice");
    assert_eq!(subs(app, "alice")[1]["expiry"], NEVER);
    let used: i64 = app.seller(&format!("type=keydata&key={key}")).json()["usedon"]
        .as_str()
        .expect("a text")
        .parse()
        .expect("a number");
    assert_eq!(edit(app, &key, "expiry=864000&userToo=1"), Value::Null);
    assert_eq!([0, 1].map(|n| app.expiry("alice", n)), [used + 864_000; 2]);
    // What was told to do with userToo is done then.
    assert_eq!(edit(app, &key, "expiry=259200"), HINT);
    assert_eq!(edit(app, &key, "expiry=259200&userToo=1"), Value::Null);
    assert_eq!([0, 1].map(|n| app.expiry("alice", n)), [used + 259_200; 2]);
    assert_eq!(edit(app, &key, "expiry=259200&userToo=1"), Value::Null);
    assert_eq!([0, 1].map(|n| app.expiry("alice", n)), [used + 259_200; 2]);
    // Nobody is there any more.
    done(app, "deluser&user=alice");
    assert_eq!(edit(app, &key, "expiry=60"), HINT);
    assert_eq!(edit(app, &key, "expiry=60&userToo=1"), HINT_GONE);
}

/// A pause of all was decided, and is carried out with the next slice.
fn what_is_decided_counts(server: &Server, execute: impl Fn(&str)) {
    let app = &server.app;
    app.add_user("alice");
    let decide = |kind: &str, amount: i64| {
        execute(&format!(
            "INSERT INTO bulk_jobs (app, id, kind, name, value, amount, flag, decided, upto, done)
             SELECT id, 0, '{kind}', 'default', '', {amount}, 0, {}, 1000, 0 FROM apps",
            now()
        ));
    };
    decide("pause", 0);
    ok(app, "unpausesub&subscription=default", "Successfully unpaused subscription!");
    has(app, "alice", &[(false, 10)]);
    done(app, "pausesub&subscription=default");
    decide("unpause", 0);
    ok(app, "pausesub&subscription=default", "Successfully paused subscription!");
    has(app, "alice", &[(true, 10)]);
    decide("extend", DAY);
    ok(app, "unpausesub&subscription=default", "Successfully unpaused subscription!");
    has(app, "alice", &[(false, 11)]);
    decide("subtract", 12 * DAY);
    ok(app, "delexpusers", "Successfully deleted expired users!");
    refuses(app, "delexpusers", "You have no users!");
    decide("extend", DAY);
    ok(app, "subtract&user=all&sub=default&seconds=60", "Successfully subtracted time from subscription!");
    refuses(app, "subtract&user=all&sub=default&seconds=60", "Failed to subtract from susbcriptions!");
}

#[test]
fn what_is_decided_counts_sqlite() {
    let server = Server::start();
    what_is_decided_counts(&server, |sql| sqlite(&server).execute_batch(sql).expect("a change"));
}

#[test]
fn what_is_decided_counts_postgres() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    what_is_decided_counts(&server, |sql| database.connect().batch_execute(sql).expect("a change"));
}

/// The database of a server on SQLite.
fn sqlite(server: &Server) -> Connection {
    Connection::open(server.data().join("claviger.db")).expect("the database")
}

fn a_date_counts_from_the_use(server: &Server, execute: impl FnOnce(&str)) {
    let app = &server.app;
    let key = app.add_license("expiry=30");
    app.init("1.2").register("alice", PASS, &key);
    let first = app.expiry("alice", 0);
    execute(
        "UPDATE licenses SET usedon = usedon - 86400 WHERE usedby = 'alice';
         UPDATE user_subscriptions SET expires = expires - 86400;",
    );
    assert_eq!(app.expiry("alice", 0), first - DAY, "used a day ago");
    assert_eq!(edit(app, &key, "expiry=2099-01-31"), HINT);
    assert_eq!(app.expiry("alice", 0), first - DAY);
    assert_eq!(edit(app, &key, "expiry=2099-01-31&userToo=1"), Value::Null);
    assert_eq!(app.expiry("alice", 0), 4_073_500_800);
}

#[test]
fn a_date_counts_from_the_use_sqlite() {
    let server = Server::start();
    a_date_counts_from_the_use(&server, |sql| sqlite(&server).execute_batch(sql).expect("a change"));
}

#[test]
fn a_date_counts_from_the_use_postgres() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    a_date_counts_from_the_use(&server, |sql| database.connect().batch_execute(sql).expect("a change"));
}

fn a_renewal_is_edited(server: &Server) {
    let app = &server.app;
    app.add_user("alice");
    let key = app.add_license("expiry=5");
    ok(app, &format!("assignkey&user=alice&key={key}"), "Successfully Assigned Key To User!");
    assert_eq!(edit(app, &key, "expiry=60"), HINT);
    has(app, "alice", &[(false, 15)]);
    assert_eq!(edit(app, &key, "expiry=864000&userToo=1"), Value::Null);
    has(app, "alice", &[(false, 20)]);
    // What has ended runs again, if it would.
    done(app, "subtract&user=alice&sub=default&seconds=1900800");
    has(app, "alice", &[(false, -2)]);
    edit(app, &key, "expiry=1123200&userToo=1");
    has(app, "alice", &[(false, 1)]);
}

fn the_command_line_says_it_too(server: &Server) {
    let (app, cli, path) = (&server.app, &server.cli, server.app.path());
    let add = |more: &[&str]| {
        let args = [&["license", "add", path.as_str()], more].concat();
        cli.ok(&args).trim().to_owned()
    };
    let duration = |key: &str| app.seller(&format!("type=info&key={key}")).json()["duration"].clone();
    let key = add(&["--days", "never"]);
    assert_eq!(duration(&key), NEVER);
    let listed = cli.json(&["license", "list", &path, "--json"]);
    let row = listed.as_array().expect("a list").iter().find(|row| row["key"] == key.as_str());
    assert_eq!(row.expect("the license")["seconds"], "never");
    let line = cli.ok(&["license", "list", &path]);
    assert!(line.lines().any(|line| line.starts_with(&key) && line.contains("  never")), "{line}");

    let (before, end) = (now(), now() + 3 * DAY);
    let dated = add(&["--until", &date(end)]);
    let seconds: i64 = duration(&dated).as_str().expect("a text").parse().expect("a number");
    assert!((end - now()..=end - before).contains(&seconds), "{seconds}");

    app.init("1.2").register("alice", PASS, &key);
    let shown = cli.ok(&["user", "show", &path, "alice"]);
    assert!(shown.contains("never"), "{shown}");
    let shown = cli.json(&["user", "show", &path, "alice", "--json"])["subscriptions"][0].clone();
    assert_eq!((&shown["expires"], &shown["paused_seconds"]), (&json!("never"), &Value::Null));
    done(app, "pauseuser&username=alice");
    let shown = cli.ok(&["user", "show", &path, "alice"]);
    assert!(shown.contains("paused, never ends"), "{shown}");
    let shown = cli.json(&["user", "show", &path, "alice", "--json"])["subscriptions"][0].clone();
    assert_eq!((&shown["expires"], &shown["paused_seconds"]), (&Value::Null, &json!("never")));

    for (args, said) in [
        (["--days", "365001"], "at most 365000 days are possible, or `never`"),
        (["--days", "x"], "write a number such as 30, a date such as 2027-01-31 (UTC), or `never`"),
        (["--days", "0"], "write at least a second"),
        (["--days", "-1"], "write a number"),
        (["--days", "2099-01-31"], "say it with --until"),
        (["--until", "2020-01-31"], "that date has passed"),
        (["--until", "30"], "is no date"),
    ] {
        let refused = cli.fails(&[&["license", "add", path.as_str()], args.as_slice()].concat());
        assert!(refused.contains(said), "{args:?}: {refused}");
        let refused = cli.fails(&[&["license", "edit", path.as_str(), &key], args.as_slice()].concat());
        assert!(refused.contains(said), "{args:?}: {refused}");
    }
    cli.fails(&["license", "add", &path]);
    cli.fails(&["license", "add", &path, "--days", "1", "--until", "2099-01-31"]);

    done(app, "unpauseuser&username=alice");
    let edited = cli.run(&["license", "edit", &path, &key, "--days", "30"]);
    assert_eq!((edited.code, edited.stdout), (Some(0), format!("changed {key}\n")));
    assert!(edited.stderr.contains("It is used: its user keeps"), "{}", edited.stderr);
    assert_eq!(subs(app, "alice")[0]["expiry"], NEVER);
    cli.ok(&["license", "edit", &path, &key, "--days", "never"]);
    let edited = cli.run(&["license", "edit", &path, &key, "--days", "30", "--user-too"]);
    assert_eq!((edited.code, edited.stderr.as_str()), (Some(0), ""));
    has(app, "alice", &[(false, 30)]);
    let refused = cli.fails(&["license", "edit", &path, "no such key", "--days", "30"]);
    assert!(refused.contains("there is no license `no such key`"), "{refused}");
}
