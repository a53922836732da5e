//! The page.

use askama::Template;
use claviger_domain::Month;
use claviger_service::vendor::{Cohort, Endings, Report, ReportDay};

use super::rows::{
    AHEAD, DAY, FILES, SPANS, Table, USUAL, days_of, downloads, endings, growth, in_use, percent,
};
use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    heat_map::{HeatMap, word_of},
    moment::{Moment, date},
    plots::{self, Plot, Series, grouped},
    rights::may,
    visit::Visit,
};

struct Tab {
    word: &'static str,
    address: String,
    here: bool,
}

/// Users of one month: how many of them came back, in hundredths of all for the shade and in words.
struct Returned {
    month: String,
    registered: String,
    cells: Vec<(usize, String)>,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Page {
    frame: Frame,
    base: String,
    tabs: Vec<Tab>,
    span: String,
    growth: Plot,
    numbers: Table,
    sums: [(&'static str, String); 3],
    ends: HeatMap,
    end_months: Vec<(String, String)>,
    ends_counted: Option<Moment>,
    ends_counting: bool,
    in_use: Vec<Table>,
    /// There is no database of countries.
    no_countries: bool,
    months: Vec<usize>,
    returned: Vec<Returned>,
    since: Option<String>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base, service) = (visit.app()?, app_base(visit.app()?), visit.service());
    let asked = visit.query.get("span").unwrap_or(USUAL);
    let span = SPANS.iter().find(|(name, ..)| *name == asked).map_or(USUAL, |(name, ..)| name);
    let report = service.report(app, days_of(span)).await?;
    let ends = service.endings(app).await?;
    let tab = |(name, word, _): &(&'static str, &'static str, i64)| Tab {
        word,
        address: Link::new(format!("{base}reports")).with("span", name).into(),
        here: *name == span,
    };
    let sum = |value: fn(&ReportDay) -> i64| grouped(report.days.iter().map(value).sum());
    let now = visit.now();
    let mut tables = in_use(&report);
    if may(visit.person()?, Some(app), FILES) {
        tables.push(downloads(&report));
    }
    visit.render(&Page {
        frame: visit.frame("Reports", Nav::Reports).await?,
        tabs: SPANS.iter().map(tab).collect(),
        sums: [
            ("Registrations", sum(|day| day.registered)),
            ("Activations", sum(|day| day.activated)),
            ("Renewals", sum(|day| day.renewed)),
        ],
        growth: growth_plot(&report, span),
        numbers: growth(&report),
        end_months: by_month(&endings(&ends), now),
        ends_counted: ends.counted.map(|at| visit.moment(at)),
        ends_counting: ends.counting,
        ends: heat(&ends, now),
        in_use: tables,
        no_countries: !service.knows_countries(),
        months: (0..report.cohorts.len()).collect(),
        returned: report.cohorts.iter().map(returned).collect(),
        since: report.since.map(date),
        span: span.to_owned(),
        base,
    })
}

fn growth_plot(report: &Report, span: &str) -> Plot {
    let series = |name, colour, value: fn(&ReportDay) -> i64| Series {
        name,
        colour,
        values: report.days.iter().map(|day| Some(value(day))).collect(),
    };
    let times = match span {
        "month" => ["30 days ago", "15 days ago", "today"],
        "year" => ["1 year ago", "6 months ago", "today"],
        _ => ["90 days ago", "45 days ago", "today"],
    };
    Plot {
        title: "Registrations, activations and renewals, each day".into(),
        size: plots::WIDE,
        sums: true,
        times,
        series: vec![
            series("Registrations", 1, |day| day.registered),
            series("Activations", 2, |day| day.activated),
            series("Renewals", 3, |day| day.renewed),
        ],
    }
}

fn heat(ends: &Endings, now: i64) -> HeatMap {
    let first = now.div_euclid(DAY);
    let mut days = vec![0; AHEAD as usize];
    for (day, count) in ends.days.iter() {
        if let Some(place) = usize::try_from(day - first).ok().and_then(|at| days.get_mut(at)) {
            *place += count;
        }
    }
    HeatMap {
        title: "Subscriptions that end in the next 12 months",
        what: ["subscription", "subscriptions"],
        first,
        days,
    }
}

/// The rows of a table with days, by month, from this one on.
fn by_month(table: &Table, now: i64) -> Vec<(String, String)> {
    let this = Month::of(now);
    let count = |month: Month| -> i64 {
        let name = month.name();
        let of = table.rows.iter().filter(|row| row.first().is_some_and(|day| day.starts_with(&name)));
        of.filter_map(|row| row.get(1)?.parse::<i64>().ok()).sum()
    };
    let months = (0..=12).map(|later| this.plus(later));
    months
        .map(|month| (format!("{} {}", word_of(month), &month.name()[..4]), grouped(count(month))))
        .collect()
}

fn returned(cohort: &Cohort) -> Returned {
    let cell = |count: &i64| {
        // Whoever registered before this was counted may come back too.
        let all = cohort.registered.max(*count);
        let shade = if all > 0 { (count * 4 + all - 1) / all } else { 0 };
        let shade = usize::try_from(shade).unwrap_or(0).min(4);
        (
            shade,
            if *count == 0 && all == 0 {
                "–".into()
            } else {
                format!("{} ({})", percent(*count, all), grouped(*count))
            },
        )
    };
    Returned {
        month: format!("{} {}", word_of(cohort.month), &cohort.month.name()[..4]),
        registered: grouped(cohort.registered),
        cells: cohort.returned.iter().map(cell).collect(),
    }
}
