//! License keys: status, duration and masks.

use std::{fmt, str::FromStr};

use crate::{Random, id::BASE62};

/// Status of a license, in the words of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseStatus {
    /// Nobody has used it.
    NotUsed,
    /// It became, or extended, a user.
    Used,
    /// It may not be used.
    Banned,
}

impl LicenseStatus {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotUsed => "Not Used",
            Self::Used => "Used",
            Self::Banned => "Banned",
        }
    }
}

impl FromStr for LicenseStatus {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::NotUsed, Self::Used, Self::Banned].into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

/// Characters that a mask's `*` may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alphabet {
    /// Digits and letters of both cases.
    #[default]
    Mixed,
    /// Digits and upper-case letters.
    Upper,
    /// Digits and lower-case letters.
    Lower,
}

impl Alphabet {
    /// The alphabet of the Seller API's `character` parameter: `2` upper, `3` lower, anything else mixed.
    pub fn from_option(option: Option<&str>) -> Self {
        match option {
            Some("2") => Self::Upper,
            Some("3") => Self::Lower,
            _ => Self::Mixed,
        }
    }

    fn characters(self) -> &'static [u8] {
        match self {
            Self::Mixed => BASE62,
            Self::Upper => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Lower => b"0123456789abcdefghijklmnopqrstuvwxyz",
        }
    }
}

/// Why a mask is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskError {
    /// Longer than a key may be.
    TooLong,
    /// No character at all.
    Empty,
}

impl fmt::Display for MaskError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(formatter, "a license key has at most {} bytes", Mask::MAX_LEN),
            Self::Empty => formatter.write_str("a license mask must not be empty"),
        }
    }
}

/// Pattern of license keys: each `*` becomes a random character, everything else stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask(String);

impl Mask {
    /// Longest license key in bytes.
    pub const MAX_LEN: usize = 70;

    /// Checks a mask.
    ///
    /// # Errors
    /// When it is empty or longer than [`Mask::MAX_LEN`] bytes.
    pub fn new(text: &str) -> Result<Self, MaskError> {
        match text.len() {
            0 => Err(MaskError::Empty),
            length if length > Self::MAX_LEN => Err(MaskError::TooLong),
            _ => Ok(Self(text.into())),
        }
    }

    /// Whether every key drawn from this mask is the same.
    pub fn is_fixed(&self) -> bool {
        !self.0.contains('*')
    }

    /// Draws a key.
    pub fn draw(&self, alphabet: Alphabet, random: &dyn Random) -> String {
        let wildcards = self.0.bytes().filter(|&byte| byte == b'*').count();
        let mut drawn =
            random.text(alphabet.characters(), wildcards).into_bytes().into_iter().map(char::from);
        self.0
            .chars()
            .map(|literal| if literal == '*' { drawn.next().unwrap_or('*') } else { literal })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mask_keeps_its_literals(text in "[a-zA-Z*é -]{1,30}", option in prop::option::of("[0-9]")) {
            let alphabet = Alphabet::from_option(option.as_deref());
            let key = Mask::new(&text).unwrap().draw(alphabet, &SystemRandom);
            prop_assert_eq!(key.chars().count(), text.chars().count());
            for (drawn, literal) in key.chars().zip(text.chars()) {
                if literal == '*' {
                    prop_assert!(alphabet.characters().contains(&(drawn as u8)));
                } else {
                    prop_assert_eq!(drawn, literal);
                }
            }
        }
    }

    #[test]
    fn refuses_masks_that_are_no_key() {
        assert_eq!(Mask::new(""), Err(MaskError::Empty));
        assert_eq!(Mask::new(&"*".repeat(71)), Err(MaskError::TooLong));
    }
}
