//! Quotation marks of a table as CSV that stand where none may. A reader of fields makes something of them as well: of one that
//! is never closed, a field with all the rows behind it.

use super::ForeignError;

/// Where in a field it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Begin,
    Plain,
    Quoted,
    /// Behind a mark that closes the field, or is the first half of one that belongs to it.
    Closed,
}

/// Looks at all bytes of a table, in their order.
pub(super) struct Quotes {
    separator: u8,
    place: Place,
    line: u64,
    /// Line of the last mark that opened a field.
    opened: u64,
}

impl Quotes {
    pub(super) fn new(separator: u8) -> Self {
        Self { separator, place: Place::Begin, line: 1, opened: 1 }
    }

    /// Looks at what comes next.
    ///
    /// # Errors
    /// When something stands between the mark that closes a field and the field's end.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Result<(), ForeignError> {
        for byte in bytes {
            self.line += u64::from(*byte == b'\n');
            self.place = match (self.place, *byte) {
                (Place::Quoted, b'"') => Place::Closed,
                (Place::Quoted, _) => Place::Quoted,
                (Place::Closed, b'"') => Place::Quoted,
                (Place::Begin, b'"') => {
                    self.opened = self.line;
                    Place::Quoted
                }
                (_, b'\n' | b'\r') => Place::Begin,
                (_, byte) if byte == self.separator => Place::Begin,
                (Place::Closed, b' ' | b'\t') => Place::Closed,
                (Place::Closed, _) => {
                    let what = "something stands behind the quotation mark that closes a field: within a field that is quoted, \
                                a mark is written twice";
                    return Err(ForeignError::Malformed { line: self.line, what: what.into() });
                }
                (Place::Begin | Place::Plain, _) => Place::Plain,
            };
        }
        Ok(())
    }

    /// Sees to it that nothing is open at the end.
    ///
    /// # Errors
    /// When a field was opened and never closed.
    pub(super) fn end(&self) -> Result<(), ForeignError> {
        if self.place != Place::Quoted {
            return Ok(());
        }
        let what = "a quotation mark opens a field here that is never closed: close it; one that belongs to the field is written \
                    twice, in a field that is quoted";
        Err(ForeignError::Malformed { line: self.opened, what: what.into() })
    }
}
