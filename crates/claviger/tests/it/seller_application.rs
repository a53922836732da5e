//! `setseller`, `appdetails` and `stats`.

use crate::support::{HWID, Server, assert_json, assert_text};

#[test]
fn setseller() {
    let server = Server::start();
    let expected = r#"{"success":true,"message":"Seller Key Successfully Found"}"#;
    assert_json(&server.app.seller("type=setseller"), 200, expected);
    assert_json(&server.app.seller_as("POST", "type=setseller"), 200, expected);
    assert_text(&server.app.seller("type=setseller&format=text"), 200, "Seller Key Successfully Found");
}

#[test]
fn appdetails() {
    let server = Server::start();
    for app in [&server.app, &server.create_app("Zoë's \"app\"")] {
        let expected = format!(
            r#"{{"success":true,"message":"Fetched Application Details Successfully","appdetails":{{"name":"{}","ownerid":"{}","secret":"{}","version":"{}"}}}}"#,
            app.name.replace('"', r#"\""#),
            app.owner_id,
            app.secret,
            app.version
        );
        assert_json(&app.seller("type=appdetails"), 200, &expected);
        assert_json(&app.seller("type=appdetails&format=text"), 200, &expected);
    }
}

#[test]
fn stats() {
    let server = Server::start();
    let app = &server.app;
    let expect = |unused: u32, used: u32| {
        let total = unused + used;
        let expected = format!(
            r#"{{"success":true,"unused":"{unused}","used":"{used}","paused":"0","banned":"0","totalkeys":"{total}","webhooks":"0","files":"0","vars":"0","resellers":"0","managers":"0","totalaccs":"0"}}"#
        );
        assert_json(&app.seller("type=stats"), 200, &expected);
        assert_json(&app.seller("type=stats&format=text"), 200, &expected);
    };
    // Never old, however often one asks.
    expect(100, 0);
    app.init("1.2").license(server.license(0));
    expect(99, 1);
    app.init("1.2").register("alice", "p", server.license(1));
    expect(98, 2);
    app.init("1.2").call("license", &[("key", "no such key"), ("hwid", HWID)]);
    expect(98, 2);
    app.add_license("expiry=1&amount=5");
    expect(103, 2);
    let other = server.create_app("other");
    assert_eq!(other.seller("type=stats").json()["totalkeys"], "0");
    other.add_license("expiry=1");
    expect(103, 2);
}
