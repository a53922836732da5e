//! `colours.css` and `logo`: how the vendor's panel looks.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    fault::{Answer, Fault},
    panel::{
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("colours.css", PanelNeed::Nobody, |visit| Box::pin(colours(visit))),
    PanelRoute::get("logo", PanelNeed::Nobody, |visit| Box::pin(logo(visit))),
];

/// Its address changes with what it holds.
const KEPT: (HeaderName, &str) = (header::CACHE_CONTROL, "private, max-age=86400");

async fn colours(visit: PanelVisit) -> Answer {
    let settings = &visit.panel.settings;
    let (light, dark) = (settings.light, settings.dark);
    let text = format!(
        ":root {{ --accent: light-dark({light}, {dark}); --on-accent: light-dark({}, {}); }}\n",
        light.ink(),
        dark.ink()
    );
    Ok(([KEPT, (header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response())
}

async fn logo(visit: PanelVisit) -> Answer {
    let logo = visit.service().panel_logo(&visit.panel.app).await?.ok_or(Fault::NotFound)?;
    let kind = HeaderValue::try_from(logo.kind).map_err(|_| Fault::NotFound)?;
    let mut response: Response = ([KEPT], logo.bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
