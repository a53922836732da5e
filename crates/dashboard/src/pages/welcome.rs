//! `/dashboard/-/welcome`: where links of `claviger serve` and `claviger owner invite` lead: the first owner is made
//! here, and owners set their password.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{PASSWORD_MAX, PASSWORD_MIN, Secret, Strength, strength};
use claviger_service::{
    ServiceError,
    people::{Invited, PeopleError},
};

use super::sign_in::go_on;
use crate::{
    addresses::Link,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    people_refusal::people_refusal,
    rights::Need,
    route::Route,
    visit::Visit,
};

const WELCOME: &str = "/dashboard/-/welcome";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(WELCOME, Need::Nobody, |visit| Box::pin(show(visit))),
    Route::post(WELCOME, Need::Nobody, |visit| Box::pin(accept(visit))),
    Route::post("/dashboard/-/strength", Need::Nobody, |visit| Box::pin(tell_strength(visit))),
];

/// The link to a server at `public_url` for whoever holds the secret of an invitation.
pub fn invitation_link(public_url: &str, secret: &Secret) -> String {
    Link::new(format!("{public_url}{WELCOME}")).with("link", secret.expose()).into()
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Page {
    frame: Frame,
    link: String,
    /// What the owner is called already; `None`: it is chosen here.
    owner: Option<String>,
    name: String,
    problem: Option<String>,
    password_min: usize,
}

#[derive(Template)]
#[template(path = "no_link.html")]
struct NoLink {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "strength.html")]
struct Told {
    strength: Option<Strength>,
}

async fn show(visit: Visit) -> Answer {
    let link = visit.query.kept("link");
    page(&visit, StatusCode::OK, link, None).await
}

async fn page(visit: &Visit, status: StatusCode, link: String, problem: Option<String>) -> Answer {
    let owner = match visit.service().invited(&link, &visit.visitor()).await.map_err(link_refused)? {
        None => {
            let frame = visit.frame("This link does not work any more", Nav::Other).await?;
            return visit.render_as(StatusCode::NOT_FOUND, &NoLink { frame });
        }
        Some(Invited::First) => None,
        Some(Invited::Person(name)) => Some(name),
    };
    let title = match &owner {
        None => "Welcome to Claviger".to_owned(),
        Some(name) => format!("A new password for {name}"),
    };
    let frame = visit.frame(title, Nav::Other).await?;
    let name = visit.form.kept("name");
    visit.render_as(status, &Page { frame, link, owner, name, problem, password_min: PASSWORD_MIN })
}

async fn accept(visit: Visit) -> Answer {
    let link = visit.form.kept("link");
    let password = Secret::new(visit.form.get("password").unwrap_or_default());
    let service = visit.service();
    let outcome = match service.invited(&link, &visit.visitor()).await.map_err(link_refused)? {
        None => return page(&visit, StatusCode::NOT_FOUND, link, None).await,
        Some(Invited::First) => {
            let name = visit.form.get("name").unwrap_or_default();
            service.accept_first(&link, name, &password, &visit.visitor()).await
        }
        Some(Invited::Person(_)) => service.accept_invitation(&link, &password, &visit.visitor()).await,
    };
    match outcome {
        Ok(step) => go_on(&visit, step).await,
        Err(error) => {
            let (status, problem) = people_refusal(error)?;
            page(&visit, status, link, Some(problem)).await
        }
    }
}

fn link_refused(error: PeopleError) -> Fault {
    match error {
        PeopleError::Store(error) => ServiceError::from(error).into(),
        told => Fault::TooOften(told.to_string()),
    }
}

/// How hard what is being typed is to guess.
async fn tell_strength(visit: Visit) -> Answer {
    let name = match &visit.person {
        Some(person) => person.name.clone(),
        None => visit.form.kept("name"),
    };
    let password = visit.form.get("password").unwrap_or_default().trim();
    // Longer ones are refused, and take their time to look at.
    let looked_at = !password.is_empty() && password.len() <= PASSWORD_MAX && name.len() <= PASSWORD_MAX;
    visit.render(&Told { strength: looked_at.then(|| strength(password, &name)) })
}
