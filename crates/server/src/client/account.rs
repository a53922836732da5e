//! `register`, `login`, `loginEmail` and `license`: a session gets a user (`docs/protocol/client.md`).

use claviger_domain::{ClientAddress, HWID_MAX, NOT_A_LINE, Secret, normalize_hwid};
use claviger_service::{
    App, Session,
    accounts::{Account, AccountFailure, Credentials, Origin, Refusal, Registration},
    cut,
};
use claviger_wire::{client::Reply, told_end};
use futures_util::FutureExt;
use serde::Serialize;

use super::{Answer, Fault, Handler, Outcome, Request, Types, answer};

pub(crate) const TYPES: Types = &[
    ("register", Handler::InSession(|request, session| register(request, session).boxed())),
    ("login", Handler::InSession(|request, session| login(request, session).boxed())),
    ("loginEmail", Handler::InSession(|request, session| login_email(request, session).boxed())),
    ("license", Handler::InSession(|request, session| license(request, session).boxed())),
];

async fn register(request: Request, session: Session) -> Outcome {
    let registration = Registration {
        username: request.owned("username").unwrap_or_default(),
        password: password(&request),
        key: request.owned("key").unwrap_or_default(),
        email: request.owned("email"),
    };
    let service = &request.state.service;
    let outcome = service.register(&request.app, &origin(&request, &session), registration).await;
    answer(&request, &session, outcome)
}

async fn login(request: Request, session: Session) -> Outcome {
    let (username, credentials) = (request.owned("username"), credentials(&request));
    let service = &request.state.service;
    let outcome = service.login(&request.app, &origin(&request, &session), username, credentials).await;
    answer(&request, &session, outcome)
}

async fn login_email(request: Request, session: Session) -> Outcome {
    let (email, credentials) = (request.owned("email"), credentials(&request));
    let service = &request.state.service;
    let outcome = service.login_by_email(&request.app, &origin(&request, &session), email, credentials).await;
    answer(&request, &session, outcome)
}

async fn license(request: Request, session: Session) -> Outcome {
    let (key, code) = (request.owned("key"), request.owned("code"));
    let outcome = request.state.service.license(&request.app, &origin(&request, &session), key, code).await;
    answer(&request, &session, outcome)
}

fn credentials(request: &Request) -> Credentials {
    Credentials {
        password: password(request),
        token: request.get("token").map(Secret::new),
        code: request.owned("code"),
    }
}

fn password(request: &Request) -> Option<Secret> {
    request.get("pass").map(Secret::new)
}

/// The device, in the form in which it is kept everywhere.
pub(super) fn hwid(request: &Request) -> Option<String> {
    request.get("hwid").map(|hwid| normalize_hwid(cut(&hwid, HWID_MAX)))
}

fn origin(request: &Request, session: &Session) -> Origin {
    Origin { session: session.id, ip: request.ip, hwid: hwid(request) }
}

fn answer(request: &Request, session: &Session, outcome: Result<Account, AccountFailure>) -> Outcome {
    let reply = match outcome {
        Ok(account) => {
            let message = request.app.settings.messages.logged_in.clone();
            Reply::success(message).with("info", &Info::new(&account, request.ip))
        }
        Err(AccountFailure::SessionEnded) => return Ok(Answer::session_not_found(request.app.clone())),
        Err(AccountFailure::Busy(_)) => return Err(Fault::Busy),
        Err(AccountFailure::Store(error)) => return Err(error.into()),
        Err(AccountFailure::Refused(Refusal::Paused(seconds))) => {
            return Ok(Answer::paused(request, session, seconds));
        }
        Err(AccountFailure::Refused(refusal)) => Reply::failure(refusal_text(&request.app, refusal)),
    };
    Ok(Answer::in_session(request, session, reply))
}

fn refusal_text(app: &App, refusal: Refusal) -> String {
    let messages = &app.settings.messages;
    match refusal {
        Refusal::UsernameTooLong => "Username must be shorter than 70 characters".into(),
        Refusal::KeyTooLong => "Key must be shorter than 70 characters".into(),
        Refusal::UsernameTooShort => messages.username_too_short.clone(),
        Refusal::UsernameNotALine => format!("Username {NOT_A_LINE}"),
        Refusal::PasswordLeaked => messages.password_leaked.clone(),
        Refusal::UsernameTaken => messages.username_taken.clone(),
        Refusal::KeyNotFound => messages.key_not_found.clone(),
        Refusal::KeyUsed => messages.key_used.clone(),
        Refusal::KeyBanned(reason) => with_reason(&messages.key_banned, &reason),
        Refusal::Blacklisted(_) => messages.hwid_blacked.clone(),
        Refusal::NoSubscriptionOfLevel => messages.no_sub_level.clone(),
        Refusal::HwidTooShort => {
            format!("HWID must be {} or more characters, change this in app settings.", app.settings.min_hwid)
        }
        Refusal::HwidMissing => {
            "Force HWID is enabled, disable in app settings if you want to use blank HWIDs".into()
        }
        Refusal::UnknownUser if app.settings.hide_unknown_users => messages.pass_mismatch.clone(),
        Refusal::UnknownUser => messages.username_not_found.clone(),
        Refusal::UserBanned(reason) => with_reason(&messages.user_banned, &reason),
        Refusal::WrongPassword => messages.pass_mismatch.clone(),
        Refusal::HwidMismatch => messages.hwid_mismatch.clone(),
        Refusal::SubscriptionPaused => messages.paused_sub.clone(),
        Refusal::NoSubscription => messages.no_active_subs.clone(),
        Refusal::CodeMissing => "2FA code is required".into(),
        Refusal::CodeWrong => "Invalid 2FA code".into(),
        Refusal::Paused(seconds) => answer::paused_text(seconds),
    }
}

/// The owner's text with the reason of a ban in its place.
pub(super) fn with_reason(text: &str, reason: &str) -> String {
    text.replace("{reason}", reason)
}

/// What a program learns of its user. Times are texts, since programs parse them so.
#[derive(Serialize)]
struct Info<'a> {
    username: &'a str,
    subscriptions: Vec<Subscription<'a>>,
    ip: String,
    hwid: Option<String>,
    createdate: String,
    lastlogin: String,
}

#[derive(Serialize)]
struct Subscription<'a> {
    subscription: &'a str,
    key: Option<&'a str>,
    expiry: String,
    timeleft: i64,
    level: &'a str,
}

impl<'a> Info<'a> {
    fn new(account: &'a Account, ip: ClientAddress) -> Self {
        let subscriptions = account.subscriptions.iter().map(|subscription| {
            let left = subscription.state().left(account.last_login);
            let (expiry, timeleft) = told_end(left, account.last_login);
            Subscription {
                subscription: &subscription.subscription,
                key: subscription.license_key.as_deref(),
                expiry,
                timeleft,
                level: subscription.level.as_deref().unwrap_or_default(),
            }
        });
        Self {
            username: &account.username,
            subscriptions: subscriptions.collect(),
            ip: ip.to_string(),
            hwid: account.hwids.to_wire(),
            createdate: account.created.to_string(),
            lastlogin: account.last_login.to_string(),
        }
    }
}
