//! What came of a try to sign in, in a word that is kept and told to bots, and in words for people.

use claviger_metrics::Counter;

/// How often each came, in the order of [`Outcome::ALL`].
pub(crate) static COUNTS: [Counter; Outcome::ALL.len()] = [const { Counter::new() }; Outcome::ALL.len()];

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)*) => {
        /// What came of a try.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Outcome {
            $($(#[$doc])* $name,)*
        }

        impl Outcome {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word that is kept, and told to bots.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// In words for people.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

outcomes! {
    /// It went well.
    Fine = "ok", "went well";
    /// A name, a key or a password that nobody can have.
    Unfit = "unfit", "the name, the key or the password is missing, too short or too long";
    /// The password is known from a breach.
    PasswordLeaked = "password_leaked", "the password is known from a breach";
    /// There is a user of that name.
    UsernameTaken = "username_taken", "there is a user of this name already";
    /// No such license.
    KeyNotFound = "key_not_found", "there is no license of this key";
    /// The license was used before.
    KeyUsed = "key_used", "the license was used before";
    /// The license is banned.
    KeyBanned = "key_banned", "the license is banned";
    /// The license is worth nothing.
    NoTime = "no_time", "the license is worth no time";
    /// The device is blacklisted.
    DeviceBlacklisted = "device_blacklisted", "the device is blacklisted";
    /// The address is blacklisted.
    AddressBlacklisted = "address_blacklisted", "the address is blacklisted";
    /// No subscription has the license's level.
    NoSubscriptionOfLevel = "no_subscription_of_level", "no subscription has the license's level";
    /// The HWID is shorter than the application wants.
    HwidTooShort = "hwid_too_short", "the HWID is too short";
    /// The application wants a HWID.
    HwidMissing = "hwid_missing", "the program sent no HWID";
    /// No such user.
    UnknownUser = "unknown_user", "there is no such user";
    /// The user is banned.
    UserBanned = "user_banned", "the user is banned";
    /// Wrong password, or none.
    WrongPassword = "wrong_password", "the password is wrong";
    /// Not one of the user's devices.
    OtherDevice = "other_device", "it came from another device";
    /// The only subscriptions are paused.
    SubscriptionPaused = "subscription_paused", "the subscription is paused";
    /// No subscription runs.
    NoSubscription = "no_subscription", "no subscription runs";
    /// No code of the two-factor sign-in came.
    CodeMissing = "code_missing", "the two-factor code is missing";
    /// The code is wrong, or was used before.
    CodeWrong = "code_wrong", "the two-factor code is wrong";
    /// Too many failures before.
    TooManyFailures = "too_many_failures", "there were too many failures before";
    /// The address is that of a VPN.
    VpnBlocked = "vpn_blocked", "the address is that of a VPN";
    /// The application is disabled.
    AppDisabled = "app_disabled", "the application is disabled";
    /// The application is paused.
    AppPaused = "app_paused", "the application is paused";
    /// The program brought no token, or not its file's hash.
    TokenMissing = "token_missing", "the program brought no token";
    /// No such token.
    TokenUnknown = "token_unknown", "there is no such token";
    /// The token, or its user or license, is banned.
    TokenBanned = "token_banned", "the token is banned";
    /// The token came in another file before.
    TokenOfOtherFile = "token_of_other_file", "the token came in another file before";
    /// The program is of another version.
    WrongVersion = "wrong_version", "the program is of another version";
    /// The program's hash is not allowed.
    WrongHash = "wrong_hash", "the program's hash is not among the allowed ones";
}

impl Outcome {
    /// Reads a word that was kept.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|outcome| outcome.as_str() == word)
    }

    /// Counts that it came.
    pub(crate) fn count(self) {
        // In the order of the variants: the macro lists both.
        COUNTS[self as usize].add();
    }

    /// Whether it says nothing about anybody who is known: a crowd of such tries is kept as few.
    pub(crate) fn is_strangers(self) -> bool {
        matches!(
            self,
            Self::Unfit
                | Self::PasswordLeaked
                | Self::KeyNotFound
                | Self::UnknownUser
                | Self::TooManyFailures
                | Self::VpnBlocked
                | Self::AppDisabled
                | Self::AppPaused
                | Self::TokenMissing
                | Self::TokenUnknown
                | Self::WrongVersion
                | Self::WrongHash
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_word_of_its_own() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(*outcome));
        }
        assert_eq!(Outcome::parse("OK"), None);
    }
}
