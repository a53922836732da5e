//! `email`: a customer tells where a forgotten password is asked for.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Offer, Secret};
use claviger_service::customers::{CustomerFailure, NewEmail};

use crate::{
    fault::Answer,
    panel::{
        frame::PanelFrame,
        refusal::refusal,
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("email", PanelNeed::Customer, |visit| Box::pin(show(visit))).offered(Offer::Email),
    PanelRoute::post("email", PanelNeed::Customer, |visit| Box::pin(set(visit))).offered(Offer::Email),
];

#[derive(Template)]
#[template(path = "panel/email.html")]
struct Page {
    frame: PanelFrame,
    known: bool,
    email: String,
    problem: Option<String>,
    password_problem: Option<String>,
}

async fn show(visit: PanelVisit) -> Answer {
    page(&visit, StatusCode::OK, None, None)
}

fn page(
    visit: &PanelVisit,
    status: StatusCode,
    problem: Option<String>,
    password_problem: Option<String>,
) -> Answer {
    let customer = visit.customer_with_password()?;
    let page = Page {
        frame: PanelFrame::new(visit, visit.words.say("set-email")),
        known: customer.has_email,
        email: visit.form.kept("email"),
        problem,
        password_problem,
    };
    visit.render_as(status, &page)
}

async fn set(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer_with_password()?, visit.words);
    let (email, password) = (visit.form.kept("email"), Secret::new(visit.form.kept("password")));
    let (app, visitor) = (&visit.panel.app, visit.visitor());
    const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    match visit.service().set_customer_email(app, customer, &email, &password, &visitor).await {
        Ok(NewEmail::Set) => Ok(visit.see_other_saying("", "said-email", 1)),
        Ok(NewEmail::Removed) => Ok(visit.see_other_saying("", "said-email-removed", 1)),
        Ok(NewEmail::Unfit) => page(&visit, REFUSED, Some(w.say("email-wrong")), None),
        Ok(NewEmail::WrongPassword) => page(&visit, REFUSED, None, Some(w.say("old-password-wrong"))),
        Err(CustomerFailure::SignedOut) => Ok(visit.see_other("sign-in")),
        Err(failure) => {
            let (status, problem) = refusal(&visit, failure)?;
            page(&visit, status, None, Some(problem))
        }
    }
}
