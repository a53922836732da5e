//! The owner's role decides about the Seller API, also while the server runs.

use crate::support::{NOT_AUTHORIZED, Server, assert_json, eventually};

const FOUND: &str = r#"{"success":true,"message":"Seller Key Successfully Found"}"#;

#[test]
fn a_running_server_obeys() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.3");
    session.license(server.license(0));
    for (role, status, body) in [
        ("developer", 403, NOT_AUTHORIZED),
        ("seller", 200, FOUND),
        ("tester", 403, NOT_AUTHORIZED),
        ("developer", 403, NOT_AUTHORIZED),
        ("seller", 200, FOUND),
    ] {
        server.cli.ok(&["owner", "set-role", "demo", role]);
        let reply = eventually(role, || {
            let reply = app.seller("type=setseller");
            (reply.status == status).then_some(reply)
        });
        assert_json(&reply, status, body);
        // The programs of the vendor's customers go on.
        session.is_validated();
        app.init("1.2").license(server.license(1));
    }
}

#[test]
fn each_owner_has_a_role_of_its_own() {
    let server = Server::start();
    server.cli.ok(&["owner", "create", "dev", "--role", "developer"]);
    server.cli.ok(&["owner", "create", "shop", "--role", "seller"]);
    let of_dev = server.create_app_of("dev", "demo-app");
    let of_shop = server.create_app_of("shop", "demo-app");
    assert_json(&of_dev.seller("type=setseller"), 403, NOT_AUTHORIZED);
    assert_json(&of_shop.seller("type=setseller"), 200, FOUND);
    assert_json(&server.app.seller("type=setseller"), 200, FOUND);
    for app in [&of_dev, &of_shop] {
        app.init("1.3").is_unvalidated();
    }
    server.cli.ok(&["owner", "set-role", "shop", "tester"]);
    eventually("tester", || (of_shop.seller("type=setseller").status == 403).then_some(()));
    assert_json(&server.app.seller("type=setseller"), 200, FOUND);
}

#[test]
fn nonsense_is_refused() {
    let server = Server::start();
    server.cli.fails(&["owner", "set-role", "demo", "emperor"]);
    server.cli.fails(&["owner", "set-role", "nobody", "seller"]);
    server.cli.fails(&["owner", "create", "x", "--role", "emperor"]);
    assert_json(&server.app.seller("type=setseller"), 200, FOUND);
}
