//! A text that begins with what is to be done: `ban user mara` is about `mara`.

/// How it is told that somebody asks why.
pub(super) const WHY: &str = "Why";
/// Words that tell what is to be done, and how that is told.
const VERBS: [(&str, &str); 10] = [
    ("ban", "Ban"),
    ("unban", "Unban"),
    ("reset", "Reset devices"),
    ("extend", "Extend"),
    ("pause", "Pause"),
    ("unpause", "Unpause"),
    ("kill", "End sessions"),
    ("end", "End sessions"),
    ("delete", "Delete"),
    ("why", WHY),
];
/// Words between that and whom it is about.
const BETWEEN: [&str; 10] =
    ["user", "users", "license", "licenses", "key", "device", "devices", "hwid", "session", "sessions"];

/// What is to be done, if the text tells, and whom it is about.
pub(super) fn wish(text: &str) -> (Option<&'static str>, String) {
    let mut words = text.split_whitespace().peekable();
    let first = words.next().unwrap_or_default().to_lowercase();
    let verb = VERBS.iter().find(|(word, _)| *word == first).map(|(_, told)| *told);
    while words.next_if(|word| BETWEEN.contains(&word.to_lowercase().as_str()) || *word == "of").is_some() {}
    let rest = words.collect::<Vec<_>>().join(" ");
    match verb {
        Some(verb) if !rest.is_empty() => (Some(verb), rest),
        _ => (None, text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_is_about_stands_behind_the_verb() {
        for (text, verb, rest) in [
            ("ban user mara", Some("Ban"), "mara"),
            ("Reset devices of o.brien", Some("Reset devices"), "o.brien"),
            ("ban", None, "ban"),
            ("ban user", None, "ban user"),
            ("user mara", None, "user mara"),
            ("  ABC - DEF  ", None, "  ABC - DEF  "),
            ("", None, ""),
        ] {
            assert_eq!(wish(text), (verb, rest.to_owned()), "{text}");
        }
    }
}
