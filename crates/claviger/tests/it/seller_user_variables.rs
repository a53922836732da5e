//! The types of users' variables (`docs/protocol/seller.md`).

use serde_json::Value;

use crate::support::vendor::{failure, hostile, success};
use crate::support::{ALL_VERSIONS, App, Server, assert_json, assert_text, encode, form};

const NOT_FOUND: &str = r#"{"success":false,"message":"Variable not found for user"}"#;

fn set(app: &App, user: &str, name: &str, value: &str) {
    let reply = app.sell("setvar", &[("user", user), ("var", name), ("data", value)]);
    assert_json(&reply, 200, &success("Successfully set variable!"));
}

fn get(app: &App, user: &str, name: &str) -> Option<String> {
    let reply = app.sell("getvar", &[("user", user), ("var", name)]);
    if reply.status == 404 {
        assert_json(&reply, 404, NOT_FOUND);
        return None;
    }
    let value = reply.json()["response"].as_str().expect("a text").to_owned();
    let json = Value::from(value.as_str());
    let expected = format!(
        r#"{{"success":true,"message":"Successfully retrieved variable","response":{json},"data":{json}}}"#
    );
    assert_json(&reply, 200, &expected);
    Some(value)
}

/// An application with these users.
fn with_users(users: &[&str]) -> Server {
    let server = Server::start();
    for user in users {
        server.app.add_user(user);
    }
    server
}

#[test]
fn set_and_get() {
    let server = with_users(&["alice", "bob"]);
    let app = &server.app;
    assert_eq!(get(app, "alice", "a"), None);
    for value in
        ["one", "two", "two", "0", "null", "zwölf \"12\" \\ <b>/ & %00", "line\r\nline", "' OR 1=1 --"]
    {
        set(app, "ALICE", "a", &format!(" {value}\n"));
        assert_eq!(get(app, "alicE", "a").as_deref(), Some(value));
        let text = app.seller("type=getvar&user=alice&var=a&format=text");
        assert_text(&text, 200, value);
        let json = app.seller("type=getvar&user=alice&var=a");
        assert_json(&app.seller("type=getuservardata&user=alice&var=a"), 200, json.text());
    }
    // What cannot be kept as it is.
    app.seller("type=setvar&user=alice&var=%FF&data=a%00b%FF");
    assert_eq!(get(app, "alice", "\u{FFFD}").as_deref(), Some("a\u{FFFD}b\u{FFFD}"));
    // Names of variables are exact.
    assert_eq!([get(app, "alice", "A"), get(app, "bob", "a")], [None, None]);
    for name in ["0", "Ä b", "%", "' OR 1=1 --"] {
        set(app, "bob", name, "x");
        assert_eq!(get(app, "bob", name).as_deref(), Some("x"));
    }
    // The first of two.
    app.seller("type=setvar&user=bob&user=alice&var=b&var=a&data=1&data=2");
    assert_eq!([get(app, "bob", "b").as_deref(), get(app, "alice", "b").as_deref()], [Some("1"), None]);
    let text = app.seller("type=SetVar&user=bob&var=b&data=2&format=text");
    assert_text(&text, 200, "Successfully set variable!");
}

#[test]
fn programs_see_them_and_change_what_they_may() {
    let server = with_users(&["alice"]);
    let app = &server.app;
    for version in ALL_VERSIONS {
        let session = app.init(version);
        let login = [("username", "alice"), ("pass", "p"), ("hwid", crate::support::HWID)];
        assert_eq!(session.call("login", &login).json()["message"], "Logged in!");
        let mine = |data: &str| session.call("setvar", &[("var", "a"), ("data", data)]);
        for (flag, may) in
            [("", true), ("&readOnly=1", false), ("&readonly=true", false), ("&readOnly=0", true)]
        {
            let reply = app.seller(&format!("type=setvar&user=alice&var=a&data=theirs{flag}"));
            assert_json(&reply, 200, &success("Successfully set variable!"));
            let got = session.call("getvar", &[("var", "a")]);
            session.succeeds(&got, "Successfully retrieved variable", r#""response":"theirs""#);
            if may {
                session.succeeds(&mine("mine"), "Successfully set variable", "");
                assert_eq!(get(app, "alice", "a").as_deref(), Some("mine"));
            } else {
                session.fails(&mine("mine"), "Variable is read only");
                assert_eq!(get(app, "alice", "a").as_deref(), Some("theirs"));
            }
        }
        let reply = app.seller("type=deluservar&user=alice&var=a");
        assert_json(&reply, 200, &success("Successfully deleted variable"));
        session.fails(&session.call("getvar", &[("var", "a")]), "Variable not found for user");
    }
}

#[test]
fn setvar_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    let refuses = |query: &str, message: &str| {
        assert_json(&app.seller(&format!("type=setvar{query}")), 200, &failure(message));
    };
    for user in ["all", "ALL", "nobody"] {
        for var in ["", "&var=", "&var=%20%00"] {
            refuses(&format!("&user={user}{var}"), "Must specify variable name");
        }
        for data in ["", "&data=", "&data=%20%00"] {
            refuses(&format!("&user={user}&var=a{data}"), "Must specify variable data");
        }
        refuses(&format!("&user={user}&var=a&data=b"), "No users found!");
    }
    refuses("", "Must specify variable name");
    refuses("&var=a&data=b", "No users found!");
    assert_text(&app.seller("type=setvar&var=a&format=text"), 200, "Must specify variable data");
    assert_eq!(app.seller("type=fetchalluservars").status, 406);
}

#[test]
fn names_have_99_bytes_and_values_500() {
    let server = with_users(&["alice"]);
    let app = &server.app;
    for user in ["alice", "all"] {
        for name in ["x".repeat(100), "é".repeat(50), "é".repeat(5000)] {
            let reply = app.sell("setvar", &[("user", user), ("var", &name), ("data", "b")]);
            assert_json(&reply, 400, &failure("Invalid parameter: var"));
        }
        for value in ["x".repeat(501), "é".repeat(251), "é".repeat(5000)] {
            let reply = app.sell("setvar", &[("user", user), ("var", "a"), ("data", &value)]);
            assert_json(&reply, 400, &failure("Invalid parameter: data"));
        }
    }
    assert_eq!(app.seller("type=fetchalluservars").status, 406);
    let (name, value) = (format!("{}x", "é".repeat(49)), "é".repeat(250));
    for user in ["alice", "all"] {
        set(app, user, &name, &value);
        assert_eq!(get(app, "alice", &name).as_deref(), Some(value.as_str()));
    }
}

#[test]
fn variables_of_all_users() {
    let server = with_users(&["alice", "bob", "carol"]);
    let app = &server.app;
    let other = server.create_app("other");
    other.add_user("alice");
    set(&other, "alice", "a", "theirs");
    set(app, "bob", "a", "old");
    set(app, "bob", "b", "kept");
    for (user, value) in [("all", "1"), ("ALL", "2")] {
        set(app, user, "a", value);
        for user in ["alice", "bob", "carol"] {
            assert_eq!(get(app, user, "a").as_deref(), Some(value));
        }
    }
    assert_eq!(get(app, "bob", "b").as_deref(), Some("kept"));
    // Who comes later does not have it.
    app.add_user("dave");
    assert_eq!(get(app, "dave", "a"), None);
    assert_eq!(get(&other, "alice", "a").as_deref(), Some("theirs"));

    let mass = |query: &str| app.seller(&format!("type=massUserVarDelete{query}"));
    let failed = "Failed to delete user variables with that name!";
    for name in hostile().iter().map(String::as_str).chain(["", "none", "A"]) {
        assert_json(&mass(&format!("&name={name}")), 200, &failure(failed));
    }
    assert_json(&mass(""), 200, &failure(failed));
    let deleted = "Successfully deleted user variables with that name!";
    assert_json(&mass("&name=a&name=b"), 200, &success(deleted));
    assert_json(&mass("&name=a"), 200, &failure(failed));
    assert_eq!(app.rows("fetchalluservars", "vars").len(), 1);
    // As a published library names it; the right name wins.
    assert_json(&mass("&var=b&name=a"), 200, &failure(failed));
    assert_json(&mass("&var=b"), 200, &success(deleted));
    set(app, "bob", "b", "x");
    assert_text(&mass("&name=b&format=text"), 200, deleted);
    assert_text(&app.seller("type=massuservardelete&name=b&format=text"), 200, failed);
    assert_eq!(get(&other, "alice", "a").as_deref(), Some("theirs"));
}

#[test]
fn getvar_and_deluservar_find_nothing() {
    let server = with_users(&["alice"]);
    let app = &server.app;
    set(app, "alice", "a", "b");
    let other = server.create_app("other");
    other.add_user("bob");
    set(&other, "bob", "a", "b");
    let mut queries = vec![
        String::new(),
        "&user=alice".into(),
        "&var=a".into(),
        "&user=bob&var=a".into(),
        "&user=all&var=a".into(),
        "&user=alice&var=b&var=a".into(),
    ];
    queries.extend(hostile().iter().map(|value| format!("&user=alice&var={value}")));
    for query in queries {
        for kind in ["getvar", "getuservardata"] {
            assert_json(&app.seller(&format!("type={kind}{query}")), 404, NOT_FOUND);
        }
        let reply = app.seller(&format!("type=deluservar{query}"));
        assert_json(&reply, 200, &failure("Failed to delete variable"));
    }
    let text = |kind: &str, var: &str| app.seller(&format!("type={kind}&user=alice&var={var}&format=text"));
    assert_text(&text("getvar", "none"), 404, "Variable not found for user");
    assert_text(&text("deluservar", "none"), 200, "Failed to delete variable");
    assert_eq!(get(app, "alice", "a").as_deref(), Some("b"));
    assert_text(&text("DelUserVar", "a"), 200, "Successfully deleted variable");
    assert_eq!(get(app, "alice", "a"), None);
}

#[test]
fn fetchalluservars() {
    let server = with_users(&["zoë", "al \"the ant\""]);
    let app = &server.app;
    let list = |query: &str| app.seller(&format!("type=fetchalluservars{query}"));
    assert_json(&list(""), 406, &failure("No user variables Found"));
    assert_text(&list("&format=text"), 406, "No user variables Found");
    set(app, "al \"the ant\"", "a", "1");
    set(app, "zoë", "a \"b\"", "ü / <b>");
    let expected = r#"{"success":true,"message":"Successfully retrieved user variables","vars":[{"name":"a \"b\"","data":"ü / <b>","user":"zoë"},{"name":"a","data":"1","user":"al \"the ant\""}]}"#;
    assert_json(&list(""), 200, expected);
    assert_json(&app.seller("type=FetchAllUserVars&format=text"), 200, expected);
}

#[test]
fn fetchalluservars_in_pages() {
    let server = with_users(&["c", "a", "b"]);
    let app = &server.app;
    let mut expected = Vec::new();
    for user in ["c", "a", "b"] {
        for name in ["1", "x:y", "ü"] {
            set(app, user, name, "v");
            expected.push((user, name));
        }
    }
    let told = |rows: &[Value]| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        rows.iter().map(|row| (text(&row["user"]), text(&row["name"]))).collect()
    };
    let expected: Vec<_> = expected.iter().map(|&(user, name)| (user.to_owned(), name.to_owned())).collect();
    for limit in [1, 2, 3, 4, 8, 9, 10, 10_000] {
        assert_eq!(told(&app.pages("fetchalluservars", "vars", limit)), expected, "{limit}");
    }
    app.refuses_bad_pages("fetchalluservars");
    let first = app.seller("type=fetchalluservars&limit=4").json();
    let cursor = encode(first["cursor"].as_str().expect("a cursor"));
    // Also the one at which the page ended.
    app.sell("deluservar", &[("user", "a"), ("var", "1")]);
    app.sell("deluservar", &[("user", "a"), ("var", "x:y")]);
    let rest = app.rows(&format!("fetchalluservars&limit=10&cursor={cursor}"), "vars");
    assert_eq!(told(&rest), expected[5..]);
    app.seller("type=delallusers");
    let query = form(&[("type", "fetchalluservars"), ("limit", "4")]);
    let reply = app.seller(&format!("{query}&cursor={cursor}"));
    let empty = r#"{"success":true,"message":"Successfully retrieved user variables","vars":[]}"#;
    assert_json(&reply, 200, empty);
}
