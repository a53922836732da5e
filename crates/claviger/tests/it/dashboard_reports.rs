//! Reports: what was counted as it happened, as plots, tables and files.

use crate::support::{Browser, HWID, Reply, Server, encode, escaped, eventually, form, vendor::hostile};

const PAGE: &str = "/dashboard/demo-app/reports";

fn export(browser: &Browser, table: &str) -> Reply {
    browser.get(&format!("{PAGE}/export?table={table}&span=year"))
}

/// The rows of a report as a file, when the counts of all that happened were written.
fn rows_when(browser: &Browser, table: &str, ready: impl Fn(&[String]) -> bool) -> Vec<String> {
    eventually("the counts to be written", || {
        let reply = export(browser, table);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let rows: Vec<String> = reply.text().lines().skip(1).map(str::to_owned).collect();
        ready(&rows).then_some(rows)
    })
}

#[test]
fn what_happens_is_counted() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    // Two registrations by programs, one by the vendor, who gets more time twice.
    let [one, two, three] = [0, 1, 2].map(|at| server.license(at));
    assert_eq!(app.init("1.2").call("license", &[("key", one), ("hwid", HWID)]).json()["success"], true);
    let fields = [("username", "mara"), ("pass", "four words"), ("key", two), ("hwid", HWID)];
    assert_eq!(app.init("1.3").call("register", &fields).json()["success"], true);
    app.add_user("by-hand");
    let upgraded = app.init("1.2").call("upgrade", &[("username", "mara"), ("key", three)]);
    assert_eq!(upgraded.json()["success"], true, "{}", upgraded.text());
    let extended = app.sell("extend", &[("user", "mara"), ("sub", "default"), ("expiry", "3")]);
    assert_eq!(extended.json()["success"], true, "{}", extended.text());

    let growth = rows_when(&browser, "growth", |rows| rows[0].ends_with(",3,3,2"));
    assert_eq!(growth.len(), 365);
    assert!(growth[1].ends_with(",0,0,0"), "{}", growth[1]);
    let apis = rows_when(&browser, "apis", |rows| rows.len() == 2);
    assert_eq!(apis, ["1.2,2,66%", "1.3,1,33%"]);
    assert_eq!(rows_when(&browser, "versions", |rows| rows.len() == 1), ["1.0,3,100%"]);
    // A second sign-in in the same month is not another user who came back.
    let fields = [("username", "mara"), ("pass", "four words"), ("hwid", HWID)];
    assert_eq!(app.init("1.2").call("login", &fields).json()["success"], true);
    rows_when(&browser, "apis", |rows| rows[0] == "1.2,3,75%");
    let retention = rows_when(&browser, "retention", |rows| rows.len() == 12);
    assert!(retention[0].contains(",3,2,"), "{retention:?}");

    let page = browser.get(PAGE);
    for part in [
        "Registrations: 3 in all, at most 3, now 3",
        "Renewals: 2 in all",
        "66% (2)",
        "Subscriptions that end in the next 12 months",
        "subscriptions in all",
        "id=\"endings\"",
    ] {
        assert!(
            page.text().contains(&escaped(part)) || page.text().contains(part),
            "{part}: {}",
            page.text()
        );
    }
}

#[test]
fn what_ends_is_told_by_day() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for (name, days) in [("a", "1"), ("b", "1"), ("c", "40"), ("d", "900")] {
        let fields = [("user", name), ("pass", "p"), ("sub", "default"), ("expiry", days)];
        assert_eq!(app.sell("adduser", &fields).json()["success"], true);
    }
    let rows = rows_when(&browser, "endings", |rows| rows.len() == 2);
    assert!(rows[0].ends_with(",2") && rows[1].ends_with(",1"), "{rows:?}");
    let text = browser.get(PAGE).text().to_owned();
    assert!(text.contains(": 2 subscriptions</title>") && text.contains("3 subscriptions in all"), "{text}");
    // Paused ones do not end.
    assert_eq!(app.sell("pauseuser", &[("username", "a")]).json()["success"], true);
    rows_when(&browser, "endings", |rows| rows[0].ends_with(",1"));
}

#[test]
fn refused_versions_are_counted_and_shown_as_text() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for version in ["<b>9</b>", "=1+1", "<b>9</b>"] {
        let reply = app.client("1.2", "init", &[("ver", version)]);
        assert!(reply.text().contains("invalidver"), "{}", reply.text());
    }
    let rows = rows_when(&browser, "outdated", |rows| rows.len() == 2);
    assert_eq!(rows, ["<b>9</b>,2,66%", "'=1+1,1,33%"]);
    let text = browser.get(PAGE).text().to_owned();
    assert!(text.contains("&#60;b&#62;9&#60;/b&#62;") && !text.contains("<b>9"), "{text}");
}

#[test]
fn any_address_is_answered_and_nothing_of_others_told() {
    let server = Server::start();
    let browser = server.browser();
    for text in hostile().into_iter().filter(|text| text.len() < 20_000) {
        assert_eq!(browser.get(&format!("{PAGE}?span={text}")).status, 200);
        assert_eq!(browser.get(&format!("{PAGE}/export?table={text}")).status, 404);
        assert_eq!(browser.get(&format!("{PAGE}/export?table=growth&span={text}")).status, 200);
    }
    assert_eq!(export(&browser, "countries").text(), "Country,Sign-ins,Share\r\n", "there are none");
    let add = |name: &str, perms: &str| {
        let email = format!("{name}@x.example");
        let fields = [
            ("role", "Manager"),
            ("user", name),
            ("pass", "password"),
            ("email", email.as_str()),
            ("perms", perms),
        ];
        assert_eq!(server.app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
        Browser::signed_in(&server.app.address, name, "password")
    };
    assert_eq!(add("users", "2").get(PAGE).status, 200);
    assert_eq!(add("sessions", "16").get(PAGE).status, 403);
    let second = server.create_app("second");
    let other = format!("/dashboard/{}/reports/export?table=growth", encode("second"));
    second.add_user("somebody");
    assert_eq!(add("again", "2").get(&other).status, 404);
}
