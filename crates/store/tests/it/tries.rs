//! The last tries to sign in.

use claviger_store::{
    Conn, Range,
    tries::{self, Class, Try},
    users,
};

use crate::support::{Fixture, NOW, both};

both![
    tries_come_newest_first,
    within_a_second_the_order_stays,
    each_class_has_room_of_its_own,
    a_user_and_a_license_have_little_room,
    tries_of_one_app_stay_there,
    strangers_are_found_by_address,
    a_text_is_found,
    old_tries_are_forgotten,
    tries_go_with_their_user,
];

fn a_try(time: i64, outcome: &str) -> Try {
    Try {
        time,
        count: 1,
        kind: "login".into(),
        outcome: outcome.into(),
        ip: "192.0.2.1".into(),
        ..Try::default()
    }
}

async fn add(t: &Fixture, app: i64, class: Class, new: Vec<Try>) {
    let new: Vec<(Class, Try)> = new.into_iter().map(|one| (class, one)).collect();
    t.write(move |conn| tries::add(conn, app, &new)).await;
}

async fn refused(t: &Fixture, app: i64, limit: i64) -> Vec<Try> {
    unnumbered(t.read(move |conn| tries::latest_refused(conn, app, limit)).await)
}

/// As they were added.
fn unnumbered(tries: Vec<Try>) -> Vec<Try> {
    tries.into_iter().map(|one| Try { id: 0, ..one }).collect()
}

async fn about(t: &Fixture, app: i64, user: Option<i64>, licenses: Vec<i64>) -> Vec<Try> {
    unnumbered(t.read(move |conn| tries::about(conn, app, user, &licenses, 100)).await)
}

async fn tries_come_newest_first(t: Fixture) {
    let app = t.app().await;
    let full = Try {
        count: 7,
        detail: Some("Σ'\n".into()),
        name: Some("ann".into()),
        user: Some(4),
        license: Some(5),
        hwid: Some("device".into()),
        ..a_try(NOW + 1, "wrong_password")
    };
    add(&t, app, Class::Refused, vec![a_try(NOW, "banned"), full.clone()]).await;
    add(&t, app, Class::Fine, vec![a_try(NOW + 3, "ok")]).await;
    add(&t, app, Class::Stranger, vec![a_try(NOW + 2, "unknown_user")]).await;
    let stranger = a_try(NOW + 2, "unknown_user");
    assert_eq!(refused(&t, app, 10).await, [stranger.clone(), full.clone(), a_try(NOW, "banned")]);
    assert_eq!(refused(&t, app, 1).await, [stranger]);
    assert_eq!(
        about(&t, app, Some(4), vec![5]).await,
        std::slice::from_ref(&full),
        "once, though both are named"
    );
    assert_eq!(about(&t, app, None, vec![9, 5]).await, [full]);
    assert!(about(&t, app, Some(5), vec![4]).await.is_empty());
    add(&t, app, Class::Fine, Vec::new()).await;
}

async fn within_a_second_the_order_stays(t: Fixture) {
    let app = t.app().await;
    let by = |class, outcome| (class, Try { user: Some(1), ..a_try(NOW, outcome) });
    let new = [by(Class::Fine, "a"), by(Class::Refused, "b"), by(Class::Fine, "c"), by(Class::Stranger, "d")];
    t.write(move |conn| tries::add(conn, app, &new)).await;
    let outcomes: Vec<String> =
        about(&t, app, Some(1), Vec::new()).await.into_iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, ["d", "c", "b", "a"]);
}

async fn each_class_has_room_of_its_own(t: Fixture) {
    let app = t.app().await;
    add(&t, app, Class::Refused, vec![a_try(NOW, "banned")]).await;
    for round in 0..6 {
        let strangers = (0..250).map(|number| a_try(NOW + round * 250 + number, "unknown_user")).collect();
        add(&t, app, Class::Stranger, strangers).await;
    }
    let left = refused(&t, app, 10_000).await;
    assert_eq!(left.len(), 501);
    assert_eq!((left[0].time, left[499].time), (NOW + 1499, NOW + 1000));
    assert_eq!(left[500], a_try(NOW, "banned"));
}

async fn a_user_and_a_license_have_little_room(t: Fixture) {
    let app = t.app().await;
    let by = |user, license, time| Try { user, license, ..a_try(time, "wrong_password") };
    add(&t, app, Class::Refused, vec![by(Some(2), None, NOW), by(None, Some(3), NOW)]).await;
    for round in 0..5 {
        let of_one = (0..10).map(|number| by(Some(1), Some(1), NOW + 1 + round * 10 + number)).collect();
        add(&t, app, Class::Refused, of_one).await;
    }
    let left = about(&t, app, Some(1), vec![1]).await;
    assert_eq!(
        left.iter().map(|one| one.time).collect::<Vec<_>>(),
        (NOW + 31..=NOW + 50).rev().collect::<Vec<_>>()
    );
    assert_eq!(about(&t, app, Some(2), Vec::new()).await.len(), 1);
    assert_eq!(about(&t, app, None, vec![3]).await.len(), 1);
    let fine = (0..30).map(|number| Try { user: Some(1), ..a_try(NOW + 100 + number, "ok") }).collect();
    add(&t, app, Class::Fine, fine).await;
    assert_eq!(about(&t, app, Some(1), Vec::new()).await.len(), 40, "what went well pushes no refusal out");
}

async fn tries_of_one_app_stay_there(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, Class::Stranger, vec![Try { user: Some(1), ..a_try(NOW, "here") }]).await;
    for _ in 0..3 {
        add(&t, other, Class::Stranger, (0..300).map(|_| a_try(NOW, "there")).collect()).await;
    }
    assert_eq!(refused(&t, app, 10).await.len(), 1);
    assert_eq!(refused(&t, other, 10_000).await.len(), 500);
    assert!(about(&t, other, Some(1), Vec::new()).await.is_empty());
}

async fn strangers_are_found_by_address(t: Fixture) {
    let app = t.app().await;
    let from = |ip: &str, outcome| Try { ip: ip.into(), ..a_try(NOW, outcome) };
    add(&t, app, Class::Stranger, vec![from("192.0.2.1", "a"), from("192.0.2.2", "b"), from("::1", "c")])
        .await;
    add(&t, app, Class::Refused, vec![from("192.0.2.1", "d")]).await;
    let found = t
        .read(move |conn| {
            let ips = ["192.0.2.1", "::1"].map(String::from);
            assert!(tries::of_strangers(conn, app, &[], 10)?.is_empty());
            tries::of_strangers(conn, app, &ips, 10)
        })
        .await;
    assert_eq!(unnumbered(found), [from("::1", "c"), from("192.0.2.1", "a")]);
}

async fn a_text_is_found(t: Fixture) {
    let app = t.app().await;
    let named = Try { name: Some("text".into()), ..a_try(NOW + 2, "a") };
    let device = Try { hwid: Some("text".into()), ..a_try(NOW + 1, "b") };
    let address = Try { ip: "text".into(), ..a_try(NOW, "c") };
    add(&t, app, Class::Refused, vec![address.clone(), device.clone(), named.clone(), a_try(NOW, "d")]).await;
    let find = |text: &'static str| t.read(move |conn| tries::with_text(conn, app, text, 10));
    assert_eq!(unnumbered(find("text").await), [named, device, address]);
    assert!(find("tex").await.is_empty());
}

async fn old_tries_are_forgotten(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, Class::Refused, (0..10).map(|number| a_try(NOW + number, "x")).collect()).await;
    add(&t, other, Class::Fine, vec![a_try(NOW - 5, "ok")]).await;
    let forget = move |conn: &mut Conn<'_>| {
        assert!(tries::any_before(conn, NOW + 4)?);
        assert_eq!([tries::forget(conn, NOW + 4, 3)?, tries::forget(conn, NOW + 4, 3)?], [3, 2]);
        assert_eq!(tries::forget(conn, NOW + 4, 3)?, 0);
        tries::any_before(conn, NOW + 4)
    };
    assert!(!t.write(forget).await);
    assert_eq!(refused(&t, app, 100).await.len(), 6);
}

async fn tries_go_with_their_user(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "ann").await, t.user(app, "bob").await];
    let tries = [ann, bob].map(|user| Try { user: Some(user), ..a_try(NOW, "x") });
    add(&t, app, Class::Refused, tries.into()).await;
    t.write(move |conn| users::delete_range(conn, app, Range::one(ann))).await;
    let left = refused(&t, app, 10).await;
    assert_eq!(left.iter().map(|one| one.user).collect::<Vec<_>>(), [Some(bob)]);
}
