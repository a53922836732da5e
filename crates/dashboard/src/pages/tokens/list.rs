//! The list, and what the pages beside it share.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Permission;
use claviger_service::{
    App,
    vendor::{LICENSE_TOKEN, OwnedToken, USER_TOKEN},
};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    names::Names,
    rights::{Need, may},
    tables::Pages,
    visit::Visit,
};

/// Rows of a page, and of what is found for each kind.
const ROWS: i64 = 50;
/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;

/// A token in the table. The token itself is a secret: its row is named by its owner.
struct Row {
    kind: String,
    assigned: String,
    /// Its last four characters.
    hint: String,
    banned: Option<String>,
    bound: bool,
    /// What acts on it are told: `?kind=…&of=…`.
    named: String,
}

impl Row {
    fn new(owned: OwnedToken, names: Names) -> Self {
        let OwnedToken { owner, token } = owned;
        Self {
            named: Link::new("").with("kind", &token.kind).with("of", owner).into(),
            hint: hint(&token.token),
            kind: token.kind,
            assigned: names.show(&token.assigned),
            banned: token.banned,
            bound: token.hash.is_some(),
        }
    }
}

/// The end of a token, by which it is known again.
fn hint(token: &str) -> String {
    let skip = token.chars().count().saturating_sub(4);
    token.chars().skip(skip).collect()
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct Page {
    frame: Frame,
    of_app: String,
    base: String,
    text: String,
    /// `license`, `user` or nothing.
    kind: &'static str,
    problem: Option<String>,
    rows: Vec<Row>,
    pages: Pages,
    is_on: bool,
    may_settings: bool,
}

/// Where the page of an application is.
pub(super) fn address(app: &App) -> String {
    format!("{}tokens", app_base(app))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base, names) = (visit.app()?, address(visit.app()?), Names::of(&visit)?);
    let text = visit.query.filled("text").unwrap_or_default().to_owned();
    let problem =
        (text.len() > TEXT_MAX).then(|| format!("A text to look for has {TEXT_MAX} bytes at most."));
    let kind = match visit.query.get("kind") {
        Some(LICENSE_TOKEN) => LICENSE_TOKEN,
        Some(USER_TOKEN) => USER_TOKEN,
        _ => "",
    };
    let (rows, pages) = match (&problem, text.is_empty()) {
        (Some(_), _) => (Vec::new(), Pages::default()),
        (None, true) => listed(&visit, app, &base, kind).await?,
        (None, false) => {
            let mut found = visit.service().find_tokens(app, &text, names.whole, ROWS).await?;
            found.retain(|one| kind.is_empty() || one.token.kind == kind);
            (found, Pages::default())
        }
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: visit.frame("Tokens", Nav::Tokens).await?,
        of_app: app_base(app),
        rows: rows.into_iter().map(|row| Row::new(row, names)).collect(),
        is_on: app.settings.token_system,
        may_settings: may(visit.person()?, Some(app), Need::App(Permission::Settings)),
        base,
        text,
        kind,
        problem,
        pages,
    };
    visit.render_as(status, &page)
}

/// All tokens of a kind, or of both, page by page.
async fn listed(
    visit: &Visit,
    app: &App,
    base: &str,
    kind: &'static str,
) -> Result<(Vec<OwnedToken>, Pages), crate::fault::Fault> {
    let after = visit.query.get("after").and_then(|text| text.parse().ok());
    let of = match visit.query.get("after_kind") {
        Some(LICENSE_TOKEN) => LICENSE_TOKEN,
        Some(USER_TOKEN) => USER_TOKEN,
        _ => kind,
    };
    let place = (of, after.unwrap_or(i64::MIN));
    let mut rows = visit.service().token_page(app, place, ROWS + 1).await?;
    rows.retain(|one| kind.is_empty() || one.token.kind == kind);
    let more = rows.len() as i64 > ROWS;
    rows.truncate(ROWS as usize);
    let link = || Link::new(base).with_some("kind", Some(kind).filter(|kind| !kind.is_empty()));
    let on = rows.last().filter(|_| more);
    let on = on.map(|last| link().with("after_kind", &last.token.kind).with("after", last.owner).into());
    Ok((rows, Pages { first: after.map(|_| link().into()), back: None, on }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_token_is_told() {
        assert_eq!([hint("0123456789abcdef"), hint("é1"), hint("")], ["cdef", "é1", ""]);
    }
}
