//! The page: what the user has, and forms to change it.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{HwidList, NEVER, Permission};
use claviger_service::{
    UsersPassword,
    vendor::{ManageError, UserRecord, UserSubscription},
};

use super::about::{Head, done, number, permits, plain, user};
use crate::{
    addresses::{Link, license_page},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::{Moment, span},
    state_tags::Tag,
    typed::{Typed, refused},
    visit::Visit,
};

/// Variables that are shown.
const VARIABLES: usize = 200;

struct Subscription {
    name: String,
    level: Option<String>,
    state: Tag,
    left: String,
    ends: Option<Moment>,
    /// The license that it came from, and where that is.
    key: Option<String>,
    pauses: bool,
    unpauses: bool,
    delete: String,
}

struct Device {
    hwid: String,
    name: String,
    /// It stands alone, so it can have a name.
    alone: bool,
    free: String,
}

struct Variable {
    name: String,
    value: String,
    read_only: bool,
    delete: String,
}

struct Session {
    id: String,
    ip: String,
    ends: Moment,
    kill: String,
}

struct Ban {
    reason: String,
    by: String,
    when: Option<Moment>,
}

struct License {
    key: String,
    address: Option<String>,
    used: Option<Moment>,
}

/// A fact about the user.
struct Fact {
    word: &'static str,
    value: String,
    when: Option<Moment>,
}

struct Note {
    text: String,
    about: Option<(String, Moment)>,
}

/// What the person may do besides changing users.
struct Sees {
    sessions: bool,
    licenses: bool,
    chats: bool,
}

#[derive(Template)]
#[template(path = "user.html")]
struct Page {
    frame: Frame,
    head: Head,
    typed: Typed,
    sees: Sees,
    facts: Vec<Fact>,
    note: Note,
    subscriptions: Vec<Subscription>,
    /// What can be given or prolonged.
    names: Vec<String>,
    /// What time can be taken from: it runs or is paused, and ends some day.
    shortens: Vec<String>,
    devices: Vec<Device>,
    cooldown: Option<Moment>,
    variables: Vec<Variable>,
    /// Variables that are not shown: there are very many.
    more_variables: usize,
    sessions: Vec<Session>,
    bans: Vec<Ban>,
    blacklists_ip: bool,
    licenses: Vec<License>,
    muted: Option<Moment>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, Typed::default()).await
}

/// The page once more, with a form that was not accepted.
pub(super) async fn wrong(visit: &Visit, form: &'static str, problem: impl Into<String>) -> Answer {
    // Whoever may only give licenses or mute gets to hear what is wrong, and not to see the user.
    if !permits(visit, Permission::Users)? {
        return Err(Fault::Invalid(problem.into()));
    }
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, Typed::wrong(form, problem, &visit.form)).await
}

async fn page(visit: &Visit, status: StatusCode, typed: Typed) -> Answer {
    let app = visit.app()?;
    let record = match visit.service().user_record(app, number(visit)?).await {
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        record => record?,
    };
    let head = Head::new(visit, &record.user)?;
    let frame = visit.frame(plain(&record.user.username), Nav::Users).await?;
    let page = Page {
        sees: Sees {
            sessions: permits(visit, Permission::Sessions)?,
            licenses: permits(visit, Permission::Licenses)?,
            chats: permits(visit, Permission::Chats)?,
        },
        facts: facts(visit, &record),
        note: Note {
            text: record.note.as_ref().map(|note| note.note.clone()).unwrap_or_default(),
            about: record.note.as_ref().map(|note| (plain(&note.author), visit.moment(note.written))),
        },
        subscriptions: record.subscriptions.iter().map(|one| subscription(visit, &head.here, one)).collect(),
        names: names(&record),
        shortens: shortens(&record, visit.now()),
        devices: devices(&record, &head.here),
        cooldown: record.user.cooldown.filter(|until| *until > visit.now()).map(|until| visit.moment(until)),
        variables: variables(&record, &head.here),
        more_variables: record.variables.len().saturating_sub(VARIABLES),
        sessions: record.sessions.iter().map(|one| session(visit, &head.here, one)).collect(),
        bans: bans(visit, &record),
        blacklists_ip: app.settings.ban_blacklists_ip,
        licenses: licenses(visit, &record)?,
        muted: record.muted_until.map(|until| visit.moment(until)),
        frame,
        head,
        typed,
    };
    visit.render_as(status, &page)
}

fn facts(visit: &Visit, record: &UserRecord) -> Vec<Fact> {
    let user = &record.user;
    let fact = |word, value: &str, at: Option<i64>| Fact {
        word,
        value: plain(value),
        when: at.map(|at| visit.moment(at)),
    };
    let mut facts = vec![
        fact("Last sign-in", if user.last_login.is_none() { "never" } else { "" }, user.last_login),
        fact("From", user.ip.as_deref().unwrap_or("unknown"), None),
        fact("Made", "", Some(user.created)),
        fact("Made by", &user.owner, None),
        fact("E-mail", if user.email_hash.is_some() { "known by its hash" } else { "none" }, None),
        fact("Password", UsersPassword::of(user.password.as_deref()).text(), None),
        fact("Two-factor", if user.totp.is_on() { "on" } else { "off" }, None),
    ];
    if user.by_license.is_some() {
        facts.push(fact("Signs in", "by the license alone", None));
    }
    facts
}

fn subscription(visit: &Visit, here: &str, one: &UserSubscription) -> Subscription {
    let (now, state) = (visit.now(), one.state());
    let runs = state.runs(now);
    let tag = match (one.paused, runs) {
        (true, _) if one.by_app => Tag { word: "paused with the application", class: "warn" },
        (true, _) => Tag { word: "paused", class: "warn" },
        (false, true) => Tag { word: "runs", class: "good" },
        (false, false) => Tag { word: "ended", class: "bad" },
    };
    let left = match state.left(now) {
        NEVER => "never ends".into(),
        0 => String::new(),
        seconds => format!("{} left", span(seconds.unsigned_abs())),
    };
    Subscription {
        name: one.subscription.clone(),
        level: one.level.clone(),
        state: tag,
        left,
        ends: (!one.paused && one.expires != NEVER).then(|| visit.moment(one.expires)),
        key: one.license_key.as_deref().map(plain),
        pauses: !one.paused && runs,
        unpauses: one.paused && !one.by_app,
        delete: Link::new(format!("{here}/delete-subscription"))
            .with("subscription", &one.subscription)
            .into(),
    }
}

/// What the user has and what the application offers, each once; what the user has longest comes first.
fn names(record: &UserRecord) -> Vec<String> {
    let mut all: Vec<&UserSubscription> = record.subscriptions.iter().collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.expires, one.id)));
    let had = all.iter().map(|one| &one.subscription);
    let mut names: Vec<String> = Vec::new();
    for name in had.chain(record.offered.iter().map(|one| &one.name)) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn shortens(record: &UserRecord, now: i64) -> Vec<String> {
    let ends = |one: &&UserSubscription| (one.paused || one.state().runs(now)) && one.expires != NEVER;
    let mut names: Vec<String> =
        record.subscriptions.iter().filter(ends).map(|one| one.subscription.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn devices(record: &UserRecord, here: &str) -> Vec<Device> {
    let list = HwidList::from_stored(record.user.hwids.as_deref());
    let named = |hwid: &str| record.device_names.iter().find(|(device, _)| device == hwid);
    list.iter()
        .map(|hwid| Device {
            name: named(hwid).map(|(_, name)| name.clone()).unwrap_or_default(),
            alone: list.has_alone(hwid),
            free: Link::new(format!("{here}/free-device")).with("hwid", hwid).into(),
            hwid: hwid.to_owned(),
        })
        .collect()
}

fn variables(record: &UserRecord, here: &str) -> Vec<Variable> {
    let shown = record.variables.iter().take(VARIABLES).map(|one| Variable {
        name: one.name.clone(),
        value: one.value.clone(),
        read_only: one.read_only,
        delete: Link::new(format!("{here}/delete-variable")).with("name", &one.name).into(),
    });
    shown.collect()
}

fn session(visit: &Visit, here: &str, one: &claviger_service::vendor::UserSession) -> Session {
    Session {
        id: one.id.clone(),
        ip: one.ip.clone(),
        ends: visit.moment(one.expires),
        kill: Link::new(format!("{here}/end-sessions")).with("session", &one.id).into(),
    }
}

fn bans(visit: &Visit, record: &UserRecord) -> Vec<Ban> {
    let ban = |(ban, key): &(claviger_service::vendor::UserBan, Option<String>)| {
        let by = match (ban.license, key, ban.by_program) {
            (Some(_), Some(key), _) => format!("along with the license {}", plain(key)),
            (Some(_), None, _) => "along with a license that is deleted".into(),
            (None, _, Some(true)) => "by the program".into(),
            (None, _, Some(false)) => "by the vendor".into(),
            (None, _, None) => "by the vendor or the program".into(),
        };
        Ban { reason: plain(&ban.reason), by, when: (ban.banned_at > 0).then(|| visit.moment(ban.banned_at)) }
    };
    record.bans.iter().map(ban).collect()
}

fn licenses(visit: &Visit, record: &UserRecord) -> Result<Vec<License>, Fault> {
    let (app, sees) = (visit.app()?, permits(visit, Permission::Licenses)?);
    let shown = record.licenses.iter().map(|one| License {
        key: plain(&one.key),
        address: sees.then(|| license_page(app, one.id)),
        used: one.usedon.map(|at| visit.moment(at)),
    });
    Ok(shown.collect())
}

pub(super) async fn set_note(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let (text, author) = (visit.form.kept("note"), visit.person()?.name.clone());
    match visit.service().set_user_note(visit.app()?, &user.username, &text, &author).await {
        // What it says is for the vendor's eyes, not for the log.
        Ok(()) => done(&visit, &user, ("note-user", ""), "#note", "The note is kept.").await,
        Err(error) => wrong(&visit, "note", refused(error, "user")?).await,
    }
}
