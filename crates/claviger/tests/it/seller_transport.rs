//! How parameters reach the Seller API, and what hostile ones do.

use crate::support::app::FORM;
use crate::support::http::{exchange, multipart, request};
use crate::support::{App, KEY_NOT_FOUND, Reply, Server, assert_json, assert_text, encode, form};

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
    assert_json(&post(app, &query, JSON, body), 400, expected);
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
    let (json, parts) = (Some(NO_JSON), Some(NO_PARTS));
    let types = [
        ("application/json", json),
        ("application/x-www-form-urlencoded", None),
        ("multipart/form-data; boundary=x", parts),
        ("multipart/form-data", parts),
        ("text/plain", None),
        ("", None),
    ];
    let bodies: [(&[u8], bool, bool); 8] = [
        // Whether it is JSON, and whether it starts as JSON.
        (b"\xff\xfe\x00", false, false),
        (b"{", false, true),
        (b"[]", true, true),
        (b"null", true, false),
        (b"--x\r\n", false, false),
        (b"%%%=%&&&=", false, false),
        (b"\"text\"", true, false),
        (b"{\"a\":[]}", true, true),
    ];
    for (content_type, refusal) in types {
        for (body, is_json, starts_as_json) in bodies {
            let refusal = match refusal {
                Some(NO_JSON) if is_json => None,
                None if starts_as_json && !is_json => json,
                refusal => refusal,
            };
            let reply = post(app, &query, ("Content-Type", content_type), body);
            match refusal {
                Some(refusal) => assert_json(&reply, 400, refusal),
                None => assert_json(&reply, 200, KEY_FOUND),
            }
        }
        assert_json(&post(app, &query, ("Content-Type", content_type), b""), 200, KEY_FOUND);
    }
}

const NO_JSON: &str = r#"{"success":false,"message":"The body is not valid JSON"}"#;
const NO_PARTS: &str = r#"{"success":false,"message":"The body is not a complete multipart form"}"#;

#[test]
fn a_malformed_body_changes_nothing() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.1");
    let query = format!("?sellerkey={}&type=killall", app.seller_key);
    // What is deep is not looked at.
    let deep = format!(r#"{{"data":{}1{}}}"#, r#"{"order":"#.repeat(5000), "}".repeat(5000));
    let setseller = format!("?sellerkey={}&type=setseller", app.seller_key);
    assert_json(&post(app, &setseller, JSON, deep.as_bytes()), 200, KEY_FOUND);
    for body in [r#"{"a":1"#, r#"{"a":01}"#, r#"{"a":"\ud800"}"#, "{'a':1}", "{\"a\":\"\0\"}"] {
        assert_json(&post(app, &query, JSON, body.as_bytes()), 400, NO_JSON);
        // Nobody learns from it whether a key is good.
        assert_json(&post(app, "?sellerkey=x", JSON, body.as_bytes()), 400, NO_JSON);
    }
    let reply = post(app, &format!("{query}&format=text"), JSON, b"{");
    assert_text(&reply, 400, "The body is not valid JSON");
    let (content_type, mut parts) = multipart(&[("a", "b")]);
    parts.truncate(parts.len() - 4);
    assert_json(&post(app, &query, ("Content-Type", &content_type), &parts), 400, NO_PARTS);
    session.is_unvalidated();
}

#[test]
fn numbers_in_json_stay_as_they_are_written() {
    let server = Server::start();
    let app = &server.app;
    let query = format!("?sellerkey={}", app.seller_key);
    for number in ["2.10", "1.0", "-0", "1e3", "123456789012345678901234567890", "1E+999", "0.10"] {
        let body = format!(r#"{{"type":"addvar","name":"v{number}","data":{number},"authed":0}}"#);
        let added = post(app, &query, JSON, body.as_bytes());
        assert_eq!(added.json()["success"], true, "{added:?}");
        let reply =
            post(app, &query, JSON, format!(r#"{{"type":"retrvvar","name":"v{number}"}}"#).as_bytes());
        assert_eq!(reply.json()["message"], number, "{reply:?}");
    }
}

#[test]
fn a_compressed_body_is_refused() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.1");
    let query = format!("?sellerkey={}&type=killall", app.seller_key);
    let told = "Compressed bodies are not read: send it as it is, without Content-Encoding";
    let expected = format!(r#"{{"success":false,"message":"{told}"}}"#);
    let send = |query: &str, encoding: &str, body: &[u8]| {
        let headers = [FORM, ("Content-Encoding", encoding)];
        request(&app.address, "POST", &format!("/api/seller/{query}"), &headers, body)
    };
    for encoding in ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "identity, gzip", "aes128gcm", "x"] {
        let reply = send(&query, encoding, b"\x1f\x8b\x08\x00");
        assert_json(&reply, 415, &expected);
        assert_eq!(reply.header("accept-encoding"), Some("identity"));
    }
    assert_text(&send(&format!("{query}&format=text"), "gzip", b"x"), 415, told);
    session.is_unvalidated();
    // Nothing is compressed here.
    let query = format!("?sellerkey={}&type=setseller", app.seller_key);
    for encoding in ["identity", "Identity ", "", "utf-8", "identity,identity"] {
        let reply = send(&query, encoding, b"a=b");
        assert_json(&reply, 200, KEY_FOUND);
        assert_eq!(reply.header("accept-encoding"), None);
    }
    assert_json(&send(&query, "gzip", b""), 200, KEY_FOUND);
}

#[test]
fn slashes_more_or_less_lead_to_the_type() {
    let server = Server::start();
    let app = &server.app;
    for path in [
        "/api/seller/setseller",
        "/api/seller/setseller/",
        "/api/seller/SetSeller/",
        "//api/seller/setseller",
        "/api//seller//setseller//",
        "///api/seller///setseller",
    ] {
        for method in ["GET", "POST"] {
            let target = format!("{path}?sellerkey={}", app.seller_key);
            assert_json(&request(&app.address, method, &target, &[], b""), 200, KEY_FOUND);
        }
        let key = [("sellerkey", app.seller_key.as_str())];
        assert_json(&request(&app.address, "POST", path, &[FORM], form(&key).as_bytes()), 200, KEY_FOUND);
        let target = format!("{path}?sellerkey={}&type=setseller", app.seller_key);
        let twice = request(&app.address, "GET", &target, &[], b"");
        assert!(twice.text().contains("defined more than 1 time"), "{twice:?}");
    }
    for path in ["//api/seller/", "/api//seller", "/api/seller//", "//api/seller//"] {
        let target = format!("{path}?sellerkey={}&type=setseller", app.seller_key);
        assert_json(&request(&app.address, "GET", &target, &[], b""), 200, KEY_FOUND);
    }
    let unknown = r#"{"success":false,"message":"Type doesn't exist"}"#;
    let target = format!("/api/seller/nonsense/?sellerkey={}", app.seller_key);
    assert_json(&request(&app.address, "GET", &target, &[], b""), 200, unknown);
}

#[test]
fn paths_of_nothing_and_methods_of_none_have_the_form_too() {
    let server = Server::start();
    let send = |method: &str, path: &str| request(&server.app.address, method, path, &[], b"");
    for path in
        ["/api/", "/api", "/api/1.4/", "/api/1.3/x", "/api/seller/add/x", "/api/seller/add/x/", "//api//x"]
    {
        for method in ["GET", "POST", "PUT"] {
            assert_json(&send(method, path), 404, r#"{"success":false,"message":"Not found"}"#);
        }
    }
    let none = r#"{"success":false,"message":"Method not allowed"}"#;
    for path in ["/api/openapi.json", "/api/docs/", "/healthz"] {
        assert_json(&send("POST", path), 405, none);
    }
    assert_json(&send("DELETE", "/api/seller/add/"), 405, none);
    assert_json(&send("DELETE", "//api/1.3/"), 405, none);
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

#[test]
fn where_a_body_ends_is_never_a_matter_of_opinion() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.3");
    let send = |lengths: &str, body: &str| {
        let head =
            "POST /api/seller/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let bytes = format!("{head}Connection: close\r\n{lengths}\r\n\r\n{body}");
        exchange(&app.address, bytes.as_bytes(), false).expect("a reply")
    };
    // What a proxy may take for the rest of the body.
    let inner = format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", app.seller_target("type=killall"));
    for lengths in [
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 0, 5",
        "Content-Length: +0",
        "Content-Length: 0x0",
        "Content-Length: -1",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: 0\r\nTransfer-Encoding: gzip",
    ] {
        assert_eq!(send(lengths, &inner).status, 400, "{lengths}");
    }
    // With both, the chunks count, as RFC 9112 has it.
    let form = form(&[("sellerkey", &app.seller_key), ("type", "setseller")]);
    let chunked = format!("{:x}\r\n{form}\r\n0\r\n\r\n", form.len());
    let both = "Content-Length: 3\r\nTransfer-Encoding: chunked";
    assert_json(&send(both, &chunked), 200, KEY_FOUND);
    session.is_unvalidated();
}
