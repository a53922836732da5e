//! Adding to the blacklist: one or many, all or none.

use axum::http::StatusCode;
use claviger_service::vendor::{ACCESS_BATCH_MAX, KINDS, Outcast};

use super::page::{Tried, page};
use crate::{
    access_forms::{CHANGES_MAX, end, until_words},
    addresses::app_base,
    fault::{Answer, refusal, sentence},
    pasted::read_lines,
    record::record_about,
    visit::Visit,
};

fn read(kind: &str, line: &str) -> Result<Outcast, String> {
    let fits = !line.chars().any(char::is_control);
    match Outcast::parse(kind, line).filter(|_| fits) {
        Some(outcast) => Ok(outcast),
        None if kind == "ip" => {
            Err(format!("“{line}” is neither an address nor a network such as 203.0.113.0/24"))
        }
        None => Err("it is too long, or holds what no device or region has".into()),
    }
}

pub(super) async fn add(visit: Visit) -> Answer {
    let (app, form, now) = (visit.app()?, visit.form.clone(), visit.now());
    let refused =
        async |problem, lines| page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Tried { problem, lines }).await;
    let kind = form.get("kind").unwrap_or_default();
    if !KINDS.contains(&kind) {
        return refused(Some("Choose what kind of entries these are.".into()), Vec::new()).await;
    }
    let outcasts =
        match read_lines(form.get("values").unwrap_or_default(), ACCESS_BATCH_MAX, |line| read(kind, line)) {
            Ok(outcasts) => outcasts,
            Err(lines) => return refused(None, lines).await,
        };
    let until = match end(&form, now) {
        Ok(until) => until,
        Err(fault) => return refused(Some(sentence(&fault.to_string())), Vec::new()).await,
    };
    let reason = form.get("reason").unwrap_or_default().trim().to_owned();
    let (count, wider) = (outcasts.len(), outcasts.iter().find_map(Outcast::subscriber));
    let values: Vec<&str> = form
        .get("values")
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let target = if let [one] = values[..] { one.to_owned() } else { format!("{count} entries") };
    if let Err(error) = visit.service().add_all_to_blacklist(app, outcasts, reason.clone(), until).await {
        return refused(Some(refusal(error)?), Vec::new()).await;
    }
    let listed: String = if count > 1 { format!("; {}", values.join(", ")) } else { String::new() };
    let changes = format!("{kind}, {}; reason: {reason}{listed}", until_words(until, now));
    record_about(&visit, app, &target, "black", claviger_service::cut(&changes, CHANGES_MAX)).await?;
    let mut said =
        if count == 1 { format!("{target} is kept out.") } else { format!("{count} entries were added.") };
    if let Some(network) = wider.filter(|_| count == 1) {
        said +=
            &format!(" Whoever has this address has all of {network}: add that to keep the subscriber out.");
    }
    visit.see_other_saying(format!("{}blacklist", app_base(app)), &said)
}
