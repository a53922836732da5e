//! A row of an export, read by the names of its columns.

use std::sync::Arc;

use claviger_archive::foreign::ForeignRow;
use claviger_domain::{NEVER, SECONDS_MAX, in_one_line, parse_date, tidy, trimmed};

use crate::shared::text::cut;

/// Bytes of a name that are shown in a report.
const SHOWN: usize = 80;
/// Latest second that is taken for one: the end of the year 9999.
const SECOND_MAX: i64 = 253_402_300_799;

/// A row of an export.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Which one it is of its table and application, counted from 1.
    pub number: i64,
    /// Line of the file.
    pub line: u64,
    columns: Arc<[String]>,
    values: Vec<Option<Vec<u8>>>,
    fault: Option<String>,
}

impl Record {
    pub(super) fn new(row: ForeignRow, number: i64) -> Self {
        let ForeignRow { line, columns, values, fault, .. } = row;
        let fault = fault.map(|fault| fault.to_string());
        Self { number, line, columns, values, fault }
    }

    /// Bytes that it takes, roughly; the rows of a reply have names of columns of their own.
    pub(super) fn size(&self) -> usize {
        let columns = self.columns.iter().map(|name| name.len() + 16);
        let values = self.values.iter().map(|value| value.as_ref().map_or(0, Vec::len) + 24);
        columns.chain(values).sum::<usize>() + 64
    }

    /// Why nothing of it can be read, if that is so.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Lets nothing of it be read.
    pub(super) fn refuse(&mut self, why: String) {
        self.fault = Some(why);
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name.eq_ignore_ascii_case(column))
    }

    /// The bytes of the first of some columns that is there and not null.
    pub(super) fn bytes(&self, columns: &[&str]) -> Option<&[u8]> {
        columns.iter().find_map(|column| {
            let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))?;
            self.values.get(at)?.as_deref()
        })
    }

    /// Replaces the text of a column, where there is one.
    pub(super) fn replace(&mut self, column: &str, with: impl FnOnce(&str) -> Option<String>) {
        let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column));
        let Some(Some(value)) = at.and_then(|at| self.values.get_mut(at)) else { return };
        if let Some(new) = std::str::from_utf8(value).ok().and_then(with) {
            *value = new.into_bytes();
        }
    }

    /// The text of the first of some columns that is there, without blanks around it; none where it is empty.
    pub(super) fn text(&self, columns: &[&str]) -> Result<Option<&str>, String> {
        let Some(bytes) = self.bytes(columns) else { return Ok(None) };
        let text = std::str::from_utf8(bytes)
            .map_err(|_| format!("`{}` is broken: it is no UTF-8", columns.first().unwrap_or(&"")))?;
        Ok(Some(trimmed(text)).filter(|text| !text.is_empty()))
    }

    /// A text that must be there.
    pub(super) fn needed(&self, columns: &[&str]) -> Result<&str, String> {
        self.text(columns)?.ok_or_else(|| format!("`{}` is empty", columns.first().unwrap_or(&"")))
    }

    /// A text for people, in a line and cut to so many bytes: it must not keep the row from being taken.
    pub(super) fn remark(&self, columns: &[&str], max: usize) -> Option<String> {
        let bytes = self.bytes(columns)?;
        let text = String::from_utf8_lossy(bytes);
        let line = in_one_line(tidy(&text));
        let text = tidy(cut(&line, max));
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A whole number; digits behind a dot are left out.
    pub(super) fn number(&self, columns: &[&str]) -> Result<Option<i64>, String> {
        let Some(text) = self.text(columns)? else { return Ok(None) };
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        whole.parse().map(Some).map_err(|_| format!("`{}` is no number", columns.first().unwrap_or(&"")))
    }

    /// A Unix second, also one that is written as a date; none where it is zero.
    pub(super) fn second(&self, columns: &[&str]) -> Result<Option<i64>, String> {
        if let Some(second) = self.text(columns)?.and_then(parse_date) {
            return Ok(Some(second.max(0)).filter(|second| *second != 0));
        }
        match self.number(columns)?.filter(|second| *second != 0) {
            Some(second) if !(0..=SECOND_MAX).contains(&second) => {
                Err(format!("`{}` is no Unix second: {second}", columns.first().unwrap_or(&"")))
            }
            second => Ok(second),
        }
    }

    /// A duration; one of more than a thousand years never ends.
    pub(super) fn duration(&self, columns: &[&str]) -> Result<Option<i64>, String> {
        let Some(text) = self.text(columns)? else { return Ok(None) };
        let digits = text.split_once('.').map_or(text, |(whole, _)| whole);
        if digits.len() > 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Some(NEVER));
        }
        let seconds = self.number(columns)?;
        Ok(seconds.map(|seconds| if seconds > SECONDS_MAX { NEVER } else { seconds }))
    }

    /// A flag; `None` where nothing says it.
    pub(super) fn flag(&self, columns: &[&str]) -> Result<Option<bool>, String> {
        let Some(bytes) = self.bytes(columns) else { return Ok(None) };
        match bytes {
            // As BIT columns are dumped.
            [0] | b"0" | b"" | b"false" => Ok(Some(false)),
            [1] | b"1" | b"true" => Ok(Some(true)),
            _ => Err(format!("`{}` is neither 0 nor 1", columns.first().unwrap_or(&""))),
        }
    }

    /// What it is called in a report.
    pub(super) fn shown(&self, columns: &[&str]) -> String {
        self.remark(columns, SHOWN).unwrap_or_default()
    }
}
