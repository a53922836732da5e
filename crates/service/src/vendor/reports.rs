//! Reports of an application, made of what was counted as it happened.

use std::collections::BTreeMap;

use claviger_domain::{ClientAddress, Month};
use claviger_store::{
    Conn, StoreError, files,
    report_counts::{self, Count, DAY, Kind},
};

use crate::{App, Service, ServiceError};

/// Months of registration that are followed.
pub const COHORTS: i64 = 12;

/// What happened on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportDay {
    /// Unix second in which it began, in UTC.
    pub began: i64,
    /// Users who came to be.
    pub registered: i64,
    /// Licenses that were used.
    pub activated: i64,
    /// Subscriptions that were prolonged.
    pub renewed: i64,
}

/// Users who registered in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// The month.
    pub month: Month,
    /// How many they were, as far as that was counted.
    pub registered: i64,
    /// How many of them signed in in this month, the next one and so on, up to the one that is not over.
    pub returned: Vec<i64>,
}

/// What was counted of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A row for each day, without gaps, the oldest first; the last one is not over yet.
    pub days: Vec<ReportDay>,
    /// Programs that started, by version of the Client API, the most first.
    pub apis: Vec<(String, i64)>,
    /// Programs that started, by their version.
    pub versions: Vec<(String, i64)>,
    /// Programs that were refused because of their version, by it.
    pub outdated: Vec<(String, i64)>,
    /// Sign-ins by country.
    pub countries: Vec<(String, i64)>,
    /// Downloads by file, the most first: its name, its id, how many in these days, and since it is there.
    pub downloads: Vec<(String, String, i64, i64)>,
    /// Users by the month of their registration, the newest first.
    pub cohorts: Vec<Cohort>,
    /// The first day of which anything is known, as far as the longest report goes back.
    pub since: Option<i64>,
}

impl Service {
    /// Whether this server knows the countries of addresses.
    pub fn knows_countries(&self) -> bool {
        self.options.screens.countries.is_some()
    }

    /// The country of an address that is written so, in English; `None` where it is not known.
    pub fn country_of(&self, address: &str) -> Option<String> {
        let country = self.screens.country(ClientAddress::Known(address.parse().ok()?));
        country.filter(|country| !country.is_empty())
    }

    /// How often each file was downloaded in the last 30 days, and since it is there, by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn download_counts(&self, app: &App) -> Result<BTreeMap<String, [i64; 2]>, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let from = now - now.rem_euclid(DAY) - 29 * DAY;
        let read = move |conn: &mut Conn<'_>| downloads(conn, id, from);
        let rows = self.store.db().read::<_, StoreError, _>(read).await?;
        Ok(rows.into_iter().map(|(_, id, lately, ever)| (id, [lately, ever])).collect())
    }

    /// What was counted in the last `days` days, on all nodes, up to some ten seconds ago; users by the month of their
    /// registration always over a year.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report(&self, app: &App, days: i64) -> Result<Report, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let today = now - now.rem_euclid(DAY);
        let (from, first) = (today - (days - 1) * DAY, Month::of(now).plus(1 - COHORTS));
        let read = move |conn: &mut Conn<'_>| {
            let mut of = |kind, from| report_counts::since(conn, id, kind, from);
            let registered = of(Kind::Registered, from.min(first.began()))?;
            let (activated, renewed) = (of(Kind::Activated, from)?, of(Kind::Renewed, from)?);
            let returned = of(Kind::Returned, first.began())?;
            Ok::<_, StoreError>(Report {
                since: registered.iter().chain(&activated).chain(&renewed).map(|count| count.day).min(),
                days: by_day(from, days, [&registered, &activated, &renewed]),
                apis: by_name(of(Kind::Api, from)?),
                versions: by_name(of(Kind::Version, from)?),
                outdated: by_name(of(Kind::Outdated, from)?),
                countries: by_name(of(Kind::Country, from)?),
                downloads: downloads(conn, id, from)?,
                cohorts: cohorts(Month::of(now), &registered, &returned),
            })
        };
        Ok(self.store.db().read(read).await?)
    }
}

/// How often each file was downloaded, the most first.
fn downloads(
    conn: &mut Conn<'_>,
    app: i64,
    from: i64,
) -> Result<Vec<(String, String, i64, i64)>, StoreError> {
    let of = |counts: Vec<Count>| by_name(counts).into_iter().collect::<BTreeMap<_, _>>();
    let lately = of(report_counts::since(conn, app, Kind::Download, from)?);
    let ever = of(report_counts::since(conn, app, Kind::DownloadEver, 0)?);
    let count = |counts: &BTreeMap<String, i64>, id: &str| counts.get(id).copied().unwrap_or_default();
    let files = files::all(conn, app)?.into_iter();
    let mut rows: Vec<_> = files
        .map(|file| {
            let (lately, ever) = (count(&lately, &file.id), count(&ever, &file.id));
            (file.name, file.id, lately, ever)
        })
        .collect();
    rows.sort_by_key(|(.., lately, ever)| std::cmp::Reverse((*lately, *ever)));
    Ok(rows)
}

fn by_day(from: i64, days: i64, [registered, activated, renewed]: [&[Count]; 3]) -> Vec<ReportDay> {
    let empty = |number| ReportDay { began: from + number * DAY, ..ReportDay::default() };
    let mut all: Vec<ReportDay> = (0..days).map(empty).collect();
    let mut fill = |counts: &[Count], set: fn(&mut ReportDay, i64)| {
        for Count { day, count, .. } in counts {
            let place = usize::try_from((day - from).div_euclid(DAY)).unwrap_or(usize::MAX);
            if let Some(row) = all.get_mut(place) {
                set(row, *count);
            }
        }
    };
    fill(registered, |day, count| day.registered += count);
    fill(activated, |day, count| day.activated += count);
    fill(renewed, |day, count| day.renewed += count);
    all
}

/// The sums by name, the largest first.
fn by_name(counts: Vec<Count>) -> Vec<(String, i64)> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for Count { name, count, .. } in counts {
        *sums.entry(name).or_default() += count;
    }
    let mut sums: Vec<(String, i64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sums
}

fn cohorts(this: Month, registered: &[Count], returned: &[Count]) -> Vec<Cohort> {
    let cohort = |back: i64| {
        let month = this.plus(-back);
        let sum = |count: &&Count| Month::of(count.day) == month;
        let mut cohort = Cohort {
            month,
            registered: registered.iter().filter(sum).map(|count| count.count).sum(),
            returned: vec![0; usize::try_from(back + 1).unwrap_or(0)],
        };
        for Count { day, name, count } in returned {
            let place = usize::try_from(Month::of(*day).since(month));
            if Month::parse(name) == Some(month)
                && let Some(place) = place.ok().and_then(|place| cohort.returned.get_mut(place))
            {
                *place += count;
            }
        }
        cohort
    };
    (0..COHORTS).map(cohort).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn count(day: i64, name: &str, count: i64) -> Count {
        Count { day, name: name.into(), count }
    }

    #[test]
    fn days_have_no_gaps() {
        let from = NOW - NOW % DAY;
        let days = by_day(
            from,
            3,
            [
                &[count(from - DAY, "", 9), count(from, "", 1)],
                &[count(from + DAY, "", 2)],
                &[count(from + 3 * DAY, "", 9)],
            ],
        );
        let told: Vec<_> = days.iter().map(|day| (day.registered, day.activated, day.renewed)).collect();
        assert_eq!(told, [(1, 0, 0), (0, 2, 0), (0, 0, 0)]);
    }

    #[test]
    fn users_are_followed_by_their_month() {
        let this = Month::of(NOW);
        let before = this.plus(-1);
        let all = cohorts(
            this,
            &[count(before.began(), "", 3), count(before.began() + DAY, "", 4), count(this.began(), "", 5)],
            &[
                count(before.began(), &before.name(), 6),
                count(this.began(), &before.name(), 2),
                count(this.began(), &this.name(), 5),
                count(this.began(), "broken", 5),
                count(before.began(), &this.name(), 5),
            ],
        );
        assert_eq!(all.len(), 12);
        assert_eq!((all[0].registered, &all[0].returned[..]), (5, &[5][..]));
        assert_eq!((all[1].registered, &all[1].returned[..]), (7, &[6, 2][..]));
        assert_eq!(all[2].returned, [0, 0, 0]);
    }

    #[test]
    fn the_largest_comes_first() {
        assert_eq!(
            by_name(vec![count(0, "a", 1), count(1, "b", 2), count(2, "a", 3)]),
            [("a".to_owned(), 4), ("b".to_owned(), 2)]
        );
    }
}
