//! Banning a token, lifting that, and forgetting the file that it came in.

use claviger_service::vendor::ManageError;

use super::{
    list::address,
    one::{Named, named, of},
};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    form::{Form, Input, Kind},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

/// What programs are told where nothing else is written.
const REASON: &str = "Token is banned";

fn ban_form(visit: &Visit, named: &Named) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Ban a token",
        words: vec!["Programs that present it are refused when they start. Its owner is not banned.".into()],
        inputs: vec![
            Input::line("whose", "Token of", "").kind(Kind::Fixed).value(named.whose.clone()),
            Input::line("reason", "Reason", "Programs are told; at most 99 bytes."),
        ],
        button: "Ban the token",
        action: format!("{back}/ban"),
        hidden: named.fields.clone(),
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_ban(visit: Visit) -> Answer {
    let named = named(&visit, &visit.query).await?;
    let mut form = ban_form(&visit, &named)?;
    form.inputs[1].value = REASON.into();
    form.show(&visit, Nav::Tokens).await
}

pub(super) async fn ban(visit: Visit) -> Answer {
    let (app, named) = (visit.app()?, named(&visit, &visit.form).await?);
    let reason = visit.form.filled("reason").unwrap_or(REASON).to_owned();
    match visit.service().set_token_banned(app, &named.token.token, Some(reason.clone())).await {
        Ok(_) => {
            record_about(&visit, app, &of(&named.token), "ban-token", &format!("reason: {reason}")).await?;
            visit.see_other_saying(address(app), &format!("The token of {} is banned.", named.whose))
        }
        Err(ManageError::Unfit(why)) => {
            let form = ban_form(&visit, &named)?.typed(&visit.form).wrong("reason", sentence(&why));
            form.show(&visit, Nav::Tokens).await
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask_unban(visit: Visit) -> Answer {
    let named = named(&visit, &visit.query).await?;
    let words = vec![
        "Programs that present it may start again. Where its license or user is banned, it stays refused."
            .into(),
    ];
    ask(&visit, named, "Unban the token of", words, "Unban the token", "unban").await
}

pub(super) async fn ask_reset(visit: Visit) -> Answer {
    let named = named(&visit, &visit.query).await?;
    let words = vec![
        "The server keeps in which file a token came, and refuses it in another one. It forgets that now: the next file is \
         kept."
            .into(),
        "The token itself stays the same.".into(),
    ];
    ask(&visit, named, "Reset the token of", words, "Reset the token", "reset").await
}

async fn ask(
    visit: &Visit,
    named: Named,
    title: &str,
    words: Vec<String>,
    button: &str,
    act: &str,
) -> Answer {
    let back = address(visit.app()?);
    let confirm = Confirm {
        title: format!("{title} {}?", named.whose),
        words,
        button: button.into(),
        action: format!("{back}/{act}"),
        fields: named.fields,
        back,
        ..Confirm::default()
    };
    confirm.ask(visit, Nav::Tokens).await
}

pub(super) async fn unban(visit: Visit) -> Answer {
    let (app, named) = (visit.app()?, named(&visit, &visit.form).await?);
    let whose = &named.whose;
    let after = visit.service().set_token_banned(app, &named.token.token, None).await.map_err(gone)?;
    record_about(&visit, app, &of(&named.token), "unban-token", "").await?;
    let said = match after.banned {
        None => format!("The token of {whose} is unbanned."),
        Some(_) => format!("The token of {whose} stays refused: its {} is banned.", after.kind),
    };
    visit.see_other_saying(address(app), &said)
}

pub(super) async fn reset(visit: Visit) -> Answer {
    let (app, named) = (visit.app()?, named(&visit, &visit.form).await?);
    visit.service().reset_token(app, &named.token.token).await.map_err(gone)?;
    record_about(&visit, app, &of(&named.token), "reset-token", "").await?;
    let whose = &named.whose;
    visit.see_other_saying(address(app), &format!("The token of {whose} may come in another file now."))
}

/// It was deleted meanwhile.
fn gone(error: ManageError) -> Fault {
    match error {
        ManageError::Unknown { .. } => Fault::NotFound,
        error => error.into(),
    }
}
