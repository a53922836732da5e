//! Looking through live sessions a part at a time, however many there are: by user and by id over an index, else along
//! the primary key, for as long as the caller has patience.

use std::{
    cmp::Reverse,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use claviger_domain::SessionId;

use super::wanted::{COLUMNS, Listed, Texts, Wanted};
use crate::{Conn, Result, Value, params};

/// In which order to walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

impl Order {
    /// The other one.
    pub fn reversed(self) -> Self {
        match self {
            Self::Newest => Self::Oldest,
            Self::Oldest => Self::Newest,
        }
    }

    fn sort(self, rows: &mut [Listed]) {
        match self {
            Self::Newest => rows.sort_unstable_by_key(|row| Reverse(row.id)),
            Self::Oldest => rows.sort_unstable_by_key(|row| row.id),
        }
    }
}

/// A walk over sessions that are wanted.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The application.
    pub app: i64,
    /// Unix seconds; sessions that end by then are left out.
    pub now: i64,
    /// Which sessions to stop at.
    pub wanted: Wanted,
    /// In which order.
    pub order: Order,
    /// Only sessions that come after this one in that order.
    pub after: Option<SessionId>,
    /// How long it may take.
    pub patience: Patience,
}

/// How long a walk may take: it ends after the part in which one of these is used up.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Sessions that are looked at.
    pub sessions: u64,
    /// Time.
    pub time: Duration,
}

impl Patience {
    /// As long as it takes.
    pub const ENDLESS: Self = Self { sessions: u64::MAX, time: Duration::MAX };
}

/// Where a walk ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Sessions looked at, about.
    pub looked: u64,
    /// The session after which another walk goes on, when patience had run out.
    pub stopped: Option<SessionId>,
}

/// Sessions of a user that are found by the index and sorted; of a user with more, all of the application are walked.
const OF_USER_MAX: i64 = 5000;
/// Sessions looked at by the first statement of a walk; each further one looks at four times as many.
const FIRST_PART: i64 = 256;
/// Sessions looked at by one statement at most: a few hundredths of a second.
const PART_MAX: i64 = 65_536;
/// Sessions that are read at once at most.
const ROWS_MAX: i64 = 1000;
/// Ids in one statement.
const TOGETHER: usize = 100;
/// Greater than any id, in the order of bytes.
const BEYOND: &str = "~";

/// Walks over live sessions that are wanted; `Break` ends it.
///
/// # Errors
/// Whatever the database refuses.
pub fn walk(
    conn: &mut Conn<'_>,
    walk: &Walk,
    visit: &mut dyn FnMut(Listed) -> ControlFlow<()>,
) -> Result<Walked> {
    let few = match (&walk.wanted.ids, walk.wanted.user) {
        (Some(ids), _) => Some(by_ids(conn, walk.app, ids, walk.now, false)?),
        (None, Some(user)) => Some(of_user(conn, walk.app, user, walk.now, OF_USER_MAX + 1)?)
            .filter(|found| found.len() as i64 <= OF_USER_MAX),
        (None, None) => None,
    };
    let Some(mut found) = few else { return along_the_key(conn, walk, visit) };
    let looked = found.len() as u64;
    walk.order.sort(&mut found);
    let is_after = |id: SessionId| match walk.order {
        Order::Newest => walk.after.is_none_or(|after| id < after),
        Order::Oldest => walk.after.is_none_or(|after| id > after),
    };
    for session in found.into_iter().filter(|found| is_after(found.id) && walk.wanted.admits(found)) {
        if visit(session).is_break() {
            break;
        }
    }
    Ok(Walked { looked, stopped: None })
}

fn along_the_key(
    conn: &mut Conn<'_>,
    walk: &Walk,
    visit: &mut dyn FnMut(Listed) -> ControlFlow<()>,
) -> Result<Walked> {
    let generation = "SELECT generation FROM session_generations WHERE app = $1";
    let Some(row) = conn.query_one(generation, params![walk.app])? else { return Ok(Walked::default()) };
    let mut steps = Steps { walk, generation: row.get(0)?, texts: Texts::of(&walk.wanted) };
    let begun = Instant::now();
    let (mut walked, mut part) = (Walked::default(), FIRST_PART);
    let mut after = walk.after.map_or_else(|| steps.start().to_owned(), |id| id.to_string());
    loop {
        let last = steps.end_of_part(conn, &after, part)?;
        if steps.visit_part(conn, &mut after, last.as_deref(), visit)?.is_break() {
            return Ok(walked);
        }
        let Some(last) = last else { return Ok(walked) };
        walked.looked += part as u64;
        if walked.looked >= walk.patience.sessions || begun.elapsed() >= walk.patience.time {
            walked.stopped = SessionId::parse(&last);
            return Ok(walked);
        }
        (after, part) = (last, (part * 4).min(PART_MAX));
    }
}

/// The statements of a walk along the primary key.
struct Steps<'w> {
    walk: &'w Walk,
    generation: i64,
    texts: Texts,
}

impl Steps<'_> {
    /// What all ids come after.
    fn start(&self) -> &'static str {
        match self.walk.order {
            Order::Newest => BEYOND,
            Order::Oldest => "",
        }
    }

    /// How ids compare that come after another, those up to another, and how they are sorted.
    fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self.walk.order {
            Order::Newest => ("<", ">=", "DESC"),
            Order::Oldest => (">", "<=", "ASC"),
        }
    }

    /// The last of the next `part` sessions; `None` when there are not as many.
    fn end_of_part(&self, conn: &mut Conn<'_>, after: &str, part: i64) -> Result<Option<String>> {
        let (beyond, _, sorted) = self.words();
        let sql = format!(
            "SELECT id FROM sessions WHERE app = $1 AND generation = $2 AND id {beyond} $3
             ORDER BY id {sorted} LIMIT 1 OFFSET $4"
        );
        let row = conn.query_one(&sql, params![self.walk.app, self.generation, after, part - 1])?;
        row.map(|row| row.get(0)).transpose()
    }

    /// Visits what is wanted between two sessions.
    fn visit_part(
        &mut self,
        conn: &mut Conn<'_>,
        after: &mut String,
        last: Option<&str>,
        visit: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let (beyond, until, sorted) = self.words();
        let all = match self.walk.order {
            Order::Newest => "",
            Order::Oldest => BEYOND,
        };
        loop {
            let mut values: Vec<Value<'_>> = vec![
                self.walk.app.into(),
                self.generation.into(),
                (&*after).into(),
                last.unwrap_or(all).into(),
                self.walk.now.into(),
            ];
            let conditions = self.walk.wanted.conditions(conn, &mut values, &self.texts);
            let sql = format!(
                "SELECT {COLUMNS} FROM sessions WHERE app = $1 AND generation = $2 AND id {beyond} $3 AND id {until} $4
                 AND expires > $5{conditions} ORDER BY id {sorted} LIMIT {ROWS_MAX}"
            );
            let rows = conn.query(&sql, &values)?;
            for row in &rows {
                if let Some(session) = Listed::read(row)?.filter(|found| self.walk.wanted.admits(found))
                    && visit(session).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
            match rows.last() {
                Some(row) if rows.len() as i64 == ROWS_MAX => *after = row.get(0)?,
                _ => return Ok(ControlFlow::Continue(())),
            }
        }
    }
}

/// Those of some sessions that live, in no order; `lock`: until the end of the transaction nobody changes them.
///
/// # Errors
/// Whatever the database refuses.
pub fn by_ids(conn: &mut Conn<'_>, app: i64, ids: &[SessionId], now: i64, lock: bool) -> Result<Vec<Listed>> {
    let places: Vec<String> = (3..).take(TOGETHER).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions WHERE app = $1 AND expires > $2 AND id IN ({})
         AND generation = (SELECT generation FROM session_generations WHERE app = $1){}",
        places.join(", "),
        if lock { conn.for_update() } else { "" }
    );
    let mut ids = ids.to_vec();
    // None twice; and in one order, so that of two who lock them one waits for the other.
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for ids in ids.chunks(TOGETHER) {
        // The last one stands for those that are missing, so that there is one statement to prepare.
        let padded = ids.iter().chain(std::iter::repeat(&ids[ids.len() - 1])).take(TOGETHER);
        let mut values = vec![Value::from(app), Value::from(now)];
        values.extend(padded.map(|id| Value::from(id.as_str())));
        for row in conn.query(&sql, &values)? {
            found.extend(Listed::read(&row)?);
        }
    }
    Ok(found)
}

/// The live sessions of a user, in no order, at most `limit`.
///
/// # Errors
/// Whatever the database refuses.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64, now: i64, limit: i64) -> Result<Vec<Listed>> {
    // A range, and the plus, keep SQLite on the index of users.
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions WHERE app = $1 AND user_id BETWEEN $2 AND $2 AND expires > $3
         AND +generation = (SELECT generation FROM session_generations WHERE app = $1) LIMIT $4"
    );
    let rows = conn.query(&sql, params![app, user, now, limit])?;
    Ok(rows.iter().map(Listed::read).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The newest live sessions, at most `limit`, the newest first; those before `since` are left out.
///
/// # Errors
/// Whatever the database refuses.
pub fn newest(
    conn: &mut Conn<'_>,
    app: i64,
    since: Option<&SessionId>,
    now: i64,
    limit: i64,
) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions WHERE app = $1 AND id >= $2 AND expires > $3
         AND generation = (SELECT generation FROM session_generations WHERE app = $1)
         ORDER BY id DESC LIMIT $4"
    );
    let since = since.map_or("", SessionId::as_str);
    let rows = conn.query(&sql, params![app, since, now, limit])?;
    Ok(rows.iter().map(Listed::read).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Number of sessions that were live before the application's generation was raised by this transaction, counted no further
/// than to `most`.
///
/// # Errors
/// Whatever the database refuses.
pub fn count_former_up_to(conn: &mut Conn<'_>, app: i64, now: i64, most: i64) -> Result<i64> {
    let row = conn.query_one(
        "SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE app = $1 AND expires > $2
         AND generation = (SELECT generation - 1 FROM session_generations WHERE app = $1) LIMIT $3) counted",
        params![app, now, most],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Number of live sessions of an application, counted no further than to `most`.
///
/// # Errors
/// Whatever the database refuses.
pub fn count_up_to(conn: &mut Conn<'_>, app: i64, now: i64, most: i64) -> Result<i64> {
    let row = conn.query_one(
        "SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE app = $1 AND expires > $2
         AND generation = (SELECT generation FROM session_generations WHERE app = $1) LIMIT $3) counted",
        params![app, now, most],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// How many live sessions there are of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiCount {
    /// Version of the Client API: 10, 11, 12, 13.
    pub api: i64,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// So many.
    pub sessions: i64,
}

/// Counts the newest live sessions, `most` of them, by version of the Client API and whether somebody is signed in.
///
/// # Errors
/// Whatever the database refuses.
pub fn count_by_api(conn: &mut Conn<'_>, app: i64, now: i64, most: i64) -> Result<Vec<ApiCount>> {
    let sql = "SELECT api, signed_in, COUNT(*) FROM (
             SELECT api, CASE WHEN user_id IS NULL THEN 0 ELSE 1 END AS signed_in FROM sessions
             WHERE app = $1 AND expires > $2
             AND generation = (SELECT generation FROM session_generations WHERE app = $1)
             ORDER BY id DESC LIMIT $3
         ) counted GROUP BY api, signed_in ORDER BY api, signed_in";
    let count = |row: &crate::Row| {
        let signed_in: i64 = row.get(1)?;
        Ok(ApiCount { api: row.get(0)?, signed_in: signed_in == 1, sessions: row.get(2)? })
    };
    conn.query(sql, params![app, now, most])?.iter().map(count).collect()
}
