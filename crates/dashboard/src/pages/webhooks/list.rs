//! The list, and what the pages beside it share.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::{App, Webhook, vendor::shown_target};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    rights::{Need, may},
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 50;

/// A webhook in the table. Of its address only the host is shown: the rest may be a secret.
struct Row {
    webhook: Webhook,
    target: String,
    /// What acts on it are told: `?id=…`.
    named: String,
}

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
}

/// Where the page of an application is.
pub(super) fn address(app: &App) -> String {
    format!("{}webhooks", app_base(app))
}

/// The webhook that an address or a form names.
pub(super) async fn named(visit: &Visit, fields: &Fields) -> Result<Webhook, Fault> {
    let id = fields.get("id").unwrap_or_default();
    visit.service().webhook(visit.app()?, id).await?.ok_or(Fault::NotFound)
}

/// Whether the person may see the settings, where the address of messages is.
pub(super) fn may_settings(visit: &Visit) -> Result<bool, Fault> {
    Ok(may(visit.person()?, visit.app.as_deref(), Need::App(Permission::Settings)))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let after = visit.query.get("after").unwrap_or_default();
    let mut webhooks = visit.service().webhook_page(app, after, ROWS + 1).await?;
    let more = webhooks.len() as i64 > ROWS;
    webhooks.truncate(ROWS as usize);
    let last = webhooks.last().filter(|_| more);
    let page = Page {
        frame: visit.frame("Webhooks", Nav::Webhooks).await?,
        pages: Pages {
            first: (!after.is_empty()).then(|| base.clone()),
            back: None,
            on: last.map(|last| Link::new(base.clone()).with("after", &last.id).into()),
        },
        rows: webhooks
            .into_iter()
            .map(|webhook| Row {
                target: shown_target(&webhook.url),
                named: Link::new("").with("id", &webhook.id).into(),
                webhook,
            })
            .collect(),
        base,
    };
    visit.render(&page)
}
