//! The common checks of a request, in the order of the protocol; the first failure answers (`docs/protocol/seller.md`).

use std::{borrow::Cow, sync::Arc};

use axum::http::{HeaderMap, header};
use claviger_domain::{ClientAddress, Network, SellerArea};
use claviger_service::{App, FoundSellerKey, SellerKey};
use claviger_wire::seller::{SellerParams, SellerReply, text};

use super::{
    Stop,
    table::{Row, TYPES},
};
use crate::State;

/// Where the API lives; a type may follow in the path.
pub(super) const PATH: &str = "/api/seller/";

/// The key that a request brings: as a parameter, else in the header `Authorization`.
pub(super) fn seller_key(params: &SellerParams, headers: &HeaderMap) -> Option<String> {
    let bearer = || {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
    };
    params.get("sellerkey").map(Cow::into_owned).or_else(bearer)
}

/// The seller key of a request. A stranger learns nothing but that it is unknown.
pub(super) async fn find_key(
    state: &State,
    secret: Option<&str>,
    ip: ClientAddress,
) -> Result<Arc<SellerKey>, Stop> {
    match state.service.find_seller_key(secret, ip).await? {
        FoundSellerKey::Found(key) => Ok(key),
        FoundSellerKey::Unknown => Err(SellerReply::failure(text::SELLER_KEY_NOT_FOUND).status(404).into()),
        FoundSellerKey::Paused(_) => Err(SellerReply::failure(text::TOO_FREQUENT).status(429).into()),
    }
}

/// The common checks of a key and its application after that of the rate, in the order of the protocol; the first
/// failure answers.
pub(super) fn check_key(state: &State, key: &SellerKey, ip: ClientAddress) -> Result<(), SellerReply> {
    let app = &*key.app;
    if app.banned {
        return Err(SellerReply::failure(text::APP_BANNED).status(403));
    }
    if !whitelisted(app, ip) || !key.allows_from(ip) {
        return Err(SellerReply::failure(text::NOT_WHITELISTED).status(423));
    }
    if !app.may_sell(state.service.clock().now()) {
        return Err(SellerReply::failure(text::NOT_AUTHORIZED).status(403));
    }
    Ok(())
}

/// Whether a key may do what a request asks for.
pub(super) fn check_rights(key: &SellerKey, row: Row, params: &SellerParams) -> Result<(), SellerReply> {
    let Row { kind, right, .. } = row;
    let changes = kind.changes.is_some();
    if !kind.any_key && !key.rights.allow(right, changes) {
        return Err(denied(right, changes));
    }
    if !key.rights.allow(SellerArea::Users, true) && params.flag(kind.users_too) {
        return Err(denied(SellerArea::Users, true));
    }
    Ok(())
}

/// The words that callers know, and what the key lacks.
fn denied(right: SellerArea, changes: bool) -> SellerReply {
    let what = if changes { "change" } else { "read" };
    let reason = format!("This seller key may not {what} {}.", right.as_str());
    SellerReply::failure(text::NOT_AUTHORIZED).status(403).with("reason", &reason)
}

/// The type that a request names: as a parameter, or as the last part of the path.
pub(super) fn find_type(params: &SellerParams, path: &str) -> Result<(String, Row), SellerReply> {
    let in_path = path.strip_prefix(PATH).map(|name| name.strip_suffix('/').unwrap_or(name));
    let in_path = in_path.filter(|name| !name.is_empty());
    let name = match (in_path, params.get("type")) {
        (Some(_), Some(_)) if params.has_type_in_query() => {
            return Err(SellerReply::failure(text::TYPE_TWICE));
        }
        (Some(name), _) => Cow::Borrowed(name),
        (None, Some(name)) => name,
        (None, None) => return Err(SellerReply::failure(text::NO_TYPE)),
    };
    if params.type_given_twice() {
        return Err(SellerReply::failure(text::TYPE_TWICE));
    }
    let name = name.to_ascii_lowercase();
    let row = TYPES.get(name.as_str()).copied().ok_or_else(|| SellerReply::failure(text::UNKNOWN_TYPE))?;
    Ok((name, row))
}

fn whitelisted(app: &App, ip: ClientAddress) -> bool {
    let allowed = &app.settings.seller_api_whitelist;
    let contains = |network: Network| ip.known().is_some_and(|ip| network.contains(ip));
    let matches = |entry: &String| entry.parse::<Network>().is_ok_and(contains);
    allowed.is_empty() || allowed.iter().any(matches)
}
