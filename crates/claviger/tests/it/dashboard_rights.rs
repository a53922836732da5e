//! What a permission lets managers change and see, and that it lets them do no more: the right is asked for what is changed or
//! shown, not for the page on which that is done.

use claviger_dashboard::{Method, Need, listed};

use crate::support::people::manager;
use crate::support::proxied::on_both;
use crate::support::{Browser, HWID, Reply, Server, encode};

const NO_PERMISSION: &str = "Your account does not have this permission.";
const APP: &str = "/dashboard/demo-app";
/// Bits of permissions.
const LICENSES: i64 = 1;
const USERS: i64 = 2;
const CHATS: i64 = 8;
const SESSIONS: i64 = 16;
const LOGS: i64 = 256;
const BLACKLISTS: i64 = 512;
const TOKENS: i64 = 2048;

/// What each address that changes something needs: whoever adds one thinks of it here too.
const NEEDS: &[(&str, &str)] = &[
    ("/dashboard/", "Owner"),
    ("/dashboard/-/account/identities/unlink", "Person"),
    ("/dashboard/-/account/looks", "Person"),
    ("/dashboard/-/account/passkeys", "Person"),
    ("/dashboard/-/account/passkeys/question", "Person"),
    ("/dashboard/-/account/passkeys/remove", "Person"),
    ("/dashboard/-/account/password", "Person"),
    ("/dashboard/-/account/sign-ins/end", "Person"),
    ("/dashboard/-/account/sign-ins/end-others", "Person"),
    ("/dashboard/-/account/two-factor/begin", "Person"),
    ("/dashboard/-/account/two-factor/confirm", "Person"),
    ("/dashboard/-/account/two-factor/end", "Person"),
    ("/dashboard/-/account/two-factor/recovery", "Person"),
    ("/dashboard/-/confirm", "Person"),
    ("/dashboard/-/confirm/code", "Person"),
    ("/dashboard/-/confirm/passkey", "Person"),
    ("/dashboard/-/provider/{slug}/link", "Person"),
    ("/dashboard/-/sign-in", "Nobody"),
    ("/dashboard/-/sign-in/code", "Nobody"),
    ("/dashboard/-/sign-in/passkey", "Nobody"),
    ("/dashboard/-/sign-in/question", "Nobody"),
    ("/dashboard/-/sign-out", "Person"),
    ("/dashboard/-/strength", "Nobody"),
    ("/dashboard/-/welcome", "Nobody"),
    ("app-settings/api", "Settings"),
    ("app-settings/delete", "AppOwner"),
    ("app-settings/key-pairs/end", "AppOwner"),
    ("app-settings/key-pairs/rotate", "AppOwner"),
    ("app-settings/name", "AppOwner"),
    ("app-settings/rotate", "AppOwner"),
    ("app-settings/state", "Settings"),
    ("blacklist", "Blacklists"),
    ("blacklist/remove", "Blacklists"),
    ("chats", "Chats"),
    ("chats/{name}/clear", "Chats"),
    ("chats/{name}/delay", "Chats"),
    ("chats/{name}/delete", "Chats"),
    ("chats/{name}/say", "Chats"),
    ("credentials/kill", "Sessions"),
    ("customers-panel", "Settings"),
    ("customers-panel/file", "Files"),
    ("customers-panel/logo", "Settings"),
    ("customers-panel/logo/remove", "Settings"),
    ("files", "Files"),
    ("files/delete", "Files"),
    ("files/edit", "Files"),
    ("files/link", "Files"),
    ("files/new-address", "Files"),
    ("files/uploads", "Files"),
    ("files/uploads/{id}", "Files"),
    ("files/uploads/{id}/cancel", "Files"),
    ("hashes", "Settings"),
    ("hashes/check", "Settings"),
    ("hashes/delete", "Settings"),
    ("hashes/reset", "Settings"),
    ("licenses/change", "Licenses"),
    ("licenses/import", "Licenses"),
    ("licenses/import/file", "Licenses"),
    ("licenses/new", "Licenses"),
    ("licenses/new/preview", "Licenses"),
    ("licenses/{id}/add-time", "Licenses, user_too: Users"),
    ("licenses/{id}/assign", "Licenses"),
    ("licenses/{id}/ban", "Licenses, user_too: Users"),
    ("licenses/{id}/delete", "Licenses, user: Users"),
    ("licenses/{id}/duration", "Licenses, user_too: Users"),
    ("licenses/{id}/note", "Licenses"),
    ("licenses/{id}/unban", "Licenses"),
    ("logs/clear", "Logs"),
    ("mutes", "Chats"),
    ("mutes/remove", "Chats"),
    ("notices", "AppOwner"),
    ("notices/confirm", "AppOwner"),
    ("notices/test", "AppOwner"),
    ("own-users/{id}/reset", "Reseller"),
    ("own/new", "Reseller"),
    ("own/{id}/ban", "Reseller"),
    ("own/{id}/delete", "Reseller"),
    ("own/{id}/unban", "Reseller"),
    ("seller-settings/addresses", "AppOwner"),
    ("seller-settings/keys/{id}", "AppOwner"),
    ("seller-settings/keys/{id}/revoke", "AppOwner"),
    ("seller-settings/keys/{id}/rotate", "AppOwner"),
    ("seller-settings/log", "AppOwner"),
    ("seller-settings/new", "AppOwner"),
    ("sessions/kill", "Sessions"),
    ("settings", "Settings"),
    ("settings/owner", "AppOwner"),
    ("settings/owner/reset", "AppOwner"),
    ("settings/reset", "Settings"),
    ("subscriptions/delete", "Subscriptions"),
    ("subscriptions/extend", "Users"),
    ("subscriptions/level", "Subscriptions"),
    ("subscriptions/new", "Subscriptions"),
    ("subscriptions/pause", "Subscriptions"),
    ("subscriptions/shorten", "Users"),
    ("subscriptions/unpause", "Subscriptions"),
    ("team/new", "AppOwner"),
    ("team/{id}/balance", "AppOwner"),
    ("team/{id}/drop-factors", "AppOwner"),
    ("team/{id}/identity", "AppOwner"),
    ("team/{id}/identity/remove", "AppOwner"),
    ("team/{id}/limits", "AppOwner"),
    ("team/{id}/link", "AppOwner"),
    ("team/{id}/link/withdraw", "AppOwner"),
    ("team/{id}/remove", "AppOwner"),
    ("team/{id}/resume", "AppOwner"),
    ("team/{id}/sign-out", "AppOwner"),
    ("team/{id}/suspend", "AppOwner"),
    ("tokens/ban", "Tokens"),
    ("tokens/reset", "Tokens"),
    ("tokens/unban", "Tokens"),
    ("users/change", "Users"),
    ("users/new", "Users"),
    ("users/{id}/add-device", "Users"),
    ("users/{id}/ban", "Users"),
    ("users/{id}/cooldown", "Users"),
    ("users/{id}/delete", "Users"),
    ("users/{id}/delete-subscription", "Users"),
    ("users/{id}/delete-variable", "Users"),
    ("users/{id}/email", "Users"),
    ("users/{id}/end-sessions", "Sessions"),
    ("users/{id}/extend", "Users"),
    ("users/{id}/free-device", "Users"),
    ("users/{id}/license", "Licenses"),
    ("users/{id}/login-token", "Users"),
    ("users/{id}/mute", "Chats"),
    ("users/{id}/name-device", "Users"),
    ("users/{id}/note", "Users"),
    ("users/{id}/password", "Users"),
    ("users/{id}/pause", "Users"),
    ("users/{id}/rename", "Users"),
    ("users/{id}/subtract", "Users"),
    ("users/{id}/two-factor-off", "Users"),
    ("users/{id}/unban", "Users"),
    ("users/{id}/unmute", "Chats"),
    ("users/{id}/unpause", "Users"),
    ("users/{id}/variable", "Users"),
    ("variables/delete", "Variables"),
    ("variables/edit", "Variables"),
    ("variables/new", "Variables"),
    ("web-loader/delete", "Settings"),
    ("web-loader/new", "Settings"),
    ("webhooks/delete", "Webhooks"),
    ("webhooks/edit", "Webhooks"),
    ("webhooks/log/{id}/replay", "Webhooks"),
    ("webhooks/messages/drop", "Webhooks"),
    ("webhooks/messages/now", "Webhooks"),
    ("webhooks/messages/test", "Webhooks"),
    ("webhooks/new", "Webhooks"),
    ("webhooks/test", "Webhooks"),
    ("whitelist", "Blacklists"),
    ("whitelist/remove", "Blacklists"),
    ("why/{kind}/{id}/end-sessions", "Sessions"),
    ("why/{kind}/{id}/extend", "Users"),
    ("why/{kind}/{id}/remove-entry", "Blacklists"),
    ("why/{kind}/{id}/reset-devices", "Users"),
    ("why/{kind}/{id}/turn-two-factor-off", "Users"),
    ("why/{kind}/{id}/unban", "Users"),
    ("why/{kind}/{id}/unban-license", "Licenses"),
    ("why/{kind}/{id}/unpause", "Users"),
    ("why/{kind}/{id}/unpause-app", "Settings"),
];

fn told(need: Need) -> String {
    match need {
        Need::App(permission) => format!("{permission:?}"),
        Need::Either(one, other) => format!("{one:?} or {other:?}"),
        need => format!("{need:?}"),
    }
}

#[test]
fn every_change_asks_for_the_right_to_what_it_changes() {
    let mut found = Vec::new();
    for route in listed().filter(|route| route.method == Method::Post) {
        let more: Vec<String> =
            route.fields.iter().map(|(field, permission)| format!(", {field}: {permission:?}")).collect();
        let pattern = route.pattern.strip_prefix("/dashboard/{app}/").unwrap_or(route.pattern);
        found.push((pattern.to_owned(), told(route.need) + &more.concat()));
    }
    found.sort();
    let lines = found.iter().map(|(pattern, need)| format!("    (\"{pattern}\", \"{need}\"),\n"));
    let mut known: Vec<(String, String)> =
        NEEDS.iter().map(|(pattern, need)| ((*pattern).to_owned(), (*need).to_owned())).collect();
    known.sort();
    assert_eq!(found, known, "\n{}", lines.collect::<String>());
}

fn refused(reply: &Reply) -> bool {
    reply.status == 403 && reply.text().contains(NO_PERMISSION)
}

/// The number of a license, by its page in the dashboard.
fn license_id(owner: &Browser, key: &str) -> String {
    let page = owner.get(&format!("{APP}/licenses?key={}", encode(key)));
    let link = format!("<td class=\"first mono break\"><a href=\"{APP}/licenses/");
    let (_, rest) = page.text().split_once(&link).unwrap_or_else(|| panic!("{}", page.text()));
    rest.split('"').next().expect("a number").to_owned()
}

#[test]
fn who_may_change_licenses_alone_changes_no_user() {
    on_both(|server| {
        let (app, owner) = (&server.app, server.browser());
        let licenses = manager(server, "lena", LICENSES);
        let both = manager(server, "berta", LICENSES | USERS);
        app.init("1.2").register("alice", "p", server.license(0));
        let id = license_id(&owner, server.license(0));
        let page = format!("{APP}/licenses/{id}");
        let ends = || app.expiry("alice", 0);
        let before = ends();
        // Neither is there a box, nor is the field taken.
        assert!(!licenses.get(&page).text().contains("user_too"));
        assert!(both.get(&page).text().contains("user_too"));
        for (act, fields) in [
            ("duration", [("days", "90"), ("user_too", "1")]),
            ("add-time", [("days", "90"), ("user_too", "")]),
            ("ban", [("reason", "x"), ("user_too", "1")]),
            ("delete", [("user", "too"), ("x", "")]),
        ] {
            let reply = licenses.post(&format!("{page}/{act}"), &fields);
            assert!(refused(&reply), "{act}: {} {}", reply.status, reply.text());
        }
        assert!(refused(&licenses.get(&format!("{page}/delete?user=too"))));
        assert_eq!(ends(), before);
        assert_eq!(app.userdata("alice")["banned"], serde_json::Value::Null);
        // Time that is added to many: users keep theirs.
        let many = [("id", id.as_str()), ("act", "extend"), ("days", "7")];
        let change = format!("{APP}/licenses/change");
        let asked = licenses.get(&format!("{change}?id={id}&act=extend"));
        assert!(asked.text().contains("Users keep the time that they have"), "{}", asked.text());
        assert_eq!(licenses.said(&licenses.post(&change, &many)), "Changed 1 license.");
        assert_eq!(ends(), before);
        assert!(both.get(&format!("{change}?id={id}&act=extend")).text().contains("subscription ends later"));
        assert_eq!(both.said(&both.post(&change, &many)), "Changed 1 license.");
        // The user has all that the license is worth by now, also what came while the user kept the time.
        assert_eq!(ends(), before + 14 * 86_400);
        // What is of licenses alone is done.
        assert_eq!(licenses.post(&format!("{page}/add-time"), &[("days", "1")]).status, 303);
        assert_eq!(licenses.post(&format!("{page}/ban"), &[("reason", "x")]).status, 303);
        assert_eq!(app.userdata("alice")["banned"], serde_json::Value::Null);
        assert_eq!(both.post(&format!("{page}/unban"), &[]).status, 303);
        assert_eq!(both.post(&format!("{page}/ban"), &[("reason", "x"), ("user_too", "1")]).status, 303);
        assert_eq!(app.userdata("alice")["banned"], "x");
        assert_eq!(both.post(&format!("{page}/delete"), &[("user", "too")]).status, 303);
        assert_eq!(app.sell("userdata", &[("user", "alice")]).json()["success"], false);
    });
}

#[test]
fn whoever_may_see_one_kind_finds_no_other() {
    let server = Server::start();
    let (app, owner) = (&server.app, server.browser());
    let [licenses, users] =
        [("lena", LICENSES), ("uta", USERS)].map(|(name, perms)| manager(&server, name, perms));
    app.init("1.2").register("alice", "p", server.license(0));
    let key = server.license(1);
    assert_eq!(app.init("1.2").call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    let free = server.license(2);
    let at = |browser: &Browser, text: &str| {
        let reply = browser.get(&format!("{APP}/find?text={}", encode(text)));
        reply
            .header("location")
            .map(|to| to.trim_start_matches(APP).trim_end_matches(char::is_numeric).to_owned())
    };
    let why = |kind: &str, id: &str| format!("{APP}/why/{kind}/{id}");
    let of_license = |key: &str| license_id(&owner, key);
    // A user is found by whoever may see users; one who is a license by whoever may see licenses.
    assert!(at(&users, "alice").is_some() && at(&licenses, "alice").is_none());
    assert!(at(&users, key).is_some() && at(&licenses, key).is_some());
    assert!(at(&users, free).is_none() && at(&licenses, free).is_some());
    let nothing = licenses.get(&format!("{APP}/find?text=alice"));
    assert!(
        nothing.status == 200 && !nothing.text().contains(&format!("{APP}/why/users/")),
        "{}",
        nothing.text()
    );
    // Nor do the pages tell, whatever number is asked for.
    assert!(refused(&licenses.get(&why("users", "1"))));
    assert_eq!(licenses.get(&why("users", "2")).status, 200);
    assert_eq!(users.get(&why("users", "1")).status, 200);
    assert!(refused(&users.get(&why("licenses", &of_license(free)))));
    let of_alice = licenses.get(&why("licenses", &of_license(server.license(0))));
    assert_eq!(of_alice.status, 200);
    assert!(!of_alice.text().contains(HWID), "{}", of_alice.text());
    // Nor does what is wrong with an act on a user.
    let talker = manager(&server, "tala", CHATS);
    for (browser, act, fields) in [
        (&talker, "mute", [("days", "0")]),
        (&talker, "mute", [("days", "soon")]),
        (&talker, "unmute", [("days", "0")]),
        (&licenses, "license", [("key", "no such key")]),
    ] {
        let reply = browser.post(&format!("{APP}/users/1/{act}"), &fields);
        assert_eq!(reply.status, 400, "{act}: {}", reply.text());
        assert!(!reply.text().contains("alice") && !reply.text().contains(HWID), "{act}: {}", reply.text());
    }
    assert_eq!(users.post(&format!("{APP}/users/1/cooldown"), &[("days", "x")]).status, 422);
    // Acts tell whom they changed, so they need the right to see it.
    let sessions = manager(&server, "sina", SESSIONS);
    let ended = sessions.post(&format!("{}/end-sessions", why("users", "1")), &[]);
    assert!(refused(&ended), "{} {}", ended.status, ended.text());
}

/// Whoever knows the key of a user who signs in by license can sign in as that user.
#[test]
fn names_are_told_whole_only_to_who_may_see_users_or_licenses() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    let session = app.init("1.2");
    assert_eq!(session.call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    session.call("log", &[("pcuser", "pc"), ("message", "hello")]);
    app.sell("banuser", &[("user", key), ("reason", "x")]);
    let banned = app.sell("unbanuser", &[("user", key)]);
    assert_eq!(banned.json()["success"], true, "{banned:?}");
    let again = app.init("1.2");
    assert_eq!(again.call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    again.call("log", &[("pcuser", "pc"), ("message", "hello again")]);
    app.sell("muteuser", &[("user", key), ("time", "3600")]);
    app.sell("black", &[("ip", "203.0.113.9")]);
    let beginning = format!("{}…", &key[..4]);
    for (name, perms, pages) in [
        ("logger", LOGS, vec!["logs", "logs/export?format=csv", "logs/export?format=json"]),
        ("seer", SESSIONS, vec!["sessions", "sessions/export?format=csv", "sessions/export?format=json"]),
        ("tokener", TOKENS, vec!["tokens", "tokens?kind=user", "tokens?kind=license"]),
        ("talker", CHATS, vec!["mutes", "chats"]),
        ("blocker", BLACKLISTS, vec!["blacklist"]),
    ] {
        let alone = manager(&server, name, perms);
        let with = manager(&server, &format!("{name}2"), perms | LICENSES);
        for page in pages {
            let (less, more) = (alone.get(&format!("{APP}/{page}")), with.get(&format!("{APP}/{page}")));
            assert_eq!((less.status, more.status), (200, 200), "{page}");
            assert!(!less.text().contains(key), "{page}: {}", less.text());
            if matches!(perms, LOGS | SESSIONS) || page == "tokens?kind=license" {
                assert!(less.text().contains(&beginning), "{page}: {}", less.text());
                assert!(more.text().contains(key), "{page}: {}", more.text());
            }
        }
    }
    // Nor can a key be guessed sign by sign.
    let [seer, tokener] = ["seer", "tokener"].map(|name| Browser::signed_in(&app.address, name, "password"));
    for text in [&key[..5], &key[3..9]] {
        let page = seer.get(&format!("{APP}/sessions?text={}", encode(text)));
        assert!(page.status == 422 && page.text().contains("Write a whole session id"), "{}", page.text());
        assert_eq!(seer.get(&format!("{APP}/sessions/export?format=csv&text={}", encode(text))).status, 400);
        let kill = [("text", text)];
        assert_eq!(seer.post(&format!("{APP}/sessions/kill"), &kill).status, 400);
        let found = tokener.get(&format!("{APP}/tokens?text={}", encode(text)));
        assert!(found.status == 200 && !found.text().contains("tokens/ban?"), "{}", found.text());
    }
    let whole = seer.get(&format!("{APP}/sessions?text={}", again.id));
    assert!(whole.status == 200 && whole.text().contains(&again.id), "{}", whole.text());
}
