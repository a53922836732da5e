//! `add` and `verify`.

use std::collections::HashSet;

use crate::support::http::request;
use crate::support::{Reply, Server, assert_json, assert_text, encode, mask_number, mask_text};

const NOT_FOUND: &str = r#"{"success":false,"message":"Key Not Found"}"#;

fn failure(message: &str) -> String {
    format!(r#"{{"success":false,"message":"{message}"}}"#)
}

/// One new key, in a reply that is right to the byte.
fn one(reply: &Reply) -> String {
    let (_, key) = mask_text(reply.text(), "key");
    let expected = format!(r#"{{"success":true,"message":"License Successfully Generated","key":"{key}"}}"#);
    assert_json(reply, 200, &expected);
    key
}

/// Several new keys, in a reply that is right to the byte.
fn several(reply: &Reply, count: usize) -> Vec<String> {
    let json = reply.json();
    let keys = json["keys"].as_array().unwrap_or_else(|| panic!("no keys: {reply:?}"));
    let keys: Vec<String> = keys.iter().map(|key| key.as_str().expect("a key").to_owned()).collect();
    assert_eq!(keys.len(), count);
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), count, "{keys:?}");
    let list = keys.iter().map(|key| format!(r#""{key}""#)).collect::<Vec<_>>().join(",");
    let expected =
        format!(r#"{{"success":true,"message":"Licenses successfully generated","keys":[{list}]}}"#);
    assert_json(reply, 302, &expected);
    assert_eq!(reply.header("location"), None);
    keys
}

/// Whether the key is what the mask makes with this alphabet.
fn fits(key: &str, mask: &str, alphabet: fn(char) -> bool) -> bool {
    key.chars().count() == mask.chars().count()
        && key.chars().zip(mask.chars()).all(|(c, m)| if m == '*' { alphabet(c) } else { c == m })
}

const DEFAULT_MASK: &str = "******-******-******-******-******-******";

fn mixed(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn upper(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

fn lower(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_lowercase()
}

#[test]
fn one_license() {
    let server = Server::start();
    let app = &server.app;
    for query in [
        "expiry=1",
        "expiry=365",
        "expiry=0.5",
        "expiry=%201%20",
        "expiry=1&amount=1",
        "expiry=1&amount=0",
        "expiry=1&amount=-5",
        "expiry=1&amount=null",
        "expiry=1&amount=undefined",
        "expiry=1&amount=",
        "expiry=1&level=null",
        "expiry=1&mask=",
        "expiry=1&character=1",
        "expiry=1&character=null",
        "expiry=1&owner=bob&note=for+Bob",
        "expiry=1&mask=XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX",
        "expiry=1&format=JSON",
    ] {
        let key = one(&app.seller(&format!("type=add&{query}")));
        assert!(fits(&key, DEFAULT_MASK, mixed), "{query}: {key}");
        let reply = app.seller(&format!("type=verify&key={key}"));
        assert_json(&reply, 200, r#"{"success":true,"message":"Key Successfully Verified"}"#);
    }
}

#[test]
fn several_licenses() {
    let server = Server::start();
    for count in [2, 3, 99, 100] {
        let keys = several(&server.app.seller(&format!("type=add&expiry=1&amount={count}")), count);
        for key in &keys {
            assert!(fits(key, DEFAULT_MASK, mixed), "{key}");
        }
        assert_eq!(server.app.seller(&format!("type=verify&key={}", keys[count - 1])).status, 200);
    }
    assert_eq!(server.app.seller("type=stats").json()["totalkeys"], (100 + 2 + 3 + 99 + 100).to_string());
}

#[test]
fn plain_text() {
    let server = Server::start();
    let app = &server.app;
    let reply = app.seller("type=add&expiry=1&format=text");
    let key = reply.text().to_owned();
    assert!(fits(&key, DEFAULT_MASK, mixed), "{key:?}");
    assert_text(&reply, 200, &key);

    let reply = app.seller("type=add&expiry=1&amount=5&format=text");
    let keys: Vec<_> = reply.text().split("\r\n").collect();
    assert_eq!(keys.len(), 5);
    assert!(keys.iter().all(|key| fits(key, DEFAULT_MASK, mixed)), "{keys:?}");
    assert_text(&reply, 200, &keys.join("\r\n"));
    assert_eq!(reply.header("location"), None);

    assert_text(&app.seller("type=add&format=text"), 406, "Expiry not set");
    assert_text(&app.seller("type=add&format=text&expiry=x"), 400, "Expiry must a number of days");
    assert_text(&app.seller(&format!("type=verify&format=text&key={key}")), 200, "Key Successfully Verified");
    assert_text(&app.seller("type=verify&format=text&key=x"), 406, "Key Not Found");
}

#[test]
fn masks() {
    let server = Server::start();
    let app = &server.app;
    for mask in ["AB-***-cd", "*", "XXXX-****", "xx**XX", "KEY ***/***", "Ü-****", &"*".repeat(70)] {
        for (character, alphabet) in
            [("1", mixed as fn(char) -> bool), ("2", upper), ("3", lower), ("", mixed)]
        {
            // One character is soon drawn again, which is for the server to notice.
            let amount = if mask == "*" { 1 } else { 2 };
            let query = format!(
                "type=add&expiry=1&format=text&amount={amount}&character={character}&mask={}",
                encode(mask)
            );
            let reply = app.seller(&query);
            let keys: Vec<_> = reply.text().split("\r\n").collect();
            assert_eq!(keys.len(), amount, "{mask}: {reply:?}");
            assert!(keys.iter().all(|key| fits(key, mask, alphabet)), "{mask} {character}: {keys:?}");
        }
    }
}

#[test]
fn a_key_of_ones_own_choice() {
    let server = Server::start();
    let app = &server.app;
    let key = one(&app.seller("type=add&expiry=1&mask=MY-OWN-KEY"));
    assert_eq!(key, "MY-OWN-KEY");
    let exists = failure("License already exists");
    assert_json(&app.seller("type=add&expiry=1&mask=MY-OWN-KEY"), 200, &exists);
    let session = app.init("1.2");
    session.license("MY-OWN-KEY");
    // Also when it is used; and another application may have the same.
    assert_json(&app.seller("type=add&expiry=1&mask=MY-OWN-KEY"), 200, &exists);
    one(&server.create_app("other").seller("type=add&expiry=1&mask=MY-OWN-KEY"));
}

#[test]
fn failures_in_their_order() {
    let server = Server::start();
    let app = &server.app;
    one(&app.seller("type=add&expiry=1&mask=TAKEN"));
    let long_level = "1".repeat(13);
    let long_note = "n".repeat(70);
    // Each row breaks all the rules that follow, too.
    let rest = [
        format!("&level={long_level}"),
        "&amount=101".to_owned(),
        "&mask=TAKEN".to_owned(),
        format!("&note={long_note}"),
    ];
    let all = rest.concat();
    assert_json(&app.seller(&format!("type=add{all}")), 406, &failure("Expiry not set"));
    assert_json(&app.seller(&format!("type=add&expiry={all}")), 406, &failure("Expiry not set"));
    for expiry in
        ["abc", "0", "-1", "0.0", "NaN", "inf", "-inf", "infinity", "1e999", "1,5", "1%20day", "0x10", "%00"]
    {
        let reply = app.seller(&format!("type=add&expiry={expiry}{all}"));
        if expiry == "%00" {
            // White space, or a number that is none.
            assert!(matches!(reply.status, 400 | 406), "{reply:?}");
            continue;
        }
        assert_json(&reply, 400, &failure("Expiry must a number of days"));
    }
    let add =
        |from: usize, more: &str| app.seller(&format!("type=add&expiry=1{}{more}", rest[from..].concat()));
    assert_json(&add(0, ""), 200, &failure("Level too long"));
    assert_json(&add(1, ""), 200, &failure("You can only generate 100 licenses at a time"));
    let custom = failure("Can't do custom key with amount greater than one");
    assert_json(&add(2, "&amount=2"), 200, &custom);
    assert_json(&add(2, "&amount=100"), 200, &custom);
    assert_json(&add(2, ""), 200, &failure("License already exists"));
    let note = failure("Note must be less than 69 characters");
    assert_json(&add(3, ""), 200, &note);
    assert_json(&add(3, "&amount=3"), 200, &note);
    assert_json(&add(3, "&mask=NEW"), 200, &note);
    for amount in ["102", "1000000", "99999999999999999999"] {
        let reply = app.seller(&format!("type=add&expiry=1&amount={amount}"));
        assert_json(&reply, 200, &failure("You can only generate 100 licenses at a time"));
    }
    // Nothing was made on the way.
    assert_eq!(app.seller("type=stats").json()["totalkeys"], "101");
    // The longest that is allowed.
    one(&app.seller(&format!("type=add&expiry=1&level={}&note={}", "1".repeat(12), "n".repeat(69))));
}

#[test]
fn limits_are_in_bytes() {
    let server = Server::start();
    let app = &server.app;
    let reply = app.seller(&format!("type=add&expiry=1&note={}", encode("é".repeat(35))));
    assert_json(&reply, 200, &failure("Note must be less than 69 characters"));
    let reply = app.seller(&format!("type=add&expiry=1&level={}", encode("é".repeat(7))));
    assert_json(&reply, 200, &failure("Level too long"));
    // A key that could never be stored.
    let reply = app.seller(&format!("type=add&expiry=1&mask={}", "*".repeat(71)));
    assert_json(&reply, 400, &failure("Invalid parameter: mask"));
}

#[test]
fn expiry_is_in_days_and_level_picks_the_subscription() {
    let server = Server::start();
    for (expiry, seconds) in [("1", 86_400), ("0.25", 21_600), ("1.5", 129_600), ("36500", 3_153_600_000)] {
        let key = server.app.add_license(&format!("expiry={expiry}&level=1"));
        let session = server.app.init("1.2");
        let reply = session.call("license", &[("key", &key), ("hwid", crate::support::HWID)]);
        assert_eq!(mask_number(reply.text(), "timeleft").1, seconds, "{reply:?}");
    }
}

/// The target that a vendor gives a shop.
fn shop(server: &Server, query: &str, content_type: &str, body: &str) -> Reply {
    let target = server.app.seller_target(&format!("type=add&format=text&expiry=1&mask=SHOP-******{query}"));
    request(&server.app.address, "POST", &target, &[("Content-Type", content_type)], body.as_bytes())
}

#[test]
fn shops_say_how_many() {
    let server = Server::start();
    for (body, count) in [
        (r#"{"data":{"quantity":3}}"#, 3),
        (r#"{"data":{"order":{"quantity":4}}}"#, 4),
        (r#"{"data":{"Quantity":5}}"#, 5),
        (r#"{"data":{"Quantity":5,"order":{"quantity":4},"quantity":3}}"#, 3),
        (r#"{"data":{"Quantity":5,"order":{"quantity":4}}}"#, 4),
        (r#"{"event":"order:paid","data":{"id":"x","quantity":2,"customer":{"name":"Zoë"}}}"#, 2),
        (r#"{"data":{"quantity":0}}"#, 1),
        (r#"{"data":{"quantity":-3}}"#, 1),
        (r#"{"data":{}}"#, 2),
        ("", 2),
        (r#"{"data":{"quantity":100}}"#, 100),
    ] {
        // The amount in the URL counts only where the shop says nothing.
        let reply = shop(&server, "&amount=2", "application/json", body);
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
        let keys: Vec<_> = reply.text().split("\r\n").collect();
        assert_eq!(keys.len(), count, "{body}: {reply:?}");
        assert!(keys.iter().all(|key| fits(key, "SHOP-******", mixed)), "{keys:?}");
    }
    // What claims to be JSON and is not may be an order of more, or of less.
    assert_text(
        &shop(&server, "&amount=2", "application/json", "not JSON"),
        400,
        "The body is not valid JSON",
    );
    assert_eq!(shop(&server, "&amount=2", "text/plain", "not JSON").text().split("\r\n").count(), 2);
    let reply = shop(&server, "", "application/json", r#"{"data":{"quantity":101}}"#);
    assert_text(&reply, 400, "You can only generate 100 licenses at a time");
}

#[test]
fn buyers_say_nothing_else() {
    let server = Server::start();
    let body = r#"{"type":"killall","expiry":"9999","mask":"HACKED","level":"7","amount":"9","note":"x","data":{"quantity":2,"mask":"HACKED","level":"7","expiry":"9999","type":"killall"}}"#;
    let session = server.app.init("1.2");
    let reply = shop(&server, "", "application/json", body);
    let keys: Vec<_> = reply.text().split("\r\n").collect();
    assert_eq!(keys.len(), 2, "{reply:?}");
    session.is_unvalidated();
    // The key is good for a day on level 1.
    let reply = session.call("license", &[("key", keys[0]), ("hwid", crate::support::HWID)]);
    assert_eq!(mask_number(reply.text(), "timeleft").1, 86_400, "{reply:?}");
    // What the URL lacks is not taken from them.
    let target = server.app.seller_target("type=add");
    let reply = request(
        &server.app.address,
        "POST",
        &target,
        &[("Content-Type", "application/json")],
        body.as_bytes(),
    );
    assert_json(&reply, 406, &failure("Expiry not set"));
}

#[test]
fn verify() {
    let server = Server::start();
    let app = &server.app;
    let found = r#"{"success":true,"message":"Key Successfully Verified"}"#;
    let key = server.license(0);
    let verify = |key: &str| app.seller(&format!("type=verify&key={}", encode(key)));
    assert_json(&verify(key), 200, found);
    // Keys ignore case, and nothing is said about their state.
    assert_json(&verify(&key.to_lowercase()), 200, found);
    assert_json(&verify(&key.to_uppercase()), 200, found);
    app.init("1.2").license(key);
    assert_json(&verify(key), 200, found);
    let foreign = server.create_app("other").add_license("expiry=1");
    for unknown in ["", "x", &key[1..], &format!("{key}0"), &foreign, "*", "%", DEFAULT_MASK] {
        assert_json(&verify(unknown), 406, NOT_FOUND);
    }
    assert_json(&app.seller("type=verify"), 406, NOT_FOUND);
}
