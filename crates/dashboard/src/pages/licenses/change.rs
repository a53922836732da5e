//! `/dashboard/{app}/licenses/change`: asks, then changes licenses that were chosen, or all that a filter means.

use claviger_domain::Permission;
use claviger_service::vendor::{Done, LicenseAct, LicenseRow, LicensesWanted};

use super::list::NAMES;
use crate::{
    acts::{Act, choose},
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    fields::Fields,
    form::{Input, Kind},
    frame::Nav,
    license_filter,
    rights::{Need, may},
    table_change::{self, Question, Which, back, brought, came_from, days, days_input, finish, time},
    visit::Visit,
};

/// What can be done to licenses.
const ACTS: &[Act] = &[
    Act { name: "ban", word: "Ban", is_bad: true },
    Act { name: "unban", word: "Lift the ban", is_bad: false },
    Act { name: "note", word: "Set the note", is_bad: false },
    Act { name: "extend", word: "Add time", is_bad: false },
    Act { name: "delete", word: "Delete", is_bad: true },
];

/// Whether the time of users changes along: a manager of licenses alone may not change it.
fn changes_users(visit: &Visit) -> Result<bool, Fault> {
    Ok(may(visit.person()?, visit.app.as_deref(), Need::App(Permission::Users)))
}

/// Reads which licenses are meant.
async fn which(visit: &Visit, fields: &Fields) -> Result<Which<LicensesWanted>, Fault> {
    Ok(match Which::read(fields, license_filter::read)? {
        Which::Filtered(filter) => {
            Which::Filtered(license_filter::find_user(visit.service(), visit.app()?, filter).await?)
        }
        chosen @ Which::Chosen(_) => chosen,
    })
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let path = format!("{}licenses", app_base(visit.app()?));
    let (which, kept) = (which(&visit, &visit.query).await?, came_from(&visit, &path));
    let back = back(&path, &kept, license_filter::read);
    let Some(act) = Act::find(ACTS, visit.query.get("act")) else {
        let fields = which.fields();
        return choose(
            &visit,
            Nav::Licenses,
            "Change which way?",
            ACTS,
            &format!("{path}/change"),
            &fields,
            back,
        )
        .await;
    };
    let confirm = confirm(&visit, act, &which, kept, back).await?;
    confirm.ask(&visit, Nav::Licenses).await
}

/// What is asked about an act.
fn question(act: &Act, many: &str, users_too: bool) -> Question {
    match act.name {
        "ban" => (
            format!("Ban {many}?"),
            "Nobody can use a banned license. Who signs in by the license alone is kept out at once; users with a name of \
             their own go on.",
            vec![Input::line("reason", "Reason", "Programs show it.")],
        ),
        "unban" => (
            format!("Lift the ban of {many}?"),
            "They are used again if they were used, else unused. Users are let in again who were kept out along with them.",
            Vec::new(),
        ),
        "note" => (
            format!("Set the note of {many}?"),
            "The note that each has now is replaced.",
            vec![Input::line("act_note", "Note", "Nothing forgets the notes.").kind(Kind::Text)],
        ),
        "extend" => (
            format!("Add time to {many}?"),
            match users_too {
                true => {
                    "Unused licenses are worth more then. Of used ones, the user's subscription ends later."
                }
                false => {
                    "The licenses are worth more then. Users keep the time that they have: changing it needs the permission \
                     for users."
                }
            },
            vec![days_input()],
        ),
        _ => (
            format!("Delete {many}?"),
            "Their tokens go with them, and so do the subscriptions that they brought to users. The users stay. This \
             cannot be undone.",
            Vec::new(),
        ),
    }
}

async fn confirm(
    visit: &Visit,
    act: &Act,
    which: &Which<LicensesWanted>,
    kept: Vec<(String, String)>,
    back: String,
) -> Result<Confirm, Fault> {
    let users_too = changes_users(visit)?;
    let question = |many: &str| question(act, many, users_too);
    table_change::confirm::<LicenseRow>(visit, (act, NAMES), which, question, (kept, back)).await
}

/// What was typed, as the act; else the field and what is wrong with it.
fn act_of(act: &Act, form: &Fields, users_too: bool) -> Result<LicenseAct, (&'static str, String)> {
    Ok(match act.name {
        "ban" => LicenseAct::Ban(form.kept("reason")),
        "unban" => LicenseAct::Unban,
        "note" => LicenseAct::Note(form.kept("act_note")),
        "extend" => {
            let seconds = days(form).map_err(|problem| ("days", problem))?;
            if users_too { LicenseAct::Extend(seconds) } else { LicenseAct::Worth(seconds) }
        }
        _ => LicenseAct::Delete,
    })
}

pub(super) async fn change(visit: Visit) -> Answer {
    let (app, path) = (visit.app()?.clone(), format!("{}licenses", app_base(visit.app()?)));
    let (which, kept) = (which(&visit, &visit.form).await?, brought(&visit.form));
    let Some(act) = Act::find(ACTS, visit.form.get("act")) else {
        return Err(Fault::Invalid("There is no such change of licenses.".into()));
    };
    let back = back(&path, &kept, license_filter::read);
    let wrong = async |field: &str, problem: String| {
        let confirm = confirm(&visit, act, &which, kept.clone(), back.clone()).await?;
        confirm.with_values(&visit.form).wrong(field, problem).ask(&visit, Nav::Licenses).await
    };
    if act.name == "delete" && which.is_everything() && visit.form.get("typed") != Some(&app.name) {
        return wrong("typed", "Type the name of the application to delete all of its licenses.".into())
            .await;
    }
    let doing = match act_of(act, &visit.form, changes_users(&visit)?) {
        Ok(doing) => doing,
        Err((field, problem)) => return wrong(field, problem).await,
    };
    let told = match &doing {
        LicenseAct::Ban(reason) => format!("{}, reason {reason}", which.words()),
        LicenseAct::Extend(seconds) | LicenseAct::Worth(seconds) => {
            format!("{}, {}", which.words(), time(*seconds))
        }
        _ => which.words(),
    };
    let outcome = match &which {
        Which::Chosen(ids) => {
            visit.service().change_licenses(&app, ids.clone(), doing).await.map(Done::Changed)
        }
        Which::Filtered(filter) => {
            visit.service().change_wanted_licenses(&app, filter.wanted.clone(), doing).await
        }
    };
    let done = match outcome {
        Ok(done) => done,
        Err(error) => {
            let field = if act.name == "note" { "act_note" } else { "reason" };
            return wrong(field, refusal(error)?).await;
        }
    };
    finish(&visit, (&format!("{} licenses", act.name), told), done, ("license", "licenses"), back).await
}
