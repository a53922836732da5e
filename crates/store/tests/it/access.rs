//! Blacklist and whitelist.

use claviger_store::access::{self, Blacklisted, HWID, IP};

use crate::support::{Fixture, NOW, both};

both![
    the_blacklisted_are_known,
    a_new_reason_replaces_the_old,
    entries_are_compared_exactly,
    the_blacklist_belongs_to_one_app,
    an_entry_can_be_removed,
    the_whitelist_is_kept,
];

async fn add(t: &Fixture, app: i64, kind: &str, value: &str, reason: &str) {
    let entry = Blacklisted { kind: kind.into(), value: value.into(), reason: reason.into(), added: NOW };
    t.write(move |conn| access::blacklist(conn, app, &entry)).await;
}

async fn is_out(t: &Fixture, app: i64, hwid: Option<&'static str>, ip: &'static str) -> bool {
    t.read(move |conn| access::is_blacklisted(conn, app, hwid, ip)).await
}

async fn the_blacklisted_are_known(t: Fixture) {
    let app = t.app().await;
    assert!(!is_out(&t, app, Some("device"), "192.0.2.1").await);
    add(&t, app, IP, "192.0.2.1", "").await;
    add(&t, app, HWID, "device", "why").await;
    assert!(is_out(&t, app, Some("other"), "192.0.2.1").await);
    assert!(is_out(&t, app, None, "192.0.2.1").await);
    assert!(is_out(&t, app, Some("device"), "192.0.2.2").await);
    assert!(!is_out(&t, app, Some("other"), "192.0.2.2").await);
    assert!(!is_out(&t, app, None, "192.0.2.2").await);
    // One is not taken for the other.
    assert!(!is_out(&t, app, Some("192.0.2.1"), "device").await);
}

async fn a_new_reason_replaces_the_old(t: Fixture) {
    let app = t.app().await;
    add(&t, app, IP, "192.0.2.1", "old").await;
    add(&t, app, HWID, "192.0.2.1", "a device").await;
    add(&t, app, IP, "192.0.2.1", "new").await;
    let all = t.read(move |conn| access::blacklisted(conn, app)).await;
    let entry = |kind: &str, reason: &str| Blacklisted {
        kind: kind.into(),
        value: "192.0.2.1".into(),
        reason: reason.into(),
        added: NOW,
    };
    assert_eq!(all, [entry(HWID, "a device"), entry(IP, "new")]);
}

async fn entries_are_compared_exactly(t: Fixture) {
    let app = t.app().await;
    add(&t, app, HWID, "Device", "").await;
    add(&t, app, IP, "2001:db8::1", "").await;
    for hwid in ["device", "Devic", "Device ", "", "%"] {
        assert!(!is_out(&t, app, Some(hwid), "192.0.2.1").await, "{hwid}");
    }
    assert!(!is_out(&t, app, None, "2001:db8::11").await);
}

async fn the_blacklist_belongs_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, IP, "192.0.2.1", "").await;
    assert!(!is_out(&t, other, None, "192.0.2.1").await);
    assert!(t.read(move |conn| access::blacklisted(conn, other)).await.is_empty());
    assert!(!t.write(move |conn| access::unblacklist(conn, other, IP, "192.0.2.1")).await);
    assert!(is_out(&t, app, None, "192.0.2.1").await);
}

async fn an_entry_can_be_removed(t: Fixture) {
    let app = t.app().await;
    add(&t, app, IP, "192.0.2.1", "").await;
    assert!(!t.write(move |conn| access::unblacklist(conn, app, HWID, "192.0.2.1")).await);
    assert!(t.write(move |conn| access::unblacklist(conn, app, IP, "192.0.2.1")).await);
    assert!(!t.write(move |conn| access::unblacklist(conn, app, IP, "192.0.2.1")).await);
    assert!(!is_out(&t, app, None, "192.0.2.1").await);
}

async fn the_whitelist_is_kept(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.write(move |conn| access::whitelist(conn, app, "192.0.2.2", NOW)).await);
    assert!(t.write(move |conn| access::whitelist(conn, app, "192.0.2.1", NOW)).await);
    assert!(!t.write(move |conn| access::whitelist(conn, app, "192.0.2.1", NOW)).await);
    let exempt =
        async |app, ip: &'static str| t.read(move |conn| access::is_whitelisted(conn, app, ip)).await;
    assert!(exempt(app, "192.0.2.1").await && !exempt(app, "192.0.2.3").await);
    assert!(!exempt(other, "192.0.2.1").await);
    assert_eq!(t.read(move |conn| access::whitelisted(conn, app)).await, ["192.0.2.1", "192.0.2.2"]);
    assert!(!t.write(move |conn| access::unwhitelist(conn, other, "192.0.2.1")).await);
    assert!(t.write(move |conn| access::unwhitelist(conn, app, "192.0.2.1")).await);
    assert!(!t.write(move |conn| access::unwhitelist(conn, app, "192.0.2.1")).await);
    assert!(!exempt(app, "192.0.2.1").await);
}
