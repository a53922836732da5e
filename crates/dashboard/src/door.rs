//! The one way in: every request for a page passes here, whoever asks for whatever. Handlers need not ask again who it
//! is, whether they may, and whether the form is ours.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract,
    http::{Method as HttpMethod, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use claviger_domain::{ClientAddress, Secret};
use claviger_service::on_behalf_of;

use crate::{
    addresses::{CONFIRM, HOME, Link, SIGN_IN},
    assets,
    cookies::{Cookie, unpack},
    fault::{Answer, Fault},
    fields::Fields,
    pages::fault_page,
    panel, reply,
    request::{
        OPEN_FORM_MAX, decoded, is_too_long, not_allowed, read_form, refuse_foreign_form, refuse_other_sites,
    },
    rights::{Need, may, not_permitted},
    route::{Method, Route},
    state::State,
    table,
    upload::Upload,
    visit::Visit,
};

/// Largest form in bytes.
const FORM_MAX: usize = 1024 * 1024;
/// Bytes of randomness that tie forms to a browser in which nobody is signed in.
const VISIT_BYTES: usize = 16;

/// All pages.
pub fn routes(state: Arc<State>) -> Router {
    let mut router = Router::new();
    for path in [
        "/dashboard",
        "/dashboard/",
        "/dashboard/{*rest}",
        "/app",
        "/app/",
        "/app/{*rest}",
        "/login",
        "/login/",
        "/register",
        "/register/",
    ] {
        router = router.route(path, any(enter));
    }
    router.with_state(state.clone()).merge(panel::routes(state))
}

async fn enter(
    extract::State(state): extract::State<Arc<State>>,
    Extension(ip): Extension<ClientAddress>,
    request: extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let reads = matches!(parts.method, HttpMethod::GET | HttpMethod::HEAD);
    if let Some(asset) = assets::get(parts.uri.path(), &parts.headers) {
        return reply::guarded(if reads { asset } else { not_allowed("GET, HEAD") });
    }
    if is_too_long(&parts) {
        return reply::guarded(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response());
    }
    let mut visit = knock(state, ip, &parts);
    let response = match pass(&mut visit, &parts, body).await {
        Ok(response) => response,
        Err(fault) => fault_page(&visit, &fault),
    };
    if let Some(upload) = &visit.upload {
        upload.discard().await;
    }
    reply::guarded(with_cookies(&visit, response))
}

/// What is known before anything was looked up.
fn knock(state: Arc<State>, ip: ClientAddress, parts: &Parts) -> Visit {
    let saying = Cookie::Saying.read(&state, &parts.headers).map(|value| unpack(value.expose()));
    Visit {
        ip,
        headers: parts.headers.clone(),
        address: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        params: Arc::default(),
        query: Arc::default(),
        form: Arc::default(),
        upload: None,
        person: None,
        app: None,
        token: String::new(),
        saying,
        state,
    }
}

async fn pass(visit: &mut Visit, parts: &Parts, body: Body) -> Answer {
    let method = match parts.method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return Ok(not_allowed("GET, HEAD, POST")),
    };
    // Who it is comes first: the page that says that there is nothing has the person's side bar too.
    let secret = recognize(visit).await?;
    let query = parts.uri.query().unwrap_or_default();
    visit.query = Arc::new(Fields::parse(query.as_bytes()).ok_or(Fault::TooLarge)?);
    let Some((place, params)) = table::find(parts.uri.path()) else { return Err(Fault::NotFound) };
    visit.params = Arc::new(params.into_iter().map(|(name, value)| (name, decoded(&value))).collect());
    let Some(route) = (match method {
        Method::Get => place.get,
        Method::Post => place.post,
    }) else {
        return Ok(not_allowed(if place.get.is_some() { "GET, HEAD" } else { "POST" }));
    };
    if method == Method::Post {
        refuse_other_sites(&visit.state, &visit.headers)?;
    }
    if let Some(elsewhere) = admit(visit, route).await? {
        return Ok(elsewhere);
    }
    if method == Method::Post {
        let max = if route.need == Need::Nobody { OPEN_FORM_MAX } else { FORM_MAX };
        if route.uploads {
            let (fields, upload) = Upload::begin(&parts.headers, body).await?;
            upload.decide_at_end(Box::pin(is_still_let_in(visit.clone(), route.need))).await;
            (visit.form, visit.upload) = (Arc::new(fields), Some(upload));
        } else {
            visit.form = Arc::new(read_form(body, max).await?);
        }
        refuse_foreign_form(&visit.form, &visit.headers, &visit.token)?;
        // Forms may take half a minute to arrive: what lets somebody in is what holds now.
        if route.need != Need::Nobody {
            visit.person = None;
            recognize(visit).await?;
            if let Some(elsewhere) = admit(visit, route).await? {
                return Ok(elsewhere);
            }
        }
    }
    refuse_fields(visit, route)?;
    // Whoever is not signed in gets what forms are tied to along with the first page.
    let by = visit.person.as_ref().map_or_else(String::new, |person| person.name.clone());
    let mut response = on_behalf_of(by, (route.handler)(visit.clone())).await?;
    if let Some(secret) = secret {
        let cookie = Cookie::Visit.set(&visit.state, secret.expose(), None);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Finds out who is signed in, and what forms must bring. Returns what a browser without sign-in is to keep for that.
async fn recognize(visit: &mut Visit) -> Result<Option<Secret>, Fault> {
    let service = visit.service().clone();
    if let Some(secret) = Cookie::SignIn.read(&visit.state, &visit.headers)
        && let Some(person) = service.person(&secret).await?
    {
        visit.person = Some(Arc::new(person));
        visit.token = service.form_token(&secret);
        return Ok(None);
    }
    if let Some(secret) = Cookie::Visit.read(&visit.state, &visit.headers) {
        visit.token = service.form_token(&secret);
        return Ok(None);
    }
    let secret = Secret::new(service.random().hex(VISIT_BYTES));
    visit.token = service.form_token(&secret);
    Ok(Some(secret))
}

/// Lets the person in, or tells where else to go first.
async fn admit(visit: &mut Visit, route: &Route) -> Result<Option<Response>, Fault> {
    if route.need == Need::Nobody {
        return Ok(None);
    }
    let Some(person) = visit.person.clone() else {
        let next = (route.method == Method::Get && !visit.is_fragment()).then_some(&visit.address);
        return Ok(Some(visit.see_other(Link::new(SIGN_IN).with_some("next", next))?));
    };
    if matches!(route.need, Need::Member | Need::App(_) | Need::Either(..) | Need::AppOwner | Need::Reseller)
    {
        let name = visit.path("app").to_owned();
        let app = visit.service().app_of_person(&person, &name).await?.ok_or(Fault::NotFound)?;
        if person.last_app != Some(app.id) {
            visit.service().set_last_app(&person, app.id).await?;
        }
        visit.app = Some(app);
    }
    if !may(&person, visit.app.as_deref(), route.need) {
        return Err(not_permitted());
    }
    if route.fresh && !person.is_fresh(visit.now()) {
        let next = match route.method {
            Method::Get => visit.address.clone(),
            Method::Post => came_from(visit),
        };
        return Ok(Some(visit.see_other(Link::new(CONFIRM).with("next", next))?));
    }
    Ok(None)
}

/// Keeps people from changing along what they may not change by itself.
fn refuse_fields(visit: &Visit, route: &Route) -> Result<(), Fault> {
    for (field, permission) in route.fields {
        let is_sent = visit.query.has(field) || visit.form.has(field);
        if is_sent && !may(visit.person()?, visit.app.as_deref(), Need::App(*permission)) {
            return Err(not_permitted());
        }
    }
    Ok(())
}

/// Whether the person who was let in would be let in again.
async fn is_still_let_in(mut visit: Visit, need: Need) -> bool {
    let app = visit.app.take().map(|app| app.id);
    visit.person = None;
    if recognize(&mut visit).await.is_err() {
        return false;
    }
    let Some(person) = visit.person.take() else { return false };
    let Some(app) = app else { return may(&person, None, need) };
    let found = visit.service().app_of_person(&person, &format!("~{app}")).await;
    matches!(found, Ok(Some(app)) if may(&person, Some(&app), need))
}

/// The page of ours that a form was on.
fn came_from(visit: &Visit) -> String {
    let referer = visit.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let uri = referer.and_then(|text| text.parse::<Uri>().ok());
    uri.and_then(|uri| uri.path_and_query().map(ToString::to_string)).unwrap_or_else(|| HOME.into())
}

/// What was said is said once.
fn with_cookies(visit: &Visit, mut response: Response) -> Response {
    let shown = visit.saying.is_some() && !visit.is_fragment() && response.status() != StatusCode::SEE_OTHER;
    if shown {
        response.headers_mut().append(header::SET_COOKIE, Cookie::Saying.remove(&visit.state));
    }
    response
}
