//! `/dashboard/-/sign-in`: who is it?

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use claviger_domain::Secret;
use claviger_service::people::{PeopleError, SignInStep, SignedIn};

use crate::{
    addresses::{SIGN_IN, next_or_home},
    assets,
    cookies::Cookie,
    fault::Answer,
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    provider_offers::{Offer, offers},
    reply,
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(SIGN_IN, Need::Nobody, |visit| Box::pin(show(visit))),
    Route::post(SIGN_IN, Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::post("/dashboard/-/sign-in/code", Need::Nobody, |visit| Box::pin(code(visit))),
    Route::post("/dashboard/-/sign-in/question", Need::Nobody, |visit| Box::pin(question(visit))),
    Route::post("/dashboard/-/sign-in/passkey", Need::Nobody, |visit| Box::pin(passkey(visit))),
    Route::post("/dashboard/-/sign-out", Need::Person, |visit| Box::pin(sign_out(visit))),
];

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    name: String,
    next: String,
    problem: Option<String>,
    /// The script for passkeys, where browsers let them be used.
    passkeys: Option<&'static str>,
    /// Identity providers.
    providers: Vec<Offer>,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    frame: Frame,
    ticket: String,
    next: String,
    problem: Option<String>,
}

async fn show(visit: Visit) -> Answer {
    if visit.person.is_some() {
        return visit.see_other(next_or_home(visit.query.get("next")));
    }
    page(&visit, StatusCode::OK, visit.query.kept("next"), None).await
}

async fn page(visit: &Visit, status: StatusCode, next: String, problem: Option<String>) -> Answer {
    let frame = visit.frame("Sign in", Nav::Other).await?;
    let passkeys = visit.service().passkeys_possible().then(assets::passkeys);
    let providers = offers(visit, "sign-in", &next);
    visit
        .render_as(status, &Page { frame, name: visit.form.kept("name"), next, problem, passkeys, providers })
}

/// The page, with why it did not go well elsewhere.
pub(super) async fn refused_at_door(visit: &Visit, status: StatusCode, problem: String) -> Answer {
    page(visit, status, String::new(), Some(problem)).await
}

async fn sign_in(visit: Visit) -> Answer {
    let name = visit.form.filled("name").unwrap_or_default();
    let password = Secret::new(visit.form.get("password").unwrap_or_default());
    match visit.service().sign_in_person(name, &password, &visit.visitor()).await {
        Ok(step) => go_on(&visit, step).await,
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, visit.form.kept("next"), Some(problem)).await
        }
    }
}

/// What follows when the password was right: the page that was wanted, or the question for a code.
pub(crate) async fn go_on(visit: &Visit, step: SignInStep) -> Answer {
    match step {
        SignInStep::Done(signed_in) => enter(visit, &signed_in).await,
        SignInStep::SecondFactor(ticket) => {
            code_page(visit, StatusCode::OK, ticket.expose().to_owned(), None).await
        }
    }
}

async fn code_page(visit: &Visit, status: StatusCode, ticket: String, problem: Option<String>) -> Answer {
    let frame = visit.frame("One more step", Nav::Other).await?;
    visit.render_as(status, &CodePage { frame, ticket, next: visit.form.kept("next"), problem })
}

async fn code(visit: Visit) -> Answer {
    let (ticket, code) = (visit.form.kept("ticket"), visit.form.kept("code"));
    match visit.service().sign_in_with_code(&ticket, &code, &visit.visitor()).await {
        Ok(signed_in) => enter(&visit, &signed_in).await,
        Err(error) => {
            let begin_again = matches!(error, PeopleError::Expired | PeopleError::WrongCredentials);
            let (status, problem) = people_refusal(error)?;
            if begin_again {
                return page(&visit, status, visit.form.kept("next"), Some(problem)).await;
            }
            code_page(&visit, status, ticket, Some(problem)).await
        }
    }
}

/// What a browser's authenticator is asked, for the script.
async fn question(visit: Visit) -> Answer {
    match visit.service().ask_for_passkey() {
        Ok(question) => Ok(reply::question(&question)),
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            Ok(reply::text(status, problem))
        }
    }
}

async fn passkey(visit: Visit) -> Answer {
    let (ticket, answer) = (visit.form.kept("ticket"), visit.form.kept("answer"));
    match visit.service().sign_in_with_passkey(&ticket, &answer, &visit.visitor()).await {
        Ok(signed_in) => enter(&visit, &signed_in).await,
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, visit.form.kept("next"), Some(problem)).await
        }
    }
}

async fn sign_out(visit: Visit) -> Answer {
    visit.service().sign_out(visit.person()?, &visit.visitor()).await?;
    let mut response = visit.see_other_saying(SIGN_IN, "You are signed out.")?;
    response.headers_mut().append(header::SET_COOKIE, Cookie::SignIn.remove(&visit.state));
    // What the browser still holds of pages goes too. Nothing is stored but cookies, of which one tells that this was done.
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// To the page that was wanted, signed in.
async fn enter(visit: &Visit, signed_in: &SignedIn) -> Answer {
    enter_at(visit, signed_in, visit.form.get("next")).await
}

/// As [`enter`], to this page.
pub(super) async fn enter_at(visit: &Visit, signed_in: &SignedIn, next: Option<&str>) -> Answer {
    // The browser forgets the sign-in that it had; nobody could end it here any more.
    if let Some(before) = &visit.person {
        visit.service().sign_out(before, &visit.visitor()).await?;
    }
    let response = visit.see_other(next_or_home(next))?;
    Ok(with_sign_in(visit, response, &signed_in.secret))
}

/// The answer along which the browser learns the secret of a sign-in.
pub(super) fn with_sign_in(visit: &Visit, mut response: Response, secret: &Secret) -> Response {
    let cookie =
        Cookie::SignIn.set(&visit.state, secret.expose(), Some(claviger_service::people::ENDS_AFTER));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response.headers_mut().append(header::SET_COOKIE, Cookie::Visit.remove(&visit.state));
    response
}
