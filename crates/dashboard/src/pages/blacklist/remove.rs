//! Letting somebody in again: one, those chosen, or all; asked first.

use claviger_service::{
    cut,
    vendor::{Blacklisted, Number, Outcast, Source},
};

use crate::{
    access_forms::CHANGES_MAX,
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    frame::Nav,
    record::record_about,
    session_rows::told,
    visit::Visit,
};

/// Entries that are chosen at once.
const CHOSEN_MAX: usize = 500;
const NONE: &str = "There was no such entry any more.";

/// The entries that a form names, each once.
fn chosen(fields: &Fields) -> Result<Vec<(String, String)>, Fault> {
    if fields.all("entry").nth(CHOSEN_MAX).is_some() {
        return Err(Fault::Invalid(format!("At most {CHOSEN_MAX} entries are chosen at once.")));
    }
    let mut entries: Vec<(String, String)> = Vec::new();
    for entry in fields.all("entry").filter(|entry| !entry.contains('\0')) {
        let Some((kind, value)) = entry.split_once(':') else { continue };
        let entry = (kind.to_owned(), value.to_owned());
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return Err(Fault::Invalid("No entry was chosen. Select some.".into()));
    }
    Ok(entries)
}

fn outcasts(entries: &[(String, String)]) -> Vec<Outcast> {
    entries.iter().filter_map(|(kind, value)| Outcast::parse(kind, value)).collect()
}

fn entries_word(number: Number) -> String {
    match number {
        Number::Exactly(1) => "1 entry".into(),
        number => format!("{} entries", told(number)),
    }
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}blacklist", app_base(visit.app()?)));
    let all = visit.query.get("all") == Some("yes");
    let (number, fields, named) = if all {
        let number = visit.service().count_access(app, true).await?;
        (
            number,
            vec![("all".to_owned(), "yes".to_owned())],
            "Everybody is let in again, also whom bans keep out.".into(),
        )
    } else {
        let entries = chosen(&visit.query)?;
        let shown: Vec<&str> = entries.iter().take(5).map(|(_, value)| value.as_str()).collect();
        let more = if entries.len() > 5 { " and more" } else { "" };
        let fields =
            entries.iter().map(|(kind, value)| ("entry".to_owned(), format!("{kind}:{value}"))).collect();
        let named = format!("Let in again: {}{more}.", shown.join(", "));
        (Number::Exactly(entries.len() as u64), fields, named)
    };
    let button = format!("Remove {}", entries_word(number));
    let confirm = Confirm {
        title: format!("{button}?"),
        words: vec![
            named,
            "Whatever the reasons were: what a ban added goes too. The users stay banned.".into(),
            "It cannot be undone, but what went stands in the audit log.".into(),
        ],
        button,
        action: format!("{path}/remove"),
        fields,
        back: path,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Blacklist).await
}

pub(super) async fn remove(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?, format!("{}blacklist", app_base(visit.app()?)));
    if visit.form.get("all") == Some("yes") {
        let number = visit.service().count_access(app, true).await?;
        if !visit.service().clear_blacklist(app).await? {
            return visit.see_other_saying(path, NONE);
        }
        record_about(&visit, app, "all", "delblacks", &entries_word(number)).await?;
        return visit.see_other_saying(path, &format!("Removed {}.", entries_word(number)));
    }
    let entries = chosen(&visit.form)?;
    let gone = visit.service().delete_all_from_blacklist(app, outcasts(&entries)).await?;
    let count = entries_word(Number::Exactly(gone.len() as u64));
    let target = match &gone[..] {
        [] => return visit.see_other_saying(path, NONE),
        [one] => one.value.clone(),
        _ => count.clone(),
    };
    let what: Vec<String> = gone.iter().map(before).collect();
    record_about(&visit, app, &target, "delblack", cut(&what.join("; "), CHANGES_MAX)).await?;
    visit.see_other_saying(path, &format!("Removed {count}."))
}

/// What an entry was.
fn before(entry: &Blacklisted) -> String {
    let reasons = entry.reasons.iter().map(|reason| match &reason.source {
        Source::Hand => format!("by hand: {}", reason.text),
        Source::Ban(Some(user)) => format!("ban of {user}: {}", reason.text),
        Source::Ban(None) => format!("ban of a deleted user: {}", reason.text),
    });
    format!("{} {} ({}) → none", entry.kind, entry.value, reasons.collect::<Vec<_>>().join(", "))
}
