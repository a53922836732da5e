//! Subscriptions that an application offers.

use claviger_store::subscriptions::{self, Subscription};

use crate::support::{Fixture, both};

both![a_name_is_offered_once, levels_have_their_subscriptions_in_order, an_offer_can_end];

async fn a_name_is_offered_once(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.write(move |conn| subscriptions::insert(conn, app, "gold", "1")).await);
    assert!(!t.write(move |conn| subscriptions::insert(conn, app, "gold", "2")).await);
    assert!(t.write(move |conn| subscriptions::insert(conn, other, "gold", "2")).await);
    assert_eq!(t.read(move |conn| subscriptions::of_level(conn, app, "1")).await, ["gold"]);
    assert!(t.read(move |conn| subscriptions::of_level(conn, app, "2")).await.is_empty());
}

async fn levels_have_their_subscriptions_in_order(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| {
        for (name, level) in [("gold", "1"), ("bronze", "1"), ("silver", "2"), ("copper", "1")] {
            assert!(subscriptions::insert(conn, app, name, level)?);
        }
        Ok(())
    })
    .await;
    assert_eq!(
        t.read(move |conn| subscriptions::of_level(conn, app, "1")).await,
        ["gold", "bronze", "copper"]
    );
    assert!(t.read(move |conn| subscriptions::of_level(conn, app, "01")).await.is_empty());
}

async fn an_offer_can_end(t: Fixture) {
    let app = t.app().await;
    for name in ["gold", "bronze"] {
        assert!(t.write(move |conn| subscriptions::insert(conn, app, name, "1")).await);
    }
    assert!(t.write(move |conn| subscriptions::delete(conn, app, "gold")).await);
    assert!(!t.write(move |conn| subscriptions::delete(conn, app, "gold")).await);
    assert!(!t.write(move |conn| subscriptions::delete(conn, app + 1, "bronze")).await);
    assert!(t.write(move |conn| subscriptions::insert(conn, app, "gold", "2")).await);
    let offer = |name: &str, level: &str| Subscription { name: name.into(), level: level.into() };
    let all = t.read(move |conn| subscriptions::all(conn, app)).await;
    assert_eq!(all, [offer("bronze", "1"), offer("gold", "2")]);
}
