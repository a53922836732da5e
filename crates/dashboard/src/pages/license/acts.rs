//! What a license is worth, its note, and giving it to a user.

use claviger_domain::{NEVER, Term, Unit};
use claviger_service::vendor::{Assignment, EditedLicense};

use super::{
    about::{done, license, plain, text},
    page::{worth, wrong},
};
use crate::{
    fault::{Answer, Fault, sentence},
    typed::refused,
    visit::Visit,
};

pub(super) async fn set_note(visit: Visit) -> Answer {
    let (license, note) = (license(&visit).await?, text(&visit, "note"));
    match visit.service().set_note(visit.app()?, &license.key, note).await {
        // What it says is for the vendor's eyes, not for the log.
        Ok(()) => done(&visit, &license, ("set-note", ""), "The note is kept.").await,
        Err(error) => wrong(&visit, "note", refused(error, "license")?).await,
    }
}

pub(super) async fn set_duration(visit: Visit) -> Answer {
    let (license, now) = (license(&visit).await?, visit.now());
    let term = match Term::parse(visit.form.filled("days").unwrap_or_default(), Unit::Days, now) {
        Ok(Term::For(0)) => return wrong(&visit, "duration", "Write more than no time at all.").await,
        Ok(term) => term,
        Err(error) => return wrong(&visit, "duration", sentence(&error.to_string())).await,
    };
    let user_too = visit.form.has("user_too");
    let edited = match visit.service().set_license_duration(visit.app()?, &license.key, term, user_too).await
    {
        Ok(edited) => edited,
        Err(error) => return wrong(&visit, "duration", refused(error, "license")?).await,
    };
    let now_worth = worth(term.seconds(license.usedon.unwrap_or(now)));
    let changes = format!("worth: {} → {now_worth}{}", worth(license.duration), told_of_user(edited));
    done(&visit, &license, ("set-duration", &changes), &said(&now_worth, edited)).await
}

pub(super) async fn add_time(visit: Visit) -> Answer {
    let license = license(&visit).await?;
    let days = visit.form.filled("days").unwrap_or_default();
    let seconds = match Term::parse(days, Unit::Days, visit.now()) {
        Ok(Term::For(0)) => return wrong(&visit, "add-time", "Write more than no time at all.").await,
        Ok(Term::For(seconds)) if seconds != NEVER => seconds,
        Ok(_) => return wrong(&visit, "add-time", "Write a number of days.").await,
        Err(error) => return wrong(&visit, "add-time", sentence(&error.to_string())).await,
    };
    let user_too = visit.form.has("user_too");
    match visit.service().add_license_time(visit.app()?, &license.key, seconds, user_too).await {
        Ok((duration, edited)) => {
            let changes =
                format!("worth: {} → {}{}", worth(license.duration), worth(duration), told_of_user(edited));
            done(&visit, &license, ("add-time", &changes), &said(&worth(duration), edited)).await
        }
        Err(error) => wrong(&visit, "add-time", refused(error, "license")?).await,
    }
}

fn said(worth: &str, edited: EditedLicense) -> String {
    let user = match edited {
        EditedLicense::Unused => "",
        EditedLicense::UserKept => " Its user keeps the time that it brought.",
        EditedLicense::UserChanged => " The time of its user changed along.",
    };
    format!("The license is worth {worth} now.{user}")
}

fn told_of_user(edited: EditedLicense) -> &'static str {
    if edited == EditedLicense::UserChanged { "; the user's time too" } else { "" }
}

pub(super) async fn assign(visit: Visit) -> Answer {
    let (license, name) = (license(&visit).await?, text(&visit, "user"));
    let why = match visit.service().assign_license(visit.app()?, name.trim(), &license.key).await? {
        Assignment::Done => {
            let changes = format!("user: {}", plain(name.trim()));
            let said = format!("Used up for {}.", plain(name.trim()));
            return done(&visit, &license, ("assign-license", &changes), &said).await;
        }
        Assignment::UnknownLicense => return Err(Fault::NotFound),
        Assignment::UnknownUser => "There is no such user.",
        Assignment::Used => "A user has it already.",
        Assignment::Banned => "It is banned.",
        Assignment::NoSubscription => "No subscription has its level.",
        Assignment::UserBanned => "The user is banned: nothing is spent on such a one.",
        Assignment::NoTime => "It is worth no time.",
    };
    wrong(&visit, "assign", why).await
}
