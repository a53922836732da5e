//! The box on top of every page: anything a person may see, by any part of it.

use crate::support::{Browser, HWID, Server, encode, form, vendor::hostile};

const OPTION: &str = "role=\"option\"";

/// What is offered while one types, as HTML.
fn typed(browser: &Browser, app: &str, text: &str) -> String {
    let address = format!("/dashboard/-/search?app={}&text={}", encode(app), encode(text));
    let reply = browser.fragment(&address);
    assert_eq!(reply.status, 200, "{text}: {}", reply.text());
    reply.text().to_owned()
}

fn shows(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part}: {html}");
    }
}

fn hides(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(!html.contains(part), "{part}: {html}");
    }
}

fn add_account(server: &Server, role: &str, name: &str, perms: i64) -> Browser {
    let (email, perms) = (format!("{name}@x.example"), perms.to_string());
    let fields = [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", &perms)];
    assert_eq!(server.app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    Browser::signed_in(&server.app.address, name, "password")
}

#[test]
fn a_part_is_enough() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("Wolfgang.Amadeus");
    let key = server.license(0);
    let session = app.init("1.2");
    assert_eq!(session.call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    for text in ["amadeus", "ANG.AMA", "wolfgang", "ban user madeus"] {
        shows(&typed(&browser, "demo-app", text), &["Wolfgang.Amadeus", "In demo-app", "/demo-app/users/"]);
    }
    shows(&typed(&browser, "demo-app", "ban user madeus"), &["Ban: opens the page that asks"]);
    // The middle of a key, of a device, and of a session.
    shows(&typed(&browser, "demo-app", &server.license(1)[3..]), &[server.license(1), "has it in it"]);
    shows(&typed(&browser, "demo-app", &HWID[2..12]), &[key]);
    let id = app.session_ids().pop().expect("a session");
    shows(&typed(&browser, "demo-app", &id[4..20]), &[&id]);
    // All of a session is its user.
    shows(&typed(&browser, "demo-app", &id), &[key]);
    // Nothing is nothing.
    hides(&typed(&browser, "demo-app", "no such thing"), &[OPTION]);
    hides(&typed(&browser, "demo-app", ""), &[OPTION]);
}

#[test]
fn pages_and_acts_are_found_by_their_words() {
    let server = Server::start();
    let browser = server.browser();
    let found = |text| typed(&browser, "demo-app", text);
    shows(&found("sess"), &["/dashboard/demo-app/sessions\"", "Kill all sessions"]);
    shows(&found("pause app"), &["Pause the application", "/dashboard/demo-app/app-settings\""]);
    shows(&found("password"), &["/dashboard/-/account/password\""]);
    // What is called so comes before a key that happens to have a word of it.
    server.app.add_user("Wallace");
    let html = found("kill all");
    let place = |part: &str| html.find(part).unwrap_or_else(|| panic!("{part}: {html}"));
    assert!(place("Kill all sessions") < place("Wallace"), "{html}");
    let html = found("all");
    assert!(html.find("Wallace") < html.find("Kill all sessions"), "{html}");
    // Where no application is open, those of the person are offered.
    let none = typed(&browser, "", "demo");
    shows(&none, &["href=\"/dashboard/demo-app/\""]);
    hides(&typed(&browser, "", "pause app"), &["app-settings"]);
    // What is offered is there.
    for text in ["a", "e", "o", "s", "new", "demo"] {
        for part in typed(&browser, "demo-app", text).split("href=\"").skip(1) {
            let address = part.split('"').next().expect("an end").replace("&#38;", "&");
            let status = browser.get(&address).status;
            assert!([200, 303].contains(&status), "{address}: {status}");
        }
    }
}

#[test]
fn other_applications_are_looked_through_and_others_not() {
    let server = Server::start();
    let browser = server.browser();
    let second = server.create_app("second");
    second.add_user("only-in-the-second");
    let password = "four words that differ";
    server.cli.ok_with_input(&["owner", "create", "other", "--role", "seller", "--password-stdin"], password);
    server.cli.ok(&["app", "create", "--owner", "other", "third"]);
    let html = typed(&browser, "demo-app", "in-the-sec");
    shows(&html, &["In second", "/dashboard/second/users/"]);
    let other = Browser::signed_in(&server.app.address, "other", password);
    for app in ["third", "second", "demo-app", "~1", "~2", "~999", "~x", "../x"] {
        hides(&typed(&other, app, "in-the-sec"), &[OPTION]);
        hides(&typed(&other, app, "demo-app"), &[OPTION, "demo-app"]);
    }
    // A manager of one does not see the other.
    let manager = add_account(&server, "Manager", "manager", 4095);
    hides(&typed(&manager, "demo-app", "in-the-sec"), &[OPTION]);
    hides(&typed(&manager, "second", "in-the-sec"), &[OPTION]);
}

#[test]
fn permissions_decide_what_is_found() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("mara-of-users");
    app.init("1.2");
    let id = app.session_ids().pop().expect("a session");
    let key = server.license(3);
    let found = |browser: &Browser, text: &str| typed(browser, "demo-app", text);
    let users = add_account(&server, "Manager", "m-users", 2);
    shows(&found(&users, "mara-of"), &["mara-of-users"]);
    hides(&found(&users, &key[2..]), &[key]);
    hides(&found(&users, &id[4..20]), &[&id]);
    hides(&found(&users, "settings"), &["app-settings", "seller-settings"]);
    let licenses = add_account(&server, "Manager", "m-licenses", 1);
    hides(&found(&licenses, "mara-of"), &["mara-of-users"]);
    shows(&found(&licenses, &key[2..]), &[key]);
    let sessions = add_account(&server, "Manager", "m-sessions", 16);
    hides(&found(&sessions, "mara-of"), &["mara-of-users"]);
    shows(&found(&sessions, "kill"), &["Kill all sessions"]);
    let reseller = add_account(&server, "Reseller", "shop", 4095);
    for text in ["mara-of", key, &key[2..], &id, "kill", "settings"] {
        let html = found(&reseller, text);
        hides(&html, &["mara-of-users", &key[6..], "Kill all", "app-settings"]);
    }
    shows(&found(&reseller, "password"), &["/dashboard/-/account/password\""]);
}

#[test]
fn without_script_enter_leads_there() {
    let server = Server::start();
    let browser = server.browser();
    server.app.add_user("wolfgang");
    let page = browser.get("/dashboard/demo-app/sessions").text().to_owned();
    shows(&page, &["action=\"/dashboard/-/search\"", "name=\"app\" value=\"demo-app\"", "data-find"]);
    let search = |text: &str| browser.get(&format!("/dashboard/-/search?app=demo-app&text={}", encode(text)));
    let leads = |text: &str| search(text).header("location").unwrap_or_default().to_owned();
    // The one that is meant, in a message too.
    shows(&leads(&format!("my key is {} !", server.license(0))), &["/dashboard/demo-app/why/licenses/"]);
    // The only one that has it in it.
    shows(&leads("olfgan"), &["/dashboard/demo-app/users/"]);
    shows(&leads("why olfgan"), &["/dashboard/demo-app/why/users/"]);
    shows(&leads("activity of"), &["/dashboard/demo-app/sessions/activity"]);
    // Several are listed.
    let several = search("se");
    assert_eq!(several.status, 200);
    shows(several.text(), &["Pages and actions", "Seller settings"]);
    assert_eq!(several.text().matches(" autofocus").count(), 1);
    // What is nowhere: the page of the application tells how it was looked for.
    shows(&leads("nothing has this"), &["/dashboard/demo-app/find?text=nothing%20has%20this"]);
    shows(browser.get("/dashboard/-/search?text=nothing+has+this").text(), &["Nothing found"]);
    shows(search("").text(), &["Look for anything"]);
    // An empty application, or none.
    for address in ["/dashboard/-/search", "/dashboard/-/search?app=nowhere&text=wolfgang"] {
        assert!([200, 303].contains(&browser.get(address).status));
    }
}

#[test]
fn any_text_is_answered() {
    let server = Server::start();
    let browser = server.browser();
    for text in hostile() {
        for address in [
            format!("/dashboard/-/search?app=demo-app&text={text}"),
            format!("/dashboard/-/search?app={text}&text=a"),
            format!("/dashboard/-/search?text=a&text={text}&app=demo-app&app=x"),
        ] {
            if address.len() > 30_000 {
                continue;
            }
            for reply in [browser.get(&address), browser.fragment(&address)] {
                assert!([200, 303].contains(&reply.status), "{address}: {}", reply.text());
            }
        }
    }
    let name = "<b>\"'&";
    assert_eq!(
        server
            .app
            .sell("adduser", &[("user", name), ("pass", "p"), ("sub", "default"), ("expiry", "1")])
            .json()["success"],
        true
    );
    let html = typed(&browser, "demo-app", "<b>");
    shows(&html, &["&#60;b&#62;&#34;&#39;&#38;"]);
    hides(&html, &["<b>"]);
}
