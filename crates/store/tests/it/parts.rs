//! Users and licenses by a part of what they are called.

use claviger_store::{
    Conn,
    licenses::{self, NewLicenses},
    parts::{self, Slice},
    users,
};

use crate::support::{Fixture, NOW, both};

both![users_are_found_by_a_part, licenses_are_found_by_a_part, slices_go_on];

fn names(slice: Slice) -> Vec<String> {
    slice.found.into_iter().map(|(_, name)| name).collect()
}

async fn users_are_found_by_a_part(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let mut ids = Vec::new();
    for name in ["Mara-1", "tamara", "a%b", "a_b", "émara", "x"] {
        ids.push(t.user(app, name).await);
    }
    t.user(other, "mara").await;
    let x = ids[5];
    t.write(move |conn| users::set_hwids(conn, app, x, Some("DEVICE-1\nDEVICE-2"))).await;
    for (part, expected) in [
        ("mara", vec!["émara", "tamara", "Mara-1"]),
        ("a%", vec!["a%b"]),
        ("_", vec!["a_b"]),
        ("ICE-2", vec!["x"]),
        ("\n", vec!["x"]),
        ("113.7", vec!["x", "émara", "a_b", "a%b", "tamara", "Mara-1"]),
        ("none", vec![]),
    ] {
        let found = t.read(move |conn| parts::users(conn, app, part, i64::MAX, 100)).await;
        assert_eq!(found.next, None);
        assert_eq!(names(found), expected, "{part}");
    }
}

async fn licenses_are_found_by_a_part(t: Fixture) {
    let app = t.app().await;
    let add = move |conn: &mut Conn<'_>| {
        for (key, note) in [("KEY-AB", None), ("ABC", Some("For the Shop")), ("zab", Some(""))] {
            let new = NewLicenses { duration: 60, level: "1", note, genby: "x", gendate: NOW };
            assert!(licenses::insert(conn, app, key, &new)?.is_some());
        }
        Ok(())
    };
    t.write(add).await;
    for (part, expected) in [
        ("ab", vec!["zab", "ABC", "KEY-AB"]),
        ("the shop", vec!["ABC"]),
        ("y-a", vec!["KEY-AB"]),
        ("q", vec![]),
    ] {
        let found = t.read(move |conn| parts::licenses(conn, app, part, i64::MAX, 100)).await;
        assert_eq!(names(found), expected, "{part}");
    }
}

async fn slices_go_on(t: Fixture) {
    let app = t.app().await;
    for number in 0..10 {
        t.user(app, &format!("user{number}")).await;
    }
    let (mut before, mut found, mut slices) = (Some(i64::MAX), Vec::new(), 0);
    while let Some(from) = before {
        let slice = t.read(move |conn| parts::users(conn, app, "user", from, 4)).await;
        before = slice.next;
        found.extend(names(slice));
        slices += 1;
    }
    let expected: Vec<String> = (0..10).rev().map(|number| format!("user{number}")).collect();
    assert_eq!((found, slices), (expected, 3));
}
