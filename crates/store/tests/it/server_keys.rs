//! Keys of the server itself.

use std::sync::Arc;

use claviger_store::server_keys;
use futures_util::future::join_all;

use crate::support::{Fixture, both};

both![a_key_is_added_once, of_many_nodes_one_adds_the_key];

async fn a_key_is_added_once(t: Fixture) {
    assert_eq!(t.read(|conn| server_keys::get(conn, "master")).await, None);
    let sealed: Vec<u8> = (0..=255).collect();
    let first = sealed.clone();
    assert!(t.write(move |conn| server_keys::add(conn, "master", &first)).await);
    assert!(!t.write(|conn| server_keys::add(conn, "master", b"another")).await);
    assert!(t.write(|conn| server_keys::add(conn, "empty", b"")).await);
    assert_eq!(t.read(|conn| server_keys::get(conn, "master")).await, Some(sealed));
    assert_eq!(t.read(|conn| server_keys::get(conn, "empty")).await, Some(Vec::new()));
}

async fn of_many_nodes_one_adds_the_key(t: Fixture) {
    let t = Arc::new(t);
    let tasks = (0..20u8).map(|number| {
        let t = t.clone();
        tokio::spawn(async move {
            let added = t.write(move |conn| server_keys::add(conn, "master", &[number])).await;
            // Whoever comes second takes the first one's.
            (added, number, t.read(|conn| server_keys::get(conn, "master")).await)
        })
    });
    let outcomes: Vec<_> =
        join_all(tasks).await.into_iter().map(|outcome| outcome.expect("no panic")).collect();
    let winners: Vec<u8> = outcomes.iter().filter(|outcome| outcome.0).map(|outcome| outcome.1).collect();
    assert_eq!(winners.len(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.2.as_deref() == Some(&winners[..])));
}
