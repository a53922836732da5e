//! The dashboard's door: who is let in, which forms are taken, what all pages carry.

use crate::support::{Browser, Reply, Server, escaped, postgres::Database};

const SIGN_IN: &str = "/dashboard/-/sign-in";
const SIGN_OUT: &str = "/dashboard/-/sign-out";

fn assert_redirected(reply: &Reply, to: &str) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(to)), "{}", reply.text());
}

fn assert_signed_in(browser: &Browser, whether: bool) {
    assert_eq!(browser.get("/dashboard/").status == 200, whether);
}

#[test]
fn leads_to_the_sign_in_and_back() {
    let server = Server::start();
    let browser = Browser::new(&server.app.address);
    let page = "/dashboard/demo-app/?range=a%20b";
    assert_redirected(
        &browser.get(page),
        "/dashboard/-/sign-in?next=%2Fdashboard%2Fdemo-app%2F%3Frange%3Da%2520b",
    );
    let fields = [("name", "demo"), ("password", &server.demo.dashboard.password), ("next", page)];
    assert_redirected(&browser.post(SIGN_IN, &fields), page);
    assert_eq!(browser.get(page).status, 200);
    assert_redirected(&browser.get(SIGN_IN), "/dashboard/");
    assert_redirected(&browser.post(SIGN_OUT, &[]), SIGN_IN);
    assert_signed_in(&browser, false);
    let page = browser.get(SIGN_IN);
    assert!(page.text().contains("You are signed out."), "{}", page.text());
    // It is said once.
    assert!(!browser.get(SIGN_IN).text().contains("You are signed out."));
}

#[test]
fn browsers_are_led_from_the_root() {
    let server = Server::start();
    let browser = Browser::new(&server.app.address);
    assert_redirected(&browser.send("GET", "/", &[("Accept", "text/html,*/*;q=0.8")], b""), "/dashboard/");
    let reply = browser.send("GET", "/", &[("Accept", "*/*")], b"");
    assert!(reply.status == 200 && reply.text().contains("/dashboard/"), "{}", reply.text());
    assert_redirected(&browser.get("/dashboard"), "/dashboard/-/sign-in?next=%2Fdashboard");
}

#[test]
fn never_leads_to_another_site() {
    let server = Server::start();
    for next in
        ["https://evil.example/", "//evil.example/", "/\\evil.example", "/dashboard//evil", "javascript:x"]
    {
        let browser = Browser::new(&server.app.address);
        let fields = [("name", "demo"), ("password", &server.demo.dashboard.password), ("next", next)];
        assert_redirected(&browser.post(SIGN_IN, &fields), "/dashboard/");
    }
}

#[test]
fn refuses_wrong_names_and_passwords_alike() {
    let server = Server::start();
    let hostile = "<script>\"'&\u{202e}😀";
    for (name, password) in [("demo", "wrong"), ("nobody", "wrong"), (hostile, "\0"), ("", "")] {
        let browser = Browser::new(&server.app.address);
        let reply = browser.post(SIGN_IN, &[("name", name), ("password", password)]);
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains("Name or password is wrong."), "{}", reply.text());
        assert!(reply.text().contains(&format!("value=\"{}\"", escaped(name))), "{}", reply.text());
        assert_signed_in(&browser, false);
    }
}

#[test]
fn refuses_forms_of_others() {
    let server = Server::start();
    let (mine, other) = (server.browser(), server.browser());
    let (token, foreign) = (mine.token(), other.token());
    assert_ne!(token, foreign);
    let same = [("Sec-Fetch-Site", "same-origin")];
    for (fields, headers) in [
        (vec![], &same[..]),
        (vec![("token", "")], &same),
        (vec![("token", foreign.as_str())], &same),
        (vec![("token", token.as_str())], &[("Sec-Fetch-Site", "cross-site")]),
        (vec![("token", token.as_str())], &[("Sec-Fetch-Site", "same-site")]),
        (vec![("token", token.as_str())], &[("Origin", "https://evil.example")]),
        (vec![("token", token.as_str())], &[("Origin", "null")]),
        (vec![], &[]),
    ] {
        let reply = mine.post_as(SIGN_OUT, &fields, headers);
        assert_eq!(reply.status, 403, "{fields:?} {headers:?}: {}", reply.text());
        assert_signed_in(&mine, true);
    }
    let origin = format!("http://{}", server.app.address);
    assert_redirected(&mine.post_as(SIGN_OUT, &[("token", &token)], &[("Origin", &origin)]), SIGN_IN);
    // Twice: the second one finds nobody.
    let reply = mine.post_as(SIGN_OUT, &[("token", &token)], &same);
    assert_redirected(&reply, SIGN_IN);
    assert_signed_in(&other, true);
}

#[test]
fn what_is_not_there_looks_like_what_is_others() {
    let server = Server::start();
    server.cli.ok(&["owner", "create", "other"]);
    server.cli.ok(&["app", "create", "--owner", "other", "theirs"]);
    let browser = server.browser();
    let missing = browser.get("/dashboard/nothing/");
    for path in
        ["/dashboard/theirs/", "/dashboard/~2/", "/dashboard/~99/", "/dashboard/~x/", "/dashboard/%00/"]
    {
        let reply = browser.get(path);
        assert_eq!((reply.status, reply.text()), (404, missing.text()), "{path}");
    }
    assert_eq!(browser.get("/dashboard/~1/").status, 200);
    assert_eq!(browser.get("/dashboard/DEMO-app/").status, 200);
    assert_eq!(browser.get("/dashboard/-/nothing").status, 404);
    assert_eq!(browser.send("PUT", "/dashboard/", &[], b"").status, 405);
    assert_eq!(browser.get(SIGN_OUT).status, 405);
}

#[test]
fn all_pages_are_guarded() {
    let server = Server::start();
    let browser = server.browser();
    for path in ["/dashboard/", "/dashboard/demo-app/", "/dashboard/nothing/", "/dashboard/-/sign-in"] {
        let reply = browser.get(path);
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    let page = browser.get("/dashboard/").text().to_owned();
    let asset = page.split('"').find(|text| text.starts_with("/dashboard/-/assets/")).expect("an asset");
    let long = format!("/dashboard/?a={}", "x".repeat(40_000));
    let large = format!("name={}", "x".repeat(200_000));
    for (method, path, body, status) in [
        ("GET", asset, "", 200),
        ("POST", asset, "", 405),
        ("PUT", "/dashboard/", "", 405),
        ("GET", long.as_str(), "", 431),
        ("POST", SIGN_IN, large.as_str(), 413),
        ("POST", SIGN_OUT, "", 403),
        ("GET", "/login", "", 303),
    ] {
        let reply = browser.send(method, path, &[], body.as_bytes());
        assert_eq!(reply.status, status, "{method} {path:.60}");
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{method} {path:.60}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{method} {path:.60}");
    }
    let cookies = Browser::new(&server.app.address).get(SIGN_IN);
    let cookie = cookies.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("claviger-visit=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[test]
fn cookies_insist_on_tls_where_there_is_any() {
    let server = Server::start_with("public_url = \"https://licenses.example\"\n");
    let browser = Browser::new(&server.app.address);
    let reply = browser.get(SIGN_IN);
    let cookie = reply.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-claviger-visit=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[test]
fn reads_no_more_than_a_page_sends() {
    let server = Server::start();
    let browser = server.browser();
    let token = browser.token();
    let looks = |rest: &str| {
        let body = format!("token={token}&theme=dark&{rest}");
        browser.send(
            "POST",
            "/dashboard/-/account/looks",
            &[("Sec-Fetch-Site", "same-origin")],
            body.as_bytes(),
        )
    };
    for rest in [format!("x={}", "y".repeat(1024 * 1024)), "a&".repeat(2000), "&".repeat(500_000)] {
        let reply = looks(&rest);
        assert_eq!(reply.status, 413, "{rest:.10}");
        assert!(reply.text().contains("Nothing was changed"), "{}", reply.text());
    }
    assert_eq!(browser.get(&format!("/dashboard/?{}", "a&".repeat(2000))).status, 413);
    assert!(!browser.get("/dashboard/").text().contains("data-theme=\"dark\""));
    let reply = looks(&format!("x={}&{}", "y".repeat(500_000), "a&".repeat(1900)));
    assert_eq!(reply.status, 303, "{}", reply.text());
}

#[test]
fn nul_is_a_character_like_others_on_every_database() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let browser = Browser::new(&server.app.address);
    for (name, password) in [("de\0mo", "x"), ("\0", "\0")] {
        let reply = browser.post(SIGN_IN, &[("name", name), ("password", password)]);
        assert_eq!(reply.status, 422, "{}", reply.text());
    }
    let browser = server.browser();
    for path in ["/dashboard/%00/", "/dashboard/demo%00app/", "/dashboard/%ff/"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    for path in
        ["seller-logs?text=a%00b", "audit-log?key=a%00b&text=a%00b", "find?text=a%00b", "sessions?user=a%00b"]
    {
        let reply = browser.get(&format!("/dashboard/demo-app/{path}"));
        assert!(reply.status < 500, "{path}: {}", reply.text());
    }
}

#[test]
fn a_browser_has_one_sign_in() {
    let server = Server::start();
    let browser = server.browser();
    let before = browser.clone();
    assert_signed_in(&before, true);
    let fields = [("name", "demo"), ("password", server.demo.dashboard.password.as_str())];
    assert_eq!(browser.post(SIGN_IN, &fields).status, 303);
    assert_signed_in(&browser, true);
    assert_signed_in(&before, false);
}

#[test]
fn assets_are_kept_for_ever() {
    let server = Server::start();
    let browser = Browser::new(&server.app.address);
    let page = browser.get(SIGN_IN);
    let paths: Vec<&str> =
        page.text().split('"').filter(|text| text.starts_with("/dashboard/-/assets/")).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    for path in paths {
        let reply = browser.send("GET", path, &[("Accept-Encoding", "gzip")], b"");
        assert_eq!((reply.status, reply.header("content-encoding")), (200, Some("gzip")), "{path}");
        assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    assert_eq!(server.browser().get("/dashboard/-/assets/style-0.css").status, 404);
}
