//! `password`: a customer takes another one.

use askama::Template;
use axum::http::{StatusCode, header};
use claviger_domain::{Offer, Secret};
use claviger_service::customers::{CUSTOMER_ENDS_AFTER, CustomerFailure, NewPassword};

use crate::{
    cookies::PanelCookie,
    fault::Answer,
    panel::{
        frame::PanelFrame,
        refusal::refusal,
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("password", PanelNeed::Customer, |visit| Box::pin(show(visit))).offered(Offer::Password),
    PanelRoute::post("password", PanelNeed::Customer, |visit| Box::pin(change(visit)))
        .offered(Offer::Password),
];

/// Least characters, as the page tells.
const LEAST: i64 = 8;

#[derive(Template)]
#[template(path = "panel/password.html")]
struct Page {
    frame: PanelFrame,
    name: String,
    hint: String,
    old_problem: Option<String>,
    new_problem: Option<String>,
}

async fn show(visit: PanelVisit) -> Answer {
    page(&visit, StatusCode::OK, None, None)
}

fn page(
    visit: &PanelVisit,
    status: StatusCode,
    old_problem: Option<String>,
    new_problem: Option<String>,
) -> Answer {
    let (customer, w) = (visit.customer_with_password()?, visit.words);
    let page = Page {
        frame: PanelFrame::new(visit, w.say("change-password")),
        name: customer.name.clone(),
        hint: w.count("new-password-hint", "least", LEAST),
        old_problem,
        new_problem,
    };
    visit.render_as(status, &page)
}

async fn change(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer_with_password()?, visit.words);
    let [old, new] = ["old", "new"].map(|name| Secret::new(visit.form.get(name).unwrap_or_default()));
    let app = &visit.panel.app;
    let changed = visit.service().change_customer_password(app, customer, &old, &new, &visit.visitor()).await;
    const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let count = |id, name, number: usize| Some(w.count(id, name, number as i64));
    match changed {
        Ok(NewPassword::Done(secret)) => {
            let mut response = visit.see_other_saying("", "said-password", 1);
            let (state, of) = (&visit.state, visit.of());
            let cookie = PanelCookie::SignIn.set(state, of, secret.expose(), Some(CUSTOMER_ENDS_AFTER));
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(NewPassword::Wrong) => page(&visit, REFUSED, Some(w.say("old-password-wrong")), None),
        Ok(NewPassword::TooShort(least)) => {
            page(&visit, REFUSED, None, count("password-too-short", "least", least))
        }
        Ok(NewPassword::TooLong(most)) => {
            page(&visit, REFUSED, None, count("password-too-long", "most", most))
        }
        Ok(NewPassword::Leaked) => page(&visit, REFUSED, None, Some(w.say("password-leaked"))),
        Err(CustomerFailure::SignedOut) => Ok(visit.see_other("sign-in")),
        Err(failure) => {
            let (status, problem) = refusal(&visit, failure)?;
            page(&visit, status, Some(problem), None)
        }
    }
}
