//! The types that show users: `fetchallusers`, `fetchallusernames`, `usersub`, `userdata` (`docs/protocol/seller.md`).

use serde_json::Value;

use crate::client_two_factor::code;
use crate::support::vendor::{PASS, failure, success};
use crate::support::{
    App, HWID, OTHER_HWID, Server, assert_json, assert_text, encode, mask_number, mask_text, now,
};

/// How the rows show the application: as those of licenses do.
fn public_id(app: &App) -> String {
    let id = app.rows("fetchallkeys", "keys")[0]["app"].as_str().expect("a text").to_owned();
    assert!(!id.is_empty() && id != app.secret && id != app.seller_key);
    id
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["username"].as_str().expect("a name")).collect()
}

/// A user who registered with a license of `shop`, one who was added, and one who was banned.
fn three_users(server: &Server) -> String {
    let app = &server.app;
    let key = app.add_license("expiry=10&owner=shop");
    let register =
        [("username", "zoë"), ("pass", PASS), ("key", &key), ("hwid", HWID), ("email", "a@example.org")];
    assert_eq!(app.init("1.2").call("register", &register).json()["success"], true);
    app.add_user("al \"the ant\" \\ <b>/");
    app.add_user("mike");
    key
}

#[test]
fn fetchallusers() {
    let server = Server::start();
    let app = &server.app;
    let none = failure("No users found");
    assert_json(&app.seller("type=fetchallusers"), 406, &none);
    assert_text(&app.seller("type=fetchallusers&format=text"), 406, "No users found");
    let before = now();
    three_users(&server);
    app.seller("type=addhwiduser&user=mike&hwid=one-device");
    app.seller("type=addhwiduser&user=mike&hwid=another-device");
    app.seller("type=setcooldown&user=mike&cooldown=4000000000");
    app.seller("type=banuser&user=mike&reason=cheats");
    let reply = app.seller("type=fetchallusers");
    let json = reply.json();
    let rows = json["users"].as_array().expect("a list");
    let text = |row: usize, field: &str| rows[row][field].as_str().expect("a text").to_owned();
    let id = |row| text(row, "id");
    for (row, field) in [(0, "createdate"), (0, "lastlogin"), (1, "createdate"), (2, "createdate")] {
        let time: i64 = text(row, field).parse().expect("Unix seconds");
        assert!((before..=now()).contains(&time), "{field} of {row}: {time}");
    }
    let created = |row| text(row, "createdate");
    let public_id = public_id(app);
    let expected = [
        format!(
            r#"{{"id":"{}","username":"zoë","email":null,"password":null,"hwid":"{HWID}","app":"{public_id}","owner":"shop","createdate":"{}","lastlogin":"{}","banned":null,"ip":"127.0.0.1","cooldown":null}}"#,
            id(0),
            created(0),
            text(0, "lastlogin"),
        ),
        format!(
            r#"{{"id":"{}","username":"al \"the ant\" \\ <b>/","email":null,"password":null,"hwid":null,"app":"{public_id}","owner":"SellerAPI","createdate":"{}","lastlogin":null,"banned":null,"ip":null,"cooldown":null}}"#,
            id(1),
            created(1),
        ),
        format!(
            r#"{{"id":"{}","username":"mike","email":null,"password":null,"hwid":"one-device,another-device","app":"{public_id}","owner":"SellerAPI","createdate":"{}","lastlogin":null,"banned":"cheats","ip":null,"cooldown":"4000000000"}}"#,
            id(2),
            created(2),
        ),
    ];
    let expected = format!(
        r#"{{"success":true,"message":"Successfully Retrieved Users","users":[{}]}}"#,
        expected.join(",")
    );
    assert_json(&reply, 200, &expected);
    // Its data have no other form.
    assert_json(&app.seller("type=FetchAllUsers&format=text"), 200, &expected);
    let ids = [id(0), id(1), id(2)].map(|id| id.parse::<i64>().expect("a number"));
    assert!(ids.is_sorted());
}

#[test]
fn users_with_their_subscriptions() {
    let server = Server::start();
    let app = &server.app;
    assert_json(&app.seller("type=fetchallusers&include=subscriptions"), 406, &failure("No users found"));
    three_users(&server);
    app.seller("type=addsub&name=premium&level=2");
    app.seller("type=extend&user=mike&sub=premium&expiry=3");
    app.seller("type=pauseuser&username=mike");
    app.seller("type=delsub&user=zo%C3%AB&sub=default");
    let plain = app.rows("fetchallusers", "users");
    let full = app.seller("type=fetchallusers&include=subscriptions").json();
    for (n, row) in full["users"].as_array().expect("a list").iter().enumerate() {
        let mut row = row.clone();
        let name = row["username"].as_str().expect("a name").to_owned();
        let subscriptions = row.as_object_mut().expect("a row").remove("subscriptions");
        assert_eq!(row, plain[n]);
        let reply = app.sell("usersub", &[("user", &name)]).json();
        let subs = reply.get("subs").cloned().unwrap_or_else(|| serde_json::json!([]));
        assert_eq!(subscriptions, Some(subs), "{name}");
    }
    let pages = app.pages("fetchallusers&include=subscriptions", "users", 2);
    assert_eq!(&Value::from(pages), &full["users"]);
}

#[test]
fn usernames() {
    let server = Server::start();
    let app = &server.app;
    assert_json(&app.seller("type=fetchallusernames"), 406, &failure("No users found"));
    assert_text(&app.seller("type=fetchallusernames&format=text"), 406, "No users found");
    app.add_user("zoë");
    assert_text(&app.seller("type=fetchallusernames&format=text"), 200, "zoë");
    app.add_user("al \"the ant\" \\ <b>/");
    app.add_user("mike");
    let expected = r#"{"success":true,"message":"Successfully Retrieved Usernames","usernames":[{"username":"zoë"},{"username":"al \"the ant\" \\ <b>/"},{"username":"mike"}]}"#;
    assert_json(&app.seller("type=fetchallusernames"), 200, expected);
    assert_json(&app.seller("type=FetchAllUserNames&format=json"), 200, expected);
    let text = app.seller("type=fetchallusernames&format=text");
    assert_text(&text, 200, "zoë\r\nal \"the ant\" \\ <b>/\r\nmike");
}

#[test]
fn pages_of_users() {
    let server = Server::start();
    let app = &server.app;
    let order = ["g", "b", "f", "a", "e", "c", "d"];
    for name in order {
        app.add_user(name);
    }
    for (kind, field) in [("fetchallusers", "users"), ("fetchallusernames", "usernames")] {
        for limit in [1, 2, 3, 6, 7, 8, 10_000] {
            assert_eq!(names(&app.pages(kind, field, limit)), order, "{limit}");
        }
        app.refuses_bad_pages(kind);
        // Empty values are none at all.
        assert_eq!(names(&app.rows(&format!("{kind}&limit=&cursor="), field)), order);
        let first = app.seller(&format!("type={kind}&limit=5")).json();
        let cursor = encode(first["cursor"].as_str().expect("a cursor"));
        // Also the one at whom the page ended; who comes is in the next.
        for gone in ["e", "d"] {
            app.seller(&format!("type=deluser&user={gone}"));
        }
        app.add_user("h");
        let rest = app.rows(&format!("{kind}&limit=5&cursor={cursor}"), field);
        assert_eq!(names(&rest), ["c", "h"]);
        for gone in ["c", "h"] {
            app.seller(&format!("type=deluser&user={gone}"));
        }
        let reply = app.seller(&format!("type={kind}&limit=5&cursor={cursor}")).json();
        assert_eq!((&reply["success"], &reply[field]), (&true.into(), &serde_json::json!([])), "{reply}");
        for back in ["e", "c", "d"] {
            app.add_user(back);
        }
    }
}

#[test]
fn pages_of_names_in_plain_text() {
    let server = Server::start();
    let app = &server.app;
    for name in ["a", "b", "c"] {
        app.add_user(name);
    }
    let text = app.seller("type=fetchallusernames&format=text&limit=2");
    assert_text(&text, 200, "a\r\nb");
    assert_text(&app.seller("type=fetchallusernames&format=text&limit=0"), 400, "Invalid parameter: limit");
}

#[test]
fn a_long_list_is_complete() {
    let server = Server::start();
    let app = &server.app;
    let made = app.add_users(2500);
    let rows = app.rows("fetchallusers", "users");
    let ids: Vec<i64> =
        rows.iter().map(|row| row["id"].as_str().expect("a text").parse().expect("a number")).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "oldest first");
    let mut listed = names(&rows);
    assert_eq!(names(&app.rows("fetchallusernames", "usernames")), listed);
    assert_eq!(names(&app.pages("fetchallusers", "users", 1000)), listed);
    let text = app.seller("type=fetchallusernames&format=text");
    assert_text(&text, 200, &listed.join("\r\n"));
    listed.sort_unstable();
    assert_eq!(listed, made);
}

#[test]
fn applications_have_their_own_users() {
    let server = Server::start();
    let other = server.create_app("other");
    server.app.add_user("alice");
    assert_json(&other.seller("type=fetchallusers"), 406, &failure("No users found"));
    other.add_user("bob");
    assert_eq!(names(&server.app.rows("fetchallusernames", "usernames")), ["alice"]);
    assert_eq!(names(&other.rows("fetchallusernames", "usernames")), ["bob"]);
}

#[test]
fn usersub() {
    let server = Server::start();
    let app = &server.app;
    let key = app.add_license("expiry=10");
    app.init("1.2").register("Alice B", PASS, &key);
    app.seller("type=addsub&name=premium&level=2");
    for sub in ["premium", "default"] {
        app.seller(&format!("type=extend&user=alice%20b&sub={sub}&expiry=2"));
    }
    // What has ended is shown, too.
    app.seller("type=subtract&user=alice%20b&sub=premium&seconds=999999");
    app.seller("type=extend&user=alice%20b&sub=premium&expiry=3");
    let reply = app.seller("type=usersub&user=ALICE%20b");
    let json = reply.json();
    let value = |n: usize, field: &str| json["subs"][n][field].as_str().expect("a text").to_owned();
    let row = |n: usize, sub: &str, key: &str| {
        let (id, expiry) = (value(n, "id"), value(n, "expiry"));
        format!(
            r#"{{"id":"{id}","user":"Alice B","subscription":"{sub}","expiry":"{expiry}","key":{key},"paused":"0"}}"#
        )
    };
    let rows =
        [row(0, "default", &format!(r#""{key}""#)), row(1, "premium", "null"), row(2, "premium", "null")];
    let list = |rows: &[String]| {
        format!(
            r#"{{"success":true,"message":"Successfully Retrieved User Subscription","subs":[{}]}}"#,
            rows.join(",")
        )
    };
    assert_json(&reply, 200, &list(&rows));
    let expected = format!(
        "Alice B default {} {key}\r\nAlice B premium {}\r\nAlice B premium {}",
        value(0, "expiry"),
        value(1, "expiry"),
        value(2, "expiry")
    );
    assert_text(&app.seller("type=UserSub&user=alice%20b&format=text"), 200, &expected);
    app.seller("type=pauseuser&username=alice%20b");
    let paused = app.seller("type=usersub&user=alice%20b").json();
    let states: Vec<_> = (0..3).map(|n| paused["subs"][n]["paused"].clone()).collect();
    assert_eq!(states, ["1", "0", "1"]);
}

#[test]
fn no_subscriptions() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.seller("type=delsub&user=alice&sub=default");
    let reply = app.seller("type=usersub&user=alice");
    assert_json(&reply, 406, &failure("No Subscriptions Found"));
    let reply = app.seller("type=usersub&user=alice&format=text");
    assert_text(&reply, 406, "No Subscriptions Found");
}

/// The reply with what differs each time replaced.
fn masked(body: &str) -> String {
    ["expiry", "timeleft", "createdate", "lastlogin"].into_iter().fold(
        mask_text(body, "token").0,
        |body, field| {
            let absent =
                !body.contains(&format!(r#""{field}":"#)) || body.contains(&format!(r#""{field}":null"#));
            if absent { body } else { mask_number(&body, field).0 }
        },
    )
}

#[test]
fn userdata() {
    let server = Server::start();
    let app = &server.app;
    let key = three_users(&server);
    for (name, value) in [("b", "2"), ("a", "one \"1\" / ü")] {
        app.sell("setvar", &[("user", "zoë"), ("var", name), ("data", value)]);
    }
    app.sell("addhwiduser", &[("user", "zoë"), ("hwid", OTHER_HWID)]);
    app.sell("setcooldown", &[("user", "zoë"), ("cooldown", "4000000000")]);
    let expected = format!(
        r##"{{"success":true,"username":"zoë","subscriptions":[{{"subscription":"default","key":"{key}","expiry":"#","timeleft":#,"name":"default"}}],"uservars":[{{"name":"a","data":"one \"1\" / ü"}},{{"name":"b","data":"2"}}],"ip":"127.0.0.1","hwid":"{HWID},{OTHER_HWID}","createdate":"#","lastlogin":"#","cooldown":"4000000000","password":null,"token":"*","banned":null,"2fa":false}}"##
    );
    for kind in ["userdata", "getuserdata", "UserData", "GETUSERDATA"] {
        let reply = app.sell(kind, &[("user", "Zoë")]);
        assert_eq!(masked(reply.text()), expected);
        assert_json(&reply, 200, reply.text());
        let [end, left] = ["expiry", "timeleft"].map(|field| mask_number(reply.text(), field).1);
        assert!((now() - 60..=now()).contains(&(end - left)), "{reply:?}");
        // There is no message to show instead.
        let reply = app.sell(kind, &[("user", "zoë"), ("format", "text")]);
        assert_eq!(masked(reply.text()), expected);
        assert_json(&reply, 200, reply.text());
    }
}

#[test]
fn userdata_of_one_who_has_nothing() {
    let server = Server::start();
    let app = &server.app;
    app.seller("type=adduser&user=alice&sub=default&expiry=1");
    let token = app.userdata("alice")["token"].as_str().expect("never null").to_owned();
    assert!(!token.is_empty());
    assert_eq!(app.userdata("alice")["token"], token.as_str());
    app.seller("type=subtract&user=alice&sub=default&seconds=999999");
    let expected = |banned: &str| {
        format!(
            r##"{{"success":true,"username":"alice","subscriptions":[],"uservars":[],"ip":null,"hwid":null,"createdate":"#","lastlogin":null,"cooldown":null,"password":null,"token":"*","banned":{banned},"2fa":false}}"##
        )
    };
    assert_eq!(masked(app.seller("type=userdata&user=alice").text()), expected("null"));
    app.seller("type=banuser&user=alice&reason=x");
    assert_eq!(masked(app.seller("type=userdata&user=alice").text()), expected(r#""x""#));
}

#[test]
fn userdata_tells_of_a_second_factor() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let session = app.sign_in("alice");
    let secret = mask_text(session.call("2faenable", &[]).text(), "secret_code").1;
    // Not before the first code.
    assert_eq!(app.userdata("alice")["2fa"], false);
    let code = code(&secret, 0);
    assert_eq!(session.call("2faenable", &[("code", &code)]).json()["success"], true);
    let reply = app.seller("type=userdata&user=alice");
    assert!(reply.text().ends_with(r#","2fa":true}"#) && !reply.text().contains(&secret), "{reply:?}");
}

#[test]
fn what_is_paused_is_not_active() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.seller("type=addsub&name=premium&level=2");
    app.seller("type=extend&user=alice&sub=premium&expiry=2");
    assert_json(
        &app.seller("type=pausesub&subscription=default"),
        200,
        &success("Successfully paused subscription!"),
    );
    let data = app.userdata("alice");
    assert_eq!(data["subscriptions"].as_array().map(Vec::len), Some(1), "{data}");
    assert_eq!(data["subscriptions"][0]["name"], "premium");
}
