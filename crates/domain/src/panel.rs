//! What an application's panel for its end users offers, and how it looks (`docs/panel.md`).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The languages that the panel speaks, by their codes.
pub const PANEL_LANGUAGES: [&str; 7] = ["en", "de", "es", "pt", "ru", "zh", "ar"];
/// The least contrast of a text to what is behind it (WCAG 2.2, AA).
pub const CONTRAST_MIN: f64 = 4.5;

/// What is behind the panel's texts, light and dark: the harder of its two grounds.
const GROUNDS: [Colour; 2] = [Colour([0xf5, 0xf6, 0xf9]), Colour([0x17, 0x1b, 0x22])];
/// What stands on a button, light and dark.
const INKS: [Colour; 2] = [Colour([0xff, 0xff, 0xff]), Colour([0x0d, 0x13, 0x22])];

/// What a panel offers, and how it looks. Kept as one JSON text; what is missing there has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PanelSettings {
    /// There is a panel.
    pub on: bool,
    /// What end users may do there.
    pub offers: Vec<Offer>,
    /// What it is called; `None`: as the application.
    pub brand: Option<String>,
    /// Colour of links and buttons on light ground.
    pub light: Colour,
    /// The same on dark ground.
    pub dark: Colour,
    /// Said before the sign-in.
    pub welcome: Option<String>,
    /// Where end users get help; `https` only.
    pub support: Option<String>,
    /// Terms of use; `https` only.
    pub terms: Option<String>,
    /// Language of those whose browser wants none of ours.
    pub language: String,
}

impl Default for PanelSettings {
    fn default() -> Self {
        Self {
            on: false,
            offers: Offer::ALL.to_vec(),
            brand: None,
            light: Colour([0x2f, 0x5b, 0xd0]),
            dark: Colour([0x86, 0xa8, 0xff]),
            welcome: None,
            support: None,
            terms: None,
            language: PANEL_LANGUAGES[0].into(),
        }
    }
}

impl PanelSettings {
    /// Whether the panel offers something.
    pub fn offers(&self, offer: Offer) -> bool {
        self.offers.contains(&offer)
    }
}

/// Something that end users may do in the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Offer {
    /// Sign in with a license key alone.
    LicenseSignIn,
    /// Use a license up for more time.
    Redeem,
    /// See and free their devices.
    Devices,
    /// See and end their sessions.
    Sessions,
    /// Change their password, and get a mail when it is forgotten.
    Password,
    /// Set their e-mail address.
    Email,
    /// Turn two-factor sign-in on and off.
    TwoFactor,
    /// Download files.
    Downloads,
}

impl Offer {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LicenseSignIn,
        Self::Redeem,
        Self::Devices,
        Self::Sessions,
        Self::Password,
        Self::Email,
        Self::TwoFactor,
        Self::Downloads,
    ];

    /// Its name in forms and in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::LicenseSignIn => "license-sign-in",
            Self::Redeem => "redeem",
            Self::Devices => "devices",
            Self::Sessions => "sessions",
            Self::Password => "password",
            Self::Email => "email",
            Self::TwoFactor => "two-factor",
            Self::Downloads => "downloads",
        }
    }
}

/// A colour of the screen, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// How bright it is to the eye, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// How well one is told from the other: 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The contrast of a link in this colour to the panel's ground, light or dark.
    pub fn contrast_on_ground(self, dark: bool) -> f64 {
        self.contrast(GROUNDS[usize::from(dark)])
    }

    /// What is read best on it: white or nearly black.
    pub fn ink(self) -> Self {
        let [white, black] = INKS;
        if self.contrast(white) >= self.contrast(black) { white } else { black }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a colour is written as #rrggbb, six hexadecimal digits".to_owned();
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_compared() {
        let colour = |text: &str| text.parse::<Colour>();
        assert_eq!(colour("#2F5bd0").unwrap().to_string(), "#2f5bd0");
        for wrong in ["", "2f5bd0", "#2f5bd", "#2f5bd00", "#2f5bdg", "#+f5bd0", "red", "#２f5bd"] {
            assert!(colour(wrong).is_err(), "{wrong}");
        }
        let [black, white, grey] = ["#000000", "#ffffff", "#777777"].map(|text| colour(text).unwrap());
        assert!((black.contrast(white) - 21.0).abs() < 0.001 && (white.contrast(white) - 1.0).abs() < 0.001);
        // As every calculator has it: just too little.
        assert!((grey.contrast(white) - 4.48).abs() < 0.01);
        assert_eq!(black.ink(), white);
        assert_ne!(white.ink(), white);
    }

    #[test]
    fn the_defaults_can_be_read() {
        let settings = PanelSettings::default();
        assert!(!settings.on);
        assert!(settings.light.contrast_on_ground(false) >= CONTRAST_MIN);
        assert!(settings.dark.contrast_on_ground(true) >= CONTRAST_MIN);
        for colour in [settings.light, settings.dark] {
            assert!(colour.contrast(colour.ink()) >= CONTRAST_MIN);
        }
    }

    #[test]
    fn what_is_readable_on_the_ground_carries_readable_ink() {
        // White or nearly black is always 4.5 away: no colour needs a second rule.
        for value in (0..=0xff_ffff_u32).step_by(4099) {
            let [_, red, green, blue] = value.to_be_bytes();
            let colour = Colour([red, green, blue]);
            assert!(colour.contrast(colour.ink()) >= 4.2, "{colour}");
            let readable = [false, true].map(|dark| colour.contrast_on_ground(dark) >= CONTRAST_MIN);
            if readable.contains(&true) {
                assert!(colour.contrast(colour.ink()) >= CONTRAST_MIN, "{colour}");
            }
        }
    }

    #[test]
    fn what_is_missing_has_its_default() {
        let settings: PanelSettings =
            serde_json::from_str(r##"{"on":true,"light":"#000000","offers":["twoFactor"]}"##).unwrap();
        assert!(settings.on && settings.offers(Offer::TwoFactor) && !settings.offers(Offer::Devices));
        assert_eq!(settings.language, "en");
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<PanelSettings>(&text).unwrap(), settings);
    }
}
