//! People beside the demo's owner who try what is not theirs.

use super::{App, Browser, Server, form};

const PASSWORD: &str = "four words that differ";

/// A manager of the demo's application with these permissions.
pub fn manager(server: &Server, name: &str, perms: i64) -> Browser {
    add(&server.app, "Manager", name, perms);
    Browser::signed_in(&server.app.address, name, "password")
}

fn add(app: &App, role: &str, name: &str, perms: i64) {
    let (email, perms) = (format!("{name}@x.example"), perms.to_string());
    let fields = [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", &perms)];
    let reply = app.seller(&format!("type=addAccount&{}", form(&fields)));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
}

/// Another owner, with an application of the same kind.
pub fn other_owner(server: &Server) -> (Browser, App) {
    server.cli.ok_with_input(&["owner", "create", "other", "--role", "seller", "--password-stdin"], PASSWORD);
    let app = server.create_app_of("other", "theirs");
    (Browser::signed_in(&server.app.address, "other", PASSWORD), app)
}

/// Fails unless neither another owner nor a manager without the permission may read or post there, and resellers
/// neither.
pub fn assert_kept_apart(
    server: &Server,
    permission: i64,
    reads: &[&str],
    posts: &[(&str, &[(&str, &str)])],
) {
    let (other, _) = other_owner(server);
    let without = manager(server, "without", 4095 & !permission);
    add(&server.app, "Reseller", "shop", 4095);
    let shop = Browser::signed_in(&server.app.address, "shop", "password");
    for (browser, status) in [(&other, 404), (&without, 403), (&shop, 403)] {
        for address in reads {
            assert_eq!(browser.get(address).status, status, "{address}");
        }
        for (address, fields) in posts {
            assert_eq!(browser.post(address, fields).status, status, "{address}");
        }
    }
    let with = manager(server, "with", permission);
    for address in reads {
        assert_eq!(with.get(address).status, 200, "{address}");
    }
}
