//! What a change of settings keeps programs from, that they may do now.

use claviger_domain::AppSettings;

/// A way in which programs, or bots, are refused that are served now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lockout {
    /// The application is switched off.
    Disabled,
    /// It is paused.
    Paused,
    /// A version of the Client API is switched off: 10, 11, 12 or 13.
    Api(i64),
    /// Programs must have another version.
    Version,
    /// `init` on API 1.2 must bring a key.
    Encryption,
    /// The program's hash must be known, or one that was known is so no more.
    Hash,
    /// Programs behind VPNs are refused.
    Vpn,
    /// `init` must bring a token.
    Token,
    /// Users sign in from their devices only.
    Device,
    /// A sign-in must tell the device.
    DeviceTold,
    /// The device must be told by a longer text.
    LongerDevice,
    /// A session answers only the address it began at.
    OneAddress,
    /// A sign-in ends the user's other sessions.
    OneSession,
    /// The Seller API answers fewer addresses.
    SellerAddresses,
    /// Fewer lines are kept of a log.
    FewerLines,
}

impl Lockout {
    /// Whom it concerns: every session, those of one version of the API, or those in which somebody is signed in; `None`
    /// for what is not about sessions.
    pub(crate) fn concerns(self) -> Option<Concerned> {
        Some(match self {
            Self::Api(version) => Concerned::Api(version),
            Self::Encryption => Concerned::Api(12),
            Self::Device | Self::DeviceTold | Self::LongerDevice | Self::OneSession => Concerned::SignedIn,
            Self::SellerAddresses | Self::FewerLines => return None,
            _ => Concerned::All,
        })
    }
}

/// Which sessions a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concerned {
    /// All.
    All,
    /// Those of a version of the Client API.
    Api(i64),
    /// Those in which somebody is signed in.
    SignedIn,
}

/// What the new settings refuse that the old ones let through.
pub(super) fn lockouts(old: &AppSettings, new: &AppSettings) -> Vec<Lockout> {
    let lost_hash = new.hash_check && old.hashes.iter().any(|hash| !new.hashes.contains(hash));
    let narrower =
        !new.seller_api_whitelist.is_empty() && new.seller_api_whitelist != old.seller_api_whitelist;
    let fewer = new.logs_kept < old.logs_kept
        || new.seller_logs_kept < old.seller_logs_kept
        || new.audit_kept < old.audit_kept;
    let (was, is) = (old.api, new.api);
    [
        (Lockout::Disabled, old.enabled && !new.enabled),
        (Lockout::Paused, !old.paused && new.paused),
        (Lockout::Api(10), was.v1_0 && !is.v1_0),
        (Lockout::Api(11), was.v1_1 && !is.v1_1),
        (Lockout::Api(12), was.v1_2 && !is.v1_2),
        (Lockout::Api(13), was.v1_3 && !is.v1_3),
        (Lockout::Version, old.version != new.version),
        (Lockout::Encryption, !old.force_encryption && new.force_encryption),
        (Lockout::Hash, (!old.hash_check && new.hash_check) || lost_hash),
        (Lockout::Vpn, !old.vpn_block && new.vpn_block),
        (Lockout::Token, !old.token_system && new.token_system),
        (Lockout::Device, !old.hwid_check && new.hwid_check),
        (Lockout::DeviceTold, !old.force_hwid && new.force_hwid),
        (Lockout::LongerDevice, old.min_hwid < new.min_hwid),
        (Lockout::OneAddress, !old.bind_session_to_ip && new.bind_session_to_ip),
        (Lockout::OneSession, !old.kill_other_sessions && new.kill_other_sessions),
        (Lockout::SellerAddresses, narrower),
        (Lockout::FewerLines, fewer),
    ]
    .into_iter()
    .filter_map(|(lockout, is_so)| is_so.then_some(lockout))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_domain::ApiVersions;

    #[test]
    fn what_refuses_more_is_told_and_what_refuses_less_is_not() {
        let old = AppSettings::default();
        let new = AppSettings {
            paused: true,
            api: ApiVersions { v1_2: false, v1_1: true, ..old.api },
            hash_check: true,
            min_hwid: 21,
            logs_kept: 5,
            ..old.clone()
        };
        let told = lockouts(&old, &new);
        let expected =
            [Lockout::Paused, Lockout::Api(12), Lockout::Hash, Lockout::LongerDevice, Lockout::FewerLines];
        assert_eq!(told, expected);
        assert_eq!(lockouts(&new, &old), [Lockout::Api(11)]);
        assert_eq!(lockouts(&old, &old), []);
    }

    #[test]
    fn a_hash_that_goes_matters_while_hashes_are_checked() {
        let hashes = |check, hashes: &[&str]| AppSettings {
            hash_check: check,
            hashes: hashes.iter().map(ToString::to_string).collect(),
            ..AppSettings::default()
        };
        assert_eq!(lockouts(&hashes(true, &["a", "b"]), &hashes(true, &["b"])), [Lockout::Hash]);
        assert_eq!(lockouts(&hashes(true, &["a"]), &hashes(true, &["a", "b"])), []);
        assert_eq!(lockouts(&hashes(false, &["a"]), &hashes(false, &[])), []);
    }
}
