//! Every type of the Seller API with every right of a key (`docs/protocol/seller.md`, "Seller keys").

use std::collections::BTreeSet;

use crate::seller_types::{PARAMS, documented};
use crate::support::{App, NOT_AUTHORIZED, Reply, Server, assert_json, assert_text, encode, form};

/// The types about sessions.
const SESSIONS: &[&str] = &["kill", "killall", "fetchallsessions"];
/// The types about licenses, and their aliases.
const LICENSES: &[&str] = &[
    "activate",
    "add",
    "addtime",
    "assignkey",
    "ban",
    "del",
    "delalllicenses",
    "delmultiple",
    "delunused",
    "delused",
    "edit",
    "fetchallkeys",
    "fetchnote",
    "getkey",
    "getkeyfromuser",
    "info",
    "keydata",
    "setnote",
    "unban",
    "verify",
];
/// What changes nothing.
const READS: &[&str] = &[
    "appdetails",
    "countsubs",
    "fetchallblacks",
    "fetchallbuttons",
    "fetchallchats",
    "fetchallfiles",
    "fetchallkeys",
    "fetchalllogs",
    "fetchallmutes",
    "fetchallsessions",
    "fetchallsubs",
    "fetchallusernames",
    "fetchallusers",
    "fetchalluservars",
    "fetchallvars",
    "fetchallwebhooks",
    "fetchallwhites",
    "fetchfile",
    "fetchnote",
    "fetchteam",
    "getbalance",
    "getkey",
    "getkeyfromuser",
    "getsettings",
    "getuserdata",
    "getuservardata",
    "getvar",
    "info",
    "keydata",
    "retrvvar",
    "stats",
    "userdata",
    "usersub",
    "verify",
    "verifyuser",
    "why",
];
/// What every key may do: test itself, and hear of what is gone.
const ANY: &[&str] = &["setseller", "reset", "addhwid"];

/// A key of these rights for an application.
fn key(server: &Server, app: &App, rights: &str) -> App {
    let args = ["app", "seller-key", "add", &app.path(), rights, "--rights", rights, "--json"];
    let made = server.cli.json(&args);
    App { seller_key: made["seller_key"].as_str().expect("a key").into(), ..app.clone() }
}

/// Whether a key lacks a right for what it asked.
fn is_denied(reply: &Reply) -> bool {
    let denied = reply.status == 403;
    if denied {
        let body = reply.json();
        assert_eq!(body["message"], "Not authorized to use SellerAPI, please upgrade.", "{reply:?}");
        let reason = body["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("This seller key may not "), "{reason}");
    }
    denied
}

fn query() -> String {
    PARAMS.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// All that the application has, as the lists tell it.
fn snapshot(app: &App) -> String {
    let lists = [
        "fetchallsessions",
        "fetchallkeys",
        "fetchallusers&include=subscriptions",
        "fetchalluservars",
        "fetchallsubs",
        "fetchallvars",
        "fetchallblacks",
        "fetchallwhites",
        "fetchallchats",
        "fetchallmutes",
        "fetchallfiles",
        "fetchallwebhooks",
        "fetchallbuttons",
        "fetchteam",
        "getsettings",
        "fetchalllogs",
    ];
    lists.map(|list| app.seller(&format!("type={list}")).text().to_owned()).join("\n")
}

/// An application with something in most areas, as the walk names it.
fn furnished(server: &Server, name: &str) -> App {
    let app = server.create_app(name);
    for query in [
        "adduser&user=alice&sub=default&expiry=3",
        "add&mask=KEY&expiry=3",
        "addvar&name=main&data=x&authed=0",
        "setvar&user=alice&var=rank&data=x",
        "addsub&name=gold&level=2",
        "addchannel&name=main&delay=1",
        "addbutton&text=Run&value=run",
        "black&ip=192.0.2.7",
        "addWhite&ip=192.0.2.7",
        "addhash&hash=0123456789abcdef0123456789abcdef",
    ] {
        let reply = app.seller(&format!("type={query}"));
        assert_eq!(reply.json()["success"], true, "{query}: {reply:?}");
    }
    app.init("1.3");
    app
}

/// Sends all types with a key. Those that are `allowed` are not denied, all others are; and where nothing that changes
/// is allowed, nothing is changed.
fn walk(server: &Server, rights: &str, allowed: impl Fn(&str) -> bool) {
    let names: BTreeSet<String> = documented();
    assert!(
        READS.iter().chain(LICENSES).all(|name| names.contains(*name)),
        "the lists of the test are right"
    );
    let app = furnished(server, &format!("walk-{rights}").replace(',', "-"));
    let limited = key(server, &app, rights);
    let before = snapshot(&app);
    for name in &names {
        let free = ANY.contains(&&**name) || allowed(name);
        if free && !READS.contains(&&**name) && !ANY.contains(&&**name) {
            continue;
        }
        for spelling in [name.clone(), name.to_uppercase()] {
            let reply = limited.seller(&format!("type={spelling}&{}", query()));
            assert_eq!(is_denied(&reply), !free, "{rights}: {spelling}: {reply:?}");
            let head = limited.seller_as("HEAD", &format!("type={spelling}"));
            assert_eq!(head.status == 403, !free, "{rights}: HEAD {spelling}");
        }
    }
    assert_eq!(snapshot(&app), before, "{rights}: what was refused or only read has changed something");
    // Now those that change something, and may.
    for name in names.iter().filter(|name| allowed(name) && !READS.contains(&&***name)) {
        let reply = limited.seller(&format!("type={name}&{}", query()));
        assert!(!is_denied(&reply), "{rights}: {name}: {reply:?}");
    }
    let changes = names.iter().any(|name| allowed(name) && !READS.contains(&&**name));
    assert_eq!(snapshot(&app) != before, changes, "{rights}");
}

#[test]
fn a_key_that_only_reads_changes_nothing() {
    walk(&Server::start(), "read", |name| READS.contains(&name));
}

#[test]
fn a_key_for_sessions_does_nothing_else() {
    walk(&Server::start(), "sessions", |name| SESSIONS.contains(&name));
}

#[test]
fn a_key_for_licenses_does_nothing_else() {
    walk(&Server::start(), "licenses", |name| LICENSES.contains(&name));
}

#[test]
fn areas_and_reading_go_together() {
    let allowed =
        |name: &str| (LICENSES.contains(&name) || SESSIONS.contains(&name)) && READS.contains(&name);
    walk(&Server::start(), "licenses,sessions,read", allowed);
}

#[test]
fn a_key_for_all_does_all() {
    walk(&Server::start(), "all", |_| true);
}

#[test]
fn the_description_tells_what_each_type_needs() {
    let server = Server::start();
    let description =
        crate::support::http::request(&server.app.address, "GET", "/api/openapi.json", &[], b"").json();
    let paths = description["paths"].as_object().expect("paths");
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/api/seller/")) {
        let name = &path["/api/seller/".len()..];
        let about = item["get"]["description"].as_str().expect("a description");
        let needs = match name {
            _ if ANY.contains(&name) => "Every key may use it.",
            _ if READS.contains(&name) => "Needs a key that may read ",
            _ => "Needs a key that may change ",
        };
        assert!(about.contains(needs), "{name}: {about}");
        assert_eq!(about.contains(" licenses."), LICENSES.contains(&name), "{name}: {about}");
        assert_eq!(about.contains(" sessions."), SESSIONS.contains(&name), "{name}: {about}");
    }
}

#[test]
fn what_a_key_lacks_is_told() {
    let server = Server::start();
    let reader = key(&server, &server.app, "read");
    let denied = |reason: &str| NOT_AUTHORIZED.replace('}', &format!(r#","reason":"{reason}"}}"#));
    let session = server.app.init("1.2");
    let expected = denied("This seller key may not change sessions.");
    assert_json(&reader.kill(&session.id), 403, &expected);
    assert_json(&reader.seller("type=killall"), 403, &expected);
    let text = "Not authorized to use SellerAPI, please upgrade.";
    assert_text(&reader.seller("type=killall&format=text"), 403, text);
    assert_eq!(server.app.session_ids(), [session.id]);
    let sessions = key(&server, &server.app, "sessions");
    let expected = denied("This seller key may not read licenses.");
    assert_json(&sessions.seller("type=fetchallkeys"), 403, &expected);
    // Whoever has no right learns nothing of the parameters.
    assert_json(&sessions.seller("type=fetchallkeys&limit=x"), 403, &expected);
    // What is not there is told as to everybody.
    let unknown = r#"{"success":false,"message":"Type doesn't exist"}"#;
    assert_json(&sessions.seller("type=nonsense"), 200, unknown);
}

#[test]
fn a_key_for_licenses_does_not_reach_users_through_them() {
    let server = Server::start();
    let (app, license) = (&server.app, server.license(0));
    app.init("1.2").register("alice", "p", license);
    let limited = key(&server, app, "licenses");
    for query in
        ["del&userToo=1", "delmultiple&USERTOO=true", "ban&reason=x&user_too=yes", "edit&expiry=5&userToo=on"]
    {
        let reply = limited.seller(&format!("type={query}&key={license}"));
        assert!(is_denied(&reply), "{query}: {reply:?}");
        assert_eq!(reply.json()["reason"], "This seller key may not change users.");
    }
    assert_eq!(app.seller("type=verifyuser&user=alice").json()["success"], true);
    let reply = limited.seller(&format!("type=ban&reason=x&userToo=0&key={license}"));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    let both = key(&server, app, "licenses,users");
    let reply = both.seller(&format!("type=del&userToo=1&key={license}"));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    assert_eq!(app.seller("type=verifyuser&user=alice").json()["success"], false);
}

#[test]
fn limited_keys_see_no_secrets() {
    let server = Server::start();
    let app = &server.app;
    app.seller(&format!("type=updatesettings&{}", form(&[("sellixsecret", "sellix-4711")])));
    let reader = key(&server, app, "read");
    let details = |app: &App| app.seller("type=appdetails").json()["appdetails"]["secret"].clone();
    assert_eq!((details(app), details(&reader)), (app.secret.as_str().into(), "hidden".into()));
    assert!(app.seller("type=getsettings").text().contains("sellix-4711"));
    for format in ["json", "text"] {
        let reply = reader.seller(&format!("type=getsettings&format={format}"));
        assert!(reply.status == 200 && !reply.text().contains("sellix-4711"), "{reply:?}");
    }
}

#[test]
fn a_file_is_not_even_read_from_a_key_that_may_not_send_it() {
    let server = Server::start();
    let limited = key(&server, &server.app, "sessions");
    let body = vec![b'x'; 2 * 1024 * 1024];
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n";
    let body = [head.as_bytes(), &body, b"\r\n--b--\r\n"].concat();
    let headers = [("Content-Type", "multipart/form-data; boundary=b")];
    let send = |app: &App| {
        let target = app.seller_target("type=upload&authed=0");
        crate::support::http::try_request(&app.address, "POST", &target, &headers, &body)
    };
    // The server may close before all is sent.
    if let Ok(reply) = send(&limited) {
        assert_eq!(reply.status, 403, "{reply:?}");
    }
    assert_eq!(send(&server.app).expect("a reply").json()["success"], true);
    assert_eq!(server.app.rows("fetchallfiles", "files").len(), 1);
}
