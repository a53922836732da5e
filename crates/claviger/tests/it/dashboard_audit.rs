//! The dashboard's audit log: who changed what, what it was before, filters, pages, files.

use crate::support::http::form;
use crate::support::proxied::on_both;
use crate::support::{Browser, Reply, Server};

const LOG: &str = "/dashboard/demo-app/audit-log";

fn rows(reply: &Reply) -> usize {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text().matches("data-label=\"Who\"").count()
}

#[test]
fn changes_of_all_ways_in_are_there_with_what_was_before() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        server.cli.ok(&["app", "set", &app.path(), "minUsername=3", "cooldownSeconds=9"]);
        app.seller("type=updatesettings&ver=2.0");
        let fields = [("was.minHwid", "20"), ("minHwid", "10")];
        assert_eq!(browser.post("/dashboard/demo-app/settings", &fields).status, 303);
        let page = browser.get(LOG);
        assert_eq!(rows(&page), 3);
        for part in [
            "<div>minUsername: 1 → 3</div>",
            "<div>cooldownSeconds: 604800 → 9</div>",
            "<div>version: 1.0 → 2.0</div>",
            "<div>minHwid: 20 → 10</div>",
            "cli:",
        ] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        for (query, found) in [
            ("key=demo", 1),
            ("type=UPDATESETTINGS", 1),
            ("target=demo-app", 2),
            ("target=demo", 0),
            ("text=minhwid", 1),
            ("text=%25", 0),
            ("since=2020-01-01&until=2999-01-01", 3),
            ("since=2999-01-01", 0),
            ("until=5", 0),
            ("before=1", 0),
            ("before=2", 1),
            ("key=a%00b&text=%FF", 0),
        ] {
            assert_eq!(rows(&browser.get(&format!("{LOG}?{query}"))), found, "{query}");
        }
        let odd = browser.get(&format!("{LOG}?since=yesterday"));
        assert!(odd.status == 422 && odd.text().contains("A time is a date"), "{}", odd.text());
        let csv = browser.get(&format!("{LOG}/export?format=csv&key=demo"));
        let lines: Vec<&str> = csv.text().split("\r\n").collect();
        assert_eq!((lines[0], lines.len()), ("id,time,who,what,target,from,changes", 3));
        assert!(lines[1].contains(",demo,settings,demo-app,") && lines[1].ends_with("minHwid: 20 → 10"));
        let json = browser.get(&format!("{LOG}/export?format=json")).json();
        assert_eq!(json.as_array().map(Vec::len), Some(3));
        for query in ["", "format=pdf", "format=csv&until=x"] {
            assert_eq!(browser.get(&format!("{LOG}/export?{query}")).status, 400, "{query}");
        }
    });
}

#[test]
fn long_logs_go_page_by_page() {
    let server = Server::start();
    let (browser, app) = (server.browser(), &server.app);
    for count in 0..60 {
        app.seller(&format!("type=addchannel&name=c{count}"));
    }
    let first = browser.get(&format!("{LOG}?type=addchannel"));
    assert_eq!(rows(&first), 50);
    let (before, _) = first.text().split_once("rel=\"next\"").expect("a next page");
    let (_, href) = before.rsplit_once("href=\"").expect("a link");
    let next = href.split('"').next().expect("its end").replace("&#38;", "&");
    assert!(next.contains("type=addchannel&before="), "{next}");
    assert_eq!(rows(&browser.get(&next)), 10);
}

#[test]
fn it_is_the_owners_alone() {
    let server = Server::start();
    let app = &server.app;
    let fields = [
        ("role", "Manager"),
        ("user", "all"),
        ("pass", "password"),
        ("email", "a@x.example"),
        ("perms", "4095"),
    ];
    assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    let manager = Browser::signed_in(&app.address, "all", "password");
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    for page in [LOG.to_owned(), format!("{LOG}/export?format=csv")] {
        assert_eq!((manager.get(&page).status, theirs.get(&page).status), (403, 404), "{page}");
    }
}
