//! The dashboard's page of what programs wrote: filters, pages, live tail, files, deleting.

use crate::support::http::form;
use crate::support::proxied::on_both;
use crate::support::{Browser, Live, Reply, Server, Session};

const LOGS: &str = "/dashboard/demo-app/logs";
const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

fn write(session: &Session, pc: &str, message: &str) {
    session.call("log", &[("pcuser", pc), ("message", message)]);
}

/// Numbers of the rows of a page, in their order.
fn rows(reply: &Reply) -> usize {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text().matches("<tr id=\"l-").count()
}

fn next_page(reply: &Reply) -> Option<String> {
    let (before, _) = reply.text().split_once("rel=\"next\"")?;
    let (_, href) = before.rsplit_once("href=\"").expect("a link");
    Some(href.split('"').next().expect("its end").replace("&#38;", "&"))
}

#[test]
fn lines_are_found_and_go_page_by_page() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        assert!(browser.get(LOGS).text().contains("No lines"));
        let (mara, stranger) = (app.init("1.1"), app.init("1.1"));
        mara.register("Mara", "p", server.license(0));
        write(&mara, "MARA-PC", "Loaded <b>100%</b>\nsecond line");
        write(&stranger, "Björn", "crash_1");
        let page = browser.get(LOGS);
        assert_eq!(rows(&page), 2);
        for part in ["&#60;b&#62;100%", "find?text=Mara", "logs?pc=MARA-PC", "not signed in", "crash_1"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert!(!page.text().contains("<b>100%"));
        for (query, found) in [
            ("text=CRASH", 1),
            ("text=%25", 1),
            ("text=h_1", 1),
            ("text=nothing", 0),
            ("text=a%00b", 0),
            ("text=%FF", 0),
            ("user=mara", 1),
            ("user=mar", 0),
            ("pc=mara-pc", 1),
            ("signed_in=no", 1),
            ("signed_in=yes&user=mara&text=loaded", 1),
            ("since=2020-01-01&until=2999-12-31", 2),
            ("since=2999-01-01", 0),
            ("until=1", 0),
            ("before=1", 0),
            ("before=x", 2),
            ("before=-9223372036854775808", 0),
        ] {
            assert_eq!(rows(&browser.get(&format!("{LOGS}?{query}"))), found, "{query}");
        }
        for query in ["since=yesterday", "until=99999999999999999999", "since=%00"] {
            let reply = browser.get(&format!("{LOGS}?{query}"));
            assert!(reply.status == 422 && reply.text().contains("A time is a date"), "{query}");
        }
        for line in 0..130 {
            write(&stranger, "", &format!("line {line}"));
        }
        let first = browser.get(LOGS);
        assert_eq!(rows(&first), 100);
        let second = browser.get(&next_page(&first).expect("a next page"));
        assert_eq!((rows(&second), next_page(&second)), (32, None));
    });
}

#[test]
fn lines_come_in_as_they_are_written() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        let session = app.init("1.1");
        write(&session, "", "before");
        let page = browser.get(LOGS);
        let (_, events) = page.text().split_once("data-live=\"").expect("where changes come from");
        let events = events.split('"').next().expect("its end").replace("&#38;", "&");
        // Written between the page and the connection.
        write(&session, "", "in between");
        let mut live = Live::open(&app.address, &browser, &events);
        let told = live.until("in between").to_owned();
        assert!(told.contains("event: began") && !told.contains("before"), "{told}");
        let mut crashes = Live::open(&app.address, &browser, &format!("{LOGS}/live?text=crash"));
        write(&session, "PC", "<i>fine</i>");
        write(&session, "PC", "a crash");
        live.until("&#60;i&#62;fine");
        let told = crashes.until("a crash").to_owned();
        assert!(!told.contains("fine"), "{told}");
    });
}

#[test]
fn lines_are_written_to_files_and_deleted() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        let session = app.init("1.1");
        write(&session, "PC", "=1+1,\"x\"");
        write(&session, "", "second");
        let csv = browser.get(&format!("{LOGS}/export?format=csv"));
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"demo-app-logs.csv\""));
        let lines: Vec<&str> = csv.text().split("\r\n").collect();
        assert_eq!((lines[0], lines.len()), ("id,written,time,user,pc,text", 4));
        assert!(lines[2].ends_with(",PC,\"'=1+1,\"\"x\"\"\""), "{}", lines[2]);
        let json = browser.get(&format!("{LOGS}/export?format=json&text=SECOND")).json();
        assert_eq!((json.as_array().map(Vec::len), &json[0]["text"]), (Some(1), &"second".into()));
        for query in ["", "format=xml", "format=csv&since=x"] {
            assert_eq!(browser.get(&format!("{LOGS}/export?{query}")).status, 400, "{query}");
        }
        assert!(browser.get(&format!("{LOGS}/clear")).text().contains("Delete all lines?"));
        let cleared = browser.post(&format!("{LOGS}/clear"), &[]);
        assert_eq!(cleared.status, 303);
        assert!(browser.get(LOGS).text().contains("Deleted 2 lines."));
        browser.post(&format!("{LOGS}/clear"), &[]);
        assert!(browser.get(LOGS).text().contains("There were no lines."));
        let log = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!((&log[0]["type"], &log[0]["changes"]), (&"dellogs".into(), &"lines: 2 → 0".into()));
        let empty = browser.get(&format!("{LOGS}/export?format=json"));
        assert_eq!(empty.json(), serde_json::json!([]));
    });
}

#[test]
fn others_read_nothing_and_the_tail_ends_with_rights() {
    let server = Server::start();
    let (mine, app) = (server.browser(), &server.app);
    for (name, perms) in [("may", "256"), ("may-not", "3839")] {
        let mail = format!("{name}@x.example");
        let fields =
            [("role", "Manager"), ("user", name), ("pass", "password"), ("email", &mail), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    }
    let signed_in = |name| Browser::signed_in(&app.address, name, "password");
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    let session = app.init("1.1");
    session.register("mara", "p", server.license(0));
    write(&session, "", "mine");
    for page in ["", "/live", "/export?format=csv", "/clear"] {
        assert_eq!(theirs.get(&format!("{LOGS}{page}")).status, 404, "{page}");
        assert_eq!(signed_in("may-not").get(&format!("{LOGS}{page}")).status, 403, "{page}");
    }
    assert_eq!(theirs.post(&format!("{LOGS}/clear"), &[]).status, 404);
    assert_eq!(signed_in("may-not").post(&format!("{LOGS}/clear"), &[]).status, 403);
    assert_eq!(mine.post_as(&format!("{LOGS}/clear"), &[], &SAME).status, 403, "without a token");
    let may = signed_in("may");
    let page = may.get(LOGS);
    assert!(rows(&page) == 1 && !page.text().contains("find?text=mara"), "{}", page.text());
    let mut live = Live::open(&app.address, &may, &format!("{LOGS}/live?after=0"));
    live.until("mine");
    app.seller("type=deleteAccount&user=may");
    live.until("\r\n0\r\n\r\n");
}
