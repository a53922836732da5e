//! Passkeys, with an authenticator made here of nothing but bytes.

use aws_lc_rs::{
    digest,
    rand::SystemRandom as AwsRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use claviger_domain::Secret;
use serde_json::{Value, json};

use super::{Fixture, visitor};
use crate::people::{FRESH, PasskeyQuestion, PeopleError, Person};

/// Holds one passkey.
struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 16],
    origin: &'static str,
    /// For which server it signs.
    site: &'static str,
    /// Whether it is sure of who sits before it.
    verifies: bool,
    counter: u32,
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = |chunk: &[u8]| {
        chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()))
    };
    let character = |bits: u32, at: usize| char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]);
    bytes.chunks(3).flat_map(|chunk| (0..=chunk.len()).map(move |at| character(bits(chunk), at))).collect()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// What a browser is asked, without the wrapper that some libraries put around it.
fn asked(question: &PasskeyQuestion) -> Value {
    let options: Value = serde_json::from_str(&question.options).unwrap();
    options.get("publicKey").cloned().unwrap_or(options)
}

impl Authenticator {
    fn new(id: u8) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let (origin, site) = ("https://keys.example.org", "keys.example.org");
        Self { key, id: [id; 16], origin, site, verifies: true, counter: 0 }
    }

    /// What the authenticator says of itself: present, verified, and the counter.
    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = sha256(self.site.as_bytes());
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, question: &PasskeyQuestion) -> String {
        let challenge = asked(question)["challenge"].as_str().unwrap().to_owned();
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false}).to_string()
    }

    fn register(&self, question: &PasskeyQuestion) -> String {
        let point = self.key.public_key().as_ref();
        let mut data = self.data(0x45);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        // COSE: EC2, ES256, P-256, x and y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut attestation = b"\xa3cfmtdnonegattStmt\xa0hauthData\x58".to_vec();
        attestation.push(data.len() as u8);
        attestation.extend(data);
        json!({
            "id": base64url(&self.id), "rawId": base64url(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(self.client_data("webauthn.create", question).as_bytes()),
                "attestationObject": base64url(&attestation), "transports": ["internal"],
            },
        })
        .to_string()
    }

    fn sign(&self, question: &PasskeyQuestion, handle: &str) -> String {
        let client_data = self.client_data("webauthn.get", question);
        let data = self.data(if self.verifies { 0x05 } else { 0x01 });
        let signed = [data.clone(), sha256(client_data.as_bytes())].concat();
        let signature = self.key.sign(&AwsRandom::new(), &signed).unwrap();
        json!({
            "id": base64url(&self.id), "rawId": base64url(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(client_data.as_bytes()), "authenticatorData": base64url(&data),
                "signature": base64url(signature.as_ref()), "userHandle": handle,
            },
        })
        .to_string()
    }
}

/// Gives a person a passkey; what authenticators know the person by.
async fn register(t: &Fixture, person: &Person, authenticator: &Authenticator) -> String {
    let question = t.service.begin_passkey(person).await.unwrap();
    let answer = authenticator.register(&question);
    let ticket = question.ticket.expose();
    t.service.finish_passkey(person, ticket, &answer, " Laptop\n", &visitor()).await.unwrap();
    asked(&question)["user"]["id"].as_str().unwrap().to_owned()
}

async fn sign_in(
    t: &Fixture,
    question: &PasskeyQuestion,
    answer: &str,
) -> Result<crate::people::SignedIn, PeopleError> {
    t.service.sign_in_with_passkey(question.ticket.expose(), answer, &visitor()).await
}

#[tokio::test]
async fn a_passkey_alone_signs_its_person_in() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let authenticator = Authenticator::new(1);
    let handle = register(&t, &person, &authenticator).await;
    let question = t.service.ask_for_passkey().unwrap();
    assert_eq!(asked(&question)["userVerification"], "required");
    let answer = authenticator.sign(&question, &handle);
    let signed_in = sign_in(&t, &question, &answer).await.unwrap();
    assert_eq!(signed_in.person.id, person.id);
    assert_eq!(t.service.sign_ins(&person).await.unwrap()[0].factors, "passkey");
    let passkeys = t.service.factors(&person).await.unwrap().passkeys;
    assert_eq!(passkeys.len(), 1);
    assert_eq!((passkeys[0].name.as_str(), passkeys[0].used), ("Laptop", Some(super::NOW)));
    // The same answer again, and for another question.
    assert!(matches!(sign_in(&t, &question, &answer).await, Err(PeopleError::Expired)));
    let other = t.service.ask_for_passkey().unwrap();
    assert!(matches!(sign_in(&t, &other, &answer).await, Err(PeopleError::WrongPasskey)));
}

#[tokio::test]
async fn an_answer_is_good_once_however_many_bring_it_at_once() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let authenticator = Authenticator::new(1);
    let handle = register(&t, &person, &authenticator).await;
    let question = t.service.ask_for_passkey().unwrap();
    let answer = authenticator.sign(&question, &handle);
    let tries = (0..4).map(|_| sign_in(&t, &question, &answer));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn other_keys_sites_people_and_counters_are_refused() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let mut right = Authenticator { counter: 5, ..Authenticator::new(1) };
    let handle = register(&t, &person, &right).await;
    let max = t.sign_in("max").await.person;
    let others = register(&t, &max, &Authenticator::new(2)).await;
    let refuse = async |authenticator: &Authenticator, handle: &str, why: &str| {
        let question = t.service.ask_for_passkey().unwrap();
        let outcome = sign_in(&t, &question, &authenticator.sign(&question, handle)).await;
        assert!(matches!(outcome, Err(PeopleError::WrongPasskey)), "{why}: {outcome:?}");
    };
    refuse(&Authenticator::new(1), &handle, "another key").await;
    refuse(&Authenticator::new(9), &handle, "an unknown passkey").await;
    refuse(&right, &others, "another's handle").await;
    right.origin = "https://keys.example.org.evil.example";
    refuse(&right, &handle, "another site").await;
    right.origin = "https://keys.example.org";
    right.site = "example.org";
    refuse(&right, &handle, "another server").await;
    right.site = "keys.example.org";
    right.verifies = false;
    refuse(&right, &handle, "a person who was not verified").await;
    right.verifies = true;
    right.counter = 4;
    refuse(&right, &handle, "a counter that went back").await;
    right.counter = 6;
    let question = t.service.ask_for_passkey().unwrap();
    assert!(sign_in(&t, &question, &right.sign(&question, &handle)).await.is_ok());
    refuse(&right, &handle, "a counter that stands still").await;
    assert!(t.events(&person).await.iter().filter(|event| *event == "sign-in failed passkey").count() >= 4);
    for broken in ["", "{}", "null", "[]", &"x".repeat(100_000), "{\"id\":\"\0\"}"] {
        let question = t.service.ask_for_passkey().unwrap();
        assert!(
            matches!(sign_in(&t, &question, broken).await, Err(PeopleError::WrongPasskey)),
            "{broken:.20}"
        );
    }
}

#[tokio::test]
async fn failures_with_passkeys_are_paused_too() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    let right = Authenticator::new(1);
    let handle = register(&t, &person, &right).await;
    let wrong = Authenticator::new(1);
    let answer = async |authenticator: &Authenticator| {
        let question = t.service.ask_for_passkey().unwrap();
        let answer = authenticator.sign(&question, &handle);
        (question, answer)
    };
    // Nobody fills a person's log without end: neither from one address ...
    for _ in 0..50 {
        let (question, answer) = answer(&wrong).await;
        assert!(matches!(sign_in(&t, &question, &answer).await, Err(PeopleError::WrongPasskey)));
    }
    let (question, answered) = answer(&right).await;
    assert!(matches!(sign_in(&t, &question, &answered).await, Err(PeopleError::Paused(_))));
    t.wait(30);
    let (question, answered) = answer(&right).await;
    assert!(sign_in(&t, &question, &answered).await.is_ok());
    // ... nor from a browser that is signed in.
    let prove = async |authenticator: &Authenticator| {
        let (question, answer) = answer(authenticator).await;
        t.service.prove_by_passkey(&person, question.ticket.expose(), &answer, &visitor()).await
    };
    for _ in 0..3 {
        assert!(matches!(prove(&wrong).await, Err(PeopleError::WrongPasskey)));
    }
    assert!(matches!(prove(&right).await, Err(PeopleError::Paused(_))));
}

#[tokio::test]
async fn a_new_passkey_needs_a_fresh_proof_and_its_own_ticket() {
    let t = Fixture::open().await;
    let (acme, max) = (t.sign_in("acme").await.person, t.sign_in("max").await.person);
    let authenticator = Authenticator::new(1);
    let question = t.service.begin_passkey(&acme).await.unwrap();
    assert_eq!(asked(&question)["user"]["name"], "acme");
    let answer = authenticator.register(&question);
    let finish = async |person: &Person, answer: &str| {
        t.service.finish_passkey(person, question.ticket.expose(), answer, "", &visitor()).await
    };
    assert!(matches!(finish(&max, &answer).await, Err(PeopleError::Expired)));
    assert!(matches!(finish(&acme, "{}").await, Err(PeopleError::WrongPasskey)));
    let elsewhere = Authenticator { origin: "https://evil.example", ..Authenticator::new(1) };
    assert!(matches!(finish(&acme, &elsewhere.register(&question)).await, Err(PeopleError::WrongPasskey)));
    finish(&acme, &answer).await.unwrap();
    assert!(matches!(finish(&acme, &answer).await, Err(PeopleError::Expired)));
    // The same passkey belongs to one person.
    let again = t.service.begin_passkey(&max).await.unwrap();
    let taken = authenticator.register(&again);
    let taken = t.service.finish_passkey(&max, again.ticket.expose(), &taken, "", &visitor()).await;
    assert!(matches!(taken, Err(PeopleError::WrongPasskey)), "{taken:?}");
    // One that is there is told to the browser.
    let more = t.service.begin_passkey(&acme).await.unwrap();
    assert_eq!(asked(&more)["excludeCredentials"][0]["id"], base64url(&[1; 16]));
    t.wait(FRESH);
    assert!(matches!(t.service.begin_passkey(&acme).await, Err(PeopleError::NotFresh)));
}

#[tokio::test]
async fn a_passkey_proves_its_own_person_anew() {
    let t = Fixture::open().await;
    let signed_in = t.sign_in("acme").await;
    let (mine, theirs) = (Authenticator::new(1), Authenticator::new(2));
    let my_handle = register(&t, &signed_in.person, &mine).await;
    let max = t.sign_in("max").await.person;
    let their_handle = register(&t, &max, &theirs).await;
    t.wait(FRESH);
    let prove = async |authenticator: &Authenticator, handle: &str| {
        let question = t.service.ask_for_passkey().unwrap();
        let answer = authenticator.sign(&question, handle);
        t.service.prove_by_passkey(&signed_in.person, question.ticket.expose(), &answer, &visitor()).await
    };
    assert!(matches!(prove(&theirs, &their_handle).await, Err(PeopleError::WrongPasskey)));
    let secret = prove(&mine, &my_handle).await.unwrap();
    assert!(
        t.service.person(&signed_in.secret).await.unwrap().is_none(),
        "a copy of the cookie is worth nothing"
    );
    let person = t.service.person(&secret).await.unwrap().unwrap();
    assert!(person.is_fresh(t.service.clock().now()));
    let wrong = t.service.prove_by_password(&person, &Secret::new("wrong"), &visitor()).await;
    assert!(matches!(wrong, Err(PeopleError::WrongCredentials)));
}

#[tokio::test]
async fn the_last_way_in_is_not_removed() {
    let t = Fixture::open().await;
    let person = t.sign_in("acme").await.person;
    register(&t, &person, &Authenticator::new(1)).await;
    let id = t.service.factors(&person).await.unwrap().passkeys[0].id;
    let max = t.sign_in("max").await.person;
    assert!(!t.service.remove_passkey(&max, id, &visitor()).await.unwrap());
    let forget = |conn: &mut claviger_store::Conn<'_>| {
        conn.execute("UPDATE owners SET password = NULL", &[])?;
        Ok::<_, claviger_store::StoreError>(())
    };
    t.service.store.db().write(forget).await.unwrap();
    let refused = t.service.remove_passkey(&person, id, &visitor()).await;
    assert!(matches!(refused, Err(PeopleError::LastFactor)), "{refused:?}");
    t.service.change_password(&person, &Secret::new("four words that differ"), &visitor()).await.unwrap();
    assert!(t.service.remove_passkey(&person, id, &visitor()).await.unwrap());
    assert!(!t.service.remove_passkey(&person, id, &visitor()).await.unwrap());
}
