//! `downloads/{file}`: a file that the vendor offers, by a link that ends soon.

use claviger_domain::Offer;

use crate::{
    fault::{Answer, Fault},
    panel::{
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
    reply,
};

pub(in crate::panel) const ROUTES: &[PanelRoute] =
    &[PanelRoute::get("downloads/{file}", PanelNeed::Customer, |visit| Box::pin(download(visit)))
        .offered(Offer::Downloads)];

async fn download(visit: PanelVisit) -> Answer {
    let (app, customer) = (&visit.panel.app, visit.customer()?);
    let link = visit.service().link_download(app, visit.ip, customer, visit.path("file")).await?;
    let link = link.ok_or(Fault::NotFound)?;
    Ok(reply::see_other(&format!("/api/files/{}", link.token)))
}
