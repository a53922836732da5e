//! Parameters of `updatesettings`, and the settings that they are for (`docs/protocol/seller.md`).

use crate::seller::kind::{Form, Param, may};

/// A setting that callers may change.
pub(super) struct Setting {
    /// Its name in this server.
    pub(super) name: &'static str,
    /// The parameter, and other spellings of it that callers have.
    pub(super) params: &'static [&'static str],
    pub(super) form: Form,
}

const fn setting(name: &'static str, params: &'static [&'static str], form: Form) -> Setting {
    Setting { name, params, form }
}

/// All of them.
pub(super) const SETTINGS: &[Setting] = &[
    setting("enabled", &["enabled"], Form::Flag),
    setting("hwidCheck", &["hwidcheck"], Form::Flag),
    setting("version", &["ver"], Form::Text),
    setting("download", &["download"], Form::Text),
    setting("webDownload", &["webdownload"], Form::Text),
    setting("webhook", &["webhook"], Form::Text),
    setting("resellerStore", &["resellerstore"], Form::Text),
    setting("messages.appDisabled", &["appdisabled"], Form::Text),
    setting("messages.usernameTaken", &["usernametaken"], Form::Text),
    setting("messages.keyNotFound", &["keynotfound"], Form::Text),
    setting("messages.keyUsed", &["keyused"], Form::Text),
    setting("messages.noSubLevel", &["nosublevel"], Form::Text),
    setting("messages.usernameNotFound", &["usernamenotfound"], Form::Text),
    setting("messages.passMismatch", &["passmismatch"], Form::Text),
    setting("messages.hwidMismatch", &["hwidmismatch"], Form::Text),
    setting("messages.noActiveSubs", &["noactivesubs"], Form::Text),
    setting("messages.hwidBlacked", &["hwidblacked"], Form::Text),
    setting("messages.pausedSub", &["keypaused", "pausedsub"], Form::Text),
    setting("messages.keyExpired", &["keyexpired"], Form::Text),
    setting("messages.keyBanned", &["keybanned"], Form::Text),
    setting("messages.userBanned", &["userbanned"], Form::Text),
    setting("messages.sessionUnauthed", &["sessionunauthed"], Form::Text),
    setting("messages.hashCheckFail", &["hashcheckfail"], Form::Text),
    setting("messages.loggedIn", &["loggedInMsg"], Form::Text),
    setting("messages.pausedApp", &["pausedApp"], Form::Text),
    setting("messages.usernameTooShort", &["unTooShort"], Form::Text),
    setting("messages.passwordLeaked", &["pwLeaked"], Form::Text),
    setting("messages.chatHitDelay", &["chatHitDelay"], Form::Text),
    setting("sellixSecret", &["sellixsecret"], Form::Text),
    setting("dayProductId", &["dayproduct"], Form::Text),
    setting("weekProductId", &["weekproduct", "weekprocuct"], Form::Text),
    setting("monthProductId", &["monthproduct"], Form::Text),
    setting("lifetimeProductId", &["lifetimeproduct"], Form::Text),
    setting("cooldownSeconds", &["cooldown"], Form::Integer),
    setting("sessionSeconds", &["session"], Form::Integer),
];

/// The parameters, as callers are told of them.
pub(super) const PARAMS: &[Param] = &[
    may("enabled", "`true` or `false`: programs may start").form(Form::Flag),
    may("hwidcheck", "`true` or `false`: users are bound to their devices").form(Form::Flag),
    may("ver", "Version that programs must have, at most 5 bytes"),
    may("download", "Where a program of another version finds the right one, at most 120 bytes"),
    may("webdownload", "Where the web loader finds the program, at most 120 bytes"),
    may("webhook", "Where logs are sent besides, at most 130 bytes"),
    may("resellerstore", "Where resellers buy balance, at most 69 bytes"),
    may("appdisabled", "Text for: the application is disabled, at most 100 bytes"),
    may("usernametaken", "Text for: the user name is taken, at most 100 bytes"),
    may("keynotfound", "Text for: no such license key, at most 100 bytes"),
    may("keyused", "Text for: the license key was used before, at most 100 bytes"),
    may("nosublevel", "Text for: no subscription has the license's level, at most 100 bytes"),
    may("usernamenotfound", "Text for: no such user, at most 100 bytes"),
    may("passmismatch", "Text for: wrong password, at most 100 bytes"),
    may("hwidmismatch", "Text for: not one of the user's devices, at most 100 bytes"),
    may("noactivesubs", "Text for: no subscription runs, at most 100 bytes"),
    may("hwidblacked", "Text for: the device or address is blacklisted, at most 100 bytes"),
    may("keypaused", "Text for: the subscription is paused, at most 100 bytes"),
    may("keyexpired", "Text for: the time of the license is over, at most 100 bytes"),
    may("keybanned", "Text for: the license is banned, at most 100 bytes"),
    may("userbanned", "Text for: the user is banned, at most 100 bytes"),
    may("sessionunauthed", "Text for: the request needs a login, at most 100 bytes"),
    may("hashcheckfail", "Text for: the program was changed, at most 100 bytes"),
    may("loggedInMsg", "Text for: somebody signed in, at most 100 bytes"),
    may("pausedApp", "Text for: the application is paused, at most 100 bytes"),
    may("unTooShort", "Text for: the user name is too short, at most 100 bytes"),
    may("pwLeaked", "Text for: the password is known from a breach, at most 100 bytes"),
    may("chatHitDelay", "Text for: the next chat message came too early, at most 100 bytes"),
    may("sellixsecret", "Secret of the shop Sellix, at most 32 bytes"),
    may("dayproduct", "What the shop calls a license for a day, at most 13 bytes"),
    may("weekproduct", "What the shop calls a license for a week, at most 13 bytes"),
    may("monthproduct", "What the shop calls a license for a month, at most 13 bytes"),
    may("lifetimeproduct", "What the shop calls a license for ever, at most 13 bytes"),
    may("cooldown", "Seconds between two resets of devices that a user asks for").form(Form::Integer),
    may("session", "Life of a session in seconds, at most 604800").form(Form::Integer),
    may("clear", "Names of the above, separated by commas: these become empty, where that is allowed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_of_the_same_parameters() {
        let told: Vec<&str> = PARAMS.iter().map(|param| param.name).filter(|name| *name != "clear").collect();
        let kept: Vec<&str> = SETTINGS.iter().map(|setting| setting.params[0]).collect();
        assert_eq!(told, kept);
        let known = claviger_service::vendor::SETTINGS;
        for setting in SETTINGS {
            assert!(known.iter().any(|rule| rule.name == setting.name), "{}", setting.name);
        }
    }
}
