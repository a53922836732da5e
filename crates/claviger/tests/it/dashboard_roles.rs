//! Every route of the dashboard as everybody: driven by the table of routes itself, so that a new page is walked too.

use claviger_dashboard::{Listed, Method, Need, listed};

use crate::support::{App, Browser, Reply, Server, form};

/// Told to who lacks a permission.
const NO_PERMISSION: &str = "Your account does not have this permission.";
/// Told of a form that brings no token, or another one.
const FOREIGN_FORM: &str = "This form was made for another sign-in.";
/// Told of what another site's page sent.
const OTHER_SITE: &str = "This came from another site.";
/// Every bit of a manager's permissions.
const BITS: [i64; 12] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

/// What a role is to the application that the addresses name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Owner,
    Manager(i64),
    Reseller,
    /// An owner whose it is not, or who works on another one of the same owner.
    Stranger {
        owner: bool,
    },
}

/// Whether a route lets a role in; `None`: it must look as if there were nothing.
fn lets_in(need: Need, standing: Standing) -> Option<bool> {
    Some(match (need, standing) {
        (Need::Nobody | Need::Person, _) => true,
        (Need::Owner, Standing::Owner) => true,
        (Need::Owner, Standing::Stranger { owner }) => owner,
        (Need::Owner, _) => false,
        (_, Standing::Stranger { .. }) => return None,
        (Need::Member, _) | (Need::App(_) | Need::Either(..) | Need::AppOwner, Standing::Owner) => true,
        (Need::App(permission), Standing::Manager(bits)) => bits & permission as i64 != 0,
        (Need::Either(one, other), Standing::Manager(bits)) => bits & (one as i64 | other as i64) != 0,
        (Need::Reseller, standing) => standing == Standing::Reseller,
        (Need::App(_) | Need::Either(..) | Need::AppOwner, _) => false,
    })
}

/// An address of the route in the demo's application; other names of the path stand for nothing that there is.
fn address(route: &Listed) -> String {
    let mut address = route.pattern.replace("{app}", "demo-app");
    while let Some(start) = address.find('{') {
        let end = start + address[start..].find('}').expect("a name's end");
        address.replace_range(start..=end, "987654321");
    }
    address
}

/// As the script or a browser asks, without reading what never ends.
fn look(browser: &Browser, address: &str) -> Reply {
    let head = browser.send("HEAD", address, &[], b"");
    let is_stream = head.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    if is_stream { head } else { browser.get(address) }
}

/// Posts what a page of another sign-in would post: whoever is let in gets to hear that, and nothing is done.
fn knock(browser: &Browser, address: &str, headers: &[(&str, &str)]) -> Reply {
    browser.post_as(address, &[("token", "0")], headers)
}

fn walk(browser: &Browser, standing: Standing) {
    let missing = browser.get("/dashboard/987654321/").status;
    assert!([404, 200].contains(&missing));
    for route in listed() {
        let address = address(&route);
        let reply = match route.method {
            Method::Get => look(browser, &address),
            Method::Post => knock(browser, &address, &[("Sec-Fetch-Site", "same-origin")]),
        };
        let seen =
            format!("{standing:?} {route:?}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
        assert!(reply.status < 500, "{seen}");
        let says = |words: &str| reply.text().contains(words);
        match (route.method, lets_in(route.need, standing)) {
            (_, None) => assert_eq!(reply.status, 404, "{seen}"),
            (_, Some(false)) => assert!(reply.status == 403 && says(NO_PERMISSION), "{seen}"),
            (Method::Get, Some(true)) => {
                assert_ne!(reply.status, 403, "{seen}");
                let to_sign_in = reply.header("location").is_some_and(|to| to.contains("/sign-in?next"));
                assert!(!to_sign_in, "{seen}");
            }
            (Method::Post, Some(true)) => assert!(reply.status == 403 && says(FOREIGN_FORM), "{seen}"),
        }
    }
}

fn add_account(app: &App, role: &str, name: &str, perms: i64) {
    let (email, perms) = (format!("{name}@x.example"), perms.to_string());
    let fields = [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", &perms)];
    let reply = app.seller(&format!("type=addAccount&{}", form(&fields)));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
}

#[test]
fn owners_of_every_role_are_let_in() {
    let server = Server::start();
    for role in ["tester", "developer", "seller"] {
        server.cli.ok(&["owner", "set-role", "demo", role]);
        walk(&server.browser(), Standing::Owner);
    }
}

#[test]
fn managers_are_let_in_by_their_permissions() {
    let server = Server::start();
    for bits in BITS.into_iter().chain([4095]) {
        let name = format!("manager{bits}");
        add_account(&server.app, "Manager", &name, bits);
        walk(&Browser::signed_in(&server.app.address, &name, "password"), Standing::Manager(bits));
    }
}

#[test]
fn resellers_are_kept_to_what_is_theirs() {
    let server = Server::start();
    add_account(&server.app, "Reseller", "shop", 4095);
    walk(&Browser::signed_in(&server.app.address, "shop", "password"), Standing::Reseller);
}

#[test]
fn others_find_nothing() {
    let server = Server::start();
    let password = "four words that differ";
    server.cli.ok_with_input(&["owner", "create", "other", "--role", "seller", "--password-stdin"], password);
    server.cli.ok(&["app", "create", "--owner", "other", "demo-app-2"]);
    let other = Browser::signed_in(&server.app.address, "other", password);
    walk(&other, Standing::Stranger { owner: true });
    // A manager of another application of the same owner.
    let second = server.create_app("second");
    add_account(&second, "Manager", "elsewhere", 4095);
    let elsewhere = Browser::signed_in(&server.app.address, "elsewhere", "password");
    walk(&elsewhere, Standing::Stranger { owner: false });
}

#[test]
fn nobody_is_led_to_the_sign_in() {
    let server = Server::start();
    for route in listed() {
        let (browser, address) = (Browser::new(&server.app.address), address(&route));
        let reply = match route.method {
            Method::Get => look(&browser, &address),
            Method::Post => knock(&browser, &address, &[]),
        };
        let to_sign_in = reply.status == 303
            && reply.header("location").is_some_and(|to| to.starts_with("/dashboard/-/sign-in"));
        if route.need == Need::Nobody {
            let refused = reply.status == 403 && reply.text().contains(FOREIGN_FORM);
            assert!(reply.status < 500 && (route.method == Method::Get || refused), "{route:?}: {reply:?}");
        } else {
            assert!(to_sign_in, "{route:?}: {reply:?}");
            // It leads back to a page, and never to an act.
            let next = reply.header("location").is_some_and(|to| to.contains("next="));
            assert_eq!(next, route.method == Method::Get, "{route:?}");
        }
    }
}

#[test]
fn no_form_is_taken_from_elsewhere() {
    let server = Server::start();
    let (owner, other) = (server.browser(), server.browser());
    add_account(&server.app, "Reseller", "shop", 4095);
    let reseller = Browser::signed_in(&server.app.address, "shop", "password");
    let (of_owner, of_reseller, foreign) = (owner.token(), reseller.token(), other.token());
    for route in listed().filter(|route| route.method == Method::Post) {
        let address = address(&route);
        let (browser, token) = match route.need {
            Need::Reseller => (&reseller, &of_reseller),
            _ => (&owner, &of_owner),
        };
        for headers in [
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
            [("Origin", "https://evil.example")],
            [("Origin", "null")],
        ] {
            let reply = browser.post_as(&address, &[("token", token)], &headers);
            assert!(
                reply.status == 403 && reply.text().contains(OTHER_SITE),
                "{route:?} {headers:?}: {reply:?}"
            );
        }
        for fields in [&[][..], &[("token", foreign.as_str())], &[("token", "")]] {
            let reply = browser.post_as(&address, fields, &[("Sec-Fetch-Site", "same-origin")]);
            assert!(reply.status == 403 && reply.text().contains(FOREIGN_FORM), "{route:?}: {reply:?}");
        }
    }
    assert_eq!(owner.get("/dashboard/demo-app/").status, 200, "still signed in, and all is there");
}

/// Makes it long ago that anybody proved who they are.
fn age_sign_ins(server: &Server) {
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
    let aged = database.execute("UPDATE people_sign_ins SET proved = 0", []).expect("a change");
    assert!(aged > 0);
}

#[test]
fn secrets_and_credentials_want_a_fresh_sign_in() {
    let server = Server::start();
    let browser = server.browser();
    let token = browser.token();
    age_sign_ins(&server);
    for route in listed().filter(|route| route.need != Need::Nobody) {
        let address = address(&route);
        let reply = match route.method {
            Method::Get => look(&browser, &address),
            // With its token: it must be refused before it is carried out.
            Method::Post if route.fresh => {
                browser.post_as(&address, &[("token", &token)], &[("Sec-Fetch-Site", "same-origin")])
            }
            Method::Post => continue,
        };
        let asked = reply.header("location").is_some_and(|to| to.starts_with("/dashboard/-/confirm?next="));
        assert_eq!(asked, route.fresh, "{route:?}: {reply:?}");
        let is_key = route.pattern.contains("/seller-settings/new") || route.pattern.contains("/keys/");
        assert!(route.fresh || !is_key, "{route:?}");
    }
    assert_eq!(server.app.seller("type=setseller").status, 200);
}
