//! Parts of addresses that replies hold.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a segment of an address's path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of an address's path.
pub(crate) fn path_segment(text: &str) -> impl Display {
    utf8_percent_encode(text, SEGMENT)
}
