//! `/dashboard/{app}/users/change`: asks, then changes users that were chosen, or all that a filter means.

use claviger_service::vendor::{Done, UserAct, UserRow, UsersWanted};

use super::list::NAMES;
use crate::{
    acts::{Act, choose},
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    fields::Fields,
    form::{Input, Kind},
    frame::Nav,
    table_change::{self, Question, Which, back, brought, came_from, days, days_input, finish, time},
    user_filter,
    visit::Visit,
};

/// What can be done to users.
const ACTS: &[Act] = &[
    Act { name: "ban", word: "Ban", is_bad: true },
    Act { name: "unban", word: "Lift bans", is_bad: false },
    Act { name: "extend", word: "Extend a subscription", is_bad: false },
    Act { name: "subtract", word: "Shorten a subscription", is_bad: true },
    Act { name: "pause", word: "Pause", is_bad: false },
    Act { name: "unpause", word: "Resume", is_bad: false },
    Act { name: "reset", word: "Reset devices", is_bad: false },
    Act { name: "delete", word: "Delete", is_bad: true },
];
/// Longest name of a subscription, in bytes.
const NAME_MAX: usize = 100;

pub(super) async fn ask(visit: Visit) -> Answer {
    let path = format!("{}users", app_base(visit.app()?));
    let (which, kept) = (Which::read(&visit.query, user_filter::read)?, came_from(&visit, &path));
    let back = back(&path, &kept, user_filter::read);
    let Some(act) = Act::find(ACTS, visit.query.get("act")) else {
        let fields = which.fields();
        return choose(
            &visit,
            Nav::Users,
            "Change which way?",
            ACTS,
            &format!("{path}/change"),
            &fields,
            back,
        )
        .await;
    };
    let confirm = confirm(&visit, act, &which, kept, back).await?;
    confirm.ask(&visit, Nav::Users).await
}

/// What is asked about an act.
fn question(act: &Act, many: &str, with_ip: bool) -> Question {
    let name = |hint| Input::line("act_subscription", "Subscription", hint).value("default");
    match act.name {
        "ban" => (
            format!("Ban {many}?"),
            "They are kept out at once, their devices go to the blacklist, and their sessions end.",
            vec![
                Input::line("reason", "Reason", "Programs show it."),
                Input::line("with_ip", "Blacklist the address of the last sign-in too", "")
                    .kind(Kind::Check)
                    .value(if with_ip { "1" } else { "" }),
            ],
        ),
        "unban" => (
            format!("Lift the bans of {many}?"),
            "They are let in again, and what their bans blacklisted is taken off the blacklist.",
            Vec::new(),
        ),
        "extend" => (
            format!("Extend a subscription of {many}?"),
            "It ends later where it runs or is paused.",
            vec![
                name(""),
                days_input(),
                Input::line("active_only", "Only users who have it", "Else those without it get it.")
                    .kind(Kind::Check)
                    .value("1"),
            ],
        ),
        "subtract" => (
            format!("Shorten a subscription of {many}?"),
            "It ends earlier. Who has less time left than that is shut out at once.",
            vec![name(""), days_input()],
        ),
        "pause" => (
            format!("Pause subscriptions of {many}?"),
            "What runs keeps the time that is left, and lets nobody in until it is resumed.",
            vec![name("Nothing: all that they have.").value("")],
        ),
        "unpause" => (
            format!("Resume subscriptions of {many}?"),
            "What is paused goes on with the time that is left.",
            vec![name("Nothing: all that they have.").value("")],
        ),
        "reset" => (
            format!("Reset the devices of {many}?"),
            "The next sign-in binds a new device. Sessions end.",
            Vec::new(),
        ),
        _ => (
            format!("Delete {many}?"),
            "Their subscriptions, variables, bans, tokens and sessions go with them. Their licenses stay used. This \
             cannot be undone.",
            Vec::new(),
        ),
    }
}

async fn confirm(
    visit: &Visit,
    act: &Act,
    which: &Which<UsersWanted>,
    kept: Vec<(String, String)>,
    back: String,
) -> Result<Confirm, Fault> {
    let with_ip = visit.app()?.settings.ban_blacklists_ip;
    let question = |many: &str| question(act, many, with_ip);
    table_change::confirm::<UserRow>(visit, (act, NAMES), which, question, (kept, back)).await
}

/// What was typed, as the act; else the field and what is wrong with it.
fn act_of(act: &Act, form: &Fields) -> Result<UserAct, (&'static str, String)> {
    let name = || match form.filled("act_subscription") {
        Some(name) if name.len() > NAME_MAX => {
            Err(("act_subscription", format!("A subscription has {NAME_MAX} bytes at most.")))
        }
        Some(name) => Ok(Some(name.to_owned())),
        None => Ok(None),
    };
    let must = || name()?.ok_or(("act_subscription", "Name the subscription.".to_owned()));
    let seconds = || days(form).map_err(|problem| ("days", problem));
    Ok(match act.name {
        "ban" => UserAct::Ban { reason: form.kept("reason"), with_ip: form.has("with_ip") },
        "unban" => UserAct::Unban,
        "extend" => UserAct::Extend {
            subscription: must()?,
            seconds: seconds()?,
            active_only: form.has("active_only"),
            app_paused: false,
        },
        "subtract" => UserAct::Subtract { subscription: must()?, seconds: seconds()? },
        "pause" => UserAct::Pause(name()?),
        "unpause" => UserAct::Unpause { subscription: name()?, app_paused: false },
        "reset" => UserAct::Reset,
        _ => UserAct::Delete,
    })
}

pub(super) async fn change(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?.clone(), format!("{}users", app_base(visit.app()?)));
    let (which, kept) = (Which::read(&visit.form, user_filter::read)?, brought(&visit.form));
    let Some(act) = Act::find(ACTS, visit.form.get("act")) else {
        return Err(Fault::Invalid("There is no such change of users.".into()));
    };
    let back = back(&path, &kept, user_filter::read);
    let wrong = async |field: &str, problem: String| {
        let confirm = confirm(&visit, act, &which, kept.clone(), back.clone()).await?;
        confirm.with_values(&visit.form).wrong(field, problem).ask(&visit, Nav::Users).await
    };
    if act.name == "delete" && which.is_everything() && visit.form.get("typed") != Some(&app.name) {
        return wrong("typed", "Type the name of the application to delete all of its users.".into()).await;
    }
    let doing = match act_of(act, &visit.form) {
        Ok(doing) => doing,
        Err((field, problem)) => return wrong(field, problem).await,
    };
    let told = match &doing {
        UserAct::Ban { reason, .. } => format!("{}, reason {reason}", which.words()),
        UserAct::Extend { subscription, seconds, .. } | UserAct::Subtract { subscription, seconds } => {
            format!("{}, {subscription} {}", which.words(), time(*seconds))
        }
        _ => which.words(),
    };
    let outcome = match &which {
        Which::Chosen(ids) => {
            visit.service().change_users_by_number(&app, ids.clone(), doing).await.map(Done::Changed)
        }
        Which::Filtered(filter) => {
            visit.service().change_wanted_users(&app, filter.wanted.clone(), doing).await
        }
    };
    let done = match outcome {
        Ok(done) => done,
        Err(error) => return wrong("reason", refusal(error)?).await,
    };
    finish(&visit, (&format!("{} users", act.name), told), done, ("user", "users"), back).await
}
