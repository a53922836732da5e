//! The common checks of a request, in the order of the protocol; the first failure answers (`docs/protocol/seller.md`).

use std::{borrow::Cow, sync::Arc};

use axum::http::{HeaderMap, header};
use claviger_domain::{ClientAddress, Network};
use claviger_service::App;
use claviger_wire::seller::{SellerParams, SellerReply, text};

use super::{Stop, Type, table::TYPES};
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

/// The application of the seller key. A stranger learns nothing but that the key is unknown.
pub(super) async fn find_app(state: &State, key: Option<&str>, ip: ClientAddress) -> Result<Arc<App>, Stop> {
    let found = match key {
        Some(key) if key.len() == 32 => state.service.app_by_seller_key(key).await?,
        _ => None,
    };
    match found {
        Some(app) => Ok(app),
        None if state.limits.may_guess(ip) => {
            Err(SellerReply::failure(text::SELLER_KEY_NOT_FOUND).status(404).into())
        }
        None => Err(SellerReply::failure(text::TOO_FREQUENT).status(429).into()),
    }
}

/// The common checks of an application after that of its rate, in the order of the protocol; the first failure answers.
pub(super) fn check_app(state: &State, app: &App, ip: ClientAddress) -> Result<(), SellerReply> {
    if app.banned {
        return Err(SellerReply::failure(text::APP_BANNED).status(403));
    }
    if !whitelisted(app, ip) {
        return Err(SellerReply::failure(text::NOT_WHITELISTED).status(423));
    }
    if !app.may_sell(state.service.clock().now()) {
        return Err(SellerReply::failure(text::NOT_AUTHORIZED).status(403));
    }
    Ok(())
}

/// The type that a request names: as a parameter, or as the last part of the path.
pub(super) fn find_type(params: &SellerParams, path: &str) -> Result<(String, &'static Type), SellerReply> {
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
    let kind = TYPES.get(name.as_str()).copied().ok_or_else(|| SellerReply::failure(text::UNKNOWN_TYPE))?;
    Ok((name, kind))
}

fn whitelisted(app: &App, ip: ClientAddress) -> bool {
    let allowed = &app.settings.seller_api_whitelist;
    let contains = |network: Network| ip.known().is_some_and(|ip| network.contains(ip));
    let matches = |entry: &String| entry.parse::<Network>().is_ok_and(contains);
    allowed.is_empty() || allowed.iter().any(matches)
}
