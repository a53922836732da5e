//! The one way into customers' panels. It knows nothing of the people of the dashboard: their cookies mean nothing here, and
//! a panel's mean nothing there or in another panel.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract,
    http::{HeaderValue, Method as HttpMethod, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use claviger_capacity::Who;
use claviger_domain::{ClientAddress, Secret};
use claviger_service::customers::Panel;

use super::{
    fault::{fault_page, no_panel},
    frame::base_of,
    reply::{guarded, wanted},
    reset,
    route::{PanelNeed, PanelRoute},
    table,
    visit::PanelVisit,
    words::Words,
};
use crate::{
    cookies::PanelCookie,
    fault::{Answer, Fault},
    fields::Fields,
    request::{
        OPEN_FORM_MAX, decoded, is_too_long, not_allowed, read_form, refuse_foreign_form, refuse_other_sites,
    },
    route::Method,
    state::State,
};

/// Where the addresses of all panels begin.
const PANELS: &str = "/panel/";
/// Bytes of randomness that tie forms to a browser in which nobody is signed in.
const VISIT_BYTES: usize = 16;
/// A year: for how long a chosen language is kept.
const LANGUAGE_LASTS: i64 = 365 * 86_400;
/// All pages of all panels, and the one for a new password.
pub(crate) fn routes(state: Arc<State>) -> Router {
    Router::new().route("/panel/{*rest}", any(enter)).merge(reset::routes()).with_state(state)
}

async fn enter(
    extract::State(state): extract::State<Arc<State>>,
    Extension(ip): Extension<ClientAddress>,
    request: extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if is_too_long(&parts) {
        return guarded(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response());
    }
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let Some(query) = query else { return guarded(StatusCode::PAYLOAD_TOO_LARGE.into_response()) };
    guarded(match go_in(state, ip, &parts, query, body).await {
        Ok(response) => response,
        Err((words, fault)) => fault_page(None, words, &fault),
    })
}

/// Finds the panel, and goes in.
async fn go_in(
    state: Arc<State>,
    ip: ClientAddress,
    parts: &Parts,
    query: Fields,
    body: Body,
) -> Result<Response, (Words, Fault)> {
    let asked = query.get("lang").and_then(Words::of);
    let words = asked.or_else(|| wanted(&parts.headers)).unwrap_or(Words::fallback());
    let Some((owner, app, rest)) = split(parts.uri.path()) else { return Ok(no_panel(words)) };
    let found = state.service.panel(&decoded(owner), &decoded(app)).await;
    let Some(panel) = found.map_err(|error| (words, error.into()))? else { return Ok(no_panel(words)) };
    let base = base_of(&panel.app);
    // Names in other letters mean the same application, but browsers keep cookies by what is written.
    if !parts.uri.path().starts_with(&base) {
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let address = HeaderValue::try_from(format!("{base}{}{query}", rest.unwrap_or_default()));
        let address = address.map_err(|_| (words, Fault::NotFound))?;
        return Ok((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, address)]).into_response());
    }
    let kept = PanelCookie::Language.read(&state, &parts.headers, panel.app.id);
    let kept = kept.and_then(|code| Words::of(code.expose()));
    let words = asked
        .or(kept)
        .or_else(|| wanted(&parts.headers))
        .or_else(|| Words::of(&panel.settings.language))
        .unwrap_or(Words::fallback());
    let mut visit = PanelVisit {
        ip,
        headers: parts.headers.clone(),
        saying: PanelVisit::said(&state, &parts.headers, panel.app.id),
        state,
        base: base.into(),
        rest: rest.unwrap_or_default().to_owned(),
        panel: Arc::new(panel),
        params: Arc::default(),
        query: Arc::new(query),
        form: Arc::default(),
        customer: None,
        token: String::new(),
        words,
    };
    let response = pass(&mut visit, parts, body).await;
    let mut response = response.unwrap_or_else(|fault| fault_page(Some(&visit), words, &fault));
    add_cookies(&visit, asked, &mut response);
    Ok(response)
}

/// The parts of an address: the owner, the application, and what follows the slash after them, if there is one.
fn split(path: &str) -> Option<(&str, &str, Option<&str>)> {
    let (owner, rest) = path.strip_prefix(PANELS)?.split_once('/')?;
    let (app, rest) = match rest.split_once('/') {
        Some((app, rest)) => (app, Some(rest)),
        None => (rest, None),
    };
    Some((owner, app, rest))
}

async fn pass(visit: &mut PanelVisit, parts: &Parts, body: Body) -> Answer {
    let method = match parts.method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return Ok(not_allowed("GET, HEAD, POST")),
    };
    let (place, params) = table::find(&visit.rest).ok_or(Fault::NotFound)?;
    visit.params = Arc::new(params.into_iter().map(|(name, value)| (name, decoded(&value))).collect());
    let route = match method {
        Method::Get => place.get,
        Method::Post => place.post,
    };
    let Some(route) = route else {
        return Ok(not_allowed(if place.get.is_some() { "GET, HEAD" } else { "POST" }));
    };
    must_be_offered(visit, route)?;
    if method == Method::Post {
        refuse_other_sites(&visit.state, &visit.headers)?;
        visit.form = Arc::new(read_form(body, OPEN_FORM_MAX).await?);
    }
    // From here on it is the application's own time that passes.
    let who = Who::client(visit.panel.app.id, visit.ip);
    let _place = visit.state.panels.enter(who).await.map_err(|_| Fault::Busy)?;
    if method == Method::Post {
        // Forms may take half a minute to arrive: what is offered is what holds now.
        let app = visit.panel.app.clone();
        let found = visit.service().panel(&app.owner_name, &app.name).await?;
        let Some(panel) = found.filter(|panel| panel.app.id == app.id) else {
            return Ok(no_panel(visit.words));
        };
        visit.panel = Arc::new(panel);
        must_be_offered(visit, route)?;
    }
    let secret = recognize(visit).await?;
    if route.need == PanelNeed::Customer && visit.customer.is_none() {
        return Ok(visit.see_other("sign-in"));
    }
    if method == Method::Post {
        refuse_foreign_form(&visit.form, &visit.headers, &visit.token)?;
    }
    answer(visit, route, secret).await
}

/// What the vendor does not offer is not there.
fn must_be_offered(visit: &PanelVisit, route: &PanelRoute) -> Result<(), Fault> {
    match route.offer {
        Some(offer) if !visit.panel.offers(offer) => Err(Fault::NotFound),
        _ => Ok(()),
    }
}

async fn answer(visit: &PanelVisit, route: &PanelRoute, secret: Option<Secret>) -> Answer {
    let mut response = (route.handler)(visit.clone()).await?;
    if let Some(secret) = secret {
        let cookie = PanelCookie::Visit.set(&visit.state, visit.of(), secret.expose(), None);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Finds out who is signed in, and what forms must bring. Returns what a browser without sign-in is to keep for that.
async fn recognize(visit: &mut PanelVisit) -> Result<Option<Secret>, Fault> {
    let (service, panel): (_, Arc<Panel>) = (visit.service().clone(), visit.panel.clone());
    let app = &panel.app;
    if let Some(secret) = PanelCookie::SignIn.read(&visit.state, &visit.headers, app.id)
        && let Some(customer) = service.customer(&panel, &secret).await?
    {
        visit.customer = Some(Arc::new(customer));
        visit.token = service.customer_form_token(app, &secret);
        return Ok(None);
    }
    if let Some(secret) = PanelCookie::Visit.read(&visit.state, &visit.headers, app.id) {
        visit.token = service.customer_form_token(app, &secret);
        return Ok(None);
    }
    let secret = Secret::new(service.random().hex(VISIT_BYTES));
    visit.token = service.customer_form_token(app, &secret);
    Ok(Some(secret))
}

fn add_cookies(visit: &PanelVisit, asked: Option<Words>, response: &mut Response) {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    if visit.saying.is_some() && is_page {
        let cookie = PanelCookie::Saying.remove(&visit.state, visit.of());
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(words) = asked {
        let cookie = PanelCookie::Language.set(&visit.state, visit.of(), words.code(), Some(LANGUAGE_LASTS));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(split("/panel/a/b/"), Some(("a", "b", Some(""))));
        assert_eq!(split("/panel/a/b"), Some(("a", "b", None)));
        assert_eq!(split("/panel/a/b%2Fc/sign-in/key"), Some(("a", "b%2Fc", Some("sign-in/key"))));
        for none in ["/panel/", "/panel/a", "/x/a/b"] {
            assert_eq!(split(none), None, "{none}");
        }
        assert_eq!(split("/panel///"), Some(("", "", Some(""))));
    }
}
