//! Headers in which proxies tell addresses; what stands on the left of them comes from clients.

#![no_main]

use std::net::IpAddr;

use claviger_domain::ClientAddress;
use claviger_wire::forwarded::{Entry, client_address};
use libfuzzer_sys::fuzz_target;

/// Whether an address is that of a proxy.
fn trusts(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[0] == 0xfd00,
    }
}

fuzz_target!(|input: &[u8]| {
    let lines: Vec<&[u8]> = input.split(|&byte| byte == b'\n').collect();
    for entry in [Entry::Address, Entry::Pairs] {
        let found = client_address(lines.iter().copied(), entry, trusts);
        if let ClientAddress::Known(address) = found {
            assert_eq!(address, address.to_canonical(), "{lines:?}");
        }
        // A proxy's own entry counts, whatever stands on its left.
        let told = match entry {
            Entry::Address => b", 192.0.2.7, 10.0.0.1".to_vec(),
            Entry::Pairs => b", for=192.0.2.7, for=\"10.0.0.1:80\"".to_vec(),
        };
        let client = ClientAddress::Known(IpAddr::from([192, 0, 2, 7]));
        let mut appended = lines.clone();
        let last = [appended.pop().unwrap_or_default(), &told].concat();
        appended.push(&last);
        assert_eq!(client_address(appended.into_iter(), entry, trusts), client, "{lines:?}");
    }
});
