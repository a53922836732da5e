//! A list of licenses as it is pasted or sent as a file: a key a line, or a table whose first line names the columns.

use std::collections::HashMap;

use claviger_domain::{Mask, Term, Unit, fold};

use super::{
    super::{
        checks::{check_line, check_remark},
        new_licenses::{LEVEL_MAX, NOTE_MAX},
    },
    table::{COLUMNS_MAX, Row, rows, separator},
};
use crate::shared::limits::NAME_MAX;

/// Licenses that are imported at once at most.
pub const IMPORT_MAX: usize = 200_000;

/// What licenses have where the list does not say it.
#[derive(Clone, Debug)]
pub struct Usual {
    /// Level.
    pub level: String,
    /// Seconds that each is worth.
    pub duration: i64,
    /// Remark.
    pub note: Option<String>,
}

/// A license of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Line in which it stands, counted from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// Seconds that it is worth.
    pub duration: i64,
    /// Level.
    pub level: String,
    /// Remark.
    pub note: Option<String>,
    /// Name of who used it.
    pub used_by: Option<String>,
}

/// A line that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Line, counted from 1.
    pub line: usize,
    /// What stands there as a key.
    pub key: String,
    /// Why it is not taken.
    pub why: String,
}

/// A list that was read.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Licenses that can be made, as far as the list alone tells.
    pub good: Vec<Listed>,
    /// Lines that cannot.
    pub refused: Vec<Refused>,
    /// Columns that say nothing to us.
    pub ignored: Vec<String>,
}

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Key,
    Level,
    Days,
    Expiry,
    Note,
    UsedBy,
}

/// What columns are called in other lists, by which a first line is known to name columns.
const OTHER_COLUMNS: [&str; 20] = [
    "activationcode",
    "cdkey",
    "code",
    "comment",
    "created",
    "date",
    "day",
    "id",
    "keys",
    "licence",
    "licencekey",
    "licenses",
    "productkey",
    "seconds",
    "serial",
    "serialkey",
    "serialnumber",
    "state",
    "status",
    "type",
];

/// The name of a column in small letters and digits alone.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

impl Column {
    fn of(name: &str) -> Option<Self> {
        Some(match plain(name).as_str() {
            "key" | "license" | "licensekey" => Self::Key,
            "level" => Self::Level,
            "days" | "duration" => Self::Days,
            "expiry" | "expires" | "until" => Self::Expiry,
            "note" => Self::Note,
            "usedby" | "user" | "username" => Self::UsedBy,
            _ => return None,
        })
    }
}

/// Reads a list. Whole lists that are none are told as a sentence.
///
/// # Errors
/// When there is nothing in it, or too much, or it is a table without a column of keys, or one that is broken.
pub fn read(text: &str, usual: &Usual, now: i64) -> Result<List, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let first = text.lines().find(|line| !line.trim().is_empty()).ok_or("The list is empty.")?;
    let separator = separator(first);
    let names = first.split(separator).take(COLUMNS_MAX + 1).map(|name| name.trim().trim_matches('"'));
    let names: Vec<&str> = names.collect();
    let columns: Vec<Option<Column>> = names.iter().map(|name| Column::of(name)).collect();
    let mut list = List::default();
    let is_table = columns.contains(&Some(Column::Key));
    if is_table && names.len() > COLUMNS_MAX {
        return Err(format!("A table has at most {COLUMNS_MAX} columns."));
    }
    let (columns, mut table) = if is_table {
        let unknown =
            names.iter().zip(&columns).filter(|(name, column)| column.is_none() && !name.is_empty());
        list.ignored = unknown.map(|(name, _)| (*name).chars().take(40).collect()).collect();
        (columns, rows(text, separator, IMPORT_MAX + 2)?)
    } else {
        if names_columns(&names) || is_in_columns(text, separator) {
            return Err("No column is called `key`: the first line of a table must name its columns. Keys that hold commas, \
                        semicolons or tabs are written between quotation marks, under a first line `key`."
                .into());
        }
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let plain = lines.map(|(n, line)| Row { line: n + 1, fields: vec![line.to_owned()] });
        // A line takes many times the bytes that made it: those beyond are told, and not kept.
        let plain = plain.take(IMPORT_MAX + 1);
        (vec![Some(Column::Key)], plain.collect())
    };
    if is_table {
        table.remove(0);
    }
    match table.len() {
        0 => return Err("There is no license under the names of the columns.".into()),
        count if count > IMPORT_MAX => {
            return Err(format!("The list is too long: at most {IMPORT_MAX} licenses are imported at once."));
        }
        _ => {}
    }
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(table.len());
    for row in table {
        match license(&row, &columns, usual, now) {
            Ok(license) => match seen.insert(fold(&license.key).into_owned(), license.line) {
                None => list.good.push(license),
                Some(line) => {
                    let why = format!("the same key stands in line {line}");
                    list.refused.push(Refused { line: license.line, key: license.key, why });
                }
            },
            Err((key, why)) => list.refused.push(Refused { line: row.line, key, why }),
        }
    }
    Ok(list)
}

/// Whether a first line names columns, though none of keys.
fn names_columns(names: &[&str]) -> bool {
    names.iter().any(|name| Column::of(name).is_some() || OTHER_COLUMNS.contains(&&*plain(name)))
}

/// Whether each line has as many separators as the others, and some.
fn is_in_columns(text: &str, separator: char) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let count = |line: &str| line.matches(separator).count();
    let first = lines.next().map_or(0, count);
    first > 0 && lines.all(|line| count(line) == first)
}

fn license(
    row: &Row,
    columns: &[Option<Column>],
    usual: &Usual,
    now: i64,
) -> Result<Listed, (String, String)> {
    let field = |wanted| {
        let at = columns.iter().position(|column| *column == Some(wanted))?;
        row.fields.get(at).map(|field| field.trim()).filter(|field| !field.is_empty())
    };
    let shown: String = field(Column::Key).unwrap_or_default().chars().take(80).collect();
    let refused = |why: String| (shown.clone(), why);
    if row.fields.len() > columns.len() {
        return Err(refused("there are more fields than columns".into()));
    }
    let key =
        Mask::new(field(Column::Key).unwrap_or_default()).map_err(|error| refused(error.to_string()))?;
    let duration = match (field(Column::Days), field(Column::Expiry)) {
        (Some(_), Some(_)) => return Err(refused("it has both a duration and an expiry".into())),
        (Some(text), None) | (None, Some(text)) => {
            let term = Term::parse(text, Unit::Days, now).map_err(|error| refused(error.to_string()))?;
            term.seconds(now)
        }
        (None, None) => usual.duration,
    };
    if duration <= 0 {
        return Err(refused("it would be worth no time".into()));
    }
    let level = match field(Column::Level) {
        Some(level) => check_line("a level", level, LEVEL_MAX).map_err(|error| refused(error.to_string()))?,
        None => usual.level.clone(),
    };
    if !level.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(format!("`{level}` is no level: write a number such as 1")));
    }
    let note = match field(Column::Note) {
        Some(note) => {
            Some(check_remark("a note", note, NOTE_MAX).map_err(|error| refused(error.to_string()))?)
        }
        None => usual.note.clone(),
    };
    let used_by =
        field(Column::UsedBy).map(|name| check_line("the name of a user", name, NAME_MAX)).transpose();
    let used_by = used_by.map_err(|error| refused(error.to_string()))?;
    Ok(Listed { line: row.line, key: key.as_str().into(), duration, level, note, used_by })
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_domain::NEVER;

    const NOW: i64 = 1_795_564_800;

    fn usual() -> Usual {
        Usual { level: "1".into(), duration: 60, note: None }
    }

    fn list(text: &str) -> List {
        read(text, &usual(), NOW).unwrap()
    }

    #[test]
    fn a_key_a_line() {
        let list = list("\u{FEFF}AAA-111\r\n\r\n  bbb,222 \naaa-111\n");
        let keys: Vec<_> = list.good.iter().map(|one| (one.line, one.key.as_str(), one.duration)).collect();
        assert_eq!(keys, [(1, "AAA-111", 60), (3, "bbb,222", 60)]);
        assert_eq!(
            list.refused,
            [Refused { line: 4, key: "aaa-111".into(), why: "the same key stands in line 1".into() }]
        );
    }

    #[test]
    fn a_table_without_a_column_of_keys_is_no_list_of_keys() {
        for text in [
            "licence,days\nAAAA-1,7",
            "Serial Number;note\nA;x;y",
            "AAAA-1,7\nAAAA-2,30\n",
            "AAAA-1\t7",
            "Licence\nAAAA-1\nAAAA-2",
            "\"code\"\nA",
            "Level\n1",
        ] {
            let why = read(text, &usual(), NOW).expect_err(text);
            assert!(why.starts_with("No column is called `key`"), "{text}: {why}");
        }
        for (text, keys) in [
            ("AA,1\nBB\n", &["AA,1", "BB"][..]),
            ("AA,1\nBB,2,3", &["AA,1", "BB,2,3"]),
            ("CODE-1\nLEVEL-2", &["CODE-1", "LEVEL-2"]),
            ("key\n\"AA,1\"\n\"BB,2\"", &["AA,1", "BB,2"]),
        ] {
            assert_eq!(list(text).good.iter().map(|one| &one.key).collect::<Vec<_>>(), keys, "{text}");
        }
    }

    #[test]
    fn a_table_names_its_columns() {
        let list = list(
            "Key;Level;Days;Note;Used By;colour\nA;2;30;\"for; you\";ann;red\nB;;never;;;\nC;;;;;\nD;x;1;;;\nE;1;-1;;;\n;1;1;;;\nF;1;1;;;;;",
        );
        assert_eq!(list.ignored, ["colour"]);
        let good: Vec<_> = list
            .good
            .iter()
            .map(|one| {
                (
                    one.key.as_str(),
                    one.level.as_str(),
                    one.duration,
                    one.note.as_deref(),
                    one.used_by.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            good,
            [
                ("A", "2", 2_592_000, Some("for; you"), Some("ann")),
                ("B", "1", NEVER, None, None),
                ("C", "1", 60, None, None)
            ]
        );
        let refused: Vec<_> = list.refused.iter().map(|one| (one.line, one.key.as_str())).collect();
        assert_eq!(refused, [(5, "D"), (6, "E"), (7, ""), (8, "F")]);
    }

    #[test]
    fn an_expiry_is_a_date() {
        let list = list("key,expiry\nA,2026-11-26\nB,2001-01-01\nC,never");
        assert_eq!(list.good.iter().map(|one| one.duration).collect::<Vec<_>>(), [86_400, NEVER]);
        assert_eq!(list.refused[0].why, "that date has passed");
    }

    #[test]
    fn what_is_no_list_is_told() {
        assert!(read(" \r\n", &usual(), NOW).unwrap_err().contains("empty"));
        assert!(read("key,level\n", &usual(), NOW).unwrap_err().contains("no license"));
        assert!(read(&"a\n".repeat(IMPORT_MAX + 1), &usual(), NOW).unwrap_err().contains("at most"));
        let table = format!("key,level\n{}", "a,1\n".repeat(IMPORT_MAX + 1));
        assert!(read(&table, &usual(), NOW).unwrap_err().contains("at most 200000 licenses"));
        let wide = format!("key{}\nA", ",x".repeat(COLUMNS_MAX));
        assert!(read(&wide, &usual(), NOW).unwrap_err().contains("at most 64 columns"));
        for line in [&*"x".repeat(71), "a\0b", "a\u{202E}b"] {
            assert_eq!(list(line).refused.len(), 1, "{line}");
        }
    }
}
