//! `/dashboard/{app}/users`: a page of the table, and how many a filter means.

use std::net::IpAddr;

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::NEVER;
use claviger_service::vendor::{
    Number, TableOrder, TablePage, TableQuery, UserRow, UserSubscription, length,
};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    plots::grouped,
    reply,
    table_filter::{ROWS, counted, place},
    tables::Pages,
    user_filter::{self, UserFilter},
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
    filter: UserFilter,
    /// Where in the middle the page was asked to begin.
    at: String,
    rows: Vec<Row>,
    /// How many there are, where that is known already; else where it is counted.
    count: Result<String, String>,
    looked: Option<String>,
    pages: Pages,
    csv: String,
    json: String,
    change_all: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let mut filter = user_filter::read(&visit.query);
    let place = place(&visit.query, filter.order);
    if let Err(problem) = &place {
        filter.problem.get_or_insert_with(|| problem.clone());
    }
    let path = format!("{base}users");
    let page = match (&filter.problem, place) {
        (None, Ok(place)) => {
            let wanted = filter.wanted.clone();
            let query = TableQuery { wanted, order: filter.order, place, limit: ROWS };
            visit.service().table_page::<UserRow>(app, query).await?
        }
        _ => TablePage { rows: Vec::new(), next: None, previous: None, looked: None },
    };
    let is_whole = page.next.is_none() && page.previous.is_none();
    let count = if filter.is_empty() {
        let number = visit.service().count_table::<UserRow>(app, filter.wanted.clone()).await?;
        Ok(counted(number, "user", "users"))
    } else if is_whole {
        Ok(counted(Number::Exactly(page.rows.len() as u64), "user", "users"))
    } else {
        Err(filter.link(format!("{path}/count")).to_string())
    };
    let status = if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let pages = filter.pages(&path, &page);
    let shown = Page {
        frame: visit.frame("Users", Nav::Users).await?,
        at: visit.query.kept("at"),
        count,
        looked: page.looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        pages,
        csv: filter.link(format!("{path}/export")).with("format", "csv").into(),
        json: filter.link(format!("{path}/export")).with("format", "json").into(),
        change_all: filter.link(format!("{path}/change")).with("all", "yes").into(),
        rows: page.rows.into_iter().map(|row| Row::new(&visit, &base, row)).collect(),
        filter,
        base,
    };
    visit.render_as(status, &shown)
}

pub(super) async fn count(visit: Visit) -> Answer {
    let app = visit.app()?;
    let filter = user_filter::read(&visit.query);
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let number = visit.service().count_table::<UserRow>(app, filter.wanted).await?;
    Ok(reply::text(StatusCode::OK, counted(number, "user", "users")))
}
