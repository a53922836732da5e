//! `/dashboard/`: the applications that a person may work on.

use askama::Template;

use crate::{
    addresses::HOME,
    fault::Answer,
    frame::{Frame, Nav},
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get(HOME, Need::Person, |visit| Box::pin(show(visit))),
    Route::get("/dashboard", Need::Person, |visit| Box::pin(async move { visit.see_other(HOME) })),
];

#[derive(Template)]
#[template(path = "applications.html")]
struct Page {
    frame: Frame,
}

async fn show(visit: Visit) -> Answer {
    let frame = visit.frame("Applications", Nav::Applications).await?;
    visit.render(&Page { frame })
}
