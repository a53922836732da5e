//! Replies of the Seller API as files: of an object, each list is a table, and each object a row.

use std::{
    fmt,
    io::{self, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde::de::{DeserializeSeed, Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use super::{
    ForeignError,
    encoding::MARK,
    row::{COLUMNS_MAX, ForeignRow, ROW_MAX, RowFault},
};

/// The table of what stands at the top itself.
const TOP: &str = "reply";

/// Hands on the rows of a reply, until `each` says that it wants no more: of lists under their names, a single object as a
/// row of the table of its name, and what else there is at the top as a row of `reply`. A list without a name is `unnamed`.
/// `line` counts the rows of the file.
///
/// # Errors
/// When it cannot be read, or is no such JSON.
pub fn read_json(
    mut source: impl Read,
    unnamed: &str,
    each: &mut dyn FnMut(ForeignRow) -> bool,
) -> Result<(), ForeignError> {
    let mut begin = Vec::with_capacity(MARK.len());
    source.by_ref().take(MARK.len() as u64).read_to_end(&mut begin)?;
    let source = begin.strip_prefix(MARK).unwrap_or(&begin).chain(source);
    let read = AtomicUsize::new(0);
    let mut sink = Sink { each, read: &read, rows: 0, stopped: false };
    let mut parser = Deserializer::from_reader(BufReader::new(Bounded { source, read: &read }));
    let outcome = parser.deserialize_any(Top { sink: &mut sink, unnamed }).and_then(|()| parser.end());
    let stopped = sink.stopped;
    match outcome {
        Err(_) if stopped => Ok(()),
        outcome => outcome.map_err(ForeignError::Json),
    }
}

/// Refuses a row that is too long, of which nobody knows in time otherwise.
struct Bounded<'a, R> {
    source: R,
    read: &'a AtomicUsize,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        if self.read.fetch_add(count, Ordering::Relaxed) > ROW_MAX {
            return Err(io::Error::other("a row has more than 16 MiB"));
        }
        Ok(count)
    }
}

struct Sink<'a> {
    each: &'a mut dyn FnMut(ForeignRow) -> bool,
    read: &'a AtomicUsize,
    rows: u64,
    stopped: bool,
}

impl Sink<'_> {
    fn row<E: serde::de::Error>(&mut self, table: &str, fields: Map<String, Value>) -> Result<(), E> {
        self.read.store(0, Ordering::Relaxed);
        self.rows += 1;
        let fault = (fields.len() > COLUMNS_MAX).then_some(RowFault::Fields(fields.len()));
        let readable = fields.into_iter().filter(|_| fault.is_none());
        let (columns, values): (Vec<String>, Vec<_>) =
            readable.map(|(name, value)| (name, plain(value))).unzip();
        let (table, columns) = (Arc::from(table), columns.into());
        if (self.each)(ForeignRow { table, line: self.rows, columns, values, fault }) {
            return Ok(());
        }
        self.stopped = true;
        Err(E::custom("no more is wanted"))
    }
}

/// A value as a database would have it; lists and objects stay JSON.
fn plain(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(if flag { b"1".to_vec() } else { b"0".to_vec() }),
        Value::String(text) => Some(text.into_bytes()),
        other => Some(other.to_string().into_bytes()),
    }
}

struct Top<'a, 'b> {
    sink: &'a mut Sink<'b>,
    unnamed: &'a str,
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut rest, mut size) = (Map::new(), 0);
        while let Some(name) = map.next_key::<String>()? {
            let field = Field { sink: &mut *self.sink, table: &name };
            if let Some(value) = map.next_value_seed(field)?
                && rest.len() <= COLUMNS_MAX
            {
                // The bytes that are read are counted anew after each row, and rows may stand in between.
                size += name.len() + value.as_str().map_or(0, str::len);
                if size > ROW_MAX {
                    return Err(A::Error::custom("a row has more than 16 MiB"));
                }
                rest.insert(name, value);
            }
        }
        if rest.is_empty() { Ok(()) } else { self.sink.row(TOP, rest) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Field { sink: self.sink, table: self.unnamed }.visit_seq(seq).map(drop)
    }
}

/// The value of a name at the top: handed on where it is rows, else returned.
struct Field<'a, 'b> {
    sink: &'a mut Sink<'b>,
    table: &'a str,
}

impl<'de> DeserializeSeed<'de> for Field<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($visit:ident: $type:ty),*) => {
        $(fn $visit<E: serde::de::Error>(self, value: $type) -> Result<Self::Value, E> {
            Ok(Some(Value::from(value)))
        })*
    };
}

impl<'de> Visitor<'de> for Field<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    scalars! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, value)) = map.next_entry()? {
            fields.insert(name, value);
        }
        self.sink.row(self.table, fields)?;
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while let Some(value) = seq.next_element::<Value>()? {
            // A list of names, say, tells nothing that could be kept.
            if let Value::Object(fields) = value {
                self.sink.row(self.table, fields)?;
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Result<String, ForeignError> {
        let mut lines = Vec::new();
        read_json(text.as_bytes(), "users", &mut |row| {
            let cells = row.columns.iter().zip(&row.values).map(|(name, value)| match value {
                Some(value) => format!("{name}={}", String::from_utf8_lossy(value)),
                None => format!("{name} null"),
            });
            lines.push(format!("{} {}: {}", row.line, row.table, cells.collect::<Vec<_>>().join(", ")));
            true
        })?;
        Ok(lines.join("\n"))
    }

    #[test]
    fn replies_are_tables() {
        for (reply, rows) in [
            (
                r#"{"success":true,"users":[{"username":"a","hwid":null,"n":1},{"username":"b","s":[{"x":1}]}]}"#,
                "1 users: hwid null, n=1, username=a\n2 users: s=[{\"x\":1}], username=b\n3 reply: success=1",
            ),
            (r#"{"appdetails":{"name":"x"}}"#, "1 appdetails: name=x"),
            (r#"[{"username":"a"}]"#, "1 users: username=a"),
            (r#"{"usernames":["a","b"],"empty":[]}"#, ""),
            ("[]", ""),
            ("\u{FEFF}{\"users\":[{\"a\":1}]}", "1 users: a=1"),
        ] {
            assert_eq!(shown(reply).expect(reply), rows, "{reply}");
        }
    }

    #[test]
    fn what_is_no_reply_is_told() {
        for text in ["", "7", "{", r#"{"users":[{"#, "[] x", "{\"a\":\u{1}}"] {
            assert!(shown(text).is_err(), "{text}");
        }
        let long = format!(r#"{{"users":[{{"a":"{}"}}]}}"#, "x".repeat(ROW_MAX + (1 << 17)));
        let error = shown(&long).expect_err("too long").to_string();
        assert!(error.contains("16 MiB"), "{error}");
        // Rows in between do not let what stands beside them grow.
        let half = "x".repeat(ROW_MAX / 2 + 1);
        let error = shown(&format!(r#"{{"a":"{half}","users":[{{}}],"b":"{half}"}}"#)).expect_err("too long");
        assert!(error.to_string().contains("16 MiB"), "{error}");
    }

    proptest! {
        #[test]
        fn anything_is_read(text in "\\PC*") {
            let _ = shown(&text);
        }
    }
}
