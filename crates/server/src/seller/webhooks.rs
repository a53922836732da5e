//! Webhooks: addresses that programs have called without knowing them (`docs/protocol/seller.md`).

use claviger_service::{
    Webhook,
    vendor::{NewWebhook, UrlFault},
};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Field, Form, NEXT, PAGED, Shape, Type, Types, field, may, need, text},
    list::List,
    settled, settled_if,
    variables::{AUTHED_UNCLEAR, authed},
};

pub(crate) const TYPES: Types = &[
    Type::new("addwebhook", |request| add(request).boxed(), "Adds a webhook.")
        .params(&[
            need("baseurl", "The address, at most 200 bytes; programs only add to it"),
            need("authed", "1: only after a login; 0: for all").form(Form::Flag),
            may("ua", "Sent as `User-Agent`, at most 49 bytes; `Claviger` unless given"),
            may("webid", "The name that programs use, at most 10 bytes; drawn unless given"),
        ])
        .data(&[text("webid")])
        .statuses(&[400])
        .changes(&["webid"]),
    Type::new("delwebhook", |request| delete(request).boxed(), "Deletes a webhook.")
        .params(&[need("webid", "Its name")])
        .changes(&["webid"]),
    Type::new("delallwebhooks", |request| delete_all(request).boxed(), "Deletes all webhooks.").changes(&[]),
    Type::new("fetchallwebhooks", |request| fetch_all(request).boxed(), "Lists the webhooks.")
        .params(PAGED)
        .data(&[field("webhooks", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
];

const ROW: &[Field] =
    &[text("webid"), text("short_baselink"), text("useragent"), field("authed", Shape::Number)];

/// Longest address in bytes.
const URL_MAX: usize = 200;
/// Longest `User-Agent` in bytes.
const USER_AGENT_MAX: usize = 49;
/// Longest name in bytes.
const ID_MAX: usize = 10;
/// Characters of an address that the list tells: enough to know it again, too few for its secrets.
const SHOWN: usize = 21;
/// An address within the server's own network.
const LOCAL_URL: &str = "URL can't be a local path! Must be a remote URL accessible by the open internet!";

const WEBHOOKS: List<Webhook> = List {
    message: "Successfully retrieved all webhooks",
    field: "webhooks",
    none: "No webhooks found",
    name: |webhook| webhook.id.clone(),
    numbered: false,
    line: None,
};

async fn add(request: Request) -> Outcome {
    let Some(authed) = authed(&request) else { return failure(AUTHED_UNCLEAR) };
    let url = request.stored("baseurl", URL_MAX)?.unwrap_or_default();
    match request.service().check_outgoing(&url).await {
        Ok(()) => {}
        Err(UrlFault::Malformed) => return failure("URL isn't a valid URL!"),
        Err(UrlFault::Inner) => return failure(LOCAL_URL),
    }
    let user_agent = match request.stored("ua", USER_AGENT_MAX)? {
        // A published library sends `us`.
        None => request.stored("us", USER_AGENT_MAX)?,
        user_agent => user_agent,
    };
    let new = NewWebhook { url, user_agent, id: request.stored("webid", ID_MAX)?, authed };
    match request.service().add_webhook(&request.app, new).await {
        Ok(webhook) => {
            let reply = SellerReply::success("Successfully added webhook!").with("webid", &webhook.id);
            Ok(reply.into())
        }
        Err(error) => settled::<()>(Err(error), "", "Failed to add webhook!"),
    }
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_webhook(&request.app, &request.text("webid")).await;
    settled(deleted, "Successfully deleted webhook!", "Failed to delete webhook!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_webhooks(&request.app).await;
    settled_if(deleted, "Successfully deleted all webhooks!", "Failed to find any webhooks!")
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        webid: String,
        short_baselink: String,
        useragent: String,
        authed: u8,
    }
    let webhooks = request.service().webhooks(&request.app).await?;
    let row = |webhook: &Webhook| Row {
        webid: webhook.id.clone(),
        short_baselink: webhook.url.chars().take(SHOWN).collect(),
        useragent: webhook.user_agent.clone(),
        authed: u8::from(webhook.authed),
    };
    WEBHOOKS.whole(&request, webhooks, row).await
}
