//! `/dashboard/{app}/licenses/export`: the licenses that the filter means as a file.

use claviger_domain::NEVER;
use claviger_service::vendor::LicenseRow;

use crate::{
    fault::{Answer, Fault},
    license_filter,
    table_export::{Formats, file, is_json, second},
    tables::csv_field,
    visit::Visit,
};

const FORMATS: Formats<LicenseRow> =
    Formats { head: "key,state,level,seconds,note,maker,made,user,used,ban", csv: csv_row, json: json_row };

pub(super) async fn export(visit: Visit) -> Answer {
    let app = visit.app()?;
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let is_json = is_json(&visit.query)?;
    let export = visit.service().export_table::<LicenseRow>(app, filter.wanted, filter.order).await?;
    file(&format!("{}-licenses", app.name), is_json, export, FORMATS)
}

fn csv_row(row: &LicenseRow) -> Vec<String> {
    let license = &row.license;
    let text = |text: &Option<String>| csv_field(text.as_deref().unwrap_or_default());
    vec![
        csv_field(&license.key),
        csv_field(license.status.as_str()),
        csv_field(&license.level),
        if license.duration >= NEVER { "never".into() } else { license.duration.to_string() },
        text(&license.note),
        csv_field(&license.genby),
        second(license.gendate),
        text(&license.usedby),
        license.usedon.map(second).unwrap_or_default(),
        text(&license.banned),
    ]
}

fn json_row(row: &LicenseRow) -> serde_json::Value {
    let license = &row.license;
    serde_json::json!({
        "key": license.key,
        "state": license.status.as_str(),
        "level": license.level,
        "seconds": Some(license.duration).filter(|seconds| *seconds < NEVER),
        "note": license.note,
        "maker": license.genby,
        "made": license.gendate,
        "user": license.usedby,
        "used": license.usedon,
        "ban": license.banned,
    })
}
