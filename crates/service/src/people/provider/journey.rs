//! The way to a provider and back. What is remembered meanwhile is in `state`, sealed and bound to the browser that began:
//! whoever is not signed in can begin as often as they like without costing memory or a row.

use claviger_capacity::Who;
use claviger_domain::Secret;
use claviger_store::Conn;
use serde::{Deserialize, Serialize};

use super::{
    kinds::{Errand, ProviderAnswer, ProviderName, ProviderOutcome},
    texts::told,
};
use crate::{
    Service,
    people::{
        error::PeopleError,
        form_token::is_form_token,
        person::Person,
        ticket::{self, Ticket},
        visitor::Visitor,
    },
    shared::{
        alerts::Alert,
        attempts::{Attempt, DASHBOARD, Standing},
        provider::{Provider, ProviderFault, Wanted, Way},
    },
};

/// What tickets are for that go to a provider and come back.
const PURPOSE: &str = "people-provider";
/// Somebody may be away for so many seconds: to sign in there may take more than a password.
const LASTS: i64 = 600;
/// Bytes of randomness in what a token must repeat, and in what goes with the code.
const DRAWN: usize = 32;
/// Longest code and state that are looked at, in bytes.
const ANSWER_MAX: usize = 4096;
/// Longest page to return to, in bytes: it is in the state, in an address.
const NEXT_MAX: usize = 1024;

/// What is remembered until somebody comes back.
#[derive(Deserialize, Serialize)]
struct Trip {
    issuer: String,
    errand: Errand,
    nonce: String,
    verifier: String,
    /// What ties it to the browser.
    browser: String,
    /// Who went, where somebody is signed in: kind and number.
    person: Option<(String, i64)>,
    next: String,
}

impl Trip {
    fn wanted<'a>(&'a self, verifier: &'a Secret, redirect: &'a str) -> Wanted<'a> {
        Wanted { redirect, nonce: &self.nonce, verifier, fresh: self.errand == Errand::Prove }
    }
}

impl Service {
    /// The providers by which people may sign in.
    pub fn providers(&self) -> Vec<ProviderName> {
        let name = |provider: &Provider| ProviderName {
            slug: provider.options.slug(),
            name: provider.options.name.clone(),
            issuer: provider.options.issuer.clone(),
            owners_link_team: provider.options.owners_link_team,
        };
        self.providers.iter().map(name).collect()
    }

    /// Where a browser is sent, which knows `browser`. `next`: the page that is wanted afterwards.
    ///
    /// # Errors
    /// When there is no such provider, or it cannot be reached.
    pub async fn begin_provider(
        &self,
        slug: &str,
        errand: Errand,
        (browser, person): (&str, Option<&Person>),
        next: &str,
        visitor: &Visitor,
    ) -> Result<String, PeopleError> {
        let provider = self.provider(slug)?;
        let verifier = Secret::new(self.random.hex(DRAWN));
        let trip = Trip {
            issuer: provider.options.issuer.clone(),
            errand,
            nonce: self.random.hex(DRAWN),
            verifier: verifier.expose().to_owned(),
            browser: browser.to_owned(),
            person: person.filter(|_| errand != Errand::SignIn).map(number),
            next: if next.len() > NEXT_MAX { String::new() } else { next.to_owned() },
        };
        let body = serde_json::to_vec(&trip).expect("texts are plain data");
        let now = self.clock.now();
        let state = ticket::seal_for(&self.vault, PURPOSE, &body, now, LASTS);
        let redirect = self.provider_redirect(provider);
        let address =
            provider.address(&self.way(visitor), trip.wanted(&verifier, &redirect), &state, now).await;
        address.map_err(|fault| told(provider, &fault))
    }

    /// What comes of it when a browser comes back; and the page that was wanted.
    ///
    /// # Errors
    /// When the answer is not for this browser, came before or is too late, the provider refuses or is not believed, or
    /// nobody here is linked to whom it names.
    pub async fn finish_provider(
        &self,
        slug: &str,
        answer: ProviderAnswer,
        (browser, person): (&str, Option<&Person>),
        visitor: &Visitor,
    ) -> Result<(ProviderOutcome, String), PeopleError> {
        // Nobody guesses a state, but each failure is written down.
        let attempt =
            Attempt { app: DASHBOARD, username: None, ip: visitor.ip, standing: Standing::Familiar };
        let guess = self.begin_at_door(attempt)?;
        let outcome = self.come_back(slug, answer, (browser, person), visitor).await;
        if let Err(PeopleError::Provider(_) | PeopleError::Expired | PeopleError::NotLinked(_)) = &outcome {
            let name = person.map(|person| person.name.as_str());
            self.failed_at_door(guess, Alert::SignInFailed, name);
        }
        outcome
    }

    async fn come_back(
        &self,
        slug: &str,
        answer: ProviderAnswer,
        (browser, person): (&str, Option<&Person>),
        visitor: &Visitor,
    ) -> Result<(ProviderOutcome, String), PeopleError> {
        let (provider, now, way) = (self.provider(slug)?, self.clock.now(), self.way(visitor));
        let (trip, ticket) = self.trip_of(&answer.state, browser, now)?;
        // Each way there is gone once, whatever comes of it.
        self.store.db().write(move |conn: &mut Conn<'_>| ticket.use_up(conn)).await?;
        let named = provider.answers_as(&way, answer.issuer.as_deref(), now).await;
        if trip.issuer != provider.options.issuer || !named.map_err(|fault| told(provider, &fault))? {
            return Err(told(provider, &ProviderFault::unfit("another provider answered")));
        }
        let person = match (trip.errand, person) {
            (Errand::SignIn, _) => None,
            (_, Some(person)) if trip.person == Some(number(person)) => Some(person),
            _ => return Err(PeopleError::SignedOut),
        };
        let code = match (answer.code, answer.error) {
            (_, Some(error)) => return Err(told(provider, &ProviderFault::refused(&error))),
            (Some(code), None) if code.len() <= ANSWER_MAX => code,
            _ => return Err(PeopleError::Expired),
        };
        let (redirect, verifier) = (self.provider_redirect(provider), Secret::new(trip.verifier.clone()));
        let claims = provider.claims(&way, &code, trip.wanted(&verifier, &redirect), now).await;
        let claims = claims.map_err(|fault| told(provider, &fault))?;
        let outcome = match person {
            None => ProviderOutcome::SignedIn(Box::new(self.sign_in_by(provider, claims, visitor).await?)),
            Some(person) if trip.errand == Errand::Link => {
                self.link(provider, claims, person, visitor).await?;
                ProviderOutcome::Linked
            }
            Some(person) => ProviderOutcome::Proved(self.prove_by(provider, &claims, person, visitor).await?),
        };
        Ok((outcome, trip.next))
    }

    fn trip_of(&self, state: &str, browser: &str, now: i64) -> Result<(Trip, Ticket), PeopleError> {
        if state.len() > ANSWER_MAX {
            return Err(PeopleError::Expired);
        }
        let ticket = ticket::open(&self.vault, PURPOSE, state, now)?;
        let trip: Trip = serde_json::from_slice(&ticket.body).map_err(|_| PeopleError::Expired)?;
        if is_form_token(&trip.browser, browser) { Ok((trip, ticket)) } else { Err(PeopleError::Expired) }
    }

    fn way(&self, visitor: &Visitor) -> Way<'_> {
        Way { calls: &self.calls, who: Who::person(visitor.ip) }
    }

    fn provider(&self, slug: &str) -> Result<&Provider, PeopleError> {
        let found = self.providers.iter().find(|provider| provider.options.slug() == slug);
        found.ok_or(PeopleError::NoProvider)
    }

    fn provider_redirect(&self, provider: &Provider) -> String {
        format!("{}/dashboard/-/provider/{}/callback", self.options.public_url, provider.options.slug())
    }
}

fn number(person: &Person) -> (String, i64) {
    (person.id.kind().to_owned(), person.id.number())
}
