//! Keeping somebody out, and what else is done to an account with one button.

use claviger_domain::AccountRole;

use super::found::{found, here, number, team};
use crate::{
    confirm::Confirm, fault::Answer, frame::Nav, record::record_about, team_words::told, visit::Visit,
};

pub(super) async fn ask_suspend(visit: Visit) -> Answer {
    let details = found(&visit).await?;
    let name = details.member.account.username;
    let confirm = Confirm {
        title: format!("Suspend {name}?"),
        words: vec![
            format!("{name} is signed out everywhere at once, on every node, and cannot sign in any more."),
            "Licenses that the account made stay as they are, and so do its balance and what it may do. A link for a \
             password works no more."
                .into(),
            "You can let the account sign in again at any time.".into(),
        ],
        button: format!("Suspend {name}"),
        action: format!("{}/suspend", here(&visit)?),
        back: here(&visit)?,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Team).await
}

pub(super) async fn suspend(visit: Visit) -> Answer {
    let (name, app) = (found(&visit).await?.member.account.username, visit.app()?);
    if !visit.service().suspend_member(app, number(&visit)?).await? {
        return visit.see_other_saying(here(&visit)?, "The account was suspended already.");
    }
    record_about(&visit, app, &name, "suspend-account", "").await?;
    visit.see_other_saying(here(&visit)?, &format!("{name} is suspended, and signed out everywhere."))
}

pub(super) async fn resume(visit: Visit) -> Answer {
    let (name, app) = (found(&visit).await?.member.account.username, visit.app()?);
    if !visit.service().resume_member(app, number(&visit)?).await? {
        return visit.see_other_saying(here(&visit)?, "The account was not suspended.");
    }
    record_about(&visit, app, &name, "resume-account", "").await?;
    visit.see_other_saying(here(&visit)?, &format!("{name} can sign in again."))
}

pub(super) async fn sign_out(visit: Visit) -> Answer {
    let (name, app) = (found(&visit).await?.member.account.username, visit.app()?);
    let ended = visit.service().sign_member_out(app, number(&visit)?).await?;
    if ended == 0 {
        return visit.see_other_saying(here(&visit)?, &format!("{name} was signed in nowhere."));
    }
    record_about(&visit, app, &name, "sign-out-account", &ended.to_string()).await?;
    visit.see_other_saying(here(&visit)?, &format!("{name} is signed out everywhere."))
}

pub(super) async fn ask_drop_factors(visit: Visit) -> Answer {
    let name = found(&visit).await?.member.account.username;
    let confirm = Confirm {
        title: format!("Remove the second factor of {name}?"),
        words: vec![
            "Two-factor sign-in is switched off, and passkeys are removed: for who lost the phone. The password stays."
                .into(),
            format!("{name} is signed out everywhere. Make sure that it is them who asks."),
        ],
        button: "Remove the second factor".into(),
        action: format!("{}/drop-factors", here(&visit)?),
        back: here(&visit)?,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Team).await
}

pub(super) async fn drop_factors(visit: Visit) -> Answer {
    let (name, app) = (found(&visit).await?.member.account.username, visit.app()?);
    visit.service().drop_member_factors(app, number(&visit)?).await?;
    record_about(&visit, app, &name, "drop-factors", "").await?;
    visit.see_other_saying(here(&visit)?, &format!("{name} signs in with the password alone now."))
}

pub(super) async fn ask_remove(visit: Visit) -> Answer {
    let account = found(&visit).await?.member.account;
    let name = account.username;
    let goes = match account.role {
        AccountRole::Manager => "The account goes, with its sign-ins and its log.".into(),
        AccountRole::Reseller => format!(
            "The account goes, with its sign-ins, its log, its balance ({}) and the journal of it.",
            told(&account.balance, false)
        ),
    };
    let confirm = Confirm {
        title: format!("Remove {name}?"),
        words: vec![
            goes,
            "What it made stays: licenses go on working, and the audit log keeps what it did.".into(),
            "This cannot be undone. To keep somebody out for a while, suspend the account.".into(),
        ],
        button: format!("Remove {name}"),
        action: format!("{}/remove", here(&visit)?),
        back: here(&visit)?,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Team).await
}

pub(super) async fn remove(visit: Visit) -> Answer {
    found(&visit).await?;
    let app = visit.app()?;
    let gone = visit.service().remove_member(app, number(&visit)?).await?;
    let left = match gone.role {
        AccountRole::Manager => "manager".into(),
        AccountRole::Reseller => format!("reseller; balance: {}", told(&gone.balance, false)),
    };
    record_about(&visit, app, &gone.username, "remove-account", &left).await?;
    visit.see_other_saying(team(app), &format!("{} is removed.", gone.username))
}
