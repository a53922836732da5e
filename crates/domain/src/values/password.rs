//! Passwords, compared as the profile OpaqueString of PRECIS (RFC 8265) compares them.

use std::borrow::Cow;

use precis_profiles::{OpaqueString, precis_core::profile::Rules};

use super::text::trimmed;

/// A password as it is hashed: without blanks around it, spaces of any kind as the plain one, and letters composed, so
/// that one typed on another system is the same. What the profile would refuse stays: people have such passwords.
pub fn opaque(password: &str) -> Cow<'_, str> {
    let password = trimmed(password);
    if password.is_ascii() {
        return password.into();
    }
    let profile = OpaqueString::new();
    let mapped =
        profile.additional_mapping_rule(password).and_then(|mapped| profile.normalization_rule(mapped));
    mapped.unwrap_or(Cow::Borrowed(password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_password_in_other_characters() {
        for (typed, hashed) in [
            ("Correct horse", "Correct horse"),
            (" x\r\n", "x"),
            ("Zoe\u{308}\u{3000}1", "Zoë 1"),
            ("ＡＢ", "ＡＢ"),
            ("\u{A0}x", " x"),
            ("🫠\u{200B}", "🫠\u{200B}"),
            ("a\tb", "a\tb"),
        ] {
            assert_eq!(opaque(typed), hashed, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn ascii_stays(password in "[!-~]([ -~]{0,20}[!-~])?") {
            prop_assert_eq!(opaque(&password), password.as_str());
        }
    }
}
