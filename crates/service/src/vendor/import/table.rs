//! Reading a table: lines of fields, quoted where they hold separators or line ends (RFC 4180).

/// A row with the number of the line in which it begins, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) fields: Vec<String>,
}

/// The separator that the first line of a table uses most.
pub(super) fn separator(line: &str) -> char {
    [',', ';', '\t']
        .into_iter()
        .max_by_key(|separator| (line.matches(*separator).count(), *separator == ','))
        .unwrap_or(',')
}

/// The rows of a table; blank lines are none.
pub(super) fn rows(text: &str, separator: char) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut fields, mut field, mut quoted, mut was_quoted) = (Vec::new(), String::new(), false, false);
    let (mut line, mut begun) = (1, 1);
    let mut characters = text.chars().peekable();
    let mut end = |fields: &mut Vec<String>, field: &mut String, begun: usize, was_quoted: bool| {
        fields.push(std::mem::take(field));
        let all = std::mem::take(fields);
        if was_quoted || all.iter().any(|field| !field.trim().is_empty()) {
            rows.push(Row { line: begun, fields: all });
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                (quoted, was_quoted) = (true, true);
            }
            '\n' if !quoted => {
                if field.ends_with('\r') {
                    field.pop();
                }
                end(&mut fields, &mut field, begun, was_quoted);
                was_quoted = false;
                line += 1;
                begun = line;
                continue;
            }
            character if character == separator && !quoted => fields.push(std::mem::take(&mut field)),
            character => field.push(character),
        }
        if character == '\n' {
            line += 1;
        }
    }
    if !field.is_empty() || !fields.is_empty() {
        end(&mut fields, &mut field, begun, was_quoted);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        rows(text, separator(text.lines().next().unwrap_or_default()))
            .into_iter()
            .map(|row| (row.line, row.fields))
            .collect()
    }

    #[test]
    fn tables_are_read() {
        let row = |line, fields: &[&str]| (line, fields.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            read("key,note\r\nA,\"x, \"\"y\"\"\"\r\n\r\nB,\n"),
            [row(1, &["key", "note"]), row(2, &["A", "x, \"y\""]), row(4, &["B", ""])]
        );
        assert_eq!(read("key;days\nA;1"), [row(1, &["key", "days"]), row(2, &["A", "1"])]);
        assert_eq!(
            read("a\tb\n\"x\ny\"\tz\nlast\t"),
            [row(1, &["a", "b"]), row(2, &["x\ny", "z"]), row(4, &["last", ""])]
        );
        assert_eq!(read("\n \n,\n"), []);
        assert_eq!(read("A\"B"), [row(1, &["A\"B"])]);
        assert_eq!(read("\"never closed\nA,B"), [row(1, &["never closed\nA,B"])]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(table in prop::collection::vec(prop::collection::vec("[ -~\n\u{e9}]{1,8}", 2..4), 1..6)) {
            let written: Vec<String> = table
                .iter()
                .map(|row| row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect::<Vec<_>>().join(","))
                .collect();
            let read: Vec<Vec<String>> = rows(&written.join("\n"), ',').into_iter().map(|row| row.fields).collect();
            prop_assert_eq!(read, table);
        }

        #[test]
        fn anything_is_read(text in "\\PC*") {
            let _ = read(&text);
        }
    }
}
