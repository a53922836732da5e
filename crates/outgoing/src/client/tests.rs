use super::*;
use crate::testing::{Names, Server, Then, foreign_roots, ok, redirect, test_roots};

mod redirects;

/// A client that may reach 127.0.0.1.
fn local() -> Outgoing {
    with(&["127.0.0.1"], Names::new([("good.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])]))
}

fn with(allow: &[&str], names: Names) -> Outgoing {
    shared(allow, &Arc::new(names), test_roots())
}

fn shared(allow: &[&str], names: &Arc<Names>, roots: RootCertStore) -> Outgoing {
    let allow = allow.iter().map(|text| text.parse().unwrap()).collect();
    Outgoing::with(OutgoingOptions { allow, own_url: None }, names.clone(), roots).unwrap()
}

/// A call that has all the time it needs.
fn get(url: &str) -> Call<'_> {
    Call {
        url,
        body: None,
        content_type: None,
        user_agent: "Claviger",
        max_bytes: 1000,
        timeout: Duration::from_secs(60),
        redirects: Redirects::Any,
        headers: &[],
    }
}

fn answer(status: u16, body: &str) -> Result<Answer, CallError> {
    Ok(Answer { status, body: body.into() })
}

#[tokio::test]
async fn get_and_post() {
    let server = Server::saying(ok("hello")).await;
    let url = server.url("/hook?key=1");
    let outgoing = local();
    let headers = [("x-one", "1")];
    assert_eq!(outgoing.call(Call { headers: &headers, ..get(&url) }).await, answer(200, "hello"));
    let post = Call { body: Some(b"{}".to_vec()), content_type: Some("application/json"), ..get(&url) };
    assert_eq!(outgoing.call(post).await, answer(200, "hello"));
    let host = format!("host: 127.0.0.1:{}", server.port);
    assert_eq!(
        server.requests(),
        [
            format!(
                "GET /hook?key=1 HTTP/1.1\r\nuser-agent: Claviger\r\nx-one: 1\r\naccept: */*\r\n{host}\r\n\r\n"
            ),
            format!(
                "POST /hook?key=1 HTTP/1.1\r\nuser-agent: Claviger\r\ncontent-type: application/json\r\n\
                 accept: */*\r\n{host}\r\ncontent-length: 2\r\n\r\n{{}}"
            ),
        ]
    );
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::saying(ok("hello")).await;
    let (url, outgoing) = (server.url("/"), local());
    // A connection may come back too late for the next call, but not for all of them.
    for _ in 0..100 {
        assert_eq!(outgoing.call(get(&url)).await, answer(200, "hello"));
    }
    assert!(server.connections() < 100);
}

#[tokio::test]
async fn any_status_is_an_answer() {
    let server = Server::saying("HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy").await;
    assert_eq!(local().call(get(&server.url("/"))).await, answer(503, "busy"));
}

#[tokio::test]
async fn addresses_that_are_none() {
    let outgoing = local();
    for url in [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://",
        "http://user@example.org/",
        "http://:password@example.org/",
        "http://[fe80::1%25eth0]/",
        "http://256.0.0.1/",
        "http://a b/",
    ] {
        assert_eq!(outgoing.check_url(url), Err(CallError::BadUrl), "{url}");
        assert_eq!(outgoing.call(get(url)).await, Err(CallError::BadUrl), "{url}");
    }
}

#[tokio::test]
async fn addresses_for_later_are_checked_without_asking_anybody() {
    let names = Arc::new(Names::new([]));
    let outgoing = shared(&["10.1.0.0/16"], &names, test_roots());
    for url in ["https://example.org/hook", "http://8.8.8.8:8080/", "http://10.1.2.3/"] {
        assert_eq!(outgoing.check_url(url), Ok(()), "{url}");
    }
    for (url, host) in [
        ("http://127.1/x", "127.0.0.1"),
        ("http://10.0.0.1/", "10.0.0.1"),
        ("http://[::ffff:10.0.0.1]/", "[::ffff:a00:1]"),
    ] {
        assert_eq!(outgoing.check_url(url), Err(CallError::Forbidden(host.into())), "{url}");
    }
    assert!(names.asked().is_empty());
}

#[tokio::test]
async fn inner_addresses_are_not_called() {
    let server = Server::saying(ok("inner")).await;
    let names: [(&str, &[&str]); 3] = [
        ("inner.test", &["127.0.0.1"]),
        ("mapped.test", &["::ffff:127.0.0.1"]),
        ("several.test", &["127.0.0.1", "10.0.0.1", "fe80::1"]),
    ];
    let outgoing = with(&[], Names::new(names));
    for host in ["127.0.0.1", "inner.test", "mapped.test", "several.test"] {
        let url = format!("http://{host}:{}/secret?password=hunter2", server.port);
        let error = outgoing.call(get(&url)).await.unwrap_err();
        assert_eq!(error, CallError::Forbidden(host.into()));
        assert_eq!(
            error.to_string(),
            format!("{host} is an inner address; the operator can allow it with outgoing_allow")
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn inner_addresses_of_a_name_are_passed_over() {
    let server = Server::saying(ok("hello")).await;
    let names = Names::new([("mixed.test", &["10.0.0.1", "127.0.0.1", "::1"])]);
    let url = format!("http://mixed.test:{}/", server.port);
    assert_eq!(with(&["127.0.0.1"], names).call(get(&url)).await, answer(200, "hello"));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_checked_again() {
    let server = Server::start(|_| (ok("hello"), Then::Close)).await;
    let names = Arc::new(Names::changing("rebind.test", &[&["127.0.0.1"], &["127.0.0.2"]]));
    let outgoing = shared(&["127.0.0.1"], &names, test_roots());
    let url = format!("http://rebind.test:{}/", server.port);
    assert_eq!(outgoing.call(get(&url)).await, answer(200, "hello"));
    assert_eq!(names.asked().len(), 1, "nothing is asked between check and connection");
}

#[tokio::test]
async fn a_name_that_turns_inner_is_refused_at_the_next_connection() {
    let server = Server::saying(redirect(302, "http://rebind.test:1/")).await;
    let names = Arc::new(Names::changing("rebind.test", &[&["127.0.0.1"], &["127.0.0.2"]]));
    let outgoing = shared(&["127.0.0.1"], &names, test_roots());
    let url = format!("http://rebind.test:{}/", server.port);
    assert_eq!(outgoing.call(get(&url)).await, Err(CallError::Forbidden("rebind.test".into())));
    assert_eq!(names.asked().len(), 2);
}

#[tokio::test]
async fn hosts_that_the_operator_names_may_be_inner() {
    let (named, other) = (Server::saying(ok("named")).await, Server::saying(ok("other")).await);
    let allow = format!("hooks.test:{}", named.port);
    let outgoing = with(&[&allow], Names::new([("hooks.test", &["127.0.0.1"])]));
    let url = format!("http://hooks.test:{}/", named.port);
    assert_eq!(outgoing.call(get(&url)).await, answer(200, "named"));
    let url = format!("http://hooks.test:{}/", other.port);
    assert_eq!(outgoing.call(get(&url)).await, Err(CallError::Forbidden("hooks.test".into())));
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn answers_of_any_length_are_measured() {
    let chunk = |body: &str| format!("{:x}\r\n{body}\r\n", body.len());
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = |body: &str| format!("{head}{}0\r\n\r\n", chunk(body));
    let halves = |body: &str| {
        let (first, second) = body.split_at(body.len() / 2);
        format!("{head}{}{}0\r\n\r\n", chunk(first), chunk(second))
    };
    let until_close = |body: &str| format!("HTTP/1.1 200 OK\r\n\r\n{body}");
    let (fits, too_long) = ("x".repeat(1000), "x".repeat(1001));
    let too_large = || Err(CallError::TooLarge("127.0.0.1".into(), 1000));
    for (text, then, expected) in [
        (ok(&fits), Then::Next, answer(200, &fits)),
        (ok(&too_long), Then::Next, too_large()),
        (chunked(&fits), Then::Next, answer(200, &fits)),
        (chunked(&too_long), Then::Next, too_large()),
        (halves(&fits), Then::Next, answer(200, &fits)),
        (halves(&"x".repeat(1002)), Then::Next, too_large()),
        (until_close(&fits), Then::Close, answer(200, &fits)),
        (until_close(&too_long), Then::Close, too_large()),
        (until_close(""), Then::Flood, too_large()),
        // The length alone is enough.
        ("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".into(), Then::Stall, too_large()),
    ] {
        let server = Server::start(move |_| (text.clone(), then)).await;
        assert_eq!(local().call(get(&server.url("/"))).await, expected);
    }
}

#[tokio::test]
async fn the_time_limit_is_for_the_whole_call() {
    let timeout = Duration::from_millis(100);
    for text in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"] {
        let server = Server::start(move |_| (text.into(), Then::Stall)).await;
        let url = server.url("/secret");
        let error = local().call(Call { timeout, ..get(&url) }).await.unwrap_err();
        assert_eq!(error, CallError::Timeout("127.0.0.1".into()), "{text}");
        assert_eq!(error.to_string(), "127.0.0.1 does not answer in time");
    }
}

#[tokio::test]
async fn failures_name_the_host_and_the_reason_only() {
    let closed = Server::start(|_| (String::new(), Then::Close)).await;
    let broken = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: nonsense\r\n\r\n").await;
    let cut =
        Server::start(|_| ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel".into(), Then::Close)).await;
    // Bound, so that it is nobody else's, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    for (host, reason) in [
        (format!("127.0.0.1:{}", closed.port), "closed before message completed"),
        (format!("127.0.0.1:{}", broken.port), "invalid"),
        (format!("127.0.0.1:{}", cut.port), "end of file"),
        (deaf.local_addr().unwrap().to_string(), "refused"),
        ("unknown.test".into(), "no such name"),
    ] {
        let url = format!("http://{host}/path-secret?query-secret#fragment-secret");
        let error = local().call(get(&url)).await.unwrap_err();
        assert!(matches!(error, CallError::Unreachable(..)), "{error}");
        let (text, debug) = (error.to_string(), format!("{error:?}"));
        assert!(text.starts_with(host.split(':').next().unwrap()) && text.contains(reason), "{text}");
        assert!(!text.contains("secret") && !debug.contains("secret"), "{text} {debug}");
    }
}

#[tokio::test]
async fn headers_are_not_broken_up() {
    let server = Server::saying(ok("hello")).await;
    let url = server.url("/");
    let call = Call { user_agent: "a\r\nx-evil: 1", ..get(&url) };
    assert_eq!(local().call(call).await, Err(CallError::BadHeader));
    let call = Call { content_type: Some("text/plain\n"), body: Some(Vec::new()), ..get(&url) };
    assert_eq!(local().call(call).await, Err(CallError::BadHeader));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn https_checks_certificate_and_name() {
    let server = Server::start_tls(|_| (ok("sealed"), Then::Next)).await;
    let names = || Arc::new(Names::new([("good.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])]));
    let good = format!("https://good.test:{}/", server.port);
    let other = format!("https://other.test:{}/", server.port);
    let outgoing = shared(&["127.0.0.1"], &names(), test_roots());
    assert_eq!(outgoing.call(get(&good)).await, answer(200, "sealed"));
    let error = outgoing.call(get(&other)).await.unwrap_err().to_string();
    assert!(error.contains("certificate not valid for name"), "{error}");

    let error =
        shared(&["127.0.0.1"], &names(), foreign_roots()).call(get(&good)).await.unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn without_roots_only_https_fails() {
    let server = Server::saying(ok("hello")).await;
    let names = Arc::new(Names::new([("good.test", &["127.0.0.1"])]));
    let outgoing = shared(&["127.0.0.1"], &names, RootCertStore::empty());
    let url = format!("good.test:{}/secret", server.port);
    assert_eq!(outgoing.call(get(&format!("http://{url}"))).await, answer(200, "hello"));
    let error = outgoing.call(get(&format!("https://{url}"))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "good.test cannot be reached: https needs root certificates; install the package ca-certificates"
    );
    assert_eq!(server.connections(), 1);
}
