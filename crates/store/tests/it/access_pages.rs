//! Pages of the blacklist and the whitelist.

use std::time::Duration;

use claviger_store::{
    Conn,
    access::{self, Entry},
    access_pages::{self, EntryFilter, Page},
    params,
};

use crate::support::{Fixture, NOW, both};

both![pages_hold_what_the_filter_means, a_walk_that_takes_too_long_goes_on, exempt_networks_are_paged];

const LONG: Duration = Duration::from_secs(60);

async fn add(t: &Fixture, app: i64, rows: Vec<(&'static str, String, &'static str, Option<i64>)>) {
    let add = move |conn: &mut Conn<'_>| {
        for (kind, value, reason, until) in &rows {
            access::blacklist(conn, app, &Entry { kind, value, reason, added: NOW, until: *until })?;
        }
        Ok(())
    };
    t.write(add).await;
}

fn values<T>(page: &Page<T>, of: impl Fn(&T) -> String) -> Vec<String> {
    page.rows.iter().map(of).collect()
}

async fn found(t: &Fixture, app: i64, filter: EntryFilter) -> Vec<String> {
    let read =
        move |conn: &mut Conn<'_>| access_pages::blacklist_page(conn, [app, NOW], &filter, &[], 50, LONG);
    values(&t.read(read).await, |entry| format!("{}:{}", entry.kind, entry.value))
}

async fn pages_hold_what_the_filter_means(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let row = |kind, value: &str, reason| (kind, value.to_owned(), reason, None);
    let rows = vec![
        row("hwid", "PC-100%", "Cheater"),
        row("ip", "192.0.2.1", "scan_ner"),
        row("ip", "2001:db8::/32", ""),
        row("country", "Ünland", ""),
        ("ip", "192.0.2.9".to_owned(), "over", Some(NOW)),
    ];
    add(&t, app, rows).await;
    add(&t, other, vec![row("ip", "192.0.2.1", "theirs")]).await;
    t.write(move |conn| {
        let ban = Entry { kind: "hwid", value: "banned", reason: "ban", added: NOW, until: None };
        access::blacklist_for(conn, app, 7, None, &ban)?;
        access::blacklist_for(conn, app, 8, None, &Entry { value: "PC-100%", ..ban })
    })
    .await;
    let text = |text: &str| EntryFilter { text: text.into(), ..EntryFilter::default() };
    let all = ["country:Ünland", "hwid:PC-100%", "hwid:banned", "ip:192.0.2.1", "ip:2001:db8::/32"];
    assert_eq!(found(&t, app, EntryFilter::default()).await, all);
    assert_eq!(found(&t, app, text("100%")).await, ["hwid:PC-100%"]);
    assert_eq!(found(&t, app, text("pc-")).await, ["hwid:PC-100%"]);
    assert_eq!(found(&t, app, text("SCAN_")).await, ["ip:192.0.2.1"]);
    assert_eq!(found(&t, app, text("Ünl")).await, ["country:Ünland"]);
    assert_eq!(found(&t, app, text("theirs")).await, [""; 0]);
    let kind = EntryFilter { kind: Some("ip".into()), ..EntryFilter::default() };
    assert_eq!(found(&t, app, kind).await, ["ip:192.0.2.1", "ip:2001:db8::/32"]);
    let bans = EntryFilter { by_hand: Some(false), ..EntryFilter::default() };
    assert_eq!(found(&t, app, bans).await, ["hwid:PC-100%", "hwid:banned"]);
    let count = move |conn: &mut Conn<'_>| {
        Ok((
            access_pages::count_up_to(conn, [app, NOW], true, 100)?,
            access_pages::count_up_to(conn, [app, NOW], true, 2)?,
        ))
    };
    assert_eq!(t.read(count).await, (5, 2));
    // One after the other.
    let (mut after, mut seen) = (Vec::new(), Vec::new());
    loop {
        let from: Vec<String> = after.clone();
        let read = move |conn: &mut Conn<'_>| {
            access_pages::blacklist_page(conn, [app, NOW], &EntryFilter::default(), &from, 2, LONG)
        };
        let page = t.read(read).await;
        seen.extend(values(&page, |entry| format!("{}:{}", entry.kind, entry.value)));
        let Some(next) = page.next else { break };
        after = next;
    }
    assert_eq!(seen, all);
}

async fn a_walk_that_takes_too_long_goes_on(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| {
        let sql = "INSERT INTO blacklist_reasons (app, kind, value, source, license, serial, reason, added)
             WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 40499)
             SELECT $1, 'ip', '10.0.' || (i / 256) || '.' || (i % 256), 0, 0, 1, '', 9 FROM n";
        conn.execute(sql, params![app])
    })
    .await;
    let (mut after, mut pages) = (Vec::new(), 0);
    let found = loop {
        let from: Vec<String> = after.clone();
        let read = move |conn: &mut Conn<'_>| {
            let filter = EntryFilter { text: "10.0.99.255".into(), ..EntryFilter::default() };
            access_pages::blacklist_page(conn, [app, NOW], &filter, &from, 5, Duration::ZERO)
        };
        let page = t.read(read).await;
        pages += 1;
        match page.next {
            Some(next) if page.rows.is_empty() => after = next,
            _ => break page,
        }
    };
    assert_eq!(values(&found, |entry| entry.value.clone()), ["10.0.99.255"]);
    assert!(pages > 1, "patience ran out after each part");
}

async fn exempt_networks_are_paged(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| {
        for ip in ["192.0.2.1", "192.0.2.0/24", "2001:db8::/64"] {
            access::whitelist(conn, app, ip, None, NOW)?;
        }
        access::whitelist(conn, app, "10.0.0.1", Some(NOW), NOW)
    })
    .await;
    let read = move |conn: &mut Conn<'_>| {
        let first = access_pages::whitelist_page(conn, [app, NOW], "", &[], 2, LONG)?;
        let next = first.next.clone().unwrap_or_default();
        let second = access_pages::whitelist_page(conn, [app, NOW], "", &next, 2, LONG)?;
        let text = access_pages::whitelist_page(conn, [app, NOW], "DB8", &[], 2, LONG)?;
        Ok((first, second, text, access::exempting(conn, app, "192.0.2.1".parse().unwrap(), NOW)?))
    };
    let (first, second, text, around) = t.read(read).await;
    let network = |exempt: &access_pages::Exempt| exempt.network.clone();
    let mut all = values(&first, network);
    all.extend(values(&second, network));
    all.sort_unstable();
    assert_eq!(all, ["192.0.2.0/24", "192.0.2.1", "2001:db8::/64"]);
    assert_eq!((second.next, values(&text, network)), (None, vec!["2001:db8::/64".to_owned()]));
    assert_eq!(around.len(), 2);
}
