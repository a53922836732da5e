//! What the panel says, in the language of whoever reads it. The messages are in `languages/`, in Fluent's form.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// A language: its code, its own name, whether it is written from the right, its messages.
struct Language {
    code: &'static str,
    name: &'static str,
    from_right: bool,
    messages: &'static str,
}

const fn language(code: &'static str, name: &'static str, messages: &'static str) -> Language {
    Language { code, name, from_right: false, messages }
}

/// The languages; the first one stands in where another lacks a message.
static LANGUAGES: [Language; 7] = [
    language("en", "English", include_str!("../../languages/en.ftl")),
    language("de", "Deutsch", include_str!("../../languages/de.ftl")),
    language("es", "Español", include_str!("../../languages/es.ftl")),
    language("pt", "Português", include_str!("../../languages/pt.ftl")),
    language("ru", "Русский", include_str!("../../languages/ru.ftl")),
    language("zh", "简体中文", include_str!("../../languages/zh.ftl")),
    Language { from_right: true, ..language("ar", "العربية", include_str!("../../languages/ar.ftl")) },
];

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| LANGUAGES.iter().map(bundle).collect());

fn bundle(language: &Language) -> Bundle {
    let id: LanguageIdentifier = language.code.parse().expect("the code of a language");
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // The marks keep names in another script apart; where all is written from the left, they would only be copied along.
    bundle.set_use_isolating(language.from_right);
    let messages = FluentResource::try_new(language.messages.to_owned());
    let messages = messages.unwrap_or_else(|(messages, _)| messages);
    bundle.add_resource_overriding(messages);
    bundle
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words(usize);

impl Words {
    /// Those of a language's code, if it is one of ours.
    pub fn of(code: &str) -> Option<Self> {
        LANGUAGES.iter().position(|language| language.code == code).map(Self)
    }

    /// Those that a browser wants most; `None` when it wants none of ours. `wanted`: its header `Accept-Language`.
    pub fn wanted(wanted: &str) -> Option<Self> {
        let mut best: Option<(u32, Self)> = None;
        for entry in wanted.split(',').take(50) {
            let mut parts = entry.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let code = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let quality =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
            let quality = (quality.unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u32;
            if let Some(words) = Self::of(&code)
                && quality > best.map_or(0, |(best, _)| best)
            {
                best = Some((quality, words));
            }
        }
        best.map(|(_, words)| words)
    }

    /// Those of the language that stands in for others.
    pub fn fallback() -> Self {
        Self(0)
    }

    /// The language's code.
    pub fn code(self) -> &'static str {
        LANGUAGES[self.0].code
    }

    /// Where its lines begin: `ltr` or `rtl`.
    pub fn direction(self) -> &'static str {
        if LANGUAGES[self.0].from_right { "rtl" } else { "ltr" }
    }

    /// The codes and names of all languages.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        LANGUAGES.iter().map(|language| (language.code, language.name))
    }

    /// A message without variables.
    pub fn say(self, id: &str) -> String {
        self.message(id, None)
    }

    /// A message about a number.
    pub fn count(self, id: &str, name: &str, count: i64) -> String {
        self.with(id, name, count)
    }

    /// A message with a variable.
    pub fn with<'a>(self, id: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.message(id, Some(&args))
    }

    fn message(self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let found = [self, Self::fallback()].into_iter().find_map(|words| {
            let bundle = &BUNDLES[words.0];
            let pattern = bundle.get_message(id)?.value()?;
            Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
        });
        found.unwrap_or_else(|| id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    use super::*;

    /// The messages of a language, each with its variables.
    fn messages(language: &Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in language.messages.lines().filter(|line| !line.starts_with('#')) {
            let begins = line.starts_with(|first: char| first.is_ascii_lowercase());
            if let Some((id, _)) = line.split_once(" = ").filter(|_| begins) {
                last = id.to_owned();
                assert!(!messages.contains_key(id), "{}: {id} is there twice", language.code);
                messages.insert(last.clone(), BTreeSet::new());
            }
            let names = line
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
            if let Some(variables) = messages.get_mut(&last) {
                variables.extend(names);
            }
        }
        messages
    }

    /// What of the panel's sources says something.
    fn sources(folder: &Path, texts: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, texts);
            } else if !path.ends_with("words.rs") {
                *texts += &fs::read_to_string(path).unwrap();
            }
        }
    }

    #[test]
    fn every_language_says_everything_with_the_same_variables() {
        let english = messages(&LANGUAGES[0]);
        assert!(english.len() > 100);
        for language in &LANGUAGES {
            let parsed = FluentResource::try_new(language.messages.to_owned());
            assert!(parsed.is_ok(), "{}: {:?}", language.code, parsed.err().map(|(_, errors)| errors));
            let own = messages(language);
            let ids = |of: &BTreeMap<String, BTreeSet<String>>| of.keys().cloned().collect::<BTreeSet<_>>();
            let differing: Vec<String> = ids(&own).symmetric_difference(&ids(&english)).cloned().collect();
            assert!(differing.is_empty(), "{}: {differing:?}", language.code);
            for (id, variables) in own {
                assert_eq!(variables, english[&id], "{}: {id}", language.code);
            }
        }
    }

    #[test]
    fn every_message_can_be_said() {
        for at in 0..LANGUAGES.len() {
            let (language, bundle) = (&LANGUAGES[at], &BUNDLES[at]);
            for (id, variables) in messages(language) {
                for count in [0, 1, 2, 3, 5, 11, 21, 100, 102] {
                    let mut args = FluentArgs::new();
                    for name in &variables {
                        let is_number = ["count", "seconds", "least", "most"].contains(&name.as_str());
                        let value = if is_number { FluentValue::from(count) } else { "x".into() };
                        args.set(name.clone(), value);
                    }
                    let mut errors = Vec::new();
                    let pattern = bundle.get_message(&id).unwrap().value().unwrap();
                    let said = bundle.format_pattern(pattern, Some(&args), &mut errors);
                    assert!(
                        errors.is_empty() && !said.trim().is_empty(),
                        "{}: {id}: {errors:?}",
                        language.code
                    );
                    assert!(!said.contains(['{', '}', '$']), "{}: {id}: {said}", language.code);
                }
            }
        }
    }

    #[test]
    fn no_message_is_unused_and_none_is_missing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = String::new();
        for folder in ["src/panel", "templates/panel"] {
            sources(&root.join(folder), &mut texts);
        }
        let english = messages(&LANGUAGES[0]);
        for id in english.keys() {
            assert!(texts.contains(&format!("\"{id}\"")), "{id} is said nowhere");
        }
        for call in [".say(\"", ".with(\"", ".count(\""] {
            for rest in texts.split(call).skip(1) {
                let id = rest.split('"').next().unwrap();
                assert!(english.contains_key(id), "{id} is no message");
            }
        }
    }

    #[test]
    fn plurals_are_those_of_the_language() {
        let said = |code: &str, id: &str, count| Words::of(code).unwrap().count(id, "count", count);
        for (count, russian) in
            [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (21, "21 день"), (104, "104 дня")]
        {
            assert_eq!(said("ru", "days", count), russian);
        }
        let arabic = |count| said("ar", "days", count).replace(['\u{2068}', '\u{2069}'], "");
        for (count, expected) in
            [(1, "يوم واحد"), (2, "يومان"), (3, "3 أيام"), (10, "10 أيام"), (11, "11 يومًا"), (100, "100 يوم")]
        {
            assert_eq!(arabic(count), expected);
        }
        assert_eq!([0, 1, 2].map(|count| said("en", "days", count)), ["0 days", "1 day", "2 days"]);
        assert_eq!(said("zh", "days", 1), "1 天");
    }

    #[test]
    fn browsers_get_what_they_want_most() {
        for (wanted, code) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
            ("fr, es;q=0.5, pt;q=0.7", Some("pt")),
            ("en;q=0.1, ru", Some("ru")),
            ("ZH-hant-TW", Some("zh")),
            ("ar-EG", Some("ar")),
            ("de;q=0, en;q=nonsense", None),
            ("*", None),
            ("", None),
            (";;,,=q", None),
        ] {
            assert_eq!(Words::wanted(wanted).map(Words::code), code, "{wanted}");
        }
        let codes: Vec<&str> = Words::all().map(|(code, _)| code).collect();
        assert_eq!(codes, claviger_domain::PANEL_LANGUAGES);
        let from_right = Words::all().filter(|(code, _)| Words::of(code).unwrap().direction() == "rtl");
        assert_eq!(from_right.map(|(code, _)| code).collect::<Vec<_>>(), ["ar"]);
    }
}
