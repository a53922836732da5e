//! What keeps somebody out, and why: bans, hands, networks, ends. On both databases, behind a proxy that tells the
//! addresses of the clients.

use serde_json::{Value, json};

use crate::support::app::FORM;
use crate::support::http::request;
use crate::support::postgres::Database;
use crate::support::vendor::{PASS, failure, success};
use crate::support::{
    App, HWID, OTHER_HWID, Reply, SESSION_NOT_FOUND, Server, assert_json, assert_text, encode, eventually,
    form, mask_number, mask_numbers, now,
};

const PROXY: &str = "trusted_proxies = [\"127.0.0.0/8\"]\n";
const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.9";
const SHOP: &str = "192.0.2.80";

const LOGGED_IN: &str = "Logged in!";
const BLACKED: &str = "You've been blacklisted from our application";
const ADDED: &str = "Blacklist Addition Successful";
const BANNED: &str = "Successfully banned user!";

/// Runs a scenario on a server with SQLite, and on one with PostgreSQL.
fn on_both(scenario: impl Fn(&Server)) {
    on_both_with(PROXY, scenario);
}

fn on_both_with(settings: &str, scenario: impl Fn(&Server)) {
    scenario(&Server::start_with(settings));
    let database = Database::create();
    scenario(&Server::start_on_with(&database.url, settings));
}

/// A request of the Client API from an address, in a session.
fn call_from(app: &App, address: &str, session: &str, kind: &str, params: &[(&str, &str)]) -> Reply {
    let params = [&[("sessionid", session)], params].concat();
    let body = form(&app.params(kind, &params));
    request(&app.address, "POST", "/api/1.1/", &[FORM, ("X-Forwarded-For", address)], body.as_bytes())
}

/// What a request in a session of its own is answered.
fn says(app: &App, address: &str, kind: &str, params: &[(&str, &str)]) -> String {
    let session = app.init_with("1.1", None);
    let reply = call_from(app, address, &session.id, kind, params);
    reply.json()["message"].as_str().expect("a message").to_owned()
}

fn login(app: &App, address: &str, name: &str, hwid: &str) -> String {
    says(app, address, "login", &[("username", name), ("pass", PASS), ("hwid", hwid)])
}

fn register(app: &App, address: &str, name: &str, key: &str, hwid: &str) -> String {
    says(app, address, "register", &[("username", name), ("pass", PASS), ("key", key), ("hwid", hwid)])
}

/// Kind, value and reason of what is on the blacklist, and for each reason whose it is.
fn blacklist(app: &App) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let reason =
        |one: &Value| format!("{} {} {}", text(&one["source"]), text(&one["user"]), text(&one["reason"]));
    let line = |row: &Value| {
        let reasons: Vec<_> = row["reasons"].as_array().expect("reasons").iter().map(reason).collect();
        format!(
            "{} {} {}: {}",
            text(&row["type"]),
            text(&row["data"]),
            text(&row["reason"]),
            reasons.join(", ")
        )
    };
    app.rows("fetchallblacks", "blacklists").iter().map(line).collect()
}

fn ban(app: &App, user: &str, reason: &str) {
    let reply = app.sell("banuser", &[("user", user), ("reason", reason), ("ip", "0")]);
    assert_json(&reply, 200, &success(BANNED));
}

fn unban(app: &App, user: &str) {
    assert_json(&app.sell("unbanuser", &[("user", user)]), 200, &success("Successfully unbanned user!"));
}

#[test]
fn an_entry_goes_with_its_last_reason() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        for user in ["alice", "bob", "carol"] {
            app.add_user(user);
        }
        for user in ["alice", "bob"] {
            assert_eq!(login(app, HOME, user, HWID), LOGGED_IN);
        }
        ban(app, "alice", "cheats");
        assert_eq!(blacklist(app), [format!("hwid {HWID} cheats: ban alice cheats")]);
        app.sell("black", &[("hwid", HWID), ("reason", "by me")]);
        ban(app, "bob", "lies");
        let all = format!("hwid {HWID} lies: ban bob lies, hand - by me, ban alice cheats");
        assert_eq!(blacklist(app), [all]);
        let table = server.cli.ok(&["blacklist", "list", &path]);
        for words in [
            &["hwid", HWID, "lies", "ban of bob"][..],
            &["hwid", HWID, "by me", "hand"],
            &["hwid", HWID, "cheats", "ban of alice"],
        ] {
            let found = table.lines().any(|line| words.iter().all(|word| line.contains(word)));
            assert!(found, "{words:?} in {table}");
        }
        // Each goes alone, in any order, and the device is free after the last one.
        unban(app, "alice");
        assert_eq!(login(app, ELSEWHERE, "carol", HWID), BLACKED);
        unban(app, "bob");
        assert_eq!(blacklist(app), [format!("hwid {HWID} by me: hand - by me")]);
        assert_eq!(login(app, ELSEWHERE, "carol", HWID), BLACKED);
        // By hand it goes whole, and the audit log tells what went.
        ban(app, "alice", "cheats");
        let delete = app.sell("delblack", &[("blacktype", "hwid"), ("data", HWID)]);
        assert_json(&delete, 200, &success("Successfully deleted blacklist!"));
        assert_eq!(blacklist(app), [""; 0]);
        let audit = server.cli.json(&["audit", "list", &path, "--json"]);
        assert_eq!(audit[0]["type"], "delblack");
        assert_eq!(audit[0]["changes"], "ban of alice: cheats; by hand: by me");
        assert_eq!(login(app, ELSEWHERE, "carol", HWID), LOGGED_IN);
        unban(app, "alice");
    });
}

#[test]
fn what_one_ban_of_a_user_blacklisted_goes_with_that_ban() {
    on_both(|server| {
        let app = &server.app;
        let keys = [app.add_license("expiry=1"), app.add_license("expiry=1")];
        assert_eq!(register(app, HOME, "alice", &keys[0], HWID), LOGGED_IN);
        let upgrade = [("username", "alice"), ("key", keys[1].as_str())];
        assert_eq!(says(app, HOME, "upgrade", &upgrade), "Upgraded successfully");
        ban(app, "alice", "rude");
        for (key, reason) in keys.iter().zip(["first", "second"]) {
            let params = [("key", key.as_str()), ("reason", reason), ("userToo", "1"), ("ip", "1")];
            assert_json(&app.sell("ban", &params), 200, &success("Successfully banned license!"));
        }
        let device = |reasons: &str| {
            let newest = reasons.split(", ").next().and_then(|one| one.split(' ').next_back());
            format!("hwid {HWID} {}: {reasons}", newest.unwrap_or_default())
        };
        let all = device("ban alice second, ban alice first, ban alice rude");
        assert_eq!(blacklist(app), [all, format!("ip {HOME} second: ban alice second, ban alice first")]);
        let lift = |key: &str| {
            assert_json(&app.sell("unban", &[("key", key)]), 200, &success("Successfully unbanned license!"));
        };
        lift(&keys[1]);
        let left = device("ban alice first, ban alice rude");
        assert_eq!(blacklist(app), [left, format!("ip {HOME} first: ban alice first")]);
        // Of the bans that are left none was to blacklist the address.
        lift(&keys[0]);
        assert_eq!(blacklist(app), [device("ban alice rude")]);
        unban(app, "alice");
        assert_eq!(blacklist(app), [""; 0]);
    });
}

#[test]
fn a_row_tells_its_reasons() {
    on_both(|server| {
        let app = &server.app;
        let until = now() + 100_000;
        app.add_user("alice");
        assert_eq!(login(app, HOME, "alice", HWID), LOGGED_IN);
        ban(app, "alice", "cheats");
        app.walk(&[(&format!("black&hwid={}&until={until}", encode(HWID)), 200, &success(ADDED))]);
        let body = app.seller("type=fetchallblacks");
        let added = mask_number(body.text(), "added").1;
        assert!((now() - 60..=now()).contains(&added), "{added}");
        let expected = format!(
            r##"{{"success":true,"message":"Successfully retrieved blacklists","blacklists":[{{"hwid":"{HWID}","ip":null,"type":"hwid","data":"{HWID}","reason":"","reasons":[{{"source":"hand","user":null,"reason":"","added":"#","until":"{until}"}},{{"source":"ban","user":"alice","reason":"cheats","added":"#","until":null}}]}}]}}"##
        );
        assert_eq!(mask_numbers(body.text(), "added"), expected);
        let listed = server.cli.json(&["blacklist", "list", &app.path(), "--json"]);
        let entry = &listed[0];
        let added = [&entry["reasons"][0]["added"], &entry["reasons"][1]["added"]];
        let expected = json!([{
            "kind": "hwid", "value": HWID, "reason": "", "added": entry["added"],
            "reasons": [
                {"source": "hand", "user": null, "reason": "", "added": added[0], "until": until},
                {"source": "ban", "user": "alice", "reason": "cheats", "added": added[1], "until": null},
            ],
        }]);
        assert_eq!(listed, expected);
        // A deleted user has no name, and the ban stays.
        app.seller("type=deluser&user=alice");
        app.add_user("alice");
        assert_eq!(blacklist(app), [format!("hwid {HWID} : hand - , ban - cheats")]);
    });
}

/// Bans users in every way, and tells what addresses that blacklisted.
fn addresses_after(server: &Server, act: impl Fn(&str)) -> bool {
    let app = &server.app;
    let name = format!("user {}", app.rows("fetchallusers", "users").len());
    let key = app.add_license("expiry=1");
    assert_eq!(register(app, HOME, &name, &key, OTHER_HWID), LOGGED_IN);
    act(&name);
    let listed = blacklist(app);
    assert!(listed.iter().any(|line| line.starts_with("hwid ")), "{listed:?}");
    let with_ip = listed.iter().any(|line| line.starts_with(&format!("ip {HOME} ")));
    app.seller("type=delblacks");
    with_ip
}

#[test]
fn each_ban_may_say_whether_the_address_goes_too() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        let key_of = |user: &str| {
            let reply = app.sell("getkey", &[("user", user)]).json();
            reply["key"].as_str().expect("a key").to_owned()
        };
        for setting in [true, false] {
            let text = format!("nobody when {setting}");
            let setting_is = format!("banBlacklistsIp={setting}");
            server.cli.ok(&["app", "set", &path, &setting_is, &format!("messages.usernameNotFound={text}")]);
            eventually("the server to notice", || {
                (login(app, ELSEWHERE, "nobody", HWID) == text).then_some(())
            });
            for (said, expected) in
                [(None, setting), (Some("1"), true), (Some("no"), false), (Some("TRUE"), true)]
            {
                let ip: Vec<_> = said.iter().map(|said| ("ip", *said)).collect();
                let by_name = addresses_after(server, |user| {
                    let reply = app.sell("banuser", &[&[("user", user), ("reason", "x")], &ip[..]].concat());
                    assert_json(&reply, 200, &success(BANNED));
                });
                let by_key = addresses_after(server, |user| {
                    let key = key_of(user);
                    let params =
                        [&[("key", key.as_str()), ("reason", "x"), ("userToo", "1")], &ip[..]].concat();
                    assert_json(&app.sell("ban", &params), 200, &success("Successfully banned license!"));
                });
                assert_eq!([by_name, by_key], [expected; 2], "{setting} {said:?}");
            }
            for (flags, expected) in [(&[][..], setting), (&["--ip"], true), (&["--no-ip"], false)] {
                let by_command = addresses_after(server, |user| {
                    server.cli.ok(&[&["user", "ban", &path, user, "--reason", "x"], flags].concat());
                });
                let by_key = addresses_after(server, |user| {
                    let key = key_of(user);
                    let ban = ["license", "ban", &path, &key, "--reason", "x", "--user-too"];
                    server.cli.ok(&[&ban[..], flags].concat());
                });
                assert_eq!([by_command, by_key], [expected; 2], "{setting} {flags:?}");
            }
        }
        app.add_user("alice");
        for ip in ["", "2", HOME, "nobody", "%00", "-1", "1.0", "%FF"] {
            for query in ["banuser&user=alice", "ban&key=x", "ban&key=x&userToo=1"] {
                app.walk(&[(&format!("{query}&reason=x&ip={ip}"), 400, &failure("Invalid parameter: ip"))]);
            }
        }
        assert_text(
            &app.seller("type=banuser&user=alice&reason=x&ip=&ip=1&format=text"),
            400,
            "Invalid parameter: ip",
        );
        let both = server.cli.run(&["user", "ban", &path, "alice", "--reason", "x", "--ip", "--no-ip"]);
        assert_eq!(both.code, Some(2), "{both:?}");
        assert_eq!(app.userdata("alice")["banned"], Value::Null);
    });
}

#[test]
fn an_address_alone_refuses_and_spends_nothing() {
    on_both(|server| {
        let app = &server.app;
        app.add_user("alice");
        app.walk(&[(&format!("black&ip={HOME}"), 200, &success(ADDED))]);
        let key = server.license(0);
        for _ in 0..2 {
            assert_eq!(register(app, HOME, "bob", key, HWID), BLACKED);
            assert_eq!(says(app, HOME, "license", &[("key", key), ("hwid", HWID)]), BLACKED);
        }
        assert_eq!(login(app, HOME, "alice", HWID), BLACKED);
        assert_eq!(says(app, HOME, "checkblacklist", &[]), "Client is blacklisted");
        assert_eq!(register(app, ELSEWHERE, "bob", key, HWID), LOGGED_IN);
        // With the device it is another matter, from wherever it comes.
        app.sell("black", &[("hwid", OTHER_HWID)]);
        for (address, key) in [(HOME, server.license(1)), (ELSEWHERE, server.license(2))] {
            assert_eq!(register(app, address, "carol", key, OTHER_HWID), BLACKED);
            assert_eq!(register(app, ELSEWHERE, "carol", key, HWID), "Your license is banned");
        }
    });
}

#[test]
fn the_address_of_a_shop_is_nobodys() {
    on_both(|server| {
        let app = &server.app;
        let activate = |user: &str, key: &str, hwid: &str| {
            let params = [("type", "activate"), ("user", user), ("key", key), ("pass", PASS), ("hwid", hwid)];
            let body = form(&[&[("sellerkey", app.seller_key.as_str())][..], &params].concat());
            let headers = [FORM, ("X-Forwarded-For", SHOP)];
            request(&app.address, "POST", "/api/seller/", &headers, body.as_bytes())
        };
        let activated = activate("alice", server.license(0), HWID).json();
        assert_eq!([&activated["message"], &activated["info"]["ip"]], [LOGGED_IN, SHOP]);
        assert_eq!(app.userdata("alice")["ip"], Value::Null);
        let banned = app.sell("banuser", &[("user", "alice"), ("reason", "charged back"), ("ip", "1")]);
        assert_json(&banned, 200, &success(BANNED));
        assert_eq!(blacklist(app), [format!("hwid {HWID} charged back: ban alice charged back")]);
        // Not even when it is blacklisted.
        app.walk(&[(&format!("black&ip={SHOP}"), 200, &success(ADDED))]);
        assert_eq!(activate("bob", server.license(1), OTHER_HWID).json()["message"], LOGGED_IN);
        let refused = activate("carol", server.license(2), HWID);
        assert_json(&refused, 200, &failure("HWID is blacklisted"));
        assert_json(&activate("carol", server.license(2), ""), 200, &failure("Your license is banned."));
        // The first login tells the user's address.
        assert_eq!(login(app, HOME, "bob", OTHER_HWID), LOGGED_IN);
        assert_eq!(app.userdata("bob")["ip"], HOME);
    });
}

#[test]
fn nobody_is_not_the_caller() {
    on_both_with("", |server| {
        let app = &server.app;
        let invalid = |name: &str| failure(&format!("Invalid parameter: {name}"));
        for (query, name) in [
            ("black&hwid=", "hwid"),
            ("black&ip=", "ip"),
            ("black&hwid=%20%00&reason=x", "hwid"),
            ("black&IP=&hwid=", "IP"),
            ("black&user=x", "user"),
            ("black&data=192.0.2.7", "data"),
            ("black&reason=x&address=192.0.2.7", "address"),
            ("addWhite&ip=", "ip"),
            ("addWhite&address=192.0.2.7", "address"),
            ("delWhite&ip=%00", "ip"),
            ("delWhite&user=x", "user"),
        ] {
            app.walk(&[(query, 400, &invalid(name))]);
            app.walk_text(&[(query, 400, &format!("Invalid parameter: {name}"))]);
        }
        let long = "x".repeat(500);
        app.walk(&[(&format!("black&{long}=1"), 400, &invalid(&long[..50]))]);
        for kind in ["ip", "hwid", "region", "country", "asn"] {
            for query in [kind.to_owned(), format!("{kind}&data="), format!("{kind}&reason=x&{kind}=")] {
                app.walk(&[(&query, 400, &failure("Missing parameter: data"))]);
            }
        }
        app.walk(&[
            ("fetchallblacks", 406, &failure("No blacklists found")),
            ("fetchallwhites", 406, &failure("No whitelists found")),
            ("black&reason=&until=9999999999&format=json", 200, &success(ADDED)),
            ("delblack&blacktype=ip&data=127.0.0.1", 200, &success("Successfully deleted blacklist!")),
        ]);
    });
}

#[test]
fn networks_keep_out() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        app.add_user("alice");
        let with = |name: &str| {
            format!(r#"{{"success":true,"message":"Blacklist Addition Successful","subscriber":"{name}"}}"#)
        };
        app.walk(&[
            ("black&ip=203.0.113.9/24&reason=all", 200, &success(ADDED)),
            ("black&ip=%3A%3Affff%3A198.51.100.0/120", 200, &success(ADDED)),
            ("black&ip=2001%3ADB8%3A0%3A0%3A%3A/64", 200, &success(ADDED)),
            // Of one address the answer tells whose it is.
            ("black&ip=2001%3Adb8%3A0%3A1%3A%3A7", 200, &with("2001:db8:0:1::/64")),
        ]);
        app.walk_text(&[("black&ip=2001%3Adb8%3A0%3A1%3A%3A7", 200, ADDED)]);
        assert_eq!(
            blacklist(app),
            [
                "ip 198.51.100.0/24 : hand - ",
                "ip 2001:db8:0:1::7 : hand - ",
                "ip 2001:db8::/64 : hand - ",
                "ip 203.0.113.0/24 all: hand - all",
            ]
        );
        for (address, out) in [
            (HOME, true),
            (ELSEWHERE, true),
            ("::ffff:203.0.113.255", true),
            ("192.0.2.1", false),
            ("2001:db8::ffff", true),
            ("2001:db8:0:1::7", true),
            ("2001:0db8:0:1:0::8", false),
        ] {
            assert_eq!(
                login(app, address, "alice", HWID),
                if out { BLACKED } else { LOGGED_IN },
                "{address}"
            );
        }
        app.walk(&[
            ("delblack&blacktype=ip&data=203.0.113.7", 200, &failure("Failed to delete blacklist!")),
            ("delblack&blacktype=ip&data=203.0.113.0/24", 200, &success("Successfully deleted blacklist!")),
            ("black&ip=203.0.113.0/33", 400, &failure("Invalid parameter: ip")),
            ("black&ip=203.0.113.0/", 400, &failure("Invalid parameter: ip")),
            ("addWhite&ip=203.0.113.0/33", 200, &failure("Failed to add whitelist!")),
        ]);
        assert_eq!(login(app, HOME, "alice", HWID), LOGGED_IN);
        app.seller("type=delblacks");
        let out = server.cli.run(&["blacklist", "add", &path, "--ip", "2001:db8::7", "--reason", "why"]);
        assert_eq!((out.code, out.stdout.as_str()), (Some(0), "added\n"));
        let hint = "whoever has this address has all of 2001:db8::/64: --ip 2001:db8::/64 keeps that out\n";
        assert_eq!(out.stderr, hint);
        assert_eq!(server.cli.ok(&["blacklist", "add", &path, "--ip", "2001:db8::/64"]), "added\n");
        let refused = server.cli.fails(&["blacklist", "add", &path, "--ip", "2001:db8::/129"]);
        assert!(refused.contains("`2001:db8::/129` is no address or network"), "{refused}");
        assert_eq!(blacklist(app), ["ip 2001:db8::/64 : hand - ", "ip 2001:db8::7 why: hand - why"]);
        assert_eq!(server.cli.ok(&["blacklist", "delete", &path, "--ip", "2001:DB8::1/64"]), "deleted\n");
    });
}

#[test]
fn the_ban_of_an_ipv6_address_is_that_of_its_subscriber() {
    on_both(|server| {
        let app = &server.app;
        for user in ["alice", "bob"] {
            app.add_user(user);
        }
        assert_eq!(login(app, "2001:db8:1:2:3:4:5:6", "alice", HWID), LOGGED_IN);
        let banned = app.sell("banuser", &[("user", "alice"), ("reason", "x"), ("ip", "1")]);
        assert_json(&banned, 200, &success(BANNED));
        assert_eq!(blacklist(app)[1], "ip 2001:db8:1:2::/64 x: ban alice x");
        assert_eq!(login(app, "2001:db8:1:2::1", "bob", OTHER_HWID), BLACKED);
        assert_eq!(login(app, "2001:db8:1:3::1", "bob", OTHER_HWID), LOGGED_IN);
        unban(app, "alice");
        assert_eq!(blacklist(app), [""; 0]);
        // A program's own ban does the same.
        let session = app.init_with("1.1", None);
        let params = [("username", "bob"), ("pass", PASS), ("hwid", OTHER_HWID)];
        call_from(app, "2001:db8:1:3::1", &session.id, "login", &params);
        call_from(app, "2001:db8:1:4::1", &session.id, "ban", &[("reason", "debugger")]);
        assert_eq!(blacklist(app)[1], "ip 2001:db8:1:4::/64 debugger: ban bob debugger");
    });
}

#[test]
fn entries_have_an_end() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        let until = now() + 1000;
        for query in ["black&ip=192.0.2.7", "addWhite&ip=192.0.2.7"] {
            for end in [
                "",
                "0",
                "1",
                "-1",
                "x",
                "1e12",
                "253402300800",
                "99999999999999999999",
                "%00",
                "2020-01-31",
                "2027-13-01",
            ] {
                app.walk(&[(&format!("{query}&until={end}"), 400, &failure("Invalid parameter: until"))]);
            }
            for days in ["", "0", "-1", "x", "NaN", "1e300"] {
                app.walk(&[(&format!("{query}&days={days}"), 400, &failure("Invalid parameter: days"))]);
            }
            let both = format!("{query}&days=1&until={until}");
            app.walk(&[(&both, 400, &failure("Invalid parameter: days"))]);
        }
        app.walk(&[
            ("fetchallblacks", 406, &failure("No blacklists found")),
            (&format!("black&ip=192.0.2.7&until={until}"), 200, &success(ADDED)),
            (&format!("addWhite&ip=198.51.100.9/24&until={until}"), 200, &success("Successfully added whitelist!")),
            (
                "fetchallwhites",
                200,
                &format!(
                    r#"{{"success":true,"message":"Successfully retrieved whitelists","whitelists":[{{"ip":"198.51.100.0/24","until":"{until}"}}]}}"#
                ),
            ),
            ("addWhite&ip=198.51.100.0/24&until=2100-01-01", 200, &success("Successfully added whitelist!")),
            (
                "fetchallwhites",
                200,
                r#"{"success":true,"message":"Successfully retrieved whitelists","whitelists":[{"ip":"198.51.100.0/24","until":"4102444800"}]}"#,
            ),
            ("addWhite&ip=198.51.100.0/24", 200, &success("Successfully added whitelist!")),
            (
                "fetchallwhites",
                200,
                r#"{"success":true,"message":"Successfully retrieved whitelists","whitelists":[{"ip":"198.51.100.0/24","until":null}]}"#,
            ),
        ]);
        assert_eq!(app.rows("fetchallblacks", "blacklists")[0]["reasons"][0]["until"], until.to_string());
        server.cli.ok(&["blacklist", "add", &path, "--ip", "192.0.2.7", "--days", "0.5"]);
        let listed = server.cli.json(&["blacklist", "list", &path, "--json"]);
        let end = listed[0]["reasons"][0]["until"].as_i64().expect("an end");
        assert!((now() + 43_100..=now() + 43_200).contains(&end), "{end}");
        let until = until.to_string();
        assert_eq!(
            server.cli.ok(&["whitelist", "add", &path, "192.0.2.9", "--until", &until]),
            "added 192.0.2.9\n"
        );
        let again = server.cli.fails(&["whitelist", "add", &path, "192.0.2.9", "--until", &until]);
        assert!(again.contains("192.0.2.9 is on the whitelist already"), "{again}");
        let listed = server.cli.json(&["whitelist", "list", &path, "--json"]);
        assert_eq!(listed[0], json!({"ip": "192.0.2.9", "until": until.parse::<i64>().expect("a second")}));
        for end in [["--until", "1"], ["--until", "x"], ["--until", "2020-01-31"]] {
            let refused = server.cli.fails(&[&["blacklist", "add", &path, "--hwid", "x"], &end[..]].concat());
            assert!(
                refused.contains("the end is no date (2027-01-31) or Unix second that is still to come"),
                "{refused}"
            );
        }
        let refused = server.cli.fails(&["whitelist", "add", &path, "192.0.2.8", "--days", "0"]);
        assert!(refused.contains("the days are no positive number"), "{refused}");
        // What ends goes by itself.
        app.seller("type=delblacks");
        app.walk(&[(&format!("black&ip={HOME}&until={}", now() + 2), 200, &success(ADDED))]);
        eventually("the end", || blacklist(app).is_empty().then_some(()));
        assert_eq!(says(app, HOME, "checkblacklist", &[]), "Client is not blacklisted");
    });
}

#[test]
fn a_session_bound_to_its_address_is_bound_to_the_subscriber() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        server.cli.ok(&["app", "set", &path, "bindSessionToIp=true"]);
        let begin = |address: &str| {
            let body = form(&app.params("init", &[("ver", "1.0")]));
            let headers = [FORM, ("X-Forwarded-For", address)];
            let reply = request(&app.address, "POST", "/api/1.1/", &headers, body.as_bytes());
            reply.json()["sessionid"].as_str().expect("a session").to_owned()
        };
        let (v4, v6) = (begin(HOME), begin("2001:db8::1"));
        let check = |session: &str, address: &str| {
            let reply = call_from(app, address, session, "check", &[]);
            reply.json()["message"].as_str().expect("a message").to_owned()
        };
        let (here, gone) = ("Session is not validated", SESSION_NOT_FOUND);
        eventually("the server to notice", || (check(&v4, ELSEWHERE) == gone).then_some(()));
        for (session, address, expected) in [
            (&v4, HOME, here),
            (&v4, "::ffff:203.0.113.7", here),
            (&v4, "203.0.113.8", gone),
            (&v6, "2001:db8::1", here),
            (&v6, "2001:db8::ffff:2", here),
            (&v6, "2001:db8:0:1::1", gone),
            (&v6, HOME, gone),
        ] {
            assert_eq!(check(session, address), expected, "{address}");
        }
    });
}
