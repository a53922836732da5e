//! A user's subscriptions: more time, less, none, and licenses that bring it.

use claviger_domain::{Term, Unit};
use claviger_service::vendor::{Act, Assignment, Subject, Target};

use super::{
    about::{address, done, plain, text, user},
    page::wrong,
};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    frame::Nav,
    moment::span,
    typed::refused,
    visit::Visit,
};

const PART: &str = "#subscriptions";

pub(super) async fn extend(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let term = match Term::parse(visit.form.filled("days").unwrap_or_default(), Unit::Days, visit.now()) {
        Ok(Term::For(0)) => return wrong(&visit, "extend", "Write more than no time at all.").await,
        Ok(term) => term,
        Err(error) => return wrong(&visit, "extend", sentence(&error.to_string())).await,
    };
    let subscription = Some(text(&visit, "subscription")).filter(|name| !name.is_empty());
    let (app, subject) = (visit.app()?, Subject::User(user.id));
    match visit.service().mend(app, subject, &Act::Extend, Some(term), subscription).await {
        Ok(mended) => {
            done(&visit, &user, ("extend", &mended.done), PART, &format!("{}.", plain(&mended.done))).await
        }
        Err(error) => wrong(&visit, "extend", refused(error, "user")?).await,
    }
}

pub(super) async fn subtract(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let days = visit.form.filled("days").unwrap_or_default();
    let seconds = match Term::parse(days, Unit::Days, visit.now()) {
        Ok(Term::For(0)) => return wrong(&visit, "subtract", "Write more than no time at all.").await,
        Ok(Term::For(seconds)) if seconds != claviger_domain::NEVER => seconds,
        Ok(_) => {
            return wrong(&visit, "subtract", "Write a number of days. To take all time, delete it.").await;
        }
        Err(error) => return wrong(&visit, "subtract", sentence(&error.to_string())).await,
    };
    let name = text(&visit, "subscription");
    let target = Target::User(user.username.clone());
    match visit.service().subtract(visit.app()?, target, name.clone(), seconds).await {
        Ok(true) => {
            let taken = format!("{} less of {}", span(seconds.unsigned_abs()), plain(&name));
            done(&visit, &user, ("subtract", &taken), PART, &format!("Took {taken}.")).await
        }
        Ok(false) => wrong(&visit, "subtract", "No subscription of this name runs or is paused.").await,
        Err(error) => wrong(&visit, "subtract", refused(error, "user")?).await,
    }
}

/// Pauses one subscription or lets it go on; without a name, all of them.
pub(super) async fn pause(visit: Visit, paused: bool) -> Answer {
    let (user, app) = (user(&visit).await?, visit.app()?.clone());
    let (service, name) = (visit.service(), text(&visit, "subscription"));
    let changed = match (name.is_empty(), paused) {
        (false, _) => service.pause_user_subscription(&app, &user.username, name.clone(), paused).await,
        (true, true) => service.pause_user(&app, &user.username).await,
        (true, false) => service.unpause_user(&app, &user.username).await,
    };
    let what = if name.is_empty() { "all subscriptions".into() } else { plain(&name) };
    let action = if paused { "pause-user" } else { "unpause-user" };
    match changed {
        Ok(true) => {
            let said = match paused {
                true => format!("Paused: no time of {what} runs out."),
                false => format!("Time of {what} goes on."),
            };
            done(&visit, &user, (action, &what), PART, &said).await
        }
        Ok(false) if paused => wrong(&visit, "subscriptions", "Nothing of that runs.").await,
        Ok(false) => {
            wrong(&visit, "subscriptions", "Nothing of that is paused but along with the application.").await
        }
        Err(error) => wrong(&visit, "subscriptions", refused(error, "user")?).await,
    }
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let name = visit.query.get("subscription").unwrap_or_default().to_owned();
    let record = visit.service().user_record(visit.app()?, user.id).await?;
    let rows: Vec<_> = record.subscriptions.iter().filter(|one| one.subscription == name).collect();
    if rows.is_empty() {
        return Err(Fault::Invalid("The user has no such subscription.".into()));
    }
    let now = visit.now();
    let left = rows.iter().map(|one| one.state().left(now)).max().unwrap_or(0);
    let left = match left {
        claviger_domain::NEVER => "It never ends, and is gone at once.".into(),
        0 => "It has ended already.".into(),
        seconds => format!("The {} that are left are gone at once.", span(seconds.unsigned_abs())),
    };
    let here = address(&visit, &user)?;
    let confirm = Confirm {
        title: format!("Delete {} of {}?", plain(&name), plain(&user.username)),
        words: vec![left, "The license that it came from stays used. This cannot be undone.".into()],
        button: "Delete the subscription".into(),
        action: format!("{here}/delete-subscription"),
        fields: vec![("subscription".into(), name)],
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (user, name) = (user(&visit).await?, text(&visit, "subscription"));
    match visit.service().delete_user_subscription(visit.app()?, &user.username, name.clone()).await {
        Ok(true) => {
            let said = format!("Deleted the subscription {}.", plain(&name));
            done(&visit, &user, ("delete-subscription", &plain(&name)), PART, &said).await
        }
        Ok(false) => wrong(&visit, "subscriptions", "The user has no such subscription any more.").await,
        Err(error) => wrong(&visit, "subscriptions", refused(error, "user")?).await,
    }
}

/// Uses a license up for the user.
pub(super) async fn assign(visit: Visit) -> Answer {
    let (user, key) = (user(&visit).await?, text(&visit, "key"));
    let refused = match visit.service().assign_license(visit.app()?, &user.username, key.trim()).await? {
        Assignment::Done => {
            let said = "The license is used, and its time is the user's.";
            let record = format!("license {}", plain(key.trim()));
            return done(&visit, &user, ("assign-license", &record), PART, said).await;
        }
        Assignment::UnknownUser => return Err(Fault::NotFound),
        Assignment::UnknownLicense => "There is no such license.",
        Assignment::Used => "A user has that license already.",
        Assignment::Banned => "That license is banned.",
        Assignment::NoSubscription => "No subscription has that license's level.",
        Assignment::UserBanned => "The user is banned: nothing is spent on such a one.",
        Assignment::NoTime => "That license is worth no time.",
    };
    wrong(&visit, "license", refused).await
}
