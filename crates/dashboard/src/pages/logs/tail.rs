//! `/dashboard/{app}/logs/live`: lines as they are written.

use askama::Template;
use claviger_service::vendor::{Along, LineFilter, Log, Pulse};
use futures_util::stream;

use super::{filter::Filter, page::Rows};
use crate::{
    fault::Answer,
    live::{self, Event},
    visit::Visit,
};

/// Lines that are read at once; of more only the number is told, since nobody reads so fast.
const AT_ONCE: i64 = 200;
/// Lines that come in one by one.
const ROWS: usize = 50;

/// What a page follows.
struct Tail {
    visit: Visit,
    filter: LineFilter,
    pulse: Pulse,
    /// Number of the last line that was looked at.
    last: i64,
    /// Something may be new already.
    due: bool,
}

pub(super) async fn follow(visit: Visit) -> Answer {
    let (app, filter) = (visit.app()?, Filter::read(&visit.query));
    // Listened to first: what is written meanwhile is told.
    let pulse = visit.service().read_along(app, Along::Logs);
    let after = visit.query.get("after").and_then(|text| text.parse().ok());
    let last = match after {
        Some(after) => after,
        None => visit.service().last_line(app).await?,
    };
    let tail = Tail { visit: visit.clone(), filter: filter.wanted(), pulse, last, due: true };
    live::stream(&visit, Box::pin(stream::unfold(tail, next)))
}

async fn next(mut tail: Tail) -> Option<(Event, Tail)> {
    loop {
        if !tail.due && !tail.pulse.beat().await {
            return None;
        }
        tail.due = false;
        let (service, app) = (tail.visit.service().clone(), tail.visit.app().ok()?.clone());
        // A database that cannot be had for a moment is asked again with the next beat.
        let Ok(lines) = service.lines_after(&app, tail.last, AT_ONCE).await else { continue };
        let Some(newest) = lines.last().map(|line| line.id) else { continue };
        let crowd = i64::try_from(lines.len()).is_ok_and(|count| count == AT_ONCE);
        let wanted: Vec<Log> = lines.into_iter().rev().filter(|line| tail.filter.admits(line)).collect();
        tail.last = newest;
        if crowd {
            // What is further on is not read one by one.
            tail.last = service.last_line(&app).await.unwrap_or(newest).max(newest);
        }
        if crowd || wanted.len() > ROWS {
            let data = format!("{}{}", wanted.len(), if crowd { "+" } else { "" });
            return Some((Event { name: "crowd", data }, tail));
        }
        if !wanted.is_empty() {
            let data = Rows::of(&tail.visit, wanted).ok()?.render().ok()?;
            return Some((Event { name: "began", data: data.trim().to_owned() }, tail));
        }
    }
}
