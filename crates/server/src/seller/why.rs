//! `why`: why a user or a license works or does not, by whatever a customer pasted.

use claviger_service::vendor::{Act, Found, Match, Subject, Tried, Verdict, Who, WhyReason};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, Stop,
    kind::{Field, Shape, Type, Types, field, may, nullable, optional, text},
};

pub(crate) const TYPES: Types = &[Type::new(
    "why",
    |request| why(request).boxed(),
    "Tells why a user or a license works or does not, by whatever a customer pasted.",
)
.params(&[
    may("text", "A name, a key, an e-mail address, a device, an address or network, or a session id"),
    may("user", "Name of the user, where it is known to be one"),
    may("key", "The license key, where it is known to be one"),
])
.data(&[
    optional("standing", Shape::Text),
    optional("user", Shape::TextOrNull),
    optional("key", Shape::TextOrNull),
    optional("tell", Shape::Text),
    optional("reasons", Shape::Rows(REASON)),
    optional("acts", Shape::Texts),
    optional("tries", Shape::Rows(TRY)),
    optional("nearby", Shape::Rows(TRY)),
    optional("exact", Shape::Bool),
    optional("matches", Shape::Rows(MATCH)),
])
.statuses(&[400, 406])];

const REASON: &[Field] = &[text("code"), text("text"), text("tell"), nullable("seen"), nullable("ip")];
const TRY: &[Field] = &[
    text("time"),
    text("count"),
    text("type"),
    text("outcome"),
    nullable("detail"),
    nullable("name"),
    nullable("hwid"),
    text("ip"),
];
const MATCH: &[Field] = &[text("what"), text("name"), field("by", Shape::Text)];

/// Bytes of a text that are looked at at all.
const TEXT_MAX: usize = 2000;

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    text: String,
    tell: String,
    seen: Option<String>,
    ip: Option<String>,
}

#[derive(Serialize)]
struct Try<'a> {
    time: String,
    count: String,
    r#type: &'a str,
    outcome: &'static str,
    detail: Option<&'a str>,
    name: Option<&'a str>,
    hwid: Option<&'a str>,
    ip: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    what: &'static str,
    name: &'a str,
    by: &'a str,
}

async fn why(request: Request) -> Outcome {
    let (service, app) = (request.service(), &request.app);
    let subject = if let Some(name) = request.params.get("user") {
        let user = service.user(app, &name).await;
        Subject::User(user.map_err(|error| none_of(error, "User not found"))?.user.id)
    } else if let Some(key) = request.params.get("key") {
        let license = service.find_license(app, &key).await;
        Subject::License(license.map_err(|error| none_of(error, "Key Not Found"))?.id)
    } else {
        let text = request.stored("text", TEXT_MAX)?.ok_or_else(|| SellerReply::missing_parameter("text"))?;
        let found = service.find(app, &text).await?;
        match found.one() {
            Some(subject) => subject,
            None => return list(&found),
        }
    };
    match service.why(app, subject).await {
        Ok(verdict) => Ok(reply(&verdict).into()),
        // Deleted meanwhile.
        Err(error) => Err(none_of(error, "Nothing found")),
    }
}

fn none_of(error: claviger_service::vendor::ManageError, text: &'static str) -> Stop {
    match error {
        claviger_service::vendor::ManageError::Unknown { .. } => {
            SellerReply::failure(text).status(406).into()
        }
        error => error.into(),
    }
}

fn reply(verdict: &Verdict) -> SellerReply {
    let reason = |reason: &WhyReason| Reason {
        code: reason.why.as_str(),
        text: reason.text(verdict.now),
        tell: reason.why.tell(),
        seen: reason.seen.as_ref().map(|seen| seen.time.to_string()),
        ip: reason.seen.as_ref().map(|seen| seen.ip.clone()),
    };
    let reasons: Vec<Reason> = verdict.reasons.iter().map(reason).collect();
    let acts: Vec<&str> = verdict.acts.iter().map(Act::as_str).collect();
    SellerReply::success(verdict.line.clone())
        .with("standing", &verdict.standing.as_str())
        .with("user", &verdict.user.as_ref().map(|user| &user.username))
        .with("key", &verdict.license.as_ref().map(|license| &license.key))
        .with("tell", &verdict.tell)
        .with("reasons", &reasons)
        .with("acts", &acts)
        .with("tries", &verdict.tries.iter().map(tried).collect::<Vec<_>>())
        .with("nearby", &verdict.nearby.iter().map(tried).collect::<Vec<_>>())
        .text(verdict.line.clone())
}

fn tried(one: &Tried) -> Try<'_> {
    Try {
        time: one.time.to_string(),
        count: one.count.to_string(),
        r#type: &one.kind,
        outcome: one.outcome.as_str(),
        detail: one.detail.as_deref(),
        name: name_of(one),
        hwid: one.hwid.as_deref(),
        ip: &one.ip,
    }
}

fn name_of(one: &Tried) -> Option<&str> {
    match &one.who {
        Who::User { name, .. } | Who::Typed(name) => Some(name),
        Who::License { key, .. } => Some(key),
        Who::Nobody => None,
    }
}

/// Several matches, or none that is exact.
fn list(found: &Found) -> Outcome {
    let exact = !found.matches.is_empty();
    let rows: Vec<Row<'_>> = if exact { &found.matches } else { &found.close }.iter().map(row).collect();
    if rows.is_empty() {
        return Err(SellerReply::failure("Nothing found").status(406).into());
    }
    let text = if exact { "Several match" } else { "Nothing is exactly that; these begin so" };
    Ok(SellerReply::success(text).with("exact", &exact).with("matches", &rows).text(text).into())
}

fn row(one: &Match) -> Row<'_> {
    match one {
        Match::User { name, how, .. } => Row { what: "user", name, by: how.text() },
        Match::License { key, how, .. } => Row { what: "license", name: key, by: how.text() },
        Match::Session { id, ip } => Row { what: "session", name: id, by: ip },
        Match::Entry(entry) => Row { what: "blacklist", name: &entry.value, by: entry.reason() },
        Match::Try(one) => {
            Row { what: "try", name: name_of(one).unwrap_or_default(), by: one.outcome.text() }
        }
    }
}
