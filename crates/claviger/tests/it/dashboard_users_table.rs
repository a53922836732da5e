//! The table of users: filters, changes of those that were chosen and of all that match, files.

use crate::support::proxied::on_both;
use crate::support::table::{add_account, done, fill, link, names, says};
use crate::support::{App, Browser, Reply, Server, eventually, now};

/// 2026-01-01 in Unix seconds.
const START: i64 = 1_767_225_600;
const CHANGE: &str = "/dashboard/shop/users/change";

fn page(browser: &Browser, query: &str) -> Reply {
    browser.get(&format!("/dashboard/shop/users?{query}"))
}

fn shown(browser: &Browser, query: &str) -> Vec<String> {
    names(&page(browser, query))
}

/// An application with so many users, the n-th called `User-000n`: every fourth one is banned, every second one has `gold`
/// for as many days as the number says, every third one has a paused `silver`.
fn shop(server: &Server, count: usize) -> App {
    let app = server.create_app("shop");
    let name = "substr('0000' || i, length('' || i) + 1)";
    fill(
        server,
        &app,
        "users",
        count,
        &[
            ("id", "i"),
            ("username", &format!("'User-' || {name}")),
            ("username_folded", &format!("'user-' || {name}")),
            ("hwids", "CASE WHEN i % 5 = 0 THEN 'device-' || i END"),
            (
                "ip",
                "CASE WHEN i % 2 = 0 THEN '10.0.' || (i / 256) || '.' || (i % 256) ELSE '2001:db8::' || i END",
            ),
            ("owner", "'demo'"),
            ("created", &format!("{START} + i * 86400")),
            ("last_login", &format!("CASE WHEN i % 3 = 0 THEN {START} + i * 172800 END")),
            ("banned", "CASE WHEN i % 4 = 0 THEN 'why' END"),
        ],
    );
    let bans = [("user_id", "4 * i"), ("license", "0"), ("id", "i"), ("reason", "'why'"), ("banned_at", "0")];
    fill(server, &app, "user_bans", count / 4, &bans);
    let gold = [
        ("user_id", "2 * i"),
        ("id", "i"),
        ("subscription", "'gold'"),
        ("expires", &format!("{} + 2 * i * 86400", now() + 60)),
        ("paused", "0"),
    ];
    fill(server, &app, "user_subscriptions", count / 2, &gold);
    let silver = [
        ("user_id", "3 * i"),
        ("id", "100000 + i"),
        ("subscription", "'silver'"),
        ("expires", "5 * 86400"),
        ("paused", "1"),
    ];
    fill(server, &app, "user_subscriptions", count / 3, &silver);
    server.execute("UPDATE counters SET value = 999999 WHERE name IN ('user_subscriptions', 'user_bans')");
    app
}

fn users(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("User-{number:04}")).collect()
}

#[test]
fn users_are_found() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 12);
        let all = page(&browser, "");
        assert_eq!(names(&all), users((1..=12).rev()));
        assert!(all.text().contains("<span class=\"faint\">12 users</span>"), "{}", all.text());
        assert!(
            all.text().contains("silver") && all.text().contains("paused, 5 days left"),
            "{}",
            all.text()
        );
        for (query, expected) in [
            ("order=oldest", (1..=12).collect::<Vec<_>>()),
            ("order=name", (1..=12).collect()),
            ("name=R-001", vec![12, 11, 10]),
            ("begins=user-001", vec![10, 11, 12]),
            ("ip=10.0.0.4", vec![4]),
            ("ip=10.0.0.0/29", vec![6, 4, 2]),
            ("ip=2001:db8::/126", vec![3, 1]),
            ("ip=10.0.0.0/8&banned=no", vec![10, 6, 2]),
            ("device=ice-1", vec![10]),
            ("device=ICE", vec![]),
            ("banned=yes", vec![12, 8, 4]),
            ("subscription=gold&banned=no", vec![10, 6, 2]),
            ("subscription=silver&order=oldest", vec![3, 6, 9, 12]),
            ("subscription=Gold", vec![]),
            ("subscribed=no", vec![11, 7, 5, 1]),
            ("subscribed=yes&device=device", vec![10]),
            ("ends=5", vec![4, 2]),
            ("ends=5&subscription=silver", vec![]),
            ("online=yes", vec![]),
            ("online=no&begins=user-001", vec![10, 11, 12]),
            ("from=2026-01-11", vec![12, 11, 10]),
            ("seen_from=2026-01-07&seen_to=2026-01-13", vec![6, 3]),
            ("name=a%00b", vec![]),
            ("name=%FF", vec![]),
        ] {
            assert_eq!(shown(&browser, query), users(expected), "{query}");
        }
        for query in
            ["ip=x", "ip=10.0.0.1/33", "from=x", "ends=-1", "at=x", &format!("name={}", "x".repeat(999))]
        {
            assert_eq!(page(&browser, query).status, 422, "{query}");
        }
        assert_eq!(browser.get("/dashboard/shop/users/count?banned=yes").text(), "3 users");
    });
}

#[test]
fn who_is_online_is_told() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.init("1.2").register("alice", "p", server.license(0));
    app.add_user("bob");
    assert_eq!(names(&browser.get("/dashboard/demo-app/users?online=yes")), ["alice"]);
    assert_eq!(names(&browser.get("/dashboard/demo-app/users?online=no")), ["bob"]);
    let page = browser.get("/dashboard/demo-app/users");
    assert_eq!(page.text().matches("<span class=\"tag good\">online</span>").count(), 1);
    server.cli.ok(&["session", "kill-all", "demo/demo-app", "--yes"]);
    assert!(names(&browser.get("/dashboard/demo-app/users?online=yes")).is_empty());
}

#[test]
fn pages_lead_on_and_back() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 130);
        for (query, all) in [
            ("", users((1..=130).rev())),
            ("order=name", users(1..=130)),
            ("order=oldest&banned=no", users((1..=130).filter(|i| i % 4 != 0))),
            ("ip=10.0.0.0/25", users((1..=127).rev().filter(|i| i % 2 == 0))),
        ] {
            let (mut seen, mut at) = (Vec::new(), page(&browser, query));
            loop {
                seen.extend(names(&at));
                let Some(next) = link(&at, "rel=\"next\"") else { break };
                at = browser.get(&next);
            }
            assert_eq!(seen, all, "{query}");
        }
        assert_eq!(names(&page(&browser, "at=2026-03-02&order=oldest"))[0], "User-0060");
    });
}

#[test]
fn those_chosen_are_changed() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 12);
        let asked = browser.get(&format!("{CHANGE}?id=1&id=2&act=extend"));
        assert!(asked.text().contains("Extend a subscription of 2 users?"), "{}", asked.text());
        let ids = [("id", "1"), ("id", "2"), ("id", "3"), ("id", "4"), ("id", "77"), ("id", "x")];
        let with = |more: &[(&'static str, &'static str)]| [&ids[..], more].concat();
        let change = |more: &[(&'static str, &'static str)]| done(&browser, CHANGE, &with(more));
        says(&change(&[("act", "ban"), ("reason", "abuse"), ("with_ip", "1")]), "Changed 3 users.");
        assert_eq!(shown(&browser, "banned=yes"), users([12, 8, 4, 3, 2, 1]));
        let listed = server.cli.json(&["blacklist", "list", "demo/shop", "--json"]).to_string();
        assert!(listed.contains("10.0.0.2") && listed.contains("2001:db8::/64"), "{listed}");
        says(&change(&[("act", "unban")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "banned=yes"), users([12, 8]));
        let listed = server.cli.json(&["blacklist", "list", "demo/shop", "--json"]).to_string();
        assert_eq!(listed, "[]");
        // Two of them have gold.
        says(
            &change(&[
                ("act", "extend"),
                ("act_subscription", "gold"),
                ("days", "100"),
                ("active_only", "1"),
            ]),
            "Changed 2 users.",
        );
        assert_eq!(shown(&browser, "subscription=gold&ends=50&order=oldest"), users([6, 8, 10, 12]));
        says(&change(&[("act", "extend"), ("act_subscription", "new"), ("days", "3")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "subscription=new"), users([4, 3, 2, 1]));
        says(&change(&[("act", "subtract"), ("act_subscription", "new"), ("days", "2")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "subscription=new&ends=1"), users([4, 3, 2, 1]));
        says(&change(&[("act", "pause"), ("act_subscription", "new")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "subscription=new&ends=1"), users([]));
        says(&change(&[("act", "unpause"), ("act_subscription", "")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "subscription=new&ends=1"), users([4, 3, 2, 1]));
        let five = done(&browser, CHANGE, &[("id", "5"), ("id", "6"), ("act", "reset")]);
        says(&five, "Changed 1 user.");
        assert_eq!(shown(&browser, "device=device"), users([10]));
        for fields in [
            &[("act", "ban"), ("reason", "")][..],
            &[("act", "extend"), ("act_subscription", ""), ("days", "1")],
            &[("act", "extend"), ("act_subscription", "x"), ("days", "0")],
            &[("act", "subtract"), ("act_subscription", "x"), ("days", "99999999999999999999")],
        ] {
            assert_eq!(browser.post(CHANGE, &with(fields)).status, 422, "{fields:?}");
        }
        says(&change(&[("act", "delete")]), "Changed 4 users.");
        assert_eq!(shown(&browser, "order=oldest"), users(5..=12));
        let log = browser.get("/dashboard/shop/audit-log");
        assert!(log.text().contains("delete users") && log.text().contains("reason abuse"), "{}", log.text());
    });
}

#[test]
fn all_that_match_are_changed() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 2000);
        let asked = browser.get(&format!("{CHANGE}?ip=10.0.0.0/24&all=yes&act=delete"));
        assert!(asked.text().contains("Delete 127 users?"), "{}", asked.text());
        let reply = browser.post(CHANGE, &[("ip", "10.0.0.0/24"), ("all", "yes"), ("act", "delete")]);
        assert_eq!(reply.status, 303, "{}", reply.text());
        let count =
            |query: &str| browser.get(&format!("/dashboard/shop/users/count?{query}")).text().to_owned();
        eventually("they are gone", || (count("ip=10.0.0.0/24") == "0 users").then_some(()));
        assert_eq!(count("name=user"), "1,873 users");
        let fields = [("subscription", "silver"), ("all", "yes"), ("act", "unpause")];
        assert_eq!(browser.post(CHANGE, &fields).status, 303);
        eventually("they run", || {
            (count("subscription=silver&ends=6") == count("subscription=silver")).then_some(())
        });
        assert_eq!(
            browser.post(CHANGE, &[("all", "yes"), ("act", "delete")]).status,
            200,
            "its name is to be typed"
        );
        assert_eq!(browser.post(CHANGE, &[("all", "yes"), ("act", "delete"), ("typed", "shop")]).status, 303);
        eventually("nobody is left", || shown(&browser, "").is_empty().then_some(()));
    });
}

#[test]
fn files_hold_what_the_filter_means() {
    on_both(|server| {
        let browser = server.browser();
        shop(server, 1300);
        let export = "/dashboard/shop/users/export";
        let csv = browser.get(&format!("{export}?format=csv&order=oldest"));
        let lines: Vec<&str> = csv.text().split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1301);
        assert_eq!(lines[0], "name,registered,last_sign_in,address,devices,banned,subscriptions,online");
        assert_eq!(lines[1], "User-0001,2026-01-02 00:00:00,,2001:db8::1,0,,,no");
        assert_eq!(
            lines[3],
            "User-0003,2026-01-04 00:00:00,2026-01-07 00:00:00,2001:db8::3,0,,silver: paused 432000,no"
        );
        let json = browser.get(&format!("{export}?format=json&banned=yes"));
        assert_eq!(json.json().as_array().expect("a list").len(), 325);
        assert!(!json.text().contains("password"));
        assert_eq!(browser.get(export).status, 400);
    });
}

#[test]
fn users_are_for_those_who_may_see_them() {
    let server = Server::start();
    server.app.add_user("alice");
    let addresses = ["users", "users/count?name=a", "users/change?id=1&act=ban", "users/export?format=csv"];
    for (role, name, perms, status) in
        [("Manager", "ulla", "2", 200), ("Manager", "lena", "1", 403), ("Reseller", "shop", "4095", 403)]
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
    }
    // Numbers of another application mean nothing here.
    server.create_app("second");
    let browser = server.browser();
    let reply = done(&browser, "/dashboard/second/users/change", &[("id", "1"), ("act", "delete")]);
    assert!(reply.text().contains("Nothing was changed"), "{}", reply.text());
    assert_eq!(names(&browser.get("/dashboard/demo-app/users")), ["alice"]);
}
