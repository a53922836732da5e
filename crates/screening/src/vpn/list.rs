//! The list of addresses, as requests ask it.

use std::{net::IpAddr, path::Path};

use super::{
    Entry, parse_entry,
    ranges::{Ranges, holds},
    systems::{self, Systems},
};
use crate::{ScreeningError, lines::for_each_line};

/// Addresses of VPNs, proxies and hosting providers: sorted ranges in memory, eight bytes for one of IPv4, 32 for one
/// of IPv6.
pub struct VpnList {
    ranges: Ranges,
    unknown_systems: usize,
}

impl VpnList {
    /// Reads a list and, for the autonomous systems it names, the table of their addresses. Blocks.
    ///
    /// The list is a text file with an address, a network, a range or an autonomous system a line. The table is in the
    /// TSV form of the public ip2asn data. Either may be packed with gzip.
    ///
    /// # Errors
    /// When a file cannot be read or has a line that says something else, when the list names autonomous systems
    /// without a table, and when nothing is listed: that is a failed download more often than an intention.
    pub fn load(list: &Path, asn_table: Option<&Path>) -> Result<Self, ScreeningError> {
        let mut ranges = Ranges::default();
        let mut systems = Systems::new();
        for_each_line(list, |line| {
            match parse_entry(line).map_err(|error| error.to_string())? {
                Some(Entry::System(system)) if asn_table.is_none() => {
                    return Err(format!(
                        "AS{system} needs a table of autonomous systems: name one too \
                         (ip2asn-combined.tsv.gz of iptoasn.com), or list networks instead"
                    ));
                }
                Some(Entry::System(system)) => drop(systems.insert(system, false)),
                Some(range) => ranges.push(range),
                None => {}
            }
            Ok(())
        })?;
        if let Some(table) = asn_table.filter(|_| !systems.is_empty()) {
            systems::add_ranges(table, &mut systems, &mut ranges)?;
        }
        ranges.settle();
        if ranges.len() == 0 {
            return Err(ScreeningError::unusable(list, nothing_listed(systems.is_empty())));
        }
        let unknown_systems = systems.values().filter(|found| !**found).count();
        Ok(Self { ranges, unknown_systems })
    }

    /// Whether `address` is on the list. An IPv4 address counts as such in IPv6's notation too.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => holds(&self.ranges.v4, address.to_bits()),
            IpAddr::V6(address) => holds(&self.ranges.v6, address.to_bits()),
        }
    }

    /// How many ranges there are, after joining those that overlap or touch.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether no address is listed; never so for a list that was loaded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the autonomous systems named are not in the table. A few are normal, since systems come and go;
    /// many tell of an old table or one of IPv6 alone.
    pub fn unknown_systems(&self) -> usize {
        self.unknown_systems
    }
}

fn nothing_listed(no_systems: bool) -> &'static str {
    if no_systems {
        "lists nothing: write an address, network, range or autonomous system a line, or do not name the file"
    } else {
        "lists only autonomous systems that are not in the table: download the table again (ip2asn-combined.tsv.gz)"
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fmt::Write as _,
        fs,
        net::{Ipv4Addr, Ipv6Addr},
        path::PathBuf,
    };

    use proptest::prelude::*;

    use super::*;

    const TABLE: &str = "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n\
                         1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n\
                         1.0.4.0\t1.0.7.255\t38803\tAU\tGTELECOM\n\
                         2001:db8::\t2001:db8::ffff\t38803\tAU\tGTELECOM\n";

    fn load(list: &str, table: Option<&str>) -> Result<VpnList, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| -> PathBuf {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let table = table.map(|text| path("table.tsv", text));
        let loaded = VpnList::load(&path("vpn.txt", list), table.as_deref());
        let folder = format!("{}/", folder.path().display());
        loaded.map_err(|error| error.to_string().replace(&folder, ""))
    }

    fn has(list: &VpnList, address: &str) -> bool {
        list.contains(address.parse().unwrap())
    }

    #[test]
    fn finds_networks_and_systems() {
        let text = "# VPNs\n\n192.0.2.0/25\n192.0.2.128/25 # touches\nAS38803\nAS64500\n2001:db8:1::/48\n";
        let list = load(text, Some(TABLE)).unwrap();
        assert_eq!((list.len(), list.unknown_systems(), list.is_empty()), (4, 1, false));
        for address in ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7", "1.0.4.0", "1.0.7.255"] {
            assert!(has(&list, address), "{address}");
        }
        assert!(has(&list, "2001:db8::ffff") && has(&list, "2001:db8:1::"));
        for address in ["192.0.3.0", "1.0.0.1", "1.0.8.0", "::192.0.2.7", "2001:db8::1:0", "2001:db8:2::"] {
            assert!(!has(&list, address), "{address}");
        }
    }

    #[test]
    fn all_of_ipv6_is_nothing_of_ipv4() {
        let list = load("::/0", None).unwrap();
        assert!(has(&list, "2001:db8::1") && !has(&list, "192.0.2.1") && !has(&list, "::ffff:192.0.2.1"));
    }

    #[test]
    fn errors_say_what_to_do() {
        let error = |list: &str, table: Option<&str>| load(list, table).err().unwrap();
        assert_eq!(
            error("192.0.2.1\nAS64500", None),
            "vpn.txt, line 2: AS64500 needs a table of autonomous systems: name one too \
             (ip2asn-combined.tsv.gz of iptoasn.com), or list networks instead"
        );
        assert_eq!(
            error("# nothing\n", Some(TABLE)),
            "vpn.txt lists nothing: write an address, network, range or autonomous system a line, \
             or do not name the file"
        );
        assert_eq!(
            error("AS64500", Some(TABLE)),
            "vpn.txt lists only autonomous systems that are not in the table: \
             download the table again (ip2asn-combined.tsv.gz)"
        );
        assert_eq!(
            error("\n\nhttps://example.com/", None),
            "vpn.txt, line 3: `https://example.com/` is no entry: write an address (192.0.2.1), \
             a network (192.0.2.0/24), a range (192.0.2.1-192.0.2.9) or an autonomous system (AS64500), \
             and comments after #"
        );
        assert_eq!(
            error("AS13335", Some("\n1.0.0.0 1.0.0.255 13335\n")),
            "table.tsv, line 2: `1.0.0.0 1.0.0.255 13335` is no row of a table of autonomous systems: \
             name the file ip2asn-combined.tsv or .tsv.gz, with first address, last address and number, \
             separated by tabs"
        );
        // A table that is not needed is not read.
        assert!(load("192.0.2.1", Some("nonsense")).is_ok());
    }

    #[test]
    fn refuses_a_folder_and_a_binary_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(VpnList::load(folder.path(), None), Err(ScreeningError::File { .. })));
        let path = folder.path().join("binary");
        fs::write(&path, [0x7F, b'E', b'L', b'F', 0, 255, 254].repeat(9000)).unwrap();
        assert!(matches!(VpnList::load(&path, None), Err(ScreeningError::Line { line: 1, .. })));
    }

    proptest! {
        #[test]
        fn agrees_with_a_look_at_every_range(
            v4 in prop::collection::vec((any::<u32>(), 0..1_u32 << 28), 0..20),
            v6 in prop::collection::vec((any::<u128>(), 0..1_u128 << 124), 0..20),
            others in prop::collection::vec(any::<u128>(), 20),
        ) {
            let v4: Vec<_> = v4.iter().map(|(first, size)| (*first, first.saturating_add(*size))).collect();
            let v6: Vec<_> = v6.iter().map(|(first, size)| (*first, first.saturating_add(*size))).collect();
            let mut text = String::from("192.0.2.1\n");
            for (first, last) in &v4 {
                writeln!(text, "{}-{}", Ipv4Addr::from_bits(*first), Ipv4Addr::from_bits(*last)).unwrap();
            }
            for (first, last) in &v6 {
                writeln!(text, "{}-{}", Ipv6Addr::from_bits(*first), Ipv6Addr::from_bits(*last)).unwrap();
            }
            let list = load(&text, None).unwrap();
            let near = |first: u128, last: u128| [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
            let edges_v4 = v4.iter().flat_map(|(first, last)| near((*first).into(), (*last).into()));
            for bits in edges_v4.chain(others.iter().copied()).map(|bits| bits as u32) {
                let known = v4.iter().any(|(first, last)| (*first..=*last).contains(&bits));
                let known = known || bits == 0xC000_0201;
                let address = Ipv4Addr::from_bits(bits);
                prop_assert_eq!(list.contains(address.into()), known, "{}", address);
                prop_assert_eq!(list.contains(address.to_ipv6_mapped().into()), known, "{}", address);
            }
            let edges_v6 = v6.iter().flat_map(|(first, last)| near(*first, *last));
            for bits in edges_v6.chain(others.iter().copied()) {
                let address = Ipv6Addr::from_bits(bits);
                let known = v6.iter().any(|(first, last)| (*first..=*last).contains(&bits));
                prop_assert_eq!(list.contains(address.into()), known, "{}", address);
            }
        }
    }
}
