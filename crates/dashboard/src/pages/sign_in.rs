//! `/dashboard/-/sign-in`: who is it?

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::Response,
};
use claviger_domain::Secret;
use claviger_service::people::PeopleError;

use crate::{
    addresses::{SIGN_IN, next_or_home},
    cookies::Cookie,
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(SIGN_IN, Need::Nobody, |visit| Box::pin(show(visit))),
    Route::post(SIGN_IN, Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::post("/dashboard/-/sign-out", Need::Person, |visit| Box::pin(sign_out(visit))),
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    name: String,
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
    visit.render_as(status, &Page { frame, name: visit.form.kept("name"), next, problem })
}

async fn sign_in(visit: Visit) -> Answer {
    let name = visit.form.filled("name").unwrap_or_default();
    let password = Secret::new(visit.form.get("password").unwrap_or_default());
    let signed_in = visit.service().sign_in_person(name, &password, &visit.visitor()).await;
    match signed_in {
        Ok(signed_in) => {
            let next = next_or_home(visit.form.get("next"));
            Ok(with_sign_in(&visit, visit.see_other(next)?, &signed_in.secret))
        }
        Err(error) => {
            let status = match error {
                PeopleError::WrongCredentials | PeopleError::SignedOut => StatusCode::UNPROCESSABLE_ENTITY,
                PeopleError::Paused(_) => StatusCode::TOO_MANY_REQUESTS,
                PeopleError::Busy(_) => return Err(Fault::Busy),
                PeopleError::Store(error) => return Err(Fault::Failed(error.into())),
            };
            let problem = sentence(&error.to_string());
            page(&visit, status, visit.form.kept("next"), Some(problem)).await
        }
    }
}

async fn sign_out(visit: Visit) -> Answer {
    visit.service().sign_out(visit.person()?, &visit.visitor()).await?;
    let mut response = visit.see_other_saying(SIGN_IN, "You are signed out.")?;
    response.headers_mut().append(header::SET_COOKIE, Cookie::SignIn.remove(&visit.state));
    Ok(response)
}

/// The answer along which the browser learns the secret of a sign-in.
pub(crate) fn with_sign_in(visit: &Visit, mut response: Response, secret: &Secret) -> Response {
    let cookie =
        Cookie::SignIn.set(&visit.state, secret.expose(), Some(claviger_service::people::ENDS_AFTER));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response.headers_mut().append(header::SET_COOKIE, Cookie::Visit.remove(&visit.state));
    response
}
