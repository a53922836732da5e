//! Rows of the table of sessions. Those that the page begins with and those that come later are made by one template.

use askama::Template;
use claviger_service::vendor::{Listed, Number};

use crate::{addresses::Link, moment::Moment, names::Names, plots::grouped};

/// A session, as the table shows it.
pub(crate) struct Row {
    pub id: String,
    /// Name of who signed in, and where the sessions of that user are, for whoever sees whole names.
    pub user: Option<(String, Option<String>)>,
    pub ip: String,
    /// Where the sessions from there are.
    pub from: Option<String>,
    pub api: String,
    pub began: Moment,
    pub expires: Moment,
    /// Where it is ended.
    pub kill: String,
}

impl Row {
    /// Of an application whose pages begin at `base`.
    pub fn new(session: Listed, base: &str, now: i64, names: Names) -> Self {
        let Listed { id, expires, api, ip, user } = session;
        let filtered = |name, value: &str| Link::new(format!("{base}sessions")).with(name, value).into();
        Self {
            user: user.map(|(_, name)| (names.show(&name), names.whole.then(|| filtered("user", &name)))),
            from: ip.parse::<std::net::IpAddr>().is_ok().then(|| filtered("ip", &ip)),
            ip,
            api: format!("{}.{}", api / 10, api % 10),
            began: Moment::new((id.created_ms() / 1000) as i64, now),
            expires: Moment::new(expires, now),
            kill: Link::new(format!("{base}sessions/kill")).with("id", id).into(),
            id: id.to_string(),
        }
    }
}

/// Rows alone.
#[derive(Template)]
#[template(path = "sessions.html", block = "rows")]
pub(crate) struct Rows {
    pub rows: Vec<Row>,
}

/// A number that may not be known exactly, in words.
pub(crate) fn told(number: Number) -> String {
    let shown = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    match number {
        Number::Exactly(number) => shown(number),
        Number::About(number) => format!("about {}", shown(number)),
        Number::AtLeast(number) => format!("more than {}", shown(number)),
    }
}

/// So many sessions, in words.
pub(crate) fn sessions(number: Number) -> String {
    match number {
        Number::Exactly(1) => "1 session".into(),
        number => format!("{} sessions", told(number)),
    }
}
