//! What is done with a subscription of all users: more time, less time, a pause. Of very many, the rest goes on in the
//! background.

use claviger_domain::{Term, Unit};
use claviger_service::{
    ServiceError,
    vendor::{ManageError, NameCount, Subscription, Target},
};

use super::{change::named, list::address};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    form::{Form, Input, Kind},
    frame::Nav,
    plots::grouped,
    record::record_about,
    visit::Visit,
};

async fn counted(visit: &Visit, of: &Subscription) -> Result<NameCount, Fault> {
    Ok(visit.service().subscriber_counts(visit.app()?).await?.of(&of.name))
}

/// So many users, in words.
fn users(count: i64) -> String {
    if count == 1 { "1 user".into() } else { format!("{} users", grouped(count)) }
}

pub(super) async fn ask_pause(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    let count = counted(&visit, &of).await?;
    let words = vec![
        format!("{} of {} stops running: each keeps the time that is left.", users(count.running), of.name),
        "Programs refuse these users until it goes on. Users who get it later are not paused.".into(),
        "It can be let go on.".into(),
    ];
    let title = format!("Pause {} for all users?", of.name);
    ask(&visit, of, title, words, "Pause it for all", "pause").await
}

pub(super) async fn ask_unpause(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    let count = counted(&visit, &of).await?;
    let words = vec![format!("It runs on for {}, with the time that was left.", users(count.paused))];
    let title = format!("Let {} go on for all users?", of.name);
    ask(&visit, of, title, words, "Let it go on", "unpause").await
}

async fn ask(
    visit: &Visit,
    of: Subscription,
    title: String,
    words: Vec<String>,
    button: &str,
    act: &str,
) -> Answer {
    let back = address(visit.app()?);
    let confirm = Confirm {
        title,
        words,
        button: button.into(),
        action: format!("{back}/{act}"),
        fields: vec![("name".into(), of.name)],
        back,
        ..Confirm::default()
    };
    confirm.ask(visit, Nav::Subscriptions).await
}

pub(super) async fn pause(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?.clone(), named(&visit, &visit.form).await?);
    let (service, name) = (visit.service().clone(), of.name.clone());
    let done = carried_through(async move { service.pause_subscription(&app, name).await }).await?;
    told(&visit, &of, done, "pause-subscription", "", "is paused for all users").await
}

pub(super) async fn unpause(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?.clone(), named(&visit, &visit.form).await?);
    let (service, name) = (visit.service().clone(), of.name.clone());
    let done = carried_through(async move { service.unpause_subscription(&app, name).await }).await?;
    told(&visit, &of, done, "unpause-subscription", "", "goes on for all users").await
}

fn extend_form(visit: &Visit, of: &Subscription) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Extend for all users",
        inputs: vec![
            Input::line("subscription", "Subscription", "").kind(Kind::Fixed).value(&of.name),
            Input::line(
                "days",
                "By",
                "Days, a date such as 2027-01-31 until which it lasts at least, or never.",
            ),
            Input::line("whom", "Of whom", "").kind(Kind::Choice(vec![
                ("active", "Users with whom it runs or is paused"),
                ("all", "All users: who does not have it gets it"),
            ])),
        ],
        button: "Extend for all",
        action: format!("{back}/extend"),
        hidden: vec![("name".into(), of.name.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_extend(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    let mut form = extend_form(&visit, &of)?;
    let count = counted(&visit, &of).await?;
    form.words = vec![format!("It runs or is paused with {}.", users(count.running + count.paused))];
    form.show(&visit, Nav::Subscriptions).await
}

pub(super) async fn extend(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?.clone(), named(&visit, &visit.form).await?);
    let form = || Ok::<_, Fault>(extend_form(&visit, &of)?.typed(&visit.form));
    let days = visit.form.filled("days").unwrap_or_default();
    let term = match Term::parse(days, Unit::Days, visit.now()) {
        Ok(Term::For(0)) => Err("Write more than no time at all.".to_owned()),
        Ok(term) => Ok(term),
        Err(error) => Err(sentence(&error.to_string())),
    };
    let term = match term {
        Ok(term) => term,
        Err(why) => return form()?.wrong("days", why).show(&visit, Nav::Subscriptions).await,
    };
    let active_only = match visit.form.get("whom") {
        Some("active") => true,
        Some("all") => false,
        _ => {
            let why = "Choose whose it is.".to_owned();
            return form()?.wrong("whom", why).show(&visit, Nav::Subscriptions).await;
        }
    };
    let (service, name) = (visit.service().clone(), of.name.clone());
    let extending = async move { service.extend(&app, Target::All, name, term, active_only).await };
    let done = match carried_through(extending).await {
        Err(ManageError::Unknown { .. }) => false,
        done => done?,
    };
    let whom = if active_only { "who has it" } else { "all users" };
    told(&visit, &of, done, "extend-subscription", &format!("by {days}, {whom}"), "is extended").await
}

fn shorten_form(visit: &Visit, of: &Subscription) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Shorten for all users",
        inputs: vec![
            Input::line("subscription", "Subscription", "").kind(Kind::Fixed).value(&of.name),
            Input::line(
                "days",
                "By",
                "Days. With whom less is left, it ends at once; what never ends stays.",
            ),
        ],
        button: "Shorten for all",
        action: format!("{back}/shorten"),
        hidden: vec![("name".into(), of.name.clone())],
        back,
        ..Form::default()
    })
}

pub(super) async fn ask_shorten(visit: Visit) -> Answer {
    let of = named(&visit, &visit.query).await?;
    let mut form = shorten_form(&visit, &of)?;
    let count = counted(&visit, &of).await?;
    form.words = vec![format!("It runs or is paused with {}.", users(count.running + count.paused))];
    form.show(&visit, Nav::Subscriptions).await
}

pub(super) async fn shorten(visit: Visit) -> Answer {
    let (app, of) = (visit.app()?.clone(), named(&visit, &visit.form).await?);
    let days = visit.form.filled("days").unwrap_or_default();
    let seconds = match Term::parse(days, Unit::Days, visit.now()) {
        Ok(Term::For(seconds)) if seconds > 0 && seconds < claviger_domain::NEVER => seconds,
        _ => {
            let form = shorten_form(&visit, &of)?.typed(&visit.form);
            let why = "Write a number of days, more than 0.".to_owned();
            return form.wrong("days", why).show(&visit, Nav::Subscriptions).await;
        }
    };
    let (service, name) = (visit.service().clone(), of.name.clone());
    let done =
        carried_through(async move { service.subtract(&app, Target::All, name, seconds).await }).await?;
    told(&visit, &of, done, "shorten-subscription", &format!("by {days} days"), "is shortened for all users")
        .await
}

/// Does it to the end, also when the browser does not wait.
async fn carried_through(
    work: impl Future<Output = Result<bool, ManageError>> + Send + 'static,
) -> Result<bool, ManageError> {
    let done = tokio::spawn(work).await;
    done.map_err(|error| ManageError::Service(ServiceError::System(error.to_string())))?
}

async fn told(
    visit: &Visit,
    of: &Subscription,
    done: bool,
    action: &str,
    changes: &str,
    said: &str,
) -> Answer {
    let app = visit.app()?;
    if !done {
        return visit.see_other_saying(
            address(app),
            &format!("No user has {} like this. Nothing was changed.", of.name),
        );
    }
    record_about(visit, app, &of.name, action, changes).await?;
    visit.see_other_saying(
        address(app),
        &format!("{} {said}. Of very many users, the rest follows within minutes.", of.name),
    )
}
