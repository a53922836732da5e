//! The rules of a sign-in, in its order, applied to what is known: pure, so that each can be tested.

use claviger_domain::{LicenseStatus, NEVER, tidy};
use claviger_store::{licenses::License, user_subscriptions::UserSubscription, users::User};

use super::{
    act::Act,
    reason::{BannedBy, Reason, Seen, Why, told_left},
    state::{Client, State},
    tried::Tried,
    verdict::{Standing, Subject, Verdict},
    words::{ago, date},
};
use crate::{
    App,
    program::accounts::{Refusal, admit_device, check_hwid, running},
    shared::{outcome::Outcome, passwords::UsersPassword},
};

/// All that is told of a user or a license.
pub(super) fn verdict(app: &App, subject: Subject, state: State, client: &Client, now: i64) -> Verdict {
    let reasons = reasons(app, subject, &state, client, now);
    let unused = state.user.is_none() && reasons.is_empty();
    let standing = match reasons.iter().find(|reason| !is_soft(reason)) {
        Some(_) => Standing::Refused,
        None if unused => Standing::Unused,
        None if reasons.is_empty() => Standing::Works,
        None => Standing::LastTryFailed,
    };
    let line = line(standing, &reasons, subject, &state, now);
    let tell = match reasons.first() {
        Some(reason) => reason.why.tell(),
        None => all_is_well(standing, &state, now),
    };
    Verdict {
        subject,
        standing,
        line,
        tell,
        acts: acts(&reasons, &state),
        reasons,
        user: state.user,
        license: state.license,
        licenses: state.licenses,
        subscriptions: state.subscriptions,
        sessions: state.sessions,
        tries: state.tries,
        nearby: state.nearby,
        now,
    }
}

/// Whether only the client can tell if the next try would be refused for it.
fn is_soft(reason: &Reason) -> bool {
    match &reason.why {
        Why::WrongPassword
        | Why::CodeMissing
        | Why::CodeWrong
        | Why::TokenRefused(_)
        | Why::UnfitDevice(_)
        | Why::TooManyFailures { seconds: None, .. } => true,
        Why::KeyUsed { gone, .. } => !gone,
        Why::WrongVersion { .. } | Why::WrongHash => true,
        _ => false,
    }
}

fn reasons(app: &App, subject: Subject, state: &State, client: &Client, now: i64) -> Vec<Reason> {
    let failed = state.last_failed();
    let mut all = start(app, state, client);
    all.extend(failed.and_then(|one| start_failed(app, one)));
    all.extend(unfit_device(app, client, failed));
    all.extend(too_many_failures(state, failed));
    match &state.user {
        Some(user) => {
            if let (Subject::License(_), Some(license)) = (subject, &state.license)
                && user.by_license != Some(license.id)
            {
                all.extend(license_of_another(license, user, failed));
            }
            all.extend(of_user(app, user, state, failed, now));
        }
        None => all.extend(state.license.iter().flat_map(|license| of_license(license, state))),
    }
    // What may be somebody else's comes last.
    let nearby = state.start_nearby().and_then(|one| start_failed(app, one));
    all.extend(nearby.map(Reason::perhaps));
    all
}

fn always(why: Why) -> Reason {
    Reason { why, seen: None }
}

fn seen(why: Why, one: &Tried) -> Reason {
    Reason { why, seen: Some(Seen { time: one.time, ip: one.ip.clone(), nearby: false }) }
}

/// What `init` refuses whoever asks.
fn start(app: &App, state: &State, client: &Client) -> Vec<Reason> {
    let settings = &app.settings;
    let mut all = Vec::new();
    if app.banned {
        all.push(always(Why::AppBanned));
    }
    if let Some(ip) = client.ip.filter(|_| state.vpn) {
        all.push(always(Why::VpnBlocked(ip.to_string())));
    }
    match (settings.enabled, settings.paused) {
        (false, _) => all.push(always(Why::AppDisabled)),
        (true, true) => all.push(always(Why::AppPaused)),
        (true, false) => {}
    }
    if settings.token_system
        && let Some(banned) = state.token.as_ref().and_then(|token| token.banned.clone())
    {
        all.push(always(Why::TokenBanned(banned)));
    }
    all
}

/// Why this start of a program was refused, if it would be again.
fn start_failed(app: &App, one: &Tried) -> Option<Reason> {
    let settings = &app.settings;
    let why = match one.outcome {
        Outcome::TokenMissing | Outcome::TokenUnknown | Outcome::TokenOfOtherFile
            if settings.token_system =>
        {
            Why::TokenRefused(one.outcome.text())
        }
        Outcome::WrongVersion if one.detail.as_deref() != Some(tidy(&settings.version)) => {
            Why::WrongVersion { has: one.detail.clone(), wants: settings.version.clone() }
        }
        Outcome::WrongHash if settings.hash_check => {
            let known = |hash: &String| settings.hashes.iter().any(|known| known.eq_ignore_ascii_case(hash));
            if one.detail.as_ref().is_some_and(known) {
                return None;
            }
            Why::WrongHash
        }
        _ => return None,
    };
    Some(seen(why, one))
}

fn unfit_device(app: &App, client: &Client, failed: Option<&Tried>) -> Option<Reason> {
    let one = failed
        .filter(|one| matches!(one.outcome, Outcome::HwidTooShort | Outcome::HwidMissing))
        .filter(|_| check_hwid(app, client.hwid.as_deref()).is_err())?;
    Some(seen(Why::UnfitDevice(one.outcome.text()), one))
}

fn too_many_failures(state: &State, failed: Option<&Tried>) -> Option<Reason> {
    let [user, address] = state.paused;
    if let Some(seconds) = user.max(address) {
        let address = address >= user;
        return Some(always(Why::TooManyFailures { seconds: Some(seconds), address }));
    }
    let one = failed.filter(|one| one.outcome == Outcome::TooManyFailures)?;
    Some(seen(Why::TooManyFailures { seconds: None, address: state.user.is_none() }, one))
}

/// A license that was used by somebody who signs in by name.
fn license_of_another(license: &License, user: &User, failed: Option<&Tried>) -> Option<Reason> {
    if let Some(reason) = &license.banned {
        return Some(always(key_banned(license, reason)));
    }
    let one = failed.filter(|one| one.outcome == Outcome::KeyUsed)?;
    Some(seen(Why::KeyUsed { by: user.username.clone(), gone: false }, one))
}

fn key_banned(license: &License, reason: &str) -> Why {
    Why::KeyBanned { key: license.key.clone(), reason: reason.into() }
}

/// A license without a user.
fn of_license(license: &License, state: &State) -> Vec<Reason> {
    let mut all = Vec::new();
    match license.status {
        LicenseStatus::Banned => {
            all.push(always(key_banned(license, license.banned.as_deref().unwrap_or_default())));
        }
        LicenseStatus::Used => {
            let by = license.usedby.clone().unwrap_or_else(|| "somebody".into());
            all.push(always(Why::KeyUsed { by, gone: true }));
        }
        LicenseStatus::NotUsed => {}
    }
    all.extend(blacklisted(state));
    if !state.has_level {
        all.push(always(Why::NoSubscriptionOfLevel(license.level.clone())));
    }
    if license.duration <= 0 {
        all.push(always(Why::NoTime));
    }
    all
}

fn blacklisted(state: &State) -> impl Iterator<Item = Reason> + '_ {
    state
        .entries
        .iter()
        .map(|(entry, matched)| always(Why::Blacklisted { entry: entry.clone(), matched: matched.clone() }))
}

/// What a login refuses, in its order.
fn of_user(app: &App, user: &User, state: &State, failed: Option<&Tried>, now: i64) -> Vec<Reason> {
    let mut all = Vec::new();
    if let Some(license) = state.license.as_ref().filter(|license| user.by_license == Some(license.id))
        && let Some(reason) = &license.banned
    {
        all.push(always(key_banned(license, reason)));
    }
    if user.banned.is_some() {
        all.extend(state.bans.iter().map(|(ban, key)| {
            let by = match (ban.license, ban.by_program) {
                (Some(_), _) => BannedBy::License(key.clone()),
                (None, Some(true)) => BannedBy::Program,
                (None, Some(false)) => BannedBy::Vendor,
                (None, None) => BannedBy::Unknown,
            };
            let since = Some(ban.banned_at).filter(|second| *second > 0);
            always(Why::UserBanned { reason: ban.reason.clone(), since, by })
        }));
    }
    all.extend(blacklisted(state));
    let last = |outcome| failed.filter(move |one| one.outcome == outcome);
    if user.by_license.is_none() && UsersPassword::of(user.password.as_deref()) == UsersPassword::Nobodys {
        all.push(always(Why::NoPassword));
    } else {
        all.extend(last(Outcome::WrongPassword).map(|one| seen(Why::WrongPassword, one)));
    }
    all.extend(last(Outcome::OtherDevice).and_then(|one| other_device(app, user, state, one)));
    all.extend(subscription(state, now).map(always));
    if user.totp.is_on() {
        all.extend(last(Outcome::CodeMissing).map(|one| seen(Why::CodeMissing, one)));
        all.extend(last(Outcome::CodeWrong).map(|one| seen(Why::CodeWrong, one)));
    }
    all
}

/// The last try came from another device, and would still be refused.
fn other_device(app: &App, user: &User, state: &State, one: &Tried) -> Option<Reason> {
    admit_device(user, one.hwid.as_deref(), app.settings.hwid_check).err()?;
    let bound = state.devices().iter().map(String::from).collect();
    Some(seen(Why::OtherDevice { tried: one.hwid.clone(), bound }, one))
}

fn subscription(state: &State, now: i64) -> Option<Why> {
    match running(state.subscriptions.clone(), now) {
        Ok(_) => None,
        Err(Refusal::SubscriptionPaused) => {
            let paused = state.subscriptions.iter().filter(|one| one.paused).max_by_key(|one| one.expires)?;
            Some(Why::SubscriptionPaused {
                subscription: paused.subscription.clone(),
                left: paused.expires,
                by_app: paused.by_app,
            })
        }
        Err(_) => Some(match state.subscriptions.iter().max_by_key(|one| one.expires) {
            Some(last) => Why::Ended { subscription: last.subscription.clone(), since: last.expires },
            None => Why::NoSubscription,
        }),
    }
}

/// First what mends the reasons, then what can always be done for a user.
fn acts(reasons: &[Reason], state: &State) -> Vec<Act> {
    let mending = reasons.iter().flat_map(|reason| reason.why.acts());
    // What a ban blacklisted goes with the ban.
    let own = |act: &Act| match act {
        Act::RemoveEntry { value, .. } => with_own_ban(reasons, state, value),
        _ => false,
    };
    let mending = mending.filter(|act| !own(act));
    let usual = [Act::ResetDevices, Act::Extend, Act::EndSessions];
    let mut all: Vec<Act> = Vec::new();
    for act in mending.chain(usual) {
        let possible = match act {
            Act::UnbanLicense => state.license.is_some() || !state.licenses.is_empty(),
            Act::UnpauseApp | Act::RemoveEntry { .. } => true,
            _ => state.user.is_some(),
        };
        if possible && !all.contains(&act) {
            all.push(act);
        }
    }
    all
}

/// Whether an entry of the blacklist is there for nothing but bans of the user.
fn with_own_ban(reasons: &[Reason], state: &State, value: &str) -> bool {
    let Some(user) = state.user.as_ref().filter(|user| user.banned.is_some()) else { return false };
    reasons.iter().any(|reason| match &reason.why {
        Why::Blacklisted { entry, .. } if entry.value == value => {
            entry.reasons.iter().all(|reason| reason.source.user() == Some(user.username.as_str()))
        }
        _ => false,
    })
}

fn line(standing: Standing, reasons: &[Reason], subject: Subject, state: &State, now: i64) -> String {
    let first = reasons.first().map(|reason| reason.text(now)).unwrap_or_default();
    let more = match reasons.len() {
        0 | 1 => String::new(),
        2 => " There is one more reason.".into(),
        count => format!(" There are {} more reasons.", count - 1),
    };
    let line = match standing {
        Standing::Refused => format!("Does not work. {first}.{more}"),
        Standing::LastTryFailed => format!("Should work, but the last try failed. {first}.{more}"),
        Standing::Unused => {
            let license = state.license.as_ref();
            let worth = license.map_or_else(String::new, |license| told_left(license.duration));
            format!("Works, and has not been used yet: it is worth {worth}.")
        }
        Standing::Works => works(state, now),
    };
    match (subject, &state.user, &state.license) {
        (Subject::License(_), Some(user), Some(license)) if user.by_license != Some(license.id) => {
            format!("Used by {}, who signs in by name. {line}", user.username)
        }
        _ => line,
    }
}

fn works(state: &State, now: i64) -> String {
    let Some(user) = &state.user else { return "Works.".into() };
    let runs = match longest(&state.subscriptions, now) {
        Some((name, NEVER)) => format!("; {name} never ends"),
        Some((name, end)) => format!("; {name} runs until {}", date(end)),
        None => String::new(),
    };
    match (user.last_login, &user.ip) {
        (Some(second), Some(ip)) => format!("Works. Signed in {} from {ip}{runs}.", ago(second, now)),
        (Some(second), None) => format!("Works. Signed in {}{runs}.", ago(second, now)),
        (None, _) => format!("Works, and has never signed in{runs}."),
    }
}

/// Name and end of what runs longest.
fn longest(subscriptions: &[UserSubscription], now: i64) -> Option<(&str, i64)> {
    let running = subscriptions.iter().filter(|one| one.state().runs(now));
    running.max_by_key(|one| one.expires).map(|one| (one.subscription.as_str(), one.expires))
}

fn all_is_well(standing: Standing, state: &State, now: i64) -> String {
    match (standing, longest(&state.subscriptions, now)) {
        (Standing::Unused, _) => {
            "Your key is fine, and has not been used yet. Please type it into the program.".into()
        }
        (_, Some((_, end))) if end != NEVER => format!(
            "Your account is fine, and runs until {}. Please start the program again and sign in.",
            date(end)
        ),
        _ => "Your account is fine. Please start the program again and sign in.".into(),
    }
}
