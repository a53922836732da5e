//! What a reseller sees and does in the dashboard: licenses within the balance, those that it made, who used them.

use std::thread;

use crate::support::proxied::on_both;
use crate::support::{Browser, HWID, Reply, Server, encode, escaped, form};

const OWN: &str = "/dashboard/demo-app/own";
const USERS: &str = "/dashboard/demo-app/own-users";
const TEAM: &str = "/dashboard/demo-app/team";
const PASSWORD: &str = "four words that differ";

/// Makes a reseller with a balance; a browser in which it is signed in, and the address of the account's page.
fn reseller(
    server: &Server,
    name: &str,
    fields: &[(&str, &str)],
    balance: &[(&str, &str)],
) -> (Browser, String) {
    let owner = server.browser();
    let mut all = vec![("role", "reseller"), ("name", name), ("by", "password"), ("password", PASSWORD)];
    all.extend_from_slice(fields);
    let reply = owner.post(&format!("{TEAM}/new"), &all);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = reply.header("location").expect("its page").to_owned();
    if !balance.is_empty() {
        assert_eq!(owner.post(&format!("{page}/balance"), balance).status, 303);
    }
    (Browser::signed_in(&server.app.address, name, PASSWORD), page)
}

fn make(browser: &Browser, once: &str, fields: &[(&str, &str)]) -> Reply {
    let mut all = vec![("once", once), ("level", "1")];
    all.extend_from_slice(fields);
    browser.post(&format!("{OWN}/new"), &all)
}

/// The keys that a page shows after making them.
fn made(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (_, rest) = reply.text().split_once("<pre id=\"keys\">").expect("keys");
    rest.split_once("</pre>").expect("their end").0.lines().map(str::to_owned).collect()
}

/// The keys on a page of the list.
fn listed(browser: &Browser, query: &str) -> Vec<String> {
    let reply = browser.get(&format!("{OWN}?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = reply.text().split("data-copy=\"").skip(1);
    rows.map(|row| row.split('"').next().expect("a key").to_owned()).collect()
}

/// Number of a license, as the addresses of its acts have it.
fn number(browser: &Browser, key: &str) -> String {
    let reply = browser.get(&format!("{OWN}?text={key}"));
    let (_, rest) = reply.text().split_once(&format!("{OWN}/")).expect("an act");
    let rest = if rest.starts_with("new") || rest.starts_with("export") {
        reply.text().rsplit_once(&format!("{OWN}/")).expect("an act").1
    } else {
        rest
    };
    rest.split('/').next().expect("a number").to_owned()
}

fn weeks(server: &Server, name: &str) -> i64 {
    let reply = server.app.seller(&format!("type=getbalance&username={}", encode(name))).json();
    reply["balance"]["week"].as_str().expect("a count").parse().expect("a number")
}

#[test]
fn licenses_are_made_within_the_balance() {
    on_both(|server| {
        let (browser, page) =
            reseller(server, "rita", &[("levels", "1,3")], &[("week", "5"), ("lifetime", "1")]);
        let form = browser.get(&format!("{OWN}/new"));
        assert!(form.text().contains("a week (5 left)") && form.text().contains("for ever (1 left)"));
        let keys = made(&make(&browser, "a", &[("length", "week"), ("amount", "3"), ("note", "<order> 7")]));
        assert_eq!((keys.len(), weeks(server, "rita")), (3, 2));
        // The same form again is the same licenses, and costs nothing.
        let again = make(&browser, "a", &[("length", "week"), ("amount", "3"), ("note", "<order> 7")]);
        assert!(again.text().contains("nothing was paid again"));
        assert_eq!((made(&again), weeks(server, "rita")), (keys.clone(), 2));
        for (once, fields, words) in [
            ("b", [("length", "week"), ("amount", "3")], "Your balance does not suffice."),
            ("b", [("length", "year"), ("amount", "1")], "Your balance does not suffice."),
            ("b", [("length", "week"), ("amount", "0")], "Make 1 to 100"),
            ("b", [("length", "week"), ("amount", "101")], "Make 1 to 100"),
            ("b", [("length", "week"), ("amount", "1e1")], "Make 1 to 100"),
            ("b", [("length", "week"), ("amount", "99999999999999999999")], "Make 1 to 100"),
            ("b", [("length", "decade"), ("amount", "1")], "Choose how long"),
            ("b", [("length", "week\0"), ("amount", "1")], "Choose how long"),
            ("a", [("length", "week"), ("amount", "1")], "This form was sent before."),
            ("", [("length", "week"), ("amount", "1")], "Load the page anew"),
        ] {
            let reply = make(&browser, once, &fields);
            assert_eq!(reply.status, 422, "{fields:?}: {}", reply.text());
            assert!(reply.text().contains(words), "{words}: {}", reply.text());
        }
        let level = |level| {
            browser.post(
                &format!("{OWN}/new"),
                &[("once", "c"), ("level", level), ("length", "week"), ("amount", "1")],
            )
        };
        let long = "9".repeat(100);
        for bad in ["2", "", "1,3", "\0", &long] {
            assert_eq!(level(bad).status, 422, "{bad:?}");
        }
        assert_eq!(made(&level("3")).len(), 1);
        assert_eq!(made(&make(&browser, "d", &[("length", "lifetime"), ("amount", "1")])).len(), 1);
        assert_eq!(weeks(server, "rita"), 1);
        // They are licenses like others, made by the reseller, and in its journal.
        let told = server.app.seller(&format!("type=info&key={}", keys[0])).json();
        assert_eq!((told["createdby"].as_str(), told["level"].as_str()), (Some("rita"), Some("1")), "{told}");
        let journal = server.browser().get(&page).text().to_owned();
        for words in ["level 1, dashboard", "−3 for a week", "−1 for more than a year"] {
            assert!(journal.contains(words), "{words}: {journal}");
        }
        let log = server.browser().get("/dashboard/demo-app/audit-log?key=rita");
        for part in ["amount: 3", "level: 1", "a week"] {
            assert!(log.text().contains(&format!("<div>{part}</div>")), "{part}: {}", log.text());
        }
    });
}

#[test]
fn a_balance_never_goes_below_nothing() {
    on_both(|server| {
        let (browser, page) = reseller(server, "rita", &[], &[("week", "20")]);
        let other = Browser::signed_in(&server.app.address, "rita", PASSWORD);
        let outcomes = thread::scope(|scope| {
            let mut workers = Vec::new();
            for worker in 0..12 {
                let browser = if worker % 2 == 0 { browser.clone() } else { other.clone() };
                workers.push(scope.spawn(move || {
                    let mut sum = 0;
                    for round in 0..3 {
                        let once = format!("{worker} {round}");
                        let reply = make(&browser, &once, &[("length", "week"), ("amount", "3")]);
                        match reply.status {
                            200 => sum += made(&reply).len(),
                            422 => assert!(reply.text().contains("does not suffice"), "{}", reply.text()),
                            _ => panic!("{reply:?}"),
                        }
                    }
                    sum
                }));
            }
            workers.into_iter().map(|worker| worker.join().expect("a worker")).sum::<usize>()
        });
        assert_eq!((outcomes, weeks(server, "rita")), (18, 2));
        let journal = server.browser().get(&page).text().matches(">spent</td>").count();
        assert_eq!(journal, 6);
        assert_eq!(listed(&browser, "").len(), 18);
    });
}

/// The names on the page of the reseller's users.
fn users(browser: &Browser) -> Vec<String> {
    let reply = browser.get(USERS);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = reply.text().split("<td class=\"first break\">").skip(1);
    rows.map(|row| row.split('<').next().expect("a name").to_owned()).collect()
}

/// Whoever has a key may use it up for any name: that makes nobody the reseller's.
#[test]
fn a_license_that_only_prolongs_makes_nobody_the_resellers() {
    on_both(|server| {
        let all = [("right", "ban"), ("right", "delete"), ("right", "devices")];
        let (browser, _) = reseller(server, "rita", &all, &[("week", "20")]);
        let keys = made(&make(&browser, "a", &[("length", "week"), ("amount", "6")]));
        let session = server.app.init("1.2");
        let register = |name: &str, key: &str| {
            let fields = [("username", name), ("pass", "p"), ("key", key), ("hwid", HWID)];
            assert_eq!(server.app.init("1.2").call("register", &fields).json()["success"], true, "{name}");
        };
        register("Victim", server.license(0));
        let ends = || server.app.seller("type=userdata&user=Victim").json()["subscriptions"].clone();
        let before = ends();
        // By a program, by the vendor's bot, and by the vendor in the dashboard.
        let upgrade = [("username", "Victim"), ("key", keys[0].as_str())];
        assert_eq!(session.call("upgrade", &upgrade).json()["success"], true);
        let assign = form(&[("user", "Victim"), ("key", keys[1].as_str())]);
        let assigned = server.app.seller(&format!("type=assignkey&{assign}")).json();
        assert_eq!(assigned["success"], true, "{assigned}");
        assert_eq!(users(&browser), [""; 0]);
        assert_eq!(listed(&browser, "text=victim").len(), 2, "what its licenses were used for is told");
        for id in ["1", "2", "3"] {
            assert_eq!(browser.get(&format!("{USERS}/{id}/reset")).status, 404, "{id}");
            assert_eq!(browser.post(&format!("{USERS}/{id}/reset"), &[]).status, 404, "{id}");
        }
        // Who signs up with one is the reseller's: by name, by the key alone, and made by a bot.
        register("Own", &keys[2]);
        assert_eq!(
            server.app.init("1.2").call("license", &[("key", &keys[3]), ("hwid", HWID)]).json()["success"],
            true
        );
        let activate = form(&[("user", "Made"), ("pass", "p"), ("key", keys[4].as_str())]);
        let activated = server.app.seller(&format!("type=activate&{activate}")).json();
        assert_eq!(activated["success"], true, "{activated}");
        assert_eq!(users(&browser), ["Own", keys[3].as_str(), "Made"]);
        // Banning and deleting what was given away takes nothing but what it gave.
        for key in &keys[..2] {
            let id = number(&browser, key);
            assert_eq!(browser.post(&format!("{OWN}/{id}/ban"), &[]).status, 303);
            assert_eq!(browser.post(&format!("{OWN}/{id}/unban"), &[]).status, 303);
            assert_eq!(browser.post(&format!("{OWN}/{id}/delete"), &[]).status, 303);
        }
        let (before, after) = (before.as_array().expect("a list").len(), ends());
        assert_eq!(after.as_array().expect("a list").len(), before, "{after}");
        let login = [("username", "Victim"), ("pass", "p"), ("hwid", HWID)];
        assert_eq!(server.app.init("1.2").call("login", &login).json()["success"], true);
        // A license that is deleted leaves its user whose it was.
        let id = number(&browser, &keys[2]);
        assert_eq!(browser.post(&format!("{OWN}/{id}/delete"), &[]).status, 303);
        assert_eq!(users(&browser), ["Own", keys[3].as_str(), "Made"]);
    });
}

#[test]
fn a_reseller_sees_what_it_made_and_nothing_else() {
    on_both(|server| {
        let all = [("right", "ban"), ("right", "delete"), ("right", "devices")];
        let (browser, page) = reseller(server, "rita", &all, &[("week", "60")]);
        let (other, _) = reseller(server, "olga", &all, &[("week", "5")]);
        let foreign = made(&make(&other, "o", &[("length", "week"), ("amount", "1")])).remove(0);
        let keys =
            made(&make(&browser, "a", &[("length", "week"), ("amount", "55"), ("note", "Spring <b>")]));
        assert_eq!(listed(&browser, "").len(), 50);
        let first = browser.get(OWN);
        assert!(first.text().contains(&escaped("Spring <b>")) && !first.text().contains(&foreign));
        assert!(!first.text().contains(server.license(0)));
        let next = first
            .text()
            .split_once("rel=\"next\"")
            .expect("a next page")
            .0
            .rsplit_once("href=\"")
            .expect("it")
            .1;
        let next = next.split('"').next().expect("its end").replace("&#38;", "&");
        assert_eq!(browser.get(&next).text().matches("data-copy=\"").count(), 5);
        // Somebody uses one.
        let session = server.app.init("1.2");
        let fields = [("username", "Annalisa"), ("pass", "p"), ("key", keys[0].as_str()), ("hwid", HWID)];
        assert_eq!(session.call("register", &fields).json()["success"], true);
        for (query, found) in [
            (format!("text={}", keys[7].to_lowercase()), vec![&keys[7]]),
            ("text=aNNALISa".into(), vec![&keys[0]]),
            ("state=Used".into(), vec![&keys[0]]),
            (format!("text={foreign}"), vec![]),
            ("text=%25".into(), vec![]),
            ("text=a%00b".into(), vec![]),
        ] {
            let found: Vec<String> = found.into_iter().cloned().collect();
            assert_eq!(listed(&browser, &query), found, "{query}");
        }
        let users = browser.get(USERS);
        assert!(
            users.text().contains(">Annalisa</td>") && users.text().contains("Reset devices"),
            "{}",
            users.text()
        );
        assert!(!other.get(USERS).text().contains("Annalisa"));
        let file = browser.get(&format!("{OWN}/export"));
        assert_eq!(file.text().lines().count(), 56);
        assert!(
            file.text().starts_with("key,level,days,state,used by,made,note\r\n")
                && !file.text().contains(&foreign)
        );
        // Acts, on what is its own alone.
        let own = number(&browser, &keys[1]);
        let theirs = number(&other, &foreign);
        for id in [theirs.as_str(), "0", "-1", "x", "99999999999999999999", "9223372036854775807"] {
            for act in ["ban", "delete"] {
                assert_eq!(browser.get(&format!("{OWN}/{id}/{act}")).status, 404, "{id} {act}");
            }
            for act in ["ban", "unban", "delete"] {
                assert_eq!(browser.post(&format!("{OWN}/{id}/{act}"), &[]).status, 404, "{id} {act}");
            }
            assert_eq!(browser.post(&format!("{USERS}/{id}/reset"), &[]).status, 404, "{id}");
            assert_eq!(browser.get(&format!("{USERS}/{id}/reset")).status, 404, "{id}");
        }
        let status = |key: &str| server.app.seller(&format!("type=info&key={key}")).json()["status"].clone();
        assert!(browser.get(&format!("{OWN}/{own}/ban")).text().contains("Ban the license"));
        assert_eq!(browser.post(&format!("{OWN}/{own}/ban"), &[]).status, 303);
        assert_eq!(status(&keys[1]), "Banned");
        assert_eq!(browser.post(&format!("{OWN}/{own}/unban"), &[]).status, 303);
        assert_eq!(status(&keys[1]), "Not Used");
        // What the owner banned is the owner's to decide.
        server.app.seller(&format!("type=ban&{}", form(&[("key", keys[1].as_str()), ("reason", "fraud")])));
        for act in ["ban", "unban", "delete"] {
            let reply = browser.post(&format!("{OWN}/{own}/{act}"), &[]);
            assert!(reply.status == 400 && reply.text().contains("owner decides"), "{act}: {}", reply.text());
        }
        // Also where the reseller had banned it before, and the owner bans many.
        server.app.seller(&format!("type=unban&{}", form(&[("key", keys[1].as_str())])));
        assert_eq!(browser.post(&format!("{OWN}/{own}/ban"), &[]).status, 303);
        let many = [("id", own.as_str()), ("act", "ban"), ("reason", "fraud")];
        let change = "/dashboard/demo-app/licenses/change";
        let owner = server.browser();
        assert_eq!(owner.said(&owner.post(change, &many)), "Changed 1 license.");
        assert_eq!(browser.post(&format!("{OWN}/{own}/unban"), &[]).status, 400);
        assert_eq!(status(&keys[1]), "Banned");
        let again = owner.said(&owner.post(change, &many));
        assert!(again.starts_with("Nothing was changed"), "{again}");
        let gone = number(&browser, &keys[2]);
        assert_eq!(browser.post(&format!("{OWN}/{gone}/delete"), &[]).status, 303);
        assert_eq!(browser.post(&format!("{OWN}/{gone}/delete"), &[]).status, 404);
        assert_eq!(weeks(server, "rita"), 5, "the balance does not come back");
        let user = users
            .text()
            .split_once(&format!("{USERS}/"))
            .expect("an act")
            .1
            .split('/')
            .next()
            .expect("a number")
            .to_owned();
        assert_eq!(other.post(&format!("{USERS}/{user}/reset"), &[]).status, 404);
        assert_eq!(browser.post(&format!("{USERS}/{user}/reset"), &[]).status, 303);
        assert!(browser.get(USERS).text().contains("data-label=\"Devices\">0</td>"));
        // Without the rights there is neither a button nor an act.
        let owner = server.browser();
        assert_eq!(owner.post(&format!("{page}/limits"), &[]).status, 303);
        let list = browser.get(OWN);
        assert!(!list.text().contains("/ban\"") && !list.text().contains("/delete\""), "{}", list.text());
        let own = keys.len();
        assert!(own > 0);
        for target in
            [format!("{OWN}/{gone}/ban"), format!("{OWN}/{gone}/delete"), format!("{USERS}/{user}/reset")]
        {
            let reply = browser.post(&target, &[]);
            assert!(
                reply.status == 400 && reply.text().contains("does not let you"),
                "{target}: {}",
                reply.text()
            );
        }
    });
}
