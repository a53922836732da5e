//! The page: the verdict, what mends it, and what is known.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Permission;
use claviger_service::vendor::{Act, ManageError, Standing, Subject, Tried, UserSubscription, Verdict, Who};

use super::{
    about::{address_of, plain, subject},
    facts::{
        Fact, Session, Subscription, Try, license_facts, other_licenses, session, subscription, tried,
        user_facts,
    },
};
use crate::{
    addresses::{license_page, user_page},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    rights::{Need, may, not_permitted},
    state_tags::Tag,
    visit::Visit,
};

/// A button, with the fields of its form.
struct Button {
    /// The last part of its form's address.
    path: String,
    label: String,
    kind: String,
    value: String,
    /// It mends the reason, and has the focus.
    first: bool,
}

#[derive(Template)]
#[template(path = "why.html")]
struct Page {
    frame: Frame,
    here: String,
    /// Where all of the user is.
    user_page: Option<String>,
    /// Where all of the license is.
    license_page: Option<String>,
    tag: Tag,
    line: String,
    reasons: Vec<String>,
    tell: String,
    /// The button to copy has the focus: nothing is to be mended.
    copy_first: bool,
    buttons: Vec<Button>,
    /// Names of subscriptions that can be prolonged; the first is meant unless another one is chosen.
    extendable: Vec<String>,
    may_extend: bool,
    extend_first: bool,
    days: String,
    problem: Option<String>,
    facts: Vec<Fact>,
    license: Vec<Fact>,
    /// Other licenses that the user used, with their addresses.
    licenses: Vec<(String, String)>,
    subscriptions: Vec<Subscription>,
    sessions: Vec<Session>,
    tries: Vec<Try>,
    nearby: Vec<Try>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

pub(super) async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let (app, subject) = (visit.app()?, subject(visit)?);
    let verdict = match visit.service().why(app, subject).await {
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        verdict => verdict?,
    };
    let name = match (subject, &verdict.user, &verdict.license) {
        (Subject::User(_), Some(user), _) => user.username.clone(),
        (_, _, Some(license)) => license.key.clone(),
        _ => return Err(Fault::NotFound),
    };
    if !sees(visit, subject, &verdict) {
        return Err(not_permitted());
    }
    let frame = visit.frame(plain(&name), Nav::Other).await?;
    let did = visit.query.get("did").filter(|_| problem.is_none());
    let did = did.and_then(|word| Act::parse(word, Some(("hwid", ""))));
    visit.render_as(status, &made(visit, frame, &verdict, did.as_ref(), problem)?)
}

/// Whether the person may look at whom the page is about. A user whose name is a license key is looked at as that license.
fn sees(visit: &Visit, subject: Subject, verdict: &Verdict) -> bool {
    match subject {
        Subject::License(_) => has(visit, Permission::Licenses),
        Subject::User(_) => has(visit, Permission::Users) || is_license(visit, verdict),
    }
}

/// Whether the user is a license, which the person may see.
fn is_license(visit: &Visit, verdict: &Verdict) -> bool {
    let by_license = verdict.user.as_ref().is_some_and(|user| user.by_license.is_some());
    by_license && has(visit, Permission::Licenses)
}

fn made(
    visit: &Visit,
    frame: Frame,
    verdict: &Verdict,
    did: Option<&Act>,
    problem: Option<String>,
) -> Result<Page, Fault> {
    let app = visit.app()?;
    let done = did.is_some() && verdict.standing != Standing::Refused;
    let mends = !done && verdict.reasons.first().is_some_and(|reason| !reason.why.acts().is_empty());
    let acts: Vec<&Act> = verdict.acts.iter().filter(|act| allowed(visit, act)).collect();
    let first = acts.first().filter(|_| mends).copied();
    let extend_first = first == Some(&Act::Extend) || problem.is_some();
    let button = |act: &&Act| {
        let (kind, value) = match act {
            Act::RemoveEntry { kind, value } => (kind.clone(), value.clone()),
            _ => Default::default(),
        };
        let label = plain(&act.label());
        Button {
            path: act.as_str().replace('_', "-"),
            label,
            kind,
            value,
            first: first == Some(*act) && !extend_first,
        }
    };
    let users = has(visit, Permission::Users) || is_license(visit, verdict);
    let licenses = has(visit, Permission::Licenses);
    // Of a license tries are told that named it, without the devices of its user.
    let seen = |one: &&Tried| users || matches!(one.who, Who::License { .. });
    let shown = |one: Try| Try { hwid: one.hwid.filter(|_| users), ..one };
    let tell = did.map_or_else(|| verdict.tell.clone(), |act| verdict.tell_after(act));
    Ok(Page {
        here: address_of(app, verdict.subject),
        user_page: verdict
            .user
            .as_ref()
            .filter(|_| has(visit, Permission::Users))
            .map(|user| user_page(app, user.id)),
        license_page: verdict
            .license
            .as_ref()
            .filter(|_| has(visit, Permission::Licenses))
            .map(|license| license_page(app, license.id)),
        tag: tag(verdict.standing),
        line: plain(&verdict.line),
        reasons: verdict.reasons.iter().map(|reason| plain(&reason.text(verdict.now))).collect(),
        tell: plain(&tell),
        copy_first: first.is_none() && !extend_first,
        buttons: acts.iter().filter(|act| ***act != Act::Extend).map(button).collect(),
        may_extend: acts.contains(&&Act::Extend),
        extendable: extendable(verdict),
        extend_first,
        days: visit.form.get("days").unwrap_or("30").to_owned(),
        problem,
        facts: if users { user_facts(visit, verdict) } else { Vec::new() },
        license: if licenses { license_facts(visit, verdict) } else { Vec::new() },
        licenses: if licenses { other_licenses(app, verdict) } else { Vec::new() },
        subscriptions: verdict.subscriptions.iter().map(|one| subscription(visit, one)).collect(),
        sessions: match users {
            true => verdict.sessions.iter().map(|one| session(visit, one)).collect::<Result<_, Fault>>()?,
            false => Vec::new(),
        },
        tries: verdict.tries.iter().filter(seen).map(|one| tried(visit, one, verdict)).map(shown).collect(),
        nearby: verdict.nearby.iter().filter(seen).map(|one| tried(visit, one, verdict)).map(shown).collect(),
        frame,
    })
}

fn allowed(visit: &Visit, act: &Act) -> bool {
    has(visit, act.needs())
}

fn has(visit: &Visit, permission: Permission) -> bool {
    let app = visit.app.as_deref();
    visit.person.as_ref().is_some_and(|person| may(person, app, Need::App(permission)))
}

fn tag(standing: Standing) -> Tag {
    match standing {
        Standing::Works => Tag { word: "works", class: "good" },
        Standing::Unused => Tag { word: "not used yet", class: "good" },
        Standing::LastTryFailed => Tag { word: "last try failed", class: "warn" },
        Standing::Refused => Tag { word: "does not work", class: "bad" },
    }
}

/// Names of the user's subscriptions, the one that is prolonged unless another is chosen first.
fn extendable(verdict: &Verdict) -> Vec<String> {
    let mut all: Vec<&UserSubscription> = verdict.subscriptions.iter().collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.state().left(verdict.now), one.id)));
    let mut names: Vec<String> = Vec::new();
    for one in all {
        if !names.contains(&one.subscription) {
            names.push(one.subscription.clone());
        }
    }
    names
}
