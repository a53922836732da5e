//! `/dashboard/{app}/seller-logs/{id}`: all that is known of one request.

use std::borrow::Cow;

use askama::Template;
use claviger_service::{AuditEntry, Logged, SellerRequest};

use super::shown::{address, class, duration};
use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    visit::Visit,
};

/// Stands in the log for a value that is not kept.
const CUT: &str = "***";
/// Parameters that name a user.
const USERS: [&str; 4] = ["user", "username", "currentusername", "newusername"];

/// A parameter.
struct Param {
    name: String,
    /// `None`: it may be a secret, and is not kept.
    value: Option<String>,
    /// Where what it names is found.
    found: Option<String>,
    place: &'static str,
}

/// What the request changed.
struct Change {
    entry: AuditEntry,
    time: Moment,
    lines: Vec<String>,
    /// All changes to the same; `None`: the application itself.
    to_what: Option<String>,
    found: Option<String>,
}

#[derive(Template)]
#[template(path = "seller_request.html")]
struct Page {
    frame: Frame,
    list: String,
    same_key: String,
    same_type: String,
    entry: SellerRequest,
    path: String,
    time: Moment,
    class: &'static str,
    took: String,
    params: Vec<Param>,
    change: Option<Change>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let app = visit.app()?;
    let id: i64 = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    let (request, change) = visit.service().seller_request(app, id).await?.ok_or(Fault::NotFound)?;
    let (list, base) = (address(app), app_base(app));
    let Logged { time, entry, .. } = request;
    let (path, query) = entry.url.split_once('?').unwrap_or((&entry.url, ""));
    let mut params = pairs(query, "query", &base);
    params.extend(pairs(&entry.fields, "body", &base));
    let page = Page {
        frame: visit.frame("Seller request", Nav::SellerLogs).await?,
        same_key: Link::new(list.clone()).with("key", &entry.hint).into(),
        same_type: Link::new(list.clone()).with("type", &entry.kind).into(),
        path: path.to_owned(),
        time: visit.moment(time),
        class: class(&entry),
        took: entry.micros.map(duration).unwrap_or_default(),
        change: change.map(|logged| told(&visit, &base, logged)),
        params,
        list,
        entry,
    };
    visit.render(&page)
}

/// The parameters of a query, in their order.
fn pairs(query: &str, place: &'static str, base: &str) -> Vec<Param> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| param(pair, place, base)).collect()
}

fn param(pair: &str, place: &'static str, base: &str) -> Param {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let (name, value) = (plain(name), plain(value));
    let names_user = USERS.iter().any(|user| name.eq_ignore_ascii_case(user));
    let found = (names_user && !value.is_empty()).then(|| find(base, &value));
    Param { name, value: Some(value).filter(|value| value != CUT), found, place }
}

/// A part of a query as it was meant.
fn plain(part: &str) -> String {
    let spaced: Cow<'_, str> = part.replace('+', " ").into();
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Where a user or a key of this name is found.
fn find(base: &str, text: &str) -> String {
    Link::new(format!("{base}find")).with("text", text).into()
}

fn told(visit: &Visit, base: &str, Logged { time, entry, .. }: Logged<AuditEntry>) -> Change {
    let (about_user, about_key) = (entry.action.contains("user"), entry.action.contains("key"));
    let named = !entry.target.is_empty();
    Change {
        time: visit.moment(time),
        lines: entry.changes.split("; ").filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        to_what: named.then(|| Link::new(format!("{base}audit-log")).with("target", &entry.target).into()),
        found: (named && (about_user || about_key)).then(|| find(base, &entry.target)),
        entry,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_read_as_they_were_meant() {
        let found = super::pairs("type=edituser&&user=a%20b%2Bc+d&passwd=***&***&flag", "query", "/a/");
        let told: Vec<_> = found.iter().map(|param| (param.name.as_str(), param.value.as_deref())).collect();
        let expected = [
            ("type", Some("edituser")),
            ("user", Some("a b+c d")),
            ("passwd", None),
            ("***", Some("")),
            ("flag", Some("")),
        ];
        assert_eq!(told, expected);
        assert_eq!(found[1].found.as_deref(), Some("/a/find?text=a%20b%2Bc%20d"));
    }
}
