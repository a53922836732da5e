//! The dashboard's page of sessions: filters, pages, killing, files, live updates, plots.

use crate::support::http::form;
use crate::support::proxied::{PROXY, init_from, on_both};
use crate::support::{Browser, Live, Reply, Server, Session, encode, escaped, eventually};

const SESSIONS: &str = "/dashboard/demo-app/sessions";
const KILL: &str = "/dashboard/demo-app/sessions/kill";
const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

/// The ids of the rows of a page, in their order.
fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = reply.text().split("<tr id=\"s-").skip(1);
    rows.map(|row| row.split('"').next().expect("an id").to_owned()).collect()
}

fn shown(browser: &Browser, query: &str) -> Vec<String> {
    ids(&browser.get(&format!("{SESSIONS}?{query}")))
}

/// Where a link of a page leads, by what is in its tag.
fn link(reply: &Reply, mark: &str) -> Option<String> {
    let (before, _) = reply.text().split_once(mark)?;
    let (_, href) = before.rsplit_once("href=\"").expect("a link");
    Some(href.split('"').next().expect("its end").replace("&#38;", "&"))
}

fn assert_killed(browser: &Browser, fields: &[(&str, &str)], said: &str) {
    let reply = browser.post(KILL, fields);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get(reply.header("location").expect("where to go"));
    assert!(
        page.text().contains(&format!("<p class=\"saying\" role=\"status\">{said}</p>")),
        "{said}: {}",
        page.text()
    );
}

#[test]
fn sessions_are_found() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let empty = browser.get(SESSIONS);
        assert!(empty.text().contains("No program runs"), "{}", empty.text());
        let other = server.create_app("other");
        init_from(&other, "192.0.2.1");
        let hostile = "<b>\"&'\u{1F980} علی";
        let addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::7", "192.0.2.1"];
        let sessions = addresses.map(|address| init_from(app, address));
        let [first, second, third, fourth] = sessions.each_ref().map(|session| session.id.clone());
        sessions[0].register(hostile, "p", server.license(0));
        sessions[1].register("Bob_7", "p", server.license(1));
        let page = browser.get(SESSIONS);
        assert_eq!(ids(&page), [&fourth, &third, &second, &first].map(String::as_str));
        assert!(page.text().contains(&escaped(hostile)) && !page.text().contains("<b>\""), "{}", page.text());
        assert!(page.text().contains("data-live-count>4 live</span>"), "{}", page.text());
        for part in [
            "<td class=\"wide-only\">1.1</td>",
            "<time datetime=\"20",
            "not signed in",
            "<figure class=\"plot\">",
        ] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        for (query, expected) in [
            ("order=oldest".to_owned(), vec![&first, &second, &third, &fourth]),
            ("user=bOB_7".into(), vec![&second]),
            (format!("user={}", encode(hostile)), vec![&first]),
            ("user=Bo".into(), vec![]),
            ("user=%00Bob%00x".into(), vec![]),
            ("ip=192.0.2.1".into(), vec![&fourth, &first]),
            ("ip=192.0.2.0/24&order=oldest".into(), vec![&first, &second, &fourth]),
            ("ip=2001:0DB8::/32".into(), vec![&third]),
            ("signed_in=yes".into(), vec![&second, &first]),
            ("signed_in=no&ip=192.0.2.1".into(), vec![&fourth]),
            ("text=OB_".into(), vec![&second]),
            (format!("text={}", &third[9..]), vec![&third]),
            (format!("text={}", &third[..20]), vec![&third]),
            ("text=%25".into(), vec![]),
            ("text=%00".into(), vec![&fourth, &third, &second, &first]),
            ("text=a%00b".into(), vec![]),
            ("text=%FF".into(), vec![]),
        ] {
            assert_eq!(
                shown(&browser, &query),
                expected.into_iter().map(String::as_str).collect::<Vec<_>>(),
                "{query}"
            );
        }
        for query in ["ip=x", "ip=192.0.2.1/33", &format!("text={}", "x".repeat(10_000))] {
            let reply = browser.get(&format!("{SESSIONS}?{query}"));
            assert_eq!(reply.status, 422);
            assert!(reply.text().contains("class=\"problem\" role=\"alert\""), "{}", reply.text());
        }
        let kept = browser.get(&format!("{SESSIONS}?user={}&signed_in=no", encode(hostile)));
        assert!(
            kept.text().contains(&format!("name=\"user\" value=\"{}\"", escaped(hostile))),
            "{}",
            kept.text()
        );
        assert!(kept.text().contains("No session is like this"));
    });
}

#[test]
fn pages_lead_on_and_back() {
    let server = Server::start_with(PROXY);
    let (app, browser) = (&server.app, server.browser());
    let mut all: Vec<String> = (0..120).map(|n| init_from(app, &format!("192.0.2.{}", n % 2)).id).collect();
    all.reverse();
    let first = browser.get(SESSIONS);
    assert_eq!(ids(&first), all[..50]);
    assert_eq!(link(&first, "rel=\"prev\""), None);
    let second = browser.get(&link(&first, "rel=\"next\"").expect("a next page"));
    assert_eq!(ids(&second), all[50..100]);
    let third = browser.get(&link(&second, "rel=\"next\"").expect("a next page"));
    assert_eq!(ids(&third), all[100..]);
    assert_eq!(link(&third, "rel=\"next\""), None);
    let back = browser.get(&link(&third, "rel=\"prev\"").expect("a page before"));
    assert_eq!(ids(&back), all[50..100]);
    // What begins meanwhile moves nothing.
    let new = init_from(app, "192.0.2.1").id;
    assert_eq!(ids(&browser.get(&link(&first, "rel=\"next\"").expect("a next page"))), all[50..100]);
    assert_eq!(shown(&browser, "")[0], new);
    // The filter goes along.
    let odd = browser.get(&format!("{SESSIONS}?ip=192.0.2.1&order=oldest"));
    let more = link(&odd, "rel=\"next\"").expect("a next page");
    assert!(more.contains("ip=192.0.2.1&order=oldest&after="), "{more}");
    assert_eq!(ids(&browser.get(&more)).len(), 11);
    for query in ["after=x", "before=", "after=%00&before=x"] {
        assert_eq!(shown(&browser, query).len(), 50, "{query}");
    }
}

#[test]
fn what_is_meant_is_killed() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let theirs = init_from(&server.create_app("other"), "192.0.2.1");
        let sessions: Vec<Session> =
            (0..8).map(|n| init_from(app, ["192.0.2.1", "192.0.2.2"][n % 2])).collect();
        let alive = || shown(&browser, "order=oldest");
        let id = |n: usize| sessions[n].id.as_str();
        sessions[7].register("Bob", "p", server.license(0));
        // One, asked for first.
        let ask = browser.get(&format!("{KILL}?id={}", id(0)));
        for part in ["Kill 1 session?", "<button class=\"danger\" autofocus>Kill 1 session</button>", id(0)] {
            assert!(ask.text().contains(part), "{part}: {}", ask.text());
        }
        assert_eq!(alive().len(), 8, "asking kills nobody");
        assert_killed(&browser, &[("id", id(0))], "Killed 1 session.");
        sessions[0].is_dead();
        assert_killed(&browser, &[("id", id(0))], "No such session lives any more.");
        // Some, with what is none among them.
        let some = [("id", id(1)), ("id", id(2)), ("id", id(2)), ("id", "x"), ("id", &theirs.id)];
        assert!(browser.get(&format!("{KILL}?{}", form(&some))).text().contains("Kill 2 sessions?"));
        assert_killed(&browser, &some, "Killed 2 sessions.");
        assert_eq!(alive(), [3, 4, 5, 6, 7].map(id));
        // All that match.
        let filter = [("ip", "192.0.2.2"), ("signed_in", "no")];
        assert!(browser.get(&format!("{KILL}?{}", form(&filter))).text().contains("Kill 2 sessions?"));
        assert_killed(&browser, &filter, "Killed 2 sessions.");
        assert_eq!(alive(), [4, 6, 7].map(id));
        assert_killed(&browser, &[("user", "bob")], "Killed 1 session.");
        assert_killed(&browser, &[("text", &id(4)[8..])], "Killed 1 session.");
        // Nothing said, nothing killed.
        for fields in [
            &[][..],
            &[("ip", "")],
            &[("chosen", "yes")],
            &[("id", "")],
            &[("id", "x"), ("all", "yes")],
            &[("ip", "x")],
            &[("all", "no")],
        ] {
            let reply = browser.post(KILL, fields);
            assert_eq!(reply.status, 400, "{fields:?}: {}", reply.text());
        }
        assert_eq!(alive(), [6].map(id));
        let ask = browser.get(KILL);
        assert!(ask.text().contains("Kill 1 session?") && ask.text().contains("name=\"all\" value=\"yes\""));
        assert_killed(&browser, &[("all", "yes")], "Killed 1 session.");
        assert_killed(&browser, &[("all", "yes")], "No such session lives any more.");
        theirs.call("check", &[]);
        assert!(server.cli.run(&["session", "list", "demo/other"]).stdout.contains(&theirs.id));
        let told = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!(told[0]["type"], "kill", "{told}");
    });
}

#[test]
fn one_returns_to_where_one_was() {
    let server = Server::start_with(PROXY);
    let (app, browser) = (&server.app, server.browser());
    let session = init_from(app, "192.0.2.1");
    let from = format!("http://{}{SESSIONS}?ip=192.0.2.0%2F24&order=oldest", app.address);
    for header in ["Referer", "HX-Current-URL"] {
        let ask = browser.send("GET", &format!("{KILL}?id={}", session.id), &[(header, &from)], b"");
        assert!(ask.text().contains("name=\"back_ip\" value=\"192.0.2.0/24\""), "{}", ask.text());
    }
    let reply = browser.post(
        KILL,
        &[("id", &session.id), ("back_ip", "192.0.2.0/24"), ("back_all", "x"), ("back_order", "oldest")],
    );
    assert_eq!(reply.header("location"), Some(format!("{SESSIONS}?ip=192.0.2.0%2F24&order=oldest").as_str()));
    let gone = browser.get(&format!("{KILL}?id={}", session.id));
    assert_eq!((gone.status, gone.header("location")), (303, Some(SESSIONS)));
}

#[test]
fn nobody_sees_or_kills_what_is_not_theirs() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let session = app.init("1.1");
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    let nobody = Browser::new(&app.address);
    for page in ["", "/kill", "/live", "/export?format=csv", "/activity"] {
        let target = format!("{SESSIONS}{page}");
        assert_eq!(theirs.get(&target).status, 404, "{page}");
        let reply = nobody.get(&target);
        assert!(reply.header("location").is_some_and(|to| to.starts_with("/dashboard/-/sign-in")), "{page}");
    }
    let (token, foreign) = (browser.token(), theirs.token());
    let fields = |token| [("id", session.id.as_str()), ("token", token)];
    assert_eq!(theirs.post(KILL, &[("id", &session.id)]).status, 404);
    assert_eq!(nobody.post(KILL, &[("id", &session.id)]).status, 303);
    assert_eq!(browser.post_as(KILL, &fields(&foreign), &SAME).status, 403);
    assert_eq!(browser.post_as(KILL, &fields("")[..1], &SAME).status, 403);
    assert_eq!(browser.post_as(KILL, &fields(&token), &[("Sec-Fetch-Site", "cross-site")]).status, 403);
    assert_eq!(browser.post_as(KILL, &fields(&token), &[("Origin", "https://evil.example")]).status, 403);
    assert_eq!(app.session_ids(), [session.id.as_str()]);
    assert_eq!(browser.post_as(KILL, &fields(&token), &SAME).status, 303);
    session.is_dead();
}

#[test]
fn files_hold_what_the_filter_means() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let sessions: Vec<Session> =
            ["192.0.2.1", "192.0.2.2", "192.0.2.1"].map(|address| init_from(app, address)).into();
        sessions[0].register("=1+1,\"x\"", "p", server.license(0));
        let get = |query: &str| browser.get(&format!("{SESSIONS}/export?{query}"));
        let csv = get("format=csv");
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"demo-app-sessions.csv\""));
        let lines: Vec<&str> = csv.text().split("\r\n").collect();
        assert_eq!(lines[0], "id,user,address,api,began,expires,signed_in");
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert!(
            lines[1].starts_with(&format!("{},\"'=1+1,\"\"x\"\"\",192.0.2.1,1.1,20", sessions[0].id)),
            "{}",
            lines[1]
        );
        assert!(lines[1].ends_with(",yes") && lines[2].ends_with(",no"));
        let of = |query: &str| {
            let rows = get(&format!("format=json&{query}")).json();
            let rows = rows.as_array().expect("rows").clone();
            rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
        };
        let id = |n: usize| sessions[n].id.as_str();
        assert_eq!(of(""), [0, 1, 2].map(id));
        assert_eq!(of("ip=192.0.2.1"), [0, 2].map(id));
        assert_eq!(of("signed_in=no&ip=192.0.2.1"), [id(2)]);
        assert_eq!(of(&format!("text={}", &id(1)[10..])), [id(1)]);
        assert_eq!(of(&format!("user={}", encode("=1+1,\"X\""))), [id(0)]);
        for nobody in ["nobody", "a%00b", "%FF"] {
            assert_eq!(of(&format!("user={nobody}")), Vec::<String>::new(), "{nobody}");
        }
        for other in ["/dashboard/a%00b/sessions", "/dashboard/%00/sessions/export?format=csv"] {
            assert_eq!(browser.get(other).status, 404, "{other}");
        }
        for query in ["", "format=xml", "format=csv&ip=x"] {
            assert_eq!(get(query).status, 400, "{query}");
        }
    });
}

#[test]
fn what_happens_is_told_as_it_happens() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let before = init_from(app, "192.0.2.1");
        let page = browser.get(SESSIONS);
        let (_, rest) = page.text().split_once("data-live=\"").expect("where events are");
        let target = rest.split('"').next().expect("its end").replace("&#38;", "&");
        // Begun before the connection, and not on the page.
        let missed = init_from(app, "192.0.2.2");
        let mut live = Live::open(&app.address, &browser, &target);
        let filtered = format!("{SESSIONS}/live?ip=192.0.2.3&since={}", before.id);
        let mut filtered = Live::open(&app.address, &browser, &filtered);
        assert!(!live.until(&format!("<tr id=\"s-{}\">", missed.id)).contains(&before.id));
        let session = init_from(app, "192.0.2.3");
        let row = format!("<tr id=\"s-{}\">", session.id);
        for live in [&mut live, &mut filtered] {
            assert!(live.until(&row).contains("event: began\n"));
        }
        session.register("<i>Zoë</i>", "p", server.license(0));
        live.until("event: changed\n");
        live.until(&escaped("<i>Zoë</i>"));
        let row_on_page = browser
            .get(SESSIONS)
            .text()
            .split(&row)
            .nth(1)
            .expect("the row")
            .split("</tr>")
            .next()
            .expect("its end")
            .to_owned();
        let came = live.until("</tr>").replace("data: ", "");
        for part in row_on_page.lines().filter(|line| !line.contains("<time")) {
            assert!(came.contains(part), "the same HTML: {part}: {came}");
        }
        app.seller(&format!("type=kill&sessid={}", session.id));
        let ended = format!("event: ended\ndata: {}\n", session.id);
        live.until(&ended);
        assert!(!filtered.until(&ended).contains(&missed.id), "the filter holds");
        live.until("event: live\n");
    });
}

#[test]
fn live_pages_do_not_hold_up_the_end() {
    let mut server = Server::start();
    let live = Live::open(&server.app.address, &server.browser(), &format!("{SESSIONS}/live"));
    server.process.stop("TERM");
    assert!(live.into_end().ends_with("0\r\n\r\n"));
}

#[test]
fn what_happened_is_counted() {
    let server = Server::start();
    for n in 0..3 {
        server.app.init("1.1").register(&format!("user {n}"), "p", server.license(n));
    }
    server.app.login("user 1", "wrong", "hwid");
    // The counts that a node has in memory are written when it stops.
    let server = server.restart();
    let browser = server.browser();
    let page = browser.get(SESSIONS);
    for part in [
        "Inits: 4 in all, at most 4",
        "Sign-ins: 3 in all",
        "<svg",
        "aria-label=\"Started and signed in, each 15 minutes.",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    for (span, step, points) in [
        ("hour", "minute", 60),
        ("6h", "5 minutes", 72),
        ("day", "15 minutes", 96),
        ("week", "hour", 168),
        ("month", "6 hours", 120),
        ("quarter", "day", 90),
        ("%3Cb%3E", "15 minutes", 96),
    ] {
        let page = browser.get(&format!("{SESSIONS}/activity?span={span}"));
        let text = page.text();
        assert!(text.contains(&format!("<caption>For each {step}</caption>")), "{span}: {text}");
        assert_eq!(text.matches("<tr><td>").count(), points, "{span}");
        assert!(
            text.contains("<td class=\"right\">4</td><td class=\"right\">3</td><td class=\"right\">1</td>"),
            "{span}: {text}"
        );
        assert!(page.body.len() < 100 * 1024);
    }
    // Live sessions are counted beside the requests, once a minute.
    eventually("live sessions to be counted", || {
        browser.get(SESSIONS).text().contains("Live sessions: at most 4, now 4").then_some(())
    });
}
