//! `claviger serve --demo`.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::server::Dashboard;
use crate::support::{Browser, HWID, Server, assert_json};

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[test]
fn demo_json() {
    let server = Server::start();
    let demo = &server.demo;
    assert_eq!(demo.base_url, format!("http://{}", server.app.address));
    assert!(demo.owner_id.len() == 10 && demo.owner_id.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert!(demo.app_secret.len() == 64 && is_lower_hex(&demo.app_secret));
    assert!(demo.public_key.len() == 64 && is_lower_hex(&demo.public_key));
    assert!(demo.seller_key.len() == 32 && is_lower_hex(&demo.seller_key));
    assert!(!demo.app_name.is_empty());
    assert_eq!(demo.app_version, "1.0");
    assert_eq!(demo.licenses.len(), 100);
    assert_eq!(demo.licenses.iter().collect::<HashSet<_>>().len(), 100);
    assert!(demo.dashboard.url.starts_with(&demo.base_url), "{:?}", demo.dashboard);
    assert!(!demo.dashboard.username.is_empty() && !demo.dashboard.password.is_empty());

    let path = server.data().join("demo.json");
    assert_eq!(fs::metadata(&path).expect("demo.json").permissions().mode() & 0o777, 0o600);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("demo.json")).expect("JSON");
    let mut names: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "app_name",
            "app_secret",
            "app_version",
            "base_url",
            "dashboard",
            "licenses",
            "owner_id",
            "public_key",
            "seller_key"
        ]
    );
}

#[test]
fn the_licenses_are_unused_and_of_level_1() {
    let server = Server::start();
    let stats = server.app.seller("type=stats").json();
    assert_eq!((&stats["unused"], &stats["totalkeys"]), (&"100".into(), &"100".into()), "{stats}");
    for key in &server.demo.licenses {
        assert_eq!(server.app.seller(&format!("type=verify&key={key}")).status, 200);
    }
    for n in [0, 50, 99] {
        let session = server.app.init("1.2");
        let reply = session.call("license", &[("key", server.license(n)), ("hwid", HWID)]).json();
        let subscription = &reply["info"]["subscriptions"][0];
        assert_eq!(
            (&subscription["subscription"], &subscription["level"]),
            (&"default".into(), &"1".into()),
            "{reply}"
        );
    }
}

#[test]
fn the_owner_is_a_seller_called_demo() {
    let server = Server::start();
    let owners = server.cli.json(&["owner", "list", "--json"]);
    let owner = &owners[0];
    assert_eq!(owners.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&owner["name"], &owner["role"], &owner["owner_id"]),
        (&"demo".into(), &"seller".into(), &server.demo.owner_id.as_str().into())
    );
}

#[test]
fn it_says_what_to_do() {
    let server = Server::start();
    let out = server.process.stdout();
    let demo = &server.demo;
    for word in [
        demo.base_url.as_str(),
        &demo.seller_key,
        &demo.owner_id,
        &demo.app_name,
        &demo.dashboard.url,
        &demo.dashboard.username,
        &demo.dashboard.password,
        "curl",
        "type=init",
        "type=fetchallsessions",
        "type=kill&",
        "type=killall",
    ] {
        assert!(out.contains(word), "{word} is missing in: {out}");
    }
    assert!(out.to_lowercase().contains("rate limits are off"), "{out}");
}

#[test]
fn the_dashboard_lets_the_owner_in() {
    let server = Server::start();
    let Dashboard { url, username, password } = server.demo.dashboard.clone();
    assert_eq!(url, format!("{}/dashboard/", server.demo.base_url));
    let browser = Browser::signed_in(&server.app.address, &username, &password);
    let page = browser.get(url.strip_prefix(&server.demo.base_url).expect("our address"));
    assert!(page.status == 200 && page.text().contains(&server.demo.app_name), "{}", page.text());
}

#[test]
fn the_curl_lines_work() {
    let server = Server::start();
    let app = &server.app;
    let out = server.process.stdout();
    let line = |word: &str| {
        let line = out.lines().find(|line| line.starts_with("curl ") && line.contains(word));
        line.unwrap_or_else(|| panic!("no line with {word} in: {out}")).to_owned()
    };
    // The lines go through a shell, with a stand-in for curl that prints its arguments one a line.
    let arguments = |line: &str| {
        let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{line}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
        String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let target = |url: &str| url.strip_prefix(&server.demo.base_url).expect("our address").to_owned();
    let get = |line: &str| {
        let url = arguments(line).into_iter().find(|word| word.starts_with("http")).expect("a URL");
        crate::support::http::request(&app.address, "GET", &target(&url), &[], b"")
    };

    let init = arguments(&line("type=init"));
    let url = init.iter().find(|word| word.starts_with("http")).expect("a URL");
    let data: Vec<_> =
        init.iter().filter(|word| word.contains('=') && *word != url).map(String::as_str).collect();
    let body = data.join("&");
    let headers = [crate::support::app::FORM];
    let reply = crate::support::http::request(&app.address, "POST", &target(url), &headers, body.as_bytes());
    assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");

    assert_eq!(get(&line("type=fetchallsessions")).status, 200);
    assert_json(&get(&line("type=kill&")), 200, r#"{"success":false,"message":"Failed to kill session!"}"#);
    assert_json(
        &get(&line("type=killall")),
        200,
        r#"{"success":true,"message":"Successfully killed all sessions!"}"#,
    );
}

#[test]
fn a_second_start_reprints_the_same() {
    let server = Server::start();
    let before = server.demo.clone();
    let server = server.restart();
    let mut after = server.demo.clone();
    after.base_url.clone_from(&before.base_url);
    after.dashboard = Dashboard { url: before.dashboard.url.clone(), ..after.dashboard };
    assert_eq!(before, after);
    let out = server.process.stdout();
    for word in [&before.seller_key, &before.owner_id, &before.app_name] {
        assert!(out.contains(word), "{word} is missing in: {out}");
    }
    assert_eq!(server.app.seller("type=setseller").status, 200);
    assert_eq!(server.cli.json(&["app", "list", "--json"]).as_array().map(Vec::len), Some(1));
    let mode = fs::metadata(server.data().join("demo.json")).expect("demo.json").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
