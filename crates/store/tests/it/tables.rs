//! Tables of licenses and users: every filter, in every order, beside a naive model.

use std::{ops::ControlFlow, time::Duration};

use claviger_domain::{LicenseStatus, Subscription};
use claviger_store::{
    Conn, Result,
    bulk::{self, Change},
    licenses::{self, License, NewLicenses},
    params,
    tables::{self, Cursor, LicenseAct, LicensesWanted, Order, UserAct, UserRow, UsersWanted, Walk},
    user_subscriptions, users,
};

use crate::support::{Fixture, NOW, both};

both![
    licenses_are_walked_as_the_model_says,
    users_are_walked_as_the_model_says,
    a_job_changes_what_its_filter_means,
];

/// Numbers that look random and are the same each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) == 0).then(|| value(self))
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

const ORDERS: [Order; 3] = [Order::Newest, Order::Oldest, Order::Name];
const STATES: [LicenseStatus; 3] = [LicenseStatus::NotUsed, LicenseStatus::Used, LicenseStatus::Banned];
const ROWS: u64 = 240;

async fn licenses(t: &Fixture, app: i64, draw: &mut Draw) -> Vec<License> {
    for n in 0..ROWS {
        let key = format!("{}-{}-{n}", draw.pick(&["Alpha", "beta", "Ünïx"]), draw.below(9));
        let (days, level) = (draw.below(40) as i64, draw.pick(&["1", "2"]));
        let (note, by) = (draw.pick(&[None, Some("Gift"), Some("a gift too")]), draw.pick(&["ann", "bob"]));
        let (made, state, gone) = (NOW + (n as i64) * 50, draw.pick(&STATES), draw.below(6) == 0);
        t.write(move |conn| {
            let new = NewLicenses { duration: days * 86_400, level, note, genby: by, gendate: made };
            let id = licenses::insert(conn, app, &key, &new)?.expect("a free key");
            conn.execute(
                "UPDATE licenses SET status = $3 WHERE app = $1 AND id = $2",
                params![app, id, state.as_str()],
            )?;
            if gone {
                licenses::delete_range(conn, app, claviger_store::Range::one(id), None)?;
            }
            Ok(())
        })
        .await;
    }
    t.read(move |conn| licenses::page(conn, app, &Default::default(), 0, 1000)).await
}

fn wanted_license(draw: &mut Draw) -> LicensesWanted {
    LicensesWanted {
        key: draw.maybe(|draw| draw.pick(&["a-", "-1", "ünï", "x-5-", "none"]).to_owned()),
        beginning: draw
            .maybe(|draw| draw.pick(&["alpha", "b", "ü", "beta-3", "z"]).to_owned())
            .unwrap_or_default(),
        status: draw.maybe(|draw| draw.pick(&STATES).as_str().to_owned()),
        level: draw.maybe(|draw| draw.pick(&["1", "2", "3"]).to_owned()),
        note: draw.maybe(|draw| draw.pick(&["gift", "a g"]).to_owned()),
        noted: draw.maybe(|draw| draw.below(2) == 0),
        genby: draw.maybe(|draw| draw.pick(&["ann", "bob"]).to_owned()),
        user: None,
        made: (
            draw.maybe(|draw| NOW + draw.below(12_000) as i64),
            draw.maybe(|draw| NOW + draw.below(12_000) as i64),
        ),
        duration: (
            draw.maybe(|draw| draw.below(40) as i64 * 86_400),
            draw.maybe(|draw| draw.below(40) as i64 * 86_400),
        ),
    }
}

fn within(value: i64, (from, to): (Option<i64>, Option<i64>)) -> bool {
    from.is_none_or(|from| value >= from) && to.is_none_or(|to| value < to)
}

fn is_wanted(license: &License, wanted: &LicensesWanted) -> bool {
    let key = claviger_domain::fold(&license.key).into_owned();
    let has_note =
        |text: &String| license.note.as_ref().is_some_and(|note| note.to_ascii_lowercase().contains(text));
    wanted.key.as_ref().is_none_or(|text| key.contains(text))
        && key.starts_with(&wanted.beginning)
        && wanted.status.as_ref().is_none_or(|status| license.status.as_str() == status)
        && wanted.level.as_ref().is_none_or(|level| license.level == *level)
        && wanted.note.as_ref().is_none_or(has_note)
        && wanted.noted.is_none_or(|noted| license.note.is_some() == noted)
        && wanted.genby.as_ref().is_none_or(|genby| license.genby == *genby)
        && within(license.gendate, wanted.made)
        && within(license.duration, wanted.duration)
}

/// Walks until the end, so many rows at a time, giving up after each part if `hasty`.
async fn walked<R: Send + 'static>(
    t: &Fixture,
    walk: Walk,
    step: impl Fn(&mut Conn<'_>, &Walk) -> Result<(Vec<R>, Option<Cursor>)> + Clone + Send + 'static,
    cursor: impl Fn(&R) -> Cursor,
) -> Vec<R> {
    let (mut walk, mut found) = (walk, Vec::new());
    loop {
        let (of, step) = (walk.clone(), step.clone());
        let (rows, stopped) = t.read(move |conn| step(conn, &of)).await;
        let full = rows.len() == walk.limit;
        found.extend(rows);
        walk.after = match (stopped, found.last()) {
            (None, Some(last)) if full => Some(cursor(last)),
            (Some(stopped), _) => Some(stopped),
            _ => return found,
        };
    }
}

async fn licenses_are_walked_as_the_model_says(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let mut draw = Draw(7);
    let all = licenses(&t, app, &mut draw).await;
    licenses(&t, other, &mut draw).await;
    let mut matched = 0;
    for round in 0..120 {
        let (wanted, order, backwards) = (wanted_license(&mut draw), draw.pick(&ORDERS), draw.below(2) == 0);
        let mut expected: Vec<&License> = all.iter().filter(|license| is_wanted(license, &wanted)).collect();
        match order {
            Order::Oldest => {}
            Order::Newest => expected.reverse(),
            Order::Name => expected.sort_by_key(|license| claviger_domain::fold(&license.key).into_owned()),
        }
        if backwards {
            expected.reverse();
        }
        let patience = if draw.below(2) == 0 { Duration::ZERO } else { Duration::MAX };
        let limit = draw.pick(&[1, 7, 1000]);
        let walk = Walk { app, order, backwards, after: None, patience, now: NOW, limit };
        let of = wanted.clone();
        let step = move |conn: &mut Conn<'_>, walk: &Walk| {
            let mut rows = Vec::new();
            let walked = tables::walk_licenses(conn, &of, walk, &mut |row| {
                rows.push(row);
                if rows.len() < walk.limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            Ok((rows, walked.stopped))
        };
        let found = walked(&t, walk, step, |row| row.cursor(order)).await;
        let found: Vec<&License> = found.iter().map(|row| &row.license).collect();
        assert_eq!(found, expected, "round {round}: {wanted:?} {order:?} {backwards}");
        matched += found.len();
    }
    assert!(matched > 500, "the filters mean something: {matched}");
}

async fn users_are_walked_as_the_model_says(t: Fixture) {
    let app = t.app().await;
    let mut draw = Draw(11);
    for n in 0..150 {
        let user = t.user(app, &format!("{}{n}", draw.pick(&["Ann", "bo-", "Çe"]))).await;
        let (ip, device) =
            (draw.pick(&["10.0.0.1", "10.0.9.1", "2001:db8::1"]), draw.maybe(|_| "device\nother"));
        let (banned, login) = (draw.maybe(|_| "why"), draw.maybe(|draw| NOW + draw.below(500) as i64));
        let (gold, silver) = (draw.maybe(|draw| NOW + draw.below(400) as i64 - 200), draw.maybe(|_| ()));
        t.write(move |conn| {
            conn.execute(
                "UPDATE users SET ip = $3, hwids = $4, banned = $5, last_login = $6, created = $7
                 WHERE app = $1 AND id = $2",
                params![app, user, ip, device, banned, login, NOW + n],
            )?;
            if let Some(end) = gold {
                user_subscriptions::give(conn, app, user, "gold", Subscription::Until(end), None)?;
            }
            if silver.is_some() {
                let paused = Subscription::Paused { left: 5, by: claviger_domain::Pauser::Vendor };
                user_subscriptions::give(conn, app, user, "silver", paused, None)?;
            }
            Ok(())
        })
        .await;
    }
    let everybody = UsersWanted::default();
    let all = all_users(&t, app, everybody, Order::Oldest).await;
    assert_eq!(all.len(), 150);
    let mut matched = 0;
    for round in 0..120 {
        let wanted = UsersWanted {
            name: draw.maybe(|draw| draw.pick(&["n1", "ç", "o-"]).to_owned()),
            beginning: draw.maybe(|draw| draw.pick(&["an", "ç", "bo-1"]).to_owned()).unwrap_or_default(),
            network: draw.maybe(|draw| draw.pick(&["10.0.0.0/21", "10.0.0.1", "2001:db8::/64"]).to_owned()),
            device: draw.maybe(|_| "ice\no".into()),
            subscription: draw.maybe(|draw| draw.pick(&["gold", "silver"]).to_owned()),
            ends_within: draw.maybe(|draw| draw.below(200) as i64),
            subscribed: draw.maybe(|draw| draw.below(2) == 0),
            banned: draw.maybe(|draw| draw.below(2) == 0),
            online: draw.maybe(|draw| draw.below(4) == 0),
            created: (None, draw.maybe(|draw| NOW + draw.below(150) as i64)),
            signed_in: (draw.maybe(|draw| NOW + draw.below(500) as i64), None),
        };
        let order = draw.pick(&ORDERS);
        let mut expected: Vec<&UserRow> = all.iter().filter(|user| is_wanted_user(user, &wanted)).collect();
        match order {
            Order::Oldest => {}
            Order::Newest => expected.reverse(),
            Order::Name => expected.sort_by_key(|user| user.folded.clone()),
        }
        let found = all_users(&t, app, wanted.clone(), order).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "round {round}: {wanted:?} {order:?}");
        matched += found.len();
        // A range of numbers is read the same way.
        let ids: Vec<i64> = t
            .read(move |conn| {
                let range = claviger_store::Range { after: 0, last: i64::MAX };
                Ok(tables::users_in(conn, app, range, &wanted, (i64::MAX, NOW))?.ids)
            })
            .await;
        let mut numbers: Vec<i64> = expected.iter().map(|user| user.id).collect();
        numbers.sort_unstable();
        assert_eq!(ids, numbers);
    }
    assert!(matched > 200, "the filters mean something: {matched}");
}

async fn all_users(t: &Fixture, app: i64, wanted: UsersWanted, order: Order) -> Vec<UserRow> {
    let walk =
        Walk { app, order, backwards: false, after: None, patience: Duration::ZERO, now: NOW, limit: 7 };
    let step = move |conn: &mut Conn<'_>, walk: &Walk| {
        let mut rows = Vec::new();
        let walked = tables::walk_users(conn, &wanted, walk, &mut |row| {
            rows.push(row);
            if rows.len() < walk.limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        tables::complete_users(conn, app, &mut rows, NOW)?;
        Ok((rows, walked.stopped))
    };
    walked(t, walk, step, |row| row.cursor(order)).await
}

fn is_wanted_user(user: &UserRow, wanted: &UsersWanted) -> bool {
    let active = |name: Option<&String>| {
        user.subscriptions
            .iter()
            .filter(|one| {
                name.is_none_or(|name| one.subscription == *name) && (one.paused || one.expires > NOW)
            })
            .collect::<Vec<_>>()
    };
    let name = wanted.subscription.as_ref();
    let ends = |seconds: i64| active(name).iter().any(|one| !one.paused && one.expires <= NOW + seconds);
    let net = |text: &String| {
        let net: claviger_domain::Network = text.parse().expect("a network");
        user.ip.as_ref().is_some_and(|ip| net.contains(ip.parse().expect("an address")))
    };
    wanted.name.as_ref().is_none_or(|text| user.folded.contains(text))
        && user.folded.starts_with(&wanted.beginning)
        && wanted.network.as_ref().is_none_or(net)
        && wanted.device.is_none_or_some(user.devices)
        && (name.is_none() || !active(name).is_empty())
        && wanted.ends_within.is_none_or(ends)
        && wanted.subscribed.is_none_or(|subscribed| active(None).is_empty() != subscribed)
        && wanted.banned.is_none_or(|banned| user.banned.is_some() == banned)
        && wanted.online.is_none_or(|online| !online)
        && within(user.created, wanted.created)
        && wanted.signed_in.0.is_none_or(|from| user.last_login.is_some_and(|at| at >= from))
}

/// All devices of these tests are alike.
trait Devices {
    fn is_none_or_some(&self, devices: usize) -> bool;
}

impl Devices for Option<String> {
    fn is_none_or_some(&self, devices: usize) -> bool {
        self.is_none() || devices > 0
    }
}

async fn a_job_changes_what_its_filter_means(t: Fixture) {
    let app = t.app().await;
    let mut draw = Draw(3);
    let all = licenses(&t, app, &mut draw).await;
    let wanted =
        LicensesWanted { level: Some("2".into()), ..LicensesWanted::of_status(LicenseStatus::NotUsed) };
    let meant: Vec<i64> = all.iter().filter(|one| is_wanted(one, &wanted)).map(|one| one.id).collect();
    assert!(meant.len() > 10);
    let change = Change::OnLicenses { wanted, act: LicenseAct::Note("<hit> \"'".into()) };
    let kept = change.clone();
    let job = t.write(move |conn| bulk::begin(conn, app, &kept, NOW, 5)).await.expect("more slices");
    let told = t.read(move |conn| bulk::job(conn, app, job)).await.expect("a job");
    assert_eq!(told.change, Some(change));
    while t.write(move |conn| bulk::step(conn, app, 5, NOW)).await {}
    let after = t.read(move |conn| licenses::page(conn, app, &Default::default(), 0, 1000)).await;
    let hit = after.iter().filter(|one| one.note.as_deref() == Some("<hit> \"'")).map(|one| one.id);
    assert_eq!(hit.collect::<Vec<_>>(), meant);
    let told = t.read(move |conn| bulk::job(conn, app, job)).await.expect("a job");
    assert_eq!((told.rows, told.changed), (all.len() as i64, meant.len() as i64));
    for name in ["a", "b", "c"] {
        t.user(app, name).await;
    }
    let wanted = UsersWanted { beginning: "b".into(), ..UsersWanted::default() };
    let change = Change::OnUsers { wanted, act: UserAct::Delete };
    t.write(move |conn| bulk::begin(conn, app, &change, NOW, 1)).await;
    while t.write(move |conn| bulk::step(conn, app, 1, NOW)).await {}
    let left = t.read(move |conn| users::page(conn, app, 0, 10)).await;
    assert_eq!(left.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["a", "c"]);
}
