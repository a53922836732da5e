//! `/dashboard/{app}/users/export`: the users that the filter means as a file. No password is in it, not even its hash.

use claviger_domain::NEVER;
use claviger_service::vendor::UserRow;

use crate::{
    fault::{Answer, Fault},
    table_export::{Formats, file, is_json, second},
    tables::csv_field,
    user_filter,
    visit::Visit,
};

const FORMATS: Formats<UserRow> = Formats {
    head: "name,registered,last_sign_in,address,devices,banned,subscriptions,online",
    csv: csv_row,
    json: json_row,
};

pub(super) async fn export(visit: Visit) -> Answer {
    let app = visit.app()?;
    let filter = user_filter::read(&visit.query);
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let is_json = is_json(&visit.query)?;
    let export = visit.service().export_table::<UserRow>(app, filter.wanted, filter.order).await?;
    file(&format!("{}-users", app.name), is_json, export, FORMATS)
}

/// When something ends: a time, seconds that are left while it is paused, or `never`.
fn end(expires: i64, paused: bool) -> String {
    match (expires >= NEVER, paused) {
        (true, _) => "never".into(),
        (false, true) => format!("paused {expires}"),
        (false, false) => second(expires),
    }
}

fn csv_row(user: &UserRow) -> Vec<String> {
    let has: Vec<String> = user
        .subscriptions
        .iter()
        .map(|one| format!("{}: {}", one.subscription, end(one.expires, one.paused)))
        .collect();
    vec![
        csv_field(&user.username),
        second(user.created),
        user.last_login.map(second).unwrap_or_default(),
        csv_field(user.ip.as_deref().unwrap_or_default()),
        user.devices.to_string(),
        csv_field(user.banned.as_deref().unwrap_or_default()),
        csv_field(&has.join("; ")),
        if user.online { "yes" } else { "no" }.into(),
    ]
}

fn json_row(user: &UserRow) -> serde_json::Value {
    let has: Vec<serde_json::Value> = user
        .subscriptions
        .iter()
        .map(|one| {
            serde_json::json!({
                "name": one.subscription,
                "expires": Some(one.expires).filter(|at| *at < NEVER && !one.paused),
                "left": Some(one.expires).filter(|left| *left < NEVER && one.paused),
                "paused": one.paused,
            })
        })
        .collect();
    serde_json::json!({
        "name": user.username,
        "registered": user.created,
        "last_sign_in": user.last_login,
        "address": user.ip,
        "devices": user.devices,
        "banned": user.banned,
        "subscriptions": has,
        "online": user.online,
    })
}
