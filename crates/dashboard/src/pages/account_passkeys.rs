//! `/dashboard/-/account/passkeys`: signing in without a password.

use askama::Template;
use axum::http::StatusCode;

use crate::{
    assets,
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    people_refusal::people_refusal,
    reply,
    rights::Need,
    route::Route,
    visit::Visit,
};

const PASSKEYS: &str = "/dashboard/-/account/passkeys";
const REMOVE: &str = "/dashboard/-/account/passkeys/remove";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(PASSKEYS, Need::Person, |visit| Box::pin(show(visit))).fresh(),
    Route::post("/dashboard/-/account/passkeys/question", Need::Person, |visit| Box::pin(question(visit)))
        .fresh(),
    Route::post(PASSKEYS, Need::Person, |visit| Box::pin(add(visit))).fresh(),
    Route::get(REMOVE, Need::Person, |visit| Box::pin(ask_to_remove(visit))).fresh(),
    Route::post(REMOVE, Need::Person, |visit| Box::pin(remove(visit))).fresh(),
];

struct Row {
    id: i64,
    name: String,
    created: Moment,
    used: Option<Moment>,
}

#[derive(Template)]
#[template(path = "account_passkeys.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    possible: bool,
    script: &'static str,
    problem: Option<String>,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let factors = visit.service().factors(visit.person()?).await?;
    let rows = factors.passkeys.into_iter().map(|passkey| Row {
        id: passkey.id,
        name: passkey.name,
        created: visit.moment(passkey.created),
        used: passkey.used.map(|used| visit.moment(used)),
    });
    let page = Page {
        frame: visit.frame("Passkeys", Nav::Account).await?,
        rows: rows.collect(),
        possible: visit.service().passkeys_possible(),
        script: assets::passkeys(),
        problem,
    };
    visit.render_as(status, &page)
}

/// What an authenticator is asked, for the script.
async fn question(visit: Visit) -> Answer {
    match visit.service().begin_passkey(visit.person()?).await {
        Ok(question) => Ok(reply::question(&question)),
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            Ok(reply::text(status, problem))
        }
    }
}

async fn add(visit: Visit) -> Answer {
    let (ticket, answer, name) =
        (visit.form.kept("ticket"), visit.form.kept("answer"), visit.form.kept("name"));
    let (person, visitor) = (visit.person()?, visit.visitor());
    match visit.service().finish_passkey(person, &ticket, &answer, &name, &visitor).await {
        Ok(()) => visit.see_other_saying(PASSKEYS, "The passkey is kept. Sign in with it next time."),
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}

async fn ask_to_remove(visit: Visit) -> Answer {
    let id: i64 = visit.query.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let factors = visit.service().factors(visit.person()?).await?;
    let passkey = factors.passkeys.into_iter().find(|passkey| passkey.id == id).ok_or(Fault::NotFound)?;
    let question = Confirm {
        title: format!("Remove the passkey “{}”?", passkey.name),
        words: vec![
            "Nobody signs in with it any more. The authenticator still shows it until you delete it there too."
                .into(),
        ],
        button: "Remove the passkey".into(),
        action: REMOVE.into(),
        fields: vec![("id".into(), id.to_string())],
        back: PASSKEYS.into(),
        ..Confirm::default()
    };
    question.ask(&visit, Nav::Account).await
}

async fn remove(visit: Visit) -> Answer {
    let id = visit.form.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    match visit.service().remove_passkey(visit.person()?, id, &visit.visitor()).await {
        Ok(true) => visit.see_other_saying(PASSKEYS, "The passkey is removed."),
        Ok(false) => visit.see_other_saying(PASSKEYS, "This passkey was removed already."),
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, Some(problem)).await
        }
    }
}
