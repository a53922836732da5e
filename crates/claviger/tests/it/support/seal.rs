//! What is kept encrypted, opened with the master keys as an operator could: AES-256-GCM, the nonce before the text.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use super::Server;

/// The private keys of API 1.3 that a server keeps: 32 bytes each.
pub fn private_keys(server: &Server, masters: &[String]) -> Vec<Vec<u8>> {
    let queries = [
        "SELECT value FROM server_keys WHERE name = 'signing-key'",
        "SELECT signing_key FROM apps",
        "SELECT sealed FROM former_key_pairs",
    ];
    let sealed = queries.iter().flat_map(|sql| server.blobs(sql));
    sealed.map(|sealed| open(masters, "signing-key", &sealed).expect("a key that opens it")).collect()
}

fn open(masters: &[String], purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    masters.iter().find_map(|master| {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &hex::decode(master).ok()?).ok()?;
        let (nonce, mut text) =
            (Nonce::try_assume_unique_for_key(&sealed[..NONCE_LEN]).ok()?, sealed[NONCE_LEN..].to_vec());
        let plain = key.open_in_place(nonce, Aad::from(purpose), &mut text).ok()?;
        Some(plain.to_vec())
    })
}
