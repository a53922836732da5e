//! `/dashboard/`: the applications that a person may work on, and making one.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{ApiVersions, Permission};
use claviger_service::{App, people::AppName, vendor::Figures};

use super::credentials;
use crate::{
    addresses::{HOME, app_path},
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    moment::Moment,
    rights::{Need, may},
    route::Route,
    state_tags::{Tag, tags},
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(HOME, Need::Person, |visit| Box::pin(show(visit))),
    Route::post(HOME, Need::Owner, |visit| Box::pin(make(visit))),
    Route::get("/dashboard", Need::Person, |visit| Box::pin(async move { visit.see_other(HOME) })),
];

/// An application in the list. Figures that a person may not see are not there.
struct Row {
    name: String,
    address: String,
    version: String,
    tags: Vec<Tag>,
    sessions: Option<(i64, i64)>,
    users: Option<i64>,
    licenses: Option<(i64, i64)>,
    created: Moment,
}

#[derive(Template)]
#[template(path = "applications.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    may_make: bool,
    /// The name that was typed.
    name: String,
    problem: Option<String>,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let person = visit.person()?;
    let mut rows = Vec::new();
    for app in visit.service().apps_of(person).await? {
        rows.extend(row(visit, app).await?);
    }
    let frame = visit.frame("Applications", Nav::Applications).await?;
    let may_make = may(person, None, Need::Owner);
    visit.render_as(status, &Page { frame, rows, may_make, name: visit.form.kept("name"), problem })
}

/// The row of an application; `None` when it has gone since the list was read.
async fn row(visit: &Visit, named: AppName) -> Result<Option<Row>, Fault> {
    let service = visit.service();
    let Some(app) = service.app_by_name(&named.owner_id, &named.name).await? else { return Ok(None) };
    let figures = service.figures(&app).await?;
    let Figures { sessions, signed_in, users, licenses } = *figures;
    let sees = |permission| may_see(visit, &app, permission);
    Ok(Some(Row {
        address: app_path(named.id, &named.name),
        name: named.name,
        version: app.settings.version.clone(),
        tags: tags(&app),
        sessions: sees(Permission::Sessions).then_some((sessions, signed_in)),
        users: sees(Permission::Users).then_some(users),
        licenses: sees(Permission::Licenses).then_some((licenses.total(), licenses.unused)),
        created: visit.moment(named.created),
    }))
}

/// Whether the person may see what a permission is about.
fn may_see(visit: &Visit, app: &App, permission: Permission) -> bool {
    visit.person.as_ref().is_some_and(|person| may(person, Some(app), Need::App(permission)))
}

async fn make(mut visit: Visit) -> Answer {
    let owner = visit.person()?.owner().ok_or(Fault::NotFound)?.name.clone();
    let name = visit.form.get("name").unwrap_or_default().to_owned();
    let made = visit.service().create_app(&owner, &name, ApiVersions::default()).await;
    match made {
        Ok(made) => {
            // Not by way of another page: the seller key is shown this once.
            visit.app = Some(Arc::new(made.app));
            credentials::show_made(&visit, &made.seller_key).await
        }
        Err(error) => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal(error)?)).await,
    }
}
