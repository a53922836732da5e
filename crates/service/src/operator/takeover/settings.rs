//! Settings of an application, by their names there and here.

use super::record::Record;
use crate::{Service, shared::text::cut};

/// Names of flags: there, in replies of the Seller API, here.
const FLAGS: [(&[&str], &str); 11] = [
    (&["enabled"], "enabled"),
    (&["paused"], "paused"),
    (&["hwidcheck", "hwid-lock"], "hwidCheck"),
    (&["forceHwid"], "forceHwid"),
    (&["vpnblock"], "vpnBlock"),
    (&["hashcheck"], "hashCheck"),
    (&["tokensystem"], "tokenSystem"),
    (&["killOtherSessions"], "killOtherSessions"),
    (&["blockLeakedPasswords"], "blockLeakedPasswords"),
    (&["forceEncryption"], "forceEncryption"),
    (&["sellerLogs"], "sellerLogs"),
];

/// The same of numbers.
const NUMBERS: [(&[&str], &str); 4] = [
    (&["minHwid"], "minHwid"),
    (&["session"], "sessionSeconds"),
    (&["cooldown"], "cooldownSeconds"),
    (&["minUsernameLength"], "minUsername"),
];

/// The same of texts.
const TEXTS: [(&[&str], &str); 35] = [
    (&["ver", "version"], "version"),
    (&["download"], "download"),
    (&["webdownload"], "webDownload"),
    (&["webhook"], "webhook"),
    (&["resellerstore"], "resellerStore"),
    (&["sellixsecret"], "sellixSecret"),
    (&["dayproduct", "dayresellerproductid"], "dayProductId"),
    (&["weekproduct", "weekresellerproductid"], "weekProductId"),
    (&["monthproduct", "monthresellerproductid"], "monthProductId"),
    (&["lifetimeproduct", "liferesellerproductid"], "lifetimeProductId"),
    (&["format"], "licenseMask"),
    (&["sellerApiWhitelist"], "sellerApiWhitelist"),
    (&["appdisabled", "disabledmsg"], "messages.appDisabled"),
    (&["pausedApp"], "messages.pausedApp"),
    (&["vpnblocked"], "messages.vpnBlocked"),
    (&["hashcheckfail"], "messages.hashCheckFail"),
    (&["tokeninvalid"], "messages.tokenInvalid"),
    (&["usernametaken", "usernametakenmsg"], "messages.usernameTaken"),
    (&["keynotfound", "licenseinvalidmsg"], "messages.keyNotFound"),
    (&["keyused", "keytakenmsg"], "messages.keyUsed"),
    (&["keyexpired", "expiredmsg"], "messages.keyExpired"),
    (&["keybanned"], "messages.keyBanned"),
    (&["nosublevel", "nosubmsg"], "messages.noSubLevel"),
    (&["usernamenotfound", "userinvalidmsg"], "messages.usernameNotFound"),
    (&["passmismatch", "passinvalidmsg"], "messages.passMismatch"),
    (&["hwidmismatch", "hwidmismatchmsg"], "messages.hwidMismatch"),
    (&["hwidblacked", "blackedmsg"], "messages.hwidBlacked"),
    (&["noactivesubs", "noactivesub", "noactivesubmsg"], "messages.noActiveSubs"),
    (&["pausedsub", "pausedmsg"], "messages.pausedSub"),
    (&["userbanned"], "messages.userBanned"),
    (&["sessionunauthed"], "messages.sessionUnauthed"),
    (&["loggedInMsg"], "messages.loggedIn"),
    (&["unTooShort"], "messages.usernameTooShort"),
    (&["pwLeaked"], "messages.passwordLeaked"),
    (&["chatHitDelay"], "messages.chatHitDelay"),
];

/// Digits of a hash of a program.
const HASH_LEN: usize = 32;

/// Bytes of a value that could be one: the longest is a list of 1000 networks.
const LONGEST: usize = 64 << 10;
/// Bytes of a reason, which may repeat the value.
const REASON_MAX: usize = 200;

/// What an application has for settings: values by their names here, and why others fit none. What is kept of them has a
/// bound, since those of all applications are kept while an export is read.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) fit: Vec<(&'static str, String)>,
    pub(super) unfit: Vec<String>,
}

impl Settings {
    /// What a row tells of them.
    pub(super) fn of(row: &Record) -> Self {
        let mut settings = Self::default();
        for (name, text) in told_by(row) {
            let why = match text.len() {
                length if length > LONGEST => Some(format!("{name}: no value has {length} bytes")),
                _ => Service::why_setting_is_unfit(name, &text),
            };
            match why {
                Some(why) => settings.unfit.push(cut(&why, REASON_MAX).to_owned()),
                None => settings.fit.push((name, text)),
            }
        }
        settings
    }

    /// Adds what another piece tells.
    pub(super) fn extend(&mut self, more: Self) {
        self.fit.extend(more.fit);
        self.unfit.extend(more.unfit);
    }

    /// Bytes that they take, roughly.
    pub(super) fn size(&self) -> usize {
        let fit = self.fit.iter().map(|(_, text)| text.len() + 64);
        fit.chain(self.unfit.iter().map(|why| why.len() + 48)).sum()
    }
}

fn told_by(row: &Record) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    for (names, here) in FLAGS {
        if let Ok(Some(flag)) = row.flag(names) {
            changes.push((here, flag.to_string()));
        }
    }
    for (names, here) in NUMBERS {
        if let Ok(Some(number)) = row.number(names) {
            changes.push((here, number.to_string()));
        }
    }
    for (names, here) in TEXTS {
        if let Ok(Some(text)) = row.text(names) {
            changes.push((here, text.to_owned()));
        }
    }
    if let Ok(Some(hashes)) = row.text(&["hash"]) {
        changes.push(("hashes", apart(hashes)));
    }
    changes
}

/// Hashes that stand one behind the other, with commas between them.
fn apart(hashes: &str) -> String {
    let digits: String = hashes.chars().filter(char::is_ascii_hexdigit).collect();
    let hashes: Vec<&str> =
        (0..digits.len() / HASH_LEN).map(|at| &digits[at * HASH_LEN..(at + 1) * HASH_LEN]).collect();
    hashes.join(",")
}

#[cfg(test)]
mod tests {
    use claviger_archive::foreign::ForeignRow;

    use crate::vendor::SETTINGS;

    use super::*;

    fn row(columns: &[(&str, &str)]) -> Record {
        let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let values = columns.iter().map(|(_, value)| Some(value.as_bytes().to_vec())).collect();
        let row = ForeignRow { table: "apps".into(), line: 1, columns: names.into(), values, fault: None };
        Record::new(row, 1)
    }

    #[test]
    fn of_what_fits_no_setting_the_reason_is_kept() {
        let long = "x".repeat(15 << 20);
        let settings = Settings::of(&row(&[
            ("ver", "2.0"),
            ("enabled", "1"),
            ("appdisabled", &long),
            ("pausedApp", &long[..101]),
            ("sellerApiWhitelist", &long[..60_000]),
            ("hash", &"0".repeat(15 << 20)),
        ]));
        assert_eq!(settings.fit, [("enabled", "true".to_owned()), ("version", "2.0".to_owned())]);
        let told = settings.unfit.join("\n");
        for part in
            ["messages.appDisabled: no value has 15728640 bytes", "has at most 100 bytes", "hashes: no value"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert_eq!(settings.unfit.len(), 4);
        assert!(settings.size() < 2000, "{}", settings.size());
    }

    #[test]
    fn every_name_here_is_a_setting() {
        let all = FLAGS.iter().map(|(_, here)| here).chain(NUMBERS.iter().map(|(_, here)| here));
        for here in all.chain(TEXTS.iter().map(|(_, here)| here)) {
            assert!(SETTINGS.iter().any(|rule| rule.name == *here), "{here}");
        }
    }

    #[test]
    fn hashes_are_taken_apart() {
        let (one, two) = ("0123456789abcdef".repeat(2), "F".repeat(32));
        assert_eq!(apart(&format!("{one}{two}")), format!("{one},{two}"));
        assert_eq!(apart(&format!("{one}, {two}0")), format!("{one},{two}"));
        assert_eq!(apart("none"), "");
    }
}
