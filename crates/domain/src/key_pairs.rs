//! Which of an application's key pairs signs: programs that were built with a former one go on.

use std::sync::Arc;

use crate::{SessionId, SigningKey};

/// The Ed25519 key pairs of an application.
#[derive(Clone, Debug)]
pub struct KeyPairs {
    /// Number of the newest, which is also how many there were before it.
    number: u64,
    newest: Arc<SigningKey>,
    /// The oldest first.
    former: Vec<FormerKeyPair>,
}

/// A key pair that signed for all before another one was made.
#[derive(Clone, Debug)]
pub struct FormerKeyPair {
    /// Its number, from 0.
    pub number: u64,
    /// The key pair.
    pub key: Arc<SigningKey>,
    /// Versions of programs that were built with it.
    pub versions: Vec<String>,
    /// Millisecond since 1970 from which the next one is the newest.
    pub replaced_ms: u64,
    /// Unix second from which it signs no more; `None`: it does without end.
    pub until: Option<i64>,
}

impl FormerKeyPair {
    /// Whether it still signs.
    pub fn signs(&self, now_ms: u64) -> bool {
        self.until.is_none_or(|until| until > (now_ms / 1000) as i64)
    }
}

impl KeyPairs {
    /// The newest key pair with its number, and those before, the oldest first.
    pub fn new(number: u64, newest: Arc<SigningKey>, former: Vec<FormerKeyPair>) -> Self {
        Self { number, newest, former }
    }

    /// The newest key pair, which programs are built with from now on.
    pub fn newest(&self) -> &Arc<SigningKey> {
        &self.newest
    }

    /// Those before that are still known, the oldest first.
    pub fn former(&self) -> &[FormerKeyPair] {
        &self.former
    }

    /// The id of a session that a program of this version begins, marked with the key pair that signs for it.
    pub fn mark(&self, id: SessionId, version: Option<&str>, now_ms: u64) -> SessionId {
        if self.number == 0 {
            return id;
        }
        id.marked(self.of_version(version, now_ms).map_or(self.number, |former| former.number))
    }

    /// What signs for a program of this version that has no session yet.
    pub fn for_version(&self, version: Option<&str>, now_ms: u64) -> &Arc<SigningKey> {
        self.of_version(version, now_ms).map_or(&self.newest, |former| &former.key)
    }

    /// What signs for a session, whether it lives or not.
    pub fn for_session(&self, id: &SessionId, now_ms: u64) -> &Arc<SigningKey> {
        let began = id.created_ms();
        // Ids were not marked before there was a second key pair.
        let first = self.former.first().filter(|first| first.number == 0 && began < first.replaced_ms);
        let marked = || {
            let of_mark = |number: u64| number % 62 == id.mark();
            self.former.iter().find(|former| of_mark(former.number)).filter(|_| !of_mark(self.number))
        };
        first.or_else(marked).filter(|former| former.signs(now_ms)).map_or(&self.newest, |former| &former.key)
    }

    /// The former key pair that a program of this version was built with: the oldest that names it. Until the newest one is
    /// in use on all nodes, the one before it.
    fn of_version(&self, version: Option<&str>, now_ms: u64) -> Option<&FormerKeyPair> {
        let names = |former: &&FormerKeyPair| {
            version.is_some_and(|version| former.versions.iter().any(|known| known == version))
        };
        let mut signing = self.former.iter().filter(|former| former.signs(now_ms));
        signing.clone().find(names).or_else(|| signing.find(|former| now_ms < former.replaced_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;

    const DAY: u64 = 86_400_000;

    fn key(seed: u8) -> Arc<SigningKey> {
        Arc::new(SigningKey::from_seed(&[seed; 32]).unwrap())
    }

    fn former(number: u64, versions: &[&str], replaced_ms: u64, until: Option<i64>) -> FormerKeyPair {
        let versions = versions.iter().map(|&version| version.into()).collect();
        FormerKeyPair { number, key: key(number as u8), versions, replaced_ms, until }
    }

    fn signer(key: &Arc<SigningKey>) -> String {
        key.public_hex().into()
    }

    #[test]
    fn programs_keep_the_key_pair_that_they_were_built_with() {
        let pairs = KeyPairs::new(
            2,
            key(2),
            vec![former(0, &["1.0", "0.9"], DAY, None), former(1, &["1.1"], 2 * DAY, Some(300 * 86_400))],
        );
        let by_version = |version, now| signer(pairs.for_version(version, now));
        assert_eq!(by_version(Some("1.0"), 3 * DAY), signer(&key(0)));
        assert_eq!(by_version(Some("0.9"), 3 * DAY), signer(&key(0)));
        assert_eq!(by_version(Some("1.1"), 3 * DAY), signer(&key(1)));
        assert_eq!(by_version(Some("1.2"), 3 * DAY), signer(&key(2)));
        assert_eq!(by_version(None, 3 * DAY), signer(&key(2)));
        // Once it has ended, all are answered alike.
        assert_eq!(by_version(Some("1.1"), 301 * DAY), signer(&key(2)));
        // The newest is not in use yet.
        assert_eq!(by_version(Some("1.2"), 2 * DAY - 1), signer(&key(1)));
        for (version, now) in
            [(Some("1.0"), 3 * DAY), (Some("1.1"), 4 * DAY), (Some("x"), 5 * DAY), (None, 2 * DAY - 1)]
        {
            let id = pairs.mark(SessionId::generate(now, &SystemRandom), version, now);
            assert_eq!(signer(pairs.for_session(&id, now)), by_version(version, now), "{version:?}");
            assert_eq!(id.created_ms(), now);
        }
    }

    #[test]
    fn sessions_from_before_keep_the_first_key_pair() {
        let first = KeyPairs::new(0, key(0), Vec::new());
        let pairs = KeyPairs::new(1, key(1), vec![former(0, &["1.0"], 2 * DAY, Some(9 * 86_400))]);
        for _ in 0..200 {
            let id = first.mark(SessionId::generate(DAY, &SystemRandom), Some("1.0"), DAY);
            assert_eq!(signer(pairs.for_session(&id, 3 * DAY)), signer(&key(0)));
            assert_eq!(signer(pairs.for_session(&id, 10 * DAY)), signer(&key(1)));
        }
    }

    #[test]
    fn marks_of_many_rotations_do_not_mislead() {
        let pairs = KeyPairs::new(124, key(7), vec![former(62, &["1.0"], DAY, None)]);
        let id = pairs.mark(SessionId::generate(2 * DAY, &SystemRandom), Some("2"), 2 * DAY);
        assert_eq!(signer(pairs.for_session(&id, 2 * DAY)), signer(&key(7)));
    }
}
