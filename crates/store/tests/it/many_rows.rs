//! What is done to many users or licenses at once is what is done to each of them.

use claviger_domain::{LicenseStatus, Pauser, Subscription};
use claviger_store::{
    Conn, Result, access,
    licenses::{self, NewLicenses},
    params, subscriptions,
    tables::{self, LicenseAct, UserAct},
    user_bans, user_subscriptions,
};

use crate::support::{Fixture, NOW, both};

both![many_users_are_changed_as_each_is, many_licenses_are_changed_as_each_is];

const DAY: i64 = 86_400;
/// So many users, or licenses, of which every third is left out.
const ROWS: i64 = 12;

/// Users in many states; returns their numbers.
fn make_users(conn: &mut Conn<'_>, app: i64) -> Result<Vec<i64>> {
    for n in 1..=ROWS {
        let name = format!("user {n}");
        let hwids = [None, Some("one"), Some("two\nthree"), Some("one\none")][n as usize % 4];
        let ip = [Some("203.0.113.7"), Some("2001:db8::7"), None][n as usize % 3];
        conn.execute(
            "INSERT INTO users (app, id, username, username_folded, hwids, ip, owner, created)
             VALUES ($1, $2, $3, $3, $4, $5, 'owner', $6)",
            params![app, n, &name, hwids, ip, NOW],
        )?;
        let paused = |by| Subscription::Paused { left: n * DAY, by };
        for state in [Subscription::Until(NOW + n * DAY), Subscription::Until(NOW - DAY)] {
            user_subscriptions::give(conn, app, n, ["gold", "silver"][n as usize % 2], state, None)?;
        }
        match n % 4 {
            0 => user_subscriptions::give(conn, app, n, "silver", paused(Pauser::Vendor), None)?,
            1 => user_subscriptions::give(conn, app, n, "gold", paused(Pauser::App), None)?,
            2 => user_subscriptions::give(conn, app, n, "gold", Subscription::Until(NOW + 5 * DAY), None)?,
            _ => {}
        }
    }
    Ok((1..=ROWS).collect())
}

/// All that the acts change, in words.
fn users_told(conn: &mut Conn<'_>, app: i64) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for row in conn.query("SELECT id, hwids, banned FROM users WHERE app = $1 ORDER BY id", params![app])? {
        let (id, hwids, banned): (i64, Option<String>, Option<String>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut have: Vec<_> = user_subscriptions::of_user(conn, app, id)?
            .iter()
            .map(|one| (one.subscription.clone(), one.state()))
            .map(|one| format!("{one:?}"))
            .collect();
        have.sort();
        let bans = user_bans::of_user(conn, app, id)?;
        told.push(format!("{id} {hwids:?} {banned:?} {have:?} {bans:?}"));
    }
    let mut entries: Vec<_> = access::blacklisted(conn, app, NOW)?
        .into_iter()
        .map(|entry| format!("{} {} {:?}", entry.kind, entry.value, entry.reason()))
        .collect();
    entries.sort();
    told.extend(entries);
    Ok(told)
}

async fn many_users_are_changed_as_each_is(t: Fixture) {
    let gold = || "gold".to_owned();
    let extend = |active_only, app_paused| UserAct::Extend {
        subscription: gold(),
        seconds: DAY,
        active_only,
        app_paused,
    };
    let ban = |with_ip| UserAct::Ban { reason: "why".into(), with_ip };
    let rounds = [
        vec![extend(true, false), extend(false, false), extend(false, true)],
        vec![UserAct::Subtract { subscription: gold(), seconds: 3 * DAY }],
        vec![UserAct::Pause(None), UserAct::Unpause { subscription: None, app_paused: true }],
        vec![UserAct::Pause(Some(gold())), UserAct::Unpause { subscription: None, app_paused: false }],
        vec![ban(false), ban(true), UserAct::Unban],
        vec![ban(true), UserAct::Unban, ban(false), UserAct::Reset],
        vec![UserAct::Reset, UserAct::Delete],
    ];
    for acts in rounds {
        let (one, many) = (t.app().await, t.app().await);
        for app in [one, many] {
            t.write(move |conn| make_users(conn, app)).await;
        }
        let meant: Vec<i64> = (1..=ROWS + 2).filter(|n| n % 3 != 0).collect();
        for act in acts {
            let (each, all, again) = (meant.clone(), meant.clone(), act.clone());
            let mut changed = 0;
            for id in each {
                let act = act.clone();
                changed += t.write(move |conn| tables::change_users(conn, one, &[id], &act, NOW)).await;
            }
            let together = t.write(move |conn| tables::change_users(conn, many, &all, &again, NOW)).await;
            assert_eq!(changed, together, "{act:?}");
            let told = t.read(move |conn| Ok((users_told(conn, one)?, users_told(conn, many)?))).await;
            assert_eq!(told.0, told.1, "{act:?}");
        }
    }
}

/// Licenses in many states, some used by the users of [`make_users`].
fn make_licenses(conn: &mut Conn<'_>, app: i64) -> Result<Vec<i64>> {
    make_users(conn, app)?;
    assert!(subscriptions::insert(conn, app, "gold", "1")?);
    let mut ids = Vec::new();
    for n in 1..=ROWS {
        let note = [None, Some("a note")][n as usize % 2];
        let new = NewLicenses { duration: n * DAY, level: "1", note, genby: "ann", gendate: NOW };
        let id = licenses::insert(conn, app, &format!("KEY-{n}"), &new)?.expect("a free key");
        if n % 3 > 0 {
            licenses::used(conn, app, id, n, &format!("user {n}"), NOW)?;
        }
        if n % 3 == 1 {
            let sql = "UPDATE users SET by_license = $3 WHERE app = $1 AND id = $2";
            conn.execute(sql, params![app, n, id])?;
            let state = Subscription::Until(NOW + n * DAY);
            let key = format!("KEY-{n}");
            user_subscriptions::give(conn, app, n, "gold", state, Some(&key))?;
        }
        if n % 4 == 0 {
            licenses::ban(conn, app, id, "before")?;
        }
        ids.push(id);
    }
    // A reseller banned one of these.
    let banned_by = "UPDATE licenses SET banned_by = 7 WHERE app = $1 AND id = $2 AND status = $3";
    conn.execute(banned_by, params![app, ids[3], LicenseStatus::Banned.as_str()])?;
    Ok(ids)
}

fn licenses_told(conn: &mut Conn<'_>, app: i64) -> Result<Vec<String>> {
    let all = licenses::page(conn, app, &Default::default(), 0, 100)?;
    let mut told: Vec<String> = all.iter().map(|one| format!("{one:?}")).collect();
    told.extend(users_told(conn, app)?);
    Ok(told)
}

async fn many_licenses_are_changed_as_each_is(t: Fixture) {
    let note = |text: &str| LicenseAct::Note(text.into());
    let rounds = [
        vec![LicenseAct::Ban("why".into()), LicenseAct::Unban, LicenseAct::Ban("again".into())],
        vec![note("a note"), note("")],
        vec![LicenseAct::Extend(DAY), LicenseAct::Extend(i64::MAX)],
        vec![LicenseAct::Delete],
    ];
    for acts in rounds {
        let (one, many) = (t.app().await, t.app().await);
        let ids = t.write(move |conn| make_licenses(conn, one)).await;
        assert_eq!(t.write(move |conn| make_licenses(conn, many)).await, ids);
        let meant: Vec<i64> = ids.iter().copied().chain([999]).filter(|id| id % 5 != 0).collect();
        for act in acts {
            let (each, all, again) = (meant.clone(), meant.clone(), act.clone());
            let mut changed = 0;
            for id in each {
                let act = act.clone();
                changed += t.write(move |conn| tables::change_licenses(conn, one, &[id], &act, NOW)).await;
            }
            let together = t.write(move |conn| tables::change_licenses(conn, many, &all, &again, NOW)).await;
            assert_eq!(changed, together, "{act:?}");
            let told = t.read(move |conn| Ok((licenses_told(conn, one)?, licenses_told(conn, many)?))).await;
            assert_eq!(told.0, told.1, "{act:?}");
        }
    }
}
