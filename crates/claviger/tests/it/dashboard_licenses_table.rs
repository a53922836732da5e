//! The table of licenses: filters, pages, changes of those that were chosen and of all that match, files.

use crate::support::proxied::on_both;
use crate::support::table::{add_account, done, fill, link, names, says};
use crate::support::{App, Browser, Reply, Server, encode, escaped, eventually};

/// 2026-01-01 in Unix seconds.
const START: i64 = 1_767_225_600;

fn page(browser: &Browser, query: &str) -> Reply {
    browser.get(&format!("/dashboard/shop/licenses?{query}"))
}

fn shown(browser: &Browser, query: &str) -> Vec<String> {
    names(&page(browser, query))
}

/// An application with so many licenses, a day between each and the next, the n-th called `Key-000n`: every third one is used,
/// every fourth banned.
fn shop(server: &Server, count: usize) -> App {
    let app = server.create_app("shop");
    fill(
        server,
        &app,
        "licenses",
        count,
        &[
            ("id", "i"),
            (
                "key",
                "'Key-' || CASE WHEN i > 9999 THEN '' || i ELSE substr('0000' || i, length('' || i) + 1) END",
            ),
            (
                "key_folded",
                "'key-' || CASE WHEN i > 9999 THEN '' || i ELSE substr('0000' || i, length('' || i) + 1) END",
            ),
            ("note", "CASE WHEN i % 5 = 0 THEN 'Batch <b>' || i || '</b>' END"),
            ("duration", "86400 * i"),
            ("status", "CASE WHEN i % 4 = 0 THEN 'Banned' WHEN i % 3 = 0 THEN 'Used' ELSE 'Not Used' END"),
            ("banned", "CASE WHEN i % 4 = 0 THEN 'why' END"),
            ("level", "'' || (i % 2 + 1)"),
            ("genby", "CASE WHEN i % 2 = 0 THEN 'demo' ELSE 'Ann' END"),
            ("gendate", &format!("{START} + i * 86400")),
        ],
    );
    app
}

fn keys(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("Key-{number:04}")).collect()
}

#[test]
fn licenses_are_found() {
    on_both(|server| {
        let browser = server.browser();
        server.create_app("empty");
        assert!(browser.get("/dashboard/empty/licenses").text().contains("<h2>No licenses</h2>"));
        shop(server, 12);
        let all = page(&browser, "");
        assert_eq!(names(&all), keys((1..=12).rev()));
        assert!(all.text().contains("<span class=\"faint\">12 licenses</span>"), "{}", all.text());
        assert!(all.text().contains(&escaped("Batch <b>5</b>")) && !all.text().contains("<b>5"));
        for (query, expected) in [
            ("order=oldest", (1..=12).collect::<Vec<_>>()),
            ("order=name", (1..=12).collect()),
            ("key=Y-001", vec![12, 11, 10]),
            ("key=KEY-0007", vec![7]),
            ("key=0007", vec![7]),
            ("key=%25", vec![]),
            ("begins=key-001", vec![10, 11, 12]),
            ("begins=KEY-001&order=newest", vec![12, 11, 10]),
            ("begins=ey", vec![]),
            ("state=banned", vec![12, 8, 4]),
            ("state=used", vec![9, 6, 3]),
            ("state=unused&order=oldest", vec![1, 2, 5, 7, 10, 11]),
            ("level=2&state=unused", vec![11, 7, 5, 1]),
            ("level=x", vec![]),
            ("note=bATCH", vec![10, 5]),
            ("noted=yes", vec![10, 5]),
            ("noted=no&maker=Ann&level=2", vec![11, 9, 7, 3, 1]),
            ("maker=ann", vec![]),
            ("from=2026-01-11", vec![12, 11, 10]),
            ("from=2026-01-04&to=2026-01-05", vec![4, 3]),
            ("least=11", vec![12, 11]),
            ("least=3&most=4", vec![4, 3]),
            ("user=nobody", vec![]),
            ("key=a%00b", vec![]),
            ("key=%FF", vec![]),
            ("key=%00", (1..=12).rev().collect()),
        ] {
            assert_eq!(shown(&browser, query), keys(expected), "{query}");
        }
        for query in
            ["from=x", "to=31.1.2026", "least=-1", "most=1e9", "at=x", &format!("key={}", "x".repeat(999))]
        {
            let reply = page(&browser, query);
            assert_eq!(reply.status, 422, "{query}");
            assert!(reply.text().contains("class=\"problem\" role=\"alert\""), "{}", reply.text());
        }
        let hostile = "<b>\"&'\u{1F980}";
        let kept = page(&browser, &format!("key={}&level=1", encode(hostile)));
        assert!(kept.text().contains(&format!("name=\"key\" value=\"{}\"", escaped(hostile))));
        assert!(kept.text().contains("No license is like this"));
        let counted = browser.get("/dashboard/shop/licenses/count?state=banned");
        assert_eq!(counted.text(), "3 licenses");
    });
}

#[test]
fn licenses_of_a_user_are_found() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let (first, second) = (server.license(3), server.license(5));
        app.init("1.2").register("Zoë", "p", first);
        app.init("1.2").register("bob", "p", second);
        let reply = browser.get("/dashboard/demo-app/licenses?user=ZO%C3%8B");
        assert_eq!(names(&reply), [first]);
        let id = reply.text().split("/users/").nth(1).expect("a link to the user");
        let id: i64 = id.split('"').next().expect("its end").parse().expect("a number");
        assert_eq!(browser.get(&format!("/dashboard/demo-app/users/{id}")).status, 200);
    });
}

#[test]
fn pages_lead_on_back_and_into_the_middle() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 230);
        for (query, all) in [
            ("", keys((1..=230).rev())),
            ("order=oldest", keys(1..=230)),
            ("order=name", keys(1..=230)),
            ("begins=key-0", keys(1..=230)),
            ("key=ey", keys((1..=230).rev())),
            ("state=unused", keys((1..=230).rev().filter(|i| i % 4 != 0 && i % 3 != 0))),
        ] {
            let mut seen = Vec::new();
            let mut at = page(&browser, query);
            loop {
                seen.extend(names(&at));
                let Some(next) = link(&at, "rel=\"next\"") else { break };
                at = browser.get(&next);
            }
            assert_eq!(seen, all, "{query}");
            let back = browser.get(&link(&at, "rel=\"prev\"").expect("a page before"));
            let end = all.len() - names(&at).len();
            assert_eq!(names(&back), all[end - 50..end], "{query}");
        }
        // A license that the cursor names may be gone.
        server.execute("DELETE FROM licenses WHERE key = 'Key-0181'");
        let second = page(&browser, "after=181");
        assert_eq!(names(&second)[0], "Key-0180");
        for (query, first) in [
            ("at=2026-04-11", 100),
            ("at=2026-04-11&order=oldest", 100),
            ("at=2020-01-01&order=oldest", 1),
            ("at=2031-01-01", 230),
            ("at=50%25&order=oldest", 115),
            ("at=100%25", 1),
            ("at=0", 230),
        ] {
            let shown = names(&page(&browser, query));
            assert_eq!(shown[0], keys([first])[0], "{query}");
        }
        assert!(shown(&browser, "at=2020-01-01").is_empty());
        for query in [
            "after=x",
            "before=99999999999999999999",
            "after=%00",
            "order=name&after=%00",
            "after=-9&before=-9",
        ] {
            assert_eq!(page(&browser, query).status, 200, "{query}");
        }
    });
}

#[test]
fn those_chosen_are_changed() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 12);
        let change = "/dashboard/shop/licenses/change";
        let asked = browser.get(&format!("{change}?id=1&id=2&act=ban"));
        assert!(
            asked.text().contains("Ban 2 licenses?") && asked.text().contains("name=\"reason\""),
            "{}",
            asked.text()
        );
        let menu = browser.get(&format!("{change}?id=1"));
        for act in ["act=ban", "act=unban", "act=note", "act=extend", "act=delete"] {
            assert!(menu.text().contains(act), "{act}");
        }
        assert_eq!(shown(&browser, "state=banned"), keys([12, 8, 4]), "asking changes nothing");
        // Two of them are gone or were never there; one is banned already.
        let ids =
            [("id", "1"), ("id", "2"), ("id", "4"), ("id", "77"), ("id", "-1"), ("id", "x"), ("id", "1")];
        let with = |more: &[(&'static str, &'static str)]| [&ids[..], more].concat();
        says(&done(&browser, change, &with(&[("act", "ban"), ("reason", "abuse")])), "Changed 2 licenses.");
        assert_eq!(shown(&browser, "state=banned&order=oldest"), keys([1, 2, 4, 8, 12]));
        says(&done(&browser, change, &with(&[("act", "unban")])), "Changed 3 licenses.");
        says(
            &done(&browser, change, &with(&[("act", "note"), ("act_note", "x <y>")])),
            "Changed 3 licenses.",
        );
        assert_eq!(shown(&browser, "note=x+%3Cy%3E&order=oldest"), keys([1, 2, 4]));
        says(&done(&browser, change, &with(&[("act", "extend"), ("days", "20")])), "Changed 3 licenses.");
        assert_eq!(shown(&browser, "least=21&order=oldest"), keys([1, 2, 4]));
        for days in ["0", "-1", "x", "", "99999999999999999999", "4000000"] {
            let reply = browser.post(change, &with(&[("act", "extend"), ("days", days)]));
            assert_eq!(reply.status, 422, "{days}");
            assert!(
                reply.text().contains("aria-invalid=\"true\"")
                    && reply.text().contains("name=\"id\" value=\"2\"")
            );
        }
        let long = browser.post(change, &[("id", "1"), ("act", "ban"), ("reason", &"x".repeat(100))]);
        assert_eq!(long.status, 422, "{}", long.text());
        says(&done(&browser, change, &with(&[("act", "delete")])), "Changed 3 licenses.");
        assert_eq!(shown(&browser, "order=oldest"), keys([3, 5, 6, 7, 8, 9, 10, 11, 12]));
        let nothing = done(&browser, change, &with(&[("act", "delete")]));
        assert!(nothing.text().contains("Nothing was changed"), "{}", nothing.text());
        let many: Vec<(&str, &str)> = [("id", "3"); 501].to_vec();
        for fields in [
            &[("act", "delete")][..],
            &[("act", "delete"), ("chosen", "yes")],
            &[("act", "delete"), ("id", "x")],
            &[("act", "delete"), ("id", ""), ("all", "yes"), ("chosen", "yes")],
            &[("act", "nothing"), ("id", "3")],
            &[("id", "3")],
            &[&many[..], &[("act", "delete")]].concat(),
        ] {
            assert_eq!(browser.post(change, fields).status, 400, "{fields:.3?}");
        }
        assert_eq!(shown(&browser, "").len(), 9);
        let log = browser.get("/dashboard/shop/audit-log");
        assert!(
            log.text().contains("ban licenses") && log.text().contains("reason abuse: 2 licenses"),
            "{}",
            log.text()
        );
    });
}

#[test]
fn time_goes_to_the_users_of_used_licenses() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        let key = server.license(0);
        app.init("1.2").register("alice", "p", key);
        let before = app.expiry("alice", 0);
        let change = "/dashboard/demo-app/licenses/change";
        let found = browser.get("/dashboard/demo-app/licenses?user=alice");
        let id = found
            .text()
            .split("id=\"l-")
            .nth(1)
            .expect("a row")
            .split('"')
            .next()
            .expect("its end")
            .to_owned();
        says(&done(&browser, change, &[("id", &id), ("act", "extend"), ("days", "7")]), "Changed 1 license.");
        assert_eq!(app.expiry("alice", 0), before + 7 * 86_400);
        says(&done(&browser, change, &[("id", &id), ("act", "ban"), ("reason", "")]), "Changed 1 license.");
        says(&done(&browser, change, &[("id", &id), ("act", "unban")]), "Changed 1 license.");
        says(&done(&browser, change, &[("id", &id), ("act", "delete")]), "Changed 1 license.");
        let user = app.seller("type=userdata&user=alice");
        assert_eq!(user.json()["success"], true, "the user stays: {user:?}");
    });
}

#[test]
fn all_that_match_are_changed() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 3000);
        let other = server.create_app("other");
        fill(
            server,
            &other,
            "licenses",
            10,
            &[
                ("id", "i"),
                ("key", "'o' || i"),
                ("key_folded", "'o' || i"),
                ("duration", "60"),
                ("status", "'Not Used'"),
                ("level", "'1'"),
                ("genby", "'demo'"),
                ("gendate", "1"),
            ],
        );
        let change = "/dashboard/shop/licenses/change";
        let asked = browser.get(&format!("{change}?state=unused&level=1&all=yes&act=extend"));
        assert!(asked.text().contains("Add time to 500 licenses?"), "{}", asked.text());
        assert!(asked.text().contains("also those on other pages"), "{}", asked.text());
        // It is the form that counts, not what was asked before.
        let fields =
            [("state", "unused"), ("level", "2"), ("all", "yes"), ("act", "note"), ("act_note", "matched")];
        let reply = browser.post(change, &fields);
        assert_eq!(reply.status, 303, "{}", reply.text());
        let matching = || browser.get("/dashboard/shop/licenses/count?note=matched").text().to_owned();
        eventually("all of them", || (matching() == "1,000 licenses").then_some(()));
        assert_eq!(
            browser.get("/dashboard/shop/licenses/count?note=matched&state=used").text(),
            "0 licenses"
        );
        // Everything at once needs its name typed.
        for typed in [None, Some("other"), Some("SHOP")] {
            let mut fields = vec![("all", "yes"), ("act", "delete")];
            fields.extend(typed.map(|typed| ("typed", typed)));
            assert_eq!(browser.post(change, &fields).status, 200, "asked again");
        }
        assert_eq!(
            browser.post(change, &[("act", "delete")]).status,
            400,
            "an address from which something was lost"
        );
        assert_eq!(browser.post(change, &[("from", "x"), ("all", "yes"), ("act", "delete")]).status, 400);
        let reply = browser.post(change, &[("all", "yes"), ("act", "delete"), ("typed", "shop")]);
        assert_eq!(reply.status, 303);
        eventually("nothing is left", || shown(&browser, "").is_empty().then_some(()));
        assert_eq!(names(&browser.get("/dashboard/other/licenses")).len(), 10);
    });
}

#[test]
fn a_change_of_very_many_is_a_job() {
    let server = Server::start();
    let browser = server.browser();
    shop(&server, 60_000);
    let change = "/dashboard/shop/licenses/change";
    let fields = [("state", "unused"), ("all", "yes"), ("act", "ban"), ("reason", "gone")];
    let reply = browser.post(change, &fields);
    let to = reply.header("location").expect("where to go").to_owned();
    assert!(reply.status == 303 && to.starts_with("/dashboard/shop/jobs/"), "{reply:?}");
    let page = browser.get(&to);
    assert!(page.text().contains("Ban licenses (status Not Used)"), "{}", page.text());
    assert!(
        browser.fragment(&to).text().starts_with("\n<section")
            || browser.fragment(&to).text().contains("id=\"job\"")
    );
    let page =
        eventually("the end", || Some(browser.get(&to)).filter(|page| page.text().contains(">done</span>")));
    assert!(page.text().contains("<dt>Changed</dt><dd>30,000</dd>"), "{}", page.text());
    // Counting ends after a while; a file does not.
    let file = browser.get("/dashboard/shop/licenses/export?format=csv&state=banned");
    assert_eq!(file.text().split_terminator("\r\n").count(), 45_001);
}

#[test]
fn files_hold_what_the_filter_means() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 2500);
        server.execute("UPDATE licenses SET note = '=1+1,\"x\"' WHERE key = 'Key-0001'");
        let export = "/dashboard/shop/licenses/export";
        let csv = browser.get(&format!("{export}?format=csv&order=oldest"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"shop-licenses.csv\""));
        let lines: Vec<&str> = csv.text().split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 2501);
        assert_eq!(lines[0], "key,state,level,seconds,note,maker,made,user,used,ban");
        assert_eq!(lines[1], "Key-0001,Not Used,2,86400,\"'=1+1,\"\"x\"\"\",Ann,2026-01-02 00:00:00,,,");
        assert!(lines[2500].starts_with("Key-2500,Banned,1,"), "{}", lines[2500]);
        for (query, count) in
            [("state=used", 625), ("key=nothing", 0), ("begins=key-24", 100), ("order=name", 2500)]
        {
            let json = browser.get(&format!("{export}?format=json&{query}"));
            assert_eq!(json.json().as_array().expect("a list").len(), count, "{query}");
        }
        for query in ["", "format=xml", "format=csv&from=x"] {
            assert_eq!(browser.get(&format!("{export}?{query}")).status, 400, "{query}");
        }
    });
}

#[test]
fn licenses_are_for_those_who_may_see_them() {
    let server = Server::start();
    let id = names(&server.browser().get("/dashboard/demo-app/licenses")).len();
    assert_eq!(id, 50);
    let addresses =
        ["licenses", "licenses/count?key=a", "licenses/change?id=1&act=ban", "licenses/export?format=csv"];
    for (role, name, perms, status) in
        [("Manager", "lena", "1", 200), ("Manager", "ulla", "2", 403), ("Reseller", "shop", "4095", 403)]
    {
        add_account(&server.app, role, name, perms);
        let browser = Browser::signed_in(&server.app.address, name, "password");
        for address in addresses {
            assert_eq!(
                browser.get(&format!("/dashboard/demo-app/{address}")).status,
                status,
                "{name} {address}"
            );
        }
        let reply = browser.post("/dashboard/demo-app/licenses/change", &[("id", "1"), ("act", "nothing")]);
        assert_eq!(reply.status, if status == 200 { 400 } else { 403 }, "{name}");
    }
    let password = "four words that differ";
    server.cli.ok_with_input(&["owner", "create", "other", "--role", "seller", "--password-stdin"], password);
    let other = Browser::signed_in(&server.app.address, "other", password);
    for address in addresses {
        assert_eq!(other.get(&format!("/dashboard/demo-app/{address}")).status, 404, "{address}");
    }
}
