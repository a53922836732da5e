//! `/dashboard/{app}/`: how an application fares.

use askama::Template;

use crate::{
    fault::Answer,
    frame::{Frame, Nav},
    rights::Need,
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] =
    &[Route::get("/dashboard/{app}/", Need::Member, |visit| Box::pin(show(visit)))];

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
}

async fn show(visit: Visit) -> Answer {
    let frame = visit.frame("Overview", Nav::Overview).await?;
    visit.render(&Page { frame })
}
