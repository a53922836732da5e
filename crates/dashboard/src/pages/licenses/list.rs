//! `/dashboard/{app}/licenses`: a page of the table, and how many a filter means.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{LicenseStatus, NEVER};
use claviger_service::vendor::{LicenseRow, Number, TableOrder, TablePage, TableQuery, length};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    license_filter::{self, LicenseFilter},
    moment::Moment,
    plots::grouped,
    reply,
    table_filter::{ROWS, counted, place},
    tables::Pages,
    visit::Visit,
};

/// A license, as the table shows it.
struct Row {
    id: i64,
    key: String,
    page: String,
    /// Word for its state, and the class of the tag.
    state: (&'static str, &'static str),
    banned: Option<String>,
    level: String,
    worth: String,
    note: String,
    /// Who used it, and where that user is; `None` for the place of one who is gone.
    user: Option<(String, Option<String>)>,
    used: Option<Moment>,
    maker: String,
    made: Moment,
    change: String,
}

impl Row {
    fn new(visit: &Visit, base: &str, row: LicenseRow) -> Self {
        let license = row.license;
        let user_page = license.user.map(|user| format!("{base}users/{user}"));
        Self {
            id: license.id,
            page: format!("{base}licenses/{}", license.id),
            state: match license.status {
                LicenseStatus::NotUsed => ("unused", "good"),
                LicenseStatus::Used => ("used", ""),
                LicenseStatus::Banned => ("banned", "bad"),
            },
            banned: license.banned,
            worth: if license.duration >= NEVER { "without end".into() } else { length(license.duration) },
            note: license.note.unwrap_or_default(),
            user: license.usedby.map(|name| (name, user_page)),
            used: license.usedon.map(|at| visit.moment(at)),
            made: visit.moment(license.gendate),
            maker: license.genby,
            level: license.level,
            change: Link::new(format!("{base}licenses/change")).with("id", license.id).into(),
            key: license.key,
        }
    }
}

#[derive(Template)]
#[template(path = "licenses.html")]
struct Page {
    frame: Frame,
    base: String,
    filter: LicenseFilter,
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
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    let place = place(&visit.query, filter.order);
    let mut filter = filter;
    if let Err(problem) = &place {
        filter.problem.get_or_insert_with(|| problem.clone());
    }
    let path = format!("{base}licenses");
    let page = match (&filter.problem, place) {
        (None, Ok(place)) => {
            let wanted = filter.wanted.clone();
            let query = TableQuery { wanted, order: filter.order, place, limit: ROWS };
            visit.service().table_page::<LicenseRow>(app, query).await?
        }
        _ => TablePage { rows: Vec::new(), next: None, previous: None, looked: None },
    };
    let is_whole = page.next.is_none() && page.previous.is_none();
    let count = if filter.is_empty() {
        let number = visit.service().count_table::<LicenseRow>(app, filter.wanted.clone()).await?;
        Ok(counted(number, "license", "licenses"))
    } else if is_whole {
        Ok(counted(Number::Exactly(page.rows.len() as u64), "license", "licenses"))
    } else {
        Err(filter.link(format!("{path}/count")).to_string())
    };
    let status = if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let pages = filter.pages(&path, &page);
    let shown = Page {
        frame: visit.frame("Licenses", Nav::Licenses).await?,
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
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let number = visit.service().count_table::<LicenseRow>(app, filter.wanted).await?;
    Ok(reply::text(StatusCode::OK, counted(number, "license", "licenses")))
}
