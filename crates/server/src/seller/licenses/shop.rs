//! What `add` has for shops: how many the customer bought, which event it is for, and failures that no customer gets as
//! a product (`docs/protocol/seller.md`).

use axum::http::HeaderMap;
use claviger_service::vendor::AddEvent;
use claviger_wire::seller::{SellerReply, Unclear};

use crate::seller::{Outcome, Request, Stop};

/// Tells repetitions from other events; any caller may send it.
const KEY: &str = "idempotency-key";
/// The product that is to be delivered, where a shop's payload is of a whole cart.
const PRODUCT: &str = "x-sellix-product-id";
/// The parameters of `add` that make up what it makes.
const PARAMS: &[&str] = &["expiry", "mask", "level", "owner", "character", "note"];

/// How many licenses to make: as many as the customer bought, else what the caller says.
pub(super) fn amount(request: &Request) -> Result<i64, SellerReply> {
    let product = header(&request.headers, PRODUCT);
    let bought = request.params.shop().map(|shop| shop.quantity(product.as_deref()));
    let amount = match bought.transpose() {
        Ok(bought) => bought.flatten().unwrap_or_else(|| request.params.number_or("amount", 1)),
        Err(Unclear) => {
            let text = "The order has several products and does not say which is to be delivered";
            return Err(SellerReply::failure(text).status(422));
        }
    };
    Ok(amount.max(1))
}

/// The event that licenses are made for, if the request says so: by a key of the caller's own, else by what a shop's
/// payload has to tell its deliveries apart.
pub(super) fn event(request: &Request, amount: i64) -> Option<AddEvent> {
    let one = |name: &&str| format!("{name}={}", request.params.get(name).unwrap_or_default());
    let params: Vec<String> = PARAMS.iter().map(one).chain([format!("amount={amount}")]).collect();
    if let Some(key) = header(&request.headers, KEY) {
        return Some(AddEvent::by_key(&key, &params));
    }
    let product = header(&request.headers, PRODUCT);
    let order = request.params.shop()?.delivery(product.as_deref())?;
    Some(AddEvent::by_order(&order, &params))
}

/// What a shop is answered: every reply of status 2xx is a product to it.
pub(super) fn for_shops(outcome: Outcome, is_shop: bool) -> Outcome {
    outcome.map_err(|stop| match stop {
        Stop::Refused(reply) if is_shop => Stop::Refused(reply.not_a_product()),
        stop => stop,
    })
}

/// The first header of a name, unless it is blank.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    Some(text.trim()).filter(|text| !text.is_empty()).map(String::from)
}
