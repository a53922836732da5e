//! The blacklist and the whitelist (`docs/protocol/seller.md`).

use std::net::IpAddr;

use claviger_domain::HWID_MAX;
use claviger_service::vendor::{Blacklisted, Outcast, Region};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Field, NEXT, PAGED, Param, Shape, Type, Types, field, may, need, nullable, text},
    list::List,
    settled_if, success,
};

pub(crate) const TYPES: Types = &[
    Type::new("black", |request| black(request).boxed(), "Keeps addresses, devices or regions out.")
        .alias(KINDS)
        .params(&[
            may("ip", "An address; without any of these five the caller's own"),
            may("hwid", "A device"),
            may("region", "A region; kept and listed, programs are not checked for it"),
            may("country", "A country; kept and listed, programs are not checked for it"),
            may("asn", "An autonomous system; kept and listed, programs are not checked for it"),
            may("reason", "Why, at most 99 bytes"),
            may("data", "With the type `ip`, `hwid`, `region`, `country` or `asn`: its value"),
        ])
        .statuses(&[400])
        .changes(&["ip", "hwid", "region", "country", "asn", "data"]),
    Type::new("delblack", |request| delete(request).boxed(), "Lets an address, device or region in again.")
        .params(&[
            need("data", "The address or the other value"),
            need("blacktype", "`ip`, `hwid`, `region`, `country` or `asn`"),
        ])
        .changes(&["blacktype", "data"]),
    Type::new("delblacks", |request| delete_all(request).boxed(), "Empties the blacklist.").changes(&[]),
    Type::new("fetchallblacks", |request| fetch_all(request).boxed(), "Lists the blacklist.")
        .params(PAGED)
        .data(&[field("blacklists", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
    Type::new("addWhite", |request| add_white(request).boxed(), "Exempts an address from vpnBlock.")
        .params(IP)
        .changes(&["ip"]),
    Type::new("delWhite", |request| delete_white(request).boxed(), "Takes an exemption back.")
        .params(IP)
        .changes(&["ip"]),
    Type::new("delallwhites", |request| delete_whites(request).boxed(), "Takes all exemptions back.")
        .changes(&[]),
    Type::new("fetchallwhites", |request| fetch_whites(request).boxed(), "Lists the exempt addresses.")
        .params(PAGED)
        .data(&[field("whitelists", Shape::Rows(&[text("ip")])), NEXT])
        .statuses(&[400, 406]),
];

/// Kinds of entries; a bot's button sends them in the place of `black`.
const KINDS: &[&str] = &["ip", "hwid", "region", "country", "asn"];
const IP: &[Param] = &[may("ip", "The address; the caller's own unless given")];
const ROW: &[Field] = &[nullable("hwid"), nullable("ip"), text("type"), text("data"), text("reason")];
/// Longest name of a region in bytes.
const REGION_MAX: usize = 99;
/// Longest reason in bytes.
const REASON_MAX: usize = 99;

const BLACKLIST: List<Blacklisted> = List {
    message: "Successfully retrieved blacklists",
    field: "blacklists",
    none: "No blacklists found",
    name: |entry| format!("{}:{}", entry.kind, entry.value),
    numbered: false,
    line: None,
};

const WHITELIST: List<String> = List {
    message: "Successfully retrieved whitelists",
    field: "whitelists",
    none: "No whitelists found",
    name: Clone::clone,
    numbered: false,
    line: None,
};

/// An entry of a kind; `None` when the value cannot be one.
fn outcast(kind: &str, value: &str) -> Option<Outcast> {
    let region = |kind| (value.len() <= REGION_MAX).then(|| Outcast::Region(kind, value.into()));
    match kind.to_ascii_lowercase().as_str() {
        "ip" => value.parse().ok().map(Outcast::Ip),
        "hwid" => (value.len() <= HWID_MAX).then(|| Outcast::Hwid(value.into())),
        "region" => region(Region::Region),
        "country" => region(Region::Country),
        "asn" => region(Region::Asn),
        _ => None,
    }
}

/// Whom a request names, under the type's own name or that of a kind.
fn outcasts(request: &Request) -> Result<Vec<Outcast>, SellerReply> {
    let mut outcasts = Vec::new();
    for kind in KINDS {
        let names: &[&str] = if request.called == *kind { &[kind, "data"] } else { &[kind] };
        if let Some(value) = request.params.get_any(names) {
            outcasts.push(outcast(kind, &value).ok_or_else(|| SellerReply::invalid_parameter(kind))?);
        }
    }
    if outcasts.is_empty() {
        outcasts.push(Outcast::Ip(request.ip));
    }
    Ok(outcasts)
}

async fn black(request: Request) -> Outcome {
    let reason = request.stored("reason", REASON_MAX)?.unwrap_or_default();
    let outcasts = outcasts(&request)?;
    request.service().add_all_to_blacklist(&request.app, outcasts, reason).await?;
    success("Blacklist Addition Successful")
}

async fn delete(request: Request) -> Outcome {
    const FAILED: &str = "Failed to delete blacklist!";
    let kind = request.text("blacktype");
    if !KINDS.iter().any(|known| known.eq_ignore_ascii_case(&kind)) {
        return failure("Invalid blacklist type!");
    }
    let Some(outcast) = outcast(&kind, &request.text("data")) else { return failure(FAILED) };
    let deleted = request.service().delete_from_blacklist(&request.app, outcast).await;
    settled_if(deleted, "Successfully deleted blacklist!", FAILED)
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().clear_blacklist(&request.app).await;
    settled_if(deleted, "Successfully deleted all blacklists!", "Failed to delete all blacklists!")
}

#[derive(Serialize)]
struct Row {
    hwid: Option<String>,
    ip: Option<String>,
    r#type: String,
    data: String,
    reason: String,
}

async fn fetch_all(request: Request) -> Outcome {
    let entries = request.service().blacklist(&request.app).await?;
    let row = |entry: &Blacklisted| {
        let of = |kind: &str| (entry.kind == kind).then(|| entry.value.clone());
        Row {
            hwid: of("hwid"),
            ip: of("ip"),
            r#type: entry.kind.clone(),
            data: entry.value.clone(),
            reason: entry.reason.clone(),
        }
    };
    BLACKLIST.whole(&request, entries, row).await
}

/// The address that a request names, or the caller's.
fn address(request: &Request) -> Option<IpAddr> {
    request.params.get("ip").map_or(Some(request.ip), |text| text.parse().ok())
}

async fn add_white(request: Request) -> Outcome {
    let Some(ip) = address(&request) else { return failure("Failed to add whitelist!") };
    // An address that is exempt already has what was asked for.
    request.service().add_to_whitelist(&request.app, ip).await?;
    success("Successfully added whitelist!")
}

async fn delete_white(request: Request) -> Outcome {
    const FAILED: &str = "Failed to delete whitelist!";
    let Some(ip) = address(&request) else { return failure(FAILED) };
    let deleted = request.service().delete_from_whitelist(&request.app, ip).await;
    settled_if(deleted, "Successfully deleted whitelist!", FAILED)
}

async fn delete_whites(request: Request) -> Outcome {
    let deleted = request.service().clear_whitelist(&request.app).await;
    settled_if(deleted, "Successfully deleted all whitelists!", "Failed to delete all whitelists!")
}

async fn fetch_whites(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        ip: String,
    }
    let addresses = request.service().whitelist(&request.app).await?;
    WHITELIST.whole(&request, addresses, |ip: &String| Row { ip: ip.clone() }).await
}
