//! `/dashboard/{app}/licenses/import`: licenses of a list. What cannot be taken is told line by line, and all are made or
//! none, unless one chooses to take the others.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Permission, in_one_line};
use claviger_service::vendor::{Imported, LicenseList, ManageError};

use crate::{
    addresses::app_base,
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    license_form::{LicenseForm, levels},
    plots::grouped,
    record::record,
    rights::Need,
    route::Route,
    visit::Visit,
};

const LICENSES: Need = Need::App(Permission::Licenses);
/// Largest file in bytes: 200,000 licenses with notes.
const FILE_MAX: usize = 24 * 1024 * 1024;
/// Refused lines that are shown.
const SHOWN: usize = 200;
/// Columns of which nothing was taken that the next page names: what it says comes in a cookie.
const NAMED: usize = 5;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/licenses/import", LICENSES, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/licenses/import", LICENSES, |visit| Box::pin(import_pasted(visit))),
    Route::upload("/dashboard/{app}/licenses/import/file", LICENSES, |visit| Box::pin(import_file(visit))),
];

/// A line that is not taken.
struct Line {
    line: usize,
    key: String,
    why: String,
}

/// What is wrong with a list.
#[derive(Default)]
struct Told {
    lines: Vec<Line>,
    /// How many there are in all.
    count: String,
    /// How many could be taken.
    good: String,
    some_good: bool,
    ignored: Vec<String>,
}

#[derive(Template)]
#[template(path = "licenses_import.html")]
struct Page {
    frame: Frame,
    base: String,
    form: LicenseForm,
    list: String,
    problem: Option<String>,
    told: Option<Told>,
}

async fn show(visit: Visit) -> Answer {
    let form = read_form(&visit).await?;
    page(&visit, StatusCode::OK, form, None, None).await
}

async fn read_form(visit: &Visit) -> Result<LicenseForm, Fault> {
    let app = visit.app()?;
    let offered = visit.service().subscriptions(app).await?;
    let levels = levels(&offered, visit.form.get("level"), |_| true);
    Ok(LicenseForm::new(&visit.form, &app.settings.license_mask, levels))
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    form: LicenseForm,
    problem: Option<String>,
    told: Option<Told>,
) -> Answer {
    let page = Page {
        frame: visit.frame("Import licenses", Nav::Licenses).await?,
        base: app_base(visit.app()?),
        form,
        list: visit.form.kept("list"),
        problem,
        told,
    };
    visit.render_as(status, &page)
}

async fn import_pasted(visit: Visit) -> Answer {
    let list = visit.form.kept("list");
    import(&visit, list).await
}

/// A list that comes as a file. It is in memory as a whole, and so has a place among all uploads.
async fn import_file(visit: Visit) -> Answer {
    let _place = visit.service().upload_place(visit.app()?, visit.ip).map_err(|_| Fault::Busy)?;
    let (upload, mut bytes) = (visit.upload()?, Vec::new());
    while let Some(more) = upload.next().await? {
        if bytes.len() + more.len() > FILE_MAX {
            return Err(Fault::TooLarge);
        }
        bytes.extend_from_slice(&more);
    }
    match String::from_utf8(bytes) {
        Ok(list) => import(&visit, list).await,
        Err(_) => {
            let problem = "The file is no text in UTF-8. Save it as such; nothing was imported.".to_owned();
            let form = read_form(&visit).await?;
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, Some(problem), None).await
        }
    }
}

async fn import(visit: &Visit, list: String) -> Answer {
    let mut form = read_form(visit).await?;
    let Some(usual) = form.usual(visit.now()) else {
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, form, None, None).await;
    };
    let app = visit.app()?;
    let list = match visit.service().read_licenses(app, list, usual).await {
        Ok(list) => list,
        Err(error) => {
            let problem = Some(refusal(error)?);
            return page(visit, StatusCode::UNPROCESSABLE_ENTITY, form, problem, None).await;
        }
    };
    let takes_good = visit.form.get("take") == Some("good");
    if list.good.is_empty() || (!list.refused.is_empty() && !takes_good) {
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, form, None, Some(told(&list))).await;
    }
    let (wanted, ignored) = (list.good.len() as i64, ignored(&list));
    match make(visit, list).await {
        Ok((address, made)) => {
            let mut said = outcome(made, wanted);
            if !ignored.is_empty() {
                let (named, more) = (ignored.len().min(NAMED), ignored.len() > NAMED);
                let others = if more { " and others" } else { "" };
                said += &format!(" Columns that say nothing here: {}{others}.", ignored[..named].join(", "));
            }
            visit.see_other_saying(address, &said)
        }
        Err(error) => {
            let problem = Some(refusal(error)?);
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, form, problem, None).await
        }
    }
}

/// What is said of licenses that were made, or are being made.
fn outcome(made: Imported, wanted: i64) -> String {
    let count = grouped(made.made);
    match (made.job, wanted - made.made) {
        (Some(_), _) => format!("{} licenses are being imported.", grouped(wanted)),
        (None, 0) => format!("{count} licenses are imported."),
        (None, there) => {
            let there = grouped(there);
            format!(
                "{count} licenses are imported; {there} are there already: somebody else made them meanwhile."
            )
        }
    }
}

/// Makes the licenses; returns where it is told, and what became of them.
async fn make(visit: &Visit, list: LicenseList) -> Result<(String, Imported), Fault> {
    let (app, person) = (visit.app()?.clone(), visit.person()?.name.clone());
    let (wanted, refused) = (list.good.len() as i64, list.refused.len());
    let (service, making) = (visit.service().clone(), app.clone());
    // Carried through, also when the browser does not wait for it.
    let made = tokio::spawn(async move { service.import_licenses(&making, list.good, &person).await });
    let made = made
        .await
        .map_err(|error| ManageError::Service(claviger_service::ServiceError::System(error.to_string())))?;
    let made = made?;
    let count = if made.job.is_some() { wanted } else { made.made };
    let told = match refused {
        0 => format!("{count} licenses"),
        refused => format!("{count} licenses; {refused} lines refused"),
    };
    record(visit, &app, "import-licenses", &told).await?;
    let base = app_base(&app);
    let address = match made.job {
        Some(job) => format!("{base}jobs/{job}"),
        None => format!("{base}licenses/import"),
    };
    Ok((address, made))
}

fn told(list: &LicenseList) -> Told {
    let shown = list.refused.iter().take(SHOWN).map(|one| Line {
        line: one.line,
        key: in_one_line(&one.key).into_owned(),
        why: one.why.clone(),
    });
    Told {
        lines: shown.collect(),
        count: grouped(list.refused.len() as i64),
        good: grouped(list.good.len() as i64),
        some_good: !list.good.is_empty(),
        ignored: ignored(list),
    }
}

/// Columns of which nothing is taken.
fn ignored(list: &LicenseList) -> Vec<String> {
    list.ignored.iter().map(|name| in_one_line(name).into_owned()).collect()
}
