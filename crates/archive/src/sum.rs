//! A digest of a set of rows, in whatever order they come.

use aws_lc_rs::digest::{SHA256, digest};

/// The sum of the SHA-256 of all rows, in four parts of 64 bits. It finds what is lost, doubled or changed; against
/// forgery there is the digest of the whole file, and encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    parts: [u64; 4],
    rows: u64,
}

impl Sum {
    /// Adds a row, as the format writes it.
    pub fn add(&mut self, row: &[u8]) {
        let digest = digest(&SHA256, row);
        for (part, bytes) in self.parts.iter_mut().zip(digest.as_ref().chunks_exact(8)) {
            let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
            *part = part.wrapping_add(u64::from_be_bytes(bytes));
        }
        self.rows += 1;
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.parts.iter().map(|part| format!("{part:016x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[u8]]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    }

    #[test]
    fn hangs_on_all_rows_and_on_no_order() {
        assert_eq!(sum(&[b"a", b"b"]), sum(&[b"b", b"a"]));
        assert_ne!(sum(&[b"a", b"b"]).hex(), sum(&[b"a", b"c"]).hex());
        assert_ne!(sum(&[b"a", b"a"]), sum(&[]));
        assert_ne!(sum(&[b"ab"]).hex(), sum(&[b"a", b"b"]).hex());
        assert_eq!((sum(&[b"a"]).rows(), sum(&[b"a"]).hex().len()), (1, 64));
    }
}
