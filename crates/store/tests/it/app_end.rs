//! Deleting an application leaves nothing of it, in any table that the migrations make.

use claviger_domain::{AccountRole, Balance, Subscription};
use claviger_store::{
    Conn, Result,
    access::{self, Entry},
    accounts::{self, NewAccount},
    activity,
    add_events::{self, Event},
    apps, audit,
    balance::{self, Cause, Kind},
    bulk::{self, Change},
    buttons::{self, Button},
    chat::{self, Channel, Message},
    deliveries::{self, DeliveryBounds, NewDelivery},
    files::{self, File},
    imports,
    key_pairs::{self, FormerKeyPair},
    licenses::{self, NewLicenses},
    logs::{self, Log},
    notices::{self, NewMessage},
    owners, panel, params,
    password_resets::{self, Reset},
    remarks, report_counts,
    seller_keys::{self, KeySecret, KeyTerms},
    seller_log::{self, SellerRequest},
    subscriptions, takeover,
    tokens::{self, Owner},
    tries,
    user_bans::{self, UserBan},
    user_subscriptions, users,
    variables::{self, UserVariable, Variable},
    webhook_events::{self, WebhookEvent},
    webhooks::{self, Webhook},
};

use crate::support::{Fixture, NOW, both};

both![deleting_an_app_removes_all_it_holds, a_deleted_app_is_gone_before_its_rows_are];

/// The tables with a column `app`, as the migrations make them; sessions are swept later.
fn tables() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let files = std::fs::read_dir(folder).expect("the migrations");
    let texts = files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"));
    let text = texts.collect::<Vec<_>>().join("\n");
    let tables = text.split("CREATE TABLE ").skip(1).filter_map(|table| {
        let (name, columns) = table.split_once(" (")?;
        let has_app = columns.split(';').next()?.lines().any(|line| line.trim().starts_with("app "));
        let stays = !text.contains(&format!("DROP TABLE {name};"));
        (has_app && stays && name != "sessions").then(|| name.to_owned())
    });
    tables.collect()
}

/// Gives an application something of everything.
fn fill(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    let license = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
    let license = licenses::insert(conn, app, "KEY", &license)?;
    assert!(subscriptions::insert(conn, app, "gold", "1")?);
    user_subscriptions::give(conn, app, user, "gold", Subscription::Until(NOW + 60), None)?;
    user_bans::put(
        conn,
        app,
        user,
        &UserBan { license, reason: "why".into(), banned_at: NOW, by_program: Some(false) },
    )?;
    let a_try = tries::Try { ip: "192.0.2.1".into(), ..Default::default() };
    tries::add(conn, app, &[(tries::Class::Fine, a_try)])?;
    activity::add(conn, app, NOW, activity::Happened { inits: 1, ..Default::default() })?;
    fill_reports(conn, app)?;
    let [name, value] = ["name", "value"].map(String::from);
    variables::insert(conn, app, &Variable { name: name.clone(), value: value.clone(), authed: true })?;
    let of_user = UserVariable { name: name.clone(), value: value.clone(), read_only: false };
    variables::set_of_user(conn, app, user, &of_user)?;
    chat::add_channel(conn, app, &Channel { name: name.clone(), delay: 0 })?;
    let message = Message { user, author: "Ann".into(), message: value.clone(), sent: NOW };
    chat::say(conn, app, &name, &message)?;
    chat::mute(conn, app, user, NOW + 60)?;
    remarks::name_device(conn, app, user, "device", "at home")?;
    let note = remarks::Note { note: "pays late".into(), author: "seller".into(), written: NOW };
    remarks::set_note(conn, app, user, &note)?;
    remarks::keep_license_form(conn, app, "owner:1", "amount=1")?;
    let import = imports::begin(conn, app, NOW)?;
    let staged = imports::Staged {
        key: "K".into(),
        duration: 60,
        level: "1".into(),
        note: None,
        used_by: None,
        user: None,
        token: "staged".into(),
    };
    imports::stage(conn, app, import, 0, &[staged])?;
    let line = Log { id: 0, written: NOW, credential: None, pc_user: None, message: value };
    logs::insert(conn, app, &line, 10)?;
    let entry = Entry { kind: access::IP, value: "192.0.2.1", reason: &name, added: NOW, until: None };
    access::blacklist(conn, app, &entry)?;
    access::whitelist(conn, app, "192.0.2.1", None, NOW)?;
    fill_for_sellers(conn, app)?;
    fill_the_rest(conn, app, user)
}

fn fill_reports(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    report_counts::add(conn, app, NOW, (report_counts::Kind::Activated, ""), 1)?;
    notices::set(conn, app, b"sealed")?;
    notices::set_mark(conn, app, "ending", NOW, 0)?;
    let (event, way, subject, body) = ("ending", "mail", "It ends", "soon");
    notices::add(conn, &NewMessage { app, owner: 1, event, way, subject, body }, NOW)?;
    Ok(())
}

fn fill_for_sellers(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    assert!(buttons::insert(conn, app, &Button { value: "run".into(), label: "Run".into() })?);
    let account = NewAccount {
        role: AccountRole::Reseller,
        username: format!("reseller of {app}"),
        email_hash: format!("mail of {app}"),
        password: "hash".into(),
        key_levels: "N/A".into(),
        permissions: 1,
        created: NOW,
    };
    let reseller = accounts::insert(conn, app, &account)?.expect("a free name");
    let reseller = accounts::by_id(conn, reseller)?.expect("an account");
    let cause = Cause { kind: Kind::Given, actor: "acme".into(), detail: String::new(), licenses: None };
    balance::set(conn, &reseller, &Balance { day: 1, ..Balance::default() }, &cause, NOW)?;
    audit::insert(conn, app, &audit::Entry::default(), NOW, 10)?;
    seller_log::insert(conn, app, &SellerRequest::default(), NOW, 10)?;
    let terms = KeyTerms { name: "main".into(), rights: "all".into(), addresses: String::new(), until: None };
    let secret = KeySecret { hash: format!("hash {app}").into(), hint: "cdef".into() };
    seller_keys::insert(conn, app, &terms, &secret, NOW)?.expect("a free name");
    // A slice of no rows leaves the job as it is.
    bulk::begin(conn, app, &Change::ResetUsers, NOW, 0)?.expect("a job");
    Ok(())
}

fn fill_the_rest(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    let url = "https://example.com/";
    let pair = FormerKeyPair {
        number: 0,
        sealed: vec![1],
        versions: vec!["1.0".into()],
        replaced_ms: 1,
        until: None,
    };
    assert!(key_pairs::replace(conn, app, &[2], &pair)?);
    takeover::set_upto(conn, app, "source", "users", 1, NOW)?;
    let made = "INSERT INTO takeover_rows (app, kind, id, source) VALUES ($1, 'user', $2, 'source')";
    conn.execute(made, params![app, user])?;
    let webhook = Webhook { id: "id".into(), url: url.into(), user_agent: "Claviger".into(), authed: true };
    assert!(webhooks::insert(conn, app, &webhook)?);
    webhook_events::add(conn, app, webhook_events::Room::Calls, &[WebhookEvent::default()])?;
    let file = File { id: "id".into(), name: "name".into(), url: None, size: 1, uploaded: NOW, authed: true };
    assert!(files::insert(conn, app, &file)?);
    tokens::insert(conn, app, "token", Owner { kind: tokens::USER, id: user, name: "Ann" })?;
    tokens::add_login(conn, app, format!("login {app}").as_bytes(), user, NOW + 60)?;
    let reset = Reset { app, user };
    password_resets::insert(conn, format!("reset {app}").as_bytes(), reset, NOW, NOW + 60)?;
    let event = Event { id: "event".into(), params: "params".into() };
    add_events::claim(conn, app, &event, NOW, NOW, 10)?;
    let new = NewDelivery { app, url: url.into(), body: "{}".into(), anonymous: false };
    let bounds = DeliveryBounds { waiting: 1, anonymous_an_hour: 1 };
    deliveries::insert(conn, &new, bounds, NOW * 1000)?;
    fill_the_panel(conn, app, user)
}

fn fill_the_panel(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    panel::settings::set(conn, app, "{}")?;
    let hash = std::array::from_fn(|at| (app >> at.min(60)) as u8);
    let sign_in =
        panel::sign_ins::NewSignIn { hash, proof: [1; 32], ip: String::new(), user_agent: String::new() };
    panel::sign_ins::insert(conn, app, user, &sign_in, NOW)?;
    panel::downloads::set(conn, app, "id", &[String::new()])
}

/// Rows of each table, by its name.
async fn rows(t: &Fixture, app: i64) -> Vec<(String, i64)> {
    t.read(move |conn| {
        let count = |table: String| {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE app = $1");
            let count = conn.query_one(&sql, params![app])?.expect("a row").get(0)?;
            Ok((table, count))
        };
        tables().into_iter().map(count).collect::<Result<Vec<_>>>()
    })
    .await
}

async fn deleting_an_app_removes_all_it_holds(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        let user = t.user(app, "Ann").await;
        t.write(move |conn| fill(conn, app, user)).await;
    }
    let before = rows(&t, other).await;
    assert!(before.len() >= 21, "{before:?}");
    for (table, count) in before.iter().chain(&rows(&t, app).await) {
        assert!(*count > 0, "{table} holds nothing: fill it above");
    }
    delete(&t, app, 1000).await;
    for (table, count) in rows(&t, app).await {
        assert_eq!(count, 0, "{table}");
    }
    assert!(t.read(apps::all).await.iter().all(|record| record.id != app));
    assert_eq!(rows(&t, other).await, before);
    assert_eq!(t.read(owners::all).await.len(), 2, "the owner stays");
    // Deleting what is not there is no failure.
    delete(&t, app, 1000).await;
    assert!(t.read(bulk::apps).await.contains(&other), "another's jobs stay");
}

/// Deletes an application and removes about `rows` of its rows; the job if more are left.
async fn delete(t: &Fixture, app: i64, rows: i64) -> Option<i64> {
    t.write(move |conn| {
        apps::delete(conn, app)?;
        bulk::begin(conn, app, &Change::DeleteApp, NOW, rows)
    })
    .await
}

async fn a_deleted_app_is_gone_before_its_rows_are(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        let user = t.user(app, "Ann").await;
        t.write(move |conn| fill(conn, app, user)).await;
        for name in ["Bea", "Cem", "Dee", "Eve"] {
            t.user(app, name).await;
        }
    }
    let (live, before) = (t.session(app, NOW + 60).await, rows(&t, other).await);
    let job = delete(&t, app, 2).await.expect("rows are left");
    assert!(!t.lives(app, live).await);
    let hash = format!("hash {app}");
    assert!(t.read(move |conn| seller_keys::by_hash(conn, hash.as_bytes(), NOW)).await.is_none());
    assert!(t.read(apps::all).await.iter().all(|record| record.id != app));
    let users = async || t.read(move |conn| users::count(conn, app)).await;
    assert_eq!(users().await, 3);
    let mut slices = 1;
    while t.read(move |conn| bulk::is_pending(conn, app, job)).await {
        assert!(t.write(move |conn| bulk::step(conn, app, 2, NOW)).await);
        slices += 1;
        if slices == 3 {
            assert_eq!(users().await, 0, "five users in slices of two");
            // A request that was under way comes after the slice.
            t.user(app, "Late").await;
        }
    }
    assert!(slices > 10, "{slices}");
    for (table, count) in rows(&t, app).await {
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(rows(&t, other).await, before);
}
