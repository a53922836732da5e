//! A request's content type, query and body, as the Client API and the Seller API read them.
//!
//! The input is `CONTENT-TYPE NEWLINE QUERY NEWLINE BODY`, so that seeds can be read and written by hand.

#![no_main]

use bytes::Bytes;
use claviger_wire::client::ClientParams;
use claviger_wire::seller::SellerParams;
use claviger_wire::{Params, normalize};
use futures_executor::block_on;
use libfuzzer_sys::fuzz_target;

/// Names that the dispatchers and handlers ask for, in the spellings that callers use.
const NAMES: [&str; 12] = [
    "type",
    "name",
    "ownerid",
    "sessionid",
    "sellerkey",
    "format",
    "amount",
    "expiry",
    "readOnly",
    "key",
    "pass",
    "",
];

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let content_type = parts.next().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let query = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let body = Bytes::copy_from_slice(parts.next().unwrap_or_default());

    let form = block_on(Params::from_body(content_type, body.clone()));
    let again = block_on(Params::from_body(content_type, body.clone()));
    assert!(form == again, "the same body is read in two ways");
    for (name, value) in form.iter() {
        assert!(form.first(name).is_some() && form.first_ignoring_case(name).is_some());
        if let Some(normal) = normalize(value) {
            assert!(!normal.is_empty() && !normal.contains('\0'));
            assert_eq!(normalize(&normal).as_deref(), Some(&*normal));
        }
    }

    let client = ClientParams::new(form.clone(), Params::from_query(&query));
    let seller = block_on(SellerParams::parse(&query, content_type, body))
        .unwrap_or_else(|_| SellerParams::of_query(&query));
    let _ = (
        seller.type_given_twice(),
        seller.shop().map(|shop| (shop.quantity(Some("x")), shop.delivery(None))),
    );
    for name in NAMES {
        // The form decides on the Client API: what only the query has is read there.
        if let Some(raw) = form.first(name) {
            assert_eq!(client.raw(name), Some(raw));
        }
        assert_eq!(client.get(name), client.raw(name).and_then(normalize));
        // The query decides on the Seller API.
        let url = Params::from_query(&query);
        if let Some(raw) = url.first_ignoring_case(name) {
            assert_eq!(seller.get(name), normalize(raw));
        }
        let _ = (seller.flag(&[name]), seller.number_or(name, 1));
    }
    assert!(!format!("{form:?}{client:?}{seller:?}").is_empty());
});
