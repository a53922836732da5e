//! What one can do, by its words, and the page that asks for it.

use claviger_domain::Permission;

use crate::{
    addresses::{HOME, app_base},
    rights::{Need, may},
    visit::Visit,
};

/// An act.
struct Act {
    /// What it is called.
    label: &'static str,
    /// Other words for it.
    words: &'static str,
    /// Where it is done: behind the application's address, or behind the dashboard's where no application is needed.
    path: &'static str,
    need: Need,
}

const fn act(label: &'static str, words: &'static str, path: &'static str, need: Need) -> Act {
    Act { label, words, path, need }
}

const SETTINGS: Need = Need::App(Permission::Settings);
const LICENSES: Need = Need::App(Permission::Licenses);

const ACTS: &[Act] = &[
    act("Kill all sessions", "end log out everybody", "sessions/kill", Need::App(Permission::Sessions)),
    act("Activity of sessions", "plots statistics", "sessions/activity", Need::App(Permission::Sessions)),
    act("Pause the application", "unpause stop subscriptions", "app-settings", SETTINGS),
    act("Switch the application off or on", "disable enable maintenance", "app-settings", SETTINGS),
    act("Rename the application", "name", "app-settings", SETTINGS),
    act("Versions of the Client API", "switch on off 1.0 1.1 1.2 1.3", "app-settings", SETTINGS),
    act("Draw a new secret", "rotate app secret", "app-settings", SETTINGS),
    act(
        "Draw a new key pair",
        "rotate public key signing ed25519 1.3 former",
        "app-settings/key-pairs",
        SETTINGS,
    ),
    act("Delete the application", "remove", "app-settings/delete", Need::AppOwner),
    act("Show the application's secret", "owner id sdk", "credentials/secret", SETTINGS),
    act("Make licenses", "new create keys generate", "licenses/new", LICENSES),
    act("Import licenses", "list paste upload keys", "licenses/import", LICENSES),
    act("Make a user", "new create add", "users/new", Need::App(Permission::Users)),
    act(
        "Blacklist an address or a device",
        "block ban hwid ip",
        "blacklist",
        Need::App(Permission::Blacklists),
    ),
    act("Upload a file", "new add", "files", Need::App(Permission::Files)),
    act("Add a webhook", "new make", "webhooks/new", Need::App(Permission::Webhooks)),
    act("Invite somebody to the team", "new manager reseller account", "team", Need::AppOwner),
    act("Make licenses of your own", "new create keys", "own/new", Need::Reseller),
    act("Make a subscription", "new create level", "subscriptions/new", Need::App(Permission::Subscriptions)),
    act("Make a variable", "new create", "variables/new", Need::App(Permission::Variables)),
    act("Settings to their defaults", "reset", "settings/reset", SETTINGS),
    act("Send a test notice", "mail webhook alert", "notices", Need::AppOwner),
    act("Make a seller key", "new create api bot shop", "seller-settings/new", Need::AppOwner),
    act("All applications", "switch list", "", Need::Person),
    act("Change your password", "new", "-/account/password", Need::Person),
    act("Two-factor sign-in", "2fa totp authenticator codes", "-/account/two-factor", Need::Person),
    act("Passkeys", "fingerprint webauthn", "-/account/passkeys", Need::Person),
    act("Sign out other browsers", "end sign-ins sessions account", "-/account", Need::Person),
    act("Dark or light", "theme colours time zone account", "-/account", Need::Person),
    act("Log of your account", "sign-ins history", "-/account-logs", Need::Person),
];

/// Whether all words of a text are in what something is called, in any case.
pub(super) fn called(text: &str, label: &str, words: &str) -> bool {
    let names = format!("{label} {words}").to_lowercase();
    let mut wanted = text.split_whitespace().peekable();
    wanted.peek().is_some() && wanted.all(|word| names.contains(&word.to_lowercase()))
}

/// The acts that a text means and the person may do: what they are called, and where they are done.
pub(super) fn acts(visit: &Visit, text: &str) -> Vec<(&'static str, String)> {
    let (Some(person), app) = (&visit.person, visit.app.as_deref()) else { return Vec::new() };
    let address = |act: &Act| match (act.need, app) {
        (Need::Person, _) => Some(format!("{HOME}{}", act.path)),
        (_, Some(app)) => Some(format!("{}{}", app_base(app), act.path)),
        (_, None) => None,
    };
    ACTS.iter()
        .filter(|act| called(text, act.label, act.words) && may(person, app, act.need))
        .filter_map(|act| Some((act.label, address(act)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_wanted() {
        assert!(called("PAUSE app", "Pause the application", "stop"));
        assert!(called("stop", "Pause the application", "stop"));
        assert!(!called("pause nothing", "Pause the application", "stop"));
        assert!(!called(" ", "Pause the application", "stop"));
    }
}
