//! Every type of the Client API, in every version.

use std::{fs, path::Path};

use crate::support::{Server, app::FORM, http::request};

/// The protocol's table of types.
const TYPES: [&str; 25] = [
    "init",
    "register",
    "upgrade",
    "login",
    "license",
    "fetchOnline",
    "setvar",
    "getvar",
    "var",
    "checkblacklist",
    "chatget",
    "chatsend",
    "log",
    "webhook",
    "file",
    "ban",
    "check",
    "changeUsername",
    "forgot",
    "fetchStats",
    "logout",
    "2faenable",
    "2fadisable",
    "loginEmail",
    "checkBlack",
];

#[test]
fn no_type_is_unknown() {
    let server = Server::start();
    for version in ["1.0", "1.1", "1.2", "1.3"] {
        for kind in TYPES.into_iter().chain(["nonsense"]) {
            let [kind_sent, name, owner] =
                [kind, &server.app.name, &server.app.owner_id].map(|text| match version {
                    "1.0" => hex::encode(text),
                    _ => text.to_owned(),
                });
            let reply =
                server.app.post(version, &[("type", &kind_sent), ("name", &name), ("ownerid", &owner)]);
            let unknown = match version {
                "1.0" => r#""Unhandled Type""#,
                _ => r#""The value inputted for type paramater was not found""#,
            };
            assert_eq!(reply.status, 200, "{version} {kind}: {reply:?}");
            assert_eq!(reply.text().contains(unknown), kind == "nonsense", "{version} {kind}: {reply:?}");
        }
    }
}

#[test]
fn hostile_values_change_nothing_and_break_nothing() {
    let server = Server::start();
    let names = [
        "username",
        "pass",
        "key",
        "email",
        "hwid",
        "var",
        "varid",
        "data",
        "channel",
        "message",
        "pcuser",
        "webid",
        "params",
        "body",
        "conttype",
        "fileid",
        "reason",
        "newUsername",
        "code",
        "token",
        "thash",
        "ver",
        "hash",
        "enckey",
    ];
    let long = "A".repeat(20_000);
    let values =
        [long.as_str(), "a%00b", "%ff%fe", "99999999999999999999999", "-1", "%F0%9F%92%A9", "' OR 1=1 --"];
    for version in ["1.1", "1.2", "1.3"] {
        for kind in TYPES {
            for value in values {
                let session = if kind == "init" { None } else { Some(server.app.init(version)) };
                let id = session.as_ref().map_or("", |session| session.id.as_str());
                let (app, mut body) = (&server.app, format!("type={kind}&sessionid={id}"));
                body.push_str(&format!("&name={}&ownerid={}", app.name, app.owner_id));
                for name in names {
                    body.push_str(&format!("&{name}={value}&{name}=second"));
                }
                let target = format!("/api/{version}/");
                let reply = request(&app.address, "POST", &target, &[FORM], body.as_bytes());
                assert!(
                    matches!(reply.status, 200 | 413),
                    "{version} {kind} {}: {reply:?}",
                    &value[..4.min(value.len())]
                );
                let accepted = ["log", "logout", "fetchStats", "init"].contains(&kind);
                let success = reply.text().contains(r#""success":true"#);
                assert!(!success || accepted, "{version} {kind} {value:.20}: {reply:?}");
            }
        }
    }
    let stats = server.app.seller("type=stats").json();
    assert_eq!((&stats["used"], &stats["unused"]), (&"0".into(), &"100".into()), "{stats}");
}

#[test]
fn no_type_is_undocumented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/client.md");
    let page = fs::read_to_string(page).expect("the page on the Client API");
    for kind in TYPES {
        assert!(page.contains(&format!("`{kind}`")), "{kind}");
    }
}
