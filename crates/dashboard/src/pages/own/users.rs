//! `/dashboard/{app}/own-users`: users whom licenses of the reseller made.

use askama::Template;
use claviger_domain::{NEVER, Subscription};
use claviger_service::vendor::{OwnUser, UserSubscription};

use super::rights::Has;
use crate::{
    addresses::{Link, app_base},
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    record::record_about,
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 50;

/// A user in the table.
struct Row {
    name: String,
    banned: Option<String>,
    /// When the last subscription ends; `None` with `forever` for one without end.
    until: Option<Moment>,
    forever: bool,
    paused: bool,
    devices: usize,
    last_login: Option<Moment>,
    reset: String,
}

#[derive(Template)]
#[template(path = "own_users.html")]
struct Page {
    frame: Frame,
    licenses: String,
    may_reset: bool,
    rows: Vec<Row>,
    pages: Pages,
}

fn base(visit: &Visit) -> Result<String, Fault> {
    Ok(format!("{}own-users", app_base(visit.app()?)))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, has, base) = (visit.app()?, Has::of(&visit)?, base(&visit)?);
    let after: Option<i64> = visit.query.filled("after").and_then(|text| text.parse().ok());
    let (users, next) = visit.service().own_users(app, visit.person()?, after.unwrap_or(0), ROWS).await?;
    visit.render(&Page {
        frame: visit.frame("My users", Nav::OwnUsers).await?,
        licenses: format!("{}own", app_base(app)),
        may_reset: has.may_reset,
        pages: Pages {
            first: after.map(|_| base.clone()),
            back: None,
            on: next.map(|next| Link::new(base.clone()).with("after", next).into()),
        },
        rows: users.into_iter().map(|user| row(&visit, &base, user)).collect(),
    })
}

fn row(visit: &Visit, base: &str, OwnUser { user, subscriptions }: OwnUser) -> Row {
    let states: Vec<Subscription> = subscriptions.iter().map(UserSubscription::state).collect();
    let ends = states.iter().filter_map(|state| match state {
        Subscription::Until(end) => Some(*end),
        Subscription::Paused { .. } => None,
    });
    let last = ends.max();
    Row {
        reset: format!("{base}/{}/reset", user.id),
        banned: user.banned,
        until: last.filter(|&end| end != NEVER).map(|end| visit.moment(end)),
        forever: last == Some(NEVER),
        paused: states.iter().any(|state| matches!(state, Subscription::Paused { .. })),
        devices: user.hwids.as_deref().map_or(0, |list| list.lines().count()),
        last_login: user.last_login.map(|at| visit.moment(at)),
        name: user.username,
    }
}

fn number(visit: &Visit) -> Result<i64, Fault> {
    visit.path("id").parse().map_err(|_| Fault::NotFound)
}

pub(super) async fn ask_reset(visit: Visit) -> Answer {
    let id = number(&visit)?;
    let before = id.checked_sub(1).ok_or(Fault::NotFound)?;
    let (users, _) = visit.service().own_users(visit.app()?, visit.person()?, before, 1).await?;
    let found = users.into_iter().find(|found| found.user.id == id).ok_or(Fault::NotFound)?;
    let name = found.user.username;
    let confirm = Confirm {
        title: format!("Reset the devices of {name}?"),
        words: vec![
            "The next sign-in binds the device that it comes from. Running programs are signed out.".into(),
        ],
        button: "Reset the devices".into(),
        action: format!("{}/{id}/reset", base(&visit)?),
        back: base(&visit)?,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::OwnUsers).await
}

pub(super) async fn reset(visit: Visit) -> Answer {
    let app = visit.app()?;
    let reset = visit.service().reset_own_user(app, visit.person()?, number(&visit)?).await?;
    let name = reset.ok_or(Fault::NotFound)?.username;
    record_about(&visit, app, &name, "resetuser", "").await?;
    visit.see_other_saying(base(&visit)?, &format!("{name} can sign in from another device now."))
}
