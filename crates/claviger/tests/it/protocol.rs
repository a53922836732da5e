//! Every type of the Client API, in every version.

use std::{fs, path::Path};

use crate::support::Server;

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
fn no_type_is_undocumented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/client.md");
    let page = fs::read_to_string(page).expect("the page on the Client API");
    for kind in TYPES {
        assert!(page.contains(&format!("`{kind}`")), "{kind}");
    }
}
