//! Signing in, and how long it lasts.

use claviger_domain::{ClientAddress, PersonId, Role, Secret};

use super::{Fixture, NOW, PASSWORD, done, visitor, visitor_at};
use crate::people::{ENDS_AFTER, FRESH, IDLE, PeopleError, Standing, Visitor};

#[tokio::test]
async fn a_sign_in_is_found_by_its_secret_on_every_node() {
    let t = Fixture::open().await;
    let signed_in = t.sign_in("ACME").await;
    assert_eq!(signed_in.secret.expose().len(), 64);
    let person = t.second().await.person(&signed_in.secret).await.unwrap().unwrap();
    assert_eq!((person.name.as_str(), person.sign_in), ("acme", signed_in.person.sign_in));
    assert!(
        matches!(&person.standing, Standing::Owner { owner } if owner.role == Role::Seller),
        "{person:?}"
    );
    assert!(person.is_fresh(NOW + FRESH - 1) && !person.is_fresh(NOW + FRESH));
    for wrong in ["", "0", &signed_in.secret.expose().to_uppercase(), "\0"] {
        assert!(t.service.person(&Secret::new(wrong)).await.unwrap().is_none(), "{wrong:?}");
    }
    let manager = t.sign_in("max").await.person;
    assert!(matches!(manager.id, PersonId::Account(_)));
    assert!(matches!(manager.standing, Standing::Manager { permissions: 2, .. }), "{manager:?}");
}

#[tokio::test]
async fn an_idle_sign_in_ends_and_a_busy_one_too_in_the_end() {
    let t = Fixture::open().await;
    let lives = async |secret: &Secret| t.service.person(secret).await.unwrap().is_some();
    let idle = t.sign_in("acme").await.secret;
    t.wait(IDLE - 1);
    let busy = t.sign_in("acme").await.secret;
    assert!(lives(&busy).await);
    t.wait(1);
    assert!(!lives(&idle).await);
    let mut passed = 1;
    while passed + IDLE / 2 < ENDS_AFTER {
        t.wait(IDLE / 2);
        passed += IDLE / 2;
        assert!(lives(&busy).await, "{passed}");
    }
    t.wait(ENDS_AFTER - passed);
    assert!(!lives(&busy).await);
    t.service.forget_sign_ins().await.unwrap();
    let person = t.sign_in("acme").await.person;
    assert_eq!(t.service.sign_ins(&person).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_refused_alike() {
    let t = Fixture::open().await;
    let long = "x".repeat(100_000);
    for (name, password) in [
        ("acme", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("ac\0me", PASSWORD),
        (&long, &long),
        ("<b>", "'"),
    ] {
        let outcome = t.service.sign_in_person(name, &Secret::new(password), &visitor()).await;
        let refused = outcome.err().unwrap();
        assert_eq!(refused.to_string(), "Name or password is wrong.", "{name:.20}");
    }
    t.service.create_owner("fresh", Role::Seller, None).await.unwrap();
    let outcome = t.service.sign_in_person("fresh", &Secret::new(""), &visitor()).await;
    assert!(matches!(outcome, Err(PeopleError::WrongCredentials)), "{outcome:?}");
    let person = t.sign_in("acme").await.person;
    assert_eq!(t.events(&person).await, ["signed in password", "sign-in failed password"]);
}

#[tokio::test]
async fn an_owner_is_made_with_a_password_that_people_may_choose() {
    let t = Fixture::open().await;
    for bad in ["", "short", "password1", "new-owner-new-owner"] {
        let refused = t.service.create_owner("new-owner", Role::Seller, Some(&Secret::new(bad))).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("password")), "{bad}");
    }
    t.service.create_owner("new-owner", Role::Seller, Some(&Secret::new(PASSWORD))).await.unwrap();
}

#[tokio::test]
async fn failures_bring_pauses_but_not_where_the_person_last_was() {
    let t = Fixture::open().await;
    t.sign_in("acme").await;
    let try_from = async |ip: &str, password: &str| {
        t.service.sign_in_person("Acme", &Secret::new(password), &visitor_at(ip)).await
    };
    for _ in 0..3 {
        assert!(matches!(try_from("198.51.100.1", "wrong").await, Err(PeopleError::WrongCredentials)));
    }
    for ip in ["198.51.100.1", "203.0.113.9"] {
        assert!(matches!(try_from(ip, PASSWORD).await, Err(PeopleError::Paused(30))), "{ip}");
    }
    assert!(try_from("192.0.2.1", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn sign_ins_end_one_by_one_or_all() {
    let t = Fixture::open().await;
    let (first, second, third) = (t.sign_in("acme").await, t.sign_in("acme").await, t.sign_in("acme").await);
    let stranger = t.sign_in("other").await;
    let end = async |person, id| t.service.end_sign_in(person, id, &visitor()).await.unwrap();
    assert!(!end(&stranger.person, first.person.sign_in).await);
    assert!(end(&second.person, first.person.sign_in).await);
    assert!(!end(&second.person, first.person.sign_in).await);
    let lives = async |secret: &Secret| t.service.person(secret).await.unwrap().is_some();
    assert!(!lives(&first.secret).await && lives(&second.secret).await);
    assert_eq!(t.service.end_other_sign_ins(&second.person, &visitor()).await.unwrap(), 1);
    assert!(!lives(&third.secret).await && lives(&second.secret).await && lives(&stranger.secret).await);
    t.service.sign_out(&second.person, &visitor()).await.unwrap();
    t.service.sign_out(&second.person, &visitor()).await.unwrap();
    assert!(!lives(&second.secret).await);
    let events = t.events(&second.person).await;
    assert_eq!(events[..3], ["signed out ", "ended sign-ins 1", "ended sign-ins 1"]);
}

#[tokio::test]
async fn an_account_that_is_deleted_is_signed_out() {
    let t = Fixture::open().await;
    let max = t.sign_in("max").await;
    let app = t.service.app("acme", "shop").await.unwrap();
    t.service.delete_account(&app, "max").await.unwrap();
    assert!(t.service.person(&max.secret).await.unwrap().is_none());
    assert_eq!(t.events(&max.person).await, [] as [&str; 0]);
    t.member(claviger_domain::AccountRole::Reseller, "rita").await;
    let rita = t.sign_in("rita").await;
    t.service.delete_app("acme", "shop").await.unwrap();
    assert!(t.service.person(&rita.secret).await.unwrap().is_none());
}

#[tokio::test]
async fn what_a_browser_calls_itself_is_kept_short_and_in_a_line() {
    let t = Fixture::open().await;
    let user_agent = format!("Evil\n\0<b>{}", "é".repeat(10_000));
    let visitor = Visitor { ip: ClientAddress::Unknown, user_agent };
    let person = t.service.sign_in_person("acme", &Secret::new(PASSWORD), &visitor).await.unwrap();
    let person = done(person).person;
    let sign_in = t.service.sign_ins(&person).await.unwrap().remove(0);
    assert_eq!(sign_in.ip, "unknown");
    assert!(sign_in.user_agent.len() <= 300 && !sign_in.user_agent.contains(['\n', '\0']));
}
