//! The dashboard's page of the team: accounts, links, suspension, balances with their journal.

use std::thread;

use crate::support::http::halfway;
use crate::support::postgres::Database;
use crate::support::proxied::on_both;
use crate::support::second::Second;
use crate::support::{Browser, HWID, Reply, Server, assert_json, encode, escaped, form};

const TEAM: &str = "/dashboard/demo-app/team";
const SIGN_IN: &str = "/dashboard/-/sign-in";
const PASSWORD: &str = "four words that differ";

/// Makes an account by the form, with a password; the address of its page.
fn make(browser: &Browser, role: &str, name: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("role", role), ("name", name), ("by", "password"), ("password", PASSWORD)];
    fields.extend_from_slice(more);
    let reply = browser.post(&format!("{TEAM}/new"), &fields);
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").expect("where it is").to_owned()
}

fn manager(browser: &Browser, name: &str) -> String {
    make(browser, "manager", name, &[("may", "users"), ("may", "sessions")])
}

/// Makes an account by the form, with a link; the address of its page, and the link.
fn invite(browser: &Browser, name: &str) -> (String, String) {
    let fields = [("role", "reseller"), ("name", name), ("by", "link"), ("lasts", "3600")];
    let reply = browser.post(&format!("{TEAM}/new"), &fields);
    (between(&reply, "<p><a class=\"button\" href=\"", "\"").to_owned(), link(&reply))
}

fn between<'a>(reply: &'a Reply, start: &str, end: &str) -> &'a str {
    let (_, rest) = reply.text().split_once(start).unwrap_or_else(|| panic!("{start}: {}", reply.text()));
    rest.split_once(end).expect("an end").0
}

/// The link that a page shows, as a path.
fn link(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let link = between(reply, "<code id=\"link\">", "</code>");
    link[link.find("/dashboard/").expect("a path")..].replace("&#38;", "&")
}

/// Opens a link and sets a password.
fn accept(server: &Server, link: &str, password: &str) -> (Browser, Reply) {
    let browser = Browser::new(&server.app.address);
    let secret = link.split_once("link=").expect("a secret").1;
    let reply = browser.post("/dashboard/-/welcome", &[("link", secret), ("password", password)]);
    (browser, reply)
}

fn signs_in(server: &Server, name: &str, password: &str) -> Reply {
    Browser::new(&server.app.address).post(SIGN_IN, &[("name", name), ("password", password)])
}

fn says(browser: &Browser, reply: &Reply, words: &str) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get(reply.header("location").expect("where to go"));
    let said = format!("<p class=\"saying\" role=\"status\">{}</p>", escaped(words));
    assert!(page.text().contains(&said), "{words}: {}", page.text());
}

/// What the Seller API tells of a reseller's balance.
fn balance(server: &Server, name: &str) -> [i64; 7] {
    let reply = server.app.seller(&format!("type=getbalance&username={}", encode(name))).json();
    let fields = ["day", "week", "month", "three_month", "six_month", "lifetime", "year"];
    fields.map(|field| reply["balance"][field].as_str().expect("a count").parse().expect("a number"))
}

/// The changes in a journal, newest first, on all its pages: kind, change, by whom.
fn journal(browser: &Browser, page: &str) -> Vec<[String; 3]> {
    let mut entries = Vec::new();
    let mut next = Some(page.to_owned());
    while let Some(address) = next {
        let reply = browser.get(&address);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let text = reply.text();
        let (_, rest) = text.split_once("id=\"journal\"").expect("a journal");
        let (part, _) = rest.split_once("</section>").expect("its end");
        for row in part.split("data-label=\"What\">").skip(1) {
            let cell = |label: &str| {
                let start = format!("data-label=\"{label}\">");
                let text = row.split_once(&start).expect("a cell").1;
                text.split_once("</td>").expect("its end").0.to_owned()
            };
            let kind = row.split_once('<').expect("an end").0.to_owned();
            entries.push([kind, cell("Change"), cell("By")]);
        }
        next = part.split_once("rel=\"next\"").map(|(before, _)| {
            let (_, address) = before.rsplit_once("href=\"").expect("an address");
            address.split('"').next().expect("its end").replace("&#38;", "&")
        });
    }
    entries
}

#[test]
fn accounts_are_made_and_limited() {
    on_both(|server| {
        let browser = server.browser();
        assert!(browser.get(TEAM).text().contains("Nobody but you"));
        let hostile = "<b>\"&' \u{1F980} علی";
        let page = manager(&browser, hostile);
        let list = browser.get(TEAM);
        assert!(list.text().contains(&escaped(hostile)) && !list.text().contains("<b>\""));
        assert!(list.text().contains(">users, sessions</td>"), "{}", list.text());
        let member = Browser::signed_in(&server.app.address, hostile, PASSWORD);
        assert_eq!(member.get("/dashboard/demo-app/sessions").status, 200);
        let reply = browser.post(&format!("{page}/limits"), &[("may", "users"), ("may", "nonsense")]);
        says(&browser, &reply, "Changed. It holds from their next request.");
        assert_eq!(member.get("/dashboard/demo-app/sessions").status, 403);
        let reply = browser.post(&format!("{page}/limits"), &[]);
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains("at least one permission"), "{}", reply.text());
        assert!(browser.get(&page).text().contains("<li>users: "));
        let log = browser.get("/dashboard/demo-app/audit-log?type=limit-account");
        assert!(log.text().contains("permissions: users, sessions → users"), "{}", log.text());

        let page = make(&browser, "reseller", "rita", &[("levels", " 1,2 "), ("right", "ban")]);
        let text = browser.get(&page).text().to_owned();
        assert!(text.contains("levels 1,2") && text.contains("lift these bans"), "{text}");
        let team = server.app.seller("type=fetchteam").json();
        assert_eq!(team["resellers"][0]["key_levels"], "1,2");
        let reply = browser.post(&format!("{page}/remove"), &[]);
        says(&browser, &reply, "rita is removed.");
        assert_eq!(browser.get(&page).status, 404);
        assert_eq!(signs_in(server, "rita", PASSWORD).status, 422);
    });
}

#[test]
fn what_cannot_be_used_is_refused_beside_its_field() {
    let server = Server::start();
    let browser = server.browser();
    manager(&browser, "max");
    let long = "x".repeat(66);
    let good =
        [("role", "manager"), ("name", "new"), ("by", "password"), ("password", PASSWORD), ("may", "users")];
    for (field, value, words) in [
        ("name", "", "must not be empty"),
        ("name", "MAX", "This name is taken."),
        ("name", "demo", "This name is taken."),
        ("name", "cli:x", "cli:"),
        ("name", &long, "at most 65 bytes"),
        ("name", "a\nb", "line"),
        ("password", "", "at least 8"),
        ("password", "password1", "easy to guess"),
        ("by", "magic", "Choose how the password is set."),
        ("may", "nonsense", "at least one permission"),
    ] {
        let fields = good.map(|(name, old)| (name, if name == field { value } else { old }));
        let reply = browser.post(&format!("{TEAM}/new"), &fields);
        assert_eq!(reply.status, 422, "{field} {value:?}: {}", reply.text());
        assert!(reply.text().contains(words), "{words}: {}", reply.text());
        assert!(!reply.text().contains(PASSWORD), "a password is shown");
    }
    for lasts in ["", "0", "-1", "99999999999999999999", "3601"] {
        let fields = [("role", "reseller"), ("name", "new"), ("by", "link"), ("lasts", lasts)];
        assert_eq!(browser.post(&format!("{TEAM}/new"), &fields).status, 422, "{lasts}");
    }
    assert_eq!(browser.get(&format!("{TEAM}/new?role=owner")).status, 404);
    assert_eq!(browser.post(&format!("{TEAM}/new"), &[("role", "\0")]).status, 404);
    let page = make(&browser, "reseller", "rita", &[]);
    for count in ["x", "1.5", "1e3", "1000001", "99999999999999999999999", "\0", "%FF"] {
        let reply = browser.post(&format!("{page}/balance"), &[("week", count)]);
        assert_eq!(reply.status, 422, "{count:?}: {}", reply.text());
        assert!(reply.text().contains("For a week, write a whole number"), "{}", reply.text());
    }
    assert_eq!(browser.post(&format!("{page}/balance"), &[]).status, 422);
    assert_eq!(balance(&server, "rita"), [0; 7]);
    for id in ["0", "-1", "x", "99999999999999999999", "%00", "1%20OR%201=1"] {
        for rest in ["", "/limits", "/suspend", "/remove", "/link", "/drop-factors"] {
            assert_eq!(browser.get(&format!("{TEAM}/{id}{rest}")).status, 404, "{id}{rest}");
        }
        for rest in ["/limits", "/balance", "/suspend", "/resume", "/remove", "/link", "/sign-out"] {
            assert_eq!(browser.post(&format!("{TEAM}/{id}{rest}"), &[]).status, 404, "{id}{rest}");
        }
    }
    let team = server.app.seller("type=fetchteam").json();
    assert_eq!(team["managers"].as_array().expect("a list").len(), 1, "{team}");
}

#[test]
fn another_applications_people_are_not_there() {
    let server = Server::start();
    let browser = server.browser();
    let page = make(&browser, "reseller", "rita", &[]);
    server.create_app("second");
    let elsewhere = page.replace("demo-app", "second");
    for rest in ["", "/limits", "/suspend", "/remove", "/link", "/drop-factors"] {
        assert_eq!(browser.get(&format!("{elsewhere}{rest}")).status, 404, "{rest}");
    }
    let fields = [("may", "users"), ("week", "5"), ("lasts", "3600")];
    for rest in [
        "limits",
        "balance",
        "suspend",
        "resume",
        "sign-out",
        "drop-factors",
        "remove",
        "link",
        "link/withdraw",
    ] {
        assert_eq!(browser.post(&format!("{elsewhere}/{rest}"), &fields).status, 404, "{rest}");
    }
    assert_eq!(balance(&server, "rita"), [0; 7]);
    Browser::signed_in(&server.app.address, "rita", PASSWORD);
}

#[test]
fn a_link_sets_a_password_once() {
    on_both(|server| {
        let browser = server.browser();
        let (page, first) = invite(&browser, "rita");
        assert!(browser.get(TEAM).text().contains("invited"));
        for password in ["", PASSWORD] {
            assert_eq!(signs_in(server, "rita", password).status, 422, "{password:?}");
        }
        let welcome = Browser::new(&server.app.address).get(&first);
        assert!(welcome.text().contains("A new password for rita"), "{}", welcome.text());
        let (_, weak) = accept(server, &first, "password1");
        assert_eq!(weak.status, 422);
        let (reseller, done) = accept(server, &first, PASSWORD);
        assert_eq!(done.status, 303, "{}", done.text());
        assert_eq!(reseller.get("/dashboard/").status, 200);
        assert_eq!(accept(server, &first, "other words that differ").1.status, 404);
        assert_eq!(signs_in(server, "rita", PASSWORD).status, 303);
        // A lost password: the newer link counts, and ends where the person is signed in.
        let again = |fields: &[(&str, &str)]| link(&browser.post(&format!("{page}/link"), fields));
        let second = again(&[("lasts", "86400")]);
        let third = again(&[("lasts", "86400")]);
        assert_eq!(accept(server, &second, "other words that differ").1.status, 404);
        assert_eq!(accept(server, &third, "other words that differ").1.status, 303);
        assert_eq!(reseller.get("/dashboard/").status, 303);
        assert_eq!(signs_in(server, "rita", PASSWORD).status, 422);
        // Withdrawn, it is no link any more.
        let fourth = again(&[("lasts", "86400")]);
        let reply = browser.post(&format!("{page}/link/withdraw"), &[]);
        says(&browser, &reply, "The link works no more.");
        assert_eq!(accept(server, &fourth, PASSWORD).1.status, 404);
        let reply = browser.post(&format!("{page}/link/withdraw"), &[]);
        says(&browser, &reply, "There was no link any more: it was used, or had ended.");
        let log = browser.get("/dashboard/demo-app/audit-log").text().to_owned();
        assert!(log.contains("withdraw-invitation"), "{log}");
        assert!(!log.contains(fourth.split_once("link=").expect("a secret").1), "a secret was written down");
    });
}

#[test]
fn who_is_suspended_halfway_through_a_form_is_out() {
    let server = Server::start();
    let browser = server.browser();
    let page = make(&browser, "reseller", "rita", &[]);
    assert_eq!(browser.post(&format!("{page}/balance"), &[("day", "5")]).status, 303);
    let reseller = Browser::signed_in(&server.app.address, "rita", PASSWORD);
    let cookies = reseller.cookies();
    let token = reseller.token();
    let make = |once, change: &dyn Fn()| {
        let fields =
            [("token", token.as_str()), ("length", "day"), ("level", "1"), ("amount", "1"), ("once", once)];
        let (target, body) = ("/dashboard/demo-app/own/new", form(&fields));
        halfway(&server.app.address, target, &[("Cookie", &cookies)], body.as_bytes(), change)
    };
    assert_eq!(make("first", &|| ()).status, 200);
    assert_eq!(balance(&server, "rita")[0], 4);
    let reply = make("second", &|| {
        assert_eq!(browser.post(&format!("{page}/suspend"), &[]).status, 303);
    });
    assert_eq!((reply.status, reply.header("location")), (303, Some("/dashboard/-/sign-in")), "{reply:?}");
    assert_eq!(balance(&server, "rita")[0], 4);
}

#[test]
fn who_is_suspended_is_out_at_once() {
    on_both(|server| {
        let browser = server.browser();
        let page = make(&browser, "reseller", "rita", &[]);
        assert_eq!(browser.post(&format!("{page}/balance"), &[("day", "5")]).status, 303);
        let key = server.app.add_license("expiry=1&owner=rita");
        let reseller = Browser::signed_in(&server.app.address, "rita", PASSWORD);
        let pending = link(&browser.post(&format!("{page}/link"), &[("lasts", "3600")]));
        let asked = browser.get(&format!("{page}/suspend"));
        assert!(asked.text().contains("Suspend rita") && asked.text().contains("stay as they are"));
        let reply = browser.post(&format!("{page}/suspend"), &[]);
        says(&browser, &reply, "rita is suspended, and signed out everywhere.");
        assert_eq!(reseller.get("/dashboard/").status, 303);
        // Who knows the password is told, strangers are not.
        let strangers = signs_in(server, "rita", "wrong");
        assert!(strangers.text().contains("Name or password is wrong."), "{}", strangers.text());
        let known = signs_in(server, "rita", PASSWORD);
        assert_eq!(known.status, 422);
        assert!(known.text().contains("This account is suspended."), "{}", known.text());
        assert_eq!(accept(server, &pending, PASSWORD).1.status, 404);
        let refused = browser.post(&format!("{page}/link"), &[("lasts", "3600")]);
        assert!(refused.status == 422 && refused.text().contains("suspended"), "{}", refused.text());
        // What sellers and programs ask has the meaning that it had.
        server.app.add_license("expiry=1&owner=rita");
        assert_eq!(balance(server, "rita")[0], 3);
        let session = server.app.init("1.2");
        assert_eq!(session.call("license", &[("key", &key), ("hwid", HWID)]).json()["success"], true);
        let reply = browser.post(&format!("{page}/resume"), &[]);
        says(&browser, &reply, "rita can sign in again.");
        assert_eq!(reseller.get("/dashboard/").status, 303, "the old sign-in stays ended");
        Browser::signed_in(&server.app.address, "rita", PASSWORD);
    });
}

#[test]
fn suspension_counts_on_every_node_at_once() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let second = Second::start(&server, &database);
    let browser = server.browser();
    let page = manager(&browser, "max");
    let there = Browser::signed_in(&second.app.address, "max", PASSWORD);
    assert_eq!(there.get("/dashboard/demo-app/").status, 200);
    assert_eq!(browser.post(&format!("{page}/suspend"), &[]).status, 303);
    assert_eq!(there.get("/dashboard/demo-app/").status, 303);
    let refused = Browser::new(&second.app.address).post(SIGN_IN, &[("name", "max"), ("password", PASSWORD)]);
    assert_eq!(refused.status, 422);
}

#[test]
fn sign_ins_are_ended_and_shown() {
    let server = Server::start();
    let browser = server.browser();
    let page = manager(&browser, "max");
    let reply = browser.post(&format!("{page}/sign-out"), &[]);
    says(&browser, &reply, "max was signed in nowhere.");
    let (one, two) = (
        Browser::signed_in(&server.app.address, "max", PASSWORD),
        Browser::signed_in(&server.app.address, "max", PASSWORD),
    );
    signs_in(&server, "max", "wrong");
    let shown = browser.get(&page);
    for words in ["in 2 browsers", ">signed in <", ">sign-in failed <"] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
    let reply = browser.post(&format!("{page}/sign-out"), &[]);
    says(&browser, &reply, "max is signed out everywhere.");
    assert_eq!((one.get("/dashboard/").status, two.get("/dashboard/").status), (303, 303));
    let reply = browser.post(&format!("{page}/drop-factors"), &[]);
    says(&browser, &reply, "max signs in with the password alone now.");
}

#[test]
fn every_change_of_a_balance_is_in_the_journal() {
    on_both(|server| {
        let browser = server.browser();
        let page = make(&browser, "reseller", "rita", &[]);
        let change = |fields: &[(&str, &str)]| browser.post(&format!("{page}/balance"), fields);
        says(&browser, &change(&[("week", "40"), ("year", "1")]), "Changed: +40 for a week, +1 for a year.");
        says(&browser, &change(&[("year", "-9")]), "Changed: −1 for a year.");
        let nothing = change(&[("day", "-5")]);
        says(&browser, &nothing, "The balance is as it was: none goes below nothing.");
        server.app.seller("type=setbalance&username=rita&day=2");
        server.app.add_license("expiry=7&owner=RITA&amount=3");
        assert_eq!(
            journal(&browser, &page),
            [
                ["spent", "−3 for a week", "key main"],
                ["given", "+2 for a day", "key main"],
                ["taken", "−1 for a year", "demo"],
                ["given", "+40 for a week, +1 for a year", "demo"],
            ]
        );
        // What fails costs nothing, and is not written down.
        server.app.seller("type=add&expiry=7&owner=rita&amount=99");
        assert_eq!(journal(&browser, &page).len(), 4);
        // Many at once: the sum is the balance, and it never goes below nothing.
        thread::scope(|scope| {
            for worker in 0..8 {
                let (page, browser) = (&page, browser.clone());
                scope.spawn(move || {
                    for _ in 0..5 {
                        if worker % 2 == 0 {
                            browser.post(&format!("{page}/balance"), &[("week", "1"), ("month", "-1")]);
                        } else {
                            server.app.seller(&format!(
                                "type=add&{}",
                                form(&[("expiry", "7"), ("owner", "rita"), ("amount", "3")])
                            ));
                        }
                    }
                });
            }
        });
        let entries = journal(&browser, &page);
        let weeks = entries.iter().filter_map(|[_, change, _]| {
            let part = change.split(", ").find(|part| part.ends_with(" for a week"))?;
            let number = part.strip_suffix(" for a week")?.replace('−', "-").replace('+', "");
            Some(number.parse::<i64>().expect("a number"))
        });
        let left = balance(server, "rita");
        assert_eq!(weeks.sum::<i64>(), left[1]);
        assert!(left.iter().all(|&count| count >= 0), "{left:?}");
        // 37 and the 20 that were given pay for 19 of the 20 batches of three at most.
        assert!(entries.len() > 25 && left[1] < 3 + 20, "{left:?}");
        assert_json(
            &server.app.seller("type=deleteAccount&user=rita"),
            200,
            r#"{"success":true,"message":"Successfully deleted account!"}"#,
        );
        // A new one of the same name begins with nothing.
        let page = make(&browser, "reseller", "rita", &[]);
        assert_eq!(journal(&browser, &page).len(), 0);
    });
}

#[test]
fn the_command_line_does_the_same() {
    let server = Server::start();
    let cli = &server.cli;
    let app = "demo/demo-app";
    cli.ok_with_input(
        &[
            "account",
            "add",
            app,
            "max",
            "--role",
            "manager",
            "--permissions",
            "users,logs",
            "--password-stdin",
        ],
        PASSWORD,
    );
    cli.ok(&["account", "add", app, "rita", "--role", "reseller", "--rights", "ban,devices"]);
    let list = cli.json(&["account", "list", app, "--json"]);
    assert_eq!(list[0]["may"], serde_json::json!(["users", "logs"]), "{list}");
    assert_eq!((&list[0]["state"], &list[1]["state"]), (&"active".into(), &"no password".into()), "{list}");
    assert_eq!(list[1]["may"], serde_json::json!(["ban", "devices"]), "{list}");
    let link = cli.json(&["account", "invite", app, "rita", "--hours", "1", "--json"]);
    let link = link["link"].as_str().expect("a link");
    assert_eq!(accept(&server, link, PASSWORD).1.status, 303);
    cli.ok(&["account", "balance", app, "rita", "--week", "5", "--day", "-1"]);
    let shown = cli.json(&["account", "show", app, "rita", "--json"]);
    assert_eq!((&shown["balance"]["week"], &shown["balance"]["day"]), (&5.into(), &0.into()), "{shown}");
    assert_eq!(shown["journal"][0]["for"], "command line", "{shown}");
    assert!(shown["journal"][0]["by"].as_str().expect("who").starts_with("cli:"), "{shown}");
    cli.ok(&["account", "edit", app, "max", "--permissions", "all"]);
    let member = Browser::signed_in(&server.app.address, "max", PASSWORD);
    assert_eq!(member.get("/dashboard/demo-app/sessions").status, 200);
    cli.ok(&["account", "suspend", app, "max"]);
    assert_eq!(member.get("/dashboard/").status, 303);
    cli.fails(&["account", "suspend", app, "max"]);
    cli.ok(&["account", "resume", app, "max"]);
    assert_eq!(signs_in(&server, "max", PASSWORD).status, 303);
    cli.ok(&["account", "delete", app, "max", "--yes"]);
    for refused in [
        &["account", "suspend", app, "max"][..],
        &["account", "edit", app, "rita", "--rights", "everything"],
        &["account", "add", app, "rita", "--role", "reseller"],
        &["account", "add", app, "new", "--role", "manager"],
        &["account", "add", app, "new", "--role", "owner"],
        &["account", "balance", app, "rita"],
    ] {
        cli.fails(refused);
    }
}
