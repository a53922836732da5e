//! Adding a variable, and changing one.

use claviger_service::vendor::{ManageError, Variable};

use super::list::address;
use crate::{
    fault::{Answer, Fault, refusal},
    fields::Fields,
    form::{Form, Input, Kind},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

const VALUE: &str = "At most 1000 bytes. For more, use a file.";
const AUTHED: &str = "Others get it after the program has started, whoever runs it.";

fn value_inputs() -> [Input; 2] {
    [
        Input::line("value", "Value", VALUE).kind(Kind::Text),
        Input::line("authed", "Only after somebody has signed in", AUTHED).kind(Kind::Check),
    ]
}

fn new_form(visit: &Visit) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    let mut inputs = vec![Input::line("name", "Name", "At most 49 bytes; programs name it exactly.")];
    inputs.extend(value_inputs());
    Ok(Form {
        title: "Add a variable",
        inputs,
        button: "Add",
        action: format!("{back}/new"),
        back,
        ..Form::default()
    })
}

/// The field that a refusal is about.
fn field(error: &ManageError) -> &'static str {
    match error {
        ManageError::Taken { .. } => "name",
        ManageError::Unfit(why) if why.starts_with("the name") => "name",
        ManageError::Unfit(_) => "value",
        _ => "",
    }
}

/// What a form's value means: browsers send line ends as two characters.
fn value_of(fields: &Fields) -> String {
    fields.kept("value").replace("\r\n", "\n")
}

pub(super) async fn ask_new(visit: Visit) -> Answer {
    let mut form = new_form(&visit)?;
    form.inputs[2].value = "1".into();
    form.show(&visit, Nav::Variables).await
}

pub(super) async fn add(visit: Visit) -> Answer {
    let app = visit.app()?;
    let (name, value, authed) = (visit.form.kept("name"), value_of(&visit.form), visit.form.has("authed"));
    let changes = format!("{} bytes, {}", value.trim().len(), for_whom(authed));
    match visit.service().add_variable(app, Variable { name: name.clone(), value, authed }).await {
        Ok(()) => {
            record_about(&visit, app, name.trim(), "add-variable", &changes).await?;
            visit.see_other_saying(address(app), &format!("{} is added.", name.trim()))
        }
        Err(error) => {
            let field = field(&error);
            let form = new_form(&visit)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::Variables).await
        }
    }
}

async fn named(visit: &Visit, fields: &Fields) -> Result<Variable, Fault> {
    let name = fields.get("name").unwrap_or_default();
    visit.service().vendor_variable(visit.app()?, name).await?.ok_or(Fault::NotFound)
}

fn edit_form(visit: &Visit, of: &Variable) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    let mut inputs = vec![Input::line("variable", "Name", "").kind(Kind::Fixed).value(&of.name)];
    inputs.extend(value_inputs());
    inputs[1].value.clone_from(&of.value);
    inputs[2].value = if of.authed { "1".into() } else { String::new() };
    Ok(Form {
        title: "Change a variable",
        inputs,
        button: "Save",
        action: format!("{back}/edit"),
        hidden: vec![("name".into(), of.name.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_edit(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    edit_form(&visit, &of)?.show(&visit, Nav::Variables).await
}

pub(super) async fn edit(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?, named(&visit, &visit.form).await?);
    let (value, authed) = (value_of(&visit.form), visit.form.has("authed"));
    match visit.service().edit_variable(app, &of.name, &value, Some(authed)).await {
        Ok(()) => {
            let differences = differences(&of, &value, authed);
            if !differences.is_empty() {
                record_about(&visit, app, &of.name, "edit-variable", &differences).await?;
            }
            visit.see_other_saying(address(app), &format!("{} is saved.", of.name))
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => {
            let field = field(&error);
            let form = edit_form(&visit, &of)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::Variables).await
        }
    }
}

fn for_whom(authed: bool) -> &'static str {
    if authed { "only after a sign-in" } else { "for all" }
}

/// What was changed. Values may be secrets.
fn differences(of: &Variable, value: &str, authed: bool) -> String {
    let mut parts = Vec::new();
    if of.value != value.trim() {
        parts.push(format!("value: {} bytes → {} bytes", of.value.len(), value.trim().len()));
    }
    if of.authed != authed {
        parts.push(format!("{} → {}", for_whom(of.authed), for_whom(authed)));
    }
    parts.join(", ")
}
