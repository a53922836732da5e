//! Lists page by page: variables, buttons, subscriptions, tokens; and how many have a subscription.

use claviger_domain::{NEVER, Pauser, Subscription};
use claviger_store::{
    buttons::{self, Button},
    subscriptions,
    tokens::{self, LICENSE, Owner, USER},
    user_subscriptions::{self, NameCount},
    variables::{self, Variable},
};

use crate::support::{Fixture, NOW, both};

both![lists_go_on_where_a_page_ended, subscriptions_are_counted_by_name];

async fn lists_go_on_where_a_page_ended(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    t.write(move |conn| {
        for name in ["b", "a", "c d", "é"] {
            let new = Variable { name: name.into(), value: "x".into(), authed: false };
            variables::insert(conn, app, &new)?;
            buttons::insert(conn, app, &Button { value: name.into(), label: "x".into() })?;
            subscriptions::insert(conn, app, name, "1")?;
            variables::insert(conn, other, &new)?;
        }
        for (kind, id) in [(USER, 7), (LICENSE, 9), (USER, 3)] {
            let owner = Owner { kind, id, name: "x" };
            tokens::insert(conn, app, &format!("{kind}{id}"), owner)?;
        }
        tokens::insert(conn, other, "elsewhere", Owner { kind: USER, id: 4, name: "x" })
    })
    .await;
    let all = t.read(move |conn| variables::page(conn, app, "", 10)).await;
    let all: Vec<String> = all.into_iter().map(|found| found.name).collect();
    assert_eq!(all.len(), 4);
    for at in 0..all.len() {
        let (after, expected) = (all[at].clone(), all.get(at + 1).cloned());
        let button = after.clone();
        let next = t.read(move |conn| variables::page(conn, app, &after, 1)).await;
        assert_eq!(next.into_iter().next().map(|found| found.name), expected);
        let next = t.read(move |conn| buttons::page(conn, app, &button, 1)).await;
        assert_eq!(next.into_iter().next().map(|found| found.value), expected);
    }
    let offered = t.read(move |conn| subscriptions::page(conn, app, 1, 2)).await;
    assert_eq!(offered.into_iter().map(|one| one.name).collect::<Vec<_>>(), ["a", "c d"]);
    let found = t.read(move |conn| subscriptions::get(conn, app, "c d")).await;
    assert_eq!(found.map(|one| one.level).as_deref(), Some("1"));
    assert!(t.read(move |conn| subscriptions::get(conn, other, "c d")).await.is_none());
    let mut seen = Vec::new();
    let mut place = (String::new(), 0);
    loop {
        let (kind, owner) = place.clone();
        let page = t.read(move |conn| tokens::page(conn, app, (&kind, owner), 1)).await;
        let Some(one) = page.into_iter().next() else { break };
        place = (one.token.kind.clone(), one.owner);
        seen.push(one.token.token);
    }
    assert_eq!(seen, ["license9", "user3", "user7"]);
}

async fn subscriptions_are_counted_by_name(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let paused = |left| Subscription::Paused { left, by: Pauser::Vendor };
    t.write(move |conn| {
        for (app, user, name, state) in [
            (app, 1, "gold", Subscription::Until(NOW + 1)),
            (app, 1, "gold", Subscription::Until(NEVER)),
            (app, 1, "gold", Subscription::Until(NOW)),
            (app, 2, "gold", paused(5)),
            (app, 2, "Gold", Subscription::Until(NOW - 1)),
            (other, 1, "gold", Subscription::Until(NOW + 1)),
        ] {
            user_subscriptions::give(conn, app, user, name, state, None)?;
        }
        Ok::<_, claviger_store::StoreError>(())
    })
    .await;
    let mut counts = t.read(move |conn| user_subscriptions::counts(conn, app, NOW)).await;
    counts.sort_by(|one, other| one.name.cmp(&other.name));
    let count = |name: &str, running, paused, all| NameCount { name: name.into(), running, paused, all };
    assert_eq!(counts, [count("Gold", 0, 0, 1), count("gold", 2, 1, 4)]);
    assert!(t.read(move |conn| user_subscriptions::counts(conn, app + 99, NOW)).await.is_empty());
}
