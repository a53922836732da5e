//! The customers' panel: which there are, who gets in, and how a sign-in ends.

use claviger_dashboard::{Method, PanelNeed, panel_listed};

use crate::client_lockout::start;
use crate::client_two_factor::code;
use crate::support::http::{halfway, request};
use crate::support::panel::{Customer, turn_on};
use crate::support::proxied::on_both;
use crate::support::vendor::PASS;
use crate::support::{App, Browser, HWID, OTHER_HWID, Reply, Server, escaped, eventually};

const WRONG: &str = "Name or password is wrong.";
const WRONG_KEY: &str = "This license key is wrong, or was not used in the program yet.";
const NOT_OFFERED: &str = "There is no such page, or the vendor does not offer it.";
const FOREIGN_FORM: &str = "This form was made for another sign-in.";

fn assert_refused(reply: &Reply, status: u16, told: &str) {
    let problem = format!("<p class=\"problem\" role=\"alert\">{told}</p>");
    assert!(
        reply.status == status && reply.text().contains(&problem),
        "{told}: {} {}",
        reply.status,
        reply.text()
    );
}

#[test]
fn there_is_none_unless_the_vendor_offers_one() {
    let server = Server::start();
    let (app, browser) = (&server.app, Browser::new(&server.app.address));
    let page = |path: &str| browser.get(path);
    let off = page("/panel/demo/demo-app/");
    assert_eq!(off.status, 404);
    assert!(off.text().contains(NOT_OFFERED) && !off.text().contains("demo-app"), "{}", off.text());
    for path in [
        "/panel/demo/nothing/",
        "/panel/nobody/demo-app/",
        "/panel/demo/demo-app/sign-in",
        "/panel/demo/demo-app/colours.css",
        "/panel/demo/",
        "/panel/x",
        "/panel/%00/%00/",
        "/panel/%FF/%FF/",
        "/panel/demo%2Fdemo-app/",
        &format!("/panel/{}/{}/", "x".repeat(3000), "y".repeat(3000)),
    ] {
        let reply = page(path);
        assert_eq!(
            (reply.status, &reply.body, reply.headers.len()),
            (404, &off.body, off.headers.len()),
            "{path}"
        );
    }
    turn_on(&server, app, &[], &[("brand", "Acme <&> Söhne"), ("welcome", "Hi\nthere")]);
    let on = page("/panel/demo/demo-app/");
    assert_eq!((on.status, on.header("location")), (303, Some("/panel/demo/demo-app/sign-in")));
    let sign_in = page("/panel/demo/demo-app/sign-in");
    assert!(sign_in.text().contains(&escaped("Acme <&> Söhne")) && sign_in.text().contains("Hi\nthere"));
    for (path, to) in [
        ("/panel/DEMO/Demo-App/sign-in?lang=de", "/panel/demo/demo-app/sign-in?lang=de"),
        ("/panel/demo/demo-app", "/panel/demo/demo-app/"),
        ("/panel/%64emo/demo-app/", "/panel/demo/demo-app/"),
    ] {
        let reply = page(path);
        assert_eq!((reply.status, reply.header("location")), (308, Some(to)), "{path}");
    }
    // Programs are told this very address.
    let told = app.client("1.2", "init", &[("ver", &app.version)]);
    assert!(told.json()["appinfo"]["customerPanelLink"].as_str().unwrap().ends_with("/panel/demo/demo-app/"));
    // Banned by the operator, it is not there.
    server.cli.ok(&["app", "ban", "demo/demo-app", "--yes"]);
    eventually("the ban", || (page("/panel/demo/demo-app/").body == off.body).then_some(()));
}

#[test]
fn customers_sign_in_with_what_their_program_asks_for() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        app.add_user("b<o>b & \u{1F980}");
        let customer = Customer::new(app);
        for (name, password) in
            [("alice", "wrong"), ("nobody", PASS), ("", ""), ("al\0ice", PASS), ("*", PASS)]
        {
            assert_refused(&customer.post("sign-in", &[("name", name), ("password", password)]), 422, WRONG);
        }
        for (name, password) in
            [("x".repeat(100_000), PASS.to_owned()), ("alice".into(), "x".repeat(100_000))]
        {
            assert_refused(
                &customer.post("sign-in", &[("name", &name), ("password", &password)]),
                422,
                WRONG,
            );
        }
        assert!(!customer.is_in());
        let customer = Customer::signed_in(app, "ALICE", PASS);
        let home = customer.get("");
        for part in
            ["Signed in as alice", "<strong class=\"break\" dir=\"auto\">default</strong>", " days left"]
        {
            assert!(home.text().contains(part), "{part}: {}", home.text());
        }
        assert_eq!(customer.get("sign-in").status, 303);
        customer.says(&customer.post("sign-out", &[]), "You are signed out.");
        assert!(!customer.is_in());
        let odd = Customer::signed_in(app, "b<o>b & \u{1F980}", PASS);
        assert!(odd.get("").text().contains(&escaped("b<o>b & \u{1F980}")));
        // What was tried is with what programs tried.
        eventually("the tries", || {
            let tries = app.sell("why", &[("text", "alice")]).json()["tries"].to_string();
            (tries.contains("\"panel\"") && tries.contains("wrong_password")).then_some(())
        });
    });
}

#[test]
fn a_license_key_lets_in_whom_it_made_and_makes_nobody() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    let (used, unused) = (server.license(0), server.license(1));
    app.init("1.2").license(used);
    let customer = Customer::new(app);
    let long = "x".repeat(5000);
    for key in [unused, "nothing", "", "%00", "\0", &long] {
        assert_refused(&customer.post("sign-in/key", &[("key", key)]), 422, WRONG_KEY);
    }
    assert!(app.sell("userdata", &[("user", unused)]).json()["success"] == false);
    let lower = format!("  {}\n", used.to_lowercase());
    assert_eq!(customer.post("sign-in/key", &[("key", &lower)]).status, 303);
    assert!(customer.is_in());
    // Its name is all that it signs in with, so there is no password to change.
    assert_eq!(customer.get("password").status, 404);
    assert!(!customer.get("").text().contains("Change password"));
    turn_on(&server, app, &["license-sign-in"], &[]);
    let other = Customer::new(app);
    assert_eq!(other.post("sign-in/key", &[("key", used)]).status, 404);
    assert!(!other.get("sign-in").text().contains("sign-in/key"));
}

fn turn_two_factor_on(app: &App, name: &str) -> String {
    let session = app.sign_in(name);
    let secret =
        session.call("2faenable", &[]).json()["2fa"]["secret_code"].as_str().expect("a secret").to_owned();
    let reply = session.call("2faenable", &[("code", &code(&secret, -1))]);
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    secret
}

fn ticket(reply: &Reply) -> String {
    let (_, rest) =
        reply.text().split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("{}", reply.text()));
    rest.split_once('"').unwrap().0.to_owned()
}

#[test]
fn two_factor_sign_in_takes_two_steps() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    let other_app = server.create_app("other");
    turn_on(&server, &other_app, &[], &[]);
    app.add_user("alice");
    let secret = turn_two_factor_on(app, "alice");
    let customer = Customer::new(app);
    let asked = customer.post("sign-in", &[("name", "alice"), ("password", PASS)]);
    assert_eq!(asked.status, 200, "{}", asked.text());
    assert!(!customer.is_in());
    let ticket = ticket(&asked);
    let code = code(&secret, 0);
    for (ticket, code, told) in [
        (ticket.as_str(), "000000", "This code is wrong or was used before."),
        (&ticket, "", "This code is wrong or was used before."),
        ("00", &code, "This page is too old or was sent before. Begin again."),
        ("", &code, "This page is too old or was sent before. Begin again."),
    ] {
        assert_refused(&customer.post("sign-in/code", &[("ticket", ticket), ("code", code)]), 422, told);
    }
    // Of another application it opens nothing.
    let elsewhere = Customer::new(&other_app);
    assert_eq!(elsewhere.post("sign-in/code", &[("ticket", &ticket), ("code", &code)]).status, 422);
    assert_eq!(customer.post("sign-in/code", &[("ticket", &ticket), ("code", &code)]).status, 303);
    assert!(customer.is_in());
    // Neither ticket nor code works twice.
    let again = Customer::new(app);
    assert_eq!(again.post("sign-in/code", &[("ticket", &ticket), ("code", &code)]).status, 422);
    assert!(!again.is_in());
}

/// The status of a page for whoever sends these cookies.
fn seen_with(app: &App, target: &str, cookies: &str) -> u16 {
    request(&app.address, "GET", target, &[("Cookie", cookies)], b"").status
}

/// The value of the cookie of a sign-in.
fn cookie_of(customer: &Customer) -> String {
    let cookies = customer.browser.cookies();
    let mut pairs = cookies.split("; ");
    pairs.find_map(|pair| pair.strip_prefix("claviger-panel=")).expect("a sign-in").to_owned()
}

#[test]
fn no_cookie_means_anything_elsewhere() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    for app in [app, &other] {
        turn_on(&server, app, &[], &[]);
        app.sell("addsub", &[("name", "default"), ("level", "1")]);
        app.add_user("alice");
    }
    let [here, there] = [app, &other].map(|app| Customer::signed_in(app, "alice", PASS));
    let [mine, theirs] = [&here, &there].map(cookie_of);
    let (number, secret) = mine.split_once('.').unwrap();
    let (other_number, other_secret) = theirs.split_once('.').unwrap();
    let home = |base: &str, cookie: &str| seen_with(&server.app, base, cookie);
    assert_eq!(home(&here.base, &format!("claviger-panel={mine}")), 200);
    for (base, cookie) in [
        (&there.base, mine.clone()),
        (&here.base, theirs.clone()),
        // Sent by hand, with the number of the other.
        (&there.base, format!("{other_number}.{secret}")),
        (&here.base, format!("{number}.{other_secret}")),
        (&here.base, secret.to_owned()),
        (&here.base, format!("0{mine}")),
    ] {
        assert_eq!(home(base, &format!("claviger-panel={cookie}")), 303, "{cookie}");
    }
    // Both at once, as no browser sends them: each panel takes its own.
    let both = format!("claviger-panel={theirs}; claviger-panel={mine}");
    assert_eq!([home(&here.base, &both), home(&there.base, &both)], [200, 200]);
    // The dashboard's people are nobody here, and customers nobody there.
    let people = server.browser().cookies();
    assert_eq!(home(&here.base, &people), 303);
    let value = people.split("; ").find_map(|pair| pair.strip_prefix("claviger=")).unwrap();
    for cookie in [format!("claviger-panel={value}"), format!("claviger-panel={number}.{value}")] {
        assert_eq!(home(&here.base, &cookie), 303);
    }
    for cookie in [format!("claviger={mine}"), format!("claviger={secret}")] {
        assert_eq!(seen_with(&server.app, "/dashboard/", &cookie), 303);
    }
    // A form's token of one panel is none of the other's.
    let token = here.token();
    let reply = there.post_as("sessions/end-all", &[("token", &token)], &[("Sec-Fetch-Site", "same-origin")]);
    assert!(reply.status == 403 && reply.text().contains(FOREIGN_FORM), "{}", reply.text());
    // The cookie is sent to this panel only, and no script reads it.
    let fresh = Customer::new(app);
    let reply = fresh.post("sign-in", &[("name", "alice"), ("password", PASS)]);
    let set = reply.headers.iter().find(|(_, value)| value.starts_with("claviger-panel=")).unwrap();
    assert!(set.1.contains("; Path=/panel/demo/demo-app/; HttpOnly; SameSite=Lax; Max-Age="), "{set:?}");
}

#[test]
fn a_sign_in_ends_with_what_it_hangs_on() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        let in_as = |name: &str| {
            app.add_user(name);
            Customer::signed_in(app, name, PASS)
        };
        let customer = in_as("banned");
        app.sell("banuser", &[("user", "banned"), ("reason", "why <not>")]);
        assert!(!customer.is_in());
        // The reason is told to whoever shows the password, and to nobody else.
        let told = format!("This account is banned: {}", escaped("why <not>"));
        let shown = [("name", "banned"), ("password", PASS)];
        assert_refused(&customer.post("sign-in", &shown), 422, &told);
        assert_refused(&customer.post("sign-in", &[("name", "banned"), ("password", "x")]), 422, WRONG);
        app.sell("unbanuser", &[("user", "banned")]);
        assert!(!customer.is_in(), "a ban that was lifted brings no sign-in back");
        assert_eq!(customer.post("sign-in", &shown).status, 303);

        let customer = in_as("changed");
        app.sell("resetpw", &[("user", "changed"), ("passwd", "another")]);
        assert!(!customer.is_in());

        let customer = in_as("deleted");
        app.sell("deluser", &[("user", "deleted")]);
        assert!(!customer.is_in());
        // Somebody else of the same name is somebody else.
        app.add_user("deleted");
        assert!(!customer.is_in());

        let customer = in_as("stays");
        app.sell("killall", &[]);
        app.sell("editusername", &[("currentUsername", "stays"), ("newUsername", "renamed")]);
        assert!(customer.get("").text().contains("Signed in as renamed"), "{}", customer.get("").text());
        turn_on(server, app, &[], &[("on2", "")]);
        let browser = server.browser();
        let off = [("light", "#2f5bd0"), ("dark", "#86a8ff"), ("language", "en")];
        assert_eq!(browser.post("/dashboard/demo-app/customers-panel", &off).status, 303);
        assert_eq!(customer.get("").status, 404);
    });
}

#[test]
fn a_sign_in_ends_by_itself() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    for change in ["seen = seen - 43200", "began = began - 604800"] {
        let customer = Customer::signed_in(app, "alice", PASS);
        assert!(customer.is_in());
        age(&server, change);
        assert!(!customer.is_in(), "{change}");
    }
}

/// Makes sign-ins older.
fn age(server: &Server, change: &str) {
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
    let aged = database.execute(&format!("UPDATE panel_sign_ins SET {change}"), []).expect("a change");
    assert!(aged > 0);
}

#[test]
fn a_first_password_is_set_where_the_devices_are() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        // Nobody has signed in yet: as with a program, whoever comes first sets the password.
        app.add_user("fresh");
        app.sell("resetpw", &[("user", "fresh")]);
        Customer::signed_in(app, "fresh", "a password of mine");
        // With a device bound, a program asks for it before it takes a password. Browsers show none.
        app.add_user("alice");
        assert_eq!(app.login_says("alice", HWID), "Logged in!");
        app.sell("resetpw", &[("user", "alice")]);
        let stranger = Customer::new(app);
        let shown = [("name", "alice"), ("password", "a password of mine")];
        assert_refused(&stranger.post("sign-in", &shown), 422, WRONG);
        let reply = stranger.post("sign-in/key", &[("key", "alice")]);
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert!(!stranger.is_in());
        let reply = app.login("alice", "a password of mine", OTHER_HWID);
        assert_eq!(reply.json()["message"], "HWID doesn't match. Ask for a HWID reset");
        assert_eq!(app.login("alice", "another of hers", HWID).json()["message"], "Logged in!");
        Customer::signed_in(app, "alice", "another of hers");
        // Where devices do not count, they do not count here.
        app.sell("resetpw", &[("user", "alice")]);
        server.cli.ok(&["app", "set", &app.path(), "hwidCheck=false"]);
        eventually("the setting", || {
            let shown = [("name", "alice"), ("password", "one more")];
            (Customer::new(app).post("sign-in", &shown).status == 303).then_some(())
        });
    });
}

#[test]
fn what_is_offered_counts_when_the_form_is_all_there() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    let customer = Customer::signed_in(app, "alice", PASS);
    let before = app.expiry("alice", 0);
    let key = app.add_license("expiry=5");
    let redeem = |change: &dyn Fn()| {
        let body = format!("token={}&key={key}", customer.token());
        let (target, cookies) = (format!("{}redeem", customer.base), customer.browser.cookies());
        halfway(&app.address, &target, &[("Cookie", &cookies)], body.as_bytes(), change).status
    };
    assert_eq!(redeem(&|| turn_on(&server, app, &["redeem"], &[])), 404);
    turn_on(&server, app, &[], &[]);
    let by_operator = |act: &str| drop(server.cli.ok(&["app", act, &app.path(), "--yes"]));
    assert_eq!(redeem(&|| by_operator("ban")), 404);
    server.cli.ok(&["app", "unban", &app.path()]);
    assert_eq!(app.expiry("alice", 0), before);
    assert_eq!(redeem(&|| ()), 303);
}

#[test]
fn while_programs_may_not_start_nobody_signs_in() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    let inside = Customer::signed_in(app, "alice", PASS);
    assert_eq!(app.sell("pauseapp", &[]).status, 200);
    let told = "demo-app is paused at the moment.";
    let page = Customer::new(app).get("sign-in");
    assert!(page.text().contains(told) && !page.text().contains("name=\"password\""), "{}", page.text());
    // Who is inside stays, as programs do that run.
    assert!(inside.get("").text().contains("paused, "), "{}", inside.get("").text());
    let token = inside.token();
    for (rest, fields) in [
        ("sign-in", vec![("token", token.as_str()), ("name", "alice"), ("password", PASS)]),
        ("sign-in/key", vec![("token", &token), ("key", "x")]),
        ("sign-in/code", vec![("token", &token), ("ticket", "x"), ("code", "1")]),
    ] {
        let reply = inside.post_as(rest, &fields, &[("Sec-Fetch-Site", "same-origin")]);
        assert!(reply.status == 403 && reply.text().contains(told), "{rest}: {}", reply.text());
    }
    assert_eq!(app.sell("unpauseapp", &[]).status, 200);
    Customer::signed_in(app, "alice", PASS);
}

#[test]
fn guesses_are_counted_along_with_those_of_programs() {
    let (mut process, folder, app) = start(&["--login-failures-address", "3"]);
    let database = rusqlite::Connection::open(folder.path().join("data/claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
    database
        .execute("INSERT INTO panels (app, settings, revision) SELECT id, '{\"on\":true}', 1 FROM apps", [])
        .expect("a panel");
    let customer = Customer::new(&app);
    for (rest, fields) in [
        ("sign-in", [("name", "alice"), ("password", "wrong")]),
        ("sign-in", [("name", "nobody"), ("password", "wrong")]),
        ("sign-in/key", [("key", "guess"), ("x", "")]),
    ] {
        assert_eq!(customer.post(rest, &fields).status, 422, "{rest}");
    }
    for (rest, fields) in [
        ("sign-in", [("name", "alice"), ("password", "right")]),
        ("sign-in/key", [("key", "guess"), ("x", "")]),
    ] {
        let reply = customer.post(rest, &fields);
        assert!(reply.status == 429 && reply.text().contains("There were too many failed attempts. Wait "));
    }
    let params = [("username", "alice"), ("pass", "right"), ("hwid", HWID)];
    assert_eq!(app.init("1.2").call("login", &params).status, 429);
    process.stop("TERM");
}

/// Every route as nobody, as a customer of another application, and with forms from elsewhere.
#[test]
fn every_page_is_guarded() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    for app in [app, &other] {
        turn_on(&server, app, &[], &[]);
        app.sell("addsub", &[("name", "default"), ("level", "1")]);
        app.add_user("alice");
    }
    let mine = Customer::signed_in(app, "alice", PASS);
    let stranger = Customer { base: mine.base.clone(), ..Customer::signed_in(&other, "alice", PASS) };
    let nobody = Customer::new(app);
    for route in panel_listed() {
        let address = route.pattern.replace("{file}", "987654321");
        for visitor in [&nobody, &stranger] {
            let reply = match route.method {
                Method::Get => visitor.get(&address),
                Method::Post => visitor.post_as(&address, &[("token", "0")], &[]),
            };
            let to_sign_in = reply.status == 303
                && reply.header("location").is_some_and(|to| to == format!("{}sign-in", mine.base));
            match (route.need, route.method) {
                (PanelNeed::Customer, _) => assert!(to_sign_in, "{route:?}: {reply:?}"),
                (PanelNeed::Nobody, Method::Get) => assert!(reply.status < 500, "{route:?}: {reply:?}"),
                (PanelNeed::Nobody, Method::Post) => {
                    assert!(
                        reply.status == 403 && reply.text().contains(FOREIGN_FORM),
                        "{route:?}: {reply:?}"
                    );
                }
            }
        }
        if route.method == Method::Post {
            let token = mine.token();
            for headers in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
                let reply = mine.post_as(&address, &[("token", &token)], &[headers]);
                assert_eq!(reply.status, 403, "{route:?}: {reply:?}");
            }
            let reply = mine.post_as(&address, &[], &[("Sec-Fetch-Site", "same-origin")]);
            assert!(reply.status == 403 && reply.text().contains(FOREIGN_FORM), "{route:?}: {reply:?}");
            let get = mine.get(&address).status;
            let has_get =
                panel_listed().any(|other| other.pattern == route.pattern && other.method == Method::Get);
            assert!(has_get || get == 405, "{route:?}: {get}");
        }
    }
    assert!(mine.is_in(), "still signed in");
    // What is not offered is not there.
    let all: Vec<&str> = claviger_domain::Offer::ALL.into_iter().map(claviger_domain::Offer::name).collect();
    turn_on(&server, app, &all, &[]);
    let token = mine.token();
    for route in panel_listed().filter(|route| route.offer.is_some()) {
        let address = route.pattern.replace("{file}", "987654321");
        let reply = match route.method {
            Method::Get => mine.get(&address),
            Method::Post => {
                mine.post_as(&address, &[("token", &token)], &[("Sec-Fetch-Site", "same-origin")])
            }
        };
        assert_eq!(reply.status, 404, "{route:?}");
    }
    let home = mine.get("");
    for part in ["redeem", "devices", "sessions/end", "password", "email", "two-factor", "downloads"] {
        assert!(!home.text().contains(&format!("{}{part}", mine.base)), "{part}: {}", home.text());
    }
}

#[test]
fn pages_carry_what_keeps_them_safe() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[("light", "#8a1253")]);
    app.add_user("alice");
    let customer = Customer::signed_in(app, "alice", PASS);
    for rest in ["", "sign-in", "password", "nowhere", "colours.css", "devices/free"] {
        let reply = customer.get(rest);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self';"),
            "{rest}: {policy}"
        );
        assert!(!policy.contains("script") && !reply.text().contains("<script"), "{rest}");
        assert!(!reply.text().contains("style=") && !reply.text().contains("<style"), "{rest}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{rest}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{rest}");
        let caching = reply.header("cache-control").unwrap();
        assert_eq!(caching == "no-store", rest != "colours.css", "{rest}: {caching}");
    }
    let colours = customer.get("colours.css");
    let expected =
        ":root { --accent: light-dark(#8a1253, #86a8ff); --on-accent: light-dark(#ffffff, #0d1322); }\n";
    assert_eq!(colours.text(), expected);
    for method in ["PUT", "DELETE", "OPTIONS"] {
        assert_eq!(customer.browser.send(method, &customer.base, &[], b"").status, 405);
    }
    assert_eq!(customer.get(&format!("?x={}", "x".repeat(40_000))).status, 431);
    let many = "a&".repeat(3000);
    assert_eq!(customer.get(&format!("?{many}")).status, 413);
}
