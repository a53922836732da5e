//! Forms of API 1.0, whose values are encrypted or in hexadecimal digits.
//!
//! The input is `KEY NEWLINE FORM`. Values cannot be guessed by chance, so each text of the form is also
//! encrypted, sent and read back.

#![no_main]

use claviger_wire::Params;
use claviger_wire::client::crypt::{decrypt, encrypt, from_hex};
use claviger_wire::client::{ClientParams, v1_0};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let key = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let form = Params::from_query(&String::from_utf8_lossy(parts.next().unwrap_or_default()));
    let init_iv = form.first(v1_0::INIT_IV).unwrap_or_default();

    let (outer, opened) = (v1_0::outer(&form), v1_0::open(&form, &key));
    assert!(
        outer.iter().count() <= opened.iter().count(),
        "what could be read before the key cannot be after"
    );
    let client = ClientParams::encrypted(form.clone());
    for (name, value) in outer.iter() {
        assert!(form.iter().any(|(known, _)| known == name));
        assert!(
            outer.iter().any(|(known, first)| known == name && client.raw(name) == Some(first)),
            "{value}"
        );
    }
    let client = client.decrypted(&key);
    assert_eq!(client.raw("username"), opened.first("username"));

    for (_, value) in form.iter().take(4) {
        let _ = (decrypt(&key, init_iv, value), from_hex(value));
        let sealed = encrypt(&key, init_iv, value);
        assert_eq!(decrypt(&key, init_iv, &sealed).as_deref(), Some(value));
        let mut sent = Params::default();
        sent.push(v1_0::INIT_IV, init_iv);
        sent.push("username", &sealed);
        assert_eq!(v1_0::open(&sent, &key).first("username"), Some(value));
    }
});
