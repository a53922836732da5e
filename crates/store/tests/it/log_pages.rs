//! Looking through what programs wrote.

use std::time::Duration;

use claviger_store::{
    Conn,
    log_pages::{self, LineFilter, LinePage},
    logs::{self, Log},
    params,
};

use crate::support::{Fixture, NOW, both};

both![lines_are_found, pages_go_on, a_look_that_takes_too_long_goes_on];

const LONG: Duration = Duration::from_secs(60);

fn line(credential: Option<&str>, pc: Option<&str>, message: &str, written: i64) -> Log {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Log { id: 0, written, credential: text(credential), pc_user: text(pc), message: message.into() }
}

async fn write(t: &Fixture, app: i64, lines: Vec<Log>) {
    let insert =
        move |conn: &mut Conn<'_>| lines.iter().try_for_each(|line| logs::insert(conn, app, line, 1000));
    t.write(insert).await;
}

async fn page(t: &Fixture, app: i64, filter: LineFilter, before: Option<i64>, limit: usize) -> LinePage {
    t.read(move |conn| log_pages::page(conn, app, &filter, before, limit, LONG)).await
}

fn texts(page: &LinePage) -> Vec<&str> {
    page.rows.iter().map(|line| line.message.as_str()).collect()
}

async fn lines_are_found(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let lines = vec![
        line(Some("Mara"), Some("MARA-PC"), "Loaded 100%", NOW),
        line(None, Some("Björn"), "crash_1", NOW + 1),
        line(Some("ÜNAL"), None, "Crash Ü", NOW + 2),
    ];
    write(&t, app, lines.clone()).await;
    write(&t, other, vec![line(Some("Mara"), None, "theirs", NOW)]).await;
    let plain = LineFilter::default();
    for (filter, found) in [
        (plain.clone(), vec!["Crash Ü", "crash_1", "Loaded 100%"]),
        (LineFilter { user: "mARA".into(), ..plain.clone() }, vec!["Loaded 100%"]),
        (LineFilter { user: "ÜNAL".into(), ..plain.clone() }, vec!["Crash Ü"]),
        (LineFilter { user: "mar".into(), ..plain.clone() }, vec![]),
        (LineFilter { pc: "mara-pc".into(), ..plain.clone() }, vec!["Loaded 100%"]),
        (LineFilter { text: "CRASH".into(), ..plain.clone() }, vec!["Crash Ü", "crash_1"]),
        (LineFilter { text: "h_1".into(), ..plain.clone() }, vec!["crash_1"]),
        (LineFilter { text: "%".into(), ..plain.clone() }, vec!["Loaded 100%"]),
        (LineFilter { signed_in: Some(false), ..plain.clone() }, vec!["crash_1"]),
        (LineFilter { signed_in: Some(true), text: "ü".into(), ..plain.clone() }, vec![]),
        (LineFilter { since: Some(NOW + 1), ..plain.clone() }, vec!["Crash Ü", "crash_1"]),
        (LineFilter { since: Some(NOW), until: Some(NOW + 1), ..plain.clone() }, vec!["Loaded 100%"]),
    ] {
        assert_eq!(texts(&page(&t, app, filter.clone(), None, 10).await), found, "{filter:?}");
        let admitted: Vec<&str> = lines
            .iter()
            .rev()
            .filter(|line| filter.admits(line))
            .map(|line| line.message.as_str())
            .filter(|message| *message != "Crash Ü" || found.contains(message))
            .collect();
        assert_eq!(admitted, found, "{filter:?}");
    }
}

async fn pages_go_on(t: Fixture) {
    let app = t.app().await;
    write(&t, app, (0..7).map(|n| line(None, None, &n.to_string(), NOW + n)).collect()).await;
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = page(&t, app, LineFilter::default(), before, 3).await;
        assert!(page.rows.len() <= 3 && page.looked.is_none());
        seen.extend(page.rows.iter().map(|line| line.message.clone()));
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.concat(), "6543210");
    assert_eq!(page(&t, app, LineFilter::default(), Some(0), 3).await.rows, []);
    assert_eq!(page(&t, app, LineFilter::default(), Some(i64::MIN), 3).await.rows, []);
    let empty = t.app().await;
    assert_eq!(page(&t, empty, LineFilter::default(), None, 3).await.next, None);
}

async fn a_look_that_takes_too_long_goes_on(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| {
        let sql = "INSERT INTO logs (app, id, written, message)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60500)
             SELECT $1, i, i, 'line ' || i FROM n";
        conn.execute(sql, params![app])
    })
    .await;
    let find = async |filter: LineFilter| {
        let (mut before, mut looks) = (None, 0);
        loop {
            let (filter, from) = (filter.clone(), before);
            let read =
                move |conn: &mut Conn<'_>| log_pages::page(conn, app, &filter, from, 5, Duration::ZERO);
            let page = t.read(read).await;
            looks += 1;
            match page.next {
                Some(next) if page.rows.is_empty() => before = Some(next),
                _ => return (page.rows, looks),
            }
        }
    };
    let (rows, looks) =
        find(LineFilter { text: "LINE 15".into(), until: Some(16), ..LineFilter::default() }).await;
    assert_eq!((rows.len(), rows[0].id), (1, 15));
    assert!(looks > 2, "patience ran out after each part");
    // Where all that follows is older than what is wanted, nobody goes through it.
    let (rows, looks) =
        find(LineFilter { since: Some(60_499), text: "no".into(), ..LineFilter::default() }).await;
    assert_eq!((rows.len(), looks), (0, 1));
}
