//! The list of licenses that the reseller made.

use std::str::FromStr;

use askama::Template;
use claviger_domain::{LicenseStatus, NEVER};
use claviger_service::vendor::{License, OwnFilter};

use super::rights::{Has, own};
use crate::{
    addresses::Link,
    fault::Answer,
    fields::Fields,
    frame::{Frame, Nav},
    moment::{Moment, span},
    tables::Pages,
    team_words::LENGTHS,
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 50;
/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;

/// A license in the table.
struct Row {
    key: String,
    level: String,
    lasts: String,
    state: &'static str,
    class: &'static str,
    is_banned: bool,
    banned: Option<String>,
    used_by: Option<String>,
    note: Option<String>,
    made: Moment,
    address: String,
}

/// The filter as it stands in the address.
struct Wanted {
    text: String,
    state: String,
}

impl Wanted {
    fn of(query: &Fields) -> Self {
        let text = query.filled("text").unwrap_or_default();
        Self { text: text.chars().take(TEXT_MAX).collect(), state: query.kept("state") }
    }

    fn filter(&self, before: Option<i64>) -> OwnFilter {
        OwnFilter { status: LicenseStatus::from_str(&self.state).ok(), text: self.text.clone(), before }
    }

    fn any(&self) -> bool {
        !self.text.is_empty() || !self.state.is_empty()
    }

    fn link(&self, path: &str) -> Link {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Link::new(path).with_some("text", some(&self.text)).with_some("state", some(&self.state))
    }
}

#[derive(Template)]
#[template(path = "own.html")]
struct Page {
    frame: Frame,
    base: String,
    balance: Vec<(&'static str, i64)>,
    may_ban: bool,
    may_delete: bool,
    wanted: Wanted,
    any: bool,
    states: [(&'static str, &'static str, bool); 3],
    rows: Vec<Row>,
    pages: Pages,
    export: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, has, wanted) = (visit.app()?, Has::of(&visit)?, Wanted::of(&visit.query));
    let before = visit.query.filled("before").and_then(|text| text.parse().ok());
    let base = own(app);
    let page = visit.service().own_licenses(app, visit.person()?, wanted.filter(before), ROWS).await?;
    let state = |status: LicenseStatus, words| (status.as_str(), words, wanted.state == status.as_str());
    visit.render(&Page {
        frame: visit.frame("My licenses", Nav::Own).await?,
        balance: LENGTHS.iter().map(|(_, word)| *word).zip(has.balance.counts()).collect(),
        may_ban: has.may_ban,
        may_delete: has.may_delete,
        any: wanted.any() || before.is_some(),
        states: [
            state(LicenseStatus::NotUsed, "unused"),
            state(LicenseStatus::Used, "used"),
            state(LicenseStatus::Banned, "banned"),
        ],
        pages: Pages {
            first: before.map(|_| wanted.link(&base).into()),
            back: None,
            on: page.next.map(|next| wanted.link(&base).with("before", next).into()),
        },
        rows: page.licenses.into_iter().map(|license| row(&visit, &base, license)).collect(),
        export: wanted.link(&format!("{base}/export")).into(),
        base,
        wanted,
    })
}

fn row(visit: &Visit, base: &str, license: License) -> Row {
    let (state, class) = match license.status {
        LicenseStatus::NotUsed => ("unused", ""),
        LicenseStatus::Used => ("used", "good"),
        LicenseStatus::Banned => ("banned", "bad"),
    };
    Row {
        address: format!("{base}/{}", license.id),
        is_banned: license.status == LicenseStatus::Banned,
        lasts: match license.duration {
            NEVER => "for ever".into(),
            seconds => span(seconds.unsigned_abs()),
        },
        state,
        class,
        made: visit.moment(license.gendate),
        key: license.key,
        level: license.level,
        banned: license.banned,
        used_by: license.usedby,
        note: license.note,
    }
}
