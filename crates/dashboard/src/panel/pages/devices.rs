//! `devices/free`: a customer frees devices.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Offer;
use claviger_service::customers::FreeDevices;

use super::home::{Problems, home};
use crate::{
    fault::Answer,
    panel::{
        frame::PanelFrame,
        moments::{At, span},
        route::{PanelNeed, PanelRoute},
        visit::PanelVisit,
    },
};

pub(in crate::panel) const ROUTES: &[PanelRoute] = &[
    PanelRoute::get("devices/free", PanelNeed::Customer, |visit| Box::pin(ask(visit)))
        .offered(Offer::Devices),
    PanelRoute::post("devices/free", PanelNeed::Customer, |visit| Box::pin(free(visit)))
        .offered(Offer::Devices),
];

#[derive(Template)]
#[template(path = "panel/free_devices.html")]
struct Page {
    frame: PanelFrame,
    /// The one; else all.
    device: Option<String>,
    /// How long until the next, if one has to wait.
    then: Option<String>,
    button: String,
}

async fn ask(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer()?, visit.words);
    let device = visit.query.filled("device").map(str::to_owned);
    let there =
        device.as_ref().map_or(!customer.devices.is_empty(), |device| customer.devices.contains(device));
    if customer.wait_until.is_some() || !there {
        return Ok(visit.see_other(""));
    }
    let title = match &device {
        Some(_) => w.say("free-ask"),
        None => w.count("free-ask-all", "count", customer.devices.len() as i64),
    };
    let wait = visit.panel.app.settings.cooldown_seconds;
    let then = if wait > 0 { span(w, wait) } else { None };
    let page = Page {
        frame: PanelFrame::new(&visit, title),
        then: then.map(|time| w.with("free-then", "time", time)),
        button: if device.is_some() { w.say("free-device") } else { w.say("free-devices") },
        device,
    };
    visit.render(&page)
}

async fn free(visit: PanelVisit) -> Answer {
    let (customer, w) = (visit.customer()?, visit.words);
    let device = visit.form.filled("device");
    let problem = match visit.service().free_devices(&visit.panel.app, customer, device).await? {
        FreeDevices::Done(count) => return Ok(visit.see_other_saying("", "said-freed", count as i64)),
        FreeDevices::SignedOut => return Ok(visit.see_other("sign-in")),
        FreeDevices::None => w.say("no-such-device"),
        FreeDevices::Wait(until) => w.with("free-wait", "time", At(until).plain()),
    };
    let status = Some(StatusCode::UNPROCESSABLE_ENTITY);
    home(&visit, Problems { devices: Some(problem), status, ..Problems::default() }).await
}
