//! Randomness, as an interface.

use rand::Rng;

/// A source of random bytes that is fit for keys.
pub trait Random: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);

    /// `length` random characters drawn evenly from `alphabet` (2 to 256 ASCII characters).
    fn text(&self, alphabet: &[u8], length: usize) -> String {
        let mut text = Vec::with_capacity(length);
        let bound = 256 - 256 % alphabet.len();
        let mut buffer = [0u8; 64];
        while text.len() < length {
            self.fill(&mut buffer);
            // A byte beyond the last whole multiple would favor the first characters.
            let drawn = buffer.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < bound);
            text.extend(drawn.take(length - text.len()).map(|byte| alphabet[byte % alphabet.len()]));
        }
        text.into_iter().map(char::from).collect()
    }

    /// `bytes` random bytes as lower-case hexadecimal.
    fn hex(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.fill(&mut buffer);
        hex::encode(buffer)
    }
}

/// A cryptographic generator a thread, seeded and reseeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}
