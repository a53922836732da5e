//! License keys: making, using and changing them (`docs/protocol/seller.md`). Looking at them is in
//! [`super::license_lists`].

use std::borrow::Cow;

use claviger_domain::{Alphabet, LicenseStatus, Mask, Term, TermError, Unit, tidy};
use claviger_service::vendor::{
    Added, Assignment, EditedLicense, LEVEL_MAX, LicenseFailure, NOTE_MAX, NewKeys, REASON_MAX,
};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;

use super::shop::{amount, event, for_shops};
use crate::seller::{
    Answer, Outcome, Request, failure,
    kind::{BAN_IP, Form, Param, Shape, Type, Types, may, need, optional},
    settled, settled_if, success, too_long,
};

pub(crate) const TYPES: Types = &[
    Type::new("add", |request| add(request).boxed(), "Makes licenses; several are answered with status 302.")
        .params(ADD)
        .data(&[optional("key", Shape::Text), optional("keys", Shape::Texts)])
        .statuses(&[302, 400, 406, 409, 410, 422, 429])
        .changes(&["owner", "note"]),
    Type::new("addtime", |request| add_time(request).boxed(), "Makes all unused licenses worth more.")
        .params(&[need("time", "Days, decimals allowed, or `never`").form(Form::Term)])
        .statuses(&[500])
        .changes(&["time"]),
    Type::new("verify", |request| verify(request).boxed(), "Tells whether there is a license of that key.")
        .params(KEY)
        .statuses(&[406]),
    Type::new("assignkey", |request| assign(request).boxed(), "Uses a license up for a user.")
        .params(&[need("user", "Name of the user"), need("key", "The license key")])
        .changes(&["user", "key"]),
    Type::new("del", |request| delete(request).boxed(), "Deletes a license and what it brought.")
        .params(&[need("key", "The license key"), USER_TOO])
        .users_too(USER_TOO_NAMES)
        .changes(&["key"]),
    Type::new("delmultiple", |request| delete_multiple(request).boxed(), "Deletes several licenses.")
        .params(&[need("key", "License keys, separated by commas"), USER_TOO])
        .users_too(USER_TOO_NAMES)
        .changes(&["key"]),
    Type::new("delunused", |request| delete_unused(request).boxed(), "Deletes all unused licenses.")
        .changes(&[]),
    Type::new("delused", |request| delete_used(request).boxed(), "Deletes all used licenses; users stay.")
        .changes(&[]),
    Type::new("delalllicenses", |request| delete_all(request).boxed(), "Deletes all licenses; users stay.")
        .changes(&[]),
    Type::new("ban", |request| ban(request).boxed(), "Bans a license, and who signs in by it alone.")
        .params(&[need("key", "The license key"), may("reason", "Why, at most 99 bytes"), USER_TOO, BAN_IP])
        .users_too(USER_TOO_NAMES)
        .statuses(&[400])
        .changes(&["key", "reason"]),
    Type::new("unban", |request| unban(request).boxed(), "Lifts the ban of a license, and no other.")
        .params(KEY)
        .changes(&["key"]),
    Type::new("setnote", |request| set_note(request).boxed(), "Sets the remark of a license.")
        .params(&[need("key", "The license key"), may("note", "The remark, at most 69 bytes")])
        .changes(&["key", "note"]),
    Type::new("edit", |request| edit(request).boxed(), "Sets how long a license lasts.")
        .params(&[
            need("key", "The license key"),
            need(
                "expiry",
                "How long it lasts, in seconds; or `never`; or a date, UTC, for the time until then",
            )
            .form(Form::Term),
            may("userToo", "Also the time that it brought to the user who used it").form(Form::Flag),
        ])
        .data(&[optional("hint", Shape::Text)])
        .users_too(USER_TOO_NAMES)
        .changes(&["key", "expiry"]),
];

const KEY: &[Param] = &[need("key", "The license key")];
const USER_TOO: Param = may("userToo", "Also the user who used it").form(Form::Flag);
/// The flag, and how a published library spells it.
const USER_TOO_NAMES: &[&str] = &["userToo", "user_too"];
const ADD: &[Param] = &[
    need(
        "expiry",
        "How long each lasts, in days, decimals allowed; or `never`; or a date, UTC, for the time until then",
    )
    .form(Form::Term),
    may("mask", "Pattern of the keys; each * becomes a random character"),
    may("level", "Level of the licenses; 1 unless given").form(Form::Integer),
    may("amount", "How many; 1 unless given, at most 100").form(Form::Integer),
    may("owner", "Who makes them; SellerAPI unless given. A reseller pays with the balance"),
    may("character", "1: letters of both cases and digits, 2: upper case, 3: lower case"),
    may("note", "Remark, at most 69 bytes"),
];

/// Who makes licenses unless the caller names somebody.
const SELLER_API: &str = "SellerAPI";
/// Older callers write the default mask like this.
const OLD_DEFAULT_MASK: &str = "XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX";
/// Longest name of a maker in bytes.
const OWNER_MAX: usize = 65;
/// Told of a date that has passed.
const PAST: &str = "Expiry must be in the future";
/// Told of a used license whose duration was changed, and its user's not.
const USER_KEEPS: &str =
    "The license is used: its user keeps the time that it brought, unless you send userToo=1.";
/// The same where there is nobody whose time could be changed.
const USER_GONE: &str = "The license is used, and its user is gone: nobody's time was changed.";
const NOTE_TOO_LONG: &str = "Note must be less than 69 characters";

async fn add(request: Request) -> Outcome {
    let is_shop = request.text_mode || request.params.shop().is_some();
    for_shops(add_keys(request).await, is_shop)
}

async fn add_keys(request: Request) -> Outcome {
    let keys = new_keys(&request)?;
    let event = event(&request, keys.amount);
    let by = format!("key {}", request.key.name);
    match request.service().add_licenses_for(&request.app, keys, event, &by).await {
        Ok(Added { keys, again: false }) => Ok(added(keys).into()),
        Ok(Added { keys, again: true }) => {
            Ok(Answer::Changed(added(keys), "the same event again: the same licenses".into()))
        }
        Err(LicenseFailure::OtherEvent) => {
            let text = "This Idempotency-Key was used with other parameters";
            Err(SellerReply::failure(text).status(409).into())
        }
        Err(LicenseFailure::EventIsOver) => {
            let text = "The licenses that were made for this event are deleted";
            Err(SellerReply::failure(text).status(410).into())
        }
        Err(LicenseFailure::DailyLimit(limit)) => {
            let text = format!("You can only generate {limit} keys per 24 hours with SellerAPI.");
            Err(SellerReply::failure(text).status(429).into())
        }
        Err(LicenseFailure::TooMany) => failure("You can only generate 100 licenses at a time"),
        Err(LicenseFailure::FixedMask) => failure("Can't do custom key with amount greater than one"),
        Err(LicenseFailure::Exists) => failure("License already exists"),
        Err(LicenseFailure::NoteTooLong) => failure(NOTE_TOO_LONG),
        Err(LicenseFailure::Unfit(text)) => Err(SellerReply::failure(text).status(400).into()),
        Err(LicenseFailure::ResellerLevel) => failure("Reseller may not generate keys of this level"),
        Err(LicenseFailure::ResellerBalance) => failure("Reseller has not enough balance"),
        Err(LicenseFailure::ManagerMayNot) => failure("Manager may not generate keys"),
        Err(LicenseFailure::Store(error)) => Err(error.into()),
    }
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
    if params.get("expiry").is_none() {
        return Err(SellerReply::failure("Expiry not set").status(406));
    }
    let refused = |text: String| Err(SellerReply::failure(text).status(400));
    let duration = match request.term("expiry", Unit::Days) {
        Ok(Term::For(0)) | Err(TermError::Malformed | TermError::Negative) => {
            return refused("Expiry must a number of days".into());
        }
        Err(TermError::TooLong) => return refused(too_long("Expiry", Unit::Days)),
        Err(TermError::Past) => return refused(PAST.into()),
        Ok(term) => term.seconds(request.service().clock().now()),
    };
    let level = params.number_or("level", 1).to_string();
    if params.get("level").is_some_and(|sent| sent.len() > LEVEL_MAX) || level.len() > LEVEL_MAX {
        return Err(SellerReply::failure("Level too long"));
    }
    let amount = amount(request)?;
    let mask = params.get("mask").filter(|mask| mask != OLD_DEFAULT_MASK);
    let mask = mask.unwrap_or(Cow::Borrowed(&request.app.settings.license_mask));
    let mask = Mask::new(&mask).map_err(|_| SellerReply::invalid_parameter("mask"))?;
    let note = params.get("note").map(Cow::into_owned);
    let genby = request.stored("owner", OWNER_MAX)?.unwrap_or_else(|| SELLER_API.into());
    let alphabet = Alphabet::from_option(params.get("character").as_deref());
    Ok(NewKeys { mask, alphabet, amount, duration, level, note, genby })
}

async fn add_time(request: Request) -> Outcome {
    const FAILED: &str = "Failed to add time! Key must not be used.";
    let failed = || SellerReply::failure(FAILED).status(500);
    let seconds = match request.term("time", Unit::Days) {
        Ok(Term::For(seconds)) if seconds > 0 => seconds,
        Err(TermError::TooLong) => {
            return Err(SellerReply::failure(too_long("Time", Unit::Days)).status(400).into());
        }
        _ => return Err(failed().into()),
    };
    if request.service().add_time(&request.app, seconds).await? {
        success("Added time to unused licenses!")
    } else {
        Err(failed().into())
    }
}

async fn verify(request: Request) -> Outcome {
    if request.service().license_exists(&request.app, &request.text("key")).await? {
        success("Key Successfully Verified")
    } else {
        Err(SellerReply::failure("Key Not Found").status(406).into())
    }
}

async fn assign(request: Request) -> Outcome {
    let (user, key) = (request.text("user"), request.text("key"));
    match request.service().assign_license(&request.app, &user, &key).await? {
        Assignment::Done => success("Successfully Assigned Key To User!"),
        Assignment::UnknownLicense => failure("License not found!"),
        Assignment::Used => failure("Key is already assigned to a user!"),
        Assignment::Banned => failure("Key is banned, and can not be assigned!"),
        Assignment::NoSubscription => failure("Subscription not found!"),
        Assignment::UnknownUser => failure("Username not found!"),
        Assignment::NoTime | Assignment::UserBanned => failure("Failed to upgrade!(aka assign key)"),
    }
}

/// Whether the user goes too.
fn user_too(request: &Request) -> bool {
    request.params.flag(USER_TOO_NAMES)
}

async fn delete(request: Request) -> Outcome {
    let key = vec![request.text("key")];
    let deleted = request.service().delete_licenses(&request.app, key, user_too(&request)).await;
    let deleted = deleted.map(|deleted| deleted > 0);
    settled_if(deleted, "Successfully deleted license!", "Failed to delete license!")
}

async fn delete_multiple(request: Request) -> Outcome {
    let keys = request.text("key");
    let keys = keys.split(',').map(|key| tidy(key).to_owned()).filter(|key| !key.is_empty()).collect();
    let deleted = request.service().delete_licenses(&request.app, keys, user_too(&request)).await;
    let deleted = deleted.map(|deleted| deleted > 0);
    settled_if(deleted, "Successfully deleted license(s)", "Failed to delete license(s)")
}

async fn delete_unused(request: Request) -> Outcome {
    let deleted = request.service().delete_all_licenses(&request.app, Some(LicenseStatus::NotUsed)).await;
    settled_if(deleted, "Successfully deleted all unused keys!", "Didn't find any unused keys!")
}

async fn delete_used(request: Request) -> Outcome {
    let deleted = request.service().delete_all_licenses(&request.app, Some(LicenseStatus::Used)).await;
    settled_if(deleted, "Successfully deleted all used keys!", "Didn't find any used keys!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_licenses(&request.app, None).await;
    settled_if(deleted, "Deleted all keys!", "Didn't find any keys!")
}

async fn ban(request: Request) -> Outcome {
    let reason = request.stored("reason", REASON_MAX)?.unwrap_or_default();
    let (key, user_too, with_ip) = (request.text("key"), user_too(&request), request.choice(BAN_IP.name)?);
    let banned = request.service().ban_license(&request.app, &key, &reason, user_too, with_ip).await;
    settled(banned, "Successfully banned license!", "Failed to ban license!")
}

async fn unban(request: Request) -> Outcome {
    let unbanned = request.service().unban_license(&request.app, &request.text("key")).await;
    settled(unbanned, "Successfully unbanned license!", "Failed to unban license!")
}

async fn set_note(request: Request) -> Outcome {
    let note = request.text("note");
    if note.len() > NOTE_MAX {
        return failure(NOTE_TOO_LONG);
    }
    let set = request.service().set_note(&request.app, &request.text("key"), note).await;
    settled(set, "Successfully set note", "Failed to set note")
}

async fn edit(request: Request) -> Outcome {
    const DONE: &str = "License Edit Successful";
    let term = match request.term("expiry", Unit::Seconds) {
        Ok(Term::For(0)) | Err(TermError::Malformed | TermError::Negative) => {
            return failure("You must set expiry value");
        }
        Err(TermError::TooLong) => return failure(too_long("Expiry", Unit::Seconds)),
        Err(TermError::Past) => return failure(PAST),
        Ok(term) => term,
    };
    let (key, user_too) = (request.text("key"), user_too(&request));
    match request.service().set_license_duration(&request.app, &key, term, user_too).await {
        Ok(EditedLicense::UserKept) => {
            let hint = if user_too { USER_GONE } else { USER_KEEPS };
            Ok(SellerReply::success(DONE).with("hint", &hint).text(format!("{DONE}. {hint}")).into())
        }
        edited => settled(edited.map(drop), DONE, "Key Not Found"),
    }
}
