//! `redeem`: a license gives a customer more time, as a program's `upgrade` does.

use axum::http::StatusCode;
use claviger_domain::Offer;
use claviger_service::accounts::Upgrade;

use super::home::{Problems, home};
use crate::{
    fault::Answer,
    panel::{
        refusal::too_many,
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] =
    &[PanelRoute::post("redeem", PanelNeed::Customer, |visit| Box::pin(redeem(visit)))
        .offered(Offer::Redeem)];

async fn redeem(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer()?, visit.words);
    let key = visit.form.filled("key").unwrap_or_default().to_owned();
    let name = Some(customer.name.clone());
    let outcome = visit.service().upgrade(&visit.panel.app, visit.ip, name, Some(key)).await?;
    let (status, problem) = match outcome {
        Upgrade::Done => return Ok(visit.see_other_saying("", "said-redeemed", 1)),
        Upgrade::KeyNotFound => (StatusCode::UNPROCESSABLE_ENTITY, w.say("redeem-unknown")),
        Upgrade::KeyUsed => (StatusCode::UNPROCESSABLE_ENTITY, w.say("redeem-used")),
        Upgrade::KeyBanned(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.say("key-banned")),
        Upgrade::NoSubscriptionOfLevel => (StatusCode::UNPROCESSABLE_ENTITY, w.say("redeem-no-level")),
        Upgrade::NoTime => (StatusCode::UNPROCESSABLE_ENTITY, w.say("redeem-no-time")),
        Upgrade::UnknownUser => (StatusCode::UNPROCESSABLE_ENTITY, w.say("expired-form")),
        Upgrade::UserBanned(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.say("banned")),
        Upgrade::Paused(seconds) => (StatusCode::TOO_MANY_REQUESTS, too_many(&visit, seconds)),
    };
    home(&visit, Problems { redeem: Some(problem), status: Some(status), ..Problems::default() }).await
}
