//! How parameters reach the Seller API, and what hostile ones do.

use crate::support::app::FORM;
use crate::support::http::{exchange, multipart, request};
use crate::support::{App, KEY_NOT_FOUND, Reply, Server, assert_json, encode, form};

const KILLED: &str = r#"{"success":true,"message":"Successfully killed session!"}"#;
const NOT_KILLED: &str = r#"{"success":false,"message":"Failed to kill session!"}"#;
const KEY_FOUND: &str = r#"{"success":true,"message":"Seller Key Successfully Found"}"#;
const JSON: (&str, &str) = ("Content-Type", "application/json");

fn post(app: &App, query: &str, content_type: (&str, &str), body: &[u8]) -> Reply {
    request(&app.address, "POST", &format!("/api/seller/{query}"), &[content_type], body)
}

/// The same parameters as a form, in parts and as JSON.
fn bodies(params: &[(&str, &str)]) -> [(String, Vec<u8>); 3] {
    let object: serde_json::Map<_, _> =
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    [
        (FORM.1.to_owned(), form(params).into_bytes()),
        multipart(params),
        (JSON.1.to_owned(), serde_json::to_vec(&object).expect("JSON")),
    ]
}

#[test]
fn bodies_of_three_kinds() {
    let server = Server::start();
    let app = &server.app;
    for n in 0..3 {
        let id = app.init("1.1").id;
        let all = [("sellerkey", app.seller_key.as_str()), ("type", "kill"), ("sessid", &id)];
        let (content_type, body) = &bodies(&all)[n];
        assert_json(&post(app, "", ("Content-Type", content_type), body), 200, KILLED);

        // With the rest in the query.
        let id = app.init("1.1").id;
        let (content_type, body) = &bodies(&[("sessid", &id)])[n];
        let query = format!("?sellerkey={}&type=kill", app.seller_key);
        assert_json(&post(app, &query, ("Content-Type", content_type), body), 200, KILLED);
        assert_json(&post(app, &query, ("Content-Type", content_type), body), 200, NOT_KILLED);
    }
}

#[test]
fn json_values_need_not_be_strings() {
    let server = Server::start();
    let app = &server.app;
    let query = format!("?sellerkey={}&type=add", app.seller_key);
    let reply = post(app, &query, JSON, br#"{"expiry":1,"amount":3}"#);
    assert_eq!(reply.status, 302, "{reply:?}");
    assert_eq!(reply.json()["keys"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_query_wins_over_the_body() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    for n in 0..3 {
        let [first, second] = [app.init("1.1"), app.init("1.1")];
        let body = [("sessid", second.id.as_str()), ("sellerkey", &other.seller_key), ("type", "killall")];
        let (content_type, body) = &bodies(&body)[n];
        let query = format!("?sellerkey={}&type=kill&sessid={}", app.seller_key, first.id);
        assert_json(&post(app, &query, ("Content-Type", content_type), body), 200, KILLED);
        first.is_dead();
        second.is_unvalidated();
        app.seller("type=killall");
    }
}

#[test]
fn a_type_in_the_body_is_ignored_beside_one_in_the_query() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.1");
    for (content_type, body) in bodies(&[("type", "killall")]) {
        let query = format!("?sellerkey={}&type=setseller", app.seller_key);
        assert_json(&post(app, &query, ("Content-Type", &content_type), &body), 200, KEY_FOUND);
    }
    // In a body the first of two counts.
    let query = format!("?sellerkey={}", app.seller_key);
    assert_json(&post(app, &query, FORM, b"type=setseller&type=killall"), 200, KEY_FOUND);
    session.is_unvalidated();
}

#[test]
fn the_body_of_a_shop_is_no_parameter() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.1");
    let query = format!("?sellerkey={}", app.seller_key);
    let body = br#"{"type":"killall","data":{"type":"killall","quantity":1}}"#;
    let expected = r#"{"success":false,"message":"Type not specified"}"#;
    assert_json(&post(app, &query, JSON, body), 200, expected);
    let body = format!(r#"{{"sellerkey":"{}","type":"killall","data":{{}}}}"#, app.seller_key);
    assert_json(&post(app, "", JSON, body.as_bytes()), 404, KEY_NOT_FOUND);
    session.is_unvalidated();
}

#[test]
fn names_ignore_case_but_the_exact_one_wins() {
    let server = Server::start();
    let app = &server.app;
    let send = |query: String| request(&app.address, "GET", &format!("/api/seller/?{query}"), &[], b"");
    let id = app.init("1.1").id;
    assert_json(&send(format!("SellerKey={}&TYPE=kill&SessID={id}", app.seller_key)), 200, KILLED);
    let id = app.init("1.1").id;
    let query = format!("SELLERKEY=x&sellerkey={}&type=kill&SESSID=x&sessid={id}&SessId=y", app.seller_key);
    assert_json(&send(query), 200, KILLED);
}

#[test]
fn the_type_ignores_case() {
    let server = Server::start();
    let app = &server.app;
    let id = app.init("1.1").id;
    assert_json(&app.seller(&format!("type=KILL&sessid={id}")), 200, KILLED);
    app.init("1.1");
    assert_eq!(app.seller("type=FetchAllSessions").status, 200);
    let expected = r#"{"success":true,"message":"Successfully killed all sessions!"}"#;
    assert_json(&app.seller("type=killAll"), 200, expected);
    assert_json(&app.seller("type=SetSeller"), 200, KEY_FOUND);
}

#[test]
fn of_a_parameter_given_twice_the_first_counts() {
    let server = Server::start();
    let app = &server.app;
    let [first, second] = [app.init("1.1"), app.init("1.1")];
    let query = format!("type=kill&sessid={}&sessid={}", first.id, second.id);
    assert_json(&app.seller(&query), 200, KILLED);
    assert_json(&app.seller(&query), 200, NOT_KILLED);
    first.is_dead();
    second.is_unvalidated();
    assert_json(&app.seller("sellerkey=x&type=setseller"), 200, KEY_FOUND);
    let target = format!("/api/seller/?sellerkey=x&sellerkey={}&type=setseller", app.seller_key);
    assert_json(&request(&app.address, "GET", &target, &[], b""), 404, KEY_NOT_FOUND);
}

#[test]
fn the_key_may_be_a_bearer_token() {
    let server = Server::start();
    let app = &server.app;
    for method in ["GET", "POST"] {
        let id = app.init("1.1").id;
        let target = format!("/api/seller/?type=kill&sessid={id}");
        let send = |value: &str| request(&app.address, method, &target, &[("Authorization", value)], b"");
        for wrong in [
            "Bearer",
            "Bearer x",
            &format!("Basic {}", app.seller_key),
            &format!("Bearer {}", "0".repeat(32)),
        ] {
            assert_json(&send(wrong), 404, KEY_NOT_FOUND);
        }
        assert_json(&send(&format!("Bearer {}", app.seller_key)), 200, KILLED);
    }
}

#[test]
fn values_are_trimmed() {
    let server = Server::start();
    let app = &server.app;
    let id = app.init("1.1").id;
    let target =
        format!("/api/seller/?sellerkey=%20{}%0D%0A&type=%20kill%20&sessid=%09{id}%20%0A", app.seller_key);
    assert_json(&request(&app.address, "GET", &target, &[], b""), 200, KILLED);
    let id = app.init("1.1").id;
    assert_json(&app.seller(&format!("type=kill&sessid=+{id}+")), 200, KILLED);
}

#[test]
fn the_host_and_unknown_parameters_do_not_matter() {
    let server = Server::start();
    let app = &server.app;
    let target = app.seller_target("type=setseller&foo=bar&format=json&&=&x[]=1&%25=%");
    for host in ["keyauth.win", "nobody.invalid:1"] {
        let headers = [("Host", host), ("User-Agent", "KeyAuth"), ("Origin", "https://x.example")];
        assert_json(&request(&app.address, "GET", &target, &headers, b""), 200, KEY_FOUND);
    }
}

#[test]
fn hostile_values_are_just_not_found() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.1");
    let (start, end) = session.id.split_at(16);
    let values = [
        "%00".to_owned(),
        format!("{start}%00{end}"),
        format!("{start}%0A{end}"),
        format!("{start}%0D%0AX-Injected:%201{end}"),
        "%FF%FE%FD".to_owned(),
        "%C3".to_owned(),
        "%ED%A0%80".to_owned(),
        "%".to_owned(),
        "%zz".to_owned(),
        encode("é".repeat(5000)),
        encode("<script>alert(1)</script>"),
        encode("'; DROP TABLE sessions; --"),
        encode(r#"{"$ne":null}"#),
        "9".repeat(400),
        "-1".to_owned(),
        "1e999".to_owned(),
        "x".repeat(60 * 1024),
    ];
    for value in &values {
        let reply = app.seller(&format!("type=kill&sessid={value}"));
        assert_json(&reply, 200, NOT_KILLED);
        assert_eq!(reply.header("x-injected"), None);
        let reply = app.seller(&format!("type=verify&key={value}"));
        assert_json(&reply, 406, r#"{"success":false,"message":"Key Not Found"}"#);
        let reply = app.seller(&format!("type=fetchallsessions&credential={value}"));
        // White space alone is no filter.
        assert!(matches!(reply.status, 200 | 406), "{reply:?}");
        let target = format!("/api/seller/?sellerkey={value}&type=killall");
        assert_json(&request(&app.address, "GET", &target, &[], b""), 404, KEY_NOT_FOUND);
    }
    session.is_unvalidated();
}

#[test]
fn a_body_of_junk_is_no_harm() {
    let server = Server::start();
    let app = &server.app;
    let query = format!("?sellerkey={}&type=setseller", app.seller_key);
    let types = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "",
    ];
    for content_type in types {
        for body in [&b"\xff\xfe\x00"[..], b"{", b"[]", b"null", b"--x\r\n", b"%%%=%&&&=", b"\"text\""] {
            assert_json(&post(app, &query, ("Content-Type", content_type), body), 200, KEY_FOUND);
        }
    }
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Server::start();
    let app = &server.app;
    let one = format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", app.seller_target("type=nonsense"));
    let last = format!(
        "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        app.seller_target("type=setseller")
    );
    // All of them are sent at once; the replies come in their order.
    let reply =
        exchange(&app.address, format!("{}{last}", one.repeat(5)).as_bytes(), false).expect("replies");
    assert_eq!(reply.text(), r#"{"success":false,"message":"Type doesn't exist"}"#);
}
