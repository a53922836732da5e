//! `webhook`: the server calls an address that the program does not know (`docs/protocol/client.md`).

use claviger_service::{Session, WebhookCall};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{
    Answer, Handler, Outcome, Request, Types,
    states::{signed_in, unauthed},
};

pub(crate) const TYPES: Types =
    &[("webhook", Handler::InSession(|request, session| webhook(request, session).boxed()))];

async fn webhook(request: Request, session: Session) -> Outcome {
    let (service, app) = (&request.state.service, &request.app);
    let id = request.get("webid").unwrap_or_default();
    let found = service.webhook(app, &id).await?;
    drop(id);
    let reply = match found {
        None => Reply::failure("Webhook Not Found."),
        Some(webhook) if webhook.authed && signed_in(&session).is_none() => unauthed(app),
        Some(webhook) => {
            let response = service.call_webhook(app, request.ip, &webhook, call(&request)).await;
            let response = String::from_utf8_lossy(&response);
            Reply::success("Webhook request successful").with("response", &response)
        }
    };
    Ok(Answer::in_session(&request, &session, reply))
}

fn call(request: &Request) -> WebhookCall {
    let params = request.get("params").unwrap_or_default();
    // The body is the vendor's business: it goes out as it came in.
    let body = request.params.raw("body").filter(|body| !body.is_empty());
    WebhookCall {
        params: url_decoded(&params),
        body: body.map(|body| body.as_bytes().to_vec()),
        content_type: request.owned("conttype"),
    }
}

/// Programs encode the parameters once more, for this decoding.
fn url_decoded(text: &str) -> String {
    let spaces = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaces).decode_utf8_lossy().into_owned()
}
