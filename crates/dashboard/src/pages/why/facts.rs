//! What is known of a user or a license.

use claviger_domain::{HwidList, NEVER, Permission};
use claviger_service::{
    App,
    vendor::{Subject, Tried, UserSession, UserSubscription, Verdict, Who},
};

use super::about::{address_of, plain};
use crate::{
    addresses::{Link, app_base},
    fault::Fault,
    moment::{Moment, span},
    rights::{Need, may},
    state_tags::Tag,
    visit::Visit,
};

pub(super) struct Try {
    pub when: Moment,
    pub kind: String,
    pub text: String,
    pub class: &'static str,
    pub count: i64,
    pub who: Option<String>,
    pub ip: String,
    pub hwid: Option<String>,
}

pub(super) struct Subscription {
    pub name: String,
    pub state: Tag,
    pub left: String,
    pub ends: Option<Moment>,
    pub key: Option<String>,
}

pub(super) struct Session {
    pub id: String,
    pub address: Option<String>,
    pub ip: String,
    pub ends: Moment,
}

/// A fact about the user or the license.
pub(super) struct Fact {
    pub word: &'static str,
    pub value: String,
    pub when: Option<Moment>,
}

pub(super) fn user_facts(visit: &Visit, verdict: &Verdict) -> Vec<Fact> {
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

pub(super) fn license_facts(visit: &Visit, verdict: &Verdict) -> Vec<Fact> {
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

pub(super) fn other_licenses(app: &App, verdict: &Verdict) -> Vec<(String, String)> {
    let shown = verdict.license.as_ref().map(|license| license.id);
    let others = verdict.licenses.iter().filter(|license| Some(license.id) != shown);
    others.map(|license| (plain(&license.key), address_of(app, Subject::License(license.id)))).collect()
}

pub(super) fn subscription(visit: &Visit, one: &UserSubscription) -> Subscription {
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

pub(super) fn session(visit: &Visit, one: &UserSession) -> Result<Session, Fault> {
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

pub(super) fn tried(visit: &Visit, one: &Tried, verdict: &Verdict) -> Try {
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
