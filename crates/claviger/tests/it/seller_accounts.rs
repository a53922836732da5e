//! The types of accounts: resellers and managers (`docs/protocol/seller.md`).

use std::sync::Barrier;
use std::thread;

use crate::support::http::request;
use crate::support::vendor::hostile;
use crate::support::{App, Reply, Server, assert_json, assert_text, encode, form};

const ADDED: &str = r#"{"success":true,"message":"Successfully added account!"}"#;
const NOT_ADDED: &str = r#"{"success":false,"message":"Failed to add account!"}"#;
const ROLES: &str = r#"{"success":false,"message":"Role options are Manager or Reseller!"}"#;
const NAME_TAKEN: &str = r#"{"success":false,"message":"Username already taken!"}"#;
const EMAIL_TAKEN: &str = r#"{"success":false,"message":"Email already taken!"}"#;
const NO_PERMISSION: &str = r#"{"success":false,"message":"Invalid permission value. You must have at least one permission flag enabled!"}"#;
const DELETED: &str = r#"{"success":true,"message":"Successfully deleted account!"}"#;
const NOT_DELETED: &str = r#"{"success":false,"message":"Failed to delete account!"}"#;
const BALANCED: &str = r#"{"success":true,"message":"Balance Successfully Added"}"#;
const NO_USERNAME: &str = r#"{"success":false,"message":"Username Not Set"}"#;
const NOT_YOURS: &str =
    r#"{"success":false,"message":"You don't own account you were attemping to modify balance for"}"#;
const NO_RESELLER: &str =
    r#"{"success":false,"message":"Reseller Account Doesn't Exist Or It Doesn't Belong To You"}"#;
const WRONG_LEVEL: &str = r#"{"success":false,"message":"Reseller may not generate keys of this level"}"#;
const TOO_POOR: &str = r#"{"success":false,"message":"Reseller has not enough balance"}"#;
const MAY_NOT: &str = r#"{"success":false,"message":"Manager may not generate keys"}"#;

fn add(app: &App, params: &[(&str, &str)]) -> Reply {
    app.seller(&format!("type=addAccount&{}", form(params)))
}

/// Adds an account with an address of its own.
fn add_as(app: &App, role: &str, user: &str, more: &[(&str, &str)]) {
    let email = format!("{user}@{}.example", app.owner_id);
    let basic = [("role", role), ("user", user), ("pass", "a password"), ("email", &email)];
    assert_json(&add(app, &[&basic, more].concat()), 200, ADDED);
}

/// The whole reply of `fetchteam`: resellers with levels and balance, managers with permissions.
fn assert_team(app: &App, resellers: &[(&str, &str, &str)], managers: &[(&str, &str)]) {
    let resellers: Vec<String> = resellers
        .iter()
        .map(|(name, levels, balance)| {
            format!(r#"{{"username":"{name}","key_levels":"{levels}","balance":"{balance}"}}"#)
        })
        .collect();
    let managers: Vec<String> = managers
        .iter()
        .map(|(name, permissions)| format!(r#"{{"username":"{name}","permissions":"{permissions}"}}"#))
        .collect();
    let expected = format!(
        r#"{{"success":true,"message":"Successfully retrieved team","resellers":[{}],"managers":[{}]}}"#,
        resellers.join(","),
        managers.join(",")
    );
    assert_json(&app.seller("type=fetchteam"), 200, &expected);
}

const NOTHING: &str = "0|0|0|0|0|0|0";

/// `getbalance`, with the counts in the order of its fields: lifetime before year.
fn assert_balance(app: &App, user: &str, counts: [i64; 7]) {
    let total: i64 = counts.iter().sum();
    let [day, week, month, three_month, six_month, lifetime, year] = counts;
    let expected = format!(
        r#"{{"success":true,"balance":{{"day":"{day}","week":"{week}","month":"{month}","three_month":"{three_month}","six_month":"{six_month}","lifetime":"{lifetime}","year":"{year}","total_keys":{total}}}}}"#
    );
    assert_json(&app.seller(&format!("type=getbalance&username={user}")), 200, &expected);
}

fn set_balance(app: &App, query: &str) {
    assert_json(&app.seller(&format!("type=setbalance&{query}")), 200, BALANCED);
}

fn total_keys(app: &App) -> i64 {
    app.seller("type=stats").json()["totalkeys"].as_str().expect("a text").parse().expect("a number")
}

#[test]
fn a_team() {
    let server = Server::start();
    let app = &server.app;
    assert_team(app, &[], &[]);
    add_as(app, "Reseller", "zoë", &[]);
    add_as(app, "Manager", "max", &[]);
    add_as(app, "Reseller", "bob", &[("keylevels", "1,3")]);
    add_as(app, "Manager", "ann", &[("perms", "3")]);
    add_as(app, "Manager", "null", &[("perms", "null")]);
    let resellers = [("zoë", "N/A", NOTHING), ("bob", "1,3", NOTHING)];
    let managers = [("max", "2047"), ("ann", "3"), ("null", "2047")];
    assert_team(app, &resellers, &managers);
    let stats = app.seller("type=stats").json();
    assert_eq!(
        (&stats["resellers"], &stats["managers"], &stats["totalaccs"]),
        (&"2".into(), &"3".into(), &"5".into()),
        "{stats}"
    );
    // Whatever they are called.
    add_as(app, "Manager", r#"a "b" <c>"#, &[]);
    let managers = [&managers[..], &[(r#"a \"b\" <c>"#, "2047")]].concat();
    assert_team(app, &resellers, &managers);
}

#[test]
fn account_refusals_in_their_order() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "Bob", &[]);
    let email = format!("Bob@{}.example", app.owner_id);
    // Each row breaks all the rules that follow, too.
    for role in ["", "Admin", "Reseller2", "null", "0", "Resellér", "x%00", &"é".repeat(5000)] {
        let all = [("role", role), ("user", "Bob"), ("email", &email), ("perms", "0")];
        assert_json(&add(app, &all), 200, ROLES);
    }
    assert_json(&app.seller("type=addAccount"), 200, ROLES);
    assert_json(&app.seller("type=addAccount&role=%FF"), 200, ROLES);
    let manager = |params: &[(&str, &str)]| add(app, &[&[("role", "Manager")], params].concat());
    for user in ["Bob", "bOB"] {
        let params = [("user", user), ("email", email.as_str()), ("perms", "0")];
        assert_json(&manager(&params), 200, NAME_TAKEN);
    }
    for email in [&email, &email.to_uppercase()] {
        let params = [("user", "new"), ("email", email.as_str()), ("perms", "0")];
        assert_json(&manager(&params), 200, EMAIL_TAKEN);
    }
    for params in [&[("perms", "0")][..], &[("perms", "0"), ("user", "new"), ("email", "n@x.example")]] {
        assert_json(&manager(params), 200, NO_PERMISSION);
    }
    let complete = [("user", "new"), ("pass", "p"), ("email", "n@x.example")];
    for n in 0..complete.len() {
        let mut params = complete;
        params[n].1 = " \0 ";
        assert_json(&manager(&params), 200, NOT_ADDED);
        assert_json(&add(app, &[&[("role", "Reseller")], &params[..]].concat()), 200, NOT_ADDED);
        let rest: Vec<_> = complete.into_iter().filter(|param| param.0 != complete[n].0).collect();
        assert_json(&manager(&rest), 200, NOT_ADDED);
    }
    assert_json(&app.seller("type=addAccount&role=Manager"), 200, NOT_ADDED);
    assert_team(app, &[("Bob", "N/A", NOTHING)], &[]);
}

#[test]
fn names_have_65_bytes() {
    let server = Server::start();
    let app = &server.app;
    let too_long = r#"{"success":false,"message":"Invalid parameter: user"}"#;
    for user in ["x".repeat(66), "é".repeat(33), "é".repeat(5000)] {
        let params = [("role", "Reseller"), ("user", &user), ("pass", "p"), ("email", "a@x.example")];
        assert_json(&add(app, &params), 400, too_long);
    }
    assert_team(app, &[], &[]);
    let user = format!("{}x", "é".repeat(32));
    let params = [("role", "Reseller"), ("user", &user), ("pass", "p"), ("email", "a@x.example")];
    assert_json(&add(app, &params), 200, ADDED);
    assert_team(app, &[(&user, "N/A", NOTHING)], &[]);
}

#[test]
fn of_parameters_given_twice_the_first_counts() {
    let server = Server::start();
    let app = &server.app;
    let query = "type=addAccount&role=Reseller&role=Manager&user=bob&user=ann\
                 &pass=p&email=a@x.example&email=b@x.example";
    assert_json(&app.seller(query), 200, ADDED);
    assert_team(app, &[("bob", "N/A", NOTHING)], &[]);
    set_balance(app, "username=bob&username=ann&day=1&day=2");
    assert_balance(app, "bob", [1, 0, 0, 0, 0, 0, 0]);
    assert_json(&app.seller("type=deleteAccount&user=bob&user=ann"), 200, DELETED);
}

#[test]
fn names_and_addresses_are_taken_everywhere() {
    let server = Server::start();
    let other = server.create_app("other");
    add_as(&server.app, "Reseller", "bob", &[]);
    let email = format!("bob@{}.example", server.app.owner_id);
    // Owners sign in by their names, too.
    for taken in ["bob", "demo", "DEMO"] {
        let params = [("role", "Manager"), ("user", taken), ("pass", "p"), ("email", "new@x.example")];
        assert_json(&add(&other, &params), 200, NAME_TAKEN);
    }
    let params = [("role", "Manager"), ("user", "new"), ("pass", "p"), ("email", &email)];
    assert_json(&add(&other, &params), 200, EMAIL_TAKEN);
    assert_team(&other, &[], &[]);
    // A deleted account leaves its name and its address.
    assert_json(&server.app.seller("type=deleteAccount&user=bob"), 200, DELETED);
    let params = [("role", "Manager"), ("user", "bob"), ("pass", "p"), ("email", &email)];
    assert_json(&add(&other, &params), 200, ADDED);
    assert_team(&other, &[], &[("bob", "2047")]);
    assert_team(&server.app, &[], &[]);
}

#[test]
fn nothing_is_told_of_other_owners() {
    let server = Server::start();
    server.cli.ok(&["owner", "create", "rival", "--role", "seller"]);
    let rival = server.create_app_of("rival", "other");
    add_as(&server.app, "Reseller", "bob", &[]);
    let email = format!("bob@{}.example", server.app.owner_id);
    // An address may be used by another owner's account, once.
    let with = |user: &str, email: &str, more: &[(&str, &str)]| {
        let basic = [("role", "Manager"), ("user", user), ("pass", "p"), ("email", email)];
        add(&rival, &[&basic, more].concat())
    };
    assert_json(&with("new", &email, &[]), 200, ADDED);
    assert_json(&with("newer", &email, &[]), 200, EMAIL_TAKEN);
    // Whoever cannot have the name does not hear whether there is one.
    for user in ["bob", "demo", "nobody"] {
        assert_json(&with(user, "n@x.example", &[("perms", "0")]), 200, NO_PERMISSION);
        assert_json(&with(user, "", &[]), 200, NOT_ADDED);
    }
    // Names are unique, as people sign in by them, but they are not to be tried out.
    for n in 0..10 {
        let user = if n % 2 == 0 { "bob" } else { "demo" };
        assert_json(&with(user, "n@x.example", &[]), 200, NAME_TAKEN);
    }
    for user in ["bob", "free"] {
        assert_json(&with(user, "n@x.example", &[]), 200, NOT_ADDED);
    }
    assert_json(&with("NEW", "n@x.example", &[]), 200, NAME_TAKEN);
    assert_team(&rival, &[], &[("new", "2047")]);
    // Others are not held up by it.
    add_as(&server.app, "Reseller", "free", &[]);
}

#[test]
fn deleting_accounts() {
    let server = Server::start();
    let (app, other) = (&server.app, server.create_app("other"));
    add_as(app, "Reseller", "bob", &[]);
    add_as(app, "Manager", "max", &[]);
    add_as(&other, "Reseller", "eve", &[]);
    for user in hostile().into_iter().chain(["", "nobody", "eve", "demo", "all"].map(str::to_owned)) {
        assert_json(&app.seller(&format!("type=deleteAccount&user={user}")), 200, NOT_DELETED);
    }
    assert_json(&app.seller("type=deleteAccount"), 200, NOT_DELETED);
    assert_json(&other.seller("type=deleteAccount&user=bob"), 200, NOT_DELETED);
    assert_team(app, &[("bob", "N/A", NOTHING)], &[("max", "2047")]);
    assert_team(&other, &[("eve", "N/A", NOTHING)], &[]);
    for user in ["bob", "max"] {
        assert_json(&app.seller(&format!("type=deleteaccount&user={user}")), 200, DELETED);
        assert_json(&app.seller(&format!("type=DELETEACCOUNT&user={user}")), 200, NOT_DELETED);
    }
    assert_team(app, &[], &[]);
    // Who comes back begins anew.
    add_as(app, "Reseller", "bob", &[]);
    assert_balance(app, "bob", [0; 7]);
}

#[test]
fn balances_are_added_to() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    add_as(app, "Reseller", "eve", &[]);
    assert_balance(app, "bob", [0; 7]);
    set_balance(app, "username=bob&day=1&week=2&month=3&threemonth=4&sixmonth=5&lifetime=6&year=7");
    assert_balance(app, "bob", [1, 2, 3, 4, 5, 6, 7]);
    assert_team(app, &[("bob", "N/A", "1|2|3|4|5|6|7"), ("eve", "N/A", NOTHING)], &[]);
    set_balance(app, "username=bob&day=10&year=20");
    assert_balance(app, "bob", [11, 2, 3, 4, 5, 6, 27]);
    // Less than nothing is not possible.
    set_balance(app, "username=bob&day=-1&week=-2&month=-3000");
    assert_balance(app, "bob", [10, 0, 0, 4, 5, 6, 27]);
    // By its old name, for a name in another case; what is no number is none.
    assert_json(&app.seller("type=balance&username=BOB&week=4"), 200, BALANCED);
    for nothing in ["", "&day=0", "&day=null&week=undefined&month=&year=x%00y&lifetime=%FF"] {
        set_balance(app, &format!("username=bob{nothing}"));
    }
    assert_balance(app, "bob", [10, 4, 0, 4, 5, 6, 27]);
    assert_balance(app, "eve", [0; 7]);
}

#[test]
fn huge_balances_do_no_harm() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    for huge in [i64::MAX.to_string(), i64::MIN.to_string(), "9".repeat(30), format!("-{}", "9".repeat(30))] {
        for _ in 0..2 {
            let reply = app.seller(&format!("type=setbalance&username=bob&day={huge}&year={huge}"));
            assert!(matches!(reply.status, 200 | 400), "{reply:?}");
            let balance = app.seller("type=getbalance&username=bob").json();
            let day: i64 = balance["balance"]["day"].as_str().expect("a text").parse().expect("a number");
            assert!(day >= 0, "{balance}");
        }
    }
}

#[test]
fn balances_of_others() {
    let server = Server::start();
    let (app, other) = (&server.app, server.create_app("other"));
    add_as(app, "Reseller", "bob", &[]);
    for missing in ["", "&username=", "&username=%20%00", "&day=1", "&user=bob"] {
        assert_json(&app.seller(&format!("type=setbalance{missing}")), 200, NO_USERNAME);
        assert_json(&app.seller(&format!("type=getbalance{missing}")), 200, NO_RESELLER);
    }
    for user in hostile().into_iter().chain(["nobody", "demo", "all"].map(str::to_owned)) {
        let reply = app.seller(&format!("type=setbalance&day=1&username={user}"));
        assert_json(&reply, 200, if user == "%00" { NO_USERNAME } else { NOT_YOURS });
        assert_json(&app.seller(&format!("type=getbalance&username={user}")), 200, NO_RESELLER);
    }
    assert_json(&other.seller("type=setbalance&username=bob&day=1"), 200, NOT_YOURS);
    assert_json(&other.seller("type=getbalance&username=bob"), 200, NO_RESELLER);
    assert_balance(app, "bob", [0; 7]);
    // The name of the application, if it is given.
    let get = |name: &str| app.seller(&format!("type=getbalance&username=bob&appname={}", encode(name)));
    let expected = app.seller("type=getbalance&username=bob");
    for name in ["", &app.name] {
        assert_json(&get(name), 200, expected.text());
    }
    for name in ["other", "x", &"é".repeat(5000), "\0\0x"] {
        assert_json(&get(name), 200, NO_RESELLER);
    }
}

/// Adds keys for a reseller; the query is what `add` gets besides.
fn sell(app: &App, query: &str) -> Reply {
    app.seller(&format!("type=add&format=text&owner=bob&{query}"))
}

#[test]
fn a_reseller_pays_for_keys() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    // Days that a key is worth, and which class pays for it.
    for (days, class) in [
        ("0.5", 0),
        ("1", 0),
        ("1.001", 1),
        ("7", 1),
        ("7.5", 2),
        ("31", 2),
        ("32", 3),
        ("93", 3),
        ("93.1", 4),
        ("186", 4),
        ("187", 6),
        ("366", 6),
        ("367", 5),
        ("36500", 5),
        ("never", 5),
    ] {
        let reply = app.seller(&format!("type=add&owner=bob&expiry={days}"));
        assert_json(&reply, 200, TOO_POOR);
        let name = ["day", "week", "month", "threemonth", "sixmonth", "lifetime", "year"][class];
        set_balance(app, &format!("username=bob&{name}=1"));
        assert_eq!(sell(app, &format!("expiry={days}")).status, 200, "{days} days from {name}");
        assert_json(&app.seller(&format!("type=add&owner=bob&expiry={days}")), 200, TOO_POOR);
        assert_eq!(app.seller("type=fetchteam").json()["resellers"][0]["balance"], NOTHING, "{days}");
    }
    assert_eq!(total_keys(app), 115);
    assert_balance(app, "bob", [0; 7]);
}

#[test]
fn every_key_is_paid_for() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    set_balance(app, "username=bob&day=5&week=9");
    let keys = sell(app, "expiry=1&amount=3");
    assert_eq!(keys.text().split("\r\n").count(), 3, "{keys:?}");
    assert_balance(app, "bob", [2, 9, 0, 0, 0, 0, 0]);
    assert_json(&app.seller("type=add&owner=bob&expiry=1&amount=3"), 200, TOO_POOR);
    assert_text(&sell(app, "expiry=1&amount=3"), 400, "Reseller has not enough balance");
    assert_balance(app, "bob", [2, 9, 0, 0, 0, 0, 0]);
    // A name in another case is the same person.
    assert_eq!(app.seller("type=add&owner=BOB&expiry=1&amount=2").status, 302);
    assert_json(&app.seller("type=add&owner=BOB&expiry=1"), 200, TOO_POOR);
    // Others pay nothing: who is nobody's account, or another application's.
    add_as(&server.create_app("other"), "Reseller", "eve", &[]);
    for owner in ["carol", "eve", "SellerAPI", "%00"] {
        assert_eq!(app.seller(&format!("type=add&expiry=1&owner={owner}")).status, 200, "{owner}");
    }
    assert_eq!(total_keys(app), 109);
}

#[test]
fn a_reseller_has_levels() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[("keylevels", "2,10")]);
    // The level comes before the balance, and what `add` refuses before both.
    assert_json(&app.seller("type=add&owner=bob"), 406, r#"{"success":false,"message":"Expiry not set"}"#);
    assert_json(&app.seller("type=add&owner=bob&expiry=1"), 200, WRONG_LEVEL);
    set_balance(app, "username=bob&day=100");
    for level in ["", "&level=1", "&level=0", "&level=12", "&level=3", "&level=null", "&level=210"] {
        assert_json(&app.seller(&format!("type=add&owner=bob&expiry=1{level}")), 200, WRONG_LEVEL);
    }
    assert_text(&sell(app, "expiry=1"), 400, "Reseller may not generate keys of this level");
    assert_eq!(total_keys(app), 100);
    assert_balance(app, "bob", [100, 0, 0, 0, 0, 0, 0]);
    for level in ["2", "10"] {
        assert_eq!(sell(app, &format!("expiry=1&level={level}")).status, 200);
    }
    assert_balance(app, "bob", [98, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn refused_keys_cost_nothing() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    set_balance(app, "username=bob&day=200");
    assert_eq!(sell(app, "expiry=1&mask=TAKEN").text(), "TAKEN");
    for (query, message) in [
        ("expiry=1&mask=TAKEN", "License already exists"),
        ("expiry=1&mask=NEW&amount=2", "Can't do custom key with amount greater than one"),
        ("expiry=1&amount=101", "You can only generate 100 licenses at a time"),
        ("expiry=1&level=1234567890123", "Level too long"),
    ] {
        assert_text(&sell(app, query), 400, message);
    }
    let note = format!("expiry=1&note={}", "n".repeat(70));
    assert_text(&sell(app, &note), 400, "Note must be less than 69 characters");
    assert_balance(app, "bob", [199, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn managers_need_leave_to_make_keys() {
    let server = Server::start();
    let app = &server.app;
    for (user, perms) in [("all", "2047"), ("keys", "1"), ("users", "2"), ("rest", "4094")] {
        add_as(app, "Manager", user, &[("perms", perms)]);
    }
    // They need no balance.
    for user in ["all", "keys"] {
        assert_eq!(app.seller(&format!("type=add&expiry=1&owner={user}")).status, 200, "{user}");
    }
    for user in ["users", "rest", "USERS"] {
        assert_json(&app.seller(&format!("type=add&expiry=1&owner={user}")), 200, MAY_NOT);
        let reply = app.seller(&format!("type=add&format=text&expiry=1&owner={user}"));
        assert_text(&reply, 400, "Manager may not generate keys");
    }
    assert_eq!(total_keys(app), 102);
}

#[test]
fn shops_sell_for_resellers() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    set_balance(app, "username=bob&month=4");
    let order = || {
        let target = app.seller_target("type=add&format=text&expiry=30&owner=bob&amount=1");
        let headers = [("Content-Type", "application/json")];
        request(&app.address, "POST", &target, &headers, br#"{"data":{"quantity":3,"owner":"carol"}}"#)
    };
    assert_eq!(order().text().split("\r\n").count(), 3);
    assert_balance(app, "bob", [0, 0, 1, 0, 0, 0, 0]);
    assert_text(&order(), 400, "Reseller has not enough balance");
    assert_balance(app, "bob", [0, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn keys_are_their_makers() {
    let server = Server::start();
    let app = &server.app;
    add_as(app, "Reseller", "bob", &[]);
    set_balance(app, "username=bob&day=1");
    let key = sell(app, "expiry=1").text().to_owned();
    assert_eq!(app.seller(&format!("type=info&key={key}")).json()["createdby"], "bob");
    // They stay when the maker goes.
    assert_json(&app.seller("type=deleteAccount&user=bob"), 200, DELETED);
    app.init("1.2").license(&key);
}

/// Asks at the same moment, as often as there are threads; how many succeeded.
fn at_once(threads: usize, ask: impl Fn(usize) -> Reply + Sync) -> usize {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let asked: Vec<_> = (0..threads)
            .map(|n| {
                let (start, ask) = (&start, &ask);
                scope.spawn(move || {
                    start.wait();
                    ask(n).json()["success"] == true
                })
            })
            .collect();
        asked.into_iter().map(|thread| thread.join().expect("a reply")).filter(|success| *success).count()
    })
}

#[test]
fn what_happens_at_once_is_counted_once() {
    let server = Server::start();
    let app = &server.app;
    let added = at_once(8, |n| {
        let email = format!("{n}@x.example");
        add(app, &[("role", "Reseller"), ("user", "bob"), ("pass", "p"), ("email", &email)])
    });
    assert_eq!(added, 1);
    assert_team(app, &[("bob", "N/A", NOTHING)], &[]);
    assert_eq!(at_once(8, |_| app.seller("type=setbalance&username=bob&day=1")), 8);
    assert_balance(app, "bob", [8, 0, 0, 0, 0, 0, 0]);
    assert_eq!(at_once(12, |_| app.seller("type=add&owner=bob&expiry=1")), 8);
    assert_balance(app, "bob", [0; 7]);
    assert_eq!(total_keys(app), 108);
    assert_eq!(at_once(8, |_| app.seller("type=deleteAccount&user=bob")), 1);
}

#[test]
fn accounts_go_with_their_application() {
    let server = Server::start();
    let other = server.create_app("other");
    add_as(&other, "Reseller", "bob", &[]);
    server.cli.ok(&["app", "delete", &other.path(), "--yes"]);
    add_as(&server.app, "Manager", "bob", &[]);
    assert_team(&server.app, &[], &[("bob", "2047")]);
}

#[test]
fn plain_text_and_other_cases() {
    let server = Server::start();
    let app = &server.app;
    let text = |query: &str| app.seller(&format!("type={query}&format=text"));
    let ok = |query: &str, body: &str| assert_text(&text(query), 200, body);
    ok("ADDACCOUNT&role=x", "Role options are Manager or Reseller!");
    ok("addaccount&role=Reseller&user=bob&pass=p&email=b@x.example", "Successfully added account!");
    ok("addaccount&role=Reseller&user=bob&pass=p&email=b@x.example", "Username already taken!");
    ok("addaccount&role=Reseller&user=ann&pass=p&email=b@x.example", "Email already taken!");
    ok("addaccount&role=Manager", "Failed to add account!");
    let no_permission = "Invalid permission value. You must have at least one permission flag enabled!";
    ok("addaccount&role=Manager&perms=0&user=ann&pass=p&email=a@x.example", no_permission);
    ok("SetBalance&username=bob&day=1", "Balance Successfully Added");
    ok("Balance", "Username Not Set");
    ok("setbalance&username=x", "You don't own account you were attemping to modify balance for");
    // What has data stays JSON.
    assert_json(&text("FetchTeam"), 200, app.seller("type=fetchteam").text());
    assert_json(&text("GetBalance&username=bob"), 200, app.seller("type=getbalance&username=bob").text());
    ok("getbalance", "Reseller Account Doesn't Exist Or It Doesn't Belong To You");
    ok("DeleteAccount&user=bob", "Successfully deleted account!");
    ok("deleteaccount&user=bob", "Failed to delete account!");
}

#[test]
fn accounts_outlive_a_restart() {
    let server = Server::start();
    add_as(&server.app, "Reseller", "bob", &[("keylevels", "1")]);
    set_balance(&server.app, "username=bob&month=3");
    sell(&server.app, "expiry=30");
    let server = server.restart();
    assert_team(&server.app, &[("bob", "1", "0|0|2|0|0|0|0")], &[]);
    assert_balance(&server.app, "bob", [0, 0, 2, 0, 0, 0, 0]);
}
