//! `/dashboard/{app}/licenses`: a page of the table, and how many a filter means.

use askama::Template;
use claviger_domain::{LicenseStatus, NEVER};
use claviger_service::vendor::{LicenseRow, TableOrder, length};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    license_filter::{self, LicenseFilter},
    moment::Moment,
    table_page::{self, Names, view},
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
    /// Where the table is.
    here: String,
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

pub(super) const NAMES: Names = Names { path: "licenses", one: "license", many: "licenses" };

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    let table = view::<LicenseRow>(&visit, filter, &base, NAMES).await?;
    let shown = Page {
        frame: visit.frame("Licenses", Nav::Licenses).await?,
        at: table.at,
        count: table.count,
        looked: table.looked,
        pages: table.pages,
        csv: table.csv,
        json: table.json,
        change_all: table.change_all,
        rows: table.rows.into_iter().map(|row| Row::new(&visit, &base, row)).collect(),
        filter: table.filter,
        here: format!("{base}licenses"),
        base,
    };
    visit.render_as(table.status, &shown)
}

pub(super) async fn count(visit: Visit) -> Answer {
    let app = visit.app()?;
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    table_page::count::<LicenseRow>(&visit, filter, NAMES).await
}
