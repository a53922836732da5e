//! How hard a password is to guess, roughly and without a dictionary of a language.

use std::collections::HashSet;

/// Fewest characters of a new password.
pub const PASSWORD_MIN: usize = 8;
/// Most bytes of a new password; hashing must stay quick.
pub const PASSWORD_MAX: usize = 1024;

/// Bits from which a password may be used.
const FAIR: u32 = 36;
/// Bits from which it is good.
const GOOD: u32 = 52;
/// Bits from which it is strong.
const STRONG: u32 = 72;

/// What attackers try first, whatever is put around it. Letters only, in lower case.
const COMMON: [&str; 44] = [
    "password",
    "passwort",
    "passw",
    "letmein",
    "welcome",
    "willkommen",
    "admin",
    "administrator",
    "root",
    "login",
    "secret",
    "master",
    "dragon",
    "monkey",
    "shadow",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "iloveyou",
    "trustno",
    "hello",
    "hallo",
    "qwertz",
    "qwerty",
    "azerty",
    "asdfgh",
    "yxcvbn",
    "zxcvbn",
    "abc",
    "test",
    "demo",
    "user",
    "guest",
    "changeme",
    "default",
    "claviger",
    "keyauth",
    "license",
    "server",
    "computer",
    "summer",
];

/// Passwords that look hard to guess and are among the most usual ones, in lower case, one a line. Of the 11,611 of 8
/// characters and more among the 30,000 most usual ones that zxcvbn 3.1 lists (MIT license), the rule below refuses all
/// but these; of the 3,000 most usual of them, all but 88.
const USUAL: &str = include_str!("strength/listed.txt");

/// How hard a password is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Guessed within a day by whoever has the database; refused.
    Weak,
    /// Enough with two-factor sign-in.
    Fair,
    /// Enough.
    Good,
    /// More than enough.
    Strong,
}

impl Strength {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Good => "good",
            Self::Strong => "strong",
        }
    }

    /// Of 4 steps, how many.
    pub fn steps(self) -> u32 {
        self as u32 + 1
    }
}

/// The strength of a password of somebody of a name.
pub fn strength(password: &str, name: &str) -> Strength {
    if password.chars().count() < PASSWORD_MIN || is_usual(password) {
        return Strength::Weak;
    }
    match bits(password, name) {
        ..FAIR => Strength::Weak,
        FAIR..GOOD => Strength::Fair,
        GOOD..STRONG => Strength::Good,
        STRONG.. => Strength::Strong,
    }
}

/// Whether many people have taken this password, in any case.
fn is_usual(password: &str) -> bool {
    USUAL.lines().any(|usual| usual.eq_ignore_ascii_case(password))
}

/// Roughly the base-two logarithm of how many guesses it takes.
fn bits(password: &str, name: &str) -> u32 {
    let plain = unmask(password);
    let mut words: Vec<Vec<char>> = COMMON.iter().map(|word| word.chars().collect()).collect();
    let name = unmask(name);
    if name.len() >= 3 {
        words.push(name);
    }
    let characters: Vec<char> = password.chars().collect();
    let seen: HashSet<char> = characters.iter().copied().collect();
    let alphabet = alphabet(&characters);
    let (mut bits, mut at, mut letters) = (0.0, 0, 0);
    while at < characters.len() {
        // A known word is one of some hundred.
        if let Some(word) =
            words.iter().filter(|word| plain[at..].starts_with(word)).max_by_key(|word| word.len())
        {
            bits += 7.0;
            at += word.len();
            letters = 0;
            continue;
        }
        if is_year(&characters[at..]) {
            bits += 7.0;
            at += 4;
            continue;
        }
        letters = if characters[at].is_alphabetic() { letters + 1 } else { 0 };
        bits += match at.checked_sub(1).map(|before| characters[before]) {
            Some(before) if follows(before, characters[at]) => 1.0,
            // In the middle of what may be a word of some language.
            _ if letters > 3 => 2.3,
            _ => alphabet,
        };
        at += 1;
    }
    // However long, a few characters over and over are few.
    let most = seen.len() as f64 * alphabet;
    bits.min(most * 1.5) as u32
}

/// A text as it reads without capitals and with letters in place of what looks like them.
fn unmask(text: &str) -> Vec<char> {
    let letter = |character: char| match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other.to_lowercase().next().unwrap_or(other),
    };
    text.chars().map(letter).collect()
}

/// Whether a text begins with a year of late.
fn is_year(text: &[char]) -> bool {
    matches!(text, ['1', '9', decade, year, ..] | ['2', '0', decade, year, ..]
        if decade.is_ascii_digit() && year.is_ascii_digit())
}

/// Whether a character is the same as the one before or next to it in the alphabet or among digits.
fn follows(before: char, this: char) -> bool {
    let (before, this) = (i64::from(u32::from(before)), i64::from(u32::from(this)));
    (before - this).abs() <= 1
}

/// A kind of characters, and how many there are of it.
type Kind = (fn(&char) -> bool, u32);

/// Bits of a character drawn from the kinds that a password has.
fn alphabet(characters: &[char]) -> f64 {
    let kinds: [Kind; 5] = [
        (char::is_ascii_lowercase, 26),
        (char::is_ascii_uppercase, 26),
        (char::is_ascii_digit, 10),
        (|character| character.is_ascii() && !character.is_ascii_alphanumeric(), 20),
        (|character| !character.is_ascii(), 60),
    ];
    let of = |(is, count): Kind| if characters.iter().any(is) { count } else { 0 };
    f64::from(kinds.into_iter().map(of).sum::<u32>().max(2)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_weak() {
        for weak in [
            "",
            "aB3$xyz",
            "password",
            "Password1!",
            "P@ssw0rd123",
            "12345678",
            "abcdefghijkl",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababababab",
            "qwertyqwerty",
            "iloveyou!",
            "acme2024",
            "AcmeAcmeAcme",
            "summer2024!",
            "hgfkdsjw",
            "87654321",
        ] {
            assert_eq!(strength(weak, "acme"), Strength::Weak, "{weak} {}", bits(weak, "acme"));
        }
    }

    #[test]
    fn what_many_have_taken_is_weak_however_it_looks() {
        assert_eq!(USUAL.lines().count(), 409);
        for usual in USUAL.lines() {
            assert!(bits(usual, "") >= FAIR, "{usual} need not be listed");
            for written in [usual, &usual.to_uppercase()] {
                assert_eq!(strength(written, ""), Strength::Weak, "{written}");
            }
        }
        assert_eq!(strength("1qaz2wsx", "somebody"), Strength::Weak);
    }

    #[test]
    fn length_and_variety_help() {
        for (password, at_least) in [
            ("correct horse battery", Strength::Fair),
            ("correct horse battery staple", Strength::Good),
            ("T7#kq9!vZ", Strength::Good),
            ("0f3a9c77d1e24b58", Strength::Good),
            ("vK8$mQ2!xR7@pL4&", Strength::Strong),
            ("лошадь правильно батарея", Strength::Good),
        ] {
            assert!(strength(password, "acme") >= at_least, "{password} {}", bits(password, "acme"));
        }
        assert_eq!(strength(&"é".repeat(10_000), "acme"), Strength::Weak);
    }
}
