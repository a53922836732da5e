//! Adding a webhook, and changing one.

use claviger_service::{
    Webhook,
    vendor::{ManageError, NewWebhook, UrlFault, shown_target},
};

use super::list::{address, named};
use crate::{
    fault::{Answer, Fault, refusal},
    form::{Form, Input, Kind},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

const URL: &str = "At most 200 bytes. Programs add parameters behind it and never see it.";

fn inputs() -> Vec<Input> {
    vec![
        Input::line("url", "Address", URL),
        Input::line("user_agent", "User agent", "What the server calls itself there; empty: Claviger."),
        Input::line("authed", "Only after somebody has signed in", "").kind(Kind::Check),
    ]
}

fn new_form(visit: &Visit) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    let mut inputs = inputs();
    inputs.push(Input::line("id", "Id", "At most 10 bytes, by which programs name it; empty: drawn."));
    Ok(Form {
        title: "Add a webhook",
        inputs,
        button: "Add",
        action: format!("{back}/new"),
        back,
        ..Form::default()
    })
}

fn edit_form(visit: &Visit, of: &Webhook) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    let mut inputs = inputs();
    inputs[0].value.clone_from(&of.url);
    inputs[1].value.clone_from(&of.user_agent);
    inputs[2].value = if of.authed { "1".into() } else { String::new() };
    inputs.insert(0, Input::line("webhook", "Id", "").kind(Kind::Fixed).value(&of.id));
    Ok(Form {
        title: "Change a webhook",
        inputs,
        button: "Save",
        action: format!("{back}/edit"),
        hidden: vec![("id".into(), of.id.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_new(visit: Visit) -> Answer {
    let mut form = new_form(&visit)?;
    form.inputs[2].value = "1".into();
    form.show(&visit, Nav::Webhooks).await
}

pub(super) async fn ask_edit(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    edit_form(&visit, &of)?.show(&visit, Nav::Webhooks).await
}

/// What is wrong with an address, as far as can be told without calling it.
async fn address_problem(visit: &Visit, url: &str) -> Option<String> {
    let fault = visit.service().check_outgoing(url).await.err()?;
    Some(match fault {
        UrlFault::Malformed => {
            "This is no address of the web: it begins with http:// or https://, names a host and has 200 bytes at most.".into()
        }
        UrlFault::Inner => "This address leads into the server's own network, which is not called.".into(),
    })
}

/// The field that a refusal is about.
fn field(error: &ManageError) -> &'static str {
    match error {
        ManageError::Taken { .. } => "id",
        ManageError::Unfit(why) if why.starts_with("the id") => "id",
        ManageError::Unfit(why) if why.contains("user agent") => "user_agent",
        _ => "url",
    }
}

fn typed(visit: &Visit) -> NewWebhook {
    NewWebhook {
        url: visit.form.kept("url"),
        user_agent: visit.form.filled("user_agent").map(str::to_owned),
        id: visit.form.filled("id").map(str::to_owned),
        authed: visit.form.has("authed"),
    }
}

fn for_whom(authed: bool) -> &'static str {
    if authed { "only after a sign-in" } else { "for all" }
}

pub(super) async fn add(visit: Visit) -> Answer {
    let (app, new) = (visit.app()?, typed(&visit));
    if let Some(problem) = address_problem(&visit, &new.url).await {
        return new_form(&visit)?.typed(&visit.form).wrong("url", problem).show(&visit, Nav::Webhooks).await;
    }
    match visit.service().add_webhook(app, new).await {
        Ok(webhook) => {
            let changes = format!("{}, {}", shown_target(&webhook.url), for_whom(webhook.authed));
            record_about(&visit, app, &webhook.id, "add-webhook", &changes).await?;
            visit.see_other_saying(address(app), &format!("The webhook {} is added.", webhook.id))
        }
        Err(error) => {
            let field = field(&error);
            let form = new_form(&visit)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::Webhooks).await
        }
    }
}

pub(super) async fn edit(visit: Visit) -> Answer {
    let (app, of, new) = (visit.app()?, named(&visit, &visit.form).await?, typed(&visit));
    if let Some(problem) = address_problem(&visit, &new.url).await {
        let form = edit_form(&visit, &of)?.typed(&visit.form).wrong("url", problem);
        return form.show(&visit, Nav::Webhooks).await;
    }
    match visit.service().edit_webhook(app, &of.id, new).await {
        Ok(webhook) => {
            let mut parts = Vec::new();
            if webhook.url != of.url {
                parts.push(format!("address: {} → {}", shown_target(&of.url), shown_target(&webhook.url)));
            }
            if webhook.user_agent != of.user_agent {
                parts.push(format!("user agent: {} → {}", of.user_agent, webhook.user_agent));
            }
            if webhook.authed != of.authed {
                parts.push(format!("{} → {}", for_whom(of.authed), for_whom(webhook.authed)));
            }
            if !parts.is_empty() {
                record_about(&visit, app, &of.id, "edit-webhook", &parts.join(", ")).await?;
            }
            visit.see_other_saying(address(app), &format!("The webhook {} is saved.", of.id))
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => {
            let field = field(&error);
            let form = edit_form(&visit, &of)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::Webhooks).await
        }
    }
}
