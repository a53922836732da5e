//! `2faenable` and `2fadisable` (`docs/protocol/client.md`).

use claviger_service::{
    Session, SessionUser,
    accounts::{DisableTwoFactor, EnableTwoFactor},
};
use claviger_wire::client::Reply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Answer, Handler, Outcome, Request, Types,
    address::path_segment,
    states::{closed, signed_in, unauthed},
};

pub(crate) const TYPES: Types = &[
    ("2faenable", Handler::SignedIn(|request, session, user| enable(request, session, user).boxed())),
    ("2fadisable", Handler::Always(|request, session| disable(request, session).boxed())),
];

const WRONG_CODE: &str = "Invalid code please try again";

/// A secret on its way into an authenticator.
#[derive(Serialize)]
struct Secret<'a> {
    secret_code: &'a str,
    #[serde(rename = "QRCode")]
    qr_code: String,
}

async fn enable(request: Request, session: Session, user: SessionUser) -> Outcome {
    let service = &request.state.service;
    let code = request.get("code");
    let (name, ip) = (&user.credential, request.ip);
    let outcome = service.enable_two_factor(&request.app, user.id, name, ip, code.as_deref()).await?;
    drop(code);
    let reply = match outcome {
        EnableTwoFactor::Secret(secret) => {
            let name = path_segment(&user.credential);
            let qr_code = format!("otpauth://totp/{name}?secret={secret}&issuer=KeyAuth");
            let secret = Secret { secret_code: &secret, qr_code };
            Reply::success("Add the secret to your authenticator, then confirm with a code")
                .with("2fa", &secret)
        }
        EnableTwoFactor::Done => Reply::success("2fa successfully activated"),
        EnableTwoFactor::AlreadyOn => Reply::failure("2fa is already enabled on this account"),
        EnableTwoFactor::NothingPending => Reply::failure("2fa session has expired"),
        EnableTwoFactor::WrongCode => Reply::failure(WRONG_CODE),
        EnableTwoFactor::Paused(seconds) => return Ok(Answer::paused(&request, &session, seconds)),
    };
    Ok(Answer::in_session(&request, &session, reply))
}

/// A missing code is told before a missing session.
async fn disable(request: Request, session: Option<Session>) -> Outcome {
    let Some(code) = request.owned("code") else {
        let reply = Reply::failure("Please provide the 2fa code to disable 2fa");
        return Ok(match session {
            Some(session) => Answer::in_session(&request, &session, reply),
            None => Answer::unsigned(request.app, reply),
        });
    };
    let Some(session) = session else { return Ok(Answer::session_not_found(request.app)) };
    if let Some(closed) = closed(&request.app) {
        return Ok(Answer::in_session(&request, &session, Reply::failure(closed)));
    }
    let Some(user) = signed_in(&session) else {
        return Ok(Answer::in_session(&request, &session, unauthed(&request.app)));
    };
    let service = &request.state.service;
    let outcome =
        service.disable_two_factor(&request.app, user.id, &user.credential, request.ip, &code).await?;
    let reply = match outcome {
        DisableTwoFactor::Done => Reply::success("2fa successfully disabled"),
        DisableTwoFactor::NotOn => Reply::failure("2fa is not enabled on this account"),
        DisableTwoFactor::WrongCode => Reply::failure(WRONG_CODE),
        DisableTwoFactor::Paused(seconds) => return Ok(Answer::paused(&request, &session, seconds)),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
