//! What is known of something before and after a change, for the audit log: facts with names, none of them a secret.

use claviger_domain::{HwidList, NEVER};
use claviger_store::{Conn, StoreError, chat, licenses, subscriptions, user_subscriptions, users, variables};

use crate::{App, Service, ServiceError, shared::text::cut};

/// Something that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user by name.
    User(String),
    /// A license by its key.
    License(String),
    /// A subscription that the application offers, by name.
    Subscription(String),
    /// A variable of the application, by name.
    Variable(String),
}

const DAY: i64 = 86_400;
/// Things that are looked at for one change.
const SUBJECTS_MAX: usize = 20;
/// Bytes of a value that are told.
const SHOWN_MAX: usize = 100;
/// Bytes that are told of all that differs.
const TOLD_MAX: usize = 1000;

/// What is told of a thing. `mark` tells values apart that are not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fact {
    name: String,
    shown: String,
    mark: String,
}

fn fact(name: impl Into<String>, shown: impl Into<String>) -> Fact {
    Fact { name: name.into(), shown: shown.into(), mark: String::new() }
}

/// A value that is not shown: whether it is there, and whether it is another one.
fn hidden(name: impl Into<String>, value: Option<&str>) -> Fact {
    let shown = if value.is_some() { "set" } else { "none" };
    Fact { name: name.into(), shown: shown.into(), mark: value.unwrap_or_default().into() }
}

/// What was known before a change.
#[derive(Clone, Debug, Default)]
pub struct Before(Vec<Seen>);

/// A thing as it was seen; by its number, where names may change.
#[derive(Clone, Debug)]
struct Seen {
    subject: Subject,
    number: Option<i64>,
    facts: Vec<Fact>,
}

impl Service {
    /// What is known before a change of these; of very many the first few.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn before(&self, app: &App, subjects: Vec<Subject>) -> Result<Before, ServiceError> {
        if subjects.is_empty() {
            return Ok(Before::default());
        }
        let (app, now) = (app.id, self.clock.now());
        let look = move |conn: &mut Conn<'_>| {
            let some = subjects.into_iter().take(SUBJECTS_MAX);
            some.map(|subject| look(conn, app, &subject, None, now)).collect::<Result<Vec<_>, StoreError>>()
        };
        Ok(Before(self.store.db().read(look).await?))
    }

    /// What a change made different, as `name: before → after; …`; empty where nothing that is told did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn differences(&self, app: &App, before: Before) -> Result<String, ServiceError> {
        if before.0.is_empty() {
            return Ok(String::new());
        }
        let (app, now) = (app.id, self.clock.now());
        let compare = move |conn: &mut Conn<'_>| {
            let mut told = Vec::new();
            let several = before.0.len() > 1;
            for seen in &before.0 {
                let after = look(conn, app, &seen.subject, seen.number, now)?;
                let whose = if several { whose(&seen.subject) } else { String::new() };
                told.extend(differ(&seen.facts, &after.facts).map(|change| format!("{whose}{change}")));
            }
            Ok::<_, StoreError>(cut(&told.join("; "), TOLD_MAX).to_owned())
        };
        Ok(self.store.db().read(compare).await?)
    }
}

/// Tells several things apart.
fn whose(subject: &Subject) -> String {
    let (what, name) = match subject {
        Subject::User(name) => ("user", name),
        Subject::License(key) => ("license", key),
        Subject::Subscription(name) => ("subscription", name),
        Subject::Variable(name) => ("variable", name),
    };
    format!("{what} {} ", cut(name, SHOWN_MAX))
}

/// What differs, in the order of what was there before, then what is new.
fn differ(before: &[Fact], after: &[Fact]) -> impl Iterator<Item = String> {
    let other = |facts: &[Fact], name: &str| facts.iter().find(|fact| fact.name == name).cloned();
    let new = after.iter().filter(|fact| other(before, &fact.name).is_none());
    let names: Vec<String> = before.iter().chain(new).map(|fact| fact.name.clone()).collect();
    let (before, after) = (before.to_vec(), after.to_vec());
    names.into_iter().filter_map(move |name| {
        let none = || fact(name.clone(), "none");
        let was = other(&before, &name).unwrap_or_else(none);
        let is = other(&after, &name).unwrap_or_else(none);
        let short = |fact: &Fact| cut(&fact.shown.replace("; ", ", "), SHOWN_MAX).to_owned();
        match (was == is, was.shown == is.shown) {
            (true, _) => None,
            (false, true) => Some(format!("{name}: {} → another", short(&was))),
            (false, false) => Some(format!("{name}: {} → {}", short(&was), short(&is))),
        }
    })
}

fn look(
    conn: &mut Conn<'_>,
    app: i64,
    subject: &Subject,
    number: Option<i64>,
    now: i64,
) -> Result<Seen, StoreError> {
    let (number, facts) = match subject {
        Subject::User(name) => user(conn, app, name, number, now)?,
        Subject::License(key) => license(conn, app, key, number)?,
        Subject::Subscription(name) => (None, subscription(conn, app, name)?),
        Subject::Variable(name) => (None, variable(conn, app, name)?),
    };
    Ok(Seen { subject: subject.clone(), number, facts })
}

type Numbered = (Option<i64>, Vec<Fact>);

fn user(
    conn: &mut Conn<'_>,
    app: i64,
    name: &str,
    number: Option<i64>,
    now: i64,
) -> Result<Numbered, StoreError> {
    let found = match number {
        Some(number) => users::by_id(conn, app, number)?,
        None => users::by_name(conn, app, name)?,
    };
    let Some(user) = found else { return Ok((number, vec![fact("user", "none")])) };
    let mut facts = vec![
        fact("user", user.username.clone()),
        fact("banned", reason(user.banned.as_deref())),
        devices(user.hwids.as_deref()),
        fact("any device", yes(user.any_device)),
        hidden("password", user.password.as_deref()),
        hidden("e-mail address", user.email_hash.as_deref()),
        fact("devices free from", user.cooldown.map_or_else(|| "any time".into(), second)),
        fact("two-factor", yes(user.totp.is_on())),
        fact("muted until", chat::muted_until(conn, app, user.id, now)?.map_or_else(|| "no".into(), second)),
    ];
    for one in user_subscriptions::of_user(conn, app, user.id)? {
        let end =
            if one.paused { format!("paused, {} left", seconds(one.expires)) } else { second(one.expires) };
        facts.push(fact(format!("subscription {} #{}", one.subscription, one.id), end));
    }
    for one in variables::all_of_user(conn, app, user.id)? {
        let mut value = hidden(format!("variable {}", one.name), Some(&one.value));
        if one.read_only {
            value.shown = "set, read-only".into();
        }
        facts.push(value);
    }
    Ok((Some(user.id), facts))
}

fn devices(stored: Option<&str>) -> Fact {
    let count = HwidList::from_stored(stored).to_stored().map_or(0, |all| all.lines().count());
    Fact { mark: stored.unwrap_or_default().into(), ..fact("devices", count.to_string()) }
}

fn license(conn: &mut Conn<'_>, app: i64, key: &str, number: Option<i64>) -> Result<Numbered, StoreError> {
    let found = match number {
        Some(number) => licenses::by_id(conn, app, number)?,
        None => licenses::by_key(conn, app, key)?,
    };
    let Some(license) = found else { return Ok((number, vec![fact("license", "none")])) };
    let facts = vec![
        fact("license", license.status.as_str()),
        fact("ban", reason(license.banned.as_deref())),
        fact("lasts", seconds(license.duration)),
        fact("level", license.level.clone()),
        fact("used by", license.usedby.clone().unwrap_or_else(|| "nobody".into())),
        fact("note", license.note.clone().unwrap_or_else(|| "none".into())),
    ];
    Ok((Some(license.id), facts))
}

fn subscription(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Vec<Fact>, StoreError> {
    let found = subscriptions::get(conn, app, name)?;
    Ok(vec![fact("level", found.map_or_else(|| "none".into(), |one| one.level))])
}

fn variable(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Vec<Fact>, StoreError> {
    let Some(found) = variables::get(conn, app, name)? else { return Ok(vec![hidden("value", None)]) };
    Ok(vec![hidden("value", Some(&found.value)), fact("only after a sign-in", yes(found.authed))])
}

/// Why somebody is banned.
fn reason(banned: Option<&str>) -> &str {
    match banned {
        None => "no",
        Some("") => "yes",
        Some(reason) => reason,
    }
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// A Unix second as people read it, in UTC.
fn second(at: i64) -> String {
    if at == NEVER {
        return "never".into();
    }
    jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

/// A duration as people read it.
fn seconds(count: i64) -> String {
    match count {
        NEVER => "without end".into(),
        count if count % DAY == 0 => format!("{} d", count / DAY),
        count => format!("{count} s"),
    }
}
