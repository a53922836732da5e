//! `two-factor`: a customer turns two-factor sign-in on and off, as programs do with `2faenable` and `2fadisable`.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Offer;
use claviger_service::{
    accounts::{DisableTwoFactor, EnableTwoFactor},
    customers::PendingSecret,
};

use crate::{
    fault::Answer,
    panel::{
        frame::PanelFrame,
        refusal::too_many,
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("two-factor", PanelNeed::Customer, |visit| Box::pin(show(visit)))
        .offered(Offer::TwoFactor),
    PanelRoute::post("two-factor/set-up", PanelNeed::Customer, |visit| Box::pin(set_up(visit)))
        .offered(Offer::TwoFactor),
    PanelRoute::post("two-factor/on", PanelNeed::Customer, |visit| Box::pin(turn_on(visit)))
        .offered(Offer::TwoFactor),
    PanelRoute::post("two-factor/off", PanelNeed::Customer, |visit| Box::pin(turn_off(visit)))
        .offered(Offer::TwoFactor),
];

#[derive(Template)]
#[template(path = "panel/two_factor.html")]
struct Page {
    frame: PanelFrame,
    on: bool,
    pending: Option<PendingSecret>,
    problem: Option<String>,
}

async fn show(visit: PanelVisit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &PanelVisit, status: StatusCode, problem: Option<String>) -> Answer {
    let customer = visit.customer()?;
    let page = Page {
        frame: PanelFrame::new(visit, visit.words.say("two-factor")),
        on: customer.two_factor,
        pending: visit.service().pending_secret(&visit.panel, customer).await?,
        problem,
    };
    visit.render_as(status, &page)
}

async fn refused(visit: &PanelVisit, problem: String) -> Answer {
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
}

async fn set_up(visit: PanelVisit) -> Answer {
    let customer = visit.customer()?;
    let (app, user) = (&visit.panel.app, customer.user);
    visit.service().enable_two_factor(app, user, &customer.name, visit.ip, None).await?;
    // What it told is on the page.
    Ok(visit.see_other("two-factor"))
}

async fn turn_on(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer()?, visit.words);
    let code = visit.form.filled("code").unwrap_or_default();
    let (app, user) = (&visit.panel.app, customer.user);
    match visit.service().enable_two_factor(app, user, &customer.name, visit.ip, Some(code)).await? {
        EnableTwoFactor::Done | EnableTwoFactor::AlreadyOn => {
            Ok(visit.see_other_saying("", "said-two-factor-on", 1))
        }
        EnableTwoFactor::Secret(_) | EnableTwoFactor::NothingPending => {
            refused(&visit, w.say("two-factor-too-late")).await
        }
        EnableTwoFactor::WrongCode => refused(&visit, w.say("wrong-code")).await,
        EnableTwoFactor::Paused(seconds) => {
            page(&visit, StatusCode::TOO_MANY_REQUESTS, Some(too_many(&visit, seconds))).await
        }
    }
}

async fn turn_off(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer()?, visit.words);
    let code = visit.form.filled("code").unwrap_or_default();
    let (app, user) = (&visit.panel.app, customer.user);
    match visit.service().disable_two_factor(app, user, &customer.name, visit.ip, code).await? {
        DisableTwoFactor::Done | DisableTwoFactor::NotOn => {
            Ok(visit.see_other_saying("", "said-two-factor-off", 1))
        }
        DisableTwoFactor::WrongCode => refused(&visit, w.say("wrong-code")).await,
        DisableTwoFactor::Paused(seconds) => {
            page(&visit, StatusCode::TOO_MANY_REQUESTS, Some(too_many(&visit, seconds))).await
        }
    }
}
