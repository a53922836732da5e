//! Addresses of the Seller API, ready to paste.

use claviger_domain::{SellerArea, SellerRights};

/// Stands where a key goes.
pub(super) const PLACEHOLDER: &str = "SELLERKEY";

/// An address to paste, and what it does.
pub(super) struct ApiLink {
    /// Name of its element.
    pub id: &'static str,
    pub about: &'static str,
    pub text: String,
}

/// The addresses that a key of these rights may call. `base` is where the server is reached.
pub(super) fn links(base: &str, key: &str, rights: SellerRights) -> Vec<ApiLink> {
    let address = |rest: &str| format!("{base}/api/seller/?sellerkey={key}&type={rest}");
    let kill = rights.allow(SellerArea::Sessions, true);
    let list = rights.allow(SellerArea::Sessions, false);
    let all = [
        (kill, "link-kill", "Kill a session: its id in place of SESSION", address("kill&sessid=SESSION")),
        (kill, "link-killall", "Kill all sessions", address("killall")),
        (list, "link-list", "List all sessions", address("fetchallsessions")),
        (!list, "link-test", "Test the key", address("setseller")),
        (
            true,
            "link-header",
            "The same with the key in a header, which stays out of logs and histories",
            format!(
                "curl -H 'Authorization: Bearer {key}' '{base}/api/seller/?type={}'",
                if list { "fetchallsessions" } else { "setseller" }
            ),
        ),
    ];
    let shown = all.into_iter().filter(|(may, ..)| *may);
    shown.map(|(_, id, about, text)| ApiLink { id, about, text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_what_it_may() {
        let ids = |rights| links("http://x", "k", rights).iter().map(|link| link.id).collect::<Vec<_>>();
        assert_eq!(ids(SellerRights::ALL), ["link-kill", "link-killall", "link-list", "link-header"]);
        assert_eq!(ids(SellerRights::READ_ONLY), ["link-list", "link-header"]);
        assert_eq!(ids(SellerRights::LICENSES), ["link-test", "link-header"]);
        let all = links("http://x", "k", SellerRights::SESSIONS);
        assert_eq!(all[0].text, "http://x/api/seller/?sellerkey=k&type=kill&sessid=SESSION");
    }
}
