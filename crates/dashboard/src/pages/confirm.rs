//! `/dashboard/-/confirm`: is it still you? Asked before secrets are shown and before credentials change.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Secret;
use claviger_service::people::{Factors, PeopleError};

use super::sign_in::with_sign_in;
use crate::{
    addresses::{CONFIRM, next_or_home},
    assets,
    fault::Answer,
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    provider_offers::{Offer, offers},
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(CONFIRM, Need::Person, |visit| Box::pin(show(visit))),
    Route::post(CONFIRM, Need::Person, |visit| Box::pin(by_password(visit))),
    Route::post("/dashboard/-/confirm/code", Need::Person, |visit| Box::pin(by_code(visit))),
    Route::post("/dashboard/-/confirm/passkey", Need::Person, |visit| Box::pin(by_passkey(visit))),
];

#[derive(Template)]
#[template(path = "confirm_person.html")]
struct Page {
    frame: Frame,
    name: String,
    next: String,
    factors: Factors,
    /// The script for passkeys, where the person has one.
    passkeys: Option<&'static str>,
    problem: Option<String>,
    /// Identity providers that know the person.
    providers: Vec<Offer>,
}

async fn show(visit: Visit) -> Answer {
    if visit.person()?.is_fresh(visit.now()) {
        return visit.see_other(next_or_home(visit.query.get("next")));
    }
    let next = visit.query.kept("next");
    page(&visit, StatusCode::OK, next, None).await
}

async fn page(visit: &Visit, status: StatusCode, next: String, problem: Option<String>) -> Answer {
    let service = visit.service();
    let person = visit.person()?;
    let factors = service.factors(person).await?;
    let usable = service.passkeys_possible() && !factors.passkeys.is_empty();
    let linked = service.identities(person.id).await?;
    let names: Vec<String> = service
        .providers()
        .into_iter()
        .filter(|provider| linked.iter().any(|identity| identity.issuer == provider.issuer))
        .map(|provider| provider.name)
        .collect();
    let providers = offers(visit, "prove", &next).into_iter().filter(|offer| names.contains(&offer.name));
    let page = Page {
        providers: providers.collect(),
        frame: visit.frame("Is it still you?", Nav::Other).await?,
        name: person.name.clone(),
        next,
        factors,
        passkeys: usable.then(assets::passkeys),
        problem,
    };
    visit.render_as(status, &page)
}

async fn by_password(visit: Visit) -> Answer {
    let password = Secret::new(visit.form.get("password").unwrap_or_default());
    let outcome = visit.service().prove_by_password(visit.person()?, &password, &visit.visitor()).await;
    let outcome = outcome.map_err(|error| (matches!(error, PeopleError::WrongCredentials), error));
    match outcome {
        Err((true, _)) => {
            let problem = Some("The password is wrong.".into());
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.form.kept("next"), problem).await
        }
        outcome => go_on(&visit, outcome.map_err(|(_, error)| error)).await,
    }
}

async fn by_code(visit: Visit) -> Answer {
    let code = visit.form.kept("code");
    let outcome = visit.service().prove_by_code(visit.person()?, &code, &visit.visitor()).await;
    go_on(&visit, outcome).await
}

async fn by_passkey(visit: Visit) -> Answer {
    let (ticket, answer) = (visit.form.kept("ticket"), visit.form.kept("answer"));
    let outcome = visit.service().prove_by_passkey(visit.person()?, &ticket, &answer, &visit.visitor()).await;
    go_on(&visit, outcome).await
}

async fn go_on(visit: &Visit, outcome: Result<Secret, PeopleError>) -> Answer {
    match outcome {
        Ok(secret) => {
            Ok(with_sign_in(visit, visit.see_other(next_or_home(visit.form.get("next")))?, &secret))
        }
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(visit, status, visit.form.kept("next"), Some(problem)).await
        }
    }
}
