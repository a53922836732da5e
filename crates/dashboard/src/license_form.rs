//! The form that makes licenses: what was typed, what is wrong with it, and what its keys will look like. Whoever may make
//! them, as which the page decides.

use claviger_domain::{Alphabet, Mask, NEVER, SECONDS_MAX, SystemRandom, Term, Unit, is_line};
use claviger_service::vendor::{LEVEL_MAX, LicenseFailure, MAKE_MAX, NOTE_MAX, NewKeys, Subscription, Usual};

use crate::{
    fault::{Fault, sentence},
    fields::Fields,
    plots::grouped,
};

/// Sample keys that are shown.
const SAMPLES: usize = 4;
const DAY: i64 = 86_400;
/// Units of a duration, each with its seconds.
const UNITS: [(&str, &str, i64); 6] = [
    ("hours", "hours", 3_600),
    ("days", "days", DAY),
    ("weeks", "weeks", 7 * DAY),
    ("months", "months of 30 days", 30 * DAY),
    ("years", "years of 365 days", 365 * DAY),
    ("lifetime", "lifetime: never ends", NEVER),
];
/// Characters of keys: the value of the wire, and its words.
const CHARACTERS: [(&str, &str); 3] = [
    ("1", "Letters of both cases and digits"),
    ("2", "Capital letters and digits"),
    ("3", "Small letters and digits"),
];

/// A choice of a list.
pub(crate) struct Choice {
    pub value: String,
    pub words: String,
    pub chosen: bool,
}

/// What is wrong with a field.
#[derive(Default)]
pub(crate) struct Problems {
    pub amount: Option<String>,
    pub mask: Option<String>,
    pub level: Option<String>,
    pub duration: Option<String>,
    pub note: Option<String>,
    pub whole: Option<String>,
}

impl Problems {
    fn any(&self) -> bool {
        let all = [&self.amount, &self.mask, &self.level, &self.duration, &self.note, &self.whole];
        all.iter().any(|one| one.is_some())
    }
}

/// What keys of a mask look like.
pub(crate) struct Preview {
    pub keys: Vec<String>,
    /// How many are possible, in words.
    pub possible: String,
    /// Why the mask should be another.
    pub warning: Option<String>,
}

/// The form as it is shown.
pub(crate) struct LicenseForm {
    pub amount: String,
    pub mask: String,
    pub levels: Vec<Choice>,
    pub duration: String,
    pub units: Vec<Choice>,
    pub note: String,
    pub characters: Vec<Choice>,
    pub problems: Problems,
}

impl LicenseForm {
    /// What was typed or kept, else what is usual. `levels` are those that may be made.
    pub fn new(fields: &Fields, mask: &str, levels: Vec<Choice>) -> Self {
        let or = |name: &str, usual: &str| fields.get(name).unwrap_or(usual).to_owned();
        let units = choices(UNITS.map(|(value, words, _)| (value, words)), &or("unit", "days"));
        Self {
            amount: or("amount", "1"),
            mask: or("mask", mask),
            levels,
            duration: or("duration", "30"),
            units,
            note: or("note", ""),
            characters: choices(CHARACTERS, &or("character", "1")),
            problems: Problems::default(),
        }
    }

    /// What is to be made, by `genby`. Where something is wrong it is noted, and there is nothing.
    pub fn check(&mut self, genby: &str, now: i64) -> Option<NewKeys> {
        let amount = self.amount.trim().parse().ok().filter(|amount| (1..=MAKE_MAX).contains(amount));
        if amount.is_none() {
            let most = grouped(MAKE_MAX);
            self.problems.amount = Some(format!("Write how many: 1 to {most} at a time."));
        }
        let mask = Mask::new(&self.mask.replace('\0', "\u{fffd}"));
        let mask = mask.map_err(|error| self.problems.mask = Some(sentence(&error.to_string()))).ok();
        if mask.as_ref().is_some_and(Mask::is_fixed) && amount.is_some_and(|amount| amount > 1) {
            self.problems.mask = Some("Without * there is one key only. Write at least one *.".into());
        }
        let level = self.levels.iter().find(|level| level.chosen).map(|level| level.value.clone());
        if level.is_none() {
            self.problems.level = Some("Choose a level.".into());
        }
        let duration = self.seconds(now).map_err(|problem| self.problems.duration = Some(problem)).ok();
        if self.note.trim().len() > NOTE_MAX {
            self.problems.note = Some(format!("A note has at most {NOTE_MAX} bytes."));
        }
        let (duration, level) = (duration?, level?);
        let (mask, amount) = (mask?, amount?);
        let note = Some(self.note.trim().to_owned()).filter(|note| !note.is_empty());
        let genby = genby.to_owned();
        let alphabet = self.alphabet();
        (!self.problems.any()).then_some(NewKeys { mask, alphabet, amount, duration, level, note, genby })
    }

    /// What licenses of a list have where it does not say it. Where something is wrong it is noted, and there is nothing.
    pub fn usual(&mut self, now: i64) -> Option<Usual> {
        let level = self.levels.iter().find(|level| level.chosen).map(|level| level.value.clone());
        if level.is_none() {
            self.problems.level = Some("Choose a level.".into());
        }
        let duration = self.seconds(now).map_err(|problem| self.problems.duration = Some(problem)).ok();
        let note = self.note.trim();
        if note.len() > NOTE_MAX || !is_line(note) {
            self.problems.note = Some(format!("A note has at most {NOTE_MAX} bytes, in one line."));
            return None;
        }
        let note = Some(note.to_owned()).filter(|note| !note.is_empty());
        Some(Usual { level: level?, duration: duration?, note })
    }

    fn seconds(&self, now: i64) -> Result<i64, String> {
        let unit = self.units.iter().find(|unit| unit.chosen).map(|unit| unit.value.as_str());
        let known = UNITS.iter().find(|(value, ..)| Some(*value) == unit);
        let Some(&(_, _, length)) = known else { return Err("Choose a unit.".into()) };
        if length == NEVER {
            return Ok(NEVER);
        }
        let term = Term::parse(self.duration.trim(), Unit::Days, now);
        let seconds = match term.map_err(|error| sentence(&error.to_string()))? {
            Term::For(NEVER) => return Ok(NEVER),
            Term::For(of_days) => (of_days as f64 / DAY as f64 * length as f64).round(),
            until @ Term::Until(_) => until.seconds(now) as f64,
        };
        match seconds {
            seconds if seconds < 1.0 => Err("Write more than no time at all.".into()),
            seconds if seconds > SECONDS_MAX as f64 => {
                Err("That is longer than anybody needs: choose lifetime.".into())
            }
            seconds => Ok(seconds as i64),
        }
    }

    fn alphabet(&self) -> Alphabet {
        let chosen = self.characters.iter().find(|choice| choice.chosen);
        Alphabet::from_option(chosen.map(|choice| choice.value.as_str()))
    }

    /// What keys look like; `None` where the mask is none.
    pub fn preview(&self) -> Option<Preview> {
        let (mask, alphabet) = (Mask::new(&self.mask.replace('\0', "\u{fffd}")).ok()?, self.alphabet());
        let amount: f64 = self.amount.trim().parse::<i64>().unwrap_or(1) as f64;
        let possible = mask.possible();
        let count = if mask.is_fixed() { 1 } else { SAMPLES };
        let warning = if mask.is_fixed() {
            Some("Without * it is one key, which is as good as the text that you choose.".to_owned())
        } else if amount * 2.0 > possible {
            Some("There are hardly as many keys as you want. Give the mask more *.".into())
        } else if mask.is_weak(alphabet) {
            Some("Keys like these can be guessed. Give the mask more *.".into())
        } else {
            None
        };
        Some(Preview {
            keys: (0..count).map(|_| mask.draw(alphabet, &SystemRandom)).collect(),
            possible: in_words(possible, mask.bits(alphabet)),
            warning,
        })
    }

    /// Notes why they were not made.
    ///
    /// # Errors
    /// When it was not the form's fault.
    pub fn refused(&mut self, failure: LicenseFailure) -> Result<(), Fault> {
        let problems = &mut self.problems;
        let (place, text) = match failure {
            LicenseFailure::DailyLimit(limit) => (
                &mut problems.amount,
                format!("At most {limit} licenses are made in 24 hours (`seller_daily_licenses`)."),
            ),
            LicenseFailure::TooMany => (&mut problems.amount, "These are too many at a time.".into()),
            LicenseFailure::FixedMask => (&mut problems.mask, "Without * there is one key only.".into()),
            LicenseFailure::Exists => (
                &mut problems.mask,
                "There are licenses of these keys already. Give the mask more *.".into(),
            ),
            LicenseFailure::ResellerLevel => {
                (&mut problems.level, "You may not make licenses of this level.".into())
            }
            LicenseFailure::ResellerBalance => (
                &mut problems.amount,
                "Your balance does not suffice for so many of this duration.".into(),
            ),
            LicenseFailure::ManagerMayNot => (&mut problems.whole, "You may not make licenses.".into()),
            LicenseFailure::NoteTooLong => {
                (&mut problems.note, format!("A note has at most {NOTE_MAX} bytes."))
            }
            LicenseFailure::Unfit(text) => (&mut problems.whole, sentence(&text)),
            LicenseFailure::OtherEvent => (
                &mut problems.whole,
                "This form was sent before with other values, and licenses were made then. Look them up in the list \
                 before you make more."
                    .into(),
            ),
            LicenseFailure::EventIsOver => {
                (&mut problems.whole, "The licenses that this form made are deleted.".into())
            }
            LicenseFailure::Store(error) => return Err(claviger_service::ServiceError::from(error).into()),
        };
        *place = Some(text);
        Ok(())
    }

    /// What the form brings besides its token, for the next time.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let chosen = |choices: &[Choice]| {
            let chosen = choices.iter().find(|choice| choice.chosen);
            chosen.map(|choice| choice.value.clone()).unwrap_or_default()
        };
        vec![
            ("amount", self.amount.clone()),
            ("mask", self.mask.clone()),
            ("level", chosen(&self.levels)),
            ("duration", self.duration.clone()),
            ("unit", chosen(&self.units)),
            ("note", self.note.clone()),
            ("character", chosen(&self.characters)),
        ]
    }
}

/// The levels that subscriptions have, each with the names of these; 1 where there are none yet. `chosen` is what was
/// typed, else the first.
pub(crate) fn levels(
    offered: &[Subscription],
    chosen: Option<&str>,
    may: impl Fn(&str) -> bool,
) -> Vec<Choice> {
    let mut levels: Vec<Choice> = Vec::new();
    for one in offered.iter().filter(|one| one.level.len() <= LEVEL_MAX && may(&one.level)) {
        match levels.iter_mut().find(|level| level.value == one.level) {
            Some(level) => level.words = format!("{}, {}", level.words, one.name),
            None => levels.push(Choice {
                value: one.level.clone(),
                words: format!("{}: {}", one.level, one.name),
                chosen: chosen == Some(&one.level),
            }),
        }
    }
    if offered.is_empty() && may("1") {
        let words = "1: no subscription has it yet".into();
        levels.push(Choice { value: "1".into(), words, chosen: chosen == Some("1") });
    }
    if chosen.is_none()
        && let Some(first) = levels.first_mut()
    {
        first.chosen = true;
    }
    levels
}

fn choices<const N: usize>(all: [(&str, &str); N], chosen: &str) -> Vec<Choice> {
    let choice = |(value, words): (&str, &str)| Choice {
        value: value.into(),
        words: words.into(),
        chosen: value == chosen,
    };
    all.map(choice).into()
}

/// A number of keys in words.
fn in_words(possible: f64, bits: u32) -> String {
    const NAMES: [(f64, &str); 4] = [
        (1e18, "trillions of millions"),
        (1e12, "million millions"),
        (1e9, "thousand millions"),
        (1e6, "million"),
    ];
    let number = if possible < 1e6 {
        grouped(possible as i64)
    } else if possible >= 1e21 {
        format!("more than 10 to the power of {}", possible.log10().floor() as i64)
    } else {
        let (unit, name) = NAMES.into_iter().find(|(unit, _)| possible >= *unit).unwrap_or((1e6, "million"));
        format!("{} {name}", grouped((possible / unit) as i64))
    };
    format!("{number} possible keys, {bits} bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> LicenseForm {
        let fields = Fields::parse(text.as_bytes()).unwrap();
        let offered = [("gold", "2"), ("silver", "1"), ("more", "2")]
            .map(|(name, level)| Subscription { name: name.into(), level: level.into() });
        let chosen = fields.get("level").map(String::from);
        LicenseForm::new(&fields, "****-****", levels(&offered, chosen.as_deref(), |_| true))
    }

    #[test]
    fn levels_tell_what_they_give() {
        let form = form("");
        let shown: Vec<_> = form.levels.iter().map(|level| (level.words.as_str(), level.chosen)).collect();
        assert_eq!(shown, [("2: gold, more", true), ("1: silver", false)]);
        assert_eq!(levels(&[], None, |_| true)[0].value, "1");
        assert!(levels(&[], None, |_| false).is_empty());
    }

    #[test]
    fn what_was_typed_is_read() {
        for (text, seconds) in [
            ("", 30 * DAY),
            ("duration=2&unit=hours", 7_200),
            ("duration=1.5&unit=weeks", 907_200),
            ("duration=1&unit=years", 365 * DAY),
            ("duration=anything&unit=lifetime", NEVER),
            ("duration=never&unit=hours", NEVER),
            ("duration=1970-01-03&unit=years", 2 * DAY),
        ] {
            let keys = form(&format!("amount=1&{text}")).check("ann", 0).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (keys.duration, keys.genby.as_str(), keys.level.as_str()),
                (seconds, "ann", "2"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_beside_its_field() {
        type Find = fn(&Problems) -> &Option<String>;
        let fields: [(&str, Find); 17] = [
            ("amount=0", |problems| &problems.amount),
            ("amount=10001", |problems| &problems.amount),
            ("amount=-1", |problems| &problems.amount),
            ("amount=99999999999999999999", |problems| &problems.amount),
            ("amount=x", |problems| &problems.amount),
            ("mask=", |problems| &problems.mask),
            ("mask=A%0AB", |problems| &problems.mask),
            ("mask=A%00B", |problems| &problems.mask),
            ("mask=FIXED&amount=2", |problems| &problems.mask),
            ("level=9", |problems| &problems.level),
            ("level=", |problems| &problems.level),
            ("duration=0", |problems| &problems.duration),
            ("duration=-1", |problems| &problems.duration),
            ("duration=9e99", |problems| &problems.duration),
            ("duration=365000&unit=years", |problems| &problems.duration),
            ("unit=x", |problems| &problems.duration),
            ("note=0123456789012345678901234567890123456789012345678901234567890123456789", |problems| {
                &problems.note
            }),
        ];
        for (text, problem) in fields {
            let mut form = form(text);
            // A NUL in a mask becomes a character of its own.
            if text == "mask=A%00B" {
                assert!(form.check("ann", 0).is_some());
                continue;
            }
            assert!(form.check("ann", 0).is_none(), "{text}");
            assert!(problem(&form.problems).is_some(), "{text}");
        }
    }

    #[test]
    fn a_preview_tells_how_many_keys_there_are() {
        let preview = form("mask=AB-**&amount=3").preview().unwrap();
        assert_eq!(preview.keys.len(), SAMPLES);
        assert!(preview.keys.iter().all(|key| key.len() == 5 && key.starts_with("AB-")));
        assert_eq!(preview.possible, "1,296 possible keys, 9 bits");
        assert!(preview.warning.unwrap().contains("guessed"));
        assert!(form("mask=**&amount=1000").preview().unwrap().warning.unwrap().contains("hardly"));
        let long = form(&format!("mask={}", "*".repeat(36))).preview().unwrap();
        assert_eq!(
            (long.possible.as_str(), long.warning),
            ("more than 10 to the power of 56 possible keys, 178 bits", None)
        );
        assert_eq!(form("mask=ONE").preview().unwrap().keys, ["ONE"]);
        assert!(form("mask=").preview().is_none());
    }
}
