//! Plain HTTP beside HTTPS.

use crate::{
    support::{Line, Server, eventually, http::request},
    tls::settings,
};

/// A server that leads plain HTTP to its address, and where it does.
fn leading(more: &str) -> (Server, String) {
    let settings =
        format!("{more}redirect_listen = \"127.0.0.1:0\"\npublic_url = \"https://license.example.com\"\n");
    let server = Server::start_with(&settings);
    let address = eventually("the log to tell where", || {
        let log = server.process.stderr();
        let line =
            log.lines().find(|line| line.contains("leading plain HTTP to https://license.example.com"))?;
        let start = line.find("127.0.0.1:")?;
        let end = line[start..].find(|char: char| !char.is_ascii_digit() && char != '.' && char != ':');
        Some(end.map_or(&line[start..], |end| &line[start..start + end]).to_owned())
    });
    (server, address)
}

#[test]
fn people_are_led_to_the_servers_address_whatever_host_they_name() {
    let (_server, address) = leading("");
    for (target, expected) in [
        ("/", "https://license.example.com/"),
        ("/dashboard/demo?a=b&c", "https://license.example.com/dashboard/demo?a=b&c"),
        ("/api/docs/", "https://license.example.com/api/docs/"),
        ("//evil.example/x", "https://license.example.com/evil.example/x"),
        ("http://evil.example/x", "https://license.example.com/x"),
    ] {
        for method in ["GET", "HEAD"] {
            let reply = request(&address, method, target, &[("Host", "evil.example")], b"");
            assert_eq!((reply.status, reply.header("location")), (301, Some(expected)), "{target}");
            assert_eq!(reply.header("strict-transport-security"), None);
        }
    }
}

#[test]
fn what_programs_send_is_not_led_on() {
    let (_server, address) = leading("");
    let told = r#"{"message":"This port is not encrypted. Use https://license.example.com and replace what was sent here.","success":false}"#;
    for (method, target) in [
        ("POST", "/api/1.2/"),
        ("GET", "/api/seller/?sellerkey=secret&type=x"),
        ("GET", "//api/seller/"),
        ("PUT", "/api/x"),
    ] {
        let reply = request(&address, method, target, &[], b"type=init");
        assert_eq!((reply.status, reply.text()), (400, told), "{method} {target}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
    let reply = request(&address, "POST", "/dashboard/sign-in", &[], b"password=x");
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.text(),
        "This port is not encrypted, so what you sent was not used: begin at https://license.example.com\n"
    );
    let reply = request(&address, "GET", "/.well-known/acme-challenge/x", &[], b"");
    assert_eq!((reply.status, reply.text()), (404, "not asked\n"));
}

#[test]
fn another_spelling_of_an_address_for_programs_takes_no_key_along() {
    let (_server, address) = leading("");
    for target in [
        "/./api/seller/?sellerkey=secret",
        "/x/../api/seller/?sellerkey=secret",
        "/api/docs/../seller/?sellerkey=secret",
        "/%61pi/seller/?sellerkey=secret",
        "/%2e/api/seller/?sellerkey=secret",
        "/x/%2E%2e/api/seller/?sellerkey=secret",
        "/x%2f..%2fapi/seller/?sellerkey=secret",
        "/%2561pi/seller/?sellerkey=secret",
        "//./api/seller/?sellerkey=secret",
        "/API/seller/?sellerkey=secret",
    ] {
        let reply = request(&address, "GET", target, &[], b"");
        let location = reply.header("location").unwrap_or_default();
        assert!(matches!(location, "" | "https://license.example.com/"), "{target}: {location}");
        assert_eq!(reply.status, if location.is_empty() { 400 } else { 301 }, "{target}");
    }
    let reply = request(&address, "GET", "/dashboard/demo/my%20app?q=%2F", &[], b"");
    assert_eq!(reply.header("location"), Some("https://license.example.com/dashboard/demo/my%20app?q=%2F"));
}

#[test]
fn connections_have_one_request_and_a_share() {
    let (_server, address) = leading("");
    let mut line = Line::from("127.0.0.2", &address);
    line.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(line.rest().matches("HTTP/1.1 301").count(), 1);
    let held: Vec<_> = (0..16).map(|_| Line::from("127.0.0.3", &address)).collect();
    // Accepted in their order, so these have their places by the time that one is answered.
    let mut one_more = Line::from("127.0.0.3", &address);
    one_more.try_send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(one_more.rest(), "", "one address has 16");
    assert_eq!(request(&address, "GET", "/", &[], b"").status, 301, "others have theirs");
    drop(held);
}

#[test]
fn it_stands_beside_a_listener_with_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = crate::support::tls::Pair::new();
    pair.write(folder.path());
    let (server, address) = leading(&settings(folder.path()));
    assert_eq!(request(&address, "GET", "/", &[], b"").status, 301);
    let client = crate::support::tls::Client::trusting([&pair]);
    assert_eq!(client.get(&server.app.address, "/readyz").expect("a reply").status, 200);
}
