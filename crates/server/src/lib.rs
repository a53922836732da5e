//! Claviger's HTTP face. One file per endpoint or small area; each request's `type` is looked up in a table built from
//! those files' lists.

mod access_log;
mod brief;
mod client;
mod client_ip;
mod connections;
mod constant;
mod health;
mod http;
mod limits;
mod links;
mod metrics;
mod openapi;
mod pieces;
mod redirect;
mod request_id;
mod router;
mod seen;
mod seller;
mod serve;
mod state;
mod tls;
mod trace;

pub use access_log::{AccessLog, AccessLogPlace};
pub use client::EarlySignatures;
pub use client_ip::ClientIp;
pub use connections::{ConnectionBounds, Figures, Hub};
pub use health::Readiness;
pub use limits::{Limits, Rates};
pub use metrics::serve_metrics;
pub use openapi::document as openapi_document;
pub use redirect::{Redirecting, redirect};
pub use request_id::{RequestId, current_request};
pub use router::router;
pub use seller::{ListedType, listed as seller_types};
pub use serve::{CertificateSource, Listening, Secured, serve};
pub use state::{Requests, State, Traces};
pub use tls::{CertificateFacts, Pair, PairFiles, Tls};
