//! Traces, as a collector gets them.

use crate::support::collector::{Collector, Span};
use crate::support::http::request;
use crate::support::mailbox::Mailbox;
use crate::support::target::Target;
use crate::support::{HWID, Server, app::FORM, cli::assert_refused, eventually, form, server::claviger};

const PROXY: &str = "trusted_proxies = [\"127.0.0.1\"]\noutgoing_allow = [\"127.0.0.0/8\"]\n";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A server that sends spans at once, with these variables besides.
fn traced(collector: &Collector, settings: &str, variables: &[&str]) -> Server {
    let mut all = vec![
        format!("OTEL_EXPORTER_OTLP_ENDPOINT={}", collector.url),
        "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20collector-token".into(),
        "OTEL_BSP_SCHEDULE_DELAY=50".into(),
    ];
    all.extend(variables.iter().map(|variable| (*variable).to_owned()));
    Server::start_with_variables(&all, settings)
}

/// Waits until a span has these children, told by name and operation.
fn has_children(collector: &Collector, span: &Span, wanted: &[&str]) {
    eventually(&format!("the children {wanted:?}"), || {
        let spans = collector.spans();
        let of = spans.iter().filter(|child| child.parent == span.id && child.trace == span.trace);
        let operation = |child: &Span| child.attributes.get("db.operation.name").cloned().unwrap_or_default();
        let names: Vec<_> = of.map(|child| format!("{} {}", child.name, operation(child))).collect();
        wanted.iter().all(|wanted| names.iter().any(|name| name.trim() == *wanted)).then_some(())
    });
}

fn id(reply: &crate::support::Reply) -> String {
    reply.header("x-request-id").expect("an id").to_owned()
}

#[test]
fn a_request_and_what_it_waits_for_are_spans() {
    let collector = Collector::start();
    let server = traced(&collector, "", &[]);
    let session = server.app.init("1.2");
    session.register("ann", "pass", server.license(0));
    let login = session.call("login", &[("username", "ann"), ("pass", "pass"), ("hwid", HWID)]);
    let span = collector.span_with("claviger.request_id", &id(&login));
    let attribute = |name: &str| span.attributes.get(name).map(String::as_str);
    assert_eq!((span.name.as_str(), span.kind), ("client login", 2), "{span:?}");
    assert_eq!(attribute("http.request.method"), Some("POST"));
    assert_eq!(attribute("http.response.status_code"), Some("200"));
    assert_eq!(attribute("claviger.outcome"), Some("ok"));
    assert_eq!(attribute("claviger.app"), Some(server.app.name.as_str()));
    assert_eq!(span.parent, "");
    assert_eq!(span.resource.get("service.name").map(String::as_str), Some("claviger"));
    assert_eq!(span.resource.get("service.version").map(String::as_str), Some(env!("CARGO_PKG_VERSION")));
    has_children(&collector, &span, &["database look_up", "database read", "database write", "password"]);
    let check = session.call("check", &[]);
    let span = collector.span_with("claviger.request_id", &id(&check));
    has_children(&collector, &span, &["database look_up"]);
    // The collector is asked as the variables say.
    let (head, _) = &collector.posted()[0];
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer collector-token"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
}

#[test]
fn a_seller_and_a_call_to_elsewhere_are_spans() {
    let (collector, target) = (Collector::start(), Target::start(&[(200, "{}")]));
    let server = traced(&collector, PROXY, &["OTEL_SERVICE_NAME=shop-keys"]);
    let app = &server.app;
    let url = format!("{}/hook?token=canary", target.url);
    let made = app.seller(&format!("type=addwebhook&baseurl={}&ua=x&authed=0", crate::support::encode(&url)));
    assert_eq!(made.status, 200, "{made:?}");
    let span = collector.span_with("claviger.request_id", &id(&made));
    assert_eq!(
        span.name,
        "seller addWebhook".replace("addWebhook", span.attributes["claviger.type"].as_str())
    );
    assert_eq!(span.resource["service.name"], "shop-keys");
    has_children(&collector, &span, &["database write"]);
    let webhook = made.json()["webid"].as_str().expect("an id").to_owned();
    let called = app.init("1.2").call("webhook", &[("webid", &webhook)]);
    assert_eq!(called.json()["success"], true, "{called:?}");
    let span = collector.span_with("claviger.request_id", &id(&called));
    has_children(&collector, &span, &["call"]);
    let call = collector.span_with("server.address", "127.0.0.1");
    assert_eq!((call.parent.as_str(), call.kind), (span.id.as_str(), 3));
    assert!(!format!("{:?}", collector.spans()).contains("canary"));
}

/// The span of a request that brings a `traceparent`.
fn asked_by(server: &Server, collector: &Collector) -> Span {
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [FORM, ("traceparent", parent.as_str()), ("x-forwarded-for", "192.0.2.1")];
    let body = form(&server.app.params("init", &[("ver", &server.app.version)]));
    let reply = request(&server.app.address, "POST", "/api/1.1/", &headers, body.as_bytes());
    collector.span_with("claviger.request_id", &id(&reply))
}

#[test]
fn a_trusted_proxy_may_name_the_parent_and_nobody_else() {
    let collector = Collector::start();
    let span = asked_by(&traced(&collector, PROXY, &[]), &collector);
    assert_eq!((span.trace.as_str(), span.parent.as_str()), (TRACE, PARENT));
    let span = asked_by(&traced(&collector, "", &[]), &collector);
    assert_ne!(span.trace, TRACE);
    assert_eq!(span.parent, "");
}

#[test]
fn the_sampler_and_the_switch_are_heard() {
    for variable in ["OTEL_SDK_DISABLED=true", "OTEL_TRACES_SAMPLER=always_off"] {
        let collector = Collector::start();
        let mut server = traced(&collector, "", &[variable]);
        server.app.init("1.2");
        // What is left would be sent at the end.
        server.process.stop("TERM");
        assert_eq!(collector.spans(), [], "{variable}");
    }
}

#[test]
fn a_server_that_nobody_asks_sends_nothing() {
    let collector = Collector::start();
    let mut server = traced(&collector, "", &[]);
    // Its look at the database finds what a command has changed.
    server.cli.ok(&["keys", "rotate", "--yes"]);
    eventually("the look", || {
        server.process.stderr().contains("another master key encrypts from now on").then_some(())
    });
    // What is left would be sent at the end.
    server.process.stop("TERM");
    let asked: Vec<_> = collector.spans().into_iter().filter(|span| span.name != "other health").collect();
    assert_eq!(asked, []);
}

#[test]
fn a_collector_that_is_away_holds_up_nothing() {
    let variables =
        ["OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9".to_owned(), "OTEL_BSP_SCHEDULE_DELAY=50".into()];
    let mut server = Server::start_with_variables(&variables, "");
    server.app.init("1.2");
    eventually("the log to tell of it", || {
        server.process.stderr().contains("traces could not be sent").then_some(())
    });
    server.app.init("1.2");
    server.process.stop("TERM");
}

#[test]
fn mails_and_messages_to_webhooks_are_spans() {
    let (collector, mailbox, target) = (Collector::start(), Mailbox::start(), Target::start(&[(200, "{}")]));
    let settings =
        format!("{PROXY}smtp_url = {:?}\nsmtp_from = \"Shop <no-reply@example.org>\"\n", mailbox.url);
    let server = traced(&collector, &settings, &[]);
    let session = server.app.init("1.2");
    let params = [
        ("username", "ann"),
        ("pass", "old"),
        ("key", server.license(0)),
        ("email", "canary@example.org"),
        ("hwid", HWID),
    ];
    session.call("register", &params);
    let asked = server.app.client(
        "1.2",
        "forgot",
        &[("sessionid", &session.id), ("username", "ann"), ("email", "canary@example.org")],
    );
    let span = collector.span_with("claviger.request_id", &id(&asked));
    has_children(&collector, &span, &["mail"]);
    assert_eq!(eventually("the mail", || mailbox.mails().first().cloned().map(|_| 1)), 1);

    // Lines of the log go to the webhook beside the requests.
    let hook = format!("webhook={}/hook?token=canary", target.url);
    server.cli.ok(&["app", "set", &server.app.path(), &hook]);
    eventually("a message", || {
        session.call("log", &[("pcuser", "canary-pc"), ("message", "canary-line")]);
        (!target.seen().is_empty()).then_some(())
    });
    let delivery = eventually("a delivery", || {
        let spans = collector.spans();
        let calls: Vec<_> = spans.iter().filter(|span| span.name == "call").collect();
        spans
            .iter()
            .find(|span| span.name == "delivery" && calls.iter().any(|call| call.parent == span.id))
            .cloned()
    });
    assert_eq!(delivery.parent, "");
    assert!(!format!("{:?}", collector.spans()).contains("canary"));
}

#[test]
fn an_address_that_is_none_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://x"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "nonsense"),
    ] {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path());
        let output = command.env(name, value).output().expect("it ends");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_refused(output.status.code(), &said);
        assert!(said.contains(&format!("{name} must be the address of a collector")), "{said}");
    }
}
