//! Settings of an application, by their names there and here.

use super::record::Record;

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

/// What a row tells of settings, each by its name here.
pub(super) fn changes_of(row: &Record) -> Vec<(&'static str, String)> {
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
    use crate::vendor::SETTINGS;

    use super::*;

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
