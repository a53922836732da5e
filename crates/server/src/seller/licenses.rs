//! `add` and `verify`: license keys (`docs/protocol/seller.md`).

use std::borrow::Cow;

use claviger_domain::{Alphabet, Mask, days_to_seconds};
use claviger_service::licenses::{LEVEL_MAX, LicenseFailure, NewKeys};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;

use super::{Outcome, Request, Types};

pub(crate) const TYPES: Types =
    &[("add", |request| add(request).boxed()), ("verify", |request| verify(request).boxed())];

/// Who makes licenses unless the caller names somebody.
const SELLER_API: &str = "SellerAPI";
/// Older callers write the default mask like this.
const OLD_DEFAULT_MASK: &str = "XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX";
/// Longest name of a maker in bytes.
const OWNER_MAX: usize = 65;

async fn add(request: Request) -> Outcome {
    let keys = match new_keys(&request) {
        Ok(keys) => keys,
        Err(refusal) => return Ok(refusal.into()),
    };
    match request.state.service.add_licenses(&request.app, keys).await {
        Ok(keys) => Ok(added(keys).into()),
        Err(LicenseFailure::DailyLimit(limit)) => {
            let text = format!("You can only generate {limit} keys per 24 hours with SellerAPI.");
            Ok(SellerReply::failure(text).status(429).into())
        }
        Err(LicenseFailure::TooMany) => failure("You can only generate 100 licenses at a time"),
        Err(LicenseFailure::FixedMask) => failure("Can't do custom key with amount greater than one"),
        Err(LicenseFailure::Exists) => failure("License already exists"),
        Err(LicenseFailure::NoteTooLong) => failure("Note must be less than 69 characters"),
        Err(LicenseFailure::Store(error)) => Err(error.into()),
    }
}

fn failure(text: &'static str) -> Outcome {
    Ok(SellerReply::failure(text).into())
}

/// One key and several have different names and statuses; the published Rust crate tells them apart by the status.
fn added(keys: Vec<String>) -> SellerReply {
    match <[String; 1]>::try_from(keys) {
        Ok([key]) => SellerReply::success("License Successfully Generated").with("key", &key).text(key),
        Err(keys) => {
            let lines = keys.join("\r\n");
            SellerReply::success("Licenses successfully generated")
                .status(302)
                .with("keys", &keys)
                .text(lines)
        }
    }
}

/// The checks of the form of `add`, in the order of the protocol; those that need the database follow.
fn new_keys(request: &Request) -> Result<NewKeys, SellerReply> {
    let params = &request.params;
    let Some(expiry) = params.get("expiry") else {
        return Err(SellerReply::failure("Expiry not set").status(406));
    };
    let Some(duration) = days_to_seconds(&expiry) else {
        return Err(SellerReply::failure("Expiry must a number of days").status(400));
    };
    let level = params.number_or("level", 1).to_string();
    if params.get("level").is_some_and(|sent| sent.len() > LEVEL_MAX) || level.len() > LEVEL_MAX {
        return Err(SellerReply::failure("Level too long"));
    }
    let amount = params.shop_quantity().unwrap_or_else(|| params.number_or("amount", 1)).max(1);
    let mask = params.get("mask").filter(|mask| mask != OLD_DEFAULT_MASK);
    let mask = mask.unwrap_or(Cow::Borrowed(&request.app.settings.license_mask));
    let mask = Mask::new(&mask).map_err(|_| SellerReply::invalid_parameter("mask"))?;
    let note = params.get("note").map(Cow::into_owned);
    let genby = params.get("owner").map_or_else(|| SELLER_API.into(), Cow::into_owned);
    if genby.len() > OWNER_MAX {
        return Err(SellerReply::invalid_parameter("owner"));
    }
    let alphabet = Alphabet::from_option(params.get("character").as_deref());
    Ok(NewKeys { mask, alphabet, amount, duration, level, note, genby })
}

async fn verify(request: Request) -> Outcome {
    let key = request.params.get("key").unwrap_or_default();
    Ok(if request.state.service.license_exists(&request.app, &key).await? {
        SellerReply::success("Key Successfully Verified").into()
    } else {
        SellerReply::failure("Key Not Found").status(406).into()
    })
}
