//! `/dashboard/-/account/two-factor`: codes after the password.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Secret;
use claviger_service::people::{CodeSetup, Factors, PeopleError};

use super::{account::ACCOUNT, sign_in::with_sign_in};
use crate::{
    confirm::Confirm,
    fault::Answer,
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    rights::Need,
    route::Route,
    visit::Visit,
};

const CODES: &str = "/dashboard/-/account/two-factor";
const END: &str = "/dashboard/-/account/two-factor/end";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(CODES, Need::Person, |visit| Box::pin(show(visit))).fresh(),
    Route::post("/dashboard/-/account/two-factor/begin", Need::Person, |visit| Box::pin(begin(visit)))
        .fresh(),
    Route::post("/dashboard/-/account/two-factor/confirm", Need::Person, |visit| Box::pin(confirm(visit)))
        .fresh(),
    Route::post("/dashboard/-/account/two-factor/recovery", Need::Person, |visit| Box::pin(renew(visit)))
        .fresh(),
    Route::get(END, Need::Person, |visit| Box::pin(ask_to_end(visit))).fresh(),
    Route::post(END, Need::Person, |visit| Box::pin(end(visit))).fresh(),
];

#[derive(Template)]
#[template(path = "account_codes.html")]
struct Page {
    frame: Frame,
    factors: Factors,
    setup: Option<CodeSetup>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
    text: String,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let person = visit.person()?;
    let setup = match visit.service().codes_being_set_up(person).await {
        Ok(setup) => setup,
        Err(error) => {
            people_refusal(error)?;
            None
        }
    };
    let page = Page {
        frame: visit.frame("Two-factor sign-in", Nav::Account).await?,
        factors: visit.service().factors(person).await?,
        setup,
        problem,
    };
    visit.render_as(status, &page)
}

async fn begin(visit: Visit) -> Answer {
    match visit.service().begin_codes(visit.person()?).await {
        Ok(_) => visit.see_other(CODES),
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}

async fn confirm(visit: Visit) -> Answer {
    let code = visit.form.kept("code");
    let outcome = visit.service().confirm_codes(visit.person()?, &code, &visit.visitor()).await;
    let outcome = outcome.map(|on| (on.recovery, Some(on.secret)));
    shown_once(visit, outcome).await
}

async fn renew(visit: Visit) -> Answer {
    let outcome = visit.service().new_recovery_codes(visit.person()?, &visit.visitor()).await;
    shown_once(visit, outcome.map(|codes| (codes, None))).await
}

/// Recovery codes, this time and never again; and the sign-in's new secret, if it has one.
async fn shown_once(mut visit: Visit, outcome: Result<(Vec<String>, Option<Secret>), PeopleError>) -> Answer {
    match outcome {
        Ok((codes, secret)) => {
            if let Some(secret) = &secret {
                // The forms of this very page are sent with the new cookie.
                visit.token = visit.service().form_token(secret);
            }
            let frame = visit.frame("Recovery codes", Nav::Account).await?;
            let text = codes.join("\n");
            let shown = visit.render(&CodesPage { frame, codes, text })?;
            Ok(match secret {
                Some(secret) => with_sign_in(&visit, shown, &secret),
                None => shown,
            })
        }
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}

async fn ask_to_end(visit: Visit) -> Answer {
    let question = Confirm {
        title: "Switch two-factor sign-in off?".into(),
        words: vec![
            "The password alone will be enough to sign in. Your recovery codes end.".into(),
            "Other browsers in which you are signed in will be signed out. You can set it up again at any time."
                .into(),
        ],
        button: "Switch it off".into(),
        action: END.into(),
        back: CODES.into(),
        ..Confirm::default()
    };
    question.ask(&visit, Nav::Account).await
}

async fn end(visit: Visit) -> Answer {
    match visit.service().end_codes(visit.person()?, &visit.visitor()).await {
        Ok(secret) => {
            let said = "Two-factor sign-in is off.";
            Ok(with_sign_in(&visit, visit.see_other_saying(ACCOUNT, said)?, &secret))
        }
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}
