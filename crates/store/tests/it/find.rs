//! Finding users, licenses and entries of the blacklist by what people paste.

use claviger_domain::HwidList;
use claviger_store::{
    Conn,
    access::{self, Entry, HWID, IP},
    licenses::{self, NewLicenses},
    users,
};

use crate::support::{Fixture, NOW, both};

both![
    names_are_found_by_their_beginning,
    keys_are_found_by_their_beginning,
    devices_are_found,
    addresses_are_found,
    entries_that_keep_somebody_out_are_found,
];

fn names(users: Vec<users::User>) -> Vec<String> {
    users.into_iter().map(|user| user.username).collect()
}

async fn names_are_found_by_their_beginning(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for name in ["ab", "Ab-1", "ab_2", "ab 3", "abé", "b", "a", "a%b", "ab😀"] {
        t.user(app, name).await;
    }
    t.user(other, "abc").await;
    for (beginning, limit, expected) in [
        ("ab", 10, vec!["ab", "ab 3", "Ab-1", "ab_2", "abé", "ab😀"]),
        ("ab", 2, vec!["ab", "ab 3"]),
        ("ab-", 10, vec!["Ab-1"]),
        ("a%", 10, vec!["a%b"]),
        ("ab_", 10, vec!["ab_2"]),
        ("abc", 10, vec![]),
        ("AB", 10, vec![]),
    ] {
        let found = t.read(move |conn| users::by_beginning(conn, app, beginning, limit)).await;
        assert_eq!(names(found), expected, "{beginning}");
    }
}

async fn keys_are_found_by_their_beginning(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let add = move |conn: &mut Conn<'_>| {
        let new = NewLicenses { duration: 60, level: "1", note: None, genby: "x", gendate: NOW };
        for key in ["KEY-AB", "key-ac", "key_aa", "K"] {
            assert!(licenses::insert(conn, app, key, &new)?.is_some());
        }
        licenses::insert(conn, other, "key-zz", &new)
    };
    t.write(add).await;
    for (beginning, expected) in [
        ("key-a", vec!["KEY-AB", "key-ac"]),
        ("key", vec!["KEY-AB", "key-ac", "key_aa"]),
        ("key-z", vec![]),
        ("key-ab-", vec![]),
    ] {
        let found = t.read(move |conn| licenses::by_beginning(conn, app, beginning, 10)).await;
        assert_eq!(found.into_iter().map(|license| license.key).collect::<Vec<_>>(), expected);
    }
}

async fn devices_are_found(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let long = |last: &str| format!("{}{last}", "é".repeat(70));
    let imported = |text: &str| HwidList::from_import(text).to_stored().expect("a device");
    for (app, name, hwids) in [
        (app, "one", "DEVICE-1".to_owned()),
        (app, "same", "DEVICE-1".into()),
        (app, "two", "DEVICE-0\nDEVICE-2".into()),
        (app, "longer", "DEVICE-11".into()),
        (app, "long a", long("a")),
        (app, "long b", format!("x\n{}", long("b"))),
        (app, "import", imported("IMPORTED-AIMPORTED-B")),
        (app, "none", String::new()),
        (other, "elsewhere", "DEVICE-1".into()),
    ] {
        let user = t.user(app, name).await;
        let hwids = Some(hwids).filter(|hwids| !hwids.is_empty());
        t.write(move |conn| users::set_hwids(conn, app, user, hwids.as_deref())).await;
    }
    for (hwid, expected) in [
        ("DEVICE-1".to_owned(), vec!["one", "same"]),
        ("DEVICE-0".into(), vec!["two"]),
        ("DEVICE-2".into(), vec!["two"]),
        ("DEVICE-".into(), vec![]),
        ("device-1".into(), vec![]),
        (long("a"), vec!["long a"]),
        (long("b"), vec!["long b"]),
        (long("c"), vec![]),
        ("IMPORTED-A".into(), vec!["import"]),
        ("%".into(), vec![]),
    ] {
        let wanted = hwid.clone();
        let found = t.read(move |conn| users::by_device(conn, app, &wanted, 10)).await;
        assert_eq!(names(found), expected, "{hwid}");
    }
    let found = t.read(move |conn| users::by_device(conn, app, "DEVICE-1", 1)).await;
    assert_eq!(names(found), ["one"]);
}

async fn addresses_are_found(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for (app, name, ip) in [
        (app, "a", Some("192.0.2.1")),
        (app, "b", Some("192.0.2.1")),
        (app, "c", Some("192.0.2.12")),
        (app, "d", Some("2001:db8::1")),
        (app, "e", None),
        (other, "f", Some("192.0.2.1")),
    ] {
        let user = t.user(app, name).await;
        let sql = "UPDATE users SET ip = $3 WHERE app = $1 AND id = $2";
        t.write(move |conn| conn.execute(sql, claviger_store::params![app, user, ip])).await;
    }
    for (beginning, limit, expected) in [
        ("192.0.2.", 10, vec!["a", "b", "c"]),
        ("192.0.2.", 2, vec!["a", "b"]),
        ("192.0.2.12", 10, vec!["c"]),
        ("2001:db8:", 10, vec!["d"]),
        ("10.", 10, vec![]),
    ] {
        let found = t.read(move |conn| users::by_address(conn, app, beginning, limit)).await;
        assert_eq!(names(found), expected, "{beginning}");
    }
}

async fn entries_that_keep_somebody_out_are_found(t: Fixture) {
    let app = t.app().await;
    let add = move |conn: &mut Conn<'_>| {
        for (kind, value, until) in [
            (IP, "192.0.2.1", None),
            (IP, "192.0.2.0/24", Some(NOW + 5)),
            (IP, "192.0.0.0/8", Some(NOW)),
            (IP, "198.51.100.0/24", None),
            (HWID, "device", None),
            (HWID, "192.0.2.1", None),
        ] {
            access::blacklist(conn, app, &Entry { kind, value, reason: "why", added: NOW, until })?;
        }
        Ok(())
    };
    t.write(add).await;
    let find = |hwid: Option<&'static str>, ip: Option<&'static str>| {
        t.read(move |conn| {
            let ip = ip.map(|ip| ip.parse().expect("an address"));
            let found = access::entries_for(conn, app, hwid, ip, NOW)?;
            Ok(found.into_iter().map(|entry| (entry.kind, entry.value)).collect::<Vec<_>>())
        })
    };
    let entry = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    let mut both = find(Some("device"), Some("192.0.2.1")).await;
    both.sort();
    assert_eq!(both, [entry(HWID, "device"), entry(IP, "192.0.2.0/24"), entry(IP, "192.0.2.1")]);
    assert_eq!(find(None, Some("192.0.2.9")).await, [entry(IP, "192.0.2.0/24")]);
    assert_eq!(find(Some("devic"), Some("203.0.113.1")).await, []);
    assert_eq!(find(None, None).await, []);
}
