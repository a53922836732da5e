use super::*;

#[tokio::test]
async fn redirects_lead_to_no_inner_address() {
    let inner = Server::saying(ok("inner")).await;
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "inner.test"] {
        let target = format!("http://{host}:{}/", inner.port);
        // The second step of three leads there.
        let outer = Server::start(move |request| {
            let next = if request.starts_with("GET /second") { &target } else { "/second" };
            (redirect(302, next), Then::Next)
        })
        .await;
        let allow = format!("good.test:{}", outer.port);
        let names = Names::new([("good.test", &["127.0.0.1"]), ("inner.test", &["127.0.0.1"])]);
        let url = format!("http://good.test:{}/", outer.port);
        let result = with(&[&allow], names).call(get(&url)).await;
        assert!(matches!(result, Err(CallError::Forbidden(_))), "{host}: {result:?}");
        assert_eq!(outer.requests().len(), 2);
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn redirects_are_followed_as_the_call_says() {
    let other = Server::saying(ok("other")).await;
    let elsewhere = other.url("/");
    let server = Server::start(move |request| {
        let reply = match request.split(' ').nth(1) {
            Some("/same") => redirect(302, "/end"),
            Some("/elsewhere") => redirect(302, &elsewhere),
            Some("/user") => redirect(302, "http://user:password@127.0.0.1/"),
            Some("/scheme") => redirect(302, "ftp://127.0.0.1/"),
            Some("/nowhere") => "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".into(),
            _ => ok("end"),
        };
        (reply, Then::Next)
    })
    .await;
    let outgoing = local();
    let refused = || Err(CallError::Redirected("127.0.0.1".into()));
    for (path, redirects, expected) in [
        ("/same", Redirects::None, answer(302, "")),
        ("/same", Redirects::SameHost, answer(200, "end")),
        ("/same", Redirects::Any, answer(200, "end")),
        ("/elsewhere", Redirects::None, answer(302, "")),
        ("/elsewhere", Redirects::SameHost, refused()),
        ("/elsewhere", Redirects::Any, answer(200, "other")),
        ("/user", Redirects::Any, refused()),
        ("/scheme", Redirects::Any, refused()),
        ("/nowhere", Redirects::Any, answer(302, "")),
    ] {
        let result = outgoing.call(Call { redirects, ..get(&server.url(path)) }).await;
        assert_eq!(result, expected, "{path} {redirects:?}");
    }
    assert_eq!(other.connections(), 1);
}

#[test]
fn the_same_host() {
    for (from, to, same) in [
        ("http://h/", "http://h/x", true),
        ("http://h/", "http://h:80/x", true),
        ("http://h/", "https://h/", true),
        ("http://h:8080/", "https://h:8080/", true),
        ("https://h/", "http://h/", false),
        ("https://h:8443/", "http://h:8443/", false),
        ("http://h/", "https://h:8443/", false),
        ("http://h:8080/", "https://h/", false),
        ("http://h/", "http://h:8080/", false),
        ("http://h/", "http://g/", false),
        ("http://h/", "http://www.h/", false),
    ] {
        let parse = |text: &str| Url::parse(text).unwrap();
        assert_eq!(is_same_host(&parse(from), &parse(to)), same, "{from} {to}");
    }
}

#[tokio::test]
async fn five_redirects_and_no_more() {
    let server = Server::start(|request| {
        let step: usize = request[5..6].parse().unwrap();
        let reply = if step == 0 { ok("end") } else { redirect(302, &format!("/{}", step - 1)) };
        (reply, Then::Next)
    })
    .await;
    assert_eq!(local().call(get(&server.url("/5"))).await, answer(200, "end"));
    let result = local().call(get(&server.url("/6"))).await;
    assert_eq!(result, Err(CallError::TooManyRedirects("127.0.0.1".into())));
    assert_eq!(server.requests().len(), 12);
}

#[tokio::test]
async fn a_redirected_post() {
    for (status, repeated) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let server = Server::start(move |request| {
            let first = request.starts_with("POST /first");
            (if first { redirect(status, "/second") } else { ok("end") }, Then::Next)
        })
        .await;
        let url = server.url("/first");
        let post = Call { body: Some(b"body".to_vec()), content_type: Some("text/plain"), ..get(&url) };
        assert_eq!(local().call(post).await, answer(200, "end"));
        let second = &server.requests()[1];
        assert!(second.starts_with(if repeated { "POST /second" } else { "GET /second" }), "{second}");
        assert_eq!(second.ends_with("\r\n\r\nbody"), repeated, "{second}");
        assert_eq!(second.contains("content-type"), repeated, "{second}");
    }
}
