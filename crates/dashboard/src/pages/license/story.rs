//! What happened with a license, from its making on.

use claviger_service::{TryOutcome, vendor::LicenseRecord};

use super::about::plain;
use crate::{
    moment::Moment,
    rights::{Need, may},
    visit::Visit,
};

/// Something that happened.
pub(super) struct Event {
    pub when: Moment,
    at: i64,
    pub what: String,
    /// `good`, `bad` or nothing.
    pub class: &'static str,
    pub more: String,
}

/// All of it, in the order of time. Changes that people made are for those who may read the audit log.
pub(super) fn story(visit: &Visit, record: &LicenseRecord) -> Vec<Event> {
    let license = &record.license;
    let event = |at: i64, what: String, class, more: String| Event {
        when: visit.moment(at),
        at,
        what: plain(&what),
        class,
        more: plain(&more),
    };
    let mut events = vec![event(license.gendate, "Made".into(), "", format!("by {}", license.genby))];
    if let (Some(at), Some(name)) = (license.usedon, &license.usedby) {
        events.push(event(at, "Used".into(), "", format!("by {name}")));
    }
    if let Some(ban) = record.user_ban.as_ref().filter(|ban| ban.banned_at > 0) {
        events.push(event(ban.banned_at, "Its user was banned with it".into(), "bad", ban.reason.clone()));
    }
    for one in &record.tries {
        let class = if one.outcome == TryOutcome::Fine { "good" } else { "bad" };
        let times = if one.count > 1 { format!(", {} times", one.count) } else { String::new() };
        let what = format!("{}{times}", one.text());
        events.push(event(one.time, what, class, format!("{} from {}", one.kind, one.ip)));
    }
    let reads_log = visit.person().is_ok_and(|person| may(person, visit.app.as_deref(), Need::AppOwner));
    for change in record.changes.iter().filter(|_| reads_log) {
        let changes = &change.entry.changes;
        let more = if changes.is_empty() { String::new() } else { format!(": {changes}") };
        events.push(event(
            change.time,
            change.entry.action.clone(),
            "",
            format!("by {}{more}", change.entry.actor),
        ));
    }
    // Of one second, in the order in which they can have happened.
    events.sort_by_key(|event| event.at);
    events
}
