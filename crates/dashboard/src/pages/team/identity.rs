//! Letting somebody of the team sign in through an identity provider, before they ever did.

use axum::http::StatusCode;
use claviger_service::people::Claim;

use super::{
    found::{found, here, number},
    member,
};
use crate::{
    fault::{Answer, Fault, refusal},
    record::record_about,
    visit::Visit,
};

pub(super) async fn bind(visit: Visit) -> Answer {
    let name = found(&visit).await?.member.account.username;
    let (app, form) = (visit.app()?, &visit.form);
    let claim = form.get("claim").and_then(Claim::parse);
    let provider = form.get("provider").unwrap_or_default();
    let value = form.filled("value").unwrap_or_default();
    let Some(claim) = claim else {
        let problem = "Choose whether it is an e-mail address or a subject.".into();
        return member::page_with(&visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await;
    };
    match visit.service().bind_member(app, number(&visit)?, provider, claim, value).await {
        Ok(()) => {
            let told = format!("{provider}: {} {value}", claim.as_str());
            record_about(&visit, app, &name, "link-identity", &told).await?;
            visit.see_other_saying(here(&visit)?, &format!("{name} can sign in with it now."))
        }
        Err(error) => {
            let problem = refusal(error)?;
            member::page_with(&visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await
        }
    }
}

pub(super) async fn unbind(visit: Visit) -> Answer {
    let name = found(&visit).await?.member.account.username;
    let app = visit.app()?;
    let id = visit.form.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    if !visit.service().unbind_member(app, number(&visit)?, id).await? {
        return visit.see_other_saying(here(&visit)?, "It was not linked any more.");
    }
    record_about(&visit, app, &name, "unlink-identity", "").await?;
    visit.see_other_saying(here(&visit)?, "It is unlinked, and the account is signed out everywhere.")
}
