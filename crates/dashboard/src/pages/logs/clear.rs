//! Deleting all lines; asked first.

use crate::{
    addresses::app_base, confirm::Confirm, fault::Answer, frame::Nav, plots::grouped, record::record,
    visit::Visit,
};

pub(super) async fn ask(visit: Visit) -> Answer {
    let path = format!("{}logs", app_base(visit.app()?));
    let confirm = Confirm {
        title: "Delete all lines?".into(),
        words: vec![
            "Everything that programs wrote goes for good, whatever the filter. Export it first if you may need it.".into(),
            "Programs go on writing. What was sent to the webhook stays there.".into(),
        ],
        button: "Delete all lines".into(),
        action: format!("{path}/clear"),
        back: path,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Logs).await
}

pub(super) async fn clear(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}logs", app_base(visit.app()?)));
    let lines = visit.service().clear_logs(app).await?;
    if lines == 0 {
        return visit.see_other_saying(path, "There were no lines.");
    }
    let count = grouped(i64::try_from(lines).unwrap_or(i64::MAX));
    record(&visit, app, "dellogs", &format!("lines: {count} → 0")).await?;
    let said = if lines == 1 { "Deleted 1 line.".into() } else { format!("Deleted {count} lines.") };
    visit.see_other_saying(path, &said)
}
