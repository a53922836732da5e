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

/// Fields of a row that are kept: one more than any table has columns. Each takes many times the byte that made it.
const FIELDS_KEPT: usize = COLUMNS_MAX + 1;
/// Columns that a table has at most.
pub(super) const COLUMNS_MAX: usize = 64;

/// The rows of a table, no more than `most`; blank lines are none.
///
/// # Errors
/// When a quotation mark stands where none may: one that is never closed would make one field of all rows behind it.
pub(super) fn rows(text: &str, separator: char, most: usize) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let (mut fields, mut field, mut quoted, mut was_quoted) = (Vec::new(), String::new(), false, false);
    // Whether a mark has closed the field, and the line in which one has opened it.
    let (mut closed, mut opened) = (false, 1);
    // Whether the field has only blanks so far: looking through it for each quote would take for ever on hostile lists.
    let mut blank = true;
    let (mut line, mut begun) = (1, 1);
    let mut characters = text.chars().peekable();
    let keep = |fields: &mut Vec<String>, field: &mut String| {
        let field = std::mem::take(field);
        if fields.len() < FIELDS_KEPT {
            fields.push(field);
        }
    };
    let end = |rows: &mut Vec<Row>,
               fields: &mut Vec<String>,
               field: &mut String,
               begun: usize,
               was_quoted: bool| {
        keep(fields, field);
        let all = std::mem::take(fields);
        if was_quoted || all.iter().any(|field| !field.trim().is_empty()) {
            rows.push(Row { line: begun, fields: all });
        }
    };
    while rows.len() < most
        && let Some(character) = characters.next()
    {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if blank && !quoted => {
                field.clear();
                (quoted, was_quoted, blank, opened) = (true, true, false, line);
            }
            '\n' if !quoted => {
                if field.ends_with('\r') {
                    field.pop();
                }
                end(&mut rows, &mut fields, &mut field, begun, was_quoted);
                (was_quoted, blank, closed) = (false, true, false);
                line += 1;
                begun = line;
                continue;
            }
            character if character == separator && !quoted => {
                keep(&mut fields, &mut field);
                (blank, closed) = (true, false);
            }
            character if closed && !character.is_whitespace() => {
                return Err(format!(
                    "Line {line}: something stands behind the quotation mark that closes a field. Within a field that is \
                     quoted, a mark is written twice."
                ));
            }
            character => {
                blank &= character.is_whitespace();
                field.push(character);
            }
        }
        if character == '\n' {
            line += 1;
        }
    }
    if quoted {
        return Err(format!(
            "Line {opened}: a quotation mark opens a field that is never closed. Close it; one that belongs to the field is \
             written twice, in a field that is quoted."
        ));
    }
    if !field.is_empty() || !fields.is_empty() {
        end(&mut rows, &mut fields, &mut field, begun, was_quoted);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        read_or_why(text).expect(text)
    }

    fn read_or_why(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
        let rows = rows(text, separator(text.lines().next().unwrap_or_default()), 1000)?;
        Ok(rows.into_iter().map(|row| (row.line, row.fields)).collect())
    }

    #[test]
    fn marks_that_are_never_closed_are_told() {
        for (text, told) in [
            ("\"never closed\nA,B", "Line 1: a quotation mark opens"),
            ("key,note\nA,\"x\ny\"\nB,\"height 6\nC,\nD,", "Line 4: a quotation mark opens"),
            ("key,note\nA,\"height 6\nB,\"x\"\n", "Line 3: something stands behind"),
            ("key,note\nA,\"", "Line 2: a quotation mark opens"),
        ] {
            let why = read_or_why(text).expect_err(text);
            assert!(why.starts_with(told), "{text}: {why}");
        }
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
        assert_eq!(read("\"A\" ,\"\"\r\nB\"B,\"\n\"\"\""), [row(1, &["A ", ""]), row(2, &["B\"B", "\n\""])]);
    }

    /// Each quote once looked through all blanks before it: this took days.
    #[test]
    fn hostile_lists_take_no_longer_than_others() {
        const MANY: usize = 2_000_000;
        let list = format!("{}x{}\nB", " ".repeat(MANY), "\"".repeat(MANY));
        let read = read(&list);
        assert_eq!((read.len(), read[0].1[0].len()), (2, 2 * MANY + 1));
        let list = format!("{}\nB", "\"\",".repeat(MANY / 4));
        assert_eq!(rows(&list, ',', 9).expect("rows").len(), 2);
        // Nor do they take much more memory than their text.
        assert_eq!(rows(&",".repeat(MANY), ',', 9), Ok(vec![]));
        assert_eq!(rows(&"A,".repeat(MANY), ',', 9).expect("rows")[0].fields.len(), COLUMNS_MAX + 1);
        assert_eq!(rows(&"A\n".repeat(MANY), ',', 9).expect("rows").len(), 9);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(table in prop::collection::vec(prop::collection::vec("[ -~\n\u{e9}]{1,8}", 2..4), 1..6)) {
            let written: Vec<String> = table
                .iter()
                .map(|row| row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect::<Vec<_>>().join(","))
                .collect();
            let read: Vec<Vec<String>> = rows(&written.join("\n"), ',', 1000).expect("rows").into_iter().map(|row| row.fields).collect();
            prop_assert_eq!(read, table);
        }

        #[test]
        fn anything_is_read(text in "\\PC*") {
            let _ = read_or_why(&text);
        }
    }
}
