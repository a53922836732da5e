//! `/dashboard/{app}/users`: a page of the table, and how many a filter means.

use std::net::IpAddr;

use askama::Template;
use claviger_domain::NEVER;
use claviger_service::vendor::{TableOrder, UserRow, UserSubscription, UsersWanted, length};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    table_page::{self, Names, TableView, view},
    user_filter,
    visit::Visit,
};

/// What a user has, as the table shows it.
struct Has {
    name: String,
    ends: Option<Moment>,
    /// What is left, where it is paused or has no end.
    left: String,
}

impl Has {
    /// `None` for what has ended.
    fn new(visit: &Visit, one: UserSubscription) -> Option<Self> {
        let ends = (!one.paused && one.expires < NEVER).then(|| visit.moment(one.expires));
        if ends.is_some() && one.expires <= visit.now() {
            return None;
        }
        let left = match (one.paused, one.expires >= NEVER) {
            (true, _) => format!("paused, {} left", length(one.expires)),
            (false, true) => "without end".into(),
            (false, false) => String::new(),
        };
        Some(Self { name: one.subscription, ends, left })
    }
}

/// A user, as the table shows it.
struct Row {
    id: i64,
    name: String,
    page: String,
    online: bool,
    banned: Option<String>,
    has: Vec<Has>,
    /// Address of the last sign-in, and where the users from there are.
    ip: Option<(String, Option<String>)>,
    devices: usize,
    last_login: Option<Moment>,
    created: Moment,
    change: String,
}

impl Row {
    fn new(visit: &Visit, base: &str, row: UserRow) -> Self {
        let from = |ip: String| {
            let link = ip.parse::<IpAddr>().is_ok();
            let link = link.then(|| Link::new(format!("{base}users")).with("ip", &ip).into());
            (ip, link)
        };
        Self {
            id: row.id,
            page: format!("{base}users/{}", row.id),
            online: row.online,
            banned: row.banned,
            has: row.subscriptions.into_iter().filter_map(|one| Has::new(visit, one)).collect(),
            ip: row.ip.map(from),
            devices: row.devices,
            last_login: row.last_login.map(|at| visit.moment(at)),
            created: visit.moment(row.created),
            change: Link::new(format!("{base}users/change")).with("id", row.id).into(),
            name: row.username,
        }
    }
}

#[derive(Template)]
#[template(path = "users.html")]
struct Page {
    frame: Frame,
    base: String,
    table: TableView<UsersWanted, Row>,
}

pub(super) const NAMES: Names = Names { path: "users", one: "user", many: "users" };

pub(super) async fn show(visit: Visit) -> Answer {
    let base = app_base(visit.app()?);
    let filter = user_filter::read(&visit.query);
    let table = view(&visit, filter, NAMES, |row| Row::new(&visit, &base, row)).await?;
    let shown = Page { frame: visit.frame("Users", Nav::Users).await?, base, table };
    visit.render_as(shown.table.status, &shown)
}

pub(super) async fn count(visit: Visit) -> Answer {
    let filter = user_filter::read(&visit.query);
    table_page::count::<UserRow>(&visit, filter, NAMES).await
}
