//! The addresses of pages as vendors know them from KeyAuth.

use crate::support::{Browser, Server};

/// Every page name there, and the page here.
const PAGES: &[(&str, &str)] = &[
    ("seller-settings", "/dashboard/APP/seller-settings"),
    ("manage-apps", "/dashboard/"),
    ("licenses", "/dashboard/APP/licenses"),
    ("users", "/dashboard/APP/users"),
    ("subscriptions", "/dashboard/APP/subscriptions"),
    ("chats", "/dashboard/APP/chats"),
    ("sessions", "/dashboard/APP/sessions"),
    ("webhooks", "/dashboard/APP/webhooks"),
    ("files", "/dashboard/APP/files"),
    ("vars", "/dashboard/APP/variables"),
    ("logs", "/dashboard/APP/logs"),
    ("blacklists", "/dashboard/APP/blacklist"),
    ("app-settings", "/dashboard/APP/settings"),
    ("audit-log", "/dashboard/APP/audit-log"),
    ("manage-accs", "/dashboard/APP/team"),
    ("account-settings", "/dashboard/-/account"),
    ("account-logs", "/dashboard/-/account-logs"),
    ("upgrade", "/dashboard/-/account#role"),
    ("webloader", "/dashboard/APP/web-loader"),
    ("seller-logs", "/dashboard/APP/seller-logs"),
    ("tokens", "/dashboard/APP/tokens"),
    ("", "/dashboard/APP/"),
    ("no-such-page", "/dashboard/APP/"),
    ("SELLER-settings", "/dashboard/APP/seller-settings"),
    ("..%2F..%2Fetc", "/dashboard/APP/"),
    ("%00%ff", "/dashboard/APP/"),
];

fn leads(browser: &Browser, from: &str) -> String {
    let reply = browser.get(from);
    assert_eq!(reply.status, 303, "{from}: {reply:?}");
    reply.header("location").expect("an address").to_owned()
}

#[test]
fn each_leads_to_the_application_last_worked_on() {
    let server = Server::start();
    server.create_app("second app");
    let browser = server.browser();
    for (app, visit) in [("demo-app", None), ("second%20app", Some("/dashboard/second%20app/"))] {
        if let Some(page) = visit {
            assert_eq!(browser.get(page).status, 200);
        }
        for (page, to) in PAGES {
            let expected = to.replace("APP", app);
            assert_eq!(leads(&browser, &format!("/app/?page={page}")), expected, "{page}");
        }
    }
}

#[test]
fn none_leads_nowhere() {
    let server = Server::start();
    let browser = server.browser();
    for (page, _) in PAGES {
        let to = leads(&browser, &format!("/app/?page={page}"));
        let reply = browser.get(to.split('#').next().expect("a path"));
        assert_eq!(reply.status, 200, "{page}: {to}");
    }
    assert!(browser.get("/dashboard/-/account").text().contains("id=\"role\""));
}

#[test]
fn whoever_is_not_signed_in_gets_there_afterwards() {
    let server = Server::start();
    let browser = Browser::new(&server.app.address);
    let page = "/app/?page=seller-settings";
    assert_eq!(leads(&browser, page), "/dashboard/-/sign-in?next=%2Fapp%2F%3Fpage%3Dseller-settings");
    assert_eq!(leads(&browser, "/app?page=seller-settings"), page);
    assert_eq!(leads(&browser, "/app/index.php?page=seller-settings"), page);
    let fields = [("name", "demo"), ("password", &*server.demo.dashboard.password), ("next", page)];
    let reply = browser.post("/dashboard/-/sign-in", &fields);
    assert_eq!((reply.status, reply.header("location")), (303, Some(page)));
    assert_eq!(leads(&browser, page), "/dashboard/demo-app/seller-settings");
    for known in ["/login", "/login/", "/register", "/register/"] {
        assert_eq!(leads(&browser, known), "/dashboard/-/sign-in");
    }
    assert_eq!(browser.get("/app/nothing").status, 404);
}

#[test]
fn without_an_application_the_list_is_shown() {
    let server = Server::start();
    server.cli.ok_with_input(&["owner", "create", "new", "--password-stdin"], "four words that differ\n");
    let browser = Browser::signed_in(&server.app.address, "new", "four words that differ");
    assert_eq!(leads(&browser, "/app/?page=seller-settings"), "/dashboard/");
    // The application last worked on may be gone.
    server.cli.ok(&["app", "create", "--owner", "new", "first"]);
    assert_eq!(leads(&browser, "/app/?page=users"), "/dashboard/first/users");
    server.cli.ok(&["app", "create", "--owner", "new", "later"]);
    assert_eq!(browser.get("/dashboard/later/").status, 200);
    assert_eq!(leads(&browser, "/app/?page=users"), "/dashboard/later/users");
    server.cli.ok(&["app", "delete", "new/later", "--yes"]);
    assert_eq!(leads(&browser, "/app/?page=users"), "/dashboard/first/users");
}
