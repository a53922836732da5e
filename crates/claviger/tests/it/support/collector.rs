//! A collector of traces: takes what is posted by OTLP and reads it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
};
use prost::Message as _;

use super::eventually;

/// A span as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub name: String,
    /// Hexadecimal digits.
    pub trace: String,
    pub id: String,
    pub parent: String,
    /// 2: of a server, 3: of a client.
    pub kind: i32,
    pub attributes: BTreeMap<String, String>,
    /// Those of whoever sent it.
    pub resource: BTreeMap<String, String>,
}

/// The head and the body of a request.
type Posted = (String, Vec<u8>);

/// Takes spans, and keeps the heads and bodies in which they came.
#[derive(Debug)]
pub struct Collector {
    pub url: String,
    kept: Arc<Mutex<Vec<Posted>>>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeping = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let posted = take(stream.expect("a connection"));
                keeping.lock().expect("no panic").push(posted);
            }
        });
        Self { url, kept }
    }

    /// What was posted so far: heads and bodies.
    pub fn posted(&self) -> Vec<Posted> {
        self.kept.lock().expect("no panic").clone()
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Span> {
        self.posted().iter().flat_map(|(_, body)| read(body)).collect()
    }

    /// The span with this value of an attribute, once it came.
    pub fn span_with(&self, attribute: &str, value: &str) -> Span {
        eventually(&format!("a span whose {attribute} is {value}"), || {
            let spans = self.spans();
            spans.into_iter().find(|span| span.attributes.get(attribute).is_some_and(|found| found == value))
        })
    }
}

/// Takes one request and answers it.
fn take(stream: TcpStream) -> Posted {
    let (mut stream, mut head) = (BufReader::new(stream), String::new());
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).expect("a line") > 0, "a whole head: {head}");
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("a length")];
    stream.read_exact(&mut body).expect("a body");
    let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.get_mut().write_all(reply).expect("the server reads");
    (head, body)
}

fn read(body: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(body).expect("protobuf");
    let mut spans = Vec::new();
    for of_resource in request.resource_spans {
        let resource = pairs(&of_resource.resource.expect("a resource").attributes);
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
            spans.push(Span {
                name: span.name,
                trace: hex::encode(span.trace_id),
                id: hex::encode(span.span_id),
                parent: hex::encode(span.parent_span_id),
                kind: span.kind,
                attributes: pairs(&span.attributes),
                resource: resource.clone(),
            });
        }
    }
    spans
}

fn pairs(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| {
        let value = match pair.value.as_ref()?.value.as_ref()? {
            Value::StringValue(text) => text.clone(),
            Value::IntValue(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        Some((pair.key.clone(), value))
    };
    attributes.iter().filter_map(text).collect()
}
