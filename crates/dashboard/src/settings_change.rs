//! Changing settings, in whichever form: what locks programs out is asked first, with how many sessions it concerns.

use claviger_domain::AppSettings;
use claviger_service::{
    App,
    vendor::{Lockout, Number, Trial, shown_settings},
};

use crate::{
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::Nav,
    plots::grouped,
    record::record,
    session_rows::{sessions, told},
    setting_groups::label,
    visit::Visit,
};

/// A change of settings, as a form asks for it.
pub(crate) struct Wish {
    /// Names, and the texts of the new values.
    pub changes: Vec<(String, String)>,
    /// Where the form is posted to.
    pub action: String,
    /// What it brings, so that it asks for the same once more.
    pub fields: Vec<(String, String)>,
    /// Where it leads afterwards, and where "Cancel" does.
    pub back: String,
    /// What is said then.
    pub said: String,
}

/// Changes settings that fit, or asks first; the form says `sure=yes` once it was asked.
///
/// # Errors
/// When a value is unfit, or the database fails.
pub(crate) async fn change_or_ask(visit: &Visit, wish: Wish) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    if visit.form.get("sure") != Some("yes") {
        let trial = service.try_settings(app, &wish.changes).await?;
        if !trial.lockouts.is_empty() {
            return ask(visit, wish, &trial).await;
        }
    }
    let changed = service.change_settings(app, &wish.changes).await?;
    if !changed.differences.is_empty() {
        record(visit, app, "settings", &changed.differences).await?;
    }
    visit.see_other_saying(wish.back, &wish.said)
}

/// Whether no version of the Client API would be left.
pub(crate) fn leaves_no_api(settings: &AppSettings) -> bool {
    let api = settings.api;
    !(api.v1_0 || api.v1_1 || api.v1_2 || api.v1_3)
}

/// Told where no version of the API would be left.
pub(crate) const NO_API: &str =
    "Leave at least one version on: without any, no program can start. To stop them, switch it off.";

async fn ask(visit: &Visit, wish: Wish, trial: &Trial) -> Answer {
    let mut words: Vec<String> =
        trial.lockouts.iter().map(|(lockout, count)| sentence(*lockout, *count, &trial.settings)).collect();
    words.push("It can be changed back at any time; what was refused meanwhile stays refused.".into());
    let act = act(&differing(visit.app()?, wish.changes, &trial.settings), &trial.settings);
    let mut fields = wish.fields;
    fields.push(("sure".into(), "yes".into()));
    let confirm = Confirm {
        title: format!("{act}?"),
        words,
        button: act,
        action: wish.action,
        fields,
        back: wish.back,
        ..Confirm::default()
    };
    confirm.ask(visit, Nav::AppSettings).await
}

/// Those of the changes that change something.
fn differing(app: &App, changes: Vec<(String, String)>, new: &AppSettings) -> Vec<(String, String)> {
    let (old, new) = (shown_settings(&app.settings), shown_settings(new));
    let same = |name: &str| old.iter().zip(&new).any(|(old, new)| old.name == name && old.value == new.value);
    changes.into_iter().filter(|(name, _)| !same(name)).collect()
}

/// What is done, by its name.
fn act(changes: &[(String, String)], settings: &AppSettings) -> String {
    match changes {
        [(name, value)] => match (name.as_str(), value.as_str()) {
            ("paused", "true") => "Pause the application".into(),
            ("enabled", "false") => "Switch the application off".into(),
            ("version", _) => format!("Change the version to {}", settings.version),
            (name, "true") => format!("Turn on: {}", label(name)),
            (name, "false") => format!("Turn off: {}", label(name)),
            (name, _) => format!("Change: {}", label(name)),
        },
        many => format!("Change {} settings", many.len()),
    }
}

/// What a change keeps programs from, and how many sessions it concerns.
fn sentence(lockout: Lockout, count: Option<Number>, new: &AppSettings) -> String {
    let now = count.map(live).unwrap_or_default();
    match lockout {
        Lockout::Disabled => format!("{now} Switched off, programs are refused when they start, and so is what open sessions ask."),
        Lockout::Paused => format!(
            "{now} Paused, programs are refused when they start, and so is what open sessions ask. No subscription loses time."
        ),
        Lockout::Api(version) => {
            let (api, count) = (format!("{}.{}", version / 10, version % 10), count.unwrap_or(Number::Exactly(0)));
            match count {
                Number::Exactly(0) => format!("API {api} is switched off. No live session uses it now; programs that speak it are refused."),
                Number::Exactly(1) => format!("API {api} is switched off: 1 live session uses it now, and is refused at its next request."),
                count => format!(
                    "API {api} is switched off: {} live sessions use it now, and are refused at their next request.",
                    told(count)
                ),
            }
        }
        Lockout::Version => format!("{now} Programs of another version than {} are refused when they start next.", new.version),
        Lockout::Encryption => {
            format!("{} Programs on API 1.2 that bring no key are refused when they start next.", of(count, "live on API 1.2"))
        }
        Lockout::Hash => match new.hashes.len() {
            0 if new.hash_learn => format!("{now} Hashes are checked: the next program that starts decides which one is let through."),
            0 => format!("{now} Hashes are checked, and none is listed: every program is refused when it starts next."),
            1 => format!("{now} Programs with another hash than the one listed are refused when they start next."),
            many => format!("{now} Programs with another hash than the {many} listed are refused when they start next."),
        },
        Lockout::Vpn => format!("{now} Programs behind VPNs are refused when they start next."),
        Lockout::Token => format!("{now} Programs without a token are refused when they start next."),
        Lockout::Device => format!("{} Users sign in from their own devices only.", of(count, "signed in")),
        Lockout::DeviceTold => format!("{} Sign-ins that tell no device are refused.", of(count, "signed in")),
        Lockout::LongerDevice => {
            format!("{} Sign-ins with a device of fewer than {} bytes are refused.", of(count, "signed in"), new.min_hwid)
        }
        Lockout::OneAddress => format!("{now} A session that is asked from another address than it began at is refused at once."),
        Lockout::OneSession => format!("{} Whoever signs in ends the user's other sessions.", of(count, "signed in")),
        Lockout::SellerAddresses => match new.seller_api_whitelist.len() {
            1 => "Only one address or network may use the Seller API then: bots and shops elsewhere are refused.".into(),
            many => format!(
                "Only {many} addresses and networks may use the Seller API then: bots and shops elsewhere are refused."
            ),
        },
        Lockout::FewerLines => format!(
            "Fewer entries are kept ({} lines of programs, {} requests, {} changes): older ones are deleted for good.",
            grouped(new.logs_kept),
            grouped(new.seller_logs_kept),
            grouped(new.audit_kept)
        ),
    }
}

/// How many sessions live.
fn live(count: Number) -> String {
    match count {
        Number::Exactly(0) => "No session is open now.".into(),
        Number::Exactly(1) => "1 session is open now.".into(),
        count => format!("{} are open now.", sessions(count)),
    }
}

/// How many sessions are in a state.
fn of(count: Option<Number>, state: &str) -> String {
    match count.unwrap_or(Number::Exactly(0)) {
        Number::Exactly(0) => format!("No session is {state} now."),
        Number::Exactly(1) => format!("1 session is {state} now."),
        count => format!("{} are {state} now.", sessions(count)),
    }
}

/// The text of a name that nothing has: an address or a form of another release.
///
/// # Errors
/// Always.
pub(crate) fn no_such_setting<T>() -> Result<T, Fault> {
    Err(Fault::Invalid("There is no such setting here. Nothing was changed.".into()))
}
