//! The types of blacklist and whitelist (`docs/protocol/seller.md`).

use crate::support::vendor::{failure, hostile, success};
use crate::support::{App, HWID, OTHER_HWID, Server, encode, mask_numbers};

const ADDED: &str = "Blacklist Addition Successful";
const DELETED: &str = "Successfully deleted blacklist!";
const NOT_DELETED: &str = "Failed to delete blacklist!";
const NO_TYPE: &str = "Invalid blacklist type!";
const NONE: &str = "No blacklists found";
const BLACKED: &str = "You've been blacklisted from our application";

fn row(kind: &str, value: &str, reason: &str) -> String {
    let of = |column: &str| if kind == column { format!(r#""{value}""#) } else { "null".into() };
    let (hwid, ip) = (of("hwid"), of("ip"));
    let reasons =
        format!(r##"[{{"source":"hand","user":null,"reason":"{reason}","added":"#","until":null}}]"##);
    format!(
        r#"{{"hwid":{hwid},"ip":{ip},"type":"{kind}","data":"{value}","reason":"{reason}","reasons":{reasons}}}"#
    )
}

/// As [`App::walk`], with `#` for the times at which entries were added.
fn walk(app: &App, steps: &[(&str, u16, &str)]) {
    for (query, status, body) in steps {
        let reply = app.seller(&format!("type={query}"));
        assert_eq!((reply.status, &*mask_numbers(reply.text(), "added")), (*status, *body), "{query}");
    }
}

fn list(rows: &[String]) -> String {
    let rows = rows.join(",");
    format!(r#"{{"success":true,"message":"Successfully retrieved blacklists","blacklists":[{rows}]}}"#)
}

#[test]
fn entries_of_every_kind_come_and_go() {
    let server = Server::start();
    walk(
        &server.app,
        &[
            ("fetchallblacks", 406, &failure(NONE)),
            ("black&ip=192.0.2.7&hwid=device+%22%C3%A9%22&reason=why", 200, &success(ADDED)),
            ("black&region=Bavaria&country=DE&asn=64500", 200, &success(ADDED)),
            (
                "fetchallblacks",
                200,
                &list(&[
                    row("asn", "64500", ""),
                    row("country", "DE", ""),
                    row("hwid", "device \\\"é\\\"", "why"),
                    row("ip", "192.0.2.7", "why"),
                    row("region", "Bavaria", ""),
                ]),
            ),
            ("delblack&data=64500&blacktype=asn", 200, &success(DELETED)),
            ("delblack&data=64500&blacktype=asn", 200, &failure(NOT_DELETED)),
            ("delblack&data=DE&blacktype=Country", 200, &success(DELETED)),
            ("delblack&data=Bavaria&blacktype=region", 200, &success(DELETED)),
            ("delblack&data=device+%22%C3%A9%22&blacktype=HWID", 200, &success(DELETED)),
            // An address in another spelling.
            ("delblack&data=%3A%3Affff%3A192.0.2.7&blacktype=ip", 200, &success(DELETED)),
            ("fetchallblacks", 406, &failure(NONE)),
            ("delblacks", 200, &failure("Failed to delete all blacklists!")),
        ],
    );
}

#[test]
fn a_kind_is_a_type_too() {
    let server = Server::start();
    walk(
        &server.app,
        &[
            ("ip&data=192.0.2.7&reason=one", 200, &success(ADDED)),
            ("hwid&data=device", 200, &success(ADDED)),
            ("Region&data=Bavaria", 200, &success(ADDED)),
            ("country&data=DE", 200, &success(ADDED)),
            ("asn&data=64500", 200, &success(ADDED)),
            // A new reason replaces the old one.
            ("black&ip=192.0.2.7&reason=two", 200, &success(ADDED)),
            (
                "fetchallblacks&format=text",
                200,
                &list(&[
                    row("asn", "64500", ""),
                    row("country", "DE", ""),
                    row("hwid", "device", ""),
                    row("ip", "192.0.2.7", "two"),
                    row("region", "Bavaria", ""),
                ]),
            ),
            ("delblacks", 200, &success("Successfully deleted all blacklists!")),
            ("fetchallblacks", 406, &failure(NONE)),
        ],
    );
}

#[test]
fn the_caller_is_meant_unless_somebody_is_named() {
    let server = Server::start();
    walk(
        &server.app,
        &[
            ("black&reason=me", 200, &success(ADDED)),
            ("fetchallblacks", 200, &list(&[row("ip", "127.0.0.1", "me")])),
            ("addWhite", 200, &success("Successfully added whitelist!")),
            (
                "fetchallwhites",
                200,
                r#"{"success":true,"message":"Successfully retrieved whitelists","whitelists":[{"ip":"127.0.0.1","until":null}]}"#,
            ),
            ("delWhite", 200, &success("Successfully deleted whitelist!")),
            ("fetchallwhites", 406, &failure("No whitelists found")),
        ],
    );
}

#[test]
fn unfit_entries_are_refused() {
    let server = Server::start();
    let app = &server.app;
    let (long, hwid) = ("x".repeat(100), "x".repeat(501));
    walk(
        app,
        &[
            ("black&ip=nowhere", 400, &failure("Invalid parameter: ip")),
            ("black&ip=192.0.2.7&hwid=a&reason=b&country=&ip=x", 200, &success(ADDED)),
            ("delblacks", 200, &success("Successfully deleted all blacklists!")),
            (&format!("black&ip=192.0.2.7&reason={long}"), 400, &failure("Invalid parameter: reason")),
            (&format!("black&ip=192.0.2.7&hwid={hwid}"), 400, &failure("Invalid parameter: hwid")),
            (&format!("black&region={long}"), 400, &failure("Invalid parameter: region")),
            ("delblack", 200, &failure(NO_TYPE)),
            ("delblack&data=a", 200, &failure(NO_TYPE)),
            ("delblack&data=a&blacktype=mail", 200, &failure(NO_TYPE)),
            ("delblack&blacktype=ip", 200, &failure(NOT_DELETED)),
            ("fetchallblacks", 406, &failure(NONE)),
        ],
    );
    for value in hostile() {
        for kind in ["ip", "hwid", "region", "country", "asn"] {
            walk(app, &[(&format!("delblack&data={value}&blacktype={kind}"), 200, &failure(NOT_DELETED))]);
        }
        // Nothing but NULs is nothing, and nothing is nobody: not even the caller.
        if value == "%00" {
            walk(
                app,
                &[
                    ("black&ip=%00", 400, &failure("Invalid parameter: ip")),
                    ("addWhite&ip=%00", 400, &failure("Invalid parameter: ip")),
                    ("delWhite&ip=%00", 400, &failure("Invalid parameter: ip")),
                ],
            );
            continue;
        }
        walk(
            app,
            &[
                (&format!("black&ip={value}"), 400, &failure("Invalid parameter: ip")),
                (&format!("addWhite&ip={value}"), 200, &failure("Failed to add whitelist!")),
                (&format!("delWhite&ip={value}"), 200, &failure("Failed to delete whitelist!")),
            ],
        );
    }
    walk(
        app,
        &[("fetchallblacks", 406, &failure(NONE)), ("fetchallwhites", 406, &failure("No whitelists found"))],
    );
    app.walk_text(&[
        ("black&ip=192.0.2.7", 200, ADDED),
        ("delblack&data=192.0.2.7&blacktype=ip", 200, DELETED),
        ("delblack&data=192.0.2.7&blacktype=ip", 200, NOT_DELETED),
        ("fetchallblacks", 406, NONE),
    ]);
}

#[test]
fn whitelisted_addresses_come_and_go() {
    let server = Server::start();
    let app = &server.app;
    let list = r#"{"success":true,"message":"Successfully retrieved whitelists","whitelists":[{"ip":"192.0.2.7","until":null},{"ip":"2001:db8::1","until":null}]}"#;
    walk(
        app,
        &[
            ("delallwhites", 200, &failure("Failed to delete all whitelists!")),
            ("addWhite&ip=192.0.2.7", 200, &success("Successfully added whitelist!")),
            ("addwhite&ip=192.0.2.7", 200, &success("Successfully added whitelist!")),
            ("addWhite&ip=2001%3ADB8%3A0%3A0%3A%3A1", 200, &success("Successfully added whitelist!")),
            ("fetchallwhites", 200, list),
            ("delWhite&ip=192.0.2.7", 200, &success("Successfully deleted whitelist!")),
            ("delWhite&ip=192.0.2.7", 200, &failure("Failed to delete whitelist!")),
            ("delAllWhites", 200, &success("Successfully deleted all whitelists!")),
            ("fetchallwhites", 406, &failure("No whitelists found")),
        ],
    );
    assert_eq!(server.create_app("other").seller("type=fetchallwhites").status, 406);
}

#[test]
fn programs_of_those_kept_out_are_refused() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let running = app.sign_in("alice");
    walk(app, &[(&format!("black&hwid={}", encode(HWID)), 200, &success(ADDED))]);
    assert_eq!(app.login_says("alice", HWID), BLACKED);
    // Sessions go on.
    assert_eq!(running.call("check", &[]).json()["success"], true);
    walk(app, &[(&format!("delblack&blacktype=hwid&data={}", encode(HWID)), 200, &success(DELETED))]);
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
    walk(app, &[("black", 200, &success(ADDED))]);
    assert_eq!(app.login_says("alice", HWID), BLACKED);
    assert_eq!(app.login_says("alice", OTHER_HWID), BLACKED);
    walk(app, &[("delblacks", 200, &success("Successfully deleted all blacklists!"))]);
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
}

#[test]
fn lists_come_in_pages() {
    let server = Server::start();
    let app = &server.app;
    for number in 1..=5 {
        walk(
            app,
            &[
                (&format!("black&ip=192.0.2.{number}&hwid=device{number}"), 200, &success(ADDED)),
                (&format!("addWhite&ip=192.0.2.{number}"), 200, &success("Successfully added whitelist!")),
            ],
        );
    }
    assert_eq!(app.pages("fetchallblacks", "blacklists", 3).len(), 10);
    assert_eq!(app.pages("fetchallwhites", "whitelists", 2).len(), 5);
    app.refuses_bad_pages("fetchallblacks");
    app.refuses_bad_pages("fetchallwhites");
}
