//! What vendors write about users.

use claviger_store::{
    Range,
    audit::{self, Entry},
    logs::{self, Log},
    remarks::{self, Note},
    users,
};

use crate::support::{Fixture, NOW, both};

both![
    a_note_is_of_one_user,
    devices_have_names,
    remarks_go_with_the_user,
    lines_and_changes_are_found_by_name
];

fn note(text: &str) -> Note {
    Note { note: text.into(), author: "vendor".into(), written: NOW }
}

async fn a_note_is_of_one_user(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, there] = [t.user(app, "Ann").await, t.user(other, "Ann").await];
    let read = async |app, user| t.read(move |conn| remarks::note(conn, app, user)).await;
    assert_eq!(read(app, ann).await, None);
    for text in ["first", "se'cond\nline \u{1F980}"] {
        t.write(move |conn| remarks::set_note(conn, app, ann, &note(text))).await;
        assert_eq!(read(app, ann).await, Some(note(text)));
    }
    assert_eq!(read(other, there).await, None);
    t.write(move |conn| remarks::delete_note(conn, other, there)).await;
    assert!(read(app, ann).await.is_some());
    t.write(move |conn| remarks::delete_note(conn, app, ann)).await;
    assert_eq!(read(app, ann).await, None);
}

async fn devices_have_names(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let long = "x".repeat(500);
    let device = long.clone();
    t.write(move |conn| {
        remarks::name_device(conn, app, ann, "d1", "home")?;
        remarks::name_device(conn, app, ann, "d1", "work")?;
        remarks::name_device(conn, app, ann, &device, "long")?;
        remarks::name_device(conn, app, bob, "d1", "his")
    })
    .await;
    let names = async |user| t.read(move |conn| remarks::device_names(conn, app, user)).await;
    let pair = |device: &str, name: &str| (device.to_owned(), name.to_owned());
    assert_eq!(names(ann).await, [pair("d1", "work"), pair(&long, "long")]);
    t.write(move |conn| remarks::unname_device(conn, app, ann, "d1")).await;
    assert_eq!(names(ann).await, [pair(&long, "long")]);
    assert_eq!(names(bob).await, [pair("d1", "his")]);
}

async fn remarks_go_with_the_user(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        for user in [ann, bob] {
            remarks::name_device(conn, app, user, "d", "home")?;
            remarks::set_note(conn, app, user, &note("text"))?;
        }
        users::delete_range(conn, app, Range::one(ann))
    })
    .await;
    let left = t
        .read(move |conn| {
            let of = |conn: &mut _, user| {
                Ok::<_, claviger_store::StoreError>((
                    remarks::device_names(conn, app, user)?.len(),
                    remarks::note(conn, app, user)?.is_some(),
                ))
            };
            Ok([of(conn, ann)?, of(conn, bob)?])
        })
        .await;
    assert_eq!(left, [(0, false), (1, true)]);
}

async fn lines_and_changes_are_found_by_name(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| {
        for (n, name) in [(0, Some("Ann")), (1, Some("Bob")), (2, None), (3, Some("Ann"))] {
            let line = Log {
                id: 0,
                written: NOW + n,
                credential: name.map(String::from),
                pc_user: None,
                message: n.to_string(),
            };
            logs::insert(conn, app, &line, 100)?;
            let target = name.unwrap_or("other").to_owned();
            audit::insert(conn, app, &Entry { target, ..Entry::default() }, NOW + n, 100)?;
        }
        Ok(())
    })
    .await;
    let found = async |among, limit| {
        t.read(move |conn| {
            let lines = logs::newest_of(conn, app, "Ann", among, limit)?;
            let changes = audit::about(conn, app, "Ann", among, limit)?;
            let lines: Vec<i64> = lines.iter().map(|line| line.written - NOW).collect();
            let changes: Vec<i64> = changes.iter().map(|change| change.time - NOW).collect();
            assert_eq!(lines, changes);
            Ok(lines)
        })
        .await
    };
    assert_eq!(found(10, 10).await, [3, 0]);
    assert_eq!(found(10, 1).await, [3]);
    assert_eq!(found(3, 10).await, [3], "older ones are not looked at");
}
