//! `/dashboard/{app}/licenses`: a page of the table, and how many a filter means.

use askama::Template;
use claviger_domain::{LicenseStatus, NEVER};
use claviger_service::vendor::{LicenseRow, LicensesWanted, TableOrder, length};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    license_filter,
    moment::Moment,
    table_page::{self, Names, TableView, view},
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
    table: TableView<LicensesWanted, Row>,
}

pub(super) const NAMES: Names = Names { path: "licenses", one: "license", many: "licenses" };

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    let table = view(&visit, filter, NAMES, |row| Row::new(&visit, &base, row)).await?;
    let shown = Page { frame: visit.frame("Licenses", Nav::Licenses).await?, base, table };
    visit.render_as(shown.table.status, &shown)
}

pub(super) async fn count(visit: Visit) -> Answer {
    let app = visit.app()?;
    let filter = license_filter::find_user(visit.service(), app, license_filter::read(&visit.query)).await?;
    table_page::count::<LicenseRow>(&visit, filter, NAMES).await
}
