//! Pages of sessions.

use std::{ops::ControlFlow, time::Duration};

use claviger_domain::SessionId;
use claviger_store::{
    params,
    sessions::{
        Listed, NewSession, Wanted,
        pages::{self, Order, Patience, Walk, Walked},
        shared,
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::support::{Fixture, NOW, both, new_session, next_id};

both![
    a_row_tells_what_is_shown,
    filters_find_what_a_naive_search_finds,
    a_walk_ends_when_patience_does,
    a_user_with_very_many_sessions_is_walked,
    the_newest_are_told,
    counting_stops,
    nothing_breaks_a_search,
];

/// All that a walk visits, at most `limit`, and where it ended.
async fn visit(t: &Fixture, walk: Walk, limit: usize) -> (Vec<Listed>, Walked) {
    let read = move |conn: &mut claviger_store::Conn<'_>| {
        let mut found = Vec::new();
        let walked = pages::walk(conn, &walk, &mut |session| {
            found.push(session);
            if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok::<_, claviger_store::StoreError>((found, walked))
    };
    t.store.read_apart(read).await.expect("a walk")
}

fn all(app: i64) -> Walk {
    let wanted = Wanted::default();
    Walk { app, now: NOW, wanted, order: Order::Oldest, after: None, patience: Patience::ENDLESS }
}

async fn found(t: &Fixture, app: i64, wanted: Wanted) -> Vec<SessionId> {
    let (found, walked) = visit(t, Walk { wanted, ..all(app) }, usize::MAX).await;
    assert_eq!(walked.stopped, None);
    found.into_iter().map(|session| session.id).collect()
}

async fn a_row_tells_what_is_shown(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let new = NewSession { expires: NOW + 7, ip: "2001:db8::1".into(), api: 12, ..new_session(app) };
    let (id, signed_in) = (new.id, t.session(app, NOW + 60).await);
    assert!(t.create(new).await);
    assert!(t.sign_in(app, signed_in, user, "Ann").await);
    let (found, _) = visit(&t, Walk { order: Order::Newest, ..all(app) }, 10).await;
    let of = |id| found.iter().find(|session| session.id == id).expect("the session").clone();
    assert_eq!(found.len(), 2);
    assert!(found[0].id > found[1].id);
    assert_eq!(of(id), Listed { id, expires: NOW + 7, api: 12, ip: "2001:db8::1".into(), user: None });
    assert_eq!(of(signed_in).user, Some((user, "Ann".into())));
    assert!((NOW as u64 * 1000..NOW as u64 * 1000 + 10_000_000).contains(&id.created_ms()));
}

/// Some hundred sessions of all kinds, and what is live of them.
async fn motley(t: &Fixture, app: i64) -> Vec<Listed> {
    let names = ["Ann", "annabel", "ÄNNE \"x\"", "100%_sure", "K\u{212A}"];
    let mut users = Vec::new();
    for name in names {
        users.push((t.user(app, name).await, name));
    }
    let addresses = [
        "192.0.2.7",
        "192.0.2.70",
        "192.0.3.7",
        "2001:db8::7",
        "2001:db8:1::",
        "::ffff:192.0.2.8",
        "unknown",
        "",
    ];
    let mut live = Vec::new();
    for number in 0..300usize {
        let expires = NOW + if number % 11 == 0 { 0 } else { 60 };
        let ip = addresses[number * 7 % addresses.len()].to_owned();
        let new = NewSession { expires, ip: ip.clone(), api: 10 + (number % 4) as i64, ..new_session(app) };
        let (id, api) = (new.id, new.api);
        assert!(t.create(new).await);
        let user = users
            .get(number * 3 % 8)
            .filter(|_| expires > NOW)
            .map(|(user, name)| (*user, (*name).to_owned()));
        if let Some((user, name)) = &user {
            assert!(t.sign_in(app, id, *user, name).await);
        }
        if expires > NOW {
            live.push(Listed { id, expires, api, ip, user });
        }
    }
    live
}

fn wanted(known: Vec<SessionId>) -> impl Strategy<Value = Wanted> {
    let texts = ["ann", "ANN", "änne", "k", "%_", "\"", "0", "zz", "7Q"];
    let mut choice: Vec<String> = texts.map(String::from).to_vec();
    choice.extend(known.iter().take(3).map(|id| id.as_str()[3..13].to_owned()));
    let nets =
        ["192.0.2.7", "192.0.2.0/24", "192.0.0.0/9", "2001:db8::/32", "2001:db8::7", "::/0", "0.0.0.0/0"];
    let ids = prop::collection::vec(prop::sample::select(known), 0..130);
    let rarely = |some: f64| prop::option::weighted(some, Just(()));
    (
        (rarely(0.2), ids),
        prop::option::weighted(0.3, 1i64..7),
        prop::option::weighted(0.4, prop::sample::select(nets.to_vec())),
        prop::option::weighted(0.4, any::<bool>()),
        prop::option::weighted(0.4, prop::sample::select(choice)),
    )
        .prop_map(|((has_ids, ids), user, net, signed_in, text)| Wanted {
            ids: has_ids.map(|()| ids),
            user,
            from: net.map(|net| net.parse().expect("a network")),
            signed_in,
            text,
        })
}

/// The conditions in words of their own.
fn is_wanted(wanted: &Wanted, session: &Listed) -> bool {
    if let Some(ids) = &wanted.ids
        && !ids.contains(&session.id)
    {
        return false;
    }
    if let Some(user) = wanted.user
        && session.user.as_ref().map(|user| user.0) != Some(user)
    {
        return false;
    }
    if let Some(net) = wanted.from {
        let Ok(address) = session.ip.parse::<std::net::IpAddr>() else { return false };
        if !net.contains(address) {
            return false;
        }
    }
    if wanted.signed_in == Some(session.user.is_none()) {
        return false;
    }
    let Some(text) = &wanted.text else { return true };
    let name = session.user.as_ref().map(|user| user.1.to_lowercase()).unwrap_or_default();
    session.id.to_string().contains(text) || name.contains(&text.to_lowercase())
}

async fn filters_find_what_a_naive_search_finds(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    t.sessions(app, 20).await;
    assert!(t.end_all(app).await);
    t.sessions(other, 20).await;
    let live = motley(&t, app).await;
    let ids: Vec<SessionId> = live.iter().map(|session| session.id).collect();
    let db = t.store.clone();
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let mut runner =
            TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        runner
            .run(&(wanted(ids), any::<bool>(), 1usize..120), |(wanted, newest, limit)| {
                let mut expected: Vec<Listed> =
                    live.iter().filter(|session| is_wanted(&wanted, session)).cloned().collect();
                if newest {
                    expected.reverse();
                }
                let order = if newest { Order::Newest } else { Order::Oldest };
                let mut met: Vec<Listed> = Vec::new();
                // Page by page.
                loop {
                    let after = met.last().map(|last| last.id);
                    let walk = Walk { wanted: wanted.clone(), order, after, ..all(app) };
                    let read = move |conn: &mut claviger_store::Conn<'_>| {
                        let mut page = Vec::new();
                        pages::walk(conn, &walk, &mut |session| {
                            page.push(session);
                            if page.len() < limit {
                                ControlFlow::Continue(())
                            } else {
                                ControlFlow::Break(())
                            }
                        })?;
                        Ok::<_, claviger_store::StoreError>(page)
                    };
                    let page = runtime.block_on(db.db().read(read)).expect("a page");
                    let last = page.len() < limit;
                    met.extend(page);
                    if last {
                        break;
                    }
                }
                prop_assert_eq!(met, expected);
                Ok(())
            })
            .map_err(|error| error.to_string())
    };
    tokio::task::spawn_blocking(run).await.expect("no panic").expect("all cases");
}

async fn a_walk_ends_when_patience_does(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 3000).await;
    for order in [Order::Newest, Order::Oldest] {
        for (patience, looked) in [
            (Patience { sessions: 1, time: Duration::MAX }, 256),
            (Patience { sessions: 257, time: Duration::MAX }, 256 + 1024),
            (Patience { sessions: u64::MAX, time: Duration::ZERO }, 256),
        ] {
            let wanted = Wanted { signed_in: Some(true), ..Wanted::default() };
            let walk = Walk { wanted, order, patience, ..all(app) };
            let (found, walked) = visit(&t, walk, 10).await;
            let last = if order == Order::Oldest { ids[looked - 1] } else { ids[ids.len() - looked] };
            assert_eq!((found.len(), walked), (0, Walked { looked: looked as u64, stopped: Some(last) }));
        }
        // Going on from there, the end is reached.
        let (mut after, mut walks) = (None, 0);
        loop {
            let wanted = Wanted { text: Some("nobody".into()), ..Wanted::default() };
            let patience = Patience { sessions: 1000, time: Duration::MAX };
            let (found, walked) = visit(&t, Walk { wanted, order, after, patience, ..all(app) }, 10).await;
            assert!(found.is_empty());
            walks += 1;
            match walked.stopped {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        assert_eq!(walks, 3);
    }
}

async fn a_user_with_very_many_sessions_is_walked(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let ids = t.sessions(app, 5100).await;
    t.write(move |conn| {
        conn.execute("UPDATE sessions SET user_id = $2, credential = 'Ann' WHERE app = $1", params![app, ann])
    })
    .await;
    assert!(t.sign_in(app, ids[17], bob, "Bob").await);
    let of = |user| Wanted { user: Some(user), ..Wanted::default() };
    let of_ann = found(&t, app, of(ann)).await;
    assert_eq!((of_ann.len(), of_ann[0], of_ann[17]), (5099, ids[0], ids[18]));
    assert_eq!(found(&t, app, of(bob)).await, [ids[17]]);
    assert!(found(&t, app, of(bob + 1)).await.is_empty());
}

async fn the_newest_are_told(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 10).await;
    let newest = async |since: Option<SessionId>, limit| {
        let rows = t.read(move |conn| pages::newest(conn, app, since.as_ref(), NOW, limit)).await;
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(newest(None, 3).await, [ids[9], ids[8], ids[7]]);
    assert_eq!(newest(Some(ids[8]), 3).await, [ids[9], ids[8]]);
    assert!(newest(Some(next_id()), 3).await.is_empty());
    assert!(t.end(app, ids[9]).await);
    assert_eq!(newest(Some(ids[8]), 3).await, [ids[8]]);
    assert!(t.end_all(app).await);
    assert!(newest(None, 3).await.is_empty());
}

async fn counting_stops(t: Fixture) {
    let app = t.app().await;
    let count = async |most| t.read(move |conn| pages::count_up_to(conn, app, NOW, most)).await;
    assert_eq!(count(10).await, 0);
    t.sessions(app, 5).await;
    t.session(app, NOW).await;
    for (most, counted) in [(4, 4), (5, 5), (10, 5)] {
        assert_eq!(count(most).await, counted);
    }
    t.write(move |conn| shared::raise_generation(conn, app)).await;
    assert_eq!(count(10).await, 0);
}

async fn nothing_breaks_a_search(t: Fixture) {
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    for text in ["'", "%", "_", "\\", "$1", "?1", "\u{202E}", "🦀", &"x".repeat(10_000)] {
        let wanted = Wanted { text: Some(text.into()), ..Wanted::default() };
        assert!(found(&t, app, wanted).await.is_empty(), "{text}");
    }
    let everything = Wanted { text: Some(String::new()), ..Wanted::default() };
    assert_eq!(found(&t, app, everything).await, [id]);
    assert!(found(&t, app + 1, Wanted::default()).await.is_empty());
}
