//! Serving requests until asked to stop.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, Version, header},
    response::Response,
};
use claviger_acme::Acme;
use claviger_capacity::Who;
use claviger_domain::ClientAddress;
use claviger_service::{Alert, Alerted};
use tokio::{net::TcpListener, task::JoinHandle};
use tower_service::Service;

use crate::{
    State,
    access_log::Line,
    client,
    connections::{self, Connection, Entrance},
    health,
    http::busy,
    metrics,
    request_id::{self, RequestId},
    router,
    seen::Seen,
    tls::{self, Kept, PairFiles, Tls, Watched},
    trace,
};

/// How often idle rate limit buckets are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// What browsers take a reply for is what it says it is.
const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Where requests come from.
pub struct Listening {
    /// The server's address.
    pub listener: TcpListener,
    /// Whether only trusted proxies connect, and begin with the PROXY protocol.
    pub introduced: bool,
    /// How its connections are secured; `None`: not by this server.
    pub secured: Option<Secured>,
}

/// How connections are secured.
pub struct Secured {
    /// What they are secured with.
    pub tls: Arc<Tls>,
    /// Where new certificates come from.
    pub source: CertificateSource,
    /// For how many seconds browsers are told to come by HTTPS only; 0: they are not told.
    pub hsts_seconds: u32,
}

/// Where certificates come from.
pub enum CertificateSource {
    /// Files that somebody else replaces.
    Files(PairFiles),
    /// An authority, which is asked for them.
    Acme(Arc<Acme>),
}

/// Serves requests until `stop` resolves; those that have arrived then are answered. `pages` are those for people: each
/// of their requests brings the [`ClientAddress`](claviger_domain::ClientAddress) along as an extension.
pub async fn serve(
    Listening { listener, introduced, secured }: Listening,
    state: Arc<State>,
    pages: Router,
    stop: impl Future<Output = ()> + Send,
) {
    let background = tokio::spawn(state.service.clone().run_background());
    let tidying = tokio::spawn(tidy(state.clone()));
    let asked = state.clone();
    let asking = tokio::spawn(async move { health::watch(&asked.readiness, &asked.service).await });
    let app = router(state.clone(), pages);
    let (hub, proxies, shared) = (state.connections.clone(), state.clone(), state.clone());
    let looking = tokio::spawn(connections::look(hub.clone()));
    let hsts = secured.as_ref().and_then(strict_transport);
    let (tls, watching) = match secured {
        None => (None, None),
        Some(Secured { tls, source, .. }) => (Some(tls.clone()), Some(keep_up(source, tls, &state))),
    };
    let answer = move |peer, connection: Arc<Connection>, mut request: Request<Body>| {
        if connection.is_nameless() {
            shared.client_ip.strip(request.headers_mut());
        }
        respond(shared.clone(), app.clone(), peer, connection.reserved, hsts.clone(), request)
    };
    let (told, counted) = (state.service.clone(), state.clone());
    let entrance = Entrance {
        hub,
        tls,
        introduced,
        trusts: Box::new(move |peer| proxies.client_ip.trusts_peer(peer)),
        may_shake: Box::new(move |peer| counted.limits.handshake_may(peer.ip().to_canonical().into())),
        over_share: Box::new(move |peer| {
            told.alert(Alert::TooManyConnections, peer.ip().to_canonical().into(), Alerted::default());
        }),
        told: Default::default(),
    };
    connections::run(listener, Arc::new(entrance), answer, stop).await;
    [background, tidying, asking, looking].iter().chain(&watching).for_each(JoinHandle::abort);
    state.service.write_held().await;
    if let Some(log) = &state.access_log {
        log.finish().await;
    }
}

/// Takes new certificates as they come.
fn keep_up(source: CertificateSource, tls: Arc<Tls>, state: &Arc<State>) -> JoinHandle<()> {
    match source {
        CertificateSource::Files(files) => tokio::spawn(tls::follow(Watched::new(files), tls)),
        CertificateSource::Acme(acme) => {
            let state = state.clone();
            tokio::spawn(async move { tls::follow(Kept::new(acme, &state.readiness), tls).await })
        }
    }
}

/// What browsers are told about coming by HTTPS only.
fn strict_transport(secured: &Secured) -> Option<HeaderValue> {
    let seconds = Some(secured.hsts_seconds).filter(|&seconds| seconds > 0)?;
    HeaderValue::try_from(format!("max-age={seconds}")).ok()
}

async fn respond(
    state: Arc<State>,
    app: Router,
    peer: SocketAddr,
    reserved: bool,
    hsts: Option<HeaderValue>,
    request: Request<Body>,
) -> Response {
    let (hub, begun) = (state.connections.clone(), Instant::now());
    let id = request_id(&state, peer, request.headers());
    // Found out anew for the line: what answers the request takes its headers.
    let from = state.access_log.is_some().then(|| state.client_ip.of(peer, request.headers()));
    let (mut seen, shared) = (Seen::default(), state.clone());
    let one_by_one = request.version() < Version::HTTP_2;
    let span = trace::begin(&state, peer, &request, &id);
    let mut response = match reserved && !health::is_health(request.uri().path()) {
        true => full(&state),
        false => {
            let work = pin!(hand_on(shared, app, peer, request, &mut seen));
            id.while_doing(&span, work).await
        }
    };
    let took = begun.elapsed();
    metrics::count(&seen, response.status(), took);
    trace::end(&state, &span, &seen, &response);
    if let (Some(log), Some(ip)) = (&state.access_log, from) {
        let line = line(&state, id.clone(), ip, seen, &response, took);
        response = log.write(line, response);
    }
    let headers = response.headers_mut();
    headers.insert(NOSNIFF.0, NOSNIFF.1);
    headers.insert(request_id::HEADER, id.header());
    if let Some(hsts) = hsts {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if one_by_one && (reserved || hub.is_stopping()) {
        headers.insert(header::CONNECTION, CLOSE);
    }
    response
}

/// The name of a request: the one that a proxy gave, which knows it by that, or another one.
fn request_id(state: &State, peer: SocketAddr, headers: &HeaderMap) -> RequestId {
    let given = || headers.get(request_id::HEADER).filter(|_| state.client_ip.trusts_peer(peer));
    given().and_then(RequestId::given).unwrap_or_else(RequestId::draw)
}

fn line(
    state: &State,
    request: RequestId,
    ip: ClientAddress,
    seen: Seen,
    response: &Response,
    took: Duration,
) -> Line {
    Line {
        time: state.service.clock().now_ms(),
        request,
        ip,
        api: seen.api.as_str(),
        kind: metrics::name(&seen),
        outcome: seen.outcome(response.status()).as_str(),
        status: response.status().as_u16(),
        took,
        bytes: response.body().size_hint().exact(),
        app: seen.app,
    }
}

/// Programs come by the thousand and know four paths, so their requests do not go through the router.
async fn hand_on(
    state: Arc<State>,
    mut app: Router,
    peer: SocketAddr,
    mut request: Request<Body>,
    seen: &mut Seen,
) -> Response {
    let mut version = client::version_at(request.uri().path());
    if version.is_none()
        && let Some(uri) = with_single_slashes(request.uri())
    {
        version = client::version_at(uri.path());
        *request.uri_mut() = uri;
    }
    if let Some(version) = version {
        return client::handle(state, version, peer, request, seen).await;
    }
    *seen = metrics::by_path(request.uri().path());
    if health::is_health(request.uri().path()) {
        let Ok(response) = Service::call(&mut app, request).await;
        return response;
    }
    // A reply that is written while it is read is not counted: what it holds has a bound of its own.
    let who = Who::person(state.client_ip.of(peer, request.headers()));
    let Ok(_counted) = state.requests.others.try_enter(who) else { return full(&state) };
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(mut response) = Service::call(&mut app, request).await;
    if let Some(told) = response.extensions_mut().remove() {
        *seen = told;
    }
    response
}

/// The answer when there is no room for a request.
fn full(state: &State) -> Response {
    state.connections.figures().shed.add();
    busy()
}

/// The address with one slash where its path has several, as joining a base with a slash and a path makes them; `None`
/// where there is nothing to change. A redirect would lose the body.
fn with_single_slashes(uri: &Uri) -> Option<Uri> {
    if !uri.path().contains("//") {
        return None;
    }
    let mut path = String::with_capacity(uri.path().len());
    for char in uri.path().chars() {
        if char != '/' || !path.ends_with('/') {
            path.push(char);
        }
    }
    if let Some(query) = uri.query() {
        path.extend(["?", query]);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.try_into().ok()?);
    Uri::from_parts(parts).ok()
}

async fn tidy(state: Arc<State>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        state.limits.forget_idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_not_doubled() {
        for (uri, expected) in [
            ("/api/1.2/", None),
            ("/?a=//b", None),
            ("//api/seller/?a=//b?c", Some("/api/seller/?a=//b?c")),
            ("/api//seller/add//", Some("/api/seller/add/")),
            ("////", Some("/")),
            ("http://x.example//api///1.3//?", Some("http://x.example/api/1.3/?")),
            ("/%2f//", Some("/%2f/")),
        ] {
            let single = with_single_slashes(&uri.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(single.as_deref(), expected, "{uri}");
        }
    }
}
