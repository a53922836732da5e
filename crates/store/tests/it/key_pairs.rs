//! Key pairs that signed for an application before.

use claviger_store::{
    apps, catalog,
    key_pairs::{self, FormerKeyPair},
};

use crate::support::{Fixture, NOW, both};

both![a_former_pair_is_kept, of_two_at_once_one_replaces, pairs_end];

fn former(number: i64, sealed: &[u8], until: Option<i64>) -> FormerKeyPair {
    FormerKeyPair {
        number,
        sealed: sealed.into(),
        versions: vec!["1.0".into(), "\"quoted\"".into()],
        replaced_ms: 1_700_000_000_123,
        until,
    }
}

async fn replace(t: &Fixture, app: i64, sealed: &'static [u8], former: FormerKeyPair) -> bool {
    t.write(move |conn| key_pairs::replace(conn, app, sealed, &former)).await
}

async fn a_former_pair_is_kept(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let before = t.read(catalog::version).await;
    assert!(replace(&t, app, b"second", former(0, b"first", None)).await);
    assert!(replace(&t, app, b"third", former(1, b"second", Some(NOW))).await);
    assert!(t.read(catalog::version).await > before);
    let record = t.read(move |conn| apps::by_id(conn, app)).await.expect("the application");
    assert_eq!((record.key_pair, record.sealed_signing_key.as_slice()), (2, &b"third"[..]));
    assert_eq!(record.former_key_pairs, [former(0, b"first", None), former(1, b"second", Some(NOW))]);
    let all = t.read(apps::all).await;
    assert_eq!(all.iter().map(|record| record.former_key_pairs.len()).collect::<Vec<_>>(), [2, 0]);
    let other = t.read(move |conn| apps::by_id(conn, other)).await.expect("the application");
    assert_eq!((other.key_pair, other.sealed_signing_key.as_slice()), (0, &b"signing key"[..]));
}

async fn of_two_at_once_one_replaces(t: Fixture) {
    let app = t.app().await;
    assert!(replace(&t, app, b"mine", former(0, b"first", None)).await);
    assert!(!replace(&t, app, b"yours", former(0, b"first", None)).await);
    assert!(!replace(&t, app + 100, b"nobody's", former(0, b"first", None)).await);
    let record = t.read(move |conn| apps::by_id(conn, app)).await.expect("the application");
    assert_eq!((record.key_pair, record.sealed_signing_key.as_slice()), (1, &b"mine"[..]));
}

async fn pairs_end(t: Fixture) {
    let app = t.app().await;
    replace(&t, app, b"second", former(0, b"first", None)).await;
    replace(&t, app, b"third", former(1, b"second", Some(NOW + 10))).await;
    assert_eq!(t.write(move |conn| key_pairs::end(conn, app, None, NOW + 20)).await, 1);
    let until = t.read(move |conn| key_pairs::former(conn, app)).await;
    assert_eq!(until.iter().map(|pair| pair.until).collect::<Vec<_>>(), [Some(NOW + 20), Some(NOW + 10)]);
    assert_eq!(t.write(move |conn| key_pairs::remove_ended(conn, app, NOW + 10)).await, 1);
    let left = t.read(move |conn| key_pairs::former(conn, app)).await;
    assert_eq!(left.iter().map(|pair| pair.number).collect::<Vec<_>>(), [0]);
    replace(&t, app, b"fourth", former(2, b"third", None)).await;
    for (number, ended) in [(3, 0), (2, 1), (2, 0)] {
        assert_eq!(t.write(move |conn| key_pairs::end(conn, app, Some(number), NOW + 5)).await, ended);
    }
    let until = t.read(move |conn| key_pairs::former(conn, app)).await;
    assert_eq!(until.iter().map(|pair| pair.until).collect::<Vec<_>>(), [Some(NOW + 20), Some(NOW + 5)]);
}
