//! Walking through a table by number or by name, a part at a time, for as long as the caller has patience.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use crate::{Conn, Range, Result, Row, Value, params, range::after_all};

/// In which order to walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first: by number, falling.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By key or name, compared byte by byte.
    Name,
}

/// A row's place in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Its number.
    Number(i64),
    /// Its folded key or name.
    Name(String),
}

/// A walk over rows that are wanted.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The application.
    pub app: i64,
    /// In which order.
    pub order: Order,
    /// Against that order.
    pub backwards: bool,
    /// Only rows that come after this one on the way.
    pub after: Option<Cursor>,
    /// How long it may take: it ends after the part in which this is used up.
    pub patience: Duration,
    /// Unix seconds, for what hangs on the time.
    pub now: i64,
    /// Rows at most.
    pub limit: usize,
}

/// Where a walk ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Rows looked at, about.
    pub looked: u64,
    /// The row after which another walk goes on, when patience had run out.
    pub stopped: Option<Cursor>,
}

/// What is wanted of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRange {
    /// The numbers, in their order.
    pub ids: Vec<i64>,
    /// The number up to which the range was looked at: its last one, unless there may be more.
    pub last: i64,
}

/// Numbers that the first part of a walk spans; each further one spans four times as many while that is quick.
const FIRST_PART: i64 = 512;
/// Numbers that a part spans at most: where a disk is slow, a part takes long.
const PART_MAX: i64 = 65_536;
/// A part that took less is followed by a larger one.
const PART_QUICK: Duration = Duration::from_millis(8);
/// A part that took more is followed by a smaller one.
const PART_SLOW: Duration = Duration::from_millis(40);
/// Rows that are read at once at most.
const ROWS_MAX: i64 = 1000;

/// What a table is made of.
pub(super) struct Table<'t> {
    /// Its name.
    pub name: &'static str,
    /// What is read: the number first.
    pub columns: &'t str,
    /// The column of the folded name.
    pub folded: &'static str,
    /// Where it is in `columns`.
    pub folded_at: usize,
    /// Further conditions, each with `AND` before it. Their parameters begin with `$5`.
    pub conditions: String,
    /// The values of these.
    pub values: Vec<Value<'t>>,
    /// How the folded name begins of all that are wanted.
    pub beginning: &'t str,
}

/// The places of parameters that every statement has.
pub(super) const OWN_PARAMS: usize = 4;

type Visit<'v> = &'v mut dyn FnMut(&Row) -> Result<ControlFlow<()>>;

impl Table<'_> {
    /// Walks over rows that are wanted; `Break` ends it.
    pub fn walk(&self, conn: &mut Conn<'_>, walk: &Walk, visit: Visit<'_>) -> Result<Walked> {
        match walk.order {
            Order::Name => self.by_name(conn, walk, visit),
            Order::Newest | Order::Oldest => self.by_number(conn, walk, visit),
        }
    }

    fn by_number(&self, conn: &mut Conn<'_>, walk: &Walk, visit: Visit<'_>) -> Result<Walked> {
        let Some((first, last)) = ends(conn, self.name, walk.app)? else { return Ok(Walked::default()) };
        let down = (walk.order == Order::Newest) != walk.backwards;
        let start = if down { last + 1 } else { first - 1 };
        let mut after = match walk.after {
            Some(Cursor::Number(number)) => number.clamp(first - 1, last + 1),
            _ => start,
        };
        let (begun, mut walked, mut width) = (Instant::now(), Walked::default(), FIRST_PART);
        while if down { after > first } else { after < last } {
            let part = Instant::now();
            let until = if down {
                first.max(after.saturating_sub(width))
            } else {
                last.min(after.saturating_add(width))
            };
            if self.numbers(conn, walk, (after, until), visit)?.is_break() {
                return Ok(walked);
            }
            walked.looked += after.abs_diff(until);
            after = until;
            let is_over = if down { after <= first } else { after >= last };
            if !is_over && begun.elapsed() >= walk.patience {
                walked.stopped = Some(Cursor::Number(after));
                return Ok(walked);
            }
            match part.elapsed() {
                took if took < PART_QUICK => width = (width * 4).min(PART_MAX),
                took if took > PART_SLOW => width = (width / 2).max(FIRST_PART),
                _ => {}
            }
        }
        Ok(walked)
    }

    /// Visits what is wanted after a number, up to and with another one.
    fn numbers(
        &self,
        conn: &mut Conn<'_>,
        walk: &Walk,
        (mut after, until): (i64, i64),
        visit: Visit<'_>,
    ) -> Result<ControlFlow<()>> {
        let sql = self.between_numbers(conn, until < after);
        let most = ROWS_MAX.min(i64::try_from(walk.limit).unwrap_or(ROWS_MAX));
        loop {
            let rows = conn.query(&sql, &self.values_with(params![walk.app, after, until, most]))?;
            for row in &rows {
                if visit(row)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            match rows.last() {
                Some(row) if rows.len() as i64 == most => after = row.get(0)?,
                _ => return Ok(ControlFlow::Continue(())),
            }
        }
    }

    /// What is wanted of a range, in the order of the numbers; rows besides for which the conditions hold are not admitted.
    pub fn within(
        &self,
        conn: &mut Conn<'_>,
        app: i64,
        range: Range,
        limit: i64,
        admits: &dyn Fn(&Row) -> Result<bool>,
    ) -> Result<InRange> {
        let sql = self.between_numbers(conn, false);
        let rows = conn.query(&sql, &self.values_with(params![app, range.after, range.last, limit]))?;
        let mut found = InRange { ids: Vec::new(), last: range.last };
        for row in &rows {
            if admits(row)? {
                found.ids.push(row.get(0)?);
            }
        }
        if let Some(row) = rows.last().filter(|_| rows.len() as i64 == limit) {
            found.last = row.get(0)?;
        }
        Ok(found)
    }

    /// Reads what is wanted after the number `$2`, up to and with `$3`, at most `$4`.
    fn between_numbers(&self, conn: &Conn<'_>, down: bool) -> String {
        let (beyond, up_to, sorted) = if down { ("<", ">=", "DESC") } else { (">", "<=", "ASC") };
        let mut sql = format!(
            "SELECT {} FROM {} WHERE app = $1 AND id {beyond} $2 AND id {up_to} $3{}",
            self.columns, self.name, self.conditions
        );
        if !self.beginning.is_empty() {
            // Not as a range of names: databases would rather sort all that begin so.
            let text = OWN_PARAMS + self.values.len() + 1;
            let folded = format!("{}{}", self.folded, conn.by_bytes());
            sql += &format!(" AND substr({folded}, 1, CAST(${} AS INTEGER)) = ${text}", text + 1);
        }
        sql + &format!(" ORDER BY id {sorted} LIMIT $4")
    }

    /// These values, and those of [`Table::between_numbers`].
    fn values_with<'v>(&'v self, own: &[Value<'v>]) -> Vec<Value<'v>> {
        let mut values = own.to_vec();
        values.extend_from_slice(&self.values);
        if !self.beginning.is_empty() {
            let length = self.beginning.chars().count() as i64;
            values.extend([Value::Text(self.beginning), Value::Int(length)]);
        }
        values
    }

    fn by_name(&self, conn: &mut Conn<'_>, walk: &Walk, visit: Visit<'_>) -> Result<Walked> {
        let down = walk.backwards;
        let (low, high) = (self.beginning.to_owned(), after_all(self.beginning));
        let (beyond, sorted) = if down { ("<", "DESC") } else { (">", "ASC") };
        let folded = format!("{}{}", self.folded, conn.by_bytes());
        // The lowest is within, and so is no row at the highest: what is after all is nobody's.
        let bounds = if down { format!("{folded} >= $3") } else { format!("{folded} < $3") };
        let mut after = match &walk.after {
            Some(Cursor::Name(name)) => name.clone(),
            _ if down => high.clone(),
            _ => String::new(),
        };
        // `>` would leave out a row that is named as the beginning itself.
        let mut first = !down && walk.after.is_none();
        let begun = Instant::now();
        let (mut walked, mut part) = (Walked::default(), FIRST_PART);
        let bound = if down { &low } else { &high };
        loop {
            let since = if first { ">=" } else { beyond };
            if first {
                after.clone_from(&low);
            }
            let end = format!(
                "SELECT {} FROM {} WHERE app = $1 AND {folded} {since} $2 AND {bounds} ORDER BY {folded} {sorted}
                 LIMIT 1 OFFSET $4",
                self.folded, self.name
            );
            let end = conn.query_one(&end, params![walk.app, &after, bound, part - 1])?;
            let end: Option<String> = end.map(|row| row.get(0)).transpose()?;
            let until = end.as_ref().unwrap_or(bound);
            let names = (after.as_str(), until.as_str(), end.is_some(), since);
            if self.names(conn, walk, names, visit)?.is_break() {
                return Ok(walked);
            }
            let Some(end) = end else { return Ok(walked) };
            walked.looked += part as u64;
            (after, first) = (end, false);
            if begun.elapsed() >= walk.patience {
                walked.stopped = Some(Cursor::Name(after));
                return Ok(walked);
            }
            part = (part * 4).min(PART_MAX);
        }
    }

    /// Visits what is wanted between two names; the second is a row's own where `closed`.
    fn names(
        &self,
        conn: &mut Conn<'_>,
        walk: &Walk,
        (after, until, closed, since): (&str, &str, bool, &str),
        visit: Visit<'_>,
    ) -> Result<ControlFlow<()>> {
        let down = walk.backwards;
        let up_to = match (down, closed) {
            (false, true) => "<=",
            (false, false) => "<",
            (true, _) => ">=",
        };
        let sorted = if down { "DESC" } else { "ASC" };
        let folded = format!("{}{}", self.folded, conn.by_bytes());
        let most = ROWS_MAX.min(i64::try_from(walk.limit).unwrap_or(ROWS_MAX));
        let (mut after, mut since) = (after.to_owned(), since);
        loop {
            let sql = format!(
                "SELECT {} FROM {} WHERE app = $1 AND {folded} {since} $2 AND {folded} {up_to} $3{}
                 ORDER BY {folded} {sorted} LIMIT $4",
                self.columns, self.name, self.conditions
            );
            let mut values = params![walk.app, &after, until, most].to_vec();
            values.extend_from_slice(&self.values);
            let rows = conn.query(&sql, &values)?;
            for row in &rows {
                if visit(row)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            match rows.last() {
                Some(row) if rows.len() as i64 == most => after = row.get(self.folded_at)?,
                _ => return Ok(ControlFlow::Continue(())),
            }
            since = if down { "<" } else { ">" };
        }
    }
}

/// The least and the greatest number.
fn ends(conn: &mut Conn<'_>, table: &str, app: i64) -> Result<Option<(i64, i64)>> {
    // Each by itself: SQLite would go through all rows for both at once.
    let end = |conn: &mut Conn<'_>, which| {
        let row = conn.query_one(&format!("SELECT {which}(id) FROM {table} WHERE app = $1"), params![app])?;
        row.map_or(Ok(None), |row| row.get::<Option<i64>>(0))
    };
    Ok(end(conn, "MIN")?.zip(end(conn, "MAX")?))
}

/// A table to be looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOf {
    /// Licenses.
    Licenses,
    /// Users.
    Users,
}

impl TableOf {
    /// Its name, and its column of the second in which a row was made.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Licenses => ("licenses", "gendate"),
            Self::Users => ("users", "created"),
        }
    }
}

/// How many rows an application has in a table at most, by their numbers.
pub fn span(conn: &mut Conn<'_>, table: TableOf, app: i64) -> Result<i64> {
    Ok(ends(conn, table.names().0, app)?.map_or(0, |(first, last)| last - first + 1))
}

/// The number of the first row made at a second or later; one after the last if there is none. Numbers are given in the order
/// of making, but for what was imported with older dates: then it is about there.
pub fn number_at(conn: &mut Conn<'_>, table: TableOf, app: i64, second: i64) -> Result<Option<i64>> {
    let (name, made) = table.names();
    let Some((mut low, last)) = ends(conn, name, app)? else { return Ok(None) };
    let mut high = last + 1;
    let sql = format!("SELECT id, {made} FROM {name} WHERE app = $1 AND id >= $2 ORDER BY id LIMIT 1");
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(row) = conn.query_one(&sql, params![app, middle])? else {
            high = middle;
            continue;
        };
        let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        if at < second {
            low = id + 1;
        } else {
            high = middle;
        }
    }
    Ok(Some(low))
}

/// The number at so many thousandths of the way from the oldest row to the newest.
pub fn number_of_share(conn: &mut Conn<'_>, table: TableOf, app: i64, share: i64) -> Result<Option<i64>> {
    let ends = ends(conn, table.names().0, app)?;
    let at = |(first, last): (i64, i64)| {
        let way = i128::from(last - first) * i128::from(share.clamp(0, 1000)) / 1000;
        first + i64::try_from(way).unwrap_or(0)
    };
    Ok(ends.map(at))
}
