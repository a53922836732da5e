//! A line of the access log. It holds no parameter, no path, no name of a user and no session: what was asked for is told by
//! its type.

use std::{sync::Arc, time::Duration};

use claviger_domain::ClientAddress;
use claviger_service::App;
use jiff::Timestamp;
use serde::Serialize;

use crate::request_id::RequestId;

/// A request that was answered.
#[derive(Debug)]
pub(crate) struct Line {
    /// Unix millisecond of the answer.
    pub(crate) time: u64,
    /// Its name.
    pub(crate) request: RequestId,
    /// Where it came from.
    pub(crate) ip: ClientAddress,
    /// Which face it was for.
    pub(crate) api: &'static str,
    /// What it was.
    pub(crate) kind: &'static str,
    /// What came of it.
    pub(crate) outcome: &'static str,
    /// The status of the reply.
    pub(crate) status: u16,
    /// From its head to the head of the reply.
    pub(crate) took: Duration,
    /// How long the reply's body is, or how much of it was taken; `None`: that is not known yet.
    pub(crate) bytes: Option<u64>,
    /// The application, if it is known.
    pub(crate) app: Option<Arc<App>>,
}

/// The line as it is written, field by field in this order.
#[derive(Serialize)]
struct Written<'a> {
    time: String,
    request_id: &'a str,
    ip: String,
    api: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    status: u16,
    outcome: &'a str,
    ms: f64,
    bytes: Option<u64>,
    app: Option<&'a str>,
}

impl Line {
    /// Adds the line to a buffer.
    pub(super) fn write(&self, buffer: &mut Vec<u8>) {
        let time = i64::try_from(self.time).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
        let written = Written {
            time: time.map_or_else(String::new, |time| format!("{time:.3}")),
            request_id: self.request.as_str(),
            ip: self.ip.to_string(),
            api: self.api,
            kind: self.kind,
            status: self.status,
            outcome: self.outcome,
            ms: (self.took.as_secs_f64() * 1e6).round() / 1e3,
            bytes: self.bytes,
            app: self.app.as_ref().map(|app| app.name.as_str()),
        };
        // Nothing in it refuses to be written as JSON.
        if serde_json::to_writer(&mut *buffer, &written).is_ok() {
            buffer.push(b'\n');
        }
    }
}
