//! What is kept of requests: the audit log of changes, and the seller log of all requests where an application has it
//! on. Neither holds secrets.

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{Arc, LazyLock},
    time::Instant,
};

use axum::http::{Method, Uri};
use claviger_domain::ClientAddress;
use claviger_service::{AuditEntry, SellerKey, SellerRequest, cut};
use claviger_wire::seller::{SellerParams, SellerReply};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    Answer, Type,
    checks::PATH,
    table::{TYPES, types},
};
use crate::State;

/// Longest target that is kept, in bytes.
const TARGET_MAX: usize = 200;
/// Longest address that is kept, in bytes.
const URL_MAX: usize = 900;
/// Most bytes that are kept of the parameters in a body.
const FIELDS_MAX: usize = 900;
/// Of a parameter that a message repeats, at least so many bytes are there.
const REPEATED: usize = 50;
/// Longest message of a reply that is kept, in bytes.
const MESSAGE_MAX: usize = 200;
/// Parameters whose values the seller log keeps: what names somebody or something, numbers and switches. Whatever is not
/// here may be a secret, and is cut.
const SHOWN: &str = "type format limit include user username currentusername newusername credential owner genby role \
    appname sub subscription name var varid id fileid webid level keylevels perms expiry amount \
    character status time seconds delay cooldown ver validated day week month threemonth sixmonth \
    lifetime year enabled hwidcheck authed readonly activeonly usertoo hwidaffected blacktype country \
    region asn ip";
/// The names of all parameters, in lower case. What else stands where a name is expected may be a secret as well.
static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let params = types().flat_map(|kind| kind.params).map(|param| param.name.to_ascii_lowercase());
    params.chain(SHOWN.split(' ').chain(["sellerkey"]).map(String::from)).collect()
});
/// Stands for what was cut.
const CUT: &str = "***";

/// A change under way.
pub(super) struct Record(AuditEntry);

impl Record {
    /// Notes what a change is about; `None` for requests that only read.
    pub(super) fn begin(
        kind: &Type,
        params: &SellerParams,
        key: &SellerKey,
        ip: ClientAddress,
    ) -> Option<Self> {
        let target = kind.target(params)?;
        Some(Self(AuditEntry {
            actor: key.hint.clone(),
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

/// A request for the seller log, until it is answered.
pub(super) struct LogEntry {
    key: Arc<SellerKey>,
    begun: Instant,
    request: SellerRequest,
    /// What the caller sent and no log may hold.
    hidden: Vec<String>,
}

impl LogEntry {
    /// Notes what is asked; `None` where the application has the log off. `kind` is the type, if there is one of that
    /// name.
    pub(super) fn begin(
        key: &Arc<SellerKey>,
        method: &Method,
        uri: &Uri,
        kind: Option<&Type>,
        ip: ClientAddress,
        begun: Instant,
    ) -> Option<Self> {
        if !key.app.settings.seller_logs {
            return None;
        }
        let request = SellerRequest {
            hint: key.hint.clone(),
            key_name: key.name.clone(),
            kind: kind.map_or("", |kind| kind.name).into(),
            ip: ip.to_string(),
            url: cut(&shown(uri), URL_MAX).into(),
            method: method.as_str().into(),
            ..SellerRequest::default()
        };
        Some(Self { key: key.clone(), begun, request, hidden: Vec::new() })
    }

    /// With what is told of the parameters.
    pub(super) fn with(mut self, params: &SellerParams) -> Self {
        self.hidden = hidden(params);
        self.request.fields = cut(&shown_fields(params), FIELDS_MAX).into();
        self
    }

    /// Notes which entry of the audit log the request made.
    pub(super) fn changed(&mut self, entry: i64) {
        self.request.audit = Some(entry);
    }

    /// Keeps the request with what came of it. A log that cannot be written does not undo what was done.
    pub(super) async fn end(mut self, state: &State, status: u16, reply: Option<&SellerReply>) {
        self.request.success = reply.map(SellerReply::is_success);
        self.request.message = reply.map(|reply| message(reply, &self.hidden)).unwrap_or_default();
        self.request.status = Some(status.into());
        self.request.micros = i64::try_from(self.begun.elapsed().as_micros()).ok();
        if let Err(error) = state.service.record_seller_request(&self.key.app, self.request).await {
            tracing::error!(%error, "a request is missing in the seller log");
        }
    }
}

fn is_shown(name: &str) -> bool {
    SHOWN.split(' ').any(|shown| shown == name)
}

/// The address, as far as it holds no secrets.
fn shown(uri: &Uri) -> String {
    let path = match uri.path().strip_prefix(PATH) {
        Some(name) if !name.is_empty() && !is_type(name) => Cow::Owned(format!("{PATH}{CUT}")),
        _ => Cow::Borrowed(uri.path()),
    };
    let Some(query) = uri.query() else { return path.into_owned() };
    format!("{path}?{}", query.split('&').map(shown_pair).collect::<Vec<_>>().join("&"))
}

/// Whether the rest of a path is the name of a type.
fn is_type(name: &str) -> bool {
    TYPES.contains_key(&name.trim_end_matches('/').to_ascii_lowercase())
}

fn shown_pair(pair: &str) -> Cow<'_, str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let plain = percent_encoding::percent_decode_str(name).decode_utf8_lossy().replace('+', " ");
    let plain = plain.trim().to_ascii_lowercase();
    // More than a word is perhaps a parameter that was glued to the type.
    let is_word = || value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let shown = is_shown(&plain) && (plain != "type" || is_word());
    if pair.is_empty() || shown {
        Cow::Borrowed(pair)
    } else if NAMES.contains(&plain) {
        Cow::Owned(format!("{name}={CUT}"))
    } else {
        Cow::Borrowed(CUT)
    }
}

/// The parameters of a body as they would stand in a query, as far as they hold no secrets.
fn shown_fields(params: &SellerParams) -> String {
    let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pair = |(name, value)| shown_pair(&format!("{}={}", plain(name), plain(value))).into_owned();
    params.of_body().map(pair).collect::<Vec<_>>().join("&")
}

/// What must not be in a message: the values that are cut out, and the names of parameters that there are not.
fn hidden(params: &SellerParams) -> Vec<String> {
    let mut hidden = Vec::new();
    for (name, value) in params.pairs() {
        let plain = name.trim().to_ascii_lowercase();
        if !is_shown(&plain) {
            hidden.push(value.trim().to_owned());
        }
        if !NAMES.contains(&plain) {
            hidden.push(name.trim().to_owned());
        }
    }
    hidden.retain(|text| !text.is_empty());
    hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
    hidden
}

/// The message of a reply. What is put together may repeat a parameter, or its beginning: then the end is cut off.
fn message(reply: &SellerReply, hidden: &[String]) -> String {
    match reply.message() {
        Some(Cow::Borrowed(text)) => (*text).to_owned(),
        Some(Cow::Owned(text)) => {
            let repeats = |secret: &String| text.find(cut(secret, REPEATED));
            match hidden.iter().filter_map(repeats).min() {
                Some(place) => format!("{}{CUT}", &text[..place]),
                None => cut(text, MESSAGE_MAX).to_owned(),
            }
        }
        None => String::new(),
    }
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
            ("/api/seller/ReSetPw/?USER=a&+user%20=b", "/api/seller/ReSetPw/?USER=a&+user%20=b"),
            ("/api/seller/abc?abc&abc=d&=e&type=x", "/api/seller/***?***&***&***&type=x"),
            ("/api/seller/?type=VERIFY&type=verify;key=abc", "/api/seller/?type=VERIFY&type=***"),
            ("/api/seller/?sessid=a&session=b&cursor=c", "/api/seller/?sessid=***&session=***&cursor=***"),
        ] {
            assert_eq!(shown(&uri.parse().unwrap()), expected);
        }
    }

    /// What callers must not find again in any log, whatever type it is sent to.
    const SECRET: &str = "key sellerkey pass passwd email data value url hash token hwid mask \
        note reason baseurl webhook sellixsecret sessid sessionid cursor text download";

    #[test]
    fn the_parameters_of_all_types_are_either_shown_or_cut() {
        for kind in types() {
            for param in kind.params {
                let uri = format!("/api/seller/{}?{}=s3cret", kind.name, param.name);
                let kept = shown(&uri.parse().unwrap());
                let name = param.name.to_ascii_lowercase();
                let value = if is_shown(&name) { "s3cret" } else { CUT };
                assert_eq!(kept, format!("/api/seller/{}?{}={value}", kind.name, param.name));
                assert!(value == CUT || !SECRET.split(' ').any(|secret| secret == name), "{kept}");
            }
        }
    }
}
