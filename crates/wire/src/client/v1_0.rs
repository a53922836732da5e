//! Parameters of API 1.0: some in hexadecimal digits, some as they are, the rest encrypted
//! (`docs/protocol/signatures.md`).

use claviger_domain::is_md5;

use super::crypt::{decrypt, from_hex};
use crate::{Params, normalize};

/// Chosen by the client for each request; the reply is encrypted with it as well.
pub const INIT_IV: &str = "init_iv";
/// Hexadecimal digits, readable before any key is known.
const HEX: [&str; 4] = ["type", "name", "ownerid", "sessionid"];
/// As they are.
const RAW: [&str; 3] = [INIT_IV, "reason", "newUsername"];
/// The MD5 of the program: as it is, but encrypted by some clients.
const HASH: &str = "hash";
/// Parameters that are read; no request has nearly so many, and each costs a decryption.
const PARAMS_MAX: usize = 64;

/// The parameters that can be read before the key is known.
pub fn outer(form: &Params) -> Params {
    read(form, |name, value| if HEX.contains(&name) { from_hex(value) } else { kept(name, value) })
}

/// All parameters. `key` is the app secret for `init`, else the session's `enckey`. What cannot be read is left out,
/// so it counts as missing.
pub fn open(form: &Params, key: &str) -> Params {
    let init_iv = form.first(INIT_IV).unwrap_or_default();
    read(form, |name, value| {
        if HEX.contains(&name) {
            return from_hex(value);
        }
        if name == HASH && !is_hash(value) {
            return decrypt(key, init_iv, value);
        }
        kept(name, value).or_else(|| decrypt(key, init_iv, value))
    })
}

fn read(form: &Params, decode: impl Fn(&str, &str) -> Option<String>) -> Params {
    let mut params = Params::default();
    for (name, value) in form.iter().take(PARAMS_MAX) {
        if let Some(value) = decode(name, value) {
            params.push(name, &value);
        }
    }
    params
}

fn kept(name: &str, value: &str) -> Option<String> {
    (RAW.contains(&name) || (name == HASH && is_hash(value))).then(|| value.into())
}

fn is_hash(value: &str) -> bool {
    normalize(value).is_some_and(|value| is_md5(&value))
}

#[cfg(test)]
mod tests {
    use super::{super::crypt::encrypt, *};
    use proptest::prelude::*;

    fn pairs(params: &Params) -> Vec<(String, String)> {
        params.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn reads_each_kind_in_its_way() {
        let seal = |text: &str| encrypt("key", "iv", text);
        let mut form = Params::default();
        for (name, value) in [
            ("type", hex::encode("login")),
            ("name", "6D79206170".to_owned()),
            ("ownerid", "zz".to_owned()),
            ("init_iv", "iv".to_owned()),
            ("reason", "as it is".to_owned()),
            ("username", seal("alice")),
            ("pass", "not encrypted".to_owned()),
            ("hash", "0123456789abcdef0123456789abcdef\r\n".to_owned()),
        ] {
            form.push(name, &value);
        }
        let outside = [
            ("type", "login"),
            ("name", "my ap"),
            ("init_iv", "iv"),
            ("reason", "as it is"),
            ("hash", "0123456789abcdef0123456789abcdef\r\n"),
        ];
        assert_eq!(pairs(&outer(&form)), owned(&outside));
        let mut all = owned(&outside);
        all.insert(4, ("username".into(), "alice".into()));
        assert_eq!(pairs(&open(&form, "key")), all);
        assert_eq!(pairs(&open(&form, "another key")), owned(&outside));
    }

    #[test]
    fn an_encrypted_hash_is_read() {
        let mut form = Params::default();
        form.push("init_iv", "iv");
        let hash = "0123456789abcdef0123456789abcdef";
        form.push("hash", &encrypt("key", "iv", hash));
        assert_eq!(open(&form, "key").first("hash"), Some(hash));
        assert_eq!(outer(&form).first("hash"), None);
    }

    proptest! {
        #[test]
        fn any_form_is_read(raw in any::<String>(), key in any::<String>()) {
            let form = Params::from_query(&raw);
            let _ = (outer(&form), open(&form, &key));
        }
    }
}
