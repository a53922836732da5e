//! Variables of a user.

use claviger_service::vendor::UserVariable;

use super::{
    about::{address, done, plain, text, user},
    page::wrong,
};
use crate::{confirm::Confirm, fault::Answer, frame::Nav, typed::refused, visit::Visit};

const PART: &str = "#variables";

/// Sets one, new or not.
pub(super) async fn set(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let new = UserVariable {
        name: visit.form.kept("name"),
        value: text(&visit, "value"),
        read_only: visit.form.has("read_only"),
    };
    // A new one has a form of its own, in which its name is typed.
    let form = if visit.form.has("new") { "new-variable" } else { "variable" };
    let name = plain(new.name.trim());
    let changes = format!("{name}{}", if new.read_only { ", read-only" } else { "" });
    match visit.service().put_user_variable(visit.app()?, &user.username, new).await {
        Ok(()) => {
            done(&visit, &user, ("set-user-variable", &changes), PART, &format!("{name} is set.")).await
        }
        Err(error) => wrong(&visit, form, refused(error, "user")?).await,
    }
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let (user, name) = (user(&visit).await?, visit.query.get("name").unwrap_or_default().to_owned());
    let here = address(&visit, &user)?;
    let confirm = Confirm {
        title: format!("Delete the variable {} of {}?", plain(&name), plain(&user.username)),
        words: vec!["Programs of the user do not find it any more. This cannot be undone.".into()],
        button: "Delete the variable".into(),
        action: format!("{here}/delete-variable"),
        fields: vec![("name".into(), name)],
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (user, name) = (user(&visit).await?, text(&visit, "name"));
    match visit.service().delete_user_variable(visit.app()?, &user.username, &name).await {
        Ok(()) => {
            let said = format!("Deleted the variable {}.", plain(&name));
            done(&visit, &user, ("delete-user-variable", &plain(&name)), PART, &said).await
        }
        Err(error) => wrong(&visit, "variables", refused(error, "user")?).await,
    }
}
