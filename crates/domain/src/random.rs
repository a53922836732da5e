//! Randomness, as an interface.

use rand::Rng;

/// A source of random bytes that is fit for keys.
pub trait Random: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);

    /// `length` random characters drawn evenly from `alphabet` (2 to 64 ASCII characters).
    fn text(&self, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(length);
        let mut buffer = [0u8; 40];
        while text.len() < length {
            self.fill(&mut buffer);
            for byte in buffer {
                // Six bits a character; values beyond the alphabet are thrown away, so the draw stays even.
                let drawn = alphabet.get(usize::from(byte & 63));
                if let Some(&drawn) = drawn.filter(|_| text.len() < length) {
                    text.push(char::from(drawn));
                }
            }
        }
        text
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
