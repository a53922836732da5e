//! The dashboard's pages of the blacklist and the whitelist.

use crate::support::http::{form, request};
use crate::support::proxied::{init_from, on_both};
use crate::support::{App, Browser, HWID, Reply, Server, encode, escaped};

const BLACK: &str = "/dashboard/demo-app/blacklist";
const WHITE: &str = "/dashboard/demo-app/whitelist";
const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

/// The entries that a page shows, in its order: `kind:value` of the blacklist, networks of the whitelist.
fn entries(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = reply.text().split("name=\"entry\" value=\"").skip(1);
    rows.map(|row| row.split('"').next().expect("a value").to_owned()).collect()
}

fn assert_says(browser: &Browser, reply: &Reply, said: &str) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get(reply.header("location").expect("where to go"));
    assert!(
        page.text().contains(said) && page.text().contains("class=\"saying\""),
        "{said}: {}",
        page.text()
    );
}

fn next_page(reply: &Reply) -> Option<String> {
    let (before, _) = reply.text().split_once("rel=\"next\"")?;
    let (_, href) = before.rsplit_once("href=\"").expect("a link");
    Some(href.split('"').next().expect("its end").replace("&#38;", "&"))
}

/// Signs up from an address.
fn register_from(app: &App, address: &str, name: &str, key: &str) -> Reply {
    let session = init_from(app, address);
    let fields =
        [("sessionid", session.id.as_str()), ("username", name), ("pass", "p"), ("key", key), ("hwid", HWID)];
    let body = form(&app.params("register", &fields));
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", address)];
    request(&app.address, "POST", "/api/1.1/", &headers, body.as_bytes())
}

#[test]
fn entries_are_added_found_and_removed() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        assert!(browser.get(BLACK).text().contains("Nobody is kept out"));
        let many = "192.0.2.1\r\n\r\n 198.51.100.0/24 \r\n2001:db8::/32";
        let fields = [("kind", "ip"), ("values", many), ("reason", "scan<b>"), ("days", "2")];
        assert_says(&browser, &browser.post(BLACK, &fields), "3 entries were added.");
        let one = [("kind", "hwid"), ("values", "PC-7 \u{1F980}"), ("until", "2999-01-31")];
        assert_says(&browser, &browser.post(BLACK, &one), "PC-7 \u{1F980} is kept out.");
        let six = [("kind", "ip"), ("values", "2001:db8:9::1")];
        assert_says(
            &browser,
            &browser.post(BLACK, &six),
            "Whoever has this address has all of 2001:db8:9::/64",
        );
        // Programs feel it.
        let refused = register_from(app, "198.51.100.9", "eve", server.license(0));
        assert!(refused.text().contains("blacklisted"), "{}", refused.text());
        // A ban adds its own, with the way to the user.
        let made = register_from(app, "203.0.113.5", "mara", server.license(1));
        assert_eq!(made.json()["success"], true, "{}", made.text());
        app.seller("type=banuser&user=mara&reason=cheats");
        let page = browser.get(BLACK);
        let shown = entries(&page);
        assert!(
            shown.contains(&"ip:203.0.113.5".to_owned()) && shown.contains(&format!("hwid:{HWID}")),
            "{shown:?}"
        );
        for part in
            ["find?text=mara", "cheats", &escaped("scan<b>"), "2999-01-31", "<strong>7</strong> kept out"]
        {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert!(!page.text().contains("scan<b>"));
        for (query, found) in [
            ("kind=hwid", 2),
            ("by=ban", 2),
            ("by=hand&kind=ip", 4),
            ("text=SCAN", 3),
            ("text=100.0/2", 1),
            ("text=%25", 0),
            ("text=a%00b", 0),
            ("text=%FF", 0),
            ("kind=x&by=y", 7),
        ] {
            assert_eq!(entries(&browser.get(&format!("{BLACK}?{query}"))).len(), found, "{query}");
        }
        for (text, said) in [
            ("198.51.100.77", "198.51.100.0/24"),
            ("203.0.113.9", "is not kept out"),
            ("PC-7 \u{1F980}", "2999-01-31"),
            ("pc-8", "The device <code>pc-8</code> is not kept out"),
            ("<b>\0", "is not kept out"),
        ] {
            let page = browser.get(&format!("{BLACK}?check={}", encode(text)));
            assert!(page.text().contains(said), "{text}: {}", page.text());
        }
        // One, some, all: asked first.
        let ask = browser.get(&format!("{BLACK}/remove?entry=ip:192.0.2.1"));
        assert!(ask.text().contains("Remove 1 entry?") && ask.text().contains("192.0.2.1"), "{}", ask.text());
        assert_says(
            &browser,
            &browser.post(&format!("{BLACK}/remove"), &[("entry", "ip:192.0.2.1")]),
            "Removed 1 entry.",
        );
        assert_says(
            &browser,
            &browser.post(&format!("{BLACK}/remove"), &[("entry", "ip:192.0.2.1")]),
            "There was no such entry",
        );
        let some = [
            ("entry", "ip:2001:db8::/32"),
            ("entry", "ip:203.0.113.5"),
            ("entry", "ip:203.0.113.5"),
            ("entry", "x:y"),
        ];
        assert_says(&browser, &browser.post(&format!("{BLACK}/remove"), &some), "Removed 2 entries.");
        let log = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!((&log[0]["type"], &log[0]["key"]), (&"delblack".into(), &"demo".into()));
        let changes = log[0]["changes"].as_str().expect("what changed");
        assert!(changes.contains("ip 203.0.113.5 (ban of mara: cheats) → none"), "{changes}");
        for fields in [&[][..], &[("entry", "")], &[("all", "no")], &[("entry", "\0:x")]] {
            assert_eq!(browser.post(&format!("{BLACK}/remove"), fields).status, 400, "{fields:?}");
        }
        assert!(browser.get(&format!("{BLACK}/remove?all=yes")).text().contains("Remove 4 entries"));
        assert_says(
            &browser,
            &browser.post(&format!("{BLACK}/remove"), &[("all", "yes")]),
            "Removed 4 entries.",
        );
        assert!(browser.get(BLACK).text().contains("Nobody is kept out"));
    });
}

#[test]
fn one_unfit_line_adds_nothing() {
    let server = Server::start();
    let browser = server.browser();
    let add = |fields: &[(&str, &str)]| browser.post(BLACK, fields);
    let pasted = "192.0.2.1\n192.0.2.300\n<b>\n10.0.0.0/33\n";
    let reply = add(&[("kind", "ip"), ("values", pasted), ("reason", "kept?")]);
    assert_eq!(reply.status, 422);
    for part in ["Nothing was added", "Line 2:", "Line 3:", "Line 4:", "value=\"kept?\"", &escaped("<b>")] {
        assert!(reply.text().contains(part), "{part}: {}", reply.text());
    }
    assert!(!reply.text().contains("Line 1:") && !reply.text().contains("<b>"));
    let (long, many) = ("x".repeat(501), "10.0.0.1\n".repeat(1001));
    let reason = "r".repeat(100);
    for (fields, said) in [
        (&[("kind", "ip")][..], "write one a line"),
        (&[("kind", ""), ("values", "192.0.2.1")], "Choose what kind"),
        (&[("kind", "planet"), ("values", "192.0.2.1")], "Choose what kind"),
        (&[("kind", "hwid"), ("values", &long)], "Line 1: it is too long"),
        (&[("kind", "hwid"), ("values", "a\0b")], "Line 1:"),
        (&[("kind", "ip"), ("values", &many)], "Line 1001: at most 1000"),
        (&[("kind", "ip"), ("values", "192.0.2.1"), ("until", "yesterday")], "The end is no date"),
        (&[("kind", "ip"), ("values", "192.0.2.1"), ("until", "1")], "The end is no date"),
        (&[("kind", "ip"), ("values", "192.0.2.1"), ("days", "-1")], "The days are no positive number"),
        (
            &[("kind", "ip"), ("values", "192.0.2.1"), ("days", "1"), ("until", "2999-01-01")],
            "stand beside an end",
        ),
        (&[("kind", "ip"), ("values", "192.0.2.1"), ("reason", &reason)], "99"),
    ] {
        let reply = add(fields);
        assert!(reply.status == 422 && reply.text().contains(said), "{said}: {}", reply.text());
    }
    assert!(entries(&browser.get(BLACK)).is_empty());
}

#[test]
fn long_lists_go_page_by_page() {
    let server = Server::start();
    let browser = server.browser();
    let addresses: Vec<String> = (0..120).map(|n| format!("192.0.2.{n}")).collect();
    let pasted = addresses.join("\n");
    for target in [BLACK, WHITE] {
        assert_eq!(browser.post(target, &[("kind", "ip"), ("values", &pasted)]).status, 303);
        let (mut page, mut seen) = (browser.get(target), Vec::new());
        loop {
            let shown = entries(&page);
            assert!(shown.len() <= 50);
            seen.extend(shown.into_iter().map(|entry| entry.trim_start_matches("ip:").to_owned()));
            let Some(next) = next_page(&page) else { break };
            page = browser.get(&next);
        }
        let mut expected = addresses.clone();
        expected.sort_unstable();
        assert_eq!(seen, expected);
        for query in ["after=", "after=%00", "after=x&after=y&after=z", "after=%FF"] {
            assert_eq!(browser.get(&format!("{target}?{query}")).status, 200, "{query}");
        }
    }
}

#[test]
fn exemptions_are_added_and_taken_back() {
    on_both(|server| {
        let browser = server.browser();
        let page = browser.get(WHITE);
        assert!(page.text().contains("No address is exempt") && page.text().contains("VPNs are not refused"));
        let fields = [("values", "192.0.2.7\n2001:db8::/48"), ("until", "2999-12-31")];
        assert_says(&browser, &browser.post(WHITE, &fields), "2 entries added.");
        assert_says(&browser, &browser.post(WHITE, &fields), "exempt already");
        assert_eq!(entries(&browser.get(WHITE)), ["192.0.2.7", "2001:db8::/48"]);
        assert_eq!(entries(&browser.get(&format!("{WHITE}?text=DB8"))), ["2001:db8::/48"]);
        let check = browser.get(&format!("{BLACK}?check=2001:db8::9"));
        assert!(
            check.text().contains("exempts it") && check.text().contains("2001:db8::/48"),
            "{}",
            check.text()
        );
        for values in ["", "x", "192.0.2.1\n10.0.0.0/99", "\0"] {
            assert_eq!(browser.post(WHITE, &[("values", values)]).status, 422, "{values:?}");
        }
        assert!(browser.get(&format!("{WHITE}/remove?entry=192.0.2.7")).text().contains("Remove 1 entry?"));
        let remove = format!("{WHITE}/remove");
        assert_says(
            &browser,
            &browser.post(&remove, &[("entry", "192.0.2.7"), ("entry", "x")]),
            "Removed 1 entry.",
        );
        assert_eq!(browser.post(&remove, &[("entry", "x")]).status, 400);
        assert_says(&browser, &browser.post(&remove, &[("entry", "192.0.2.7")]), "no such entry");
        assert_says(&browser, &browser.post(&remove, &[("all", "yes")]), "The whitelist is empty.");
        assert_says(&browser, &browser.post(&remove, &[("all", "yes")]), "no such entry");
        let log = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
        let kinds: Vec<&str> = (0..3).map(|at| log[at]["type"].as_str().unwrap_or_default()).collect();
        assert_eq!(kinds, ["delallwhites", "delWhite", "addWhite"]);
    });
}

#[test]
fn others_see_and_change_nothing() {
    let server = Server::start();
    let (mine, app) = (server.browser(), &server.app);
    for (name, perms) in [("may", "512"), ("may-not", "3583")] {
        let mail = format!("{name}@x.example");
        let fields =
            [("role", "Manager"), ("user", name), ("pass", "password"), ("email", &mail), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    }
    let signed_in = |name| Browser::signed_in(&app.address, name, "password");
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    let add = [("kind", "ip"), ("values", "192.0.2.1")];
    let remove = [("all", "yes")];
    app.seller("type=black&ip=203.0.113.1");
    app.seller("type=addWhite&ip=203.0.113.1");
    for target in [BLACK, WHITE] {
        assert_eq!(theirs.get(target).status, 404);
        assert_eq!(theirs.post(target, &add).status, 404);
        assert_eq!(theirs.post(&format!("{target}/remove"), &remove).status, 404);
        assert_eq!(signed_in("may-not").post(target, &add).status, 403);
        assert_eq!(signed_in("may-not").post(&format!("{target}/remove"), &remove).status, 403);
        assert_eq!(mine.post_as(target, &add, &SAME).status, 403, "without a token");
        assert_eq!(entries(&mine.get(target)).len(), 1);
        assert_eq!(signed_in("may").post(target, &add).status, 303);
        assert_eq!(entries(&mine.get(target)).len(), 2);
    }
    // Who may not see users is not led to them, nor told who they are.
    app.init("1.1").register("mara", "p", server.license(0));
    app.seller("type=banuser&user=mara&reason=x");
    let page = signed_in("may").get(BLACK);
    assert!(page.text().contains("ma…") && !page.text().contains("mara"), "{}", page.text());
}
