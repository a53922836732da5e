//! The dashboard's pages about applications: the list, making, credentials, settings, renaming, rotating and deleting.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::support::{App, Browser, ENCKEY, HWID, Reply, Server, escaped, eventually, form};

const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];
const SETTINGS: &str = "/dashboard/demo-app/app-settings";
/// What POSTs change something, with fields that would do it.
const POSTS: [(&str, &[(&str, &str)]); 7] = [
    ("/dashboard/", &[("name", "Second")]),
    ("/dashboard/demo-app/credentials/kill", &[("id", "x")]),
    ("/dashboard/demo-app/app-settings/name", &[("name", "Renamed")]),
    ("/dashboard/demo-app/app-settings/state", &[("do", "pause")]),
    ("/dashboard/demo-app/app-settings/api", &[("v1_3", "on")]),
    ("/dashboard/demo-app/app-settings/rotate", &[]),
    ("/dashboard/demo-app/app-settings/delete", &[("typed", "demo-app")]),
];

fn assert_to(reply: &Reply, to: &str) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(to)), "{}", reply.text());
}

fn assert_shows(reply: &Reply, texts: &[&str]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    for text in texts {
        assert!(reply.text().contains(text), "{text}: {}", reply.text());
    }
}

/// What the demo's owner and application are, as the command line tells it.
fn state(server: &Server) -> (serde_json::Value, serde_json::Value) {
    (
        server.cli.json(&["app", "list", "--json"]),
        server.cli.json(&["app", "show", "demo/demo-app", "--json"]),
    )
}

/// Another owner, signed in, with an application.
fn other(server: &Server) -> Browser {
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    server.cli.ok(&["app", "create", "--owner", "other", "theirs"]);
    Browser::signed_in(&server.app.address, "other", "their password 1")
}

#[test]
fn nobody_changes_what_is_not_theirs() {
    let server = Server::start();
    let (mine, theirs) = (server.browser(), other(&server));
    let (nobody, before) = (Browser::new(&server.app.address), state(&server));
    let (token, foreign) = (mine.token(), theirs.token());
    for (target, fields) in POSTS {
        // Without a sign-in.
        let reply = nobody.post(target, fields);
        assert_eq!(reply.status, 303, "{target}");
        assert!(
            reply.header("location").is_some_and(|to| to.starts_with("/dashboard/-/sign-in")),
            "{target}"
        );
        // Without a token, with another's, from another site.
        let with = |token| [fields, &[("token", token)][..]].concat();
        assert_eq!(mine.post_as(target, fields, &SAME).status, 403, "{target}");
        assert_eq!(mine.post_as(target, &with(&foreign), &SAME).status, 403, "{target}");
        let elsewhere = [("Sec-Fetch-Site", "cross-site")];
        assert_eq!(mine.post_as(target, &with(&token), &elsewhere).status, 403, "{target}");
        // By another owner: as if there were nothing.
        if target != "/dashboard/" {
            let (reply, missing) =
                (theirs.post(target, fields), theirs.post(&target.replace("demo", "no"), fields));
            assert_eq!((reply.status, reply.text()), (404, missing.text()), "{target}");
        }
    }
    for page in ["", "credentials", "credentials/secret", "app-settings", "app-settings/delete"] {
        assert_eq!(theirs.get(&format!("/dashboard/demo-app/{page}")).status, 404, "{page}");
        assert_eq!(theirs.get(&format!("/dashboard/~1/{page}")).status, 404, "{page}");
    }
    assert_eq!(state(&server), before);
    assert!(!theirs.get("/dashboard/").text().contains("demo-app"));
}

#[test]
fn an_application_is_made_once() {
    let server = Server::start();
    let browser = server.browser();
    let made = browser.post("/dashboard/", &[("name", " Loader ")]);
    let shown = server.cli.json(&["app", "show", "demo/Loader", "--json"]);
    let (owner_id, public_key) = (shown["owner_id"].as_str().unwrap(), shown["public_key"].as_str().unwrap());
    assert_shows(&made, &["Loader", owner_id, public_key, "Your seller key"]);
    assert!(!made.text().contains(shown["secret"].as_str().unwrap()));
    let (_, rest) = made.text().split_once("<code id=\"seller-key\">").expect("the seller key");
    let key = rest.split_once('<').expect("its end").0.to_owned();
    assert!(key.ends_with(shown["seller_key_hint"].as_str().unwrap()));
    let app = App { seller_key: key.clone(), ..server.app.clone() };
    assert_eq!(app.seller("type=appdetails").json()["appdetails"]["name"], "Loader");
    assert!(!browser.get("/dashboard/Loader/credentials").text().contains(&key), "it is shown once");
    // Twice, and under names that cannot be.
    for name in ["Loader", "LOADER", "", "a\u{0}b", "a\nb", &"x".repeat(41), "\u{202e}x"] {
        let reply = browser.post("/dashboard/", &[("name", name)]);
        assert_eq!(reply.status, 422, "{name:?}");
        assert!(reply.text().contains("role=\"alert\""), "{name:?}");
        assert!(
            reply.text().contains(&format!("value=\"{}\"", escaped(name))),
            "what was typed stays: {name:?}"
        );
    }
    assert_eq!(server.cli.json(&["app", "list", "--json"]).as_array().unwrap().len(), 2);
}

#[test]
fn the_list_tells_how_applications_fare() {
    let server = Server::start();
    let (browser, fresh) = (server.browser(), other(&server));
    server.app.init("1.2").license(server.license(0));
    server.app.init("1.2");
    let list = browser.get("/dashboard/");
    assert_shows(
        &list,
        &[
            "/dashboard/demo-app/",
            ">2</a> <span class=\"faint\">1 signed in",
            "100 <span class=\"faint\">99 unused",
        ],
    );
    assert_shows(&browser.get("/dashboard/demo-app/"), &["Online now", "99"]);
    server.cli.ok(&["app", "delete", "other/theirs", "--yes"]);
    assert_shows(&fresh.get("/dashboard/"), &["Make your first application"]);
}

#[test]
fn hostile_names_are_text_everywhere() {
    let server = Server::start();
    let browser = server.browser();
    let name = "<b>\"x\"&'y'</b>\\😀";
    let made = browser.post("/dashboard/", &[("name", name)]);
    let shown = escaped(name);
    assert_shows(&made, &[&shown]);
    let address = "/dashboard/%3Cb%3E%22x%22%26%27y%27%3C%2Fb%3E%5C%F0%9F%98%80/";
    for page in ["", "credentials", "app-settings", "app-settings/delete", "app-settings/rotate"] {
        let reply = browser.get(&format!("{address}{page}"));
        assert_shows(&reply, &[&shown]);
        assert!(!reply.text().contains("<b>"), "{page}");
    }
    assert_shows(&browser.get("/dashboard/"), &[&shown, address]);
    // As a literal of each language: quotes do not end it.
    for (language, literal) in [
        ("csharp", r#""<b>\"x\"&'y'</b>\\😀""#),
        ("php", r#"'<b>"x"&\'y\'</b>\\😀'"#),
        ("vb", r#""<b>""x""&'y'</b>\😀""#),
    ] {
        let reply = browser.get(&format!("{address}credentials?language={language}"));
        assert_shows(&reply, &[&escaped(literal)]);
    }
}

#[test]
fn the_secret_is_shown_on_its_own_page_only() {
    let server = Server::start();
    let browser = server.browser();
    let (masked, shown) = ("/dashboard/demo-app/credentials", "/dashboard/demo-app/credentials/secret");
    let languages = [
        "csharp",
        "cpp",
        "python",
        "rust",
        "go",
        "javascript",
        "java",
        "php",
        "ruby",
        "lua",
        "vb",
        "%3Cx%3E",
    ];
    for language in languages {
        let page = browser.get(&format!("{masked}?language={language}"));
        assert_shows(&page, &[&server.app.owner_id, "Ready to paste"]);
        assert!(!page.text().contains(&server.app.secret), "{language}");
    }
    let page = browser.get(&format!("{shown}?language=rust"));
    assert_shows(&page, &["keyauth::v1_2::KeyauthApi::new(", &server.app.secret]);
    let address = format!("http://{}/api/1.2/", server.app.address);
    assert_shows(&page, &[&address]);
}

/// Live updates of a page, as they arrive.
struct Live {
    stream: TcpStream,
    text: String,
}

impl Live {
    fn open(address: &str, browser: &Browser, target: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        let head = format!("GET {target} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\r\n", browser.cookies());
        stream.write_all(head.as_bytes()).expect("a request");
        Self { stream, text: String::new() }
    }

    /// Reads until what came since the last time holds a text.
    fn wait_for(&mut self, text: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            if let Some(at) = self.text.find(text) {
                let rest = self.text.split_off(at + text.len());
                return std::mem::replace(&mut self.text, rest);
            }
            let read = self.stream.read(&mut buffer).unwrap_or(0);
            assert!(read > 0, "`{text}` did not come: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    }
}

#[test]
fn the_first_session_appears_and_is_killed() {
    let server = Server::start();
    let browser = server.browser();
    let (page, live) = ("/dashboard/demo-app/credentials", "/dashboard/demo-app/credentials/live");
    assert_shows(&browser.get(page), &["Waiting for a program to start", live]);
    let mut live = Live::open(&server.app.address, &browser, live);
    let head = live.wait_for("Waiting for a program to start");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
    assert!(head.contains("event: newest\n"), "{head}");
    let session = server.app.init("1.2");
    live.wait_for(&session.id);
    live.wait_for("127.0.0.1");
    session.license(server.license(0));
    live.wait_for("signed in as");
    assert_shows(&browser.get(page), &[&session.id, "API 1.2"]);
    let kill = |id: &str| browser.post("/dashboard/demo-app/credentials/kill", &[("id", id)]);
    assert_to(&kill(&session.id), page);
    session.is_dead();
    live.wait_for("Waiting for a program to start");
    assert_shows(&browser.get(page), &["The session is killed"]);
    // Twice, and what is no session.
    for id in [session.id.as_str(), "", "\0", "<b>", &"x".repeat(10_000)] {
        assert_to(&kill(id), page);
        assert_shows(&browser.get(page), &["That session had ended already."]);
    }
}

#[test]
fn a_name_is_changed_and_tells_what_breaks() {
    let server = Server::start();
    let browser = server.browser();
    server.create_app("Taken");
    assert_shows(&browser.get(SETTINGS), &["built with the old name"]);
    for name in ["TAKEN", "", "a\nb", &"x".repeat(41)] {
        let reply = browser.post(&format!("{SETTINGS}/name"), &[("name", name)]);
        assert_eq!(reply.status, 422, "{name:?}");
        assert!(reply.text().contains(&format!("value=\"{}\"", escaped(name))), "{name:?}");
    }
    let reply = browser.post(&format!("{SETTINGS}/name"), &[("name", "-")]);
    assert_to(&reply, "/dashboard/~1/app-settings");
    assert_shows(&browser.get("/dashboard/~1/app-settings"), &["The application is called - now."]);
    assert_eq!(browser.get(SETTINGS).status, 404);
    let app = App { name: "-".into(), ..server.app.clone() };
    app.init("1.2");
    // Twice: the old address is nobody's.
    assert_eq!(browser.post(&format!("{SETTINGS}/name"), &[("name", "other")]).status, 404);
    let audit = server.cli.json(&["audit", "list", "demo/-", "--json"]);
    assert_eq!((&audit[0]["type"], &audit[0]["key"]), (&"rename".into(), &"demo".into()), "{audit}");
}

#[test]
fn states_and_versions_are_set() {
    let server = Server::start();
    let browser = server.browser();
    let asked = |what| browser.post(&format!("{SETTINGS}/state"), &[("do", what)]);
    let state = |what| browser.post(&format!("{SETTINGS}/state"), &[("do", what), ("sure", "yes")]);
    let init = || server.app.client("1.1", "init", &[("ver", "1.0")]).text().to_owned();
    for (what, word) in [("pause", "paused"), ("disable", "disabled")] {
        server.app.seller("type=killall");
        assert_shows(&asked(what), &["No session is open now.", "name=\"sure\" value=\"yes\""]);
        assert!(init().contains("\"success\":true"), "asking changes nothing");
        assert_to(&state(what), SETTINGS);
        eventually("programs to be refused", || init().contains(word).then_some(()));
        let undo = if what == "pause" { "unpause" } else { "enable" };
        assert_to(&state(undo), SETTINGS);
        // Twice is no failure.
        assert_to(&state(undo), SETTINGS);
        eventually("programs to be let in", || init().contains("\"success\":true").then_some(()));
    }
    assert_eq!(state("explode").status, 400);
    let api = |fields: &[(&str, &str)]| browser.post(&format!("{SETTINGS}/api"), fields);
    assert_eq!(api(&[]).status, 422);
    let two = [("v1_3", "on"), ("v1_2", "on")];
    assert_shows(
        &api(&two),
        &["API 1.0 is switched off. No live session uses it now", "API 1.1 is switched off: "],
    );
    assert_to(&api(&[two[0], two[1], ("sure", "yes")]), SETTINGS);
    eventually("API 1.1 to be off", || init().contains("API 1.1 is switched off").then_some(()));
    assert_shows(
        &browser.get("/dashboard/demo-app/credentials?language=ruby"),
        &["Version 1.1 is switched off"],
    );
    server.cli.ok(&["app", "ban", "demo/demo-app", "--yes"]);
    let banned = || browser.get(SETTINGS).text().contains("The operator of this server has banned");
    eventually("the ban to be told", || banned().then_some(()));
}

#[test]
fn a_new_secret_ends_all_sessions() {
    let server = Server::start();
    let browser = server.browser();
    let session = server.app.init_with("1.2", Some(ENCKEY));
    let rotate = format!("{SETTINGS}/rotate");
    assert_shows(&browser.get(&rotate), &["have to be built anew", "The one session that is open now ends."]);
    session.is_unvalidated();
    assert_to(&browser.post(&rotate, &[]), "/dashboard/demo-app/credentials/secret");
    assert!(server.app.session_ids().is_empty());
    let now = server.cli.json(&["app", "show", "demo/demo-app", "--json"])["secret"].clone();
    assert_ne!(now, server.app.secret.as_str());
    let page = browser.get("/dashboard/demo-app/credentials/secret?language=rust");
    assert_shows(&page, &[now.as_str().expect("a secret"), "all sessions have ended"]);
}

#[test]
fn deleting_wants_the_name_typed() {
    let server = Server::start();
    let browser = server.browser();
    server.app.init("1.2").license(server.license(0));
    let delete = format!("{SETTINGS}/delete");
    assert_shows(&browser.get(&delete), &["1 user, 100 licenses, 1 open session", "<code>demo-app</code>"]);
    for typed in ["", "demo", "DEMO-APP", "demo-app x"] {
        let reply = browser.post(&delete, &[("typed", typed)]);
        assert_eq!(reply.status, 422, "{typed:?}");
        assert!(reply.text().contains("Nothing was deleted."), "{}", reply.text());
    }
    assert_eq!(server.app.session_ids().len(), 1);
    assert_to(&browser.post(&delete, &[("typed", " demo-app ")]), "/dashboard/");
    assert_shows(&browser.get("/dashboard/"), &["demo-app is deleted.", "Make your first application"]);
    assert_eq!(server.cli.json(&["app", "list", "--json"]), serde_json::json!([]));
    assert!(server.app.client("1.1", "init", &[]).text().contains("KeyAuth_Invalid"));
    // Twice.
    assert_eq!(browser.post(&delete, &[("typed", "demo-app")]).status, 404);
}

#[test]
fn the_overview_tells_what_needs_attention() {
    let server = Server::start();
    let browser = server.browser();
    let page = browser.get("/dashboard/demo-app/");
    assert_shows(&page, &["No program has started yet", "demo.json", "Only programs on this machine reach"]);
    server.cli.ok(&["app", "set", "demo/demo-app", "paused=true"]);
    let seen = || browser.get("/dashboard/demo-app/").text().contains("The application is paused");
    eventually("the pause to be told", || seen().then_some(()));
    // A proxy in front that nobody trusts.
    let forwarded = [("X-Forwarded-For", "198.51.100.1")];
    browser.send("GET", "/dashboard/", &forwarded, b"");
    assert_shows(&browser.get("/dashboard/demo-app/"), &["brings the header", "trusted_proxies"][1..]);
}

#[test]
fn the_overview_tells_the_latest_failures() {
    let server = Server::start();
    let browser = server.browser();
    assert_shows(&browser.get("/dashboard/demo-app/"), &["Nobody was refused lately."]);
    let session = server.app.init("1.1");
    let hostile = "<b>\"x\"&'y'</b>\u{202e}😀";
    session.call("login", &[("username", hostile), ("pass", "secret-word"), ("hwid", HWID)]);
    let page = || browser.get("/dashboard/demo-app/").text().to_owned();
    // An odd character more or less: the markup is text.
    eventually("the failure to be told", || page().contains("&#60;b&#62;&#34;x&#34;").then_some(()));
    let page = page();
    assert!(!page.contains("<b>") && !page.contains("secret-word"), "{page}");
    assert!(page.contains("/dashboard/demo-app/find?text=%3Cb%3E"), "{page}");
}

/// An account that the demo's owner made, signed in.
fn member(server: &Server, role: &str, permissions: &str) -> Browser {
    let (name, password) = (format!("{role} {permissions}"), "their password 2");
    let mail = format!("{role}{permissions}@example.com");
    let fields =
        [("role", role), ("user", &name), ("pass", password), ("email", &mail), ("perms", permissions)];
    let reply = server.app.seller(&format!("type=addAccount&{}", form(&fields)));
    assert_eq!(reply.json()["success"], true, "{}", reply.text());
    Browser::signed_in(&server.app.address, &name, password)
}

#[test]
fn members_see_and_do_what_they_may() {
    let server = Server::start();
    server.app.init("1.1");
    server.create_app("other");
    let before = state(&server);
    let (licenses, settings, reseller) = (
        member(&server, "Manager", "1"),
        member(&server, "Manager", "1024"),
        member(&server, "Reseller", "1"),
    );
    server.app.seller("type=setbalance&username=Reseller%201&month=7");
    for browser in [&licenses, &settings, &reseller] {
        let list = browser.get("/dashboard/");
        assert_shows(&list, &["/dashboard/demo-app/"]);
        assert!(!list.text().contains("/dashboard/other/") && !list.text().contains("New application"));
        assert_eq!(browser.get("/dashboard/other/").status, 404);
        for (target, fields) in POSTS {
            let allowed = target.ends_with("/state") || target.ends_with("/api");
            if std::ptr::eq(browser, &settings) && allowed {
                continue;
            }
            assert_eq!(browser.post(target, fields).status, 403, "{target}");
        }
    }
    let overview = |browser: &Browser| browser.get("/dashboard/demo-app/").text().to_owned();
    for (browser, shown, hidden) in [
        (&licenses, "Unused", "Online now"),
        (&settings, "demo.json", "Unused"),
        (&reseller, "<dt>A month</dt><dd>7</dd>", "Online now"),
    ] {
        let text = overview(browser);
        assert!(text.contains(shown) && !text.contains(hidden), "{shown}: {text}");
    }
    assert_eq!(licenses.get("/dashboard/demo-app/credentials/secret").status, 403);
    assert_eq!(licenses.get(SETTINGS).status, 403);
    assert_shows(&settings.get("/dashboard/demo-app/credentials"), &["Ready to paste"]);
    assert_eq!(settings.get("/dashboard/demo-app/credentials/live").status, 403);
    assert!(!settings.get(SETTINGS).text().contains("Delete the application"));
    assert_eq!(state(&server), before);
}
