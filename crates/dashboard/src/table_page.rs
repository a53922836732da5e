//! A page of a table of licenses or users: what both show besides their rows.

use axum::http::StatusCode;
use claviger_service::vendor::{Number, TablePage, TableQuery, TableRow};

use crate::{
    addresses::app_base,
    fault::{Answer, Fault},
    plots::grouped,
    reply,
    table_filter::{Filter, ROWS, counted, place},
    tables::Pages,
    visit::Visit,
};

/// What a table is called: where it is, and its rows one by one and many.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub path: &'static str,
    pub one: &'static str,
    pub many: &'static str,
}

/// A page of a table with all that leads on from it.
pub(crate) struct TableView<Wanted, Row> {
    /// Where the table is.
    pub here: String,
    pub filter: Filter<Wanted>,
    pub rows: Vec<Row>,
    /// Where in the middle the page was asked to begin.
    pub at: String,
    /// How many there are, where that is known already; else where it is counted.
    pub count: Result<String, String>,
    pub looked: Option<String>,
    pub pages: Pages,
    pub csv: String,
    pub json: String,
    pub change_all: String,
    pub status: StatusCode,
}

/// The page of the table that an address means, with its rows as they are shown: `row` makes one of what the table holds.
///
/// # Errors
/// When the database fails.
pub(crate) async fn view<R: TableRow, Row>(
    visit: &Visit,
    mut filter: Filter<R::Wanted>,
    names: Names,
    row: impl Fn(R) -> Row,
) -> Result<TableView<R::Wanted, Row>, Fault> {
    let (app, service) = (visit.app()?, visit.service());
    let place = place(&visit.query, filter.order);
    if let Err(problem) = &place {
        filter.problem.get_or_insert_with(|| problem.clone());
    }
    let path = format!("{}{}", app_base(app), names.path);
    let page = match (&filter.problem, place) {
        (None, Ok(place)) => {
            let wanted = filter.wanted.clone();
            let query = TableQuery { wanted, order: filter.order, place, limit: ROWS };
            service.table_page::<R>(app, query).await?
        }
        _ => TablePage { rows: Vec::new(), next: None, previous: None, looked: None },
    };
    let is_whole = page.next.is_none() && page.previous.is_none();
    let number = if filter.is_empty() && (filter.problem.is_some() || !is_whole) {
        service.count_at_hand::<R>(app).await?
    } else {
        is_whole.then_some(Number::Exactly(page.rows.len() as u64))
    };
    let count = number
        .map(|number| counted(number, names.one, names.many))
        .ok_or_else(|| filter.link(format!("{path}/count")).to_string());
    Ok(TableView {
        at: visit.query.kept("at"),
        count,
        looked: page.looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        pages: filter.pages(&path, &page),
        csv: filter.link(format!("{path}/export")).with("format", "csv").into(),
        json: filter.link(format!("{path}/export")).with("format", "json").into(),
        change_all: filter.link(format!("{path}/change")).with("all", "yes").into(),
        status: if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        rows: page.rows.into_iter().map(row).collect(),
        here: path,
        filter,
    })
}

/// How many rows a filter means, as text for the place where that stands.
///
/// # Errors
/// When the filter cannot be read, or the database fails.
pub(crate) async fn count<R: TableRow>(visit: &Visit, filter: Filter<R::Wanted>, names: Names) -> Answer {
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let number = visit.service().count_table::<R>(visit.app()?, filter.wanted).await?;
    Ok(reply::text(StatusCode::OK, counted(number, names.one, names.many)))
}
