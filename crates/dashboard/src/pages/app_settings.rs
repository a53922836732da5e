//! `/dashboard/{app}/app-settings`: name, state, versions of the API, secret, and the end of an application.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{ApiVersions, Permission, tidy};
use claviger_service::App;

use crate::{
    addresses::{HOME, app_base},
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    record::record,
    rights::{Need, may},
    route::Route,
    settings_change::{NO_API, Wish, change_or_ask},
    state_tags::{Tag, tags},
    visit::Visit,
};

const SETTINGS: Need = Need::App(Permission::Settings);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/app-settings", SETTINGS, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/app-settings/name", Need::AppOwner, |visit| Box::pin(rename(visit))),
    Route::post("/dashboard/{app}/app-settings/state", SETTINGS, |visit| Box::pin(set_state(visit))),
    Route::post("/dashboard/{app}/app-settings/api", SETTINGS, |visit| Box::pin(set_api(visit))),
    Route::get("/dashboard/{app}/app-settings/rotate", Need::AppOwner, |visit| Box::pin(ask_rotate(visit)))
        .fresh(),
    Route::post("/dashboard/{app}/app-settings/rotate", Need::AppOwner, |visit| Box::pin(rotate(visit)))
        .fresh(),
    Route::get("/dashboard/{app}/app-settings/delete", Need::AppOwner, |visit| {
        Box::pin(async move { ask_delete(&visit, None).await })
    })
    .fresh(),
    Route::post("/dashboard/{app}/app-settings/delete", Need::AppOwner, |visit| Box::pin(delete(visit)))
        .fresh(),
];

#[derive(Template)]
#[template(path = "app_settings.html")]
struct Page {
    frame: Frame,
    base: String,
    /// As it was typed, else as it is.
    name: String,
    problem: Option<String>,
    is_owner: bool,
    banned: bool,
    enabled: bool,
    paused: bool,
    tags: Vec<Tag>,
    api: ApiVersions,
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let app = visit.app()?;
    let page = Page {
        frame: visit.frame("Application", Nav::AppSettings).await?,
        base: app_base(app),
        name: visit.form.get("name").unwrap_or(&app.name).to_owned(),
        problem,
        is_owner: may(visit.person()?, Some(app), Need::AppOwner),
        banned: app.banned,
        enabled: app.settings.enabled,
        paused: app.settings.paused,
        tags: tags(app),
        api: app.settings.api,
    };
    visit.render_as(status, &page)
}

fn settings_of(app: &App) -> String {
    format!("{}app-settings", app_base(app))
}

async fn rename(visit: Visit) -> Answer {
    let app = visit.app()?;
    let to = visit.form.get("name").unwrap_or_default();
    match visit.service().rename_app(&app.owner_name, &app.name, to).await {
        Ok(renamed) if renamed.name == app.name => visit.see_other(settings_of(&renamed)),
        Ok(renamed) => {
            record(&visit, &renamed, "rename", &format!("name: {} → {}", app.name, renamed.name)).await?;
            let said = format!("The application is called {} now.", renamed.name);
            visit.see_other_saying(settings_of(&renamed), &said)
        }
        Err(error) => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal(error)?)).await,
    }
}

async fn set_state(visit: Visit) -> Answer {
    let what = visit.form.get("do").unwrap_or_default();
    let (name, value, said) = match what {
        "pause" => ("paused", true, "Paused: programs are refused when they start, and no time runs out."),
        "unpause" => ("paused", false, "It goes on: programs may start, and time runs again."),
        "disable" => ("enabled", false, "Switched off: programs are refused when they start."),
        "enable" => ("enabled", true, "Switched on: programs may start."),
        _ => return Err(Fault::Invalid("There is no such state. Nothing was changed.".into())),
    };
    let fields = vec![("do".into(), what.into())];
    change(&visit, "state", vec![(name.into(), value.to_string())], fields, said).await
}

async fn set_api(visit: Visit) -> Answer {
    let versions = ["v1_0", "v1_1", "v1_2", "v1_3"];
    let on = versions.into_iter().filter(|version| visit.form.has(version));
    let fields: Vec<(String, String)> = on.map(|version| (version.into(), "on".into())).collect();
    if fields.is_empty() {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(NO_API.into())).await;
    }
    let changes: Vec<(String, String)> = versions
        .iter()
        .map(|version| (format!("api.{version}"), visit.form.has(version).to_string()))
        .collect();
    change(&visit, "api", changes, fields, "The versions of the Client API are set.").await
}

async fn change(
    visit: &Visit,
    place: &str,
    changes: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    said: &str,
) -> Answer {
    let back = settings_of(visit.app()?);
    let action = format!("{back}/{place}");
    change_or_ask(visit, Wish { changes, fields, action, back, said: said.into() }).await
}

async fn ask_rotate(visit: Visit) -> Answer {
    let app = visit.app()?;
    let figures = visit.service().figures(app).await?;
    let ends = match figures.sessions {
        0 => "No session is open now.".into(),
        1 => "The one session that is open now ends.".into(),
        count => format!("All {count} sessions that are open now end."),
    };
    let confirm = Confirm {
        title: format!("Draw a new secret for {}?", app.name),
        words: vec![
            "Programs of API 1.0 and 1.2 that were built with the old secret stop working, and have to be built anew. \
             Those of API 1.3 and 1.1 do not use it."
                .into(),
            ends,
            "The old secret cannot be brought back.".into(),
        ],
        button: "Draw a new secret".into(),
        action: format!("{}/rotate", settings_of(app)),
        back: settings_of(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::AppSettings).await
}

async fn rotate(visit: Visit) -> Answer {
    let app = visit.app()?;
    visit.service().rotate_secret(&app.owner_name, &app.name).await?;
    record(&visit, app, "rotate-secret", "").await?;
    let said = "The secret is another one now, and all sessions have ended.";
    visit.see_other_saying(format!("{}credentials/secret", app_base(app)), said)
}

async fn ask_delete(visit: &Visit, problem: Option<String>) -> Answer {
    let app = visit.app()?;
    let confirm = Confirm {
        title: format!("Delete {} for ever?", app.name),
        words: vec![
            format!("With it go {}.", what_goes(visit, app).await?),
            "Programs that name it are refused from then on, and its seller keys end. None of it can be brought back."
                .into(),
        ],
        button: "Delete the application".into(),
        action: format!("{}/delete", settings_of(app)),
        typed: Some(app.name.clone()),
        problem,
        back: settings_of(app),
        ..Confirm::default()
    };
    confirm.ask(visit, Nav::AppSettings).await
}

/// What an application holds, in words.
async fn what_goes(visit: &Visit, app: &App) -> Result<String, Fault> {
    let (figures, stats) = (visit.service().figures(app).await?, visit.service().seller_stats(app).await?);
    let counts = [
        (figures.users, "user", "users"),
        (stats.licenses.total(), "license", "licenses"),
        (figures.sessions, "open session", "open sessions"),
        (stats.files, "file", "files"),
        (stats.variables, "variable", "variables"),
        (stats.webhooks, "webhook", "webhooks"),
        (stats.resellers, "account of a reseller", "accounts of resellers"),
        (stats.managers, "account of a manager", "accounts of managers"),
    ];
    let mut words: Vec<String> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    words.push("its settings, logs and seller keys".into());
    let last = words.pop().unwrap_or_default();
    Ok(if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) })
}

async fn delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    if tidy(visit.form.get("typed").unwrap_or_default()) != app.name {
        let problem = "That is not its name. Nothing was deleted.".to_owned();
        let mut response = ask_delete(&visit, Some(problem)).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    visit.service().delete_app(&app.owner_name, &app.name).await?;
    tracing::info!(app = app.id, "an application was deleted in the dashboard");
    visit.see_other_saying(HOME, &format!("{} is deleted.", app.name))
}
