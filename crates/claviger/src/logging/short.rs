//! Lines of the log that would be very long: what strangers send may stand in them.

use serde_json::{Map, Value};

use super::writer::LINE_MAX;

/// Room for the name of the request, which is added to a line.
const NAME: usize = 128;
/// What is left of a text in a line of JSON that is too long, in bytes; and where that does not suffice.
const TEXTS: [usize; 2] = [512, 32];

/// The line, shorter if need be. One of JSON stays one.
pub(super) fn line(line: String) -> String {
    let room = LINE_MAX - NAME;
    if line.len() <= room {
        return line;
    }
    match serde_json::from_str::<Map<String, Value>>(&line) {
        Ok(fields) => TEXTS.map(|text| object(&fields, text)).into_iter().find(|line| line.len() <= room),
        Err(_) => Some(format!("{}\n", cut(line.trim_end(), room))),
    }
    .unwrap_or_else(|| {
        "{\"level\":\"WARN\",\"message\":\"a line with very many fields was left out\"}\n".into()
    })
}

fn object(fields: &Map<String, Value>, most: usize) -> String {
    let shorter = |value: &Value| match value {
        Value::String(text) => cut(text, most).into(),
        other => other.clone(),
    };
    let fields: Map<_, _> = fields.iter().map(|(name, value)| (name.clone(), shorter(value))).collect();
    format!("{}\n", Value::Object(fields))
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.into();
    }
    format!("{}…", &text[..text.floor_char_boundary(most.saturating_sub('…'.len_utf8()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays() {
        let line = format!("{{\"message\":\"{}\"}}\n", "x".repeat(3_000));
        assert_eq!(super::line(line.clone()), line);
    }

    #[test]
    fn json_stays_json() {
        let text = "\u{1}é\"".repeat(40_000);
        let long =
            format!("{}\n", serde_json::json!({ "level": "WARN", "message": text, "n": 7, "target": "x" }));
        let short = line(long);
        assert!(short.len() <= LINE_MAX - NAME && short.ends_with("}\n"), "{short}");
        let told: Value = serde_json::from_str(&short).expect("JSON");
        assert_eq!((&told["level"], &told["n"], &told["target"]), (&"WARN".into(), &7.into(), &"x".into()));
        assert!(
            told["message"].as_str().is_some_and(|text| text.starts_with("\u{1}é\"") && text.ends_with('…'))
        );
    }

    #[test]
    fn many_fields_are_cut_more_or_left_out() {
        for count in [60, 600] {
            let fields: Map<_, _> = (0..count).map(|n| (n.to_string(), "x".repeat(900).into())).collect();
            let short = line(format!("{}\n", Value::Object(fields)));
            assert!(short.len() <= LINE_MAX - NAME, "{}", short.len());
            serde_json::from_str::<Value>(&short).expect("JSON");
        }
    }

    #[test]
    fn a_line_for_people_is_cut() {
        let short = line(format!("2026 WARN {}\n", "é".repeat(9_000)));
        assert!(short.len() <= LINE_MAX - NAME + 1 && short.ends_with("…\n"), "{short}");
    }
}
