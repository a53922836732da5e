//! Banning, unbanning and deleting a license that the reseller made.

use claviger_service::vendor::{OwnAct, OwnFilter};

use super::rights::own;
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

/// The number in the address.
fn number(visit: &Visit) -> Result<i64, Fault> {
    visit.path("id").parse().map_err(|_| Fault::NotFound)
}

/// The key of the license that the address means.
async fn key(visit: &Visit) -> Result<String, Fault> {
    let id = number(visit)?;
    let before = id.checked_add(1).ok_or(Fault::NotFound)?;
    let filter = OwnFilter { before: Some(before), ..OwnFilter::default() };
    let page = visit.service().own_licenses(visit.app()?, visit.person()?, filter, 1).await?;
    let found = page.licenses.into_iter().find(|license| license.id == id);
    found.map(|license| license.key).ok_or(Fault::NotFound)
}

async fn act(visit: &Visit, act: OwnAct, action: &str, said: &str) -> Answer {
    let (app, person) = (visit.app()?, visit.person()?);
    let reason = match &act {
        OwnAct::Ban(reason) => format!("reason: {reason}"),
        _ => String::new(),
    };
    let done = visit.service().act_on_own(app, person, number(visit)?, act).await?;
    let license = done.ok_or(Fault::NotFound)?;
    record_about(visit, app, &license.key, action, &reason).await?;
    visit.see_other_saying(own(app), &format!("{} {said}", license.key))
}

pub(super) async fn ask_ban(visit: Visit) -> Answer {
    let key = key(&visit).await?;
    let confirm = Confirm {
        title: format!("Ban {key}?"),
        words: vec![
            "Nobody can use the license any more; who signs in by it alone is kept out too.".into(),
            "You can lift the ban again.".into(),
        ],
        button: "Ban the license".into(),
        action: format!("{}/{}/ban", own(visit.app()?), number(&visit)?),
        back: own(visit.app()?),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Own).await
}

pub(super) async fn ban(visit: Visit) -> Answer {
    let reason = match visit.form.filled("reason") {
        Some(reason) => reason.to_owned(),
        None => format!("banned by {}", visit.person()?.name),
    };
    act(&visit, OwnAct::Ban(reason), "ban", "is banned.").await
}

pub(super) async fn unban(visit: Visit) -> Answer {
    act(&visit, OwnAct::Unban, "unban", "can be used again.").await
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let key = key(&visit).await?;
    let confirm = Confirm {
        title: format!("Delete {key}?"),
        words: vec![
            "The license goes, and with it the subscription that it brought to who used it. The user stays."
                .into(),
            "Your balance does not come back. This cannot be undone.".into(),
        ],
        button: "Delete the license".into(),
        action: format!("{}/{}/delete", own(visit.app()?), number(&visit)?),
        back: own(visit.app()?),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Own).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    act(&visit, OwnAct::Delete, "del", "is deleted.").await
}
