//! Names that people and programs spell in more than one way.
//!
//! They are compared as the profile Nickname of PRECIS (RFC 8266) compares them: spaces, case, widths, composed and
//! decomposed forms make no difference. UsernameCaseMapped (RFC 8265) maps the same, but refuses spaces, and both
//! refuse what is newer than Unicode 6.3; people have such names. So only the mappings are taken: nobody's name is
//! refused by them.

use std::borrow::Cow;

use precis_profiles::{
    Nickname,
    precis_core::{
        Error,
        profile::{Rules, stabilize},
    },
};

use super::text::{is_invisible, tidy};

/// The form under which user names, app names and license keys are unique and looked up.
pub fn fold(name: &str) -> Cow<'_, str> {
    match plain(name) {
        Some(true) => name.into(),
        Some(false) => name.to_ascii_lowercase().into(),
        None => mapped(name).into(),
    }
}

/// The form under which older releases looked names up, where it is another than [`fold`]'s: rows of two names that
/// are one today are still found by it.
pub fn former(name: &str) -> Option<String> {
    if plain(name).is_some() {
        return None;
    }
    Some(name.to_lowercase()).filter(|former| *former != fold(name))
}

/// Whether a name is in lower case, if it is of the kind for which nothing else can differ: most are, and they are
/// looked up with every request.
fn plain(name: &str) -> Option<bool> {
    let (mut lower, mut after_blank) = (true, true);
    for byte in name.bytes() {
        match byte {
            b' ' if after_blank => return None,
            b' ' | 0x21..=0x7E => after_blank = byte == b' ',
            _ => return None,
        }
        lower &= !byte.is_ascii_uppercase();
    }
    (!after_blank || name.is_empty()).then_some(lower)
}

fn mapped(name: &str) -> String {
    let mapped = stabilize(name, |name| map(name).map(Cow::Owned));
    match mapped {
        Ok(mapped) if !mapped.is_empty() => mapped.into_owned(),
        _ => name.to_lowercase(),
    }
}

fn map(name: &str) -> Result<String, Error> {
    // The profile's own mapping of case leaves letters of title case.
    let lower = name.to_lowercase();
    let seen = lower.chars().filter(|character| !is_invisible(*character));
    // Greek has two small forms of one capital letter.
    let seen: String = seen.map(|character| if character == 'ς' { 'σ' } else { character }).collect();
    let profile = Nickname::new();
    let name = profile.additional_mapping_rule(tidy(&seen))?;
    Ok(profile.normalization_rule(name)?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name() {
        for (name, folded) in [
            ("", ""),
            ("alice", "alice"),
            ("ALICE b-1", "alice b-1"),
            (" alice  b ", "alice b"),
            ("\u{A0}Alice\u{3000}B\u{200B}\u{FEFF}", "alice b"),
            ("al\u{200B}ice", "alice"),
            ("Zoe\u{308}", "zoë"),
            ("ZOË", "zoë"),
            ("Ａｌｉｃｅ", "alice"),
            ("ｱﾘｽ", "アリス"),
            ("ﬁx", "fix"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("Σίσυφος", "σίσυφοσ"),
            ("Привет", "привет"),
            ("\u{1FFC} ǅ", "\u{1FF3} dž"),
            ("名 前", "名 前"),
            // Newer than the tables of PRECIS.
            ("🫠Melt", "🫠melt"),
            ("a\nb", "a\nb"),
            // Of nothing that shows.
            (" ", " "),
            ("\u{200B}", "\u{200B}"),
        ] {
            assert_eq!(fold(name), folded, "{name:?}");
        }
        assert!(matches!(fold("alice b"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_former_form_is_told_where_it_differs() {
        for name in ["", "alice", "ALICE", "a b", "zoë", "Привет"] {
            assert_eq!(former(name), None, "{name}");
        }
        assert_eq!(former("Zoe\u{308}").as_deref(), Some("zoe\u{308}"));
        assert_eq!(former("a  B").as_deref(), Some("a  b"));
        assert_eq!(former("Ａ").as_deref(), Some("ａ"));
    }

    proptest! {
        #[test]
        fn folding_once_is_enough(name in prop_oneof![any::<String>(), "[ -~]{0,12}", "[a-cA-C ]{0,6}"]) {
            let folded = fold(&name).into_owned();
            prop_assert_eq!(fold(&folded), folded.as_str());
            prop_assert_eq!(former(&folded), None);
            let lower = name.to_lowercase();
            prop_assert_eq!(fold(&lower), folded.as_str());
            prop_assert_eq!(former(&name).is_none(), lower == folded);
        }
    }
}
