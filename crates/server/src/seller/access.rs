//! The blacklist and the whitelist (`docs/protocol/seller.md`).

use claviger_domain::Network;
use claviger_service::{
    cut,
    vendor::{Blacklisted, EndFault, KINDS, Outcast, Reason, Source, Whitelisted, entry_end},
};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Answer, Outcome, Request, failure,
    kind::{Field, Form, NEXT, PAGED, Param, Shape, Type, Types, field, may, need, nullable, optional, text},
    list::List,
    settled_if, success,
};

pub(crate) const TYPES: Types = &[
    Type::new("black", |request| black(request).boxed(), "Keeps addresses, devices or regions out.")
        .alias(&KINDS)
        .params(&[
            may("ip", "An address or network; without any of these five the caller's own address"),
            may("hwid", "A device"),
            may("region", "A region; kept and listed, programs are not checked for it"),
            may("country", "A country; kept and listed, programs are not checked for it"),
            may("asn", "An autonomous system; kept and listed, programs are not checked for it"),
            may("reason", "Why, at most 99 bytes"),
            may("data", "With the type `ip`, `hwid`, `region`, `country` or `asn`: its value"),
            UNTIL,
            DAYS,
        ])
        .data(&[optional("subscriber", Shape::Text)])
        .statuses(&[400])
        .changes(&["ip", "hwid", "region", "country", "asn", "data", "reason", "until", "days"]),
    Type::new("delblack", |request| delete(request).boxed(), "Lets an address, device or region in again.")
        .params(&[
            need("data", "The address, network or the other value"),
            need("blacktype", "`ip`, `hwid`, `region`, `country` or `asn`"),
        ])
        .changes(&["blacktype", "data"]),
    Type::new("delblacks", |request| delete_all(request).boxed(), "Empties the blacklist.").changes(&[]),
    Type::new("fetchallblacks", |request| fetch_all(request).boxed(), "Lists the blacklist.")
        .params(PAGED)
        .data(&[field("blacklists", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
    Type::new(
        "addWhite",
        |request| add_white(request).boxed(),
        "Exempts an address or network from vpnBlock.",
    )
    .params(&[IP, UNTIL, DAYS])
    .statuses(&[400])
    .changes(&["ip", "until", "days"]),
    Type::new("delWhite", |request| delete_white(request).boxed(), "Takes an exemption back.")
        .params(&[IP])
        .statuses(&[400])
        .changes(&["ip"]),
    Type::new("delallwhites", |request| delete_whites(request).boxed(), "Takes all exemptions back.")
        .changes(&[]),
    Type::new("fetchallwhites", |request| fetch_whites(request).boxed(), "Lists the exempt addresses.")
        .params(PAGED)
        .data(&[field("whitelists", Shape::Rows(&[text("ip"), nullable("until")])), NEXT])
        .statuses(&[400, 406]),
];

const IP: Param = may("ip", "The address or network; the caller's own address unless given");
const UNTIL: Param =
    may("until", "When it ends, a Unix second or a date such as 2027-01-31 (UTC); else it stays");
const DAYS: Param = may("days", "In place of `until`: days from now, decimals allowed").form(Form::Decimal);
const ROW: &[Field] = &[
    nullable("hwid"),
    nullable("ip"),
    text("type"),
    text("data"),
    text("reason"),
    field("reasons", Shape::Rows(REASON)),
];
const REASON: &[Field] =
    &[text("source"), nullable("user"), text("reason"), text("added"), nullable("until")];
const ADDED: &str = "Blacklist Addition Successful";
/// Longest reason in bytes.
const REASON_MAX: usize = 99;
/// So many bytes of the reasons of an entry are told to the audit log.
const TOLD_MAX: usize = 500;

const BLACKLIST: List<Blacklisted> = List {
    message: "Successfully retrieved blacklists",
    field: "blacklists",
    none: "No blacklists found",
    name: |entry| format!("{}:{}", entry.kind, entry.value),
    numbered: false,
    line: None,
};

const WHITELIST: List<Whitelisted> = List {
    message: "Successfully retrieved whitelists",
    field: "whitelists",
    none: "No whitelists found",
    name: |exempt| exempt.network.clone(),
    numbered: false,
    line: None,
};

/// Whom a request names, under the type's own name or that of a kind.
fn outcasts(request: &Request) -> Result<Vec<Outcast>, SellerReply> {
    let mut outcasts = Vec::new();
    for kind in KINDS {
        let names: &[&str] = if request.called == kind { &[kind, "data"] } else { &[kind] };
        if let Some(value) = request.params.get_any(names) {
            outcasts.push(Outcast::parse(kind, &value).ok_or_else(|| SellerReply::invalid_parameter(kind))?);
        }
    }
    if outcasts.is_empty() {
        if KINDS.contains(&request.called.as_str()) {
            return Err(SellerReply::missing_parameter("data"));
        }
        outcasts.push(Outcast::Ip(request.own_address(&["reason", "until", "days"])?.into()));
    }
    Ok(outcasts)
}

/// When an entry is to end.
fn end(request: &Request) -> Result<Option<i64>, SellerReply> {
    let get = |name| request.params.has(name).then(|| request.text(name));
    let now = request.service().clock().now();
    entry_end(get("until").as_deref(), get("days").as_deref(), now).map_err(|fault| match fault {
        EndFault::Until => SellerReply::invalid_parameter("until"),
        EndFault::Days => SellerReply::invalid_parameter("days"),
    })
}

async fn black(request: Request) -> Outcome {
    let reason = request.stored("reason", REASON_MAX)?.unwrap_or_default();
    let (outcasts, until) = (outcasts(&request)?, end(&request)?);
    let subscriber = outcasts.iter().find_map(Outcast::subscriber);
    request.service().add_all_to_blacklist(&request.app, outcasts, reason, until).await?;
    // Whoever has one address of IPv6 has its whole network: tell which that is.
    match subscriber {
        Some(network) => {
            Ok(SellerReply::success(ADDED).with("subscriber", &network.to_string()).text(ADDED).into())
        }
        None => success(ADDED),
    }
}

async fn delete(request: Request) -> Outcome {
    const FAILED: &str = "Failed to delete blacklist!";
    let kind = request.text("blacktype");
    if !KINDS.iter().any(|known| known.eq_ignore_ascii_case(&kind)) {
        return failure("Invalid blacklist type!");
    }
    let Some(outcast) = Outcast::parse(&kind, &request.text("data")) else { return failure(FAILED) };
    match request.service().delete_from_blacklist(&request.app, outcast).await? {
        Some(entry) => {
            let reply = SellerReply::success("Successfully deleted blacklist!");
            Ok(Answer::Changed(reply, cut(&told(&entry), TOLD_MAX).into()))
        }
        None => failure(FAILED),
    }
}

/// Why an entry was there, for the audit log.
fn told(entry: &Blacklisted) -> String {
    let reasons = entry.reasons.iter().map(|reason| match &reason.source {
        Source::Hand => format!("by hand: {}", reason.text),
        Source::Ban(Some(user)) => format!("ban of {user}: {}", reason.text),
        Source::Ban(None) => format!("ban of a user who is deleted: {}", reason.text),
    });
    reasons.collect::<Vec<_>>().join("; ")
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
    reasons: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    source: &'static str,
    user: Option<String>,
    reason: String,
    added: String,
    until: Option<String>,
}

impl From<&Reason> for Told {
    fn from(reason: &Reason) -> Self {
        let (source, user) = (reason.source.as_str(), reason.source.user().map(String::from));
        let until = reason.until.map(|second| second.to_string());
        Self { source, user, reason: reason.text.clone(), added: reason.added.to_string(), until }
    }
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
            reason: entry.reason().to_owned(),
            reasons: entry.reasons.iter().map(Told::from).collect(),
        }
    };
    BLACKLIST.whole(&request, entries, row).await
}

/// The network that a request names, or the caller's own address; `None` when what it names is none.
fn network(request: &Request) -> Result<Option<Network>, SellerReply> {
    match request.params.get("ip") {
        Some(text) => Ok(text.parse().ok()),
        None => Ok(Some(request.own_address(&["until", "days"])?.into())),
    }
}

async fn add_white(request: Request) -> Outcome {
    let Some(network) = network(&request)? else { return failure("Failed to add whitelist!") };
    let until = end(&request)?;
    // An address that is exempt already has what was asked for.
    request.service().add_to_whitelist(&request.app, network, until).await?;
    success("Successfully added whitelist!")
}

async fn delete_white(request: Request) -> Outcome {
    const FAILED: &str = "Failed to delete whitelist!";
    let Some(network) = network(&request)? else { return failure(FAILED) };
    let deleted = request.service().delete_from_whitelist(&request.app, network).await;
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
        until: Option<String>,
    }
    let row = |exempt: &Whitelisted| Row {
        ip: exempt.network.clone(),
        until: exempt.until.map(|second| second.to_string()),
    };
    let exempt = request.service().whitelist(&request.app).await?;
    WHITELIST.whole(&request, exempt, row).await
}
