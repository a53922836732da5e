//! Changing what is known of a file: its name, for whom it is, and its address where it has one.

use claviger_service::{File, vendor::ManageError};

use super::{
    address_of::told,
    list::{address, named},
};
use crate::{
    fault::{Answer, Fault, sentence},
    form::{Form, Input, Kind},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

fn form(visit: &Visit, file: &File) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    let mut inputs = vec![
        Input::line("file", "Id", "").kind(Kind::Fixed).value(&file.id),
        Input::line("name", "Name", "For you, and what a browser saves it as.").value(&file.name),
    ];
    if let Some(url) = &file.url {
        inputs.push(Input::line("url", "Address", "It is asked anew at each download.").value(url));
    }
    let authed = if file.authed { "1" } else { "" };
    inputs
        .push(Input::line("authed", "Only after somebody has signed in", "").kind(Kind::Check).value(authed));
    Ok(Form {
        title: "Change a file",
        words: vec![],
        inputs,
        button: "Save",
        action: format!("{back}/edit"),
        hidden: vec![("id".into(), file.id.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let file = named(&visit, &visit.query).await?;
    form(&visit, &file)?.show(&visit, Nav::Files).await
}

pub(super) async fn edit(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let file = named(&visit, &visit.form).await?;
    let typed = || Ok::<_, Fault>(form(&visit, &file)?.typed(&visit.form));
    let (name, authed) = (visit.form.kept("name").trim().to_owned(), visit.form.has("authed"));
    let mut differences = Vec::new();
    let url = match (&file.url, visit.form.filled("url")) {
        (Some(was), Some(url)) if was != url => match service.measure_url(app, url).await {
            Ok(size) => {
                differences.push("address".to_owned());
                Some((url.to_owned(), size))
            }
            Err(fault) => {
                let why = told(fault, service.file_max_bytes());
                return typed()?.wrong("url", why).show(&visit, Nav::Files).await;
            }
        },
        _ => None,
    };
    if name != file.name {
        match service.rename_file(app, &file.id, &name).await {
            Ok(()) => differences.push(format!("name: {} → {name}", file.name)),
            Err(ManageError::Unfit(why)) => {
                return typed()?.wrong("name", sentence(&why)).show(&visit, Nav::Files).await;
            }
            Err(error) => return Err(gone(error)),
        }
    }
    if authed != file.authed {
        differences.push(format!("only after a sign-in: {} → {authed}", file.authed));
    }
    service.edit_file(app, &file.id, url, Some(authed)).await.map_err(gone)?;
    if !differences.is_empty() {
        record_about(&visit, app, &file.id, "edit-file", &differences.join(", ")).await?;
    }
    visit.see_other_saying(address(app), &format!("{name} is saved."))
}

/// It was deleted meanwhile.
fn gone(error: ManageError) -> Fault {
    match error {
        ManageError::Unknown { .. } => Fault::NotFound,
        error => error.into(),
    }
}
