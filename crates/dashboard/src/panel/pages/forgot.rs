//! `forgot`: a mail with a link to a new password, as programs ask for it with `forgot`. What is answered tells nobody
//! whether there is such a user.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Offer;
use claviger_service::accounts::Forgot;

use crate::{
    fault::{Answer, Fault},
    panel::{
        frame::PanelFrame,
        refusal::too_many,
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("forgot", PanelNeed::Nobody, |visit| Box::pin(show(visit))).offered(Offer::Password),
    PanelRoute::post("forgot", PanelNeed::Nobody, |visit| Box::pin(send(visit))).offered(Offer::Password),
];

#[derive(Template)]
#[template(path = "panel/forgot.html")]
struct Page {
    frame: PanelFrame,
    name: String,
    email: String,
    problem: Option<String>,
}

async fn show(visit: PanelVisit) -> Answer {
    page(&visit, StatusCode::OK, None)
}

fn page(visit: &PanelVisit, status: StatusCode, problem: Option<String>) -> Answer {
    if !visit.service().sends_mails() {
        return Err(Fault::NotFound);
    }
    let page = Page {
        frame: PanelFrame::new(visit, visit.words.say("forgotten")),
        name: visit.form.kept("name"),
        email: visit.form.kept("email"),
        problem,
    };
    visit.render_as(status, &page)
}

async fn send(visit: PanelVisit) -> Answer {
    let [name, email] = ["name", "email"].map(|field| visit.form.filled(field).map(str::to_owned));
    match visit.service().forgot_unseen(&visit.panel.app, visit.ip, name, email).await? {
        Forgot::NotConfigured => Err(Fault::NotFound),
        Forgot::Paused(seconds) => {
            page(&visit, StatusCode::TOO_MANY_REQUESTS, Some(too_many(&visit, seconds)))
        }
        Forgot::TooMany | Forgot::NotSent => {
            page(&visit, StatusCode::TOO_MANY_REQUESTS, Some(visit.words.say("forgot-failed")))
        }
        Forgot::Sent | Forgot::UnknownUser | Forgot::NoEmail | Forgot::WrongEmail => {
            Ok(visit.see_other_saying("sign-in", "said-link-sent", 1))
        }
    }
}
