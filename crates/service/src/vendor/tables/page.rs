//! A page of a table, in either direction, quick however many rows there are; and how many a filter means.

use std::{ops::ControlFlow, time::Duration};

use claviger_store::{
    Conn, StoreError,
    tables::{Cursor, Order, TableOf, Walk, Walked, number_at, number_of_share, span},
    users,
};

use super::row::TableRow;
use crate::{App, Service, ServiceError, shared::watching::Number};

/// What one of the general readers does of a walk; what takes more gets a thread of its own.
pub(super) const QUICK: Duration = Duration::from_millis(20);
/// How long a page may take: a filter that matches nothing goes through millions of rows for nothing.
const PATIENT: Duration = Duration::from_millis(800);
/// How long counting what a filter matches may take.
const COUNTING: Duration = Duration::from_millis(700);

/// Rows that may be counted while somebody waits for a page.
const COUNTED_AT_ONCE: i64 = 50_000;

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TablePlace {
    /// With the first row.
    #[default]
    Start,
    /// After this one.
    After(Cursor),
    /// It ends before this one.
    Before(Cursor),
    /// Somewhere in the middle.
    At(Jump),
}

/// Where in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// With what was made on the day that begins in this second.
    Day(i64),
    /// At so many thousandths of the way from the newest to the oldest, or the other way round, as the order is.
    Share(i64),
}

/// Which page of a table is wanted.
#[derive(Clone, Debug)]
pub struct TableQuery<W> {
    /// Which rows.
    pub wanted: W,
    /// In which order.
    pub order: Order,
    /// Where it begins.
    pub place: TablePlace,
    /// Rows at most.
    pub limit: usize,
}

/// A page of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePage<R> {
    /// The rows, in the order that was asked for.
    pub rows: Vec<R>,
    /// The next page begins after this one; `None`: this is the last one.
    pub next: Option<Cursor>,
    /// The page before ends before this one; `None`: this is the first one.
    pub previous: Option<Cursor>,
    /// So many rows were looked at, about, and then it took too long: the next page goes on from there.
    pub looked: Option<u64>,
}

impl Service {
    /// A page of a table of an application.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn table_page<R: TableRow>(
        &self,
        app: &App,
        query: TableQuery<R::Wanted>,
    ) -> Result<TablePage<R>, ServiceError> {
        let (after, backwards) = match query.place.clone() {
            TablePlace::Start => (None, false),
            TablePlace::After(cursor) => (Some(cursor), false),
            TablePlace::Before(cursor) => (Some(cursor), true),
            TablePlace::At(jump) => (self.jump(app.id, R::TABLE, query.order, jump).await?, false),
        };
        let walk = Walk {
            app: app.id,
            order: query.order,
            backwards,
            after: after.clone(),
            patience: QUICK,
            now: self.clock.now(),
            // One more tells whether there is a next page.
            limit: query.limit.saturating_add(1),
        };
        let (mut rows, walked) = self.walk_table::<R>(walk, query.wanted.clone(), PATIENT).await?;
        if backwards && walked.stopped.is_none() && rows.len() <= query.limit {
            // What is before makes no whole page: the first one is more useful.
            let query = TableQuery { place: TablePlace::Start, ..query };
            return Box::pin(self.table_page(app, query)).await;
        }
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let rows = self.completed(app.id, rows).await?;
        let cursor = |row: Option<&R>| row.map(|row| row.cursor(query.order));
        let looked = walked.stopped.is_some().then_some(walked.looked);
        let further = if more { cursor(rows.last()) } else { walked.stopped };
        if !backwards {
            let previous = after.clone().and(cursor(rows.first()).or(after));
            return Ok(TablePage { next: further, previous, looked, rows });
        }
        let mut rows = rows;
        rows.reverse();
        let next = cursor(rows.last()).or(after);
        Ok(TablePage { next, previous: cursor(rows.first()).filter(|_| more).or(further), looked, rows })
    }

    /// Where a page in the middle begins; `None`: at the beginning.
    async fn jump(
        &self,
        app: i64,
        table: TableOf,
        order: Order,
        jump: Jump,
    ) -> Result<Option<Cursor>, ServiceError> {
        const DAY: i64 = 86_400;
        let find = move |conn: &mut Conn<'_>| {
            let number = match (order, jump) {
                (Order::Name, _) => None,
                // The newest of the day comes first.
                (Order::Newest, Jump::Day(at)) => number_at(conn, table, app, at.saturating_add(DAY))?,
                (Order::Oldest, Jump::Day(at)) => number_at(conn, table, app, at)?.map(|first| first - 1),
                (Order::Newest, Jump::Share(share)) => {
                    number_of_share(conn, table, app, 1000 - share)?.map(|number| number + 1)
                }
                (Order::Oldest, Jump::Share(share)) => {
                    number_of_share(conn, table, app, share)?.map(|number| number - 1)
                }
            };
            Ok::<_, StoreError>(number.map(Cursor::Number))
        };
        Ok(self.store.db().read(find).await?)
    }

    /// The first rows of a walk: on a general reader while that is quick, else on a thread of its own.
    pub(super) async fn walk_table<R: TableRow>(
        &self,
        walk: Walk,
        wanted: R::Wanted,
        patience: Duration,
    ) -> Result<(Vec<R>, Walked), ServiceError> {
        let (quick, limit) = (walk.clone(), walk.limit);
        let first = wanted.clone();
        let begin = move |conn: &mut Conn<'_>| first_of::<R>(conn, &first, &quick);
        let (mut rows, mut walked) = self.store.db().read(begin).await?;
        let Some(stopped) = walked.stopped else { return Ok((rows, walked)) };
        let permit = self.walk_permit(walk.app).await?;
        let rest = Walk { after: Some(stopped), patience, limit: limit - rows.len(), ..walk };
        let go_on = move |conn: &mut Conn<'_>| {
            let _permit = permit;
            first_of::<R>(conn, &wanted, &rest)
        };
        let more = self.store.read_apart(go_on).await?;
        rows.extend(more.0);
        walked = Walked { looked: walked.looked + more.1.looked, ..more.1 };
        Ok((rows, walked))
    }

    /// Rows with all that is shown of them.
    pub(super) async fn completed<R: TableRow>(
        &self,
        app: i64,
        mut rows: Vec<R>,
    ) -> Result<Vec<R>, ServiceError> {
        let now = self.clock.now();
        let complete = move |conn: &mut Conn<'_>| {
            R::complete(conn, app, &mut rows, now)?;
            Ok::<_, StoreError>(rows)
        };
        Ok(self.store.db().read(complete).await?)
    }

    /// The number of the user of a name; 0, which is nobody's, when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number_of_user(&self, app: &App, name: String) -> Result<i64, ServiceError> {
        let app = app.id;
        let find = move |conn: &mut Conn<'_>| users::by_name(conn, app, &name);
        Ok(self.store.db().read::<_, StoreError, _>(find).await?.map_or(0, |user| user.id))
    }

    /// How many rows there are in all, where that is known or quickly counted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_at_hand<R: TableRow>(&self, app: &App) -> Result<Option<Number>, ServiceError> {
        if self.figures.at_hand(app.id, self.clock()).is_none() {
            let id = app.id;
            let spans = move |conn: &mut Conn<'_>| {
                Ok::<_, StoreError>(span(conn, TableOf::Licenses, id)? + span(conn, TableOf::Users, id)?)
            };
            if self.store.db().read(spans).await? > COUNTED_AT_ONCE {
                return Ok(None);
            }
        }
        self.count_table::<R>(app, R::Wanted::default()).await.map(Some)
    }

    /// How many rows a filter means. Of very many it is told how many there are at least, or about.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_table<R: TableRow>(
        &self,
        app: &App,
        wanted: R::Wanted,
    ) -> Result<Number, ServiceError> {
        if wanted == R::Wanted::default() {
            let figures = self.figures(app).await?;
            let all = match R::TABLE {
                TableOf::Licenses => figures.licenses.total(),
                TableOf::Users => figures.users,
            };
            return Ok(Number::Exactly(all.unsigned_abs()));
        }
        let walk = Walk {
            app: app.id,
            order: Order::Newest,
            backwards: false,
            after: None,
            patience: COUNTING,
            now: self.clock.now(),
            limit: usize::MAX,
        };
        let permit = self.walk_permit(app.id).await?;
        let count = move |conn: &mut Conn<'_>| {
            let (_permit, mut counted) = (permit, 0);
            let walked = R::walk(conn, &wanted, &walk, &mut |_| {
                counted += 1;
                ControlFlow::Continue(())
            })?;
            Ok::<_, StoreError>(match walked.stopped {
                None => Number::Exactly(counted),
                Some(_) => Number::AtLeast(counted),
            })
        };
        Ok(self.store.read_apart(count).await?)
    }
}

fn first_of<R: TableRow>(
    conn: &mut Conn<'_>,
    wanted: &R::Wanted,
    walk: &Walk,
) -> Result<(Vec<R>, Walked), StoreError> {
    let mut rows = Vec::new();
    let walked = R::walk(conn, wanted, walk, &mut |row| {
        rows.push(row);
        if rows.len() < walk.limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok((rows, walked))
}
