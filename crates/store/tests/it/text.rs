//! Whatever people type is kept as it is.

use claviger_store::{params, sessions::NewSession, subscriptions, users};

use crate::support::{Fixture, NOW, both, new_session, walk};

both![strange_text_is_kept, integers_and_bytes_are_kept];

fn strange() -> Vec<String> {
    let long = "0123456789".repeat(1000);
    let text = [
        "",
        " ",
        "it's \"quoted\" \\ and `ticked`",
        "'; DROP TABLE sessions; --",
        "$1 ?1 :a @b {}",
        "Ärger ß ſ İı Σς 漢字 🗝️ e\u{301}",
        "\u{1}\t\r\n\u{7f}\u{fffd}\u{10ffff}",
        "{1,2}",
        "NULL",
        "%_",
        &long,
    ];
    text.map(String::from).into()
}

async fn strange_text_is_kept(t: Fixture) {
    let app = t.app().await;
    for text in strange() {
        let name = text.clone();
        assert!(t.write(move |conn| subscriptions::insert(conn, app, &name, &name)).await);
        let level = text.clone();
        assert_eq!(t.read(move |conn| subscriptions::of_level(conn, app, &level)).await, [text.as_str()]);

        let user = t.user(app, &text).await;
        let name = text.clone();
        let found = t.read(move |conn| users::by_name(conn, app, &name)).await.expect("a user");
        assert_eq!((found.id, &found.username), (user, &text));

        let new = NewSession { ip: text.clone(), enckey: Some(text.clone()), ..new_session(app) };
        let id = new.id;
        assert!(t.create(new).await);
        assert!(t.sign_in(app, id, user, &text).await);
        let session = t.find(app, id).await.expect("a session");
        assert_eq!((&session.ip, session.enckey.as_ref()), (&text, Some(&text)));
        assert_eq!(session.user.expect("a user").credential, text);
        let scan = claviger_store::sessions::Scan { user: Some(user), ..walk(app) };
        let seen = t.scan(scan).await;
        assert_eq!(seen.len(), 1);
        assert_eq!((&seen[0].ip, seen[0].credential.as_ref()), (&text, Some(&text)));
    }
    assert_eq!(t.count(app).await, strange().len() as i64);
}

async fn integers_and_bytes_are_kept(t: Fixture) {
    t.place.execute("CREATE TABLE extremes (number BIGINT)");
    for number in [i64::MIN, -1, 0, 1, NOW, i64::MAX] {
        let row = t.write(move |conn| {
            conn.execute("DELETE FROM extremes", &[])?;
            conn.execute("INSERT INTO extremes (number) VALUES ($1)", params![number])?;
            conn.query_one("SELECT number, NULL FROM extremes", &[])
        });
        let row = row.await.expect("a row");
        assert_eq!(row.get::<i64>(0).expect("a number"), number);
        assert_eq!(row.get::<Option<String>>(1).expect("a null"), None);
        row.get::<String>(0).expect_err("a number is no text");
        row.get::<i64>(1).expect_err("a null is no number");
        row.get::<i64>(2).expect_err("there are two columns");
    }
}
