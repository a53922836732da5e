//! `setseller`, `appdetails` and `stats`: the application itself (`docs/protocol/seller.md`).

use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Answer, Outcome, Request,
    kind::{Field, Shape, Type, Types, field, text},
    success,
};

pub(crate) const TYPES: Types = &[
    Type::new("setseller", |_| async { set_seller() }.boxed(), "Tests a seller key.").any_key(),
    Type::new(
        "appdetails",
        |request| async move { Ok(app_details(&request)) }.boxed(),
        "Tells what programs of the application need.",
    )
    .data(&[field("appdetails", Shape::Object(DETAILS))]),
    Type::new("stats", |request| stats(request).boxed(), "Counts what the application has.")
        .data(STATS)
        .silent(),
];

const DETAILS: &[Field] = &[text("name"), text("ownerid"), text("secret"), text("version")];
const STATS: &[Field] = &[
    text("unused"),
    text("used"),
    text("paused"),
    text("banned"),
    text("totalkeys"),
    text("webhooks"),
    text("files"),
    text("vars"),
    text("resellers"),
    text("managers"),
    text("totalaccs"),
];

/// Shown where the application keeps its secret to itself, or the key is a limited one: callers want a text that is not empty.
const HIDDEN: &str = "hidden";

fn set_seller() -> Outcome {
    success("Seller Key Successfully Found")
}

#[derive(Serialize)]
struct AppDetails<'a> {
    name: &'a str,
    ownerid: &'a str,
    secret: &'a str,
    version: &'a str,
}

fn app_details(request: &Request) -> Answer {
    let app = &request.app;
    let shown = app.settings.seller_api_shows_secret && request.sees_secrets();
    let details = AppDetails {
        name: &app.name,
        ownerid: &app.owner_id,
        secret: if shown { app.secret.expose() } else { HIDDEN },
        version: &app.settings.version,
    };
    SellerReply::success("Fetched Application Details Successfully").with("appdetails", &details).into()
}

async fn stats(request: Request) -> Outcome {
    let stats = request.service().seller_stats(&request.app).await?;
    let licenses = stats.licenses;
    let counts = [
        ("unused", licenses.unused),
        ("used", licenses.used),
        // A license is never paused, what it brought may be.
        ("paused", 0),
        ("banned", licenses.banned),
        ("totalkeys", licenses.total()),
        ("webhooks", stats.webhooks),
        ("files", stats.files),
        ("vars", stats.variables),
        ("resellers", stats.resellers),
        ("managers", stats.managers),
        ("totalaccs", stats.resellers + stats.managers),
    ];
    let reply = SellerReply::success("").without_message();
    let reply = counts.into_iter().fold(reply, |reply, (name, count)| reply.with(name, &count.to_string()));
    Ok(reply.into())
}
