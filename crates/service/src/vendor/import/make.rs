//! Comparing a list with what is there, and making its licenses.

use std::collections::{HashMap, HashSet};

use claviger_capacity::Who;
use claviger_domain::{fold, former};
use claviger_store::{
    Conn, StoreError,
    bulk::{self, Change, Decision},
    imports::{self, Staged},
    licenses, users,
};

use super::list::{List, Listed, Refused, Usual, read};
use crate::{
    App, Service, ServiceError,
    shared::{by::by, limits::TOKEN_BYTES},
    vendor::ManageError,
};

/// Rows of one look-up, and of one transaction that stages.
const TOGETHER: usize = 1000;
/// Rows of the first slice of the job, which is done along with the decision.
const FIRST_SLICE: i64 = 500;
const DAY: i64 = 86_400;
/// An import that nobody decided for so long was given up.
const GIVEN_UP: i64 = 3_600;
/// Rows that are let go of at once.
const DROPPED: i64 = 1000;

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Licenses that were made at once.
    pub made: i64,
    /// The job that makes the others.
    pub job: Option<i64>,
}

impl Service {
    /// Reads a list of licenses, and tells which lines cannot be taken, also since the key is there already. Nothing is
    /// changed.
    ///
    /// # Errors
    /// When it is no list, or the database fails.
    pub async fn read_licenses(&self, app: &App, text: String, usual: Usual) -> Result<List, ManageError> {
        let now = self.clock.now();
        let reading = tokio::task::spawn_blocking(move || read(&text, &usual, now));
        let read = reading.await.map_err(|error| ServiceError::System(error.to_string()))?;
        let mut list = read.map_err(ManageError::Unfit)?;
        let mut taken = HashSet::new();
        for some in list.good.chunks(TOGETHER) {
            let keys: Vec<String> = some.iter().flat_map(|one| forms(&one.key)).collect();
            let app = app.id;
            let find = move |conn: &mut Conn<'_>| licenses::taken(conn, app, &keys);
            taken.extend(self.store.db().read(find).await?);
        }
        if !taken.is_empty() {
            let (there, good) =
                list.good.into_iter().partition(|one| forms(&one.key).any(|form| taken.contains(&form)));
            list.good = good;
            let refused = |one: Listed| Refused {
                line: one.line,
                key: one.key,
                why: "there is a license of this key already".into(),
            };
            list.refused.extend(Vec::into_iter(there).map(refused));
            list.refused.sort_by_key(|one| one.line);
        }
        Ok(list)
    }

    /// Makes the licenses of a list, in the name of `genby`. They are staged first; from the moment in which that is done
    /// all of them are made, whatever happens, few at once and very many by a job. Nobody sees any of them before all are
    /// there. A key that somebody else makes meanwhile is passed over, and the job tells how many it made.
    ///
    /// # Errors
    /// When the server allows no so many a day, or the database fails.
    pub async fn import_licenses(
        &self,
        app: &App,
        list: Vec<Listed>,
        genby: &str,
    ) -> Result<Imported, ManageError> {
        let _turn = self.bulk.enter(Who::app(app.id)).await.map_err(ServiceError::from)?;
        let (app, now, total) = (app.id, self.clock.now(), list.len() as i64);
        let daily = self.options.seller_daily_licenses;
        self.store.db().read(move |conn| within_the_day(conn, app, total, daily, now)).await?;
        let users = self.users_named(app, &list).await?;
        let import =
            self.store.db().write::<_, StoreError, _>(move |conn| imports::begin(conn, app, now)).await?;
        let mut staged = 0;
        let mut rest = list.into_iter().peekable();
        while rest.peek().is_some() {
            let rows: Vec<Staged> =
                rest.by_ref().take(TOGETHER).map(|one| self.staged(one, &users)).collect();
            let (after, count) = (staged, rows.len() as i64);
            let stage = move |conn: &mut Conn<'_>| imports::stage(conn, app, import, after, &rows);
            self.store.db().write::<_, StoreError, _>(stage).await?;
            staged += count;
        }
        let change = Change::ImportLicenses { import, genby: genby.to_owned() };
        let by = by();
        let decide = move |conn: &mut Conn<'_>| {
            within_the_day(conn, app, total, daily, now)?;
            let decision = Decision { change: &change, by: &by, total: Some(total), now };
            Ok::<_, ManageError>(bulk::decide(conn, app, decision, FIRST_SLICE)?)
        };
        let begun = self.manage(decide).await?;
        if begun.job.is_some() {
            self.jobs_wait.notify_one();
        }
        Ok(Imported { made: begun.changed, job: begun.job })
    }

    fn staged(&self, one: Listed, users: &HashMap<String, i64>) -> Staged {
        Staged {
            user: one.used_by.as_ref().and_then(|name| users.get(name).copied()),
            key: one.key,
            duration: one.duration,
            level: one.level,
            note: one.note.filter(|note| !note.is_empty()),
            used_by: one.used_by,
            token: self.random.hex(TOKEN_BYTES),
        }
    }

    /// The numbers of the users whom a list names.
    async fn users_named(&self, app: i64, list: &[Listed]) -> Result<HashMap<String, i64>, ManageError> {
        let names: HashSet<&String> = list.iter().filter_map(|one| one.used_by.as_ref()).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let mut found = HashMap::new();
        for some in names.chunks(TOGETHER) {
            let some = some.to_vec();
            let find = move |conn: &mut Conn<'_>| {
                let mut found = Vec::new();
                for name in some {
                    if let Some(user) = users::by_name(conn, app, &name)? {
                        found.push((name, user.id));
                    }
                }
                Ok::<_, StoreError>(found)
            };
            found.extend(self.store.db().read(find).await?);
        }
        Ok(found)
    }

    /// Lets go of what was staged by imports that nobody decided, and of those that are done.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn drop_given_up_imports(&self) -> Result<(), StoreError> {
        let before = self.clock.now() - GIVEN_UP;
        while let Some((app, import)) =
            self.store.db().read(move |conn| imports::abandoned(conn, before)).await?
        {
            let drop = move |conn: &mut Conn<'_>| {
                let any = imports::drop_made(conn, app, import, DROPPED)?
                    || imports::drop_staged(conn, app, import, DROPPED)? > 0;
                if !any {
                    imports::forget(conn, app, import)?;
                }
                Ok::<_, StoreError>(())
            };
            self.store.db().write(drop).await?;
        }
        Ok(())
    }
}

/// The forms under which a key may be kept.
fn forms(key: &str) -> impl Iterator<Item = String> + use<> {
    [Some(fold(key).into_owned()), former(key)].into_iter().flatten()
}

fn within_the_day(
    conn: &mut Conn<'_>,
    app: i64,
    total: i64,
    daily: i64,
    now: i64,
) -> Result<(), ManageError> {
    if daily > 0 && licenses::made_since(conn, app, now - DAY)?.saturating_add(total) > daily {
        let why = format!("at most {daily} licenses are made in 24 hours (`seller_daily_licenses`)");
        return Err(ManageError::Quota(why));
    }
    Ok(())
}
