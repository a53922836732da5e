//! Users: making them, banning them and looking one up (`docs/protocol/seller.md`).

use claviger_domain::{HwidList, Secret, Term, TermError, Unit};
use claviger_service::vendor::{AddUser, NewUserOf, REASON_MAX, UserDetails};
use claviger_wire::{seller::SellerReply, told_end};
use futures_util::FutureExt;
use serde::Serialize;

use crate::seller::{
    Outcome, Request, failure,
    kind::{BAN_IP, Field, Form, Param, Shape, Type, Types, field, may, need, nullable, text},
    settled, silent, success, too_long, unknown,
};

pub(crate) const TYPES: Types = &[
    Type::new("adduser", |request| add(request).boxed(), "Makes a user without a license.")
        .params(ADD)
        .statuses(&[400])
        .changes(&["user", "sub"]),
    Type::new("deluser", |request| delete(request).boxed(), "Deletes a user; the sessions end.")
        .params(USER)
        .changes(&["user"]),
    Type::new("verifyuser", |request| verify(request).boxed(), "Tells whether there is a user of that name.")
        .params(USER)
        .statuses(&[406]),
    Type::new("banuser", |request| ban(request).boxed(), "Bans a user and the devices.")
        .params(&[need("user", "Name of the user"), need("reason", "Why, at most 99 bytes"), BAN_IP])
        .statuses(&[400])
        .changes(&["user", "reason"]),
    Type::new("unbanuser", |request| unban(request).boxed(), "Lifts all bans of a user.")
        .params(USER)
        .changes(&["user"]),
    Type::new("userdata", |request| data(request).boxed(), "Tells about a user.")
        .alias(&["getuserdata"])
        .params(USER)
        .data(DATA)
        .silent(),
];

const USER: &[Param] = &[need("user", "Name of the user")];
const ADD: &[Param] = &[
    need("user", "Name of the user"),
    need("sub", "Subscription that the user gets"),
    need("expiry", "How long it lasts, in days, decimals allowed; or `never`; or the date of its end, UTC")
        .form(Form::Term),
    may("pass", "The password; without it the first login sets it"),
    may("hwidAffected", "May log in from any device").form(Form::Flag),
];
const DATA: &[Field] = &[
    text("username"),
    field("subscriptions", Shape::Rows(SUBSCRIPTION)),
    field("uservars", Shape::Rows(&[text("name"), text("data")])),
    nullable("ip"),
    nullable("hwid"),
    text("createdate"),
    nullable("lastlogin"),
    nullable("cooldown"),
    field("password", Shape::Null),
    text("token"),
    nullable("banned"),
    field("2fa", Shape::Bool),
];
const SUBSCRIPTION: &[Field] =
    &[text("subscription"), nullable("key"), text("expiry"), field("timeleft", Shape::Number), text("name")];

/// Who makes users here.
const SELLER_API: &str = "SellerAPI";
const USER_NOT_FOUND: &str = "User not found!";

async fn add(request: Request) -> Outcome {
    let term = match request.term("expiry", Unit::Days) {
        Err(TermError::Malformed) => return failure("Expiry not set correctly, must be number of days"),
        Err(TermError::TooLong) => return failure(too_long("Expiry", Unit::Days)),
        // Told after what else may be wrong.
        term => term.unwrap_or(Term::For(0)),
    };
    let Some(username) = request.params.get("user") else { return failure("You must specify username.") };
    if username.len() > claviger_service::accounts::NAME_MAX {
        return Err(SellerReply::invalid_parameter("user").into());
    }
    let new = NewUserOf {
        username: username.into_owned(),
        password: request.params.get("pass").map(Secret::new),
        subscription: Some((request.text("sub"), term)),
        any_device: request.params.flag(&["hwidAffected"]),
        owner: SELLER_API.into(),
    };
    match request.service().add_user(&request.app, new).await? {
        AddUser::Done => success("Successfully created user!"),
        AddUser::Taken => failure("Username already exists!"),
        AddUser::NotAllowed => failure("Username not allowed!"),
        AddUser::UnknownSubscription => failure("Subscription not found!"),
        AddUser::NoTime => failure("Subscription expiry must be set in the future!"),
        AddUser::Paused => failure("Unable to create user while subscription is paused!"),
    }
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_user(&request.app, &request.text("user")).await;
    settled(deleted, "Successfully deleted user!", "Failed to delete user!")
}

async fn verify(request: Request) -> Outcome {
    if request.service().user_exists(&request.app, &request.text("user")).await? {
        success("User Successfully Verified")
    } else {
        Err(SellerReply::failure("User Not Found").status(406).into())
    }
}

async fn ban(request: Request) -> Outcome {
    let Some(reason) = request.stored("reason", REASON_MAX)? else {
        return failure("Ban reason is missing");
    };
    let with_ip = request.choice(BAN_IP.name)?;
    let user = request.text("user");
    let banned = request.service().ban_username(&request.app, &user, &reason, with_ip).await;
    settled(banned, "Successfully banned user!", USER_NOT_FOUND)
}

async fn unban(request: Request) -> Outcome {
    let unbanned = request.service().unban_username(&request.app, &request.text("user")).await;
    match unbanned {
        Ok(false) => failure("Failed to unban user!"),
        unbanned => settled(unbanned, "Successfully unbanned user!", USER_NOT_FOUND),
    }
}

#[derive(Serialize)]
struct Data<'a> {
    username: &'a str,
    subscriptions: Vec<Subscription<'a>>,
    uservars: Vec<Variable<'a>>,
    ip: Option<&'a str>,
    hwid: Option<String>,
    createdate: String,
    lastlogin: Option<String>,
    cooldown: Option<String>,
    password: Option<()>,
    token: String,
    banned: Option<&'a str>,
    #[serde(rename = "2fa")]
    two_factor: bool,
}

#[derive(Serialize)]
struct Subscription<'a> {
    subscription: &'a str,
    key: Option<&'a str>,
    expiry: String,
    timeleft: i64,
    /// As `subscription`: some callers read this name.
    name: &'a str,
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    data: &'a str,
}

async fn data(request: Request) -> Outcome {
    let service = request.service();
    let found = match service.user(&request.app, &request.text("user")).await {
        Ok(found) => found,
        Err(error) => return unknown(error, "User not found"),
    };
    let token = service.user_token(&request.app, &found.user);
    Ok(silent().with_fields(&Data::new(&found, token, service.clock().now())).into())
}

impl<'a> Data<'a> {
    fn new(found: &'a UserDetails, token: String, now: i64) -> Self {
        let user = &found.user;
        let running = found.subscriptions.iter().filter(|one| one.state().runs(now));
        let subscriptions = running.map(|one| {
            let (expiry, timeleft) = told_end(one.state().left(now), now);
            Subscription {
                subscription: &one.subscription,
                key: one.license_key.as_deref(),
                expiry,
                timeleft,
                name: &one.subscription,
            }
        });
        let variables = found.variables.iter().map(|one| Variable { name: &one.name, data: &one.value });
        Self {
            username: &user.username,
            subscriptions: subscriptions.collect(),
            uservars: variables.collect(),
            ip: user.ip.as_deref(),
            hwid: HwidList::from_stored(user.hwids.as_deref()).to_wire(),
            createdate: user.created.to_string(),
            lastlogin: user.last_login.map(|second| second.to_string()),
            cooldown: user.cooldown.map(|second| second.to_string()),
            password: None,
            token,
            banned: user.banned.as_deref(),
            two_factor: user.totp.is_on(),
        }
    }
}
