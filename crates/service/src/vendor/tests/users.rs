//! Users and their tokens.

use super::*;

#[tokio::test]
async fn a_ban_keeps_a_user_out_until_it_is_lifted() {
    let t = Fixture::open().await;
    let (session, other) = (t.user("Ann").await, t.user("Bob").await);
    assert!(is_unknown(t.service.ban_username(&t.app, "Cid", "why", None).await));
    assert!(is_unfit(t.service.ban_username(&t.app, "Ann", "", None).await));
    assert!(is_unfit(t.service.ban_username(&t.app, "Ann", &"x".repeat(100), None).await));
    assert!(t.lives(session).await);
    t.service.ban_username(&t.app, "ann", "why", None).await.unwrap();
    assert!(!t.lives(session).await && t.lives(other).await);
    assert_eq!(t.service.user(&t.app, "Ann").await.unwrap().user.banned.as_deref(), Some("why"));
    assert_eq!(t.token("token of Ann").await.unwrap().banned.as_deref(), Some("why"));
    assert_eq!(t.blacklisted().await, ["device one", "device two", "192.0.2.1"]);
    assert!(t.service.unban_username(&t.app, "Ann").await.unwrap());
    assert_eq!(t.service.user(&t.app, "Ann").await.unwrap().user.banned, None);
    assert_eq!(t.token("token of Ann").await.unwrap().banned, None);
    assert!(t.blacklisted().await.is_empty());
    assert!(!t.service.unban_username(&t.app, "Ann").await.unwrap());
    assert!(is_unknown(t.service.unban_username(&t.app, "Cid").await));
}

#[tokio::test]
async fn a_reset_forgets_the_devices() {
    let t = Fixture::open().await;
    let session = t.user("Ann").await;
    let app = t.app.id;
    let set = move |conn: &mut Conn<'_>| token_rows::set_hash(conn, app, "token of Ann", Some("hash"));
    t.service.store.db().write(set).await.unwrap();
    t.service.reset_hwid(&t.app, "Ann").await.unwrap();
    assert_eq!(t.service.user(&t.app, "Ann").await.unwrap().user.hwids, None);
    assert_eq!(t.token("token of Ann").await.unwrap().hash, None);
    assert!(!t.lives(session).await);
}

#[tokio::test]
async fn a_deleted_user_is_gone() {
    let t = Fixture::open().await;
    let (session, other) = (t.user("Ann").await, t.user("Bob").await);
    t.service.delete_user(&t.app, "ANN").await.unwrap();
    assert!(is_unknown(t.service.user(&t.app, "Ann").await));
    assert!(is_unknown(t.service.delete_user(&t.app, "Ann").await));
    assert_eq!(t.token("token of Ann").await, None);
    assert!(!t.lives(session).await && t.lives(other).await);
    let users = t.service.users_page(t.app.id, 0, 10).await.unwrap();
    assert_eq!(users.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["Bob"]);
}

#[tokio::test]
async fn a_new_password_ends_sessions_and_login_tokens() {
    let t = Fixture::open().await;
    let session = t.user("Ann").await;
    let token = t.service.issue_login_token(&t.app, "Ann").await.unwrap();
    t.service.set_user_password(&t.app, "Ann", Some(&Secret::new("correct horse"))).await.unwrap();
    let user = t.service.user(&t.app, "Ann").await.unwrap().user;
    let right = Secret::new("correct horse");
    assert_eq!(
        t.service.passwords.verify(claviger_capacity::Who::server(), &right, user.password.as_deref()).await,
        Ok(true)
    );
    assert!(!t.lives(session).await);
    let (app, hash) = (t.app.id, sha256(token.expose()));
    let take = move |conn: &mut Conn<'_>| token_rows::take_login(conn, app, &hash, user.id, NOW);
    assert!(!t.service.store.db().write(take).await.unwrap());
    assert!(is_unfit(t.service.set_user_password(&t.app, "Ann", Some(&Secret::new(""))).await));
    assert!(is_unknown(t.service.set_user_password(&t.app, "Bob", Some(&right)).await));
}

#[tokio::test]
async fn a_login_token_is_good_for_a_minute() {
    let t = Fixture::open().await;
    t.user("Ann").await;
    let user = t.service.user(&t.app, "Ann").await.unwrap().user.id;
    let token = t.service.issue_login_token(&t.app, "Ann").await.unwrap();
    assert_eq!(token.expose().len(), 64);
    let (app, hash) = (t.app.id, sha256(token.expose()));
    let take = async |now| {
        let take = move |conn: &mut Conn<'_>| token_rows::take_login(conn, app, &hash, user, now);
        t.service.store.db().write(take).await.unwrap()
    };
    assert!(!take(NOW + 60).await);
    assert!(take(NOW + 59).await);
    assert!(!take(NOW + 59).await);
    assert!(is_unknown(t.service.issue_login_token(&t.app, "Bob").await));
}

#[tokio::test]
async fn an_email_is_kept_as_a_hash() {
    let t = Fixture::open().await;
    t.user("Ann").await;
    let email = async || t.service.user(&t.app, "Ann").await.unwrap().user.email_hash;
    t.service.set_user_email(&t.app, "Ann", Some("Ann@Example.com")).await.unwrap();
    assert_eq!(email().await, Some(t.service.email_hash("ann@example.com")));
    for wrong in ["", "ann", "@example.com", "ann@", "ann @example.com", "a@b\r\nBcc: x"] {
        assert!(is_unfit(t.service.set_user_email(&t.app, "Ann", Some(wrong)).await), "{wrong}");
    }
    t.service.set_user_email(&t.app, "Ann", None).await.unwrap();
    assert_eq!(email().await, None);
}

#[tokio::test]
async fn two_factor_sign_in_can_be_turned_off() {
    let t = Fixture::open().await;
    t.user("Ann").await;
    assert!(!t.service.turn_two_factor_off(&t.app, "Ann").await.unwrap());
    let app = t.app.id;
    let on = Totp { secret: Some(b"secret".into()), step: Some(1), ..Totp::default() };
    let set = move |conn: &mut Conn<'_>| {
        let user = rows::by_name(conn, app, "Ann")?.expect("a user").id;
        rows::set_totp(conn, app, user, &on)
    };
    t.service.store.db().write(set).await.unwrap();
    assert!(t.service.turn_two_factor_off(&t.app, "Ann").await.unwrap());
    assert_eq!(t.service.user(&t.app, "Ann").await.unwrap().user.totp, Totp::default());
}

#[tokio::test]
async fn tokens_are_banned_and_reset() {
    let t = Fixture::open().await;
    t.user("Ann").await;
    let why = Some("why".to_owned());
    assert_eq!(
        t.service.set_token_banned(&t.app, "token of Ann", why.clone()).await.unwrap().assigned,
        "Ann"
    );
    assert_eq!(t.token("token of Ann").await.unwrap().banned, why);
    t.service.set_token_banned(&t.app, "token of Ann", None).await.unwrap();
    assert_eq!(t.token("token of Ann").await.unwrap().banned, None);
    t.service.reset_token(&t.app, "token of Ann").await.unwrap();
    assert!(is_unknown(t.service.reset_token(&t.app, "token of Bob").await));
    assert!(is_unknown(t.service.set_token_banned(&t.app, "token of Bob", why).await));
}
