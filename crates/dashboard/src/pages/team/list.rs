//! The list.

use askama::Template;
use claviger_domain::AccountRole;
use claviger_service::vendor::Member;

use super::found::team;
use crate::{
    addresses::Link,
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    tables::Pages,
    team_words::{areas, levels, told},
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 50;

/// Somebody in the table.
struct Row {
    name: String,
    role: &'static str,
    may: String,
    /// What a reseller may still make.
    balance: Option<String>,
    seen: Option<Moment>,
    state: State,
    address: String,
}

/// Whether somebody may sign in.
enum State {
    Active,
    /// They set a password by a link first, which ends then.
    Invited(Moment),
    /// The link has ended.
    NoPassword,
    Suspended(Moment),
}

#[derive(Template)]
#[template(path = "team.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let app = visit.app()?;
    let base = team(app);
    let after = visit.query.filled("after").and_then(|text| text.parse().ok());
    let mut members = visit.service().team_page(app, after.unwrap_or(0), ROWS + 1).await?;
    let more = i64::try_from(members.len()).is_ok_and(|count| count > ROWS);
    if more {
        members.pop();
    }
    let last = members.last().filter(|_| more).map(|last| last.account.id);
    visit.render(&Page {
        frame: visit.frame("Team", Nav::Team).await?,
        pages: Pages {
            first: after.map(|_: i64| base.clone()),
            back: None,
            on: last.map(|last| Link::new(base.clone()).with("after", last).into()),
        },
        rows: members.into_iter().map(|member| row(&visit, &base, member)).collect(),
        base,
    })
}

fn row(visit: &Visit, base: &str, Member { account, seen, link_ends }: Member) -> Row {
    let is_reseller = account.role == AccountRole::Reseller;
    let state = match (account.suspended, link_ends, account.password.is_empty()) {
        (Some(since), ..) => State::Suspended(visit.moment(since)),
        (None, Some(ends), true) => State::Invited(visit.moment(ends)),
        (None, None, true) => State::NoPassword,
        (None, _, false) => State::Active,
    };
    Row {
        role: account.role.as_str(),
        may: if is_reseller { levels(&account.key_levels) } else { areas(account.permissions) },
        balance: is_reseller.then(|| told(&account.balance, false)),
        seen: seen.map(|seen| visit.moment(seen)),
        state,
        address: format!("{base}/{}", account.id),
        name: account.username,
    }
}
