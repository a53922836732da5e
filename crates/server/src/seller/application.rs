//! `setseller`, `appdetails` and `stats`: the application itself (`docs/protocol/seller.md`).

use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{Outcome, Request, Types};

pub(crate) const TYPES: Types = &[
    ("setseller", |request| async move { Ok(set_seller(&request)) }.boxed()),
    ("appdetails", |request| async move { Ok(app_details(&request)) }.boxed()),
    ("stats", |request| stats(request).boxed()),
];

/// Bots test a seller key with this.
fn set_seller(_: &Request) -> super::Answer {
    SellerReply::success("Seller Key Successfully Found").into()
}

#[derive(Serialize)]
struct AppDetails<'a> {
    name: &'a str,
    ownerid: &'a str,
    secret: &'a str,
    version: &'a str,
}

fn app_details(request: &Request) -> super::Answer {
    let app = &request.app;
    let details = AppDetails {
        name: &app.name,
        ownerid: &app.owner_id,
        secret: app.secret.expose(),
        version: &app.settings.version,
    };
    SellerReply::success("Fetched Application Details Successfully").with("appdetails", &details).into()
}

async fn stats(request: Request) -> Outcome {
    let stats = request.state.service.seller_stats(&request.app).await?;
    let licenses = stats.licenses;
    // Callers expect every field; what this release does not keep there is none of.
    const NONE: &str = "0";
    let reply = SellerReply::success("")
        .without_message()
        .with("unused", &licenses.unused.to_string())
        .with("used", &licenses.used.to_string())
        .with("paused", &NONE)
        .with("banned", &licenses.banned.to_string())
        .with("totalkeys", &licenses.total().to_string())
        .with("webhooks", &stats.webhooks.to_string())
        .with("files", &stats.files.to_string())
        .with("vars", &stats.variables.to_string())
        .with("resellers", &NONE)
        .with("managers", &NONE)
        .with("totalaccs", &NONE);
    Ok(reply.into())
}
