//! `/dashboard/{app}/users/new`: a user without a license, with a subscription or none.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Permission, Secret, Term, Unit, in_one_line};
use claviger_service::vendor::{AddUser, NewUserOf};

use crate::{
    addresses::{app_base, user_page},
    fault::{Answer, refusal, sentence},
    frame::{Frame, Nav},
    record::record_about,
    rights::Need,
    route::Route,
    typed::Typed,
    visit::Visit,
};

const USERS: Need = Need::App(Permission::Users);
/// Longest password that is typed here, in bytes.
const PASSWORD_MAX: usize = 500;
/// The one form of the page.
const FORM: &str = "user";

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/users/new", USERS, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/users/new", USERS, |visit| Box::pin(add(visit))),
];

#[derive(Template)]
#[template(path = "users_new.html")]
struct Page {
    frame: Frame,
    base: String,
    typed: Typed,
    /// Which field is wrong.
    wrong: &'static str,
    names: Vec<String>,
}

impl Page {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        self.typed.problem(FORM).filter(|_| self.wrong == field)
    }
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, Typed::default(), "").await
}

async fn wrong(visit: &Visit, field: &'static str, problem: impl Into<String>) -> Answer {
    let typed = Typed::wrong(FORM, problem, &visit.form);
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, typed, field).await
}

async fn page(visit: &Visit, status: StatusCode, typed: Typed, wrong: &'static str) -> Answer {
    let app = visit.app()?;
    let offered = visit.service().subscriptions(app).await?;
    let page = Page {
        frame: visit.frame("New user", Nav::Users).await?,
        base: app_base(app),
        typed,
        wrong,
        names: offered.into_iter().map(|one| one.name).collect(),
    };
    visit.render_as(status, &page)
}

async fn add(visit: Visit) -> Answer {
    let (app, now) = (visit.app()?, visit.now());
    let name = visit.form.get("subscription").unwrap_or_default();
    let subscription = match name {
        "" => None,
        name => match Term::parse(visit.form.filled("days").unwrap_or_default(), Unit::Days, now) {
            Ok(term) => Some((name.to_owned(), term)),
            Err(error) => return wrong(&visit, "days", sentence(&error.to_string())).await,
        },
    };
    let password = visit.form.get("password").unwrap_or_default();
    if password.len() > PASSWORD_MAX {
        let why = format!("A password has at most {PASSWORD_MAX} bytes here.");
        return wrong(&visit, "password", why).await;
    }
    let username = visit.form.kept("name");
    let told = subscription.as_ref().map(|(name, _)| format!("subscription: {}", in_one_line(name)));
    let new = NewUserOf {
        username: username.clone(),
        password: (!password.is_empty()).then(|| Secret::new(password)),
        subscription,
        any_device: visit.form.has("any_device"),
        owner: visit.person()?.name.clone(),
    };
    match visit.service().add_user(app, new).await {
        Ok(AddUser::Done) => {}
        Ok(AddUser::Taken) => return wrong(&visit, "name", "There is a user of this name already.").await,
        Ok(AddUser::NotAllowed) => {
            return wrong(&visit, "name", "Nobody may be called so: bots mean everybody by it.").await;
        }
        Ok(AddUser::UnknownSubscription) => {
            return wrong(&visit, "subscription", "There is no such subscription.").await;
        }
        Ok(AddUser::NoTime) => return wrong(&visit, "days", "Write more than no time at all.").await,
        Ok(AddUser::Paused) => {
            return wrong(&visit, "", "The application is paused: nobody is added until it goes on.").await;
        }
        Err(error) => return wrong(&visit, "name", refusal(error)?).await,
    }
    let made = visit.service().user(app, &username).await?;
    record_about(&visit, app, &made.user.username, "add-user", &told.unwrap_or_default()).await?;
    visit.see_other_saying(user_page(app, made.user.id), "The user is made.")
}
