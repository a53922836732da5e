//! Two-factor sign-in and recovery codes.

use claviger_domain::Secret;
use totp_rs::{Algorithm, Builder};

use super::{Fixture, PASSWORD, visitor, visitor_at};
use crate::people::{FRESH, PeopleError, Person, SignInStep, SignedIn};

/// The code of an authenticator at the fixture's time.
fn code(t: &Fixture, base32: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(base32).unwrap();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(0)
        .with_secret(secret.as_bytes())
        .build_noncompliant();
    totp.generate(t.service.clock().now() as u64).to_string()
}

/// Signs `acme` in and switches two-factor sign-in on; the secret, the recovery codes and the person.
async fn switched_on(t: &Fixture) -> (String, Vec<String>, Person) {
    let person = t.sign_in("acme").await.person;
    let setup = t.service.begin_codes(&person).await.unwrap();
    let base32 = setup.secret.expose().to_owned();
    let on = t.service.confirm_codes(&person, &code(t, &base32), &visitor()).await.unwrap();
    t.wait(30);
    (base32, on.recovery, person)
}

async fn ticket(t: &Fixture) -> Secret {
    match t.service.sign_in_person("acme", &Secret::new(PASSWORD), &visitor()).await.unwrap() {
        SignInStep::SecondFactor(ticket) => ticket,
        SignInStep::Done(_) => panic!("no code was asked for"),
    }
}

async fn with_code(t: &Fixture, ticket: &Secret, code: &str) -> Result<SignedIn, PeopleError> {
    t.service.sign_in_with_code(ticket.expose(), code, &visitor()).await
}

#[tokio::test]
async fn a_sign_in_takes_a_code_that_was_not_used_before() {
    let t = Fixture::open().await;
    let other = t.sign_in("acme").await;
    let (base32, _, person) = switched_on(&t).await;
    assert!(t.service.person(&other.secret).await.unwrap().is_none(), "other sign-ins end");
    assert!(t.service.factors(&person).await.unwrap().codes);
    let right = code(&t, &base32);
    let first = ticket(&t).await;
    assert!(matches!(with_code(&t, &first, "000000").await, Err(PeopleError::WrongCode)));
    let signed_in = with_code(&t, &first, &format!(" {} {} ", &right[..3], &right[3..])).await.unwrap();
    assert_eq!(t.service.sign_ins(&signed_in.person).await.unwrap()[0].factors, "password, code");
    // Neither the code nor the form works twice.
    let second = ticket(&t).await;
    assert!(matches!(with_code(&t, &second, &right).await, Err(PeopleError::WrongCode)));
    t.wait(30);
    let next = code(&t, &base32);
    assert!(matches!(with_code(&t, &first, &next).await, Err(PeopleError::Expired)));
    assert!(with_code(&t, &second, &next).await.is_ok());
}

#[tokio::test]
async fn a_form_for_the_code_is_good_for_five_minutes_and_one_password() {
    let t = Fixture::open().await;
    let (base32, _, person) = switched_on(&t).await;
    let late = ticket(&t).await;
    t.wait(300);
    assert!(matches!(with_code(&t, &late, &code(&t, &base32)).await, Err(PeopleError::Expired)));
    let before = ticket(&t).await;
    t.service.change_password(&person, &Secret::new("another long passphrase"), &visitor()).await.unwrap();
    let refused = with_code(&t, &before, &code(&t, &base32)).await;
    assert!(matches!(refused, Err(PeopleError::WrongCredentials)), "{refused:?}");
    for broken in ["", "00", "zz", &before.expose()[2..]] {
        let refused = with_code(&t, &Secret::new(broken), "000000").await;
        assert!(matches!(refused, Err(PeopleError::Expired)), "{broken}");
    }
}

#[tokio::test]
async fn guessing_codes_is_paused_wherever_it_comes_from() {
    let t = Fixture::open().await;
    let (base32, _, _) = switched_on(&t).await;
    let ticket = ticket(&t).await;
    for _ in 0..3 {
        assert!(matches!(with_code(&t, &ticket, "000000").await, Err(PeopleError::WrongCode)));
    }
    let right = code(&t, &base32);
    for ip in ["192.0.2.1", "198.51.100.7"] {
        let paused = t.service.sign_in_with_code(ticket.expose(), &right, &visitor_at(ip)).await;
        assert!(matches!(paused, Err(PeopleError::Paused(_))), "{ip}");
    }
}

#[tokio::test]
async fn strangers_do_not_shut_a_person_out() {
    let t = Fixture::open().await;
    let (base32, codes, person) = switched_on(&t).await;
    for _ in 0..5 {
        let stranger = visitor_at("198.51.100.1");
        let refused = t.service.sign_in_person("acme", &Secret::new("wrong"), &stranger).await;
        assert!(refused.is_err());
    }
    let signed_in = with_code(&t, &ticket(&t).await, &code(&t, &base32)).await;
    assert!(signed_in.is_ok(), "{signed_in:?}");
    for _ in 0..5 {
        let stranger = visitor_at("198.51.100.1");
        let refused = t.service.sign_in_person("acme", &Secret::new("wrong"), &stranger).await;
        assert!(refused.is_err());
    }
    t.service.prove_by_password(&person, &Secret::new(PASSWORD), &visitor()).await.unwrap();
    t.service.prove_by_code(&person, &codes[0], &visitor()).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_works_once_however_many_use_it_at_once() {
    let t = Fixture::open().await;
    let (_, codes, person) = switched_on(&t).await;
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
    let mut tickets = Vec::new();
    for _ in 0..3 {
        tickets.push(ticket(&t).await);
    }
    let typed = codes[3].to_uppercase().replace('-', " ");
    let tries = tickets.iter().map(|ticket| with_code(&t, ticket, &typed));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(t.service.factors(&person).await.unwrap().recovery_codes, 9);
    let renewed = t.service.new_recovery_codes(&person, &visitor()).await.unwrap();
    assert_eq!(t.service.factors(&person).await.unwrap().recovery_codes, 10);
    t.wait(2000);
    let ticket = ticket(&t).await;
    assert!(matches!(with_code(&t, &ticket, &codes[4]).await, Err(PeopleError::WrongCode)));
    assert!(with_code(&t, &ticket, &renewed[4]).await.is_ok());
}

#[tokio::test]
async fn switching_on_needs_a_right_code_and_a_fresh_proof() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let setup = t.service.begin_codes(&person).await.unwrap();
    assert!(
        setup.uri.expose().starts_with("otpauth://totp/Claviger%20(keys.example.org):acme?secret="),
        "{:?}",
        setup.uri.expose()
    );
    assert!(setup.qr.starts_with("<svg ") && setup.qr.len() < 100_000);
    let wrong = t.service.confirm_codes(&person, "000000", &visitor()).await;
    assert!(matches!(wrong, Err(PeopleError::WrongCode)));
    assert!(!t.service.factors(&person).await.unwrap().codes);
    t.wait(FRESH);
    let stale = t.service.confirm_codes(&person, &code(&t, setup.secret.expose()), &visitor()).await;
    assert!(matches!(stale, Err(PeopleError::NotFresh)), "{stale:?}");
    assert!(matches!(t.service.begin_codes(&person).await, Err(PeopleError::NotFresh)));
    t.service.prove_by_password(&person, &Secret::new(PASSWORD), &visitor()).await.unwrap();
    t.service.confirm_codes(&person, &code(&t, setup.secret.expose()), &visitor()).await.unwrap();
}

#[tokio::test]
async fn switching_off_ends_codes_and_other_sign_ins() {
    let t = Fixture::open().await;
    let (base32, codes, person) = switched_on(&t).await;
    let other = with_code(&t, &ticket(&t).await, &codes[0]).await.unwrap();
    t.wait(FRESH);
    assert!(matches!(t.service.end_codes(&person, &visitor()).await, Err(PeopleError::NotFresh)));
    assert!(matches!(t.service.prove_by_code(&person, "123", &visitor()).await, Err(PeopleError::WrongCode)));
    t.service.prove_by_code(&person, &code(&t, &base32), &visitor()).await.unwrap();
    t.service.end_codes(&person, &visitor()).await.unwrap();
    assert!(t.service.person(&other.secret).await.unwrap().is_none());
    let factors = t.service.factors(&person).await.unwrap();
    assert_eq!((factors.codes, factors.recovery_codes), (false, 0));
    t.sign_in("acme").await;
    let events = t.events(&person).await;
    assert_eq!(events[1], "two-factor sign-in off ");
}

#[tokio::test]
async fn whoever_proves_who_they_are_or_changes_codes_goes_on_with_another_secret() {
    let t = Fixture::open().await;
    let SignedIn { secret, person } = t.sign_in("acme").await;
    let lives = async |secret: &Secret| t.service.person(secret).await.unwrap().is_some();
    t.wait(FRESH);
    assert!(t.service.prove_by_password(&person, &Secret::new("wrong"), &visitor()).await.is_err());
    assert!(lives(&secret).await, "who fails keeps what there was");
    let proved = t.service.prove_by_password(&person, &Secret::new(PASSWORD), &visitor()).await.unwrap();
    assert!(!lives(&secret).await && lives(&proved).await);
    let setup = t.service.begin_codes(&person).await.unwrap();
    let right = code(&t, setup.secret.expose());
    let on = t.service.confirm_codes(&person, &right, &visitor()).await.unwrap();
    assert!(!lives(&proved).await && lives(&on.secret).await);
    let proved = t.service.prove_by_code(&person, &on.recovery[0], &visitor()).await.unwrap();
    assert!(!lives(&on.secret).await && lives(&proved).await);
    let off = t.service.end_codes(&person, &visitor()).await.unwrap();
    assert!(!lives(&proved).await && lives(&off).await);
    assert_eq!(t.service.sign_ins(&person).await.unwrap().len(), 1, "it is the same sign-in");
}

#[tokio::test]
async fn a_right_password_without_a_code_is_noted_and_floods_nothing() {
    let t = Fixture::open().await;
    let (_, _, person) = switched_on(&t).await;
    for _ in 0..5 {
        ticket(&t).await;
    }
    let elsewhere = visitor_at("198.51.100.1");
    t.service.sign_in_person("acme", &Secret::new(PASSWORD), &elsewhere).await.unwrap();
    let asked = "password right, code asked for ";
    let events = t.events(&person).await;
    assert_eq!(events, [asked, asked, "two-factor sign-in on ", "signed in password"]);
}

#[tokio::test]
async fn a_changed_password_ends_other_sign_ins() {
    let t = Fixture::open().await;
    let other = t.sign_in("max").await;
    let signed_in = t.sign_in("max").await;
    let change =
        async |new: &str| t.service.change_password(&signed_in.person, &Secret::new(new), &visitor()).await;
    for bad in ["", "short", "password123", "max-max-max-max", &"x".repeat(2000)] {
        let refused = change(bad).await;
        assert!(matches!(refused, Err(PeopleError::BadPassword(_))), "{bad:.20} {refused:?}");
    }
    let secret = change("a new and longer one").await.unwrap();
    assert!(t.service.person(&other.secret).await.unwrap().is_none());
    assert!(
        t.service.person(&signed_in.secret).await.unwrap().is_none(),
        "a copy of the cookie is worth nothing"
    );
    assert_eq!(t.service.person(&secret).await.unwrap().unwrap().sign_in, signed_in.person.sign_in);
    let old = t.service.sign_in_person("max", &Secret::new(PASSWORD), &visitor()).await;
    assert!(matches!(old, Err(PeopleError::WrongCredentials)));
    t.service.sign_out(&signed_in.person, &visitor()).await.unwrap();
    assert!(matches!(change("another longer one yet").await, Err(PeopleError::SignedOut)));
}
