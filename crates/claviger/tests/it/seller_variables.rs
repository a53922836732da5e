//! The types of variables (`docs/protocol/seller.md`).

use crate::support::vendor::{failure, hostile, success};
use crate::support::{Server, encode};

const CREATED: &str = "Successfully created variable!";
const TOO_LONG: &str = "Data is too long. Must be less than 1000 characters. Use files for larger data";
const AUTHED: &str =
    "Authed paramater must be 1 if you want to require login first, or 0 if you don't want to.";
const NOT_DELETED: &str = "Failed to delete variable!";

#[test]
fn variables_come_and_go() {
    let server = Server::start();
    let app = &server.app;
    let row = |name: &str, value: &str, authed: u8| {
        format!(r#"{{"varid":"{name}","msg":"{value}","authed":"{authed}"}}"#)
    };
    let list = |rows: &[String]| {
        let rows = rows.join(",");
        format!(r#"{{"success":true,"message":"Successfully retrieved variables","vars":[{rows}]}}"#)
    };
    app.walk(&[
        ("fetchallvars", 406, &failure("No variables Found")),
        ("addvar&name=main&data=a+%22%C3%A9%22&authed=1", 200, &success(CREATED)),
        ("addvar&name=free&data=b&authed=0", 200, &success(CREATED)),
        ("addvar&name=main&data=c&authed=0", 200, &failure("Variable name already exists!")),
        ("fetchallvars", 200, &list(&[row("free", "b", 0), row("main", "a \\\"é\\\"", 1)])),
        ("fetchallvars&format=text", 200, &list(&[row("free", "b", 0), row("main", "a \\\"é\\\"", 1)])),
        ("retrvvar&name=main", 200, r#"{"success":true,"message":"a \"é\"","authed":"true"}"#),
        ("retrvvar&name=free&format=text", 200, r#"{"success":true,"message":"b","authed":"false"}"#),
        ("editvar&varid=free&data=d", 200, &success("Variable Edit Successful")),
        ("editvar&varid=free&data=d", 200, &success("Variable Edit Successful")),
        ("editvar&varid=main&data=e&authed=0", 200, &success("Variable Edit Successful")),
        ("fetchallvars", 200, &list(&[row("free", "d", 0), row("main", "e", 0)])),
        ("delvar&name=free", 200, &success("Successfully deleted variable!")),
        ("delvar&name=free", 200, &failure(NOT_DELETED)),
        ("delallvars", 200, &success("Successfully deleted all variables!")),
        ("delallvars", 200, &failure("Failed to delete all variables!")),
        ("retrvvar&name=main", 200, &failure("Variable not found")),
    ]);
    app.walk_text(&[
        ("addvar&name=a&data=b&authed=yes", 200, CREATED),
        ("addvar&name=a&data=b&authed=1", 200, "Variable name already exists!"),
        ("editvar&varid=a&data=c", 200, "Variable Edit Successful"),
        ("retrvvar&name=b", 200, "Variable not found"),
        ("delvar&name=a", 200, "Successfully deleted variable!"),
        ("fetchallvars", 406, "No variables Found"),
    ]);
}

#[test]
fn unfit_variables_are_refused_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    let (fits, long) = ("x".repeat(1000), "x".repeat(1001));
    let name = "n".repeat(50);
    app.walk(&[
        (&format!("addvar&name={name}&data={long}"), 200, &failure(TOO_LONG)),
        (&format!("addvar&name={name}&data=a"), 200, &failure(AUTHED)),
        (&format!("addvar&name={name}&data=a&authed=2"), 200, &failure(AUTHED)),
        (&format!("addvar&name={name}&data=a&authed=1"), 400, &failure("Invalid parameter: name")),
        ("addvar&data=a&authed=1", 200, &failure("Failed to create variable!")),
        ("addvar&name=a&authed=1", 200, &failure("Failed to create variable!")),
        ("addvar&name=a&data=&data=b&authed=1", 200, &failure("Failed to create variable!")),
        ("fetchallvars", 406, &failure("No variables Found")),
        (&format!("addvar&name=a&data={fits}&authed=false"), 200, &success(CREATED)),
        ("editvar&varid=a", 400, &failure("Missing parameter: data")),
        (&format!("editvar&varid=a&data={long}"), 200, &failure(TOO_LONG)),
        ("editvar&varid=a&data=b&authed=2", 400, &failure("Invalid parameter: authed")),
        ("editvar&data=b", 200, &failure("Variable not found")),
    ]);
    for name in hostile() {
        app.walk(&[
            (&format!("editvar&varid={name}&data=b"), 200, &failure("Variable not found")),
            (&format!("retrvvar&name={name}"), 200, &failure("Variable not found")),
            (&format!("delvar&name={name}"), 200, &failure(NOT_DELETED)),
        ]);
    }
    assert_eq!(app.rows("fetchallvars", "vars")[0]["msg"], fits.as_str());
    assert_eq!(server.create_app("other").rows("fetchallvars", "vars").len(), 0);
}

#[test]
fn programs_read_what_was_set() {
    let server = Server::start();
    let app = &server.app;
    app.walk(&[
        ("addvar&name=open&data=one&authed=0", 200, &success(CREATED)),
        ("addvar&name=closed&data=two&authed=1", 200, &success(CREATED)),
    ]);
    let session = app.init("1.2");
    let read = |name: &str| session.call("var", &[("varid", name)]).json()["message"].clone();
    assert_eq!([read("open"), read("closed")], ["one", "Session is not validated"]);
    app.seller("type=editvar&varid=open&data=three");
    assert_eq!(read("open"), "three");
    app.seller("type=editvar&varid=closed&data=four&authed=0");
    assert_eq!(read("closed"), "four");
    app.seller("type=delallvars");
    assert_eq!(read("open"), "Variable not found.");
}

#[test]
fn variables_come_in_pages() {
    let server = Server::start();
    for name in ["b", "É", "a", "c c", "'"] {
        let added = server.app.seller(&format!("type=addvar&name={}&data=x&authed=0", encode(name)));
        assert_eq!(added.json()["success"], true, "{added:?}");
    }
    let rows = server.app.pages("fetchallvars", "vars", 2);
    let names: Vec<&str> = rows.iter().filter_map(|row| row["varid"].as_str()).collect();
    assert_eq!(names, ["'", "a", "b", "c c", "É"]);
    server.app.refuses_bad_pages("fetchallvars");
}
