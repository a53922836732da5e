//! Replies that hold texts of strangers: user names, chat messages, answers of other servers.
//!
//! The input is a text. Every reply made of it must be JSON that tells exactly this text, and on the Client
//! API in ASCII.

#![no_main]

use claviger_wire::client::{ApiVersion, Reply};
use claviger_wire::seller::SellerReply;
use claviger_wire::seller::{
    list_end,
    session_row::{LIST_START, SessionRow},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let reply = Reply::success(text.clone().into_owned()).with("response", &text);
    for version in ApiVersion::ALL {
        let bytes = reply.render(version, &text, &text);
        assert!(bytes.is_ascii(), "version {version}");
        let value: Value = serde_json::from_slice(&bytes).expect("a reply of the Client API is JSON");
        assert!(value["message"] == *text && value["response"] == *text);
        assert_eq!(value.get("nonce").is_some(), version.has_nonce());
    }

    let reply = SellerReply::success(text.clone().into_owned()).with("response", &text);
    let value: Value =
        serde_json::from_slice(&reply.render(false).0).expect("a reply of the Seller API is JSON");
    assert!(value["message"] == *text && value["response"] == *text);

    let mut list = LIST_START.to_vec();
    let row =
        SessionRow { id: &text, credential: Some(&text), expires: i64::MAX, validated: true, ip: &text };
    row.write(&mut list, true);
    SessionRow { credential: None, validated: false, ..row }.write(&mut list, false);
    list_end(&mut list, Some(&text));
    let value: Value = serde_json::from_slice(&list).expect("a list of sessions is JSON");
    assert!(value["sessions"][0]["credential"] == *text && value["cursor"] == *text);
    assert!(value["sessions"][1]["id"] == *text && value["sessions"][1]["credential"].is_null());
});
