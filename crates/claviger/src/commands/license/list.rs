//! `claviger license list`.

use claviger_service::vendor::{License, LicenseFilter};
use serde_json::json;

use super::super::run::with_app;
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// Licenses read at a time.
const PAGE: i64 = 1000;

/// Runs the command.
pub(super) fn run(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let columns = [
            ("KEY", 41),
            ("STATUS", 8),
            ("LEVEL", 5),
            ("SECONDS", 9),
            ("USER", 20),
            ("USED", 20),
            ("NOTE", 0),
        ];
        let mut rows = Rows::new(json, columns);
        let mut after = 0;
        loop {
            let page = service.licenses_page(app.id, LicenseFilter::default(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for license in page {
                rows.add(&as_json(&license), cells(license))?;
            }
        }
        rows.end();
        Ok(())
    })
}

fn cells(license: License) -> [String; 7] {
    [
        license.key,
        license.status.as_str().into(),
        license.level,
        output::seconds(license.duration),
        output::or_dash(license.usedby.as_deref()),
        output::time_or_dash(license.usedon),
        output::or_dash(license.note.as_deref()),
    ]
}

fn as_json(license: &License) -> serde_json::Value {
    json!({
        "key": license.key,
        "status": license.status.as_str(),
        "level": license.level,
        "seconds": output::seconds_as_json(license.duration),
        "note": license.note,
        "banned": license.banned,
        "created_by": license.genby,
        "created": license.gendate,
        "used_by": license.usedby,
        "used": license.usedon,
    })
}
