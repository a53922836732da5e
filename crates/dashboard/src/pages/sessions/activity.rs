//! `/dashboard/{app}/sessions/activity`: what happened over the last hours and days, as plots and as numbers.

use askama::Template;
use claviger_service::vendor::Span;

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    plots::{self, Plot, grouped},
    visit::Visit,
};

/// The spans by what they are called in addresses.
const SPANS: [(&str, Span); 6] = [
    ("hour", Span::Hour),
    ("6h", Span::SixHours),
    ("day", Span::Day),
    ("week", Span::Week),
    ("month", Span::Month),
    ("quarter", Span::Quarter),
];

struct Tab {
    word: &'static str,
    address: String,
    here: bool,
}

/// A row of the table of numbers.
struct Numbers {
    began: Moment,
    inits: String,
    sign_ins: String,
    refusals: String,
    live: Option<String>,
}

#[derive(Template)]
#[template(path = "sessions_activity.html")]
struct Page {
    frame: Frame,
    base: String,
    tabs: Vec<Tab>,
    plots: Vec<Plot>,
    step: &'static str,
    numbers: Vec<Numbers>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let asked = visit.query.get("span").unwrap_or("day");
    let span = SPANS.iter().find(|(name, _)| *name == asked).map_or(Span::Day, |(_, span)| *span);
    let activity = visit.service().activity(app, span).await?;
    let tab = |(name, each): &(&'static str, Span)| Tab {
        word: plots::words(*each).0,
        address: Link::new(format!("{base}sessions/activity")).with("span", name).into(),
        here: *each == span,
    };
    visit.render(&Page {
        frame: visit.frame("Activity", Nav::Sessions).await?,
        tabs: SPANS.iter().map(tab).collect(),
        plots: vec![plots::live(&activity, plots::WIDE), plots::starts(&activity, plots::WIDE)],
        step: plots::words(span).1,
        // The newest first, as everywhere.
        numbers: activity
            .points
            .iter()
            .rev()
            .map(|point| Numbers {
                began: visit.moment(point.began),
                inits: grouped(point.inits),
                sign_ins: grouped(point.sign_ins),
                refusals: grouped(point.refusals),
                live: point.live.map(grouped),
            })
            .collect(),
        base,
    })
}
