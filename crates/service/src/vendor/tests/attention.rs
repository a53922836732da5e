//! Figures of applications, what needs attention, and other names for them.

use claviger_domain::Role;
use claviger_store::activity::{self, Guesses, Happened};

use super::*;

async fn says(t: &Fixture) -> Vec<(Topic, bool, String)> {
    let app = t.service.app("acme", "shop").await.unwrap();
    let found = t.service.attention(&app).await.unwrap();
    found.into_iter().map(|attention| (attention.topic, attention.urgent, attention.says)).collect()
}

async fn set(t: &Fixture, changes: &[(&str, &str)]) {
    let changes: Vec<_> = changes.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    t.service.change_settings(&t.app, &changes).await.unwrap();
}

#[tokio::test]
async fn nothing_needs_attention_at_first() {
    assert_eq!(says(&Fixture::open().await).await, []);
}

#[tokio::test]
async fn what_holds_programs_up_comes_first() {
    let t = Fixture::open().await;
    set(&t, &[("api.v1_1", "true"), ("paused", "true"), ("enabled", "false"), ("vpnBlock", "true")]).await;
    t.service.set_app_banned(&t.app, true).await.unwrap();
    let found = says(&t).await;
    let topics: Vec<_> = found.iter().map(|(topic, urgent, _)| (*topic, *urgent)).collect();
    let urgent = (Topic::State, true);
    assert_eq!(topics, [urgent, urgent, urgent, (Topic::Server, false), (Topic::Settings, false)]);
    for (says, word) in found.iter().zip(["banned", "switched off", "paused", "vpn_list", "1.1"]) {
        assert!(says.2.contains(word), "{says:?}");
    }
}

#[tokio::test]
async fn what_ends_soon_is_told() {
    let t = Fixture::open().await;
    t.user("ann").await;
    let told = says(&t).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].2.starts_with("One subscription ends within three days."), "{told:?}");
    t.user("ben").await;
    let key = t.service.seller_keys(&t.app).await.unwrap()[0].id;
    t.service.rotate_seller_key(&t.app, key, 7200).await.unwrap();
    let told = says(&t).await;
    assert!(told[0].0 == Topic::SellerKeys && told[0].2.contains("works for another 2 hours"), "{told:?}");
    assert!(told[1].2.starts_with("2 subscriptions end"), "{told:?}");
    t.watch.0.fetch_add(7200, Ordering::Relaxed);
    assert_eq!(says(&t).await, [], "what has ended needs nobody any more");
}

#[tokio::test]
async fn a_settled_application_has_another_version() {
    let t = Fixture::open().await;
    t.watch.0.fetch_add(31 * 86_400, Ordering::Relaxed);
    assert!(says(&t).await[0].2.contains("as on the first day"));
    set(&t, &[("version", "1.1")]).await;
    assert_eq!(says(&t).await, []);
}

#[tokio::test]
async fn the_owner_s_role_and_the_proxy_are_told() {
    let t = Fixture::open().await;
    t.service.set_role("acme", Role::Developer).await.unwrap();
    assert_eq!(says(&t).await[0].0, Topic::Role);
    t.service.proxies().untrusted("10.0.0.9".parse().unwrap(), "x-forwarded-for", || true);
    let told = says(&t).await;
    assert_eq!((told[0].0, told[0].1), (Topic::Address, true));
    assert!(told[0].2.contains("10.0.0.9") && told[0].2.contains("trusted_proxies"), "{told:?}");
}

#[tokio::test]
async fn more_refusals_than_sign_ins_are_told() {
    let t = Fixture::open().await;
    let happened = async |sign_ins, refusals| {
        let (app, happened) = (t.app.id, Happened { sign_ins, refusals, ..Happened::default() });
        let add = move |conn: &mut Conn<'_>| activity::add(conn, app, NOW - 60, happened);
        t.service.store.db().write::<_, StoreError, _>(add).await.unwrap();
    };
    happened(0, 19).await;
    assert_eq!(says(&t).await, []);
    happened(19, 1).await;
    let told = says(&t).await;
    assert!(told[0].0 == Topic::Failures && told[0].2.starts_with("20 sign-ins were refused"), "{told:?}");
    happened(1, 0).await;
    assert_eq!(says(&t).await, [], "as many went well");
    happened(0, 100).await;
    t.watch.0.fetch_add(7200, Ordering::Relaxed);
    assert_eq!(says(&t).await, [], "that was long ago");
}

#[tokio::test]
async fn many_guesses_are_told() {
    let t = Fixture::open().await;
    let guessed = async |guesses| {
        let (app, happened) = (t.app.id, Happened { guesses, ..Happened::default() });
        let add = move |conn: &mut Conn<'_>| activity::add(conn, app, NOW - 60, happened);
        t.service.store.db().write::<_, StoreError, _>(add).await.unwrap();
    };
    guessed(Guesses { passwords: 90, licenses: 9, codes: 0, paused: 1000 }).await;
    assert_eq!(says(&t).await, []);
    guessed(Guesses { passwords: 0, licenses: 0, codes: 1, paused: 0 }).await;
    let told = says(&t).await;
    let begins = "100 guesses failed in the last hour (passwords 90, license keys 9, codes 1); 1000 more";
    assert!(told[0].0 == Topic::Failures && told[0].2.starts_with(begins), "{told:?}");
}

#[tokio::test]
async fn missing_uploads_and_mails_are_told() {
    let t = Fixture::open().await;
    let content = FileContent::Upload(t.upload(b"content").await.unwrap());
    let new = NewFile { name: "name".into(), content, id: None, authed: true };
    t.service.add_file(&t.app, new).await.unwrap();
    t.user("ann").await;
    let app = t.app.id;
    let set_email = move |conn: &mut Conn<'_>| {
        let user = rows::by_name(conn, app, "ann")?.expect("the user").id;
        rows::set_email(conn, app, user, Some("hash"))
    };
    t.service.store.db().write::<_, StoreError, _>(set_email).await.unwrap();
    let topics = async || says(&t).await.into_iter().map(|told| told.0).collect::<Vec<_>>();
    assert_eq!(topics().await, [Topic::Subscriptions, Topic::Server]);
    std::fs::remove_dir_all(t.folder.path().join("files")).unwrap();
    assert_eq!(topics().await, [Topic::Files, Topic::Subscriptions, Topic::Server]);
}

#[tokio::test]
async fn figures_count_what_there_is() {
    let t = Fixture::open().await;
    t.user("ann").await;
    let figures = t.service.figures(&t.app).await.unwrap();
    assert_eq!((figures.sessions, figures.signed_in, figures.users), (1, 1, 1));
    assert_eq!(figures.licenses.total(), 0);
    t.watch.0.fetch_add(3600, Ordering::Relaxed);
    assert_eq!(t.service.figures(&t.app).await.unwrap().sessions, 0, "it has ended");
}

#[tokio::test]
async fn a_renamed_application_is_found_by_its_new_name_only() {
    let t = Fixture::open().await;
    t.service.create_app("acme", "other", ApiVersions::default()).await.unwrap();
    let held = async |name: &str| t.service.app_by_name(&t.app.owner_id, name).await.unwrap();
    assert!(held("shop").await.is_some());
    for unfit in ["", "OTHER", "a\nb", &"x".repeat(41)] {
        t.service.rename_app("acme", "shop", unfit).await.expect_err(unfit);
    }
    assert_eq!(t.service.rename_app("acme", "shop", " Store \"1\" ").await.unwrap().name, "Store \"1\"");
    assert!(held("shop").await.is_none());
    assert_eq!(held("store \"1\"").await.unwrap().id, t.app.id);
}

#[tokio::test]
async fn a_deleted_application_leaves_no_files() {
    let t = Fixture::open().await;
    let content = FileContent::Upload(t.upload(b"content").await.unwrap());
    let new = NewFile { name: "name".into(), content, id: None, authed: true };
    t.service.add_file(&t.app, new).await.unwrap();
    let folder = t.folder.path().join("files").join(t.app.id.to_string());
    assert!(folder.is_dir());
    t.service.delete_app("acme", "shop").await.unwrap();
    assert!(!folder.exists());
    assert!(t.service.app("acme", "shop").await.is_err());
}
