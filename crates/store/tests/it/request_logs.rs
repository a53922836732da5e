//! The audit log and the seller log, a page at a time.

use std::slice;

use claviger_store::{
    audit::{self, Entry, LogFilter},
    seller_log::{self, SellerRequest},
};

use crate::support::{Fixture, NOW, both};

both![
    changes_are_found,
    requests_are_found,
    changes_are_found_by_number,
    only_the_newest_are_kept,
    strange_texts_are_looked_for_as_they_are
];

fn entry(actor: &str, action: &str, target: &str) -> Entry {
    Entry {
        actor: actor.into(),
        action: action.into(),
        target: target.into(),
        ip: "192.0.2.1".into(),
        changes: String::new(),
    }
}

async fn add(t: &Fixture, app: i64, entry: Entry) {
    t.write(move |conn| audit::insert(conn, app, &entry, NOW, 100)).await;
}

async fn targets(t: &Fixture, app: i64, filter: LogFilter, limit: i64) -> Vec<String> {
    let page = t.read(move |conn| audit::page(conn, app, &filter, limit)).await;
    page.into_iter().map(|logged| logged.entry.target).collect()
}

async fn changes_are_found(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for (actor, action, target) in [
        ("1111", "add", "one"),
        ("2222", "addWhite", "two"),
        ("Ann", "add", "three"),
        ("1111", "kill", "FOUR"),
    ] {
        add(&t, app, entry(actor, action, target)).await;
    }
    add(&t, other, entry("1111", "add", "elsewhere")).await;
    let all = || LogFilter::default();
    assert_eq!(targets(&t, app, all(), 9).await, ["FOUR", "three", "two", "one"]);
    let page = t.read(move |conn| audit::page(conn, app, &LogFilter::default(), 2)).await;
    assert_eq!((page[0].time, &page[0].entry), (NOW, &entry("1111", "kill", "FOUR")));
    let rest = LogFilter { before: Some(page[1].id), ..all() };
    assert_eq!(targets(&t, app, rest, 9).await, ["two", "one"]);
    let filters = [
        (LogFilter { key: "1111".into(), ..all() }, &["FOUR", "one"][..]),
        (LogFilter { key: "Ann".into(), ..all() }, &["three"]),
        (LogFilter { kind: "ADDWHITE".into(), ..all() }, &["two"]),
        (LogFilter { kind: "add".into(), ..all() }, &["three", "one"]),
        (LogFilter { text: "fou".into(), ..all() }, &["FOUR"]),
        (LogFilter { text: "192.0.2.1".into(), key: "2222".into(), ..all() }, &["two"]),
        (LogFilter { text: "nothing".into(), ..all() }, &[]),
    ];
    for (filter, expected) in filters {
        assert_eq!(targets(&t, app, filter.clone(), 9).await, expected, "{filter:?}");
    }
}

async fn requests_are_found(t: Fixture) {
    let app = t.app().await;
    let request = |hint: &str, kind: &str, status| SellerRequest {
        hint: hint.into(),
        key_name: format!("key {hint}"),
        kind: kind.into(),
        ip: "2001:db8::1".into(),
        url: format!("/api/seller/?type={kind}"),
        status: Some(status),
        micros: Some(1234),
        method: "POST".into(),
        fields: "user=a".into(),
        success: Some(status == 200),
        message: "a message".into(),
        audit: Some(7),
    };
    let all = [request("1111", "add", 302), request("2222", "kill", 200), request("1111", "", 200)];
    for new in all.clone() {
        t.write(move |conn| seller_log::insert(conn, app, &new, NOW, 100)).await;
    }
    let page = async |filter: LogFilter| -> Vec<SellerRequest> {
        let page = t.read(move |conn| seller_log::page(conn, app, &filter, 9)).await;
        page.into_iter().map(|logged| logged.entry).collect()
    };
    let [first, second, third] = all;
    let filter = LogFilter::default;
    assert_eq!(page(filter()).await, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(page(LogFilter { key: "1111".into(), ..filter() }).await, [third.clone(), first.clone()]);
    assert_eq!(page(LogFilter { key: "key 2222".into(), ..filter() }).await, slice::from_ref(&second));
    assert_eq!(page(LogFilter { kind: "Kill".into(), ..filter() }).await, slice::from_ref(&second));
    assert_eq!(page(LogFilter { text: "TYPE=add".into(), ..filter() }).await, slice::from_ref(&first));
    assert_eq!(page(LogFilter { before: Some(2), ..filter() }).await, slice::from_ref(&first));
    let other = t.app().await;
    let by_id = async |app, id| t.read(move |conn| seller_log::by_id(conn, app, id)).await;
    assert_eq!(by_id(app, 1).await.map(|logged| logged.entry), Some(first));
    assert_eq!(by_id(app, 4).await, None);
    assert_eq!(by_id(other, 1).await, None);
}

async fn changes_are_found_by_number(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = t.write(move |conn| audit::insert(conn, app, &entry("1111", "add", "one"), NOW, 100)).await;
    let by_id = async |app, id| t.read(move |conn| audit::by_id(conn, app, id)).await;
    let found = by_id(app, id).await.expect("the change");
    assert_eq!((found.id, found.time, found.entry), (id, NOW, entry("1111", "add", "one")));
    assert_eq!((by_id(app, id + 1).await, by_id(other, id).await), (None, None));
}

async fn only_the_newest_are_kept(t: Fixture) {
    let app = t.app().await;
    for number in 0..5 {
        t.write(move |conn| {
            audit::insert(conn, app, &entry("1111", "add", &number.to_string()), NOW, 3)?;
            seller_log::insert(conn, app, &SellerRequest::default(), NOW, 2)
        })
        .await;
    }
    assert_eq!(targets(&t, app, LogFilter::default(), 9).await, ["4", "3", "2"]);
    let requests = t.read(move |conn| seller_log::page(conn, app, &LogFilter::default(), 9)).await;
    assert_eq!(requests.len(), 2);
}

async fn strange_texts_are_looked_for_as_they_are(t: Fixture) {
    let app = t.app().await;
    let strange = ["100%", "a_b", r"back\slash", "'quoted'", "Ärger", "漢字", "🗝️"];
    for target in strange {
        add(&t, app, entry("1111", "add", target)).await;
    }
    for target in strange {
        let filter = LogFilter { text: target.into(), ..LogFilter::default() };
        assert_eq!(targets(&t, app, filter, 9).await, [target]);
    }
    for text in ["%%", "a.b", "_", "\\%"] {
        let filter = LogFilter { text: text.into(), ..LogFilter::default() };
        let expected: &[&str] = if text == "_" { &["a_b"] } else { &[] };
        assert_eq!(targets(&t, app, filter, 9).await, expected, "{text}");
    }
}
