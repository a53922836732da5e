//! What a page gets: who asks for what, already let in by the [door](crate::door).

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use claviger_domain::ClientAddress;
use claviger_service::{
    App, Service,
    people::{Person, Visitor},
};

use crate::{
    cookies::{Cookie, pack},
    fault::{Answer, Fault},
    fields::Fields,
    moment::Moment,
    reply,
    state::State,
    upload::Upload,
};

/// A request for a page.
#[derive(Clone)]
pub(crate) struct Visit {
    pub state: Arc<State>,
    /// Address of the browser.
    pub ip: ClientAddress,
    pub headers: HeaderMap,
    /// Path and query, as they were asked for.
    pub address: String,
    /// What stands in the path in place of the route's names.
    pub params: Arc<Vec<(String, String)>>,
    /// What stands behind the question mark.
    pub query: Arc<Fields>,
    /// What was posted.
    pub form: Arc<Fields>,
    /// The file that comes along, on routes that take one.
    pub upload: Option<Upload>,
    /// Who is signed in.
    pub person: Option<Arc<Person>>,
    /// The application that the path names.
    pub app: Option<Arc<App>>,
    /// What forms must bring.
    pub token: String,
    /// What the page before wants said.
    pub saying: Option<String>,
}

impl Visit {
    /// The use cases.
    pub fn service(&self) -> &Arc<Service> {
        &self.state.service
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// When nobody is: the route does not need anybody.
    pub fn person(&self) -> Result<&Arc<Person>, Fault> {
        self.person.as_ref().ok_or(Fault::NotFound)
    }

    /// The application that the path names, which is the person's.
    ///
    /// # Errors
    /// When the route names none.
    pub fn app(&self) -> Result<&Arc<App>, Fault> {
        self.app.as_ref().ok_or(Fault::NotFound)
    }

    /// The file that comes along.
    ///
    /// # Errors
    /// When the route takes none.
    pub fn upload(&self) -> Result<&Upload, Fault> {
        self.upload.as_ref().ok_or(Fault::NotFound)
    }

    /// What stands in the path in place of a name of the route, decoded.
    pub fn path(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether the script asks, which wants a part of the page.
    pub fn is_fragment(&self) -> bool {
        self.headers.contains_key("hx-request")
    }

    /// Where the request comes from, as it is shown to the person later.
    pub fn visitor(&self) -> Visitor {
        let user_agent = self.headers.get(header::USER_AGENT).map(axum::http::HeaderValue::as_bytes);
        let user_agent = String::from_utf8_lossy(user_agent.unwrap_or_default()).into_owned();
        Visitor { ip: self.ip, user_agent }
    }

    /// The time in Unix seconds.
    pub fn now(&self) -> i64 {
        self.service().clock().now()
    }

    /// A Unix second as it is shown.
    pub fn moment(&self, at: i64) -> Moment {
        Moment::new(at, self.now())
    }

    /// A page, or a part of one.
    ///
    /// # Errors
    /// When the template fails.
    pub fn render(&self, template: &impl Template) -> Answer {
        self.render_as(StatusCode::OK, template)
    }

    /// As [`Visit::render`], with another status: a form that was not accepted is 422.
    ///
    /// # Errors
    /// When the template fails.
    pub fn render_as(&self, status: StatusCode, template: &impl Template) -> Answer {
        let html = template.render().map_err(|error| {
            Fault::Failed(claviger_service::ServiceError::System(format!(
                "a page cannot be rendered: {error}"
            )))
        })?;
        Ok(reply::html(status, html))
    }

    /// To another page, after something was done.
    ///
    /// # Errors
    /// Never; it is what handlers return.
    pub fn see_other(&self, address: impl Into<String>) -> Answer {
        let address = address.into();
        Ok(if self.is_fragment() { reply::load(&address) } else { reply::see_other(&address) })
    }

    /// To another page, which says what was done.
    ///
    /// # Errors
    /// Never; it is what handlers return.
    pub fn see_other_saying(&self, address: impl Into<String>, saying: &str) -> Answer {
        let mut response = self.see_other(address)?;
        let cookie = Cookie::Saying.set(&self.state, &pack(saying), Some(60));
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    }
}
