//! Traces for OpenTelemetry: spans of the target `claviger::trace`, sent by OTLP to the collector that the standard variables
//! name (`OTEL_EXPORTER_OTLP_ENDPOINT` and others). Without one there are none, and a span costs a look at a flag.

use std::{
    env,
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use claviger_domain::Seldom;
use claviger_outgoing::Collector;
use opentelemetry::{
    KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use url::Url;

/// The target of spans. No other log record has it.
pub(crate) const TARGET: &str = "claviger::trace";
/// The spans that begin a trace: a request, and what is done once for somebody, though nobody waits for it.
pub(crate) const BEGIN: [&str; 3] = ["request", "delivery", "notice"];
/// What the server is called unless a variable says otherwise.
const SERVICE: &str = "claviger";
/// Variables that the library takes as they are, and within which bounds it works: spans that wait, spans in one call, and
/// milliseconds between two.
const BATCHES: [(&str, RangeInclusive<u64>); 3] = [
    ("OTEL_BSP_MAX_QUEUE_SIZE", 1..=1_000_000),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1..=1_000_000),
    ("OTEL_BSP_SCHEDULE_DELAY", 10..=3_600_000),
];
/// How long the last spans may take when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// What sends spans.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts sending spans, if the variables ask for it.
    ///
    /// # Errors
    /// When the variables make no sense, or TLS cannot be set up.
    pub(crate) fn start(runtime: &Handle) -> anyhow::Result<Option<Self>> {
        if collector()?.is_none() {
            return Ok(None);
        }
        let collector = Collector::new().map_err(|error| anyhow!("traces cannot be sent: {error}"))?;
        let client = Client { collector, runtime: runtime.clone(), told: Arc::default() };
        let exporter =
            SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).with_http_client(client);
        let exporter = exporter.build().map_err(|error| {
            anyhow!("traces cannot be sent: {error}; see OTEL_EXPORTER_OTLP_ENDPOINT and its like")
        })?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource());
        Ok(Some(Self(provider.build())))
    }

    /// What makes spans.
    pub(crate) fn tracer(&self) -> SdkTracer {
        self.0.tracer(SERVICE)
    }

    /// Sends what is left.
    pub(crate) fn finish(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(FINISH_WITHIN) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Where traces are sent, if the variables ask for it.
///
/// # Errors
/// When the variables make no sense.
pub(crate) fn collector() -> anyhow::Result<Option<Url>> {
    let Some((name, endpoint)) = endpoint(|name| env::var(name).ok()) else { return Ok(None) };
    let url = Url::parse(&endpoint).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.with_context(|| {
        format!("{name} must be the address of a collector, such as http://127.0.0.1:4318")
    })?;
    for (name, range) in BATCHES {
        let value = env::var(name).ok().and_then(|value| value.trim().parse::<u64>().ok());
        let is_fit = value.is_none_or(|value| range.contains(&value));
        ensure!(is_fit, "{name} must be from {} to {}", range.start(), range.end());
    }
    Ok(Some(url))
}

/// What the server does with spans besides making them.
pub(crate) const HOOKS: claviger_server::Traces = claviger_server::Traces { set_parent, rename };

fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

/// Makes a span the child of the one that a caller names by its header `traceparent`.
fn set_parent(span: &Span, traceparent: &str) {
    let parent = TraceContextPropagator::new().extract(&Named(traceparent));
    // Refused where the span is not recorded; then there is nothing to do.
    let _ = span.set_parent(parent);
}

/// The one header that is read.
struct Named<'a>(&'a str);

impl Extractor for Named<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// Where the variables want traces sent, and which of them says so.
fn endpoint(variable: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let names = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    let endpoint = names.into_iter().find_map(|name| Some((name, set(name)?)));
    let disabled = set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let elsewhere = set("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    endpoint.filter(|_| !disabled && !elsewhere)
}

fn resource() -> Resource {
    let named = env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|pairs| pairs.contains("service.name="));
    let resource =
        Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if named { resource.build() } else { resource.with_service_name(SERVICE).build() }
}

/// Carries what the library has written; the library waits on a thread of its own, and the call is made in the runtime.
#[derive(Debug)]
struct Client {
    collector: Collector,
    runtime: Handle,
    told: Arc<Seldom>,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let (collector, told) = (self.collector.clone(), self.told.clone());
        let call = async move {
            let answered = collector.post(&parts.uri.to_string(), parts.headers, body).await;
            // Here: the library's thread takes part in no log.
            tell(&told, &answered);
            answered
        };
        let answered = self.runtime.spawn(call).await.map_err(|error| error.to_string()).flatten();
        let (status, body) = answered?;
        Ok(Response::builder().status(status).body(body)?)
    }
}

/// Tells the log of what was not taken, once a minute.
fn tell(told: &Seldom, answered: &Result<(u16, Bytes), String>) {
    let failure = match answered {
        Ok((200..=299, _)) => return,
        Ok((status, _)) => format!("the collector answers with status {status}"),
        Err(error) => error.clone(),
    };
    if told.is_due(Instant::now()) {
        tracing::warn!(error = failure, "traces could not be sent; some are lost");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_decide_whether_there_are_traces() {
        let wanted = |set: &[(&str, &str)]| {
            let find = |name: &str| set.iter().find(|(known, _)| *known == name);
            endpoint(|name| find(name).map(|(_, value)| (*value).into())).is_some()
        };
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        assert!(wanted(&[endpoint]));
        assert!(wanted(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")]));
        assert!(!wanted(&[]));
        assert!(!wanted(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]));
        assert!(!wanted(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]));
        assert!(!wanted(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]));
    }
}
