//! What a page of the panel gets: who asks for what, already let in by the [door](super::door).

use std::sync::Arc;

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use claviger_domain::ClientAddress;
use claviger_service::{
    Service, ServiceError,
    customers::{Customer, Panel},
    people::Visitor,
};

use super::words::Words;
use crate::{
    cookies::PanelCookie,
    fault::{Answer, Fault},
    fields::Fields,
    reply,
    state::State,
};

/// Seconds that a browser has to load the page that says what was done.
const SAYING_LASTS: i64 = 60;

/// A request for a page of a panel.
#[derive(Clone)]
pub(super) struct PanelVisit {
    pub state: Arc<State>,
    pub ip: ClientAddress,
    pub headers: HeaderMap,
    pub panel: Arc<Panel>,
    /// Where the panel's addresses begin, with a slash at the end.
    pub base: Arc<str>,
    /// What follows, without the query.
    pub rest: String,
    pub params: Arc<Vec<(String, String)>>,
    pub query: Arc<Fields>,
    pub form: Arc<Fields>,
    pub customer: Option<Arc<Customer>>,
    /// What forms must bring.
    pub token: String,
    /// What the page before wants said: a message and a number.
    pub saying: Option<(String, i64)>,
    pub words: Words,
}

impl PanelVisit {
    /// The use cases.
    pub fn service(&self) -> &Arc<Service> {
        &self.state.service
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// When nobody is: the route does not need anybody.
    pub fn customer(&self) -> Result<&Arc<Customer>, Fault> {
        self.customer.as_ref().ok_or(Fault::NotFound)
    }

    /// Who is signed in and has a password: whose name is a license key signs in by it alone.
    ///
    /// # Errors
    /// When nobody is, or nobody who has one: there is no such page then.
    pub fn customer_with_password(&self) -> Result<&Arc<Customer>, Fault> {
        self.customer()
            .and_then(|customer| if customer.by_license { Err(Fault::NotFound) } else { Ok(customer) })
    }

    /// What stands in the path in place of a name of the route, decoded.
    pub fn path(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Where the request comes from, as it is kept.
    pub fn visitor(&self) -> Visitor {
        let user_agent = self.headers.get(header::USER_AGENT).map(axum::http::HeaderValue::as_bytes);
        let user_agent = String::from_utf8_lossy(user_agent.unwrap_or_default()).into_owned();
        Visitor { ip: self.ip, user_agent }
    }

    /// Of which panel cookies are.
    pub fn of(&self) -> (i64, &str) {
        (self.panel.app.id, &self.base)
    }

    /// A page.
    ///
    /// # Errors
    /// When the template fails.
    pub fn render(&self, template: &impl Template) -> Answer {
        self.render_as(StatusCode::OK, template)
    }

    /// As [`PanelVisit::render`], with another status.
    ///
    /// # Errors
    /// When the template fails.
    pub fn render_as(&self, status: StatusCode, template: &impl Template) -> Answer {
        let html = template.render().map_err(|error| {
            Fault::Failed(ServiceError::System(format!("a page of a panel cannot be rendered: {error}")))
        })?;
        Ok(reply::html(status, html))
    }

    /// To another page of the panel.
    pub fn see_other(&self, rest: &str) -> Response {
        reply::see_other(&format!("{}{rest}", self.base))
    }

    /// To another page of the panel, which says what was done: one of the messages that begin with `said-`.
    pub fn see_other_saying(&self, rest: &str, said: &str, count: i64) -> Response {
        let mut response = self.see_other(rest);
        let value = format!("{said}.{count}");
        let cookie = PanelCookie::Saying.set(&self.state, self.of(), &value, Some(SAYING_LASTS));
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    /// What the page before wants said, as it was said by [`PanelVisit::see_other_saying`].
    pub fn said(state: &State, headers: &HeaderMap, app: i64) -> Option<(String, i64)> {
        let value = PanelCookie::Saying.read(state, headers, app)?;
        let (said, count) = value.expose().split_once('.')?;
        let known = said.starts_with("said-") && Words::fallback().say(said) != said;
        known.then(|| Some((said.to_owned(), count.parse().ok()?))).flatten()
    }
}
