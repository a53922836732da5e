//! Files that customers download: those that are offered to them, for as long as they are.

use crate::support::panel::{Customer, turn_on};
use crate::support::proxied::on_both;
use crate::support::vendor::PASS;
use crate::support::{App, Browser, Server, encode, escaped};

/// Uploads a file of the vendor; its id.
fn upload(browser: &Browser, app: &App, name: &str, content: &[u8]) -> String {
    let page = format!("/dashboard/{}/files", encode(&app.name));
    let mut body =
        format!("--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n", browser.token())
            .into_bytes();
    body.extend(
        format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes(),
    );
    body.extend(content);
    body.extend(b"\r\n--X--\r\n");
    let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Sec-Fetch-Site", "same-origin")];
    let reply = browser.send("POST", &page, &headers, &body);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let rows = app.rows("fetchallfiles", "files");
    let row = rows.iter().find(|row| row["name"] == name).expect("the file");
    row["id"].as_str().expect("an id").to_owned()
}

/// Sets to whom a file is offered.
fn offer(browser: &Browser, app: &App, file: &str, to: &[(&str, &str)]) -> u16 {
    let page = format!("/dashboard/{}/customers-panel/file", encode(&app.name));
    let mut fields = vec![("file", file)];
    fields.extend_from_slice(to);
    browser.post(&page, &fields).status
}

/// The content, as a customer gets it; else the status of the refusal.
fn fetched(customer: &Customer, file: &str) -> Result<Vec<u8>, u16> {
    let reply = customer.get(&format!("downloads/{file}"));
    let Some(link) = reply.header("location").filter(|_| reply.status == 303) else {
        return Err(reply.status);
    };
    let reply = customer.browser.get(link);
    if reply.status == 200 { Ok(reply.body) } else { Err(reply.status) }
}

#[test]
fn files_are_there_for_whom_they_are_offered() {
    on_both(|server| {
        let (app, vendor) = (&server.app, server.browser());
        turn_on(server, app, &[], &[]);
        app.sell("addsub", &[("name", "pro"), ("level", "2")]);
        app.add_user("alice");
        let reply = app.sell("adduser", &[("user", "bob"), ("pass", PASS), ("sub", "pro"), ("expiry", "10")]);
        assert_eq!(reply.json()["success"], true, "{reply:?}");
        const NAME: &str = "set<up> & more.exe";
        let file = upload(&vendor, app, NAME, b"all of it\0\xff");
        let [alice, bob] = ["alice", "bob"].map(|name| Customer::signed_in(app, name, PASS));
        let shown = |customer: &Customer| {
            let home = customer.get("");
            assert!(!home.text().contains("set<up>"), "{}", home.text());
            home.text().contains(&escaped(NAME))
        };
        // Nothing is offered by itself.
        assert!(!shown(&alice) && fetched(&alice, &file) == Err(404));
        assert_eq!(offer(&vendor, app, &file, &[("all", "on")]), 303);
        for customer in [&alice, &bob] {
            assert!(shown(customer));
            assert_eq!(fetched(customer, &file).unwrap(), b"all of it\0\xff");
        }
        assert_eq!(Customer::new(app).get(&format!("downloads/{file}")).status, 303, "to the sign-in");
        // To one subscription, among names that there are not.
        assert_eq!(offer(&vendor, app, &file, &[("to", "pro"), ("to", "no such"), ("to", "\0")]), 303);
        assert!(!shown(&alice) && shown(&bob));
        assert_eq!(fetched(&alice, &file), Err(404));
        let link = bob.get(&format!("downloads/{file}")).header("location").expect("a link").to_owned();
        assert_eq!(bob.browser.get(&link).status, 200);
        // Paused, it does not run; nor do links that were made before.
        app.sell("pauseuser", &[("username", "bob")]);
        assert!(!shown(&bob));
        assert_eq!(fetched(&bob, &file), Err(404));
        assert_ne!(bob.browser.get(&link).status, 200, "a link ends with what it hangs on");
        app.sell("unpauseuser", &[("username", "bob")]);
        assert!(fetched(&bob, &file).is_ok());
        // Ended, neither.
        app.sell("subtract", &[("user", "bob"), ("sub", "pro"), ("seconds", "864001")]);
        assert!(!shown(&bob));
        assert_eq!(fetched(&bob, &file), Err(404));
        assert_eq!(offer(&vendor, app, &file, &[]), 303);
        assert_eq!(fetched(&alice, &file), Err(404));
    });
}

#[test]
fn a_link_ends_with_the_sign_in() {
    let server = Server::start();
    let (app, vendor) = (&server.app, server.browser());
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    let file = upload(&vendor, app, "setup.exe", b"all of it");
    offer(&vendor, app, &file, &[("all", "on")]);
    let customer = Customer::signed_in(app, "alice", PASS);
    let link = customer.get(&format!("downloads/{file}")).header("location").expect("a link").to_owned();
    assert_eq!(customer.browser.get(&link).status, 200);
    customer.post("sign-out", &[]);
    assert_ne!(customer.browser.get(&link).status, 200);
    let customer = Customer::signed_in(app, "alice", PASS);
    let link = customer.get(&format!("downloads/{file}")).header("location").expect("a link").to_owned();
    app.sell("banuser", &[("user", "alice"), ("reason", "x")]);
    assert_ne!(customer.browser.get(&link).status, 200);
    app.sell("unbanuser", &[("user", "alice")]);
    let customer = Customer::signed_in(app, "alice", PASS);
    app.sell("delfile", &[("fileid", &file)]);
    assert_eq!(customer.get(&format!("downloads/{file}")).status, 404);
}

#[test]
fn files_of_another_application_are_not_there() {
    let server = Server::start();
    let (app, vendor) = (&server.app, server.browser());
    let other = server.create_app("other");
    for app in [app, &other] {
        turn_on(&server, app, &[], &[]);
        app.sell("addsub", &[("name", "default"), ("level", "1")]);
        app.add_user("alice");
    }
    let theirs = upload(&vendor, &other, "theirs.exe", b"theirs");
    assert_eq!(offer(&vendor, &other, &theirs, &[("all", "on")]), 303);
    let (here, there) = (Customer::signed_in(app, "alice", PASS), Customer::signed_in(&other, "alice", PASS));
    assert_eq!(fetched(&there, &theirs).unwrap(), b"theirs");
    assert_eq!(fetched(&here, &theirs), Err(404));
    assert_eq!(offer(&vendor, app, &theirs, &[("all", "on")]), 400, "nor can it be offered");
    assert!(!here.get("").text().contains("theirs.exe"));
    for odd in ["0", "-1", "%00", "..%2F..%2Fetc", "%FF", "' OR 1=1 --", &"9".repeat(4000)] {
        assert_eq!(here.get(&format!("downloads/{}", odd.replace(' ', "%20"))).status, 404, "{odd}");
    }
}
