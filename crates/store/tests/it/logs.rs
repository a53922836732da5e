//! What programs wrote with `log`.

use std::sync::Arc;

use claviger_store::logs::{self, Log};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    lines_come_newest_first,
    only_the_newest_lines_are_kept,
    fewer_lines_are_kept_from_the_next_one_on,
    lines_of_one_app_stay_there,
    lines_can_be_cleared,
    strangers_push_out_no_line_of_a_user,
    many_write_at_once,
];

fn line(message: &str) -> Log {
    Log { id: 0, written: NOW, credential: None, pc_user: None, message: message.into() }
}

async fn write(t: &Fixture, app: i64, new: Log, kept: i64) {
    t.write(move |conn| logs::insert(conn, app, &new, kept)).await;
}

async fn texts(t: &Fixture, app: i64) -> Vec<String> {
    let lines = t.read(move |conn| logs::newest(conn, app, 1000)).await;
    lines.into_iter().map(|line| line.message).collect()
}

async fn lines_come_newest_first(t: Fixture) {
    let app = t.app().await;
    let full = Log {
        credential: Some("Ann".into()),
        pc_user: Some("ann-pc".into()),
        written: NOW - 60,
        ..line("Σ'\n")
    };
    write(&t, app, line("first"), 100).await;
    write(&t, app, full.clone(), 100).await;
    let lines = t.read(move |conn| logs::newest(conn, app, 10)).await;
    assert_eq!(lines, [Log { id: 2, ..full }, Log { id: 1, ..line("first") }]);
    assert_eq!(t.read(move |conn| logs::newest(conn, app, 1)).await.len(), 1);
    assert!(t.read(move |conn| logs::newest(conn, app, 0)).await.is_empty());
}

async fn only_the_newest_lines_are_kept(t: Fixture) {
    let app = t.app().await;
    for number in 1..=8 {
        write(&t, app, line(&number.to_string()), 3).await;
    }
    assert_eq!(texts(&t, app).await, ["8", "7", "6"]);
}

async fn fewer_lines_are_kept_from_the_next_one_on(t: Fixture) {
    let app = t.app().await;
    for number in 1..=8 {
        write(&t, app, line(&number.to_string()), 100).await;
    }
    assert_eq!(texts(&t, app).await.len(), 8);
    write(&t, app, line("9"), 2).await;
    assert_eq!(texts(&t, app).await, ["9", "8"]);
    write(&t, app, line("10"), 100).await;
    assert_eq!(texts(&t, app).await, ["10", "9", "8"]);
}

async fn lines_of_one_app_stay_there(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    write(&t, app, line("here"), 10).await;
    for _ in 0..20 {
        write(&t, other, line("there"), 1).await;
    }
    assert_eq!(texts(&t, app).await, ["here"]);
    assert_eq!(texts(&t, other).await, ["there"]);
    assert_eq!(t.write(move |conn| logs::clear(conn, other)).await, 1);
    assert_eq!(texts(&t, app).await, ["here"]);
}

async fn lines_can_be_cleared(t: Fixture) {
    let app = t.app().await;
    for number in 1..=5 {
        write(&t, app, line(&number.to_string()), 100).await;
    }
    assert_eq!(t.write(move |conn| logs::clear(conn, app)).await, 5);
    assert_eq!(t.write(move |conn| logs::clear(conn, app)).await, 0);
    write(&t, app, line("6"), 100).await;
    let lines = t.read(move |conn| logs::newest(conn, app, 10)).await;
    assert_eq!(lines, [Log { id: 6, ..line("6") }], "numbers are not used again");
}

async fn many_write_at_once(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..40).map(|number| {
        let t = t.clone();
        tokio::spawn(async move { write(&t, app, line(&number.to_string()), 25).await })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    let ids: Vec<i64> =
        t.read(move |conn| logs::newest(conn, app, 100)).await.into_iter().map(|line| line.id).collect();
    assert_eq!(ids, (16..=40).rev().collect::<Vec<_>>());
}

async fn strangers_push_out_no_line_of_a_user(t: Fixture) {
    let app = t.app().await;
    let of_ann = |message: &str| Log { credential: Some("Ann".into()), ..line(message) };
    for number in 1..=3 {
        write(&t, app, of_ann(&format!("Ann {number}")), 2).await;
    }
    for number in 1..=9 {
        write(&t, app, line(&number.to_string()), 2).await;
    }
    assert_eq!(texts(&t, app).await, ["9", "8", "Ann 3", "Ann 2"]);
    write(&t, app, of_ann("Ann 4"), 2).await;
    assert_eq!(texts(&t, app).await, ["Ann 4", "9", "8", "Ann 3"]);
}
