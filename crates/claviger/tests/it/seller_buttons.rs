//! The types of web-loader buttons (`docs/protocol/seller.md`).

use crate::support::vendor::{failure, hostile, success};
use crate::support::{Server, encode};

const NOT_ADDED: &str = "Failed to add button! You can't have two button with the same value.";
const NOT_DELETED: &str = "Failed to delete button!";

#[test]
fn buttons_come_and_go() {
    let server = Server::start();
    let app = &server.app;
    let list = |rows: &str| {
        format!(r#"{{"success":true,"message":"Successfully retrieved buttons","buttons":[{rows}]}}"#)
    };
    let (one, two) = (r#"{"text":"Run \"é\"","value":"run"}"#, r#"{"text":"Stop","value":"stop"}"#);
    app.walk(&[
        ("fetchallbuttons", 406, &failure("No buttons found")),
        ("addbutton&value=stop&text=Stop", 200, &success("Succesfully added button!")),
        ("addbutton&value=run&text=Run+%22%C3%A9%22", 200, &success("Succesfully added button!")),
        ("addbutton&value=run&text=Again", 200, &failure(NOT_ADDED)),
        ("fetchallbuttons", 200, &list(&format!("{one},{two}"))),
        ("fetchallbuttons&format=text", 200, &list(&format!("{one},{two}"))),
        ("delbutton&value=run", 200, &success("Successfully deleted button!")),
        ("delbutton&value=run", 200, &failure(NOT_DELETED)),
        ("fetchallbuttons", 200, &list(two)),
        ("delAllButtons", 200, &success("Successfully deleted all buttons!")),
        ("delallbuttons", 200, &failure("Failed to delete all buttons!")),
        ("fetchallbuttons", 406, &failure("No buttons found")),
    ]);
    app.walk_text(&[
        ("addbutton&value=a&text=b", 200, "Succesfully added button!"),
        ("addbutton&value=a&text=b", 200, NOT_ADDED),
        ("delbutton&value=a", 200, "Successfully deleted button!"),
        ("delallbuttons", 200, "Failed to delete all buttons!"),
        ("fetchallbuttons", 406, "No buttons found"),
    ]);
}

#[test]
fn unfit_buttons_are_refused() {
    let server = Server::start();
    let app = &server.app;
    let (fits, long) = ("x".repeat(99), "x".repeat(100));
    app.walk(&[
        ("addbutton", 200, &failure(NOT_ADDED)),
        ("addbutton&value=a", 200, &failure(NOT_ADDED)),
        ("addbutton&text=a", 200, &failure(NOT_ADDED)),
        ("addbutton&value=a+b&text=a", 200, &failure(NOT_ADDED)),
        ("addbutton&value=&value=a&text=a", 200, &failure(NOT_ADDED)),
        (&format!("addbutton&value={long}&text=a"), 400, &failure("Invalid parameter: value")),
        (&format!("addbutton&value=a&text={long}"), 400, &failure("Invalid parameter: text")),
        ("fetchallbuttons", 406, &failure("No buttons found")),
        (&format!("addbutton&value={fits}&text={fits}"), 200, &success("Succesfully added button!")),
    ]);
    for value in hostile() {
        app.walk(&[(&format!("delbutton&value={value}"), 200, &failure(NOT_DELETED))]);
    }
    assert_eq!(app.rows("fetchallbuttons", "buttons").len(), 1);
    assert_eq!(server.create_app("other").rows("fetchallbuttons", "buttons").len(), 0);
}

#[test]
fn buttons_come_in_pages() {
    let server = Server::start();
    for value in ["Zoë", "a", "'b'", "é%", "~", "c"] {
        let added = server.app.seller(&format!("type=addbutton&value={}&text=x", encode(value)));
        assert_eq!(added.json()["success"], true, "{added:?}");
    }
    let rows = server.app.pages("fetchallbuttons", "buttons", 2);
    let values: Vec<&str> = rows.iter().filter_map(|row| row["value"].as_str()).collect();
    assert_eq!(values, ["'b'", "Zoë", "a", "c", "~", "é%"]);
    server.app.refuses_bad_pages("fetchallbuttons");
}
