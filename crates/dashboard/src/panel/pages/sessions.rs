//! `sessions/end`, `browsers/end`: a customer ends what runs elsewhere.

use axum::http::StatusCode;
use claviger_domain::Offer;

use super::home::{Problems, home};
use crate::{
    fault::Answer,
    panel::{
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::post("sessions/end", PanelNeed::Customer, |visit| Box::pin(end(visit)))
        .offered(Offer::Sessions),
    PanelRoute::post("sessions/end-all", PanelNeed::Customer, |visit| Box::pin(end_all(visit)))
        .offered(Offer::Sessions),
    PanelRoute::post("browsers/end", PanelNeed::Customer, |visit| Box::pin(sign_out_others(visit))),
];

async fn end(visit: PanelVisit) -> Answer {
    let id = visit.form.filled("session").unwrap_or_default();
    if visit.service().end_session_of_customer(visit.customer()?, id).await? {
        return Ok(visit.see_other_saying("", "said-ended", 1));
    }
    let problems = Problems {
        sessions: Some(visit.words.say("no-such-session")),
        status: Some(StatusCode::UNPROCESSABLE_ENTITY),
        ..Problems::default()
    };
    home(&visit, problems).await
}

async fn end_all(visit: PanelVisit) -> Answer {
    let ended = visit.service().end_sessions_of_customer(visit.customer()?).await?;
    Ok(visit.see_other_saying("", "said-ended", i64::try_from(ended).unwrap_or(i64::MAX)))
}

async fn sign_out_others(visit: PanelVisit) -> Answer {
    let ended = visit.service().sign_out_other_browsers(visit.customer()?).await?;
    Ok(visit.see_other_saying("", "said-signed-out-others", i64::try_from(ended).unwrap_or(i64::MAX)))
}
