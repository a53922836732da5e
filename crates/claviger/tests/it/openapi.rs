//! The description of the APIs, and the page to try them.

use crate::support::http::request;
use crate::support::{Reply, Server};

fn get(server: &Server, path: &str) -> Reply {
    request(&server.app.address, "GET", path, &[], b"")
}

#[test]
fn the_description_has_every_type_of_the_seller_api() {
    let server = Server::start();
    let reply = get(&server, "/api/openapi.json");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let description = reply.json();
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let paths = description["paths"].as_object().expect("paths");
    for path in paths.keys().filter_map(|path| path.strip_prefix("/api/seller/")) {
        // Each is served under its own path, without a key to strangers.
        let stranger = get(&server, &format!("/api/seller/{path}"));
        assert_eq!(stranger.status, 404, "{path}");
        let known = get(&server, &format!("/api/seller/{path}?sellerkey={}", server.app.seller_key));
        assert_ne!(known.text(), r#"{"success":false,"message":"Type doesn't exist"}"#, "{path}");
    }
    let kinds = paths.keys().filter(|path| path.starts_with("/api/seller/")).count();
    assert_eq!(kinds, 110 + 2);
    for version in ["1.0", "1.1", "1.2", "1.3"] {
        assert!(paths.contains_key(&format!("/api/{version}/")), "{version}");
    }
}

#[test]
fn a_type_in_the_path_is_the_same_as_a_parameter() {
    let server = Server::start();
    let app = &server.app;
    let target = |rest: &str| format!("/api/seller/{rest}sellerkey={}", app.seller_key);
    let by_path = get(&server, &target("setseller?"));
    let by_name = get(&server, &target("?type=setseller&"));
    assert_eq!((by_path.status, by_path.text()), (by_name.status, by_name.text()));
    assert_eq!(get(&server, &target("SetSeller?")).text(), by_name.text());
    let twice = get(&server, &target("setseller?type=killall&"));
    assert!(twice.text().contains(r#"You have \"type\" defined more than 1 time"#), "{twice:?}");
    let unknown = get(&server, &target("no%20type?"));
    assert_eq!(unknown.text(), r#"{"success":false,"message":"Type doesn't exist"}"#);
    assert_eq!(get(&server, &target("set/seller?")).status, 404);
}

#[test]
fn the_page_brings_all_it_needs() {
    let server = Server::start();
    let page = get(&server, "/api/docs/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!page.text().contains("://"), "{page:?}");
    for (name, content_type) in [
        ("start.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
    ] {
        assert!(page.text().contains(&format!("\"{name}\"")), "{name}");
        let asset = get(&server, &format!("/api/docs/{name}"));
        assert_eq!((asset.status, asset.header("content-type")), (200, Some(content_type)), "{name}");
    }
    let moved = get(&server, "/api/docs");
    assert_eq!((moved.status, moved.header("location")), (308, Some("/api/docs/")));
    assert_eq!(request(&server.app.address, "POST", "/api/docs/", &[], b"").status, 405);
    assert_eq!(request(&server.app.address, "HEAD", "/api/openapi.json", &[], b"").status, 200);
}
