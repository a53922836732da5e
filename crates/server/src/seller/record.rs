//! What is kept of requests: the audit log of changes, and the seller log of all requests where an application has it
//! on. Neither holds secrets.

use std::net::IpAddr;

use axum::http::Uri;
use claviger_service::{App, AuditEntry, ServiceError, cut};
use claviger_wire::seller::SellerParams;

use super::{Answer, Type};
use crate::State;

/// Longest target that is kept, in bytes.
const TARGET_MAX: usize = 200;
/// Longest address that is kept, in bytes.
const URL_MAX: usize = 900;
/// Parameters whose values are kept nowhere. The address in `baseurl` often holds a seller key.
const SECRET: &[&str] = &["sellerkey", "pass", "passwd", "password", "sellixsecret", "baseurl", "webhook"];

/// A change under way.
pub(super) struct Record(AuditEntry);

impl Record {
    /// Notes what a change is about; `None` for requests that only read.
    pub(super) fn begin(kind: &Type, params: &SellerParams, key: Option<&str>, ip: IpAddr) -> Option<Self> {
        let target = kind.target(params)?;
        // The key was found, so it is ASCII.
        let actor = key.and_then(|key| key.get(key.len().saturating_sub(4)..)).unwrap_or_default();
        Some(Self(AuditEntry {
            actor: actor.into(),
            action: kind.name.into(),
            target: cut(&target, TARGET_MAX).into(),
            ip: ip.to_string(),
            changes: String::new(),
        }))
    }

    /// What the audit log is to keep, if the change was made.
    pub(super) fn made(self, answer: &Answer) -> Option<AuditEntry> {
        let (reply, changes) = match answer {
            Answer::Reply(reply) => (reply, ""),
            Answer::Changed(reply, changes) => (reply, changes.as_str()),
            Answer::Stream { .. } => return None,
        };
        reply.is_success().then(|| AuditEntry { changes: changes.into(), ..self.0 })
    }
}

/// Keeps a request in the seller log, if the application has it on.
pub(super) async fn log_request(state: &State, app: &App, uri: &Uri, ip: IpAddr) -> Result<(), ServiceError> {
    if !app.settings.seller_logs {
        return Ok(());
    }
    let url = without_secrets(uri);
    state.service.record_seller_request(app, ip.to_string(), cut(&url, URL_MAX).into()).await
}

fn without_secrets(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().into() };
    let shown = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let plain = percent_encoding::percent_decode_str(name).decode_utf8_lossy().replace('+', " ");
        let secret = SECRET.iter().any(|secret| plain.trim().eq_ignore_ascii_case(secret));
        if secret { format!("{name}=***") } else { pair.to_owned() }
    };
    format!("{}?{}", uri.path(), query.split('&').map(shown).collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_out() {
        for (uri, expected) in [
            ("/api/seller/", "/api/seller/"),
            ("/api/seller/?sellerkey=abc&type=add", "/api/seller/?sellerkey=***&type=add"),
            ("/api/seller?SellerKey=abc&p%61ss=x=y&&user=b", "/api/seller?SellerKey=***&p%61ss=***&&user=b"),
            ("/api/seller/resetpw?passwd&user=a", "/api/seller/resetpw?passwd=***&user=a"),
        ] {
            assert_eq!(without_secrets(&uri.parse().unwrap()), expected);
        }
    }
}
