//! Deleting a license.

use super::about::{address, license, license_record, plain};
use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    frame::Nav,
    record::record_about,
    typed::refused,
    visit::Visit,
};

/// Whether the user goes along.
fn user_too(fields: &Fields) -> bool {
    fields.get("user") == Some("too")
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let record = license_record(&visit).await?;
    let (here, with_user) = (address(&visit, &record.license)?, user_too(&visit.query));
    let mut words = Vec::new();
    let button = match (&record.user, with_user) {
        (None, _) => {
            words.push("Nobody can use it any more, and its token is gone.".to_owned());
            "Delete the license"
        }
        (Some(user), false) => {
            words.push(format!(
                "The time that it brought {} is gone with it, and its token. The user stays.",
                plain(&user.username)
            ));
            "Delete the license"
        }
        (Some(user), true) => {
            words.push(format!(
                "Its user {} is deleted too, with subscriptions, variables, devices and sessions.",
                plain(&user.username)
            ));
            "Delete license and user"
        }
    };
    words.push("This cannot be undone.".into());
    let confirm = Confirm {
        title: format!("Delete {}?", plain(&record.license.key)),
        words,
        button: button.into(),
        action: format!("{here}/delete"),
        fields: if with_user { vec![("user".into(), "too".into())] } else { Vec::new() },
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Licenses).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (license, app, with_user) = (license(&visit).await?, visit.app()?, user_too(&visit.form));
    match visit.service().delete_licenses(app, vec![license.key.clone()], with_user).await {
        Ok(0) => return Err(Fault::NotFound),
        Ok(_) => {}
        Err(error) => return Err(Fault::Invalid(refused(error, "license")?)),
    }
    let changes = if with_user { "the user too" } else { "" };
    record_about(&visit, app, &license.key, "delete-license", changes).await?;
    let user = if with_user { " and its user" } else { "" };
    visit.see_other_saying(
        format!("{}licenses", app_base(app)),
        &format!("Deleted the license {}{user}.", plain(&license.key)),
    )
}
