//! The types of logs (`docs/protocol/seller.md`).

use crate::support::vendor::failure;
use crate::support::{Server, assert_json};

const DELETED: &str = r#"{"success":true,"message":"Successfully deleted all logs!"}"#;
const NOT_DELETED: &str = r#"{"success":false,"message":"Failed to delete all logs!"}"#;

#[test]
fn what_programs_wrote_is_listed_and_deleted() {
    let server = Server::start();
    let app = &server.app;
    app.walk(&[("fetchalllogs", 406, &failure("No logs found")), ("dellogs", 200, NOT_DELETED)]);
    let session = app.init("1.2");
    session.call("log", &[("message", "one \"é\""), ("pcuser", "PC")]);
    session.license(server.license(0));
    session.call("log", &[("message", "two")]);
    let reply = app.seller("type=fetchalllogs");
    let times = reply.json();
    let [first, second] = [0, 1].map(|n| times["logs"][n]["logdate"].as_str().expect("a time").to_owned());
    let key = server.license(0);
    let expected = format!(
        r#"{{"success":true,"message":"Successfully retrieved logs","logs":[{{"id":"1","logdate":"{first}","logdata":"one \"é\"","credential":null,"pcuser":"PC"}},{{"id":"2","logdate":"{second}","logdata":"two","credential":"{key}","pcuser":null}}]}}"#
    );
    assert_json(&reply, 200, &expected);
    assert_json(&app.seller("type=FetchAllLogs&format=text"), 200, &expected);
    // Only those of this application.
    assert_eq!(server.create_app("other").seller("type=fetchalllogs").status, 406);
    app.walk(&[("dellogs", 200, DELETED), ("dellogs", 200, NOT_DELETED)]);
    app.walk_text(&[("dellogs", 200, "Failed to delete all logs!"), ("fetchalllogs", 406, "No logs found")]);
}

#[test]
fn logs_come_in_pages() {
    let server = Server::start();
    let session = server.app.init("1.1");
    for number in 0..7 {
        session.call("log", &[("message", &number.to_string())]);
    }
    let rows = server.app.pages("fetchalllogs", "logs", 3);
    let texts: Vec<&str> = rows.iter().filter_map(|row| row["logdata"].as_str()).collect();
    assert_eq!(texts, ["0", "1", "2", "3", "4", "5", "6"]);
    server.app.refuses_bad_pages("fetchalllogs");
}
