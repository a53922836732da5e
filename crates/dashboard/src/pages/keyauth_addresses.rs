//! `/app/?page=…`: the addresses of pages as vendors know them from KeyAuth, leading to those of the application last
//! worked on.

use claviger_service::people::AppName;

use crate::{
    addresses::{HOME, Link, SIGN_IN, app_path},
    fault::{Answer, Fault},
    rights::Need,
    route::Route,
    visit::Visit,
};

/// Where all of them begin.
const APP: &str = "/app/";

pub(crate) const ROUTES: &[Route] = &[
    Route::get(APP, Need::Person, |visit| Box::pin(lead(visit))),
    Route::get("/app/index.php", Need::Nobody, |visit| Box::pin(start(visit))),
    Route::get("/app", Need::Nobody, |visit| Box::pin(start(visit))),
    Route::get("/login", Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::get("/login/", Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::get("/register", Need::Nobody, |visit| Box::pin(sign_in(visit))),
    Route::get("/register/", Need::Nobody, |visit| Box::pin(sign_in(visit))),
];

/// Pages of an application: their names there, and their paths here.
const OF_APP: &[(&str, &str)] = &[
    ("seller-settings", "seller-settings"),
    ("seller-logs", "seller-logs"),
    ("sessions", "sessions"),
    ("licenses", "licenses"),
    ("users", "users"),
    ("app-settings", "settings"),
    ("audit-log", "audit-log"),
    ("blacklists", "blacklist"),
    ("chats", "chats"),
    ("logs", "logs"),
    ("subscriptions", "subscriptions"),
    ("vars", "variables"),
    ("tokens", "tokens"),
    ("files", "files"),
    ("webhooks", "webhooks"),
    ("webloader", "web-loader"),
    ("manage-accs", "team"),
];

/// Pages of a person.
const OF_PERSON: &[(&str, &str)] = &[
    ("manage-apps", HOME),
    ("account-settings", "/dashboard/-/account"),
    ("account-logs", "/dashboard/-/account-logs"),
    ("upgrade", "/dashboard/-/account#role"),
];

fn find<'a>(pages: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    pages.iter().find(|(known, _)| *known == name).map(|(_, path)| *path)
}

/// With the slash that relative links and the way back from signing in need.
async fn start(visit: Visit) -> Answer {
    visit.see_other(Link::new(APP).with_some("page", visit.query.filled("page")))
}

async fn sign_in(visit: Visit) -> Answer {
    visit.see_other(SIGN_IN)
}

/// To the page of that name; to the overview where there is none.
async fn lead(visit: Visit) -> Answer {
    let page = visit.query.filled("page").unwrap_or_default().to_ascii_lowercase();
    if let Some(address) = find(OF_PERSON, &page) {
        return visit.see_other(address);
    }
    let Some(app) = last_app(&visit).await? else { return visit.see_other(HOME) };
    let overview = app_path(app.id, &app.name);
    visit.see_other(format!("{overview}{}", find(OF_APP, &page).unwrap_or_default()))
}

/// The application last worked on; else the first of those that the person may work on.
async fn last_app(visit: &Visit) -> Result<Option<AppName>, Fault> {
    let person = visit.person()?;
    let mut apps = visit.service().apps_of(person).await?;
    let at = apps.iter().position(|app| Some(app.id) == person.last_app).unwrap_or_default();
    Ok((at < apps.len()).then(|| apps.swap_remove(at)))
}
