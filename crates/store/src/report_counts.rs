//! What happened, counted by day for reports.

use claviger_domain::Month;

use crate::{Conn, Result, params};

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// Different names that are counted apart on one day of one kind, where strangers choose them; all others are one.
pub const NAMES_MAX: i64 = 40;
/// The same where names are countries or files of the application.
pub const KNOWN_MAX: i64 = 1100;
/// Stands for the day of what is counted forever.
const EVER: i64 = 0;
/// The name of all others.
pub const OTHER: &str = "other";

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Users who came to be.
    Registered,
    /// Licenses that were used.
    Activated,
    /// Subscriptions of somebody that were prolonged.
    Renewed,
    /// Programs that started, by version of the Client API.
    Api,
    /// Programs that started, by their version.
    Version,
    /// Programs that were refused because of their version, by it.
    Outdated,
    /// Sign-ins, by country.
    Country,
    /// Users who signed in for the first time in a month, by the month of their registration.
    Returned,
    /// Downloads, by the id of the file.
    Download,
    /// The same since the file is there, which no day is kept of.
    DownloadEver,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Activated => "activated",
            Self::Renewed => "renewed",
            Self::Api => "api",
            Self::Version => "version",
            Self::Outdated => "outdated",
            Self::Country => "country",
            Self::Returned => "returned",
            Self::Download => "download",
            Self::DownloadEver => "download_ever",
        }
    }

    /// Different names that are counted apart on one day.
    pub fn names_max(self) -> i64 {
        match self {
            Self::Country | Self::Download | Self::DownloadEver => KNOWN_MAX,
            _ => NAMES_MAX,
        }
    }

    /// The second under which something is counted that happened at `at`.
    fn began(self, at: i64) -> i64 {
        match self {
            Self::Returned => Month::of(at).began(),
            Self::DownloadEver => EVER,
            _ => at - at.rem_euclid(DAY),
        }
    }
}

/// What was counted on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The Unix second in which the day began, or the month.
    pub day: i64,
    /// What it is about.
    pub name: String,
    /// How often.
    pub count: i64,
}

/// Adds to what was counted on the day of `at` (Unix seconds). Whoever adds several things does so in the order of their
/// applications, kinds and names: nodes that do it at once would wait for each other.
pub fn add(conn: &mut Conn<'_>, app: i64, at: i64, (kind, name): (Kind, &str), count: i64) -> Result<()> {
    let day = kind.began(at);
    // Texts of strangers.
    let plain = name.replace('\0', "");
    let update = "UPDATE report_counts SET count = count + $5
        WHERE app = $1 AND kind = $2 AND day = $3 AND name = $4";
    if conn.execute(update, params![app, kind.as_str(), day, &plain, count])? > 0 {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM report_counts WHERE app = $1 AND kind = $2 AND day = $3";
    let names: i64 =
        conn.query_one(sql, params![app, kind.as_str(), day])?.map_or(Ok(0), |row| row.get(0))?;
    let name = if names < kind.names_max() { plain.as_str() } else { OTHER };
    let insert = "INSERT INTO report_counts (app, kind, day, name, count) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (app, kind, day, name) DO UPDATE SET count = report_counts.count + excluded.count";
    conn.execute(insert, params![app, kind.as_str(), day, name, count])?;
    Ok(())
}

/// What was counted of a kind from the day that begins at `from` (Unix seconds) on, the oldest first.
pub fn since(conn: &mut Conn<'_>, app: i64, kind: Kind, from: i64) -> Result<Vec<Count>> {
    let sql = "SELECT day, name, count FROM report_counts WHERE app = $1 AND kind = $2 AND day >= $3
        ORDER BY day, name";
    let rows = conn.query(sql, params![app, kind.as_str(), from])?;
    rows.iter().map(|row| Ok(Count { day: row.get(0)?, name: row.get(1)?, count: row.get(2)? })).collect()
}

/// Removes what was counted of the downloads of a file; of all files, where none is named.
pub fn forget_downloads(conn: &mut Conn<'_>, app: i64, file: Option<&str>) -> Result<()> {
    for kind in [Kind::Download, Kind::DownloadEver] {
        let sql = "DELETE FROM report_counts WHERE app = $1 AND kind = $2 AND ($3 = '' OR name = $3)";
        conn.execute(sql, params![app, kind.as_str(), file.unwrap_or_default()])?;
    }
    Ok(())
}

/// Removes what was counted before a day (Unix seconds), but for what is counted forever.
pub fn trim(conn: &mut Conn<'_>, before: i64) -> Result<u64> {
    // An application at a time, so that each is found by the key.
    let (mut removed, mut app) = (0, 0);
    loop {
        let sql = "SELECT MIN(app) FROM report_counts WHERE app > $1";
        let next: Option<i64> = conn.query_one(sql, params![app])?.map_or(Ok(None), |row| row.get(0))?;
        let Some(next) = next else { return Ok(removed) };
        app = next;
        removed += conn.execute(
            "DELETE FROM report_counts WHERE app = $1 AND day < $2 AND day <> $3",
            params![app, before, EVER],
        )?;
    }
}
