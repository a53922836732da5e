//! `sign-in`: who is it?

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use claviger_domain::{Offer, Secret};
use claviger_service::customers::{CUSTOMER_ENDS_AFTER, CustomerFailure, CustomerStep, Shown};

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
    PanelRoute::get("sign-in", PanelNeed::Nobody, |visit| Box::pin(show(visit))),
    PanelRoute::post("sign-in", PanelNeed::Nobody, |visit| Box::pin(by_password(visit))),
    PanelRoute::post("sign-in/key", PanelNeed::Nobody, |visit| Box::pin(by_key(visit)))
        .offered(Offer::LicenseSignIn),
    PanelRoute::post("sign-in/code", PanelNeed::Nobody, |visit| Box::pin(code(visit))),
    PanelRoute::post("sign-out", PanelNeed::Customer, |visit| Box::pin(sign_out(visit))),
];

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

#[derive(Template)]
#[template(path = "panel/sign_in.html")]
struct Page {
    frame: PanelFrame,
    welcome: Option<String>,
    /// Why nobody may sign in now.
    paused: Option<String>,
    name: String,
    problem: Option<String>,
    by_key: bool,
    key_problem: Option<String>,
    forgot: bool,
}

#[derive(Template)]
#[template(path = "panel/sign_in_code.html")]
struct CodePage {
    frame: PanelFrame,
    ticket: String,
    problem: Option<String>,
}

async fn show(visit: PanelVisit) -> Answer {
    if visit.customer.is_some() {
        return Ok(visit.see_other(""));
    }
    page(&visit, StatusCode::OK, None, None)
}

fn page(
    visit: &PanelVisit,
    status: StatusCode,
    problem: Option<String>,
    key_problem: Option<String>,
) -> Answer {
    let (w, panel) = (visit.words, &visit.panel);
    let page = Page {
        frame: PanelFrame::new(visit, w.say("sign-in")),
        welcome: panel.settings.welcome.clone(),
        paused: (!panel.is_open()).then(|| w.with("paused", "brand", panel.brand())),
        name: visit.form.kept("name"),
        problem,
        by_key: panel.offers(Offer::LicenseSignIn),
        key_problem,
        forgot: panel.offers(Offer::Password) && visit.service().sends_mails(),
    };
    visit.render_as(status, &page)
}

async fn by_password(visit: PanelVisit) -> Answer {
    if !visit.panel.is_open() {
        return page(&visit, StatusCode::FORBIDDEN, None, None);
    }
    let name = visit.form.filled("name").unwrap_or_default().to_owned();
    let password = Secret::new(visit.form.get("password").unwrap_or_default());
    let shown = Shown::Password(name, password);
    match visit.service().sign_in_customer(&visit.panel.app, shown, &visit.visitor()).await {
        Ok(step) => go_on(&visit, step).await,
        Err(failure) => {
            let (status, problem) = refusal(&visit, failure)?;
            page(&visit, status, Some(problem), None)
        }
    }
}

async fn by_key(visit: PanelVisit) -> Answer {
    if !visit.panel.is_open() {
        return page(&visit, StatusCode::FORBIDDEN, None, None);
    }
    let shown = Shown::Key(visit.form.filled("key").unwrap_or_default().to_owned());
    match visit.service().sign_in_customer(&visit.panel.app, shown, &visit.visitor()).await {
        Ok(step) => go_on(&visit, step).await,
        Err(failure) => {
            let is_wrong = matches!(
                &failure,
                CustomerFailure::Refused(claviger_service::accounts::Refusal::WrongPassword)
            );
            let (status, problem) = refusal(&visit, failure)?;
            // A user of that name who has another password by now: nothing that a stranger needs to know.
            let problem = if is_wrong { visit.words.say("wrong-key") } else { problem };
            page(&visit, status, None, Some(problem))
        }
    }
}

async fn go_on(visit: &PanelVisit, step: CustomerStep) -> Answer {
    match step {
        CustomerStep::Done(secret) => enter(visit, &secret).await,
        CustomerStep::SecondFactor(ticket) => {
            code_page(visit, StatusCode::OK, ticket.expose().to_owned(), None)
        }
    }
}

fn code_page(visit: &PanelVisit, status: StatusCode, ticket: String, problem: Option<String>) -> Answer {
    let frame = PanelFrame::new(visit, visit.words.say("one-more-step"));
    visit.render_as(status, &CodePage { frame, ticket, problem })
}

async fn code(visit: PanelVisit) -> Answer {
    if !visit.panel.is_open() {
        return page(&visit, StatusCode::FORBIDDEN, None, None);
    }
    let (ticket, code) = (visit.form.kept("ticket"), visit.form.kept("code"));
    let service = visit.service();
    let signed_in =
        service.sign_in_customer_with_code(&visit.panel.app, &ticket, &code, &visit.visitor()).await;
    match signed_in {
        Ok(secret) => enter(&visit, &secret).await,
        Err(failure) => {
            let again = matches!(
                &failure,
                CustomerFailure::Refused(
                    claviger_service::accounts::Refusal::CodeWrong
                        | claviger_service::accounts::Refusal::Paused(_)
                )
            );
            let (status, problem) = refusal(&visit, failure)?;
            if again {
                return code_page(&visit, status, ticket, Some(problem));
            }
            page(&visit, status, Some(problem), None)
        }
    }
}

/// To the customer's account, signed in.
async fn enter(visit: &PanelVisit, secret: &Secret) -> Answer {
    // The browser forgets the sign-in that it had; nobody could end it here any more.
    if let Some(before) = &visit.customer {
        visit.service().sign_out_customer(before).await?;
    }
    let mut response = visit.see_other("");
    let (state, of) = (&visit.state, visit.of());
    let cookie = PanelCookie::SignIn.set(state, of, secret.expose(), Some(CUSTOMER_ENDS_AFTER));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response.headers_mut().append(header::SET_COOKIE, PanelCookie::Visit.remove(state, of));
    Ok(response)
}

async fn sign_out(visit: PanelVisit) -> Answer {
    visit.service().sign_out_customer(visit.customer()?).await?;
    let mut response = visit.see_other_saying("sign-in", "said-signed-out", 1);
    let cookie = PanelCookie::SignIn.remove(&visit.state, visit.of());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}
