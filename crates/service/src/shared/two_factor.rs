//! Codes of two-factor sign-in (TOTP: SHA-1, six digits, steps of 30 seconds, one step before and after).

use claviger_domain::Random;
use claviger_store::{StoreError, users::Totp};
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

use crate::shared::{master_key::purpose::CODES, to_keep::ToKeep, vault::Vault};

/// Bytes of a secret: 40 characters of base 32.
const SECRET_LEN: usize = 25;

/// What came of the code of a login.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    /// The user had no two-factor sign-in.
    NotNeeded,
    /// It is missing.
    Missing,
    /// It is wrong.
    Wrong,
    /// It is right for this step and this (encrypted) secret.
    Right { step: i64, secret: Vec<u8> },
}

/// Whether a step of a secret was not used before.
pub(crate) fn is_fresh(totp: &Totp, step: i64, secret: &[u8]) -> bool {
    totp.secret.as_deref() == Some(secret) && totp.step.is_none_or(|used| used < step)
}

/// A secret just drawn.
pub(crate) struct NewSecret {
    /// As an authenticator wants it.
    pub(crate) base32: String,
    /// Encrypted.
    pub(crate) sealed: ToKeep,
}

impl NewSecret {
    /// Draws a secret.
    pub(crate) fn draw(random: &dyn Random, vault: &Vault) -> Self {
        let bytes = Zeroizing::new(draw(random));
        let base32 = totp_rs::Secret::from(bytes.as_slice()).to_base32();
        Self { base32, sealed: vault.seal_to_keep(CODES, &*bytes) }
    }
}

/// An encrypted secret, as an authenticator wants it.
///
/// # Errors
/// When no key here opens it.
pub(crate) fn reveal(vault: &Vault, sealed: &[u8]) -> Result<String, StoreError> {
    let secret = vault.open_kept(CODES, sealed)?;
    Ok(totp_rs::Secret::from(secret.as_slice()).to_base32())
}

/// What comes of a code for a user with this state; `now` in Unix seconds.
///
/// # Errors
/// Those of [`step_of`].
pub(crate) fn check_code(
    vault: &Vault,
    totp: &Totp,
    code: Option<&str>,
    now: i64,
) -> Result<Code, StoreError> {
    Ok(match (&totp.secret, code) {
        (None, _) => Code::NotNeeded,
        (Some(_), None) => Code::Missing,
        (Some(secret), Some(code)) => match step_of(vault, secret, code, now)? {
            Some(step) => Code::Right { step, secret: secret.clone() },
            None => Code::Wrong,
        },
    })
}

/// The step of an encrypted secret that a code is of; `None` for a wrong one.
///
/// # Errors
/// When no key here opens the secret, so that nobody knows whether the code is right.
pub(crate) fn step_of(vault: &Vault, sealed: &[u8], code: &str, now: i64) -> Result<Option<i64>, StoreError> {
    let secret = vault.open_kept(CODES, sealed)?;
    Ok(matching_step(&secret, code, now))
}

fn draw(random: &dyn Random) -> [u8; SECRET_LEN] {
    let mut bytes = [0; SECRET_LEN];
    random.fill(&mut bytes);
    bytes
}

fn matching_step(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(1)
        .with_secret(secret)
        .build_noncompliant();
    let step = totp.check(code, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, last six digits.
        let secret = b"12345678901234567890";
        for (time, code, step) in [
            (59, "287082", 1),
            (1_111_111_109, "081804", 37_037_036),
            (1_111_111_111, "050471", 37_037_037),
            (1_234_567_890, "005924", 41_152_263),
            (2_000_000_000, "279037", 66_666_666),
        ] {
            assert_eq!(matching_step(secret, code, time), Some(step));
            assert_eq!(matching_step(secret, code, time + 30), Some(step));
            assert_eq!(matching_step(secret, code, time + 90), None);
        }
        for wrong in ["", "28708", "2870820", "28708a", "００５９２４", "-87082", "+87082"] {
            assert_eq!(matching_step(secret, wrong, 59), None, "{wrong}");
        }
    }
}
