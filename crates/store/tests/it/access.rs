//! Blacklist and whitelist.

use std::net::IpAddr;

use claviger_domain::ClientAddress;
use claviger_store::{
    Conn,
    access::{self, Blacklisted, Entry, Evidence, HWID, IP, Reason, Source},
    params,
    user_bans::Lift,
    users,
};

use crate::support::{Fixture, NOW, both};

both![
    the_blacklisted_are_known,
    a_new_reason_replaces_the_old,
    entries_are_compared_exactly,
    the_blacklist_belongs_to_one_app,
    an_entry_can_be_removed,
    reasons_go_one_by_one,
    the_ban_of_a_deleted_user_stays,
    networks_hold_addresses,
    an_unknown_address_may_be_any,
    entries_end,
    the_whitelist_is_kept,
];

async fn add_until(t: &Fixture, app: i64, kind: &'static str, value: &str, reason: &str, until: Option<i64>) {
    let (value, reason) = (value.to_owned(), reason.to_owned());
    let add = move |conn: &mut Conn<'_>| {
        let entry = Entry { kind, value: &value, reason: &reason, added: NOW, until };
        access::blacklist(conn, app, &entry)
    };
    t.write(add).await;
}

async fn add(t: &Fixture, app: i64, kind: &'static str, value: &str, reason: &str) {
    add_until(t, app, kind, value, reason, None).await;
}

async fn ban(t: &Fixture, app: i64, user: i64, value: &'static str, reason: &'static str) {
    let entry = Entry { kind: HWID, value, reason, added: NOW, until: None };
    t.write(move |conn| access::blacklist_for(conn, app, user, None, &entry)).await;
}

async fn evidence(t: &Fixture, app: i64, hwid: Option<&'static str>, ip: &str) -> Option<Evidence> {
    let ip = ip.parse().map_or(ClientAddress::Unknown, ClientAddress::Known);
    t.read(move |conn| access::evidence(conn, app, hwid, Some(ip), NOW)).await
}

async fn is_out(t: &Fixture, app: i64, hwid: Option<&'static str>, ip: &str) -> bool {
    evidence(t, app, hwid, ip).await.is_some()
}

async fn remove(t: &Fixture, app: i64, kind: &'static str, value: &'static str) -> bool {
    t.write(move |conn| access::unblacklist(conn, app, kind, value, NOW)).await.is_some()
}

async fn all(t: &Fixture, app: i64) -> Vec<Blacklisted> {
    t.read(move |conn| access::blacklisted(conn, app, NOW)).await
}

fn entry(kind: &str, value: &str, reasons: &[(Source, &str)]) -> Blacklisted {
    let reason = |(source, text): &(Source, &str)| Reason {
        source: source.clone(),
        text: (*text).into(),
        added: NOW,
        until: None,
    };
    Blacklisted { kind: kind.into(), value: value.into(), reasons: reasons.iter().map(reason).collect() }
}

fn ban_of(name: &str) -> Source {
    Source::Ban(Some(name.into()))
}

async fn the_blacklisted_are_known(t: Fixture) {
    let app = t.app().await;
    assert!(!is_out(&t, app, Some("device"), "192.0.2.1").await);
    add(&t, app, IP, "192.0.2.1", "").await;
    add(&t, app, HWID, "device", "why").await;
    assert_eq!(evidence(&t, app, Some("other"), "192.0.2.1").await, Some(Evidence::Address));
    assert_eq!(evidence(&t, app, None, "192.0.2.1").await, Some(Evidence::Address));
    assert_eq!(evidence(&t, app, Some("device"), "192.0.2.2").await, Some(Evidence::Device));
    // The device is what counts.
    assert_eq!(evidence(&t, app, Some("device"), "192.0.2.1").await, Some(Evidence::Device));
    assert!(!is_out(&t, app, Some("other"), "192.0.2.2").await);
    assert!(!is_out(&t, app, None, "192.0.2.2").await);
    // One is not taken for the other.
    assert!(!is_out(&t, app, Some("192.0.2.1"), "192.0.2.2").await);
    let nowhere = t.read(move |conn| access::evidence(conn, app, Some("device"), None, NOW)).await;
    assert_eq!(nowhere, Some(Evidence::Device));
    assert_eq!(t.read(move |conn| access::evidence(conn, app, None, None, NOW)).await, None);
}

async fn an_unknown_address_may_be_any(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, HWID, "device", "").await;
    add(&t, other, IP, "192.0.2.1", "").await;
    add_until(&t, app, IP, "192.0.2.1", "", Some(NOW)).await;
    assert_eq!(evidence(&t, app, Some("other"), "unknown").await, None);
    assert_eq!(evidence(&t, app, Some("device"), "unknown").await, Some(Evidence::Device));
    add_until(&t, app, IP, "198.51.100.0/24", "", Some(NOW + 1)).await;
    assert_eq!(evidence(&t, app, None, "unknown").await, Some(Evidence::Address));
}

async fn a_new_reason_replaces_the_old(t: Fixture) {
    let app = t.app().await;
    add(&t, app, IP, "192.0.2.1", "old").await;
    add(&t, app, HWID, "192.0.2.1", "a device").await;
    add(&t, app, IP, "192.0.2.1", "new").await;
    let expected = [
        entry(HWID, "192.0.2.1", &[(Source::Hand, "a device")]),
        entry(IP, "192.0.2.1", &[(Source::Hand, "new")]),
    ];
    assert_eq!(all(&t, app).await, expected);
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
    assert!(all(&t, other).await.is_empty());
    assert!(!remove(&t, other, IP, "192.0.2.1").await);
    assert!(is_out(&t, app, None, "192.0.2.1").await);
}

async fn an_entry_can_be_removed(t: Fixture) {
    let app = t.app().await;
    add(&t, app, IP, "192.0.2.1", "").await;
    assert!(!remove(&t, app, HWID, "192.0.2.1").await);
    assert!(remove(&t, app, IP, "192.0.2.1").await);
    assert!(!remove(&t, app, IP, "192.0.2.1").await);
    assert!(!is_out(&t, app, None, "192.0.2.1").await);
}

async fn reasons_go_one_by_one(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    ban(&t, app, ann, "device", "cheats").await;
    add(&t, app, HWID, "device", "by hand").await;
    ban(&t, app, bob, "device", "lies").await;
    ban(&t, app, bob, "other", "lies").await;
    let [of_ann, by_hand, of_bob] =
        [(ban_of("Ann"), "cheats"), (Source::Hand, "by hand"), (ban_of("Bob"), "lies")];
    let shared = entry(HWID, "device", &[of_bob.clone(), by_hand.clone(), of_ann]);
    assert_eq!(shared.reason(), "lies");
    assert_eq!(all(&t, app).await, [shared, entry(HWID, "other", std::slice::from_ref(&of_bob))]);
    // Again: the newest comes first.
    ban(&t, app, ann, "device", "cheats again").await;
    assert_eq!(all(&t, app).await[0].reason(), "cheats again");
    t.write(move |conn| access::unblacklist_for(conn, app, ann, Lift::All)).await;
    assert_eq!(all(&t, app).await[0], entry(HWID, "device", &[of_bob, by_hand.clone()]));
    t.write(move |conn| access::unblacklist_for(conn, app, bob, Lift::All)).await;
    assert_eq!(all(&t, app).await, [entry(HWID, "device", &[by_hand])]);
    assert!(is_out(&t, app, Some("device"), "192.0.2.1").await);
    assert!(!is_out(&t, app, Some("other"), "192.0.2.1").await);
    // By hand it goes whole.
    ban(&t, app, ann, "device", "cheats").await;
    let gone =
        t.write(move |conn| access::unblacklist(conn, app, HWID, "device", NOW)).await.expect("an entry");
    assert_eq!(gone, entry(HWID, "device", &[(ban_of("Ann"), "cheats"), (Source::Hand, "by hand")]));
    assert!(all(&t, app).await.is_empty());
}

async fn the_ban_of_a_deleted_user_stays(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    ban(&t, app, ann, "device", "cheats").await;
    t.write(move |conn| users::delete_range(conn, app, claviger_store::Range::one(ann))).await;
    // Another of that name is somebody else.
    t.user(app, "Ann").await;
    assert_eq!(all(&t, app).await, [entry(HWID, "device", &[(Source::Ban(None), "cheats")])]);
    assert!(is_out(&t, app, Some("device"), "192.0.2.1").await);
}

async fn networks_hold_addresses(t: Fixture) {
    let app = t.app().await;
    for value in ["192.0.2.0/24", "2001:db8::/64", "203.0.113.7"] {
        add(&t, app, IP, value, "").await;
    }
    for (ip, out) in [
        ("192.0.2.0", true),
        ("192.0.2.255", true),
        ("::ffff:192.0.2.9", true),
        ("192.0.3.0", false),
        ("2001:db8::ffff:ffff:ffff:ffff", true),
        ("2001:db8:0:1::", false),
        ("203.0.113.7", true),
        ("203.0.113.6", false),
    ] {
        assert_eq!(is_out(&t, app, None, ip).await, out, "{ip}");
    }
    add(&t, app, IP, "0.0.0.0/0", "").await;
    assert!(is_out(&t, app, None, "203.0.113.6").await);
    assert!(!is_out(&t, app, None, "2001:db8:0:1::").await);
}

async fn entries_end(t: Fixture) {
    let app = t.app().await;
    add_until(&t, app, IP, "192.0.2.0/24", "", Some(NOW + 1)).await;
    add_until(&t, app, HWID, "device", "", Some(NOW + 1)).await;
    add(&t, app, HWID, "other", "").await;
    t.write(move |conn| access::whitelist(conn, app, "192.0.2.0/24", Some(NOW + 1), NOW)).await;
    let ip: IpAddr = "192.0.2.1".parse().expect("an address");
    for (now, lasts) in [(NOW, true), (NOW + 1, false)] {
        let out = move |conn: &mut Conn<'_>| {
            let device = access::evidence(conn, app, Some("device"), None, now)?.is_some();
            let address = access::evidence(conn, app, None, Some(ip.into()), now)?.is_some();
            Ok([device, address, access::is_whitelisted(conn, app, ip, now)?, !access::has_ended(conn, now)?])
        };
        assert_eq!(t.read(out).await, [lasts; 4]);
        let count = if lasts { [3, 1] } else { [1, 0] };
        let listed = move |conn: &mut Conn<'_>| {
            Ok([access::blacklisted(conn, app, now)?.len(), access::whitelisted(conn, app, now)?.len()])
        };
        assert_eq!(t.read(listed).await, count);
    }
    // An end that is over is none.
    assert!(t.write(move |conn| access::unblacklist(conn, app, HWID, "device", NOW + 1)).await.is_none());
    assert!(!t.write(move |conn| access::unwhitelist(conn, app, "192.0.2.0/24", NOW + 1)).await);
    assert!(!t.write(move |conn| access::clear_whitelist(conn, app, NOW + 1)).await);
    t.write(move |conn| access::remove_ended(conn, NOW + 1)).await;
    assert_eq!(rows(&t, app).await, 1);
    // A new reason by hand has no end unless told.
    add_until(&t, app, HWID, "device", "", Some(NOW + 1)).await;
    add(&t, app, HWID, "device", "").await;
    assert!(!t.read(move |conn| access::has_ended(conn, NOW + 1)).await);
}

/// Reasons that are kept.
async fn rows(t: &Fixture, app: i64) -> i64 {
    let sql = "SELECT COUNT(*) FROM blacklist_reasons WHERE app = $1";
    t.read(move |conn| conn.query_one(sql, params![app])?.expect("a row").get(0)).await
}

async fn the_whitelist_is_kept(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let add = async |network: &'static str, until| {
        t.write(move |conn| access::whitelist(conn, app, network, until, NOW)).await
    };
    assert!(add("192.0.2.2", None).await);
    assert!(add("192.0.2.1", None).await);
    assert!(!add("192.0.2.1", None).await);
    assert!(add("198.51.100.0/24", Some(NOW + 60)).await);
    // Another end replaces the first.
    assert!(add("192.0.2.2", Some(NOW + 9)).await && !add("192.0.2.2", Some(NOW + 9)).await);
    let exempt = async |app, ip: &str| {
        let ip: IpAddr = ip.parse().expect("an address");
        t.read(move |conn| access::is_whitelisted(conn, app, ip, NOW)).await
    };
    assert!(exempt(app, "192.0.2.1").await && !exempt(app, "192.0.2.3").await);
    assert!(exempt(app, "198.51.100.77").await && !exempt(other, "192.0.2.1").await);
    let listed = t.read(move |conn| access::whitelisted(conn, app, NOW)).await;
    let listed: Vec<_> = listed.iter().map(|one| (one.network.as_str(), one.until)).collect();
    let expected = [("192.0.2.1", None), ("192.0.2.2", Some(NOW + 9)), ("198.51.100.0/24", Some(NOW + 60))];
    assert_eq!(listed, expected);
    let remove = async |app| t.write(move |conn| access::unwhitelist(conn, app, "192.0.2.1", NOW)).await;
    assert!(!remove(other).await && remove(app).await && !remove(app).await);
    assert!(!exempt(app, "192.0.2.1").await);
    assert!(t.write(move |conn| access::clear_whitelist(conn, app, NOW)).await);
}
