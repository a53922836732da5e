//! The page itself: keys, addresses, the switch of the log.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::SellerRights;
use claviger_service::{
    App,
    vendor::{KEYS_MAX, ManageError, ShownKey},
};

use super::links::{ApiLink, PLACEHOLDER, links};
use crate::{
    addresses::app_base,
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    moment::Moment,
    record::record,
    visit::Visit,
};

/// A key in the table.
struct Row {
    name: String,
    /// Last four characters of its secret.
    hint: String,
    /// Those of older secrets, and until when they are valid.
    older: Vec<(String, Moment)>,
    rights: String,
    addresses: String,
    until: Option<Moment>,
    has_ended: bool,
    last_used: Option<Moment>,
    last_ip: String,
    /// Where its pages begin.
    address: String,
}

#[derive(Template)]
#[template(path = "seller_settings.html")]
struct Page {
    frame: Frame,
    /// Where the application's pages begin.
    of_app: String,
    base: String,
    /// What the owner is, where that does not include the Seller API.
    role: Option<&'static str>,
    owner: String,
    rows: Vec<Row>,
    is_full: bool,
    links: Vec<ApiLink>,
    addresses: String,
    problem: Option<String>,
    log_on: bool,
    log_kept: i64,
}

/// Where the page of an application is.
pub(super) fn address(app: &App) -> String {
    format!("{}seller-settings", app_base(app))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let addresses = visit.app()?.settings.seller_api_whitelist.join("\n");
    page(&visit, StatusCode::OK, addresses, None).await
}

async fn page(visit: &Visit, status: StatusCode, addresses: String, problem: Option<String>) -> Answer {
    let app = visit.app()?;
    let keys = visit.service().seller_keys(app).await?;
    let is_full = i64::try_from(keys.len()).is_ok_and(|keys| keys >= KEYS_MAX);
    visit.render_as(
        status,
        &Page {
            frame: visit.frame("Seller settings", Nav::SellerSettings).await?,
            of_app: app_base(app),
            base: address(app),
            role: (!app.may_sell(visit.now())).then(|| app.role.as_str()),
            owner: app.owner_name.clone(),
            rows: keys.into_iter().map(|key| row(visit, app, key)).collect(),
            is_full,
            links: links(&visit.state.public_url, PLACEHOLDER, SellerRights::ALL),
            addresses,
            problem,
            log_on: app.settings.seller_logs,
            log_kept: app.settings.seller_logs_kept,
        },
    )
}

fn row(visit: &Visit, app: &App, key: ShownKey) -> Row {
    let moment = |second: Option<i64>| second.map(|second| visit.moment(second));
    let older = key.secrets.iter().skip(1);
    Row {
        hint: key.hint().into(),
        older: older.filter_map(|secret| Some((secret.hint.clone(), moment(secret.expires)?))).collect(),
        rights: told(key.rights),
        addresses: key.addresses.join(", "),
        until: moment(key.until),
        has_ended: key.has_ended(visit.now()),
        last_used: moment(key.last_used),
        last_ip: key.last_ip.unwrap_or_default(),
        address: format!("{}/keys/{}", address(app), key.id),
        name: key.name,
    }
}

/// What a key may do, in words.
pub(super) fn told(rights: SellerRights) -> String {
    match rights {
        SellerRights::ALL => "everything".into(),
        SellerRights::READ_ONLY => "read everything".into(),
        other => {
            let words = other.to_string();
            let areas: Vec<&str> = words.split(',').filter(|word| *word != "read").collect();
            let areas = areas.join(", ");
            if other.is_read_only() { format!("read {areas}") } else { format!("{areas} only") }
        }
    }
}

/// Lets the Seller API in from these addresses only, whatever the key.
pub(super) async fn set_addresses(visit: Visit) -> Answer {
    let app = visit.app()?;
    let typed = visit.form.kept("addresses");
    let list = typed.split(['\n', ',']).map(str::trim).filter(|entry| !entry.is_empty());
    let value = list.collect::<Vec<_>>().join(",");
    match visit.service().change_settings(app, &[("sellerApiWhitelist".into(), value)]).await {
        Ok(changed) => {
            if !changed.differences.is_empty() {
                record(&visit, app, "settings", &changed.differences).await?;
            }
            let count = changed.settings.seller_api_whitelist.len();
            let said = match count {
                0 => "The Seller API may be used from anywhere.".to_owned(),
                1 => "The Seller API may be used from one address.".into(),
                count => format!("The Seller API may be used from {count} addresses."),
            };
            visit.see_other_saying(address(app), &said)
        }
        Err(ManageError::Unfit(problem)) => {
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(sentence(&problem))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Switches the log of requests on or off.
pub(super) async fn switch_log(visit: Visit) -> Answer {
    let app = visit.app()?;
    let on = match visit.form.get("on") {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(Fault::Invalid("The log is either on or off. Nothing was changed.".into())),
    };
    let changed = visit.service().change_settings(app, &[("sellerLogs".into(), on.to_string())]).await?;
    if !changed.differences.is_empty() {
        record(&visit, app, "settings", &changed.differences).await?;
    }
    let said = if on { "Requests are kept from now on." } else { "Requests are not kept any more." };
    visit.see_other_saying(address(app), said)
}
