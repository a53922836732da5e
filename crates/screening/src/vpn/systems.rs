//! The table of autonomous systems: which provider has which addresses.

use std::{collections::HashMap, path::Path};

use super::{
    Entry,
    entry::{digits, shown, span},
    ranges::Ranges,
};
use crate::{ScreeningError, lines::for_each_line};

/// The systems that a list names, and whether the table has them.
pub(super) type Systems = HashMap<u32, bool>;

/// Adds the addresses of the systems named to `ranges`, and marks those that the table has. Of all others, which are
/// nearly all, nothing is kept.
pub(super) fn add_ranges(
    table: &Path,
    systems: &mut Systems,
    ranges: &mut Ranges,
) -> Result<(), ScreeningError> {
    for_each_line(table, |line| {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (entry, system) = parse_row(line)?;
        if let Some(found) = systems.get_mut(&system) {
            *found = true;
            ranges.push(entry);
        }
        Ok(())
    })
}

/// Reads a row: first address, last address, system, and what does not matter here, separated by tabs.
fn parse_row(line: &str) -> Result<(Entry, u32), String> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default().trim();
    let (first, last, system) = (cell(), cell(), cell());
    let row = || {
        format!(
            "`{}` is no row of a table of autonomous systems: name the file ip2asn-combined.tsv or .tsv.gz, \
             with first address, last address and number, separated by tabs",
            shown(line)
        )
    };
    let first = first.parse().map_err(|_| row())?;
    let last = last.parse().map_err(|_| row())?;
    let system = digits(system).ok_or_else(row)?;
    let entry = span(first, last, line).map_err(|error| error.to_string())?;
    Ok((entry, system))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_rows() {
        let row = "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET";
        assert_eq!(parse_row(row), Ok((Entry::V4(0x0100_0000, 0x0100_00FF), 13335)));
        assert_eq!(parse_row("::\t::ff\t0\tNone\tNot routed"), Ok((Entry::V6(0, 255), 0)));
        assert_eq!(parse_row("::\t::ff\t7"), Ok((Entry::V6(0, 255), 7)));
        for (row, reason) in [
            ("16777216\t16777471\t13335\tUS\tX", "is no row of a table"),
            ("1.0.0.0,1.0.0.255,13335", "is no row of a table"),
            ("1.0.0.0\t1.0.0.255", "is no row of a table"),
            ("1.0.0.0\t1.0.0.255\tAS1", "is no row of a table"),
            ("1.0.0.0\t1.0.0.255\t-1", "is no row of a table"),
            ("1.0.0.0\t::1\t1", "are IPv4 and IPv6"),
            ("1.0.0.1\t1.0.0.0\t1", "ends before it begins"),
            ("\u{0}\u{0}", "is no row of a table"),
        ] {
            assert!(parse_row(row).unwrap_err().contains(reason), "{row}");
        }
    }

    proptest! {
        #[test]
        fn takes_any_text(line in any::<String>()) {
            let _ = parse_row(&line);
        }
    }
}
