//! `activate`: registers a user for somebody (`docs/protocol/seller.md`).

use claviger_domain::{HWID_MAX, NOT_A_LINE, Secret, normalize_hwid};
use claviger_service::{
    accounts::{Account, AccountFailure, Refusal, Registration},
    cut,
};
use claviger_wire::{seller::SellerReply, told_end};
use futures_util::FutureExt;
use serde::Serialize;

use crate::seller::{
    Outcome, Request, Stop,
    kind::{Field, Shape, Type, Types, field, may, need, text},
};

pub(crate) const TYPES: Types = &[Type::new(
    "activate",
    |request| activate(request).boxed(),
    "Registers a user with a license, as a program does. Always answers in JSON.",
)
.params(&[
    need("user", "Name of the user"),
    need("key", "The license key"),
    need("pass", "The password"),
    may("hwid", "Device that the user may log in from"),
])
.data(&[field("info", Shape::Object(INFO))])
.statuses(&[400])
.changes(&["user", "key"])];

const INFO: &[Field] = &[text("username"), field("subscriptions", Shape::Rows(SUBSCRIPTION)), text("ip")];
const SUBSCRIPTION: &[Field] =
    &[text("subscription"), text("key"), text("expiry"), field("timeleft", Shape::Number)];

#[derive(Serialize)]
struct Info<'a> {
    username: &'a str,
    subscriptions: Vec<Subscription<'a>>,
    ip: String,
}

#[derive(Serialize)]
struct Subscription<'a> {
    subscription: &'a str,
    key: &'a str,
    expiry: String,
    timeleft: i64,
}

impl<'a> Info<'a> {
    fn new(account: &'a Account, ip: String) -> Self {
        let subscriptions = account.subscriptions.iter().map(|subscription| {
            let left = subscription.state().left(account.last_login);
            let (expiry, timeleft) = told_end(left, account.last_login);
            Subscription {
                subscription: &subscription.subscription,
                key: subscription.license_key.as_deref().unwrap_or_default(),
                expiry,
                timeleft,
            }
        });
        Self { username: &account.username, subscriptions: subscriptions.collect(), ip }
    }
}

async fn activate(request: Request) -> Outcome {
    let params = &request.params;
    let Some(password) = params.get("pass") else {
        return Ok(SellerReply::missing_parameter("pass").json_only().into());
    };
    let registration = Registration {
        username: request.text("user"),
        password: Some(Secret::new(password)),
        key: request.text("key"),
        email: None,
    };
    let hwid = params.get("hwid").map(|hwid| normalize_hwid(cut(&hwid, HWID_MAX)));
    match request.service().activate(&request.app, hwid, registration).await {
        Ok(account) => {
            let info = Info::new(&account, request.ip.to_string());
            let message = request.app.settings.messages.logged_in.clone();
            Ok(SellerReply::success(message).with("info", &info).json_only().into())
        }
        Err(failure) => failed(&request, failure),
    }
}

fn failed(request: &Request, failure: AccountFailure) -> Outcome {
    let messages = &request.app.settings.messages;
    let text = match failure {
        AccountFailure::Refused(refusal) => match refusal {
            Refusal::UsernameTaken => "Username Already Exists.".into(),
            Refusal::KeyUsed => "Key Already Used.".into(),
            Refusal::KeyBanned(_) => "Your license is banned.".into(),
            Refusal::Blacklisted(_) => "HWID is blacklisted".into(),
            Refusal::NoSubscriptionOfLevel => "No active subscriptions found.".into(),
            Refusal::UsernameTooShort => messages.username_too_short.clone(),
            Refusal::UsernameNotALine => format!("Username {NOT_A_LINE}"),
            Refusal::UsernameTooLong => "Username must be shorter than 70 characters".into(),
            Refusal::PasswordLeaked => messages.password_leaked.clone(),
            // What a registration is refused for besides, has to do with the key.
            _ => "Key Not Found.".into(),
        },
        AccountFailure::Busy(busy) => {
            return Ok(SellerReply::failure(busy.to_string()).status(503).json_only().into());
        }
        AccountFailure::Store(error) => return Err(error.into()),
        AccountFailure::SessionEnded => return Err(Stop::from(SellerReply::failure("Key Not Found."))),
    };
    Ok(SellerReply::failure(text).json_only().into())
}
