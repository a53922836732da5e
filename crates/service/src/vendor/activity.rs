//! What happened in an application over the last hours and days, as plots show it.

use claviger_store::{
    Conn, StoreError,
    activity::{self, Counted, HOUR, Happened, MINUTE},
};

use crate::{App, Service, ServiceError};

const DAY: i64 = 24 * HOUR;

/// How far a series goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The last hour, by the minute.
    Hour,
    /// The last six hours, by five minutes.
    SixHours,
    /// The last day, by a quarter of an hour.
    #[default]
    Day,
    /// The last seven days, by the hour.
    Week,
    /// The last thirty days, by six hours.
    Month,
    /// The last ninety days, by the day.
    Quarter,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 6] =
        [Self::Hour, Self::SixHours, Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// Seconds from the first point to the last.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::SixHours => 6 * HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Quarter => 90 * DAY,
        }
    }

    /// Seconds that a point stands for.
    pub fn step(self) -> i64 {
        match self {
            Self::Hour => MINUTE,
            Self::SixHours => 5 * MINUTE,
            Self::Day => 15 * MINUTE,
            Self::Week => HOUR,
            Self::Month => 6 * HOUR,
            Self::Quarter => DAY,
        }
    }

    /// Step of the counts that it is made of.
    fn counted_by(self) -> i64 {
        if self.step() < HOUR { MINUTE } else { HOUR }
    }
}

/// What happened over a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// How far it goes back.
    pub span: Span,
    /// A point for each step, without gaps, the oldest first; the last one is not over yet.
    pub points: Vec<Point>,
}

/// What happened in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// Unix second in which it began.
    pub began: i64,
    /// Sessions begun.
    pub inits: i64,
    /// Sign-ins that succeeded.
    pub sign_ins: i64,
    /// Sign-ins that were refused.
    pub refusals: i64,
    /// The most sessions that were counted at once; `None`: nobody counted.
    pub live: Option<i64>,
}

impl Service {
    /// What happened in an application, on all nodes, up to some ten seconds ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn activity(&self, app: &App, span: Span) -> Result<Activity, ServiceError> {
        let (id, step) = (app.id, span.step());
        // Up to the end of the step that is under way.
        let end = (self.clock.now().div_euclid(step) + 1) * step;
        let start = end - span.seconds();
        let read = move |conn: &mut Conn<'_>| activity::between(conn, id, span.counted_by(), start, end);
        let counted = self.store.db().read::<_, StoreError, _>(read).await?;
        Ok(Activity { span, points: points(start, end, step, &counted) })
    }
}

fn points(start: i64, end: i64, step: i64, counted: &[Counted]) -> Vec<Point> {
    let empty = |number| Point { began: start + number * step, ..Point::default() };
    let mut points: Vec<Point> = (0..(end - start) / step).map(empty).collect();
    for &Counted { began, happened: Happened { inits, sign_ins, refusals, .. }, live } in counted {
        let place = usize::try_from((began - start) / step).unwrap_or(usize::MAX);
        let Some(point) = points.get_mut(place) else { continue };
        point.inits += inits;
        point.sign_ins += sign_ins;
        point.refusals += refusals;
        point.live = point.live.max(live);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_span_has_whole_steps() {
        for span in Span::ALL {
            assert_eq!(span.seconds() % span.step(), 0);
            assert_eq!(span.step() % span.counted_by(), 0);
            assert!((28..=180).contains(&(span.seconds() / span.step())), "{span:?} is readable");
        }
    }

    #[test]
    fn counts_fall_into_their_steps() {
        let counted = |began, inits, live| Counted {
            began,
            happened: Happened { inits, sign_ins: inits + 1, refusals: inits + 2, ..Happened::default() },
            live,
        };
        let made = points(
            600,
            1500,
            300,
            &[counted(600, 1, Some(5)), counted(840, 10, Some(3)), counted(1200, 4, None)],
        );
        let first = Point { began: 600, inits: 11, sign_ins: 13, refusals: 15, live: Some(5) };
        let last = Point { began: 1200, inits: 4, sign_ins: 5, refusals: 6, live: None };
        assert_eq!(made, [first, Point { began: 900, ..Point::default() }, last]);
    }
}
