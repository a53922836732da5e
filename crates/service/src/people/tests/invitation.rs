//! Links for owners.

use claviger_domain::{Role, Secret};

use super::{Fixture, PASSWORD, done, open, visitor};
use crate::people::{INVITATION_LASTS, Invited, PeopleError, SignInStep};

const NEW: &str = "four words that differ";

async fn empty() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let watch = std::sync::Arc::new(super::Watch(super::NOW.into()));
    Fixture { service: open(&folder, watch.clone()).await, watch, folder }
}

#[tokio::test]
async fn the_first_owner_is_made_once_however_many_try() {
    let t = empty().await;
    let void = t.service.invite_first().await.unwrap().unwrap();
    let link = t.service.invite_first().await.unwrap().unwrap();
    assert_eq!(t.service.invited(void.expose(), &visitor()).await.unwrap(), None);
    assert_eq!(t.service.invited(link.expose(), &visitor()).await.unwrap(), Some(Invited::First));
    let accept = async |name: &str, password: &str| {
        t.service.accept_first(link.expose(), name, &Secret::new(password), &visitor()).await
    };
    for bad in ["", "a/b", "a\nb", &"x".repeat(66)] {
        assert!(matches!(accept(bad, NEW).await, Err(PeopleError::BadName(_))), "{bad:?}");
    }
    assert!(matches!(accept("acme", "password").await, Err(PeopleError::BadPassword(_))));
    let tries = ["acme", "other", "third"].map(|name| accept(name, NEW));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let owners = t.service.owners().await.unwrap();
    assert_eq!((owners.len(), owners[0].role), (1, Role::Seller));
    let step = outcomes.into_iter().find_map(Result::ok).unwrap();
    let person = t.service.person(&done(step).secret).await.unwrap().unwrap();
    assert_eq!(person.name, owners[0].name);
    assert!(t.service.invite_first().await.unwrap().is_none());
    assert_eq!(t.service.invited(link.expose(), &visitor()).await.unwrap(), None);
}

#[tokio::test]
async fn the_first_link_is_void_once_an_owner_is_made_otherwise() {
    let t = empty().await;
    let link = t.service.invite_first().await.unwrap().unwrap();
    t.service.create_owner("acme", Role::Tester, None).await.unwrap();
    assert_eq!(t.service.invited(link.expose(), &visitor()).await.unwrap(), None);
    let refused = t.service.accept_first(link.expose(), "evil", &Secret::new(NEW), &visitor()).await;
    assert!(matches!(refused, Err(PeopleError::BadLink)), "{refused:?}");
    assert_eq!(t.service.owners().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_owner_sets_a_password_by_a_link() {
    let t = Fixture::open().await;
    let before = t.sign_in("acme").await;
    assert!(t.service.invite_owner("nobody", false).await.is_err());
    let void = t.service.invite_owner("acme", false).await.unwrap();
    let link = t.service.invite_owner("ACME", false).await.unwrap();
    assert_eq!(t.service.invited(void.expose(), &visitor()).await.unwrap(), None);
    assert_eq!(
        t.service.invited(link.expose(), &visitor()).await.unwrap(),
        Some(Invited::Person("acme".into()))
    );
    let accept = async |secret: &str, password: &str| {
        t.service.accept_invitation(secret, &Secret::new(password), &visitor()).await
    };
    for wrong in ["", "0", void.expose()] {
        assert!(matches!(accept(wrong, NEW).await, Err(PeopleError::BadLink)), "{wrong}");
    }
    assert!(matches!(accept(link.expose(), "acme").await, Err(PeopleError::BadPassword(_))));
    let tries = [accept(link.expose(), NEW), accept(link.expose(), NEW)];
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert!(t.service.person(&before.secret).await.unwrap().is_none());
    let old = t.service.sign_in_person("acme", &Secret::new(PASSWORD), &visitor()).await;
    assert!(matches!(old, Err(PeopleError::WrongCredentials)));
    let late = t.service.invite_owner("acme", false).await.unwrap();
    t.wait(INVITATION_LASTS);
    assert!(matches!(accept(late.expose(), NEW).await, Err(PeopleError::BadLink)));
}

#[tokio::test]
async fn a_link_leaves_two_factor_sign_in_on_unless_it_says_otherwise() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let setup = t.service.begin_codes(&person).await.unwrap();
    let totp = claviger_store::people::factors::Totp {
        secret: Some(t.service.vault.seal("totp", b"x")),
        ..Default::default()
    };
    drop(setup);
    let id = person.id;
    t.service
        .store
        .db()
        .write(move |conn| claviger_store::people::factors::set_totp(conn, id, &totp))
        .await
        .unwrap();
    let link = t.service.invite_owner("acme", false).await.unwrap();
    let step = t.service.accept_invitation(link.expose(), &Secret::new(NEW), &visitor()).await.unwrap();
    assert!(matches!(step, SignInStep::SecondFactor(_)));
    let link = t.service.invite_owner("acme", true).await.unwrap();
    let step = t.service.accept_invitation(link.expose(), &Secret::new(NEW), &visitor()).await.unwrap();
    assert!(!t.service.factors(&done(step).person).await.unwrap().codes);
}
