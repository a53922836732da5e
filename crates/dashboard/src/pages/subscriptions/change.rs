//! What is offered: adding, another level, deleting.

use claviger_service::vendor::{ManageError, Subscription};

use super::list::address;
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, refusal, sentence},
    fields::Fields,
    form::{Form, Input},
    frame::Nav,
    plots::grouped,
    record::record_about,
    visit::Visit,
};

/// The subscription that an address or a form names.
pub(super) async fn named(visit: &Visit, fields: &Fields) -> Result<Subscription, Fault> {
    let name = fields.get("name").unwrap_or_default();
    visit.service().subscription(visit.app()?, name).await?.ok_or(Fault::NotFound)
}

fn new_form(visit: &Visit) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Add a subscription",
        words: vec!["Licenses of its level bring it. Several subscriptions may have one level: such licenses bring all of them.".into()],
        inputs: vec![
            Input::line("name", "Name", "At most 49 bytes. Programs see it."),
            Input::line("level", "Level", "A number, the same as that of licenses."),
        ],
        button: "Add",
        action: format!("{back}/new"),
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_new(visit: Visit) -> Answer {
    let mut form = new_form(&visit)?;
    form.inputs[1].value = "1".into();
    form.show(&visit, Nav::Subscriptions).await
}

pub(super) async fn add(visit: Visit) -> Answer {
    let app = visit.app()?;
    let (name, level) = (visit.form.kept("name"), visit.form.kept("level"));
    let new = Subscription { name: name.clone(), level: level.trim().into() };
    match visit.service().add_subscription(app, new).await {
        Ok(()) => {
            record_about(&visit, app, name.trim(), "add-subscription", &format!("level: {}", level.trim()))
                .await?;
            visit.see_other_saying(address(app), &format!("{} is offered.", name.trim()))
        }
        Err(error) => {
            let field = match &error {
                ManageError::Taken { .. } => "name",
                ManageError::Unfit(why) if why.starts_with("the name") => "name",
                _ => "level",
            };
            let form = new_form(&visit)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::Subscriptions).await
        }
    }
}

fn level_form(visit: &Visit, of: &Subscription) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Change the level",
        words: vec![
            "Licenses that are used from then on bring it by the new level. Who has it keeps it: programs see the new level."
                .into(),
        ],
        inputs: vec![
            Input::line("subscription", "Subscription", "").kind(crate::form::Kind::Fixed).value(&of.name),
            Input::line("level", "Level", "A number, the same as that of licenses.").value(&of.level),
        ],
        button: "Change the level",
        action: format!("{back}/level"),
        hidden: vec![("name".into(), of.name.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_level(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    level_form(&visit, &of)?.show(&visit, Nav::Subscriptions).await
}

pub(super) async fn set_level(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?, named(&visit, &visit.form).await?);
    let level = visit.form.get("level").unwrap_or_default().trim().to_owned();
    let new = Subscription { name: of.name.clone(), level: level.clone() };
    match visit.service().set_subscription_level(app, new).await {
        Ok(()) => {
            if level != of.level {
                let changes = format!("level: {} → {level}", of.level);
                record_about(&visit, app, &of.name, "edit-subscription", &changes).await?;
            }
            visit.see_other_saying(address(app), &format!("{} has the level {level}.", of.name))
        }
        Err(ManageError::Unfit(why)) => {
            let form = level_form(&visit, &of)?.typed(&visit.form).wrong("level", sentence(&why));
            form.show(&visit, Nav::Subscriptions).await
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?, named(&visit, &visit.query).await?);
    let count = visit.service().subscriber_counts(app).await?.of(&of.name);
    let have = match count.running + count.paused {
        0 => "Nobody has it.".to_owned(),
        1 => "One user has it and keeps it; without the offer, programs see no level for it.".into(),
        have => format!(
            "{} users have it and keep it; without the offer, programs see no level for it.",
            grouped(have)
        ),
    };
    let confirm = Confirm {
        title: format!("Delete {}?", of.name),
        words: vec![
            have,
            format!(
                "Licenses of level {} bring it no more, and may not be usable if nothing else has that level.",
                of.level
            ),
            "It can be added again under the same name.".into(),
        ],
        button: "Delete the subscription".into(),
        action: format!("{}/delete", address(app)),
        fields: vec![("name".into(), of.name)],
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Subscriptions).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?, named(&visit, &visit.form).await?);
    match visit.service().delete_subscription(app, &of.name).await {
        Ok(()) => {}
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    }
    record_about(&visit, app, &of.name, "delete-subscription", &format!("level: {}", of.level)).await?;
    visit.see_other_saying(address(app), &format!("{} is deleted.", of.name))
}
