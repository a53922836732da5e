//! License keys: status, duration and masks.

use std::{fmt, str::FromStr};

use crate::{NOT_A_LINE, Random, id::BASE62, is_line, tidy};

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
    /// Its keys would not stay in a line.
    NotALine,
}

impl fmt::Display for MaskError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(formatter, "a license key has at most {} bytes", Mask::MAX_LEN),
            Self::Empty => formatter.write_str("a license mask must not be empty"),
            Self::NotALine => write!(formatter, "a license mask {NOT_A_LINE}"),
        }
    }
}

/// Pattern of license keys: each `*` becomes a random character, everything else stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask(String);

impl Mask {
    /// Longest license key in bytes.
    pub const MAX_LEN: usize = 70;

    /// Bits of randomness below which a mask is weak: its keys could be guessed, by many at once.
    pub const MIN_BITS: u32 = 64;

    /// Checks a mask, without what [`tidy`] cuts off.
    ///
    /// # Errors
    /// When it is empty, longer than [`Mask::MAX_LEN`] bytes, or its keys would not stay in a line.
    pub fn new(text: &str) -> Result<Self, MaskError> {
        let text = tidy(text);
        match text.len() {
            0 => Err(MaskError::Empty),
            length if length > Self::MAX_LEN => Err(MaskError::TooLong),
            _ if !is_line(text) => Err(MaskError::NotALine),
            _ => Ok(Self(text.into())),
        }
    }

    /// The mask as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whole bits of randomness in a key drawn from this mask. Keys are the same in either case, so of letters of both
    /// cases each counts twice as likely as a digit.
    pub fn bits(&self, alphabet: Alphabet) -> u32 {
        let choices: f64 = match alphabet {
            Alphabet::Mixed => 31.0,
            Alphabet::Upper | Alphabet::Lower => 36.0,
        };
        (choices.log2() * self.wildcards() as f64) as u32
    }

    /// Whether keys drawn from this mask could be guessed. One without `*` is a key that somebody chose, not drawn.
    pub fn is_weak(&self, alphabet: Alphabet) -> bool {
        !self.is_fixed() && self.bits(alphabet) < Self::MIN_BITS
    }

    /// How many keys it allows that are not one in any case of letters.
    pub fn possible(&self) -> f64 {
        36_f64.powi(i32::try_from(self.wildcards()).unwrap_or(i32::MAX))
    }

    fn wildcards(&self) -> usize {
        self.0.bytes().filter(|&byte| byte == b'*').count()
    }

    /// Whether every key drawn from this mask is the same.
    pub fn is_fixed(&self) -> bool {
        !self.0.contains('*')
    }

    /// Draws a key.
    pub fn draw(&self, alphabet: Alphabet, random: &dyn Random) -> String {
        let drawn = random.text(alphabet.characters(), self.wildcards());
        let mut drawn = drawn.into_bytes().into_iter().map(char::from);
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
            prop_assume!(!text.trim().is_empty());
            let mask = Mask::new(&text).unwrap();
            let key = mask.draw(alphabet, &SystemRandom);
            prop_assert_eq!(key.chars().count(), text.trim().chars().count());
            for (drawn, literal) in key.chars().zip(text.trim().chars()) {
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
        assert_eq!(Mask::new(" \u{200B}\u{A0}"), Err(MaskError::Empty));
        assert_eq!(Mask::new(&"*".repeat(71)), Err(MaskError::TooLong));
        for text in ["A\n***", "A\0***", "A\u{202E}***", "A\u{2028}***"] {
            assert_eq!(Mask::new(text), Err(MaskError::NotALine), "{text:?}");
        }
    }

    #[test]
    fn a_mask_tells_its_bits() {
        let mask = |text: &str| Mask::new(text).unwrap();
        assert_eq!(mask(" \u{FEFF}AB-***\u{3000}").as_str(), "AB-***");
        for (stars, mixed, upper) in [(1, 4, 5), (12, 59, 62), (13, 64, 67), (36, 178, 186)] {
            let mask = mask(&"*".repeat(stars));
            assert_eq!(
                [Alphabet::Mixed, Alphabet::Upper].map(|alphabet| mask.bits(alphabet)),
                [mixed, upper]
            );
            assert_eq!(mask.is_weak(Alphabet::Mixed), stars < 13);
        }
        let chosen = mask("MY-OWN-KEY");
        assert_eq!((chosen.bits(Alphabet::Mixed), chosen.is_weak(Alphabet::Mixed)), (0, false));
    }
}
