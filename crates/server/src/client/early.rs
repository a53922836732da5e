//! Signatures of replies of API 1.3 to callers who name no application, which anybody can ask for: what was signed in
//! this second is not signed again, since the signature would be the same.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::HeaderValue;
use claviger_domain::SigningKey;
use claviger_wire::client::signature;

/// How many replies that repeat what the caller told are signed in a second.
const REPEATING_MAX: usize = 64;

/// What was signed in this second.
#[derive(Default)]
pub struct EarlySignatures(Mutex<Second>);

#[derive(Default)]
struct Second {
    at: i64,
    repeating: usize,
    timestamp: Option<HeaderValue>,
    /// From bodies to their signatures. Those that repeat nothing are as many as there are texts.
    made: HashMap<Vec<u8>, HeaderValue>,
}

impl EarlySignatures {
    /// The signature of a body at `now` (Unix seconds), and the timestamp that belongs to it. `None` when the body
    /// `repeats` what the caller told and too many such were signed in this second.
    pub(super) fn sign(
        &self,
        key: &SigningKey,
        now: i64,
        body: &[u8],
        repeats: bool,
    ) -> Option<(HeaderValue, HeaderValue)> {
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if second.at != now {
            *second = Second { at: now, ..Second::default() };
        }
        if let (Some(signature), Some(timestamp)) = (second.made.get(body), &second.timestamp) {
            return Some((signature.clone(), timestamp.clone()));
        }
        if repeats && second.repeating >= REPEATING_MAX {
            return None;
        }
        let (signature, timestamp) = signature::sign_v1_3(key, now, body);
        let (signature, timestamp) =
            (HeaderValue::try_from(signature).ok()?, HeaderValue::try_from(timestamp).ok()?);
        second.repeating += usize::from(repeats);
        second.made.insert(body.to_vec(), signature.clone());
        second.timestamp = Some(timestamp.clone());
        Some((signature, timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_is_not_signed_again() {
        let key = SigningKey::from_seed(&[7; 32]).unwrap();
        let early = EarlySignatures::default();
        let fresh = |now, body: &[u8]| {
            let (signature, timestamp) = signature::sign_v1_3(&key, now, body);
            (HeaderValue::try_from(signature).unwrap(), HeaderValue::try_from(timestamp).unwrap())
        };
        for now in [1_700_000_000, 1_700_000_001, 1_700_000_000] {
            for _ in 0..3 {
                assert_eq!(early.sign(&key, now, b"a", false), Some(fresh(now, b"a")));
                assert_eq!(early.sign(&key, now, b"b", true), Some(fresh(now, b"b")));
            }
            assert_eq!(early.0.lock().unwrap().made.len(), 2);
        }
    }

    #[test]
    fn callers_cannot_have_many_signed() {
        let key = SigningKey::from_seed(&[7; 32]).unwrap();
        let early = EarlySignatures::default();
        let signed = (0..1000_u32).filter(|n| early.sign(&key, 5, &n.to_be_bytes(), true).is_some()).count();
        assert_eq!(signed, REPEATING_MAX);
        // What was signed is still told, and so is what repeats nothing.
        assert!(early.sign(&key, 5, &0_u32.to_be_bytes(), true).is_some());
        assert!(early.sign(&key, 5, b"fixed", false).is_some());
        assert!(early.sign(&key, 6, b"another second", true).is_some());
    }
}
