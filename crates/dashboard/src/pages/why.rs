//! `/dashboard/{app}/why/users/{id}` and `…/why/licenses/{id}`: why a user or a license works or does not, what mends it,
//! and what to tell the customer.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{HwidList, NEVER, Permission, Term, Unit, in_one_line};
use claviger_service::{
    App,
    vendor::{Act, ManageError, Standing, Subject, Tried, UserSession, UserSubscription, Verdict, Who},
};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    moment::{Moment, span},
    record::record,
    rights::{Need, may},
    route::Route,
    state_tags::Tag,
    visit::Visit,
};

const LOOK: Need = Need::Either(Permission::Users, Permission::Licenses);
const USERS: Need = Need::App(Permission::Users);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/why/{kind}/{id}", LOOK, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/reset-devices", USERS, |visit| {
        Box::pin(mend(visit, "reset_devices"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/extend", USERS, |visit| Box::pin(mend(visit, "extend"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/end-sessions", Need::App(Permission::Sessions), |visit| {
        Box::pin(mend(visit, "end_sessions"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unban", USERS, |visit| Box::pin(mend(visit, "unban"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unban-license", Need::App(Permission::Licenses), |visit| {
        Box::pin(mend(visit, "unban_license"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unpause", USERS, |visit| Box::pin(mend(visit, "unpause"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unpause-app", Need::App(Permission::Settings), |visit| {
        Box::pin(mend(visit, "unpause_app"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/turn-two-factor-off", USERS, |visit| {
        Box::pin(mend(visit, "turn_two_factor_off"))
    }),
    Route::post(
        "/dashboard/{app}/why/{kind}/{id}/remove-entry",
        Need::App(Permission::Blacklists),
        |visit| Box::pin(mend(visit, "remove_entry")),
    ),
];

/// Where a user or a license is looked at.
pub(super) fn address_of(app: &App, subject: Subject) -> String {
    let (kind, id) = match subject {
        Subject::User(id) => ("users", id),
        Subject::License(id) => ("licenses", id),
    };
    format!("{}why/{kind}/{id}", app_base(app))
}

/// Whom the path means.
fn subject(visit: &Visit) -> Result<Subject, Fault> {
    let id = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    match visit.path("kind") {
        "users" => Ok(Subject::User(id)),
        "licenses" => Ok(Subject::License(id)),
        _ => Err(Fault::NotFound),
    }
}

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

struct Try {
    when: Moment,
    kind: String,
    text: String,
    class: &'static str,
    count: i64,
    who: Option<String>,
    ip: String,
    hwid: Option<String>,
}

struct Subscription {
    name: String,
    state: Tag,
    left: String,
    ends: Option<Moment>,
    key: Option<String>,
}

struct Session {
    id: String,
    address: Option<String>,
    ip: String,
    ends: Moment,
}

/// A fact about the user or the license.
struct Fact {
    word: &'static str,
    value: String,
    when: Option<Moment>,
}

#[derive(Template)]
#[template(path = "why.html")]
struct Page {
    frame: Frame,
    here: String,
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

async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
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
    let frame = visit.frame(plain(&name), Nav::Other).await?;
    let did = visit.query.get("did").filter(|_| problem.is_none());
    let did = did.and_then(|word| Act::parse(word, Some(("hwid", ""))));
    visit.render_as(status, &made(visit, frame, &verdict, did.as_ref(), problem)?)
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
    let tell = did.map_or_else(|| verdict.tell.clone(), |act| verdict.tell_after(act));
    Ok(Page {
        here: address_of(app, verdict.subject),
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
        facts: user_facts(visit, verdict),
        license: license_facts(visit, verdict),
        licenses: other_licenses(app, verdict),
        subscriptions: verdict.subscriptions.iter().map(|one| subscription(visit, one)).collect(),
        sessions: verdict.sessions.iter().map(|one| session(visit, one)).collect::<Result<_, Fault>>()?,
        tries: verdict.tries.iter().map(|one| tried(visit, one, verdict)).collect(),
        nearby: verdict.nearby.iter().map(|one| tried(visit, one, verdict)).collect(),
        frame,
    })
}

fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}

fn allowed(visit: &Visit, act: &Act) -> bool {
    let app = visit.app.as_deref();
    visit.person.as_ref().is_some_and(|person| may(person, app, Need::App(act.needs())))
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

fn user_facts(visit: &Visit, verdict: &Verdict) -> Vec<Fact> {
    let Some(user) = &verdict.user else { return Vec::new() };
    let devices = HwidList::from_stored(user.hwids.as_deref());
    let devices: Vec<&str> = devices.iter().collect();
    let fact = |word, value: String, at: Option<i64>| Fact {
        word,
        value: plain(&value),
        when: at.map(|at| visit.moment(at)),
    };
    let mut facts = vec![
        fact("Name", user.username.clone(), None),
        fact(
            "Last sign-in",
            user.last_login.map_or_else(|| "never".into(), |_| String::new()),
            user.last_login,
        ),
        fact("From", user.ip.clone().unwrap_or_else(|| "unknown".into()), None),
        fact("Devices", if devices.is_empty() { "none bound".into() } else { devices.join(", ") }, None),
        fact("Made", String::new(), Some(user.created)),
        fact("Made by", user.owner.clone(), None),
    ];
    if user.any_device {
        facts.push(fact("Device rule", "any device may sign in".into(), None));
    }
    if user.totp.is_on() {
        facts.push(fact("Two-factor", "on".into(), None));
    }
    if user.password.is_none() {
        facts.push(fact("Password", "none: the next sign-in sets it".into(), None));
    }
    facts
}

fn license_facts(visit: &Visit, verdict: &Verdict) -> Vec<Fact> {
    let Some(license) = &verdict.license else { return Vec::new() };
    let worth = match license.duration {
        NEVER => "without end".into(),
        seconds => span(seconds.unsigned_abs()),
    };
    let fact = |word, value: &str, at: Option<i64>| Fact {
        word,
        value: plain(value),
        when: at.map(|at| visit.moment(at)),
    };
    let mut facts = vec![
        fact("Key", &license.key, None),
        fact("Status", license.status.as_str(), None),
        fact("Worth", &worth, None),
        fact("Level", &license.level, None),
        fact("Made", "", Some(license.gendate)),
        fact("Made by", &license.genby, None),
    ];
    facts.extend(license.usedby.as_ref().map(|name| fact("Used by", name, license.usedon)));
    facts.extend(license.note.as_ref().map(|note| fact("Note", note, None)));
    facts
}

fn other_licenses(app: &App, verdict: &Verdict) -> Vec<(String, String)> {
    let shown = verdict.license.as_ref().map(|license| license.id);
    let others = verdict.licenses.iter().filter(|license| Some(license.id) != shown);
    others.map(|license| (plain(&license.key), address_of(app, Subject::License(license.id)))).collect()
}

fn subscription(visit: &Visit, one: &UserSubscription) -> Subscription {
    let (runs, now) = (one.state().runs(visit.now()), visit.now());
    let state = match (one.paused, runs) {
        (true, _) if one.by_app => Tag { word: "paused with the application", class: "warn" },
        (true, _) => Tag { word: "paused", class: "warn" },
        (false, true) => Tag { word: "runs", class: "good" },
        (false, false) => Tag { word: "ended", class: "bad" },
    };
    let left = match one.state().left(now) {
        NEVER => "never ends".into(),
        0 => String::new(),
        seconds => format!("{} left", span(seconds.unsigned_abs())),
    };
    Subscription {
        name: plain(&one.subscription),
        state,
        left,
        ends: (!one.paused && one.expires != NEVER).then(|| visit.moment(one.expires)),
        key: one.license_key.as_deref().map(plain),
    }
}

fn session(visit: &Visit, one: &UserSession) -> Result<Session, Fault> {
    let app = visit.app()?;
    let sees = may(visit.person()?, Some(app), Need::App(Permission::Sessions));
    let list = Link::new(format!("{}sessions", app_base(app))).with("text", &one.id);
    Ok(Session {
        id: one.id.clone(),
        address: sees.then(|| list.into()),
        ip: one.ip.clone(),
        ends: visit.moment(one.expires),
    })
}

fn tried(visit: &Visit, one: &Tried, verdict: &Verdict) -> Try {
    let known = [
        verdict.user.as_ref().map(|user| user.username.as_str()),
        verdict.license.as_ref().map(|license| license.key.as_str()),
    ];
    let who = match &one.who {
        Who::User { name, .. } | Who::Typed(name) => Some(name.as_str()),
        Who::License { key, .. } => Some(key.as_str()),
        Who::Nobody => None,
    };
    let fine = one.outcome == claviger_service::TryOutcome::Fine;
    Try {
        when: visit.moment(one.time),
        kind: one.kind.clone(),
        text: plain(&one.text()),
        class: if fine { "good" } else { "bad" },
        count: one.count,
        who: who.filter(|name| !known.contains(&Some(name))).map(plain),
        ip: one.ip.clone(),
        hwid: one.hwid.as_deref().map(plain),
    }
}

async fn mend(visit: Visit, word: &'static str) -> Answer {
    let (app, subject) = (visit.app()?.clone(), subject(&visit)?);
    let field = |name| visit.form.get(name).unwrap_or_default();
    let invalid = || Fault::Invalid("There is no such entry. Nothing was changed.".into());
    let act = Act::parse(word, Some((field("kind"), field("value")))).ok_or_else(invalid)?;
    let mut term = None;
    if act == Act::Extend {
        let text = visit.form.filled("days").unwrap_or_default();
        match Term::parse(text, Unit::Days, visit.now()) {
            Ok(Term::For(0)) => return refused(&visit, "Write more than no time at all.").await,
            Ok(read) => term = Some(read),
            Err(error) => return refused(&visit, &sentence(&error.to_string())).await,
        }
    }
    let subscription = visit.form.filled("subscription").map(String::from);
    match visit.service().mend(&app, subject, &act, term, subscription).await {
        Ok(mended) => {
            record(&visit, &app, word, &mended.done).await?;
            let to = Link::new(address_of(&app, subject)).with("did", word);
            visit.see_other_saying(to, &format!("{}.", mended.done))
        }
        Err(ManageError::Unknown { what: "user" | "license", .. }) => Err(Fault::NotFound),
        Err(ManageError::Unfit(why)) => refused(&visit, &sentence(&why)).await,
        Err(error @ ManageError::Unknown { .. }) => refused(&visit, &sentence(&error.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(visit: &Visit, why: &str) -> Answer {
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(why.into())).await
}
