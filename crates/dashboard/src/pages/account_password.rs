//! `/dashboard/-/account/password`: another password.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{PASSWORD_MIN, Secret};

use super::{account::ACCOUNT, sign_in::with_sign_in};
use crate::{
    fault::Answer,
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    rights::Need,
    route::Route,
    visit::Visit,
};

const PASSWORD: &str = "/dashboard/-/account/password";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(PASSWORD, Need::Person, |visit| Box::pin(show(visit))).fresh(),
    Route::post(PASSWORD, Need::Person, |visit| Box::pin(change(visit))).fresh(),
];

#[derive(Template)]
#[template(path = "account_password.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    password_min: usize,
    name: String,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let frame = visit.frame("Password", Nav::Account).await?;
    let name = visit.person()?.name.clone();
    visit.render_as(status, &Page { frame, problem, password_min: PASSWORD_MIN, name })
}

async fn change(visit: Visit) -> Answer {
    let new = Secret::new(visit.form.get("password").unwrap_or_default());
    match visit.service().change_password(visit.person()?, &new, &visit.visitor()).await {
        Ok(secret) => {
            let said = "The password is changed. Other browsers are signed out.";
            Ok(with_sign_in(&visit, visit.see_other_saying(ACCOUNT, said)?, &secret))
        }
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}
