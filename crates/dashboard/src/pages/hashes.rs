//! `/dashboard/{app}/hashes`: which builds of the program may start.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Permission;
use claviger_service::{App, vendor::ManageError};

use crate::{
    addresses::{Link, app_base},
    assets,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    record::record,
    rights::Need,
    route::Route,
    settings_change::{Wish, change_or_ask},
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Settings);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/hashes", NEED, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/hashes", NEED, |visit| Box::pin(add(visit))),
    Route::post("/dashboard/{app}/hashes/check", NEED, |visit| Box::pin(switch(visit))),
    Route::get("/dashboard/{app}/hashes/delete", NEED, |visit| Box::pin(ask_delete(visit))),
    Route::post("/dashboard/{app}/hashes/delete", NEED, |visit| Box::pin(delete(visit))),
    Route::get("/dashboard/{app}/hashes/reset", NEED, |visit| Box::pin(ask_reset(visit))),
    Route::post("/dashboard/{app}/hashes/reset", NEED, |visit| Box::pin(reset(visit))),
];

/// A hash in the list, and where it is removed.
struct Row {
    hash: String,
    delete: String,
}

#[derive(Template)]
#[template(path = "hashes.html")]
struct Page {
    frame: Frame,
    base: String,
    script: &'static str,
    rows: Vec<Row>,
    check: bool,
    learn: bool,
    typed: String,
    problem: Option<String>,
}

fn address(app: &App) -> String {
    format!("{}hashes", app_base(app))
}

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, String::new(), None).await
}

async fn page(visit: &Visit, status: StatusCode, typed: String, problem: Option<String>) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let row = |hash: &String| Row {
        delete: Link::new(format!("{base}/delete")).with("hash", hash).into(),
        hash: hash.clone(),
    };
    let page = Page {
        frame: visit.frame("Program hashes", Nav::Hashes).await?,
        script: assets::hashes(),
        rows: app.settings.hashes.iter().map(row).collect(),
        check: app.settings.hash_check,
        learn: app.settings.hash_learn,
        base,
        typed,
        problem,
    };
    visit.render_as(status, &page)
}

async fn add(visit: Visit) -> Answer {
    let app = visit.app()?;
    let typed = visit.form.kept("hash");
    match visit.service().add_hash(app, &typed).await {
        Ok(()) => {
            let hash = typed.trim().to_ascii_lowercase();
            record(&visit, app, "add-hash", &hash).await?;
            visit.see_other_saying(address(app), "The hash is allowed.")
        }
        Err(error) => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(refusal(error)?)).await,
    }
}

async fn switch(visit: Visit) -> Answer {
    let app = visit.app()?;
    let (name, on, said) = match visit.form.get("do") {
        Some("check") => ("hashCheck", true, "Only programs with an allowed hash may start."),
        Some("uncheck") => ("hashCheck", false, "Any build of the program may start."),
        Some("learn") => {
            ("hashLearn", true, "The hash of the next program that starts is added, if there is none yet.")
        }
        Some("unlearn") => ("hashLearn", false, "No hash is added by itself."),
        _ => return Err(Fault::Invalid("There is no such switch. Nothing was changed.".into())),
    };
    // Checking hashes may lock programs out: that is asked first.
    let wish = Wish {
        changes: vec![(name.into(), on.to_string())],
        action: format!("{}/check", address(app)),
        fields: vec![("do".into(), visit.form.kept("do"))],
        back: address(app),
        said: said.into(),
    };
    change_or_ask(&visit, wish).await
}

async fn ask_delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    let hash = visit.query.get("hash").unwrap_or_default();
    if !app.settings.hashes.iter().any(|kept| kept == hash) {
        return Err(Fault::NotFound);
    }
    let confirm = Confirm {
        title: format!("Remove {hash}?"),
        words: vec![
            "While hashes are checked, builds with this hash are refused when they start. Sessions go on."
                .into(),
            "It can be added again.".into(),
        ],
        button: "Remove the hash".into(),
        action: format!("{}/delete", address(app)),
        fields: vec![("hash".into(), hash.into())],
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Hashes).await
}

async fn delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    let hash = visit.form.get("hash").unwrap_or_default();
    if !visit.service().remove_hash(app, hash).await.map_err(missing)? {
        return Err(Fault::NotFound);
    }
    record(&visit, app, "remove-hash", hash).await?;
    visit.see_other_saying(address(app), "The hash is removed.")
}

async fn ask_reset(visit: Visit) -> Answer {
    let app = visit.app()?;
    let goes = match app.settings.hashes.len() {
        1 => "The one hash is removed.".into(),
        count => format!("All {count} hashes are removed."),
    };
    let refused = if app.settings.hash_check && !app.settings.hash_learn {
        "Hashes are checked: without one, no program may start."
    } else {
        "They can be added again."
    };
    let confirm = Confirm {
        title: "Remove all hashes?".into(),
        words: vec![goes, refused.into()],
        button: "Remove all hashes".into(),
        action: format!("{}/reset", address(app)),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Hashes).await
}

async fn reset(visit: Visit) -> Answer {
    let app = visit.app()?;
    let said = match visit.service().reset_hashes(app).await.map_err(missing)? {
        true => {
            record(&visit, app, "reset-hashes", "").await?;
            "All hashes are removed."
        }
        false => "There were no hashes.",
    };
    visit.see_other_saying(address(app), said)
}

/// The application was deleted meanwhile.
fn missing(error: ManageError) -> Fault {
    match error {
        ManageError::Unknown { .. } => Fault::NotFound,
        error => error.into(),
    }
}
