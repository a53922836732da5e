//! The audit log and the seller log (`docs/protocol/seller.md`).

use std::fs;

use serde_json::Value;

use crate::support::http::request;
use crate::support::proxied::on_both;
use crate::support::{App, HWID, Server, assert_json, encode, eventually, form, now};

const SECRET: &str = "a-secret-to-look-for";

/// Without what the test itself changed by the command line.
fn by_request(mut rows: Vec<Value>) -> Vec<Value> {
    rows.retain(|row| !text(row, "key").starts_with("cli:"));
    rows
}

fn audit(server: &Server) -> Vec<Value> {
    by_request(list(server, &["audit", "list", &server.app.path(), "--json"]))
}

fn seller_log(server: &Server) -> Vec<Value> {
    list(server, &["seller-log", "list", &server.app.path(), "--json"])
}

fn list(server: &Server, args: &[&str]) -> Vec<Value> {
    server.cli.json(args).as_array().expect("a list").clone()
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} in {row}"))
}

/// The addresses in the seller log, newest first.
fn urls(server: &Server) -> Vec<String> {
    seller_log(server).iter().map(|row| text(row, "url").to_owned()).collect()
}

/// A request that must succeed.
fn done(app: &App, query: &str) {
    let reply = app.seller(query);
    assert!(matches!(reply.status, 200 | 302), "{query}: {reply:?}");
    assert_eq!(reply.json()["success"], true, "{query}: {reply:?}");
}

/// Switches the seller log on or off, and waits until the server has noticed.
fn set_seller_logs(server: &Server, on: bool) {
    server.cli.ok(&["app", "set", &server.app.path(), &format!("sellerLogs={on}")]);
    eventually("the server to notice", || {
        let before = seller_log(server).len();
        done(&server.app, "type=setseller");
        ((seller_log(server).len() > before) == on).then_some(())
    });
}

#[test]
fn a_table_of_changes() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    assert_eq!(server.cli.ok(&["audit", "list", &path]).trim(), "none");
    assert!(audit(&server).is_empty());
    let start = now();
    done(app, "type=AddSub&name=premium&level=2");
    done(app, "type=updatesettings&ver=2.0");
    let table = server.cli.ok(&["audit", "list", &path]);
    let lines: Vec<&str> = table.lines().collect();
    let head: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(head, ["TIME", "KEY", "TYPE", "TARGET", "FROM", "CHANGES"]);
    assert_eq!(lines.len(), 3, "{table}");
    // The newest comes first.
    let key = &app.seller_key[28..];
    for (line, parts) in [
        (lines[1], &[key, "updatesettings", "127.0.0.1", "version: 1.0 → 2.0"][..]),
        (lines[2], &[key, "addsub", "premium", "127.0.0.1"]),
    ] {
        let mut rest = line;
        for part in parts {
            let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("no {part} in {line}"));
            rest = after;
        }
    }
    let rows = audit(&server);
    let times: Vec<i64> = rows.iter().map(|row| row["time"].as_i64().expect("a number")).collect();
    assert!(times.iter().all(|time| (start..=now()).contains(time)), "{times:?}");
    assert!(!table.contains(&app.seller_key) && !Value::from(rows).to_string().contains(&app.seller_key));
}

#[test]
fn every_change_has_its_entry() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    let session = app.init("1.2");
    app.init("1.2");
    app.init("1.2").register("alice", "p", server.license(1));
    let hash = "0123456789abcdef".repeat(2);
    let changes = [
        ("kill", format!("sessid={}", session.id), session.id.as_str()),
        ("addsub", "name=premium&level=2".to_owned(), "premium 2"),
        ("editsub", "name=premium&level=3".to_owned(), "premium 3"),
        ("pausesub", "subscription=default".to_owned(), "default"),
        ("unpausesub", "subscription=default".to_owned(), "default"),
        ("delappsub", "name=premium".to_owned(), "premium"),
        ("ban", format!("key={key}"), key),
        ("unban", format!("key={key}"), key),
        ("del", format!("key={key}"), key),
        ("resetuser", "user=alice".to_owned(), "alice"),
        ("deluser", "user=alice".to_owned(), "alice"),
        ("addAccount", "role=Reseller&user=bob&pass=p&email=b@x.example".to_owned(), "Reseller bob"),
        ("setbalance", "username=bob&day=1".to_owned(), "bob"),
        ("deleteAccount", "user=bob".to_owned(), "bob"),
        ("addhash", format!("hash={hash}"), hash.as_str()),
        ("resethash", String::new(), ""),
        ("pauseapp", String::new(), ""),
        ("unpauseapp", String::new(), ""),
        ("killall", String::new(), ""),
        ("delunused", String::new(), ""),
    ];
    let mut told: Vec<(&str, String)> = Vec::new();
    for (n, (kind, params, target)) in changes.iter().enumerate() {
        done(app, &format!("type={kind}&{params}"));
        let rows = audit(&server);
        assert_eq!(rows.len(), n + 1, "{kind}");
        let row = &rows[0];
        assert_eq!((text(row, "type"), text(row, "target")), (*kind, *target), "{row}");
        assert_eq!((text(row, "key"), text(row, "from")), (&app.seller_key[28..], "127.0.0.1"), "{row}");
        if !text(row, "changes").is_empty() {
            told.push((*kind, text(row, "changes").to_owned()));
        }
    }
    // What was there before, and what is there now.
    let forgotten = format!("hashes: {hash} → none");
    let changed = [
        ("setbalance", "day: 0 → 1"),
        ("resethash", &forgotten),
        ("pauseapp", "paused: false → true"),
        ("unpauseapp", "paused: true → false"),
    ];
    for (kind, changes) in changed.into_iter().chain([
        ("addsub", "level: none → 2"),
        ("editsub", "level: 2 → 3"),
        ("delappsub", "level: 3 → none"),
        ("deluser", "user: alice → none; banned: no → none; devices: "),
    ]) {
        let found = told.iter().find(|(told, _)| *told == kind).unwrap_or_else(|| panic!("{kind}: {told:?}"));
        assert!(found.1.starts_with(changes), "{kind}: {}", found.1);
    }
}

#[test]
fn changes_of_users_and_licenses_tell_before_and_after() {
    on_both(|server| {
        let (app, key) = (&server.app, server.license(0));
        done(app, "type=addsub&name=gold&level=2");
        app.init("1.2").register("alice", "p", server.license(1));
        let hwid = "0123456789abcdef0123456789abcdef";
        for (query, parts) in [
            ("adduser&user=bob&sub=default&expiry=1", &["user: none → bob", "subscription default #"][..]),
            ("extend&user=bob&sub=default&expiry=1", &["subscription default #", "Z → 2"]),
            ("subtract&user=bob&sub=default&seconds=60", &["subscription default #", "Z → 2"]),
            ("extend&user=bob&sub=gold&expiry=2", &["subscription gold #", ": none → 2"]),
            ("delsub&user=bob&sub=gold", &["subscription gold #", "Z → none"]),
            ("pauseuser&username=bob", &["Z → paused, "]),
            ("unpauseuser&username=bob", &["paused, ", " left → 2"]),
            ("banuser&user=bob&reason=resold", &["banned: no → resold"]),
            ("unbanuser&user=bob", &["banned: resold → no"]),
            (&format!("addhwiduser&user=bob&hwid={hwid}"), &["devices: 0 → 1"]),
            ("resetuser&user=bob", &["devices: 1 → 0"]),
            (&format!("resetpw&user=bob&passwd={SECRET}"), &["password: none → set"]),
            (&format!("resetpw&user=bob&passwd={SECRET}2"), &["password: set → another"]),
            (&format!("editemail&user=bob&email={SECRET}@x.example"), &["e-mail address: none → set"]),
            (
                "setcooldown&user=bob&cooldown=4102444800",
                &["devices free from: any time → 2100-01-01T00:00:00Z"],
            ),
            (&format!("setvar&user=bob&var=color&data={SECRET}"), &["variable color: none → set"]),
            (&format!("setvar&user=bob&var=color&data={SECRET}2"), &["variable color: set → another"]),
            ("deluservar&user=bob&var=color", &["variable color: set → none"]),
            ("muteuser&user=bob&time=100", &["muted until: no → 2"]),
            ("unmuteuser&user=bob", &["Z → no"]),
            ("editusername&currentUsername=bob&newUsername=rob", &["user: bob → rob"]),
            (&format!("setnote&key={key}&note=shop"), &["note: none → shop"]),
            (&format!("edit&key={key}&expiry=172800"), &["lasts: ", "→ 2 d"]),
            (&format!("ban&key={key}&reason=resold"), &["license: Not Used → Banned", "ban: no → resold"]),
            (&format!("unban&key={key}"), &["license: Banned → Not Used", "ban: resold → no"]),
            (
                &format!("assignkey&user=rob&key={key}"),
                &["subscription", "license: Not Used → Used", "used by: nobody → rob"],
            ),
            (
                &format!("delmultiple&key={key},{}", server.license(5)),
                &["license: Used → none", "license: Not Used → none"],
            ),
            (&format!("addvar&name=news&data={SECRET}&authed=1"), &["value: none → set"]),
            (&format!("editvar&varid=news&data={SECRET}3"), &["value: set → another"]),
            ("delvar&name=news", &["value: set → none"]),
            ("deluser&user=rob", &["user: rob → none"]),
        ] {
            done(app, &format!("type={query}"));
            let row = audit(server).remove(0);
            for part in parts {
                assert!(text(&row, "changes").contains(part), "{query}: no {part} in {row}");
            }
        }
        let all = server.cli.ok(&["audit", "list", &app.path(), "--json", "--limit", "1000"]);
        assert!(!all.contains(SECRET), "{all}");
    });
}

#[test]
fn reading_leaves_no_entry() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "p", server.license(0));
    for kind in [
        "setseller",
        "appdetails",
        "stats",
        "getsettings",
        "fetchallsubs",
        "fetchallkeys",
        "fetchallusers",
        "fetchallsessions",
        "fetchteam",
        "countsubs&name=default",
        "userdata&user=alice",
        "verifyuser&user=alice",
    ] {
        done(app, &format!("type={kind}"));
    }
    done(app, &format!("type=verify&key={}", server.license(0)));
    done(app, &format!("type=info&key={}", server.license(0)));
    assert!(audit(&server).is_empty());
}

#[test]
fn failures_leave_no_entry() {
    let server = Server::start();
    let app = &server.app;
    for query in [
        "",
        "type=",
        "type=nonsense",
        "type=killall&type=killall",
        "type=add",
        "type=add&expiry=1&mask=x&amount=2",
        "type=kill&sessid=x",
        "type=killall",
        "type=addsub&name=default&level=1",
        "type=addsub&name=x&level=x",
        "type=deluser&user=nobody",
        "type=del&key=x",
        "type=addAccount&role=Boss&user=bob&pass=p&email=b@x.example",
        "type=setbalance&username=bob&day=1",
        "type=updatesettings&ver=2&enabled=maybe",
        "type=updatesettings&ver=too-long",
        "type=addhash&hash=x",
        "type=resethash",
        "type=unpauseapp",
        "type=reset&user=alice",
    ] {
        assert_eq!(app.seller(query).json()["success"], false, "{query}");
    }
    // Nor does what only looks.
    assert_eq!(app.seller_as("HEAD", "type=addsub&name=premium&level=2").status, 200);
    let stranger = App { seller_key: "0".repeat(32), ..app.clone() };
    assert_eq!(stranger.seller("type=addsub&name=premium&level=2").status, 404);
    assert!(audit(&server).is_empty());
}

#[test]
fn settings_with_old_and_new_values() {
    let server = Server::start();
    let app = &server.app;
    let newest = || text(&audit(&server)[0], "changes").to_owned();
    done(app, "type=updatesettings&ver=2.0");
    assert_eq!(newest(), "version: 1.0 → 2.0");
    done(app, "type=updatesettings&ver=3.0&enabled=false");
    assert_eq!(newest(), "enabled: true → false; version: 2.0 → 3.0");
    // What stays as it was is no change.
    done(app, "type=updatesettings&ver=3.0&enabled=true");
    assert_eq!(newest(), "enabled: false → true");
    done(app, "type=updatesettings&ver=3.0");
    assert_eq!(newest(), "");
    done(app, &format!("type=updatesettings&sellixsecret={SECRET}"));
    assert_eq!(newest(), "sellixSecret:  → ***");
    done(app, "type=updatesettings&sellixsecret=another");
    assert_eq!(newest(), "sellixSecret: *** → ***");
    done(app, "type=updatesettings&clear=sellixsecret");
    assert_eq!(newest(), "sellixSecret: *** → ");
    let all = server.cli.ok(&["audit", "list", &app.path(), "--json"]);
    assert!(!all.contains(SECRET) && !all.contains("another"), "{all}");
}

#[test]
fn each_key_and_each_address_is_told_apart() {
    let server = Server::start_with("trusted_proxies = [\"127.0.0.1\"]\n");
    let app = &server.app;
    let send = |key: &str, from: &str, name: &str| {
        let target = format!("/api/seller/?type=addsub&level=1&name={name}");
        let headers = [("Authorization", &*format!("Bearer {key}")), ("X-Forwarded-For", from)];
        request(&app.address, "POST", &target, &headers, b"")
    };
    let made =
        server.cli.json(&["app", "rotate-seller-key", &app.path(), "--grace", "3600", "--yes", "--json"]);
    let new_key = made["seller_key"].as_str().expect("a key");
    eventually("the new key", || (send(new_key, "203.0.113.7", "one").status == 200).then_some(()));
    assert_eq!(send(&app.seller_key, "2001:db8::1", "two").status, 200);
    let rows = audit(&server);
    assert_eq!((text(&rows[0], "key"), text(&rows[0], "from")), (&app.seller_key[28..], "2001:db8::1"));
    assert_eq!((text(&rows[1], "key"), text(&rows[1], "from")), (&new_key[28..], "203.0.113.7"));
}

#[test]
fn targets_do_no_harm() {
    let server = Server::start();
    let app = &server.app;
    let names = ["\u{1b}[2J\r\nfake line", "a\u{0}b", "' OR 1=1 --", "\u{202e}é\u{1F600}"];
    for name in names {
        done(app, &format!("type=black&hwid={}", encode(name)));
        done(app, &format!("type=black&hwid={}", encode(name)));
    }
    done(app, &format!("type=delunused&user={}", encode("é".repeat(5000))));
    let table = server.cli.ok(&["audit", "list", &app.path()]);
    assert_eq!(table.lines().count(), 1 + 2 * names.len() + 1, "{table}");
    assert!(!table.contains('\u{1b}') && !table.contains('\r'), "{table:?}");
    assert_eq!(text(&audit(&server)[1], "target"), names[3]);
}

#[test]
fn the_newest_so_many() {
    let server = Server::start();
    let app = &server.app;
    for n in 0..5 {
        done(app, &format!("type=addsub&level=1&name=sub{n}"));
    }
    let path = app.path();
    let targets = |limit: &str| -> Vec<String> {
        let rows = list(&server, &["audit", "list", &path, "--limit", limit, "--json"]);
        rows.iter().map(|row| text(row, "target").to_owned()).collect()
    };
    assert_eq!(targets("1"), ["sub4 1"]);
    assert_eq!(targets("3"), ["sub4 1", "sub3 1", "sub2 1"]);
    assert_eq!(targets("1000").len(), 5);
    for command in ["audit", "seller-log"] {
        for limit in ["0", "-1", "x"] {
            server.cli.fails(&[command, "list", &path, &format!("--limit={limit}")]);
        }
        let sentence = server.cli.fails(&[command, "list", "demo/no-such-app"]);
        assert!(sentence.contains("no-such-app"), "{sentence}");
    }
}

#[test]
fn applications_have_logs_of_their_own() {
    let server = Server::start();
    let other = server.create_app("other");
    set_seller_logs(&server, true);
    done(&server.app, "type=addsub&level=1&name=premium");
    assert!(by_request(list(&server, &["audit", "list", &other.path(), "--json"])).is_empty());
    assert_eq!(server.cli.ok(&["seller-log", "list", &other.path()]).trim(), "none");
    done(&other, "type=addsub&level=1&name=extra");
    assert_eq!(audit(&server).len(), 1);
    assert!(urls(&server)[0].ends_with("name=premium"));
}

#[test]
fn logs_outlive_a_restart() {
    let server = Server::start();
    set_seller_logs(&server, true);
    done(&server.app, "type=addsub&level=1&name=premium");
    let before = (audit(&server), seller_log(&server));
    let server = server.crash_and_restart();
    assert_eq!((audit(&server), seller_log(&server)), before);
}

#[test]
fn the_seller_log_is_off_by_default() {
    let server = Server::start();
    let path = server.app.path();
    done(&server.app, "type=setseller");
    assert_eq!(server.cli.ok(&["seller-log", "list", &path]).trim(), "none");
    set_seller_logs(&server, true);
    set_seller_logs(&server, false);
    let before = urls(&server);
    done(&server.app, "type=setseller");
    assert_eq!(urls(&server), before);
}

#[test]
fn a_table_of_requests() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    let before = urls(&server).len();
    let start = now();
    done(app, "type=fetchallsubs");
    // Also what fails after the checks of the application.
    app.seller("type=nonsense");
    app.seller("");
    let target = format!("/api/seller?type=kill&sellerkey={}&sessid=x%20y", app.seller_key);
    request(&app.address, "POST", &target, &[], b"");
    let rows = seller_log(&server);
    let urls: Vec<&str> = rows.iter().map(|row| text(row, "url")).collect();
    assert_eq!(
        urls[..urls.len() - before],
        [
            "/api/seller?type=kill&sellerkey=***&sessid=***",
            "/api/seller/?sellerkey=***&",
            "/api/seller/?sellerkey=***&type=nonsense",
            "/api/seller/?sellerkey=***&type=fetchallsubs",
        ]
    );
    assert!((start..=now()).contains(&rows[0]["time"].as_i64().expect("a number")), "{}", rows[0]);
    assert_eq!(text(&rows[0], "from"), "127.0.0.1");
    let table = server.cli.ok(&["seller-log", "list", &app.path(), "--limit", "2"]);
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["TIME", "KEY", "STATUS", "MS", "FROM", "URL"]);
    assert_eq!(lines[1][1..3], [&app.seller_key[28..], "200"]);
    assert_eq!(lines[1][4..], ["127.0.0.1", urls[0]]);
    assert_eq!(lines.len(), 3, "{table}");
}

#[test]
fn refused_requests_are_not_in_the_seller_log() {
    let server = Server::start();
    set_seller_logs(&server, true);
    let before = urls(&server);
    let stranger = App { seller_key: "0".repeat(32), ..server.app.clone() };
    assert_eq!(stranger.seller("type=setseller").status, 404);
    server.cli.ok(&["owner", "set-role", "demo", "tester"]);
    eventually("the server to obey", || {
        let known = urls(&server).len();
        let refused = server.app.seller("type=setseller").status == 403;
        (refused && urls(&server).len() == known).then_some(())
    });
    let known = urls(&server);
    assert!(known.len() >= before.len());
    assert_eq!(server.app.seller("type=killall").status, 403);
    assert_eq!(urls(&server), known);
}

#[test]
fn the_seller_log_keeps_no_values_that_may_be_secrets() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    for (query, parameter) in [
        ("type=setvar&user=alice&var=rank", "data"),
        ("type=addvar&name=motd&authed=1", "data"),
        ("type=editvar&varid=motd", "data"),
        ("type=massUserVar&name=rank&type=setvar", "value"),
        ("type=upload&authed=1", "url"),
        ("type=editfile&id=123456", "url"),
        ("type=addhash", "hash"),
        ("type=verify", "key"),
        ("type=info", "KEY"),
        ("type=del&userToo=1", "key"),
        ("type=add&expiry=1", "mask"),
        ("type=add&expiry=1&amount=2", "note"),
        ("type=editemail&user=alice", "email"),
        ("type=black&ip=203.0.113.7", "hwid"),
        ("type=banuser&user=nobody", "reason"),
        ("type=fetchallsessions", "cursor"),
        ("type=editusername&currentUsername=a&newUsername=b", "sessionID"),
        ("type=setseller", "token"),
    ] {
        app.seller(&format!("{query}&{}", form(&[(parameter, SECRET)])));
        let shown = if parameter == "token" { "***".to_owned() } else { format!("{parameter}=***") };
        assert_eq!(urls(&server)[0], format!("/api/seller/?sellerkey=***&{query}&{shown}"));
    }
    let all = server.cli.ok(&["seller-log", "list", &app.path(), "--json", "--limit", "1000"]);
    assert!(!all.contains(SECRET), "{all}");
}

#[test]
fn secrets_are_in_neither_log() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    let key = server.license(0);
    for (query, parameter) in [
        ("type=adduser&user=alice&sub=default&expiry=1".to_owned(), "pass"),
        ("type=resetpw&user=alice".to_owned(), "passwd"),
        ("type=changepw&user=alice".to_owned(), "PassWd"),
        ("type=addAccount&role=Reseller&user=bob&email=b@x.example".to_owned(), "pass"),
        (format!("type=activate&user=carol&hwid={HWID}&key={key}"), "pass"),
        ("type=updatesettings".to_owned(), "sellixsecret"),
    ] {
        done(app, &format!("{query}&{}", form(&[(parameter, SECRET)])));
        let url = &urls(&server)[0];
        let kept = query.replace(key, "***").replace(HWID, "***").replace("b@x.example", "***");
        assert_eq!(url, &format!("/api/seller/?sellerkey=***&{kept}&{parameter}=***"));
    }
    // Spelled so that only the server sees what they are, and twice.
    let target =
        format!("/api/seller/?SellerKey={}&type=setseller&p%61ss={SECRET}&pass={SECRET}", app.seller_key);
    let reply = request(&app.address, "GET", &target, &[], b"");
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    assert_json(&request(&app.address, "GET", &target, &[], b""), 200, reply.text());
    // In a body they are not looked at.
    let body =
        form(&[("type", "resetpw"), ("user", "alice"), ("passwd", SECRET), ("sellerkey", &app.seller_key)]);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = request(&app.address, "POST", "/api/seller/", &headers, body.as_bytes());
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    assert_eq!(urls(&server)[0], "/api/seller/");
    for command in ["audit", "seller-log"] {
        let all = server.cli.ok(&[command, "list", &app.path(), "--json", "--limit", "1000"]);
        assert!(!all.contains(SECRET) && !all.contains(&app.seller_key), "{all}");
        let table = server.cli.ok(&[command, "list", &app.path(), "--limit", "1000"]);
        assert!(!table.contains(SECRET) && !table.contains(&app.seller_key), "{table}");
    }
}

#[test]
fn secrets_are_not_in_the_data_folder() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    let secrets = ["the-password-of-bob", "sellix-4711", "the-password-of-alice", app.seller_key.as_str()];
    done(app, &format!("type=addAccount&role=Reseller&user=bob&pass={}&email=b@x.example", secrets[0]));
    done(app, &format!("type=updatesettings&sellixsecret={}", secrets[1]));
    done(app, &format!("type=adduser&user=alice&sub=default&expiry=1&pass={}", secrets[2]));
    for entry in fs::read_dir(server.data()).expect("the data folder") {
        let path = entry.expect("a file").path();
        if path.ends_with("demo.json") || path.is_dir() {
            continue;
        }
        let bytes = fs::read(&path).expect("a readable file");
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn old_entries_go() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    set_seller_logs(&server, true);
    for n in 0..4 {
        done(app, &format!("type=addsub&level=1&name=sub{n}"));
    }
    assert_eq!(audit(&server).len(), 4);
    server.cli.ok(&["app", "set", &path, "sellerLogsKept=3", "auditKept=3"]);
    eventually("the server to notice", || {
        done(app, "type=setseller");
        (seller_log(&server).len() == 3).then_some(())
    });
    done(app, "type=addsub&level=1&name=last");
    let targets: Vec<String> = audit(&server).iter().map(|row| text(row, "target").to_owned()).collect();
    assert_eq!(targets, ["last 1", "sub3 1"]);
    assert_eq!(urls(&server).len(), 3);
}

#[test]
fn keys_in_the_addresses_of_webhooks_are_cut_out() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    // Webhooks that call this API hold a key; some callers do not encode them.
    let base = format!("https://license.example.com/api/seller/?sellerkey={}", app.seller_key);
    for base in [encode(&base), base] {
        app.seller(&format!("type=addwebhook&authed=0&baseurl={base}&expiry=1"));
        let expected = "/api/seller/?sellerkey=***&type=addwebhook&authed=0&baseurl=***&expiry=1";
        assert_eq!(urls(&server)[0], expected);
    }
    let all = server.cli.ok(&["audit", "list", &app.path(), "--json"]);
    assert!(!all.contains(&app.seller_key), "{all}");
}

#[test]
fn long_addresses_are_cut() {
    let server = Server::start();
    let app = &server.app;
    set_seller_logs(&server, true);
    let prefix = "/api/seller/?sellerkey=***&type=verifyuser&user=";
    for length in [900, 901, 5000, 50_000] {
        let value = "x".repeat(length - prefix.len());
        app.seller(&format!("type=verifyuser&user={value}"));
        let url = &urls(&server)[0];
        assert!(url.starts_with(&format!("{prefix}xxx")), "{url}");
        assert_eq!(url.len(), 900, "{length}: {url}");
    }
    // What is cut out does not come back where the address is cut, and characters stay whole.
    for filler in 820..=880 {
        let value = "x".repeat(filler - prefix.len());
        app.seller(&format!("type=verifyuser&user={value}&pass={SECRET}&sub=%C3%A9"));
    }
    let all = server.cli.ok(&["seller-log", "list", &app.path(), "--json", "--limit", "1000"]);
    assert!(!all.contains(SECRET) && all.contains("&pass=***"), "{all}");
}

#[test]
fn the_logs_tell_which_key_asked_what_and_are_searched() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    set_seller_logs(&server, true);
    let made = server.cli.json(&["app", "seller-key", "add", &path, "My bot", "--rights", "read", "--json"]);
    let bot = App { seller_key: made["seller_key"].as_str().expect("a key").into(), ..app.clone() };
    done(app, "type=AddSub&name=gold&level=2");
    assert_eq!(bot.seller("type=addsub&name=silver&level=3").status, 403);
    assert_eq!(bot.seller("type=fetchallusers").status, 406);
    let log = |more: &[&str]| list(&server, &[&["seller-log", "list", &path, "--json"], more].concat());
    let rows = log(&["--limit", "3"]);
    for (row, key, name, kind, status) in [
        (&rows[0], &bot, "My bot", "fetchallusers", 406),
        (&rows[1], &bot, "My bot", "addsub", 403),
        (&rows[2], app, "main", "addsub", 200),
    ] {
        assert_eq!((text(row, "key"), text(row, "key_name")), (&key.seller_key[28..], name), "{row}");
        assert_eq!((text(row, "type"), &row["status"]), (kind, &status.into()), "{row}");
        assert!(row["micros"].as_i64().is_some_and(|micros| micros > 0), "{row}");
    }
    assert_eq!(log(&["--key", "My bot"]), rows[..2]);
    assert_eq!(log(&["--key", &bot.seller_key[28..]]), rows[..2]);
    assert_eq!(log(&["--type", "ADDSUB"]), rows[1..]);
    assert_eq!(log(&["--text", "SILVER"]), rows[1..2]);
    let before = rows[1]["id"].to_string();
    assert_eq!(log(&["--before", &before, "--limit", "1"]), rows[2..]);
    for hostile in ["%", "_", "'; --", "\\", "\u{202e}"] {
        assert!(log(&["--text", &format!("x{hostile}x")]).is_empty());
    }
    let changes = |more: &[&str]| list(&server, &[&["audit", "list", &path, "--json"], more].concat());
    assert_eq!(by_request(changes(&[])).len(), 1, "what was refused is no change");
    assert_eq!(changes(&["--key", &app.seller_key[28..], "--type", "addsub", "--text", "gold"]).len(), 1);
    assert!(changes(&["--key", "My bot"]).is_empty());
}
