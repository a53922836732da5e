//! Deleting a user.

use claviger_service::vendor::UserRecord;

use super::about::{address, number, plain, user};
use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::Nav,
    record::record_about,
    typed::refused,
    visit::Visit,
};

pub(super) async fn ask(visit: Visit) -> Answer {
    let app = visit.app()?;
    let record = visit.service().user_record(app, number(&visit)?).await;
    let record = record.map_err(|error| refused(error, "user").map_or_else(|fault| fault, Fault::Invalid))?;
    let here = address(&visit, &record.user)?;
    let confirm = Confirm {
        title: format!("Delete {}?", plain(&record.user.username)),
        words: vec![
            format!("With the user go {}.", goes(&record)),
            "Licenses that the user used stay used, and bring nobody anything any more. This cannot be undone.".into(),
        ],
        button: "Delete the user".into(),
        action: format!("{here}/delete"),
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

/// What goes with the user, in words.
fn goes(record: &UserRecord) -> String {
    let counts = [
        (record.subscriptions.len(), "subscription"),
        (record.variables.len(), "variable"),
        (record.sessions.len(), "live session"),
        (record.bans.len(), "ban"),
        (usize::from(record.note.is_some()), "note"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let mut words: Vec<String> =
        told.map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" })).collect();
    words.push("the devices and the token".into());
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (user, app) = (user(&visit).await?, visit.app()?);
    if let Err(error) = visit.service().delete_user(app, &user.username).await {
        return Err(Fault::Invalid(refused(error, "user")?));
    }
    record_about(&visit, app, &user.username, "delete-user", "").await?;
    visit.see_other_saying(
        format!("{}users", app_base(app)),
        &format!("Deleted the user {}.", plain(&user.username)),
    )
}
