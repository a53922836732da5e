//! Texts of strangers.

/// At most `max` bytes of a text, in whole characters.
pub fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// Whether a text is an address that programs or this server could call.
pub(crate) fn is_url(text: &str) -> bool {
    let usable = url::Url::parse(text).is_ok_and(|url| claviger_outgoing::is_web(&url));
    // The parser forgives blanks and line ends; what is stored should be what is called.
    usable && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// How long a time is, in words and the largest fitting unit: `3 days`, `1 hour`. Seconds in, rounded down; less than a
/// minute is `moments`.
pub(crate) fn roughly(seconds: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let fitting = units.into_iter().map(|(unit, name)| (seconds / unit, name)).find(|(count, _)| *count > 0);
    match fitting {
        None => "moments".into(),
        Some((1, name)) => format!("1 {name}"),
        Some((count, name)) => format!("{count} {name}s"),
    }
}

/// An address as it may be shown and kept: its host. What follows may be a secret.
pub fn shown_target(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(parsed) => {
            let host = parsed.host_str().unwrap_or_default();
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            let rest = if parsed.path() == "/" && parsed.query().is_none() { "/" } else { "/…" };
            format!("{}://{host}{port}{rest}", parsed.scheme())
        }
        Err(_) => "no address".into(),
    }
}

/// The beginning of what came from elsewhere, as text; what no text may hold is replaced.
pub(crate) fn lossy_beginning(bytes: &[u8], max: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(max)]).replace('\0', "\u{fffd}");
    if bytes.len() > max { format!("{text}…") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_roughly() {
        let told = [-1, 0, 59, 60, 3599, 3600, 7200, 86_399, 86_400, 3 * 86_400 - 1].map(roughly);
        let expected = "moments moments moments 1_minute 59_minutes 1_hour 2_hours 23_hours 1_day 2_days";
        assert_eq!(told.map(|text| text.replace(' ', "_")).join(" "), expected);
    }

    #[test]
    fn of_an_address_only_the_host_is_shown() {
        for (url, shown) in [
            ("https://discord.com/api/webhooks/1/secret", "https://discord.com/…"),
            ("http://a.example:8080/?key=secret", "http://a.example:8080/…"),
            ("http://u:p@a.example", "http://a.example/"),
            ("nonsense", "no address"),
        ] {
            assert_eq!(shown_target(url), shown);
        }
    }

    #[test]
    fn what_came_is_cut_and_is_text() {
        assert_eq!(lossy_beginning(b"a\0b\xff", 10), "a\u{fffd}b\u{fffd}");
        assert_eq!(lossy_beginning("éé".as_bytes(), 3), "é\u{fffd}…");
    }
}
