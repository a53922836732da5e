//! `/dashboard/-/provider/…`: signing in through an identity provider, linking what it knows one by, and the way back.

use askama::Template;
use axum::response::Response;
use claviger_service::people::{Errand, PeopleError, ProviderAnswer, ProviderOutcome};

use super::{
    account::ACCOUNT,
    sign_in::{enter_at, refused_at_door, with_sign_in},
};
use crate::{
    addresses::{CONFIRM, Link, SIGN_IN, next_or_home},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    request::is_from_elsewhere,
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/-/provider/{slug}/sign-in", Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::get("/dashboard/-/provider/{slug}/callback", Need::Nobody, |visit| Box::pin(come_back(visit))),
    Route::get("/dashboard/-/provider/{slug}/prove", Need::Person, |visit| Box::pin(prove(visit))),
    Route::post("/dashboard/-/provider/{slug}/link", Need::Person, |visit| Box::pin(link(visit))).fresh(),
    Route::post("/dashboard/-/account/identities/unlink", Need::Person, |visit| Box::pin(unlink(visit)))
        .fresh(),
];

#[derive(Template)]
#[template(path = "provider_link.html")]
struct GoOn {
    frame: Frame,
    name: String,
    address: String,
    back: &'static str,
}

async fn begin(visit: &Visit, errand: Errand, next: &str) -> Result<String, PeopleError> {
    let browser = (visit.token.as_str(), visit.person.as_deref());
    visit.service().begin_provider(visit.path("slug"), errand, browser, next, &visit.visitor()).await
}

async fn sign_in(visit: Visit) -> Answer {
    let next = next_or_home(visit.query.get("next"));
    if visit.person.is_some() {
        return visit.see_other(next);
    }
    // A provider may let somebody in without a word: no other site decides that they sign in.
    if is_from_elsewhere(&visit.headers) {
        return visit.see_other(Link::new(SIGN_IN).with("next", &next));
    }
    match begin(&visit, Errand::SignIn, &next).await {
        Ok(address) => visit.see_other(address),
        Err(error) => refused(&visit, error).await,
    }
}

async fn prove(visit: Visit) -> Answer {
    let next = next_or_home(visit.query.get("next"));
    if is_from_elsewhere(&visit.headers) {
        return visit.see_other(Link::new(CONFIRM).with("next", &next));
    }
    match begin(&visit, Errand::Prove, &next).await {
        Ok(address) => visit.see_other(address),
        Err(error) => refused(&visit, error).await,
    }
}

/// A form may not lead to another site, so that a page is between.
async fn link(visit: Visit) -> Answer {
    let address = match begin(&visit, Errand::Link, ACCOUNT).await {
        Ok(address) => address,
        Err(error) => return refused(&visit, error).await,
    };
    let slug = visit.path("slug");
    let name = visit.service().providers().into_iter().find(|provider| provider.slug == slug);
    visit.render(&GoOn {
        frame: visit.frame("Link an account", Nav::Account).await?,
        name: name.map(|provider| provider.name).unwrap_or_default(),
        address,
        back: ACCOUNT,
    })
}

async fn come_back(visit: Visit) -> Answer {
    let query = &visit.query;
    let owned = |name| query.get(name).map(str::to_owned);
    let answer = ProviderAnswer {
        code: owned("code"),
        state: query.kept("state"),
        issuer: owned("iss"),
        error: owned("error"),
    };
    let browser = (visit.token.as_str(), visit.person.as_deref());
    let outcome =
        visit.service().finish_provider(visit.path("slug"), answer, browser, &visit.visitor()).await;
    match outcome {
        Ok((ProviderOutcome::SignedIn(signed_in), next)) => enter_at(&visit, &signed_in, Some(&next)).await,
        Ok((ProviderOutcome::Linked, _)) => {
            visit.see_other_saying(ACCOUNT, "It is linked: you can sign in with it now.")
        }
        Ok((ProviderOutcome::Proved(secret), next)) => {
            let response: Response = visit.see_other(next_or_home(Some(&next)))?;
            Ok(with_sign_in(&visit, response, &secret))
        }
        Err(error) => refused(&visit, error).await,
    }
}

async fn unlink(visit: Visit) -> Answer {
    let id = visit.form.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    match visit.service().unlink_identity(visit.person()?, id, &visit.visitor()).await {
        Ok(true) => visit.see_other_saying(ACCOUNT, "It is unlinked, and other browsers are signed out."),
        Ok(false) => visit.see_other_saying(ACCOUNT, "It was not linked any more."),
        Err(error) => refused(&visit, error).await,
    }
}

/// Says why where the person is: at the sign-in, or on their account page.
async fn refused(visit: &Visit, error: PeopleError) -> Answer {
    match error {
        PeopleError::NoProvider => Err(Fault::NotFound),
        PeopleError::NotFresh => visit.see_other(Link::new(CONFIRM).with("next", ACCOUNT)),
        error => {
            let (status, problem) = people_refusal(error)?;
            if visit.person.is_some() {
                return visit.see_other_saying(ACCOUNT, &problem);
            }
            refused_at_door(visit, status, problem).await
        }
    }
}
