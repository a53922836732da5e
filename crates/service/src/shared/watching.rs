//! Who watches the sessions of which application, and what they were told. One look at the database serves all who watch;
//! beginning and ending a session costs nothing more for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use claviger_domain::SessionId;
use claviger_store::sessions::Listed;
use tokio::sync::{Notify, broadcast};

/// Sessions of an application that are watched: the newest.
pub(crate) const WATCHED: usize = 100;
/// News that wait for somebody slow; who falls behind further has missed some.
const WAITING: usize = 16;

/// A number that may not be known exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// So many.
    Exactly(u64),
    /// So many a minute ago.
    About(u64),
    /// At least so many.
    AtLeast(u64),
}

/// What has changed among the newest sessions of an application since the last news.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionNews {
    /// Sessions that began, the newest first.
    pub began: Vec<Listed>,
    /// More began than are told.
    pub and_more: bool,
    /// Sessions whose user is another than before, mostly since somebody signed in.
    pub signed_in: Vec<Listed>,
    /// Sessions that have ended.
    pub ended: Vec<SessionId>,
    /// How many live, when that was counted anew.
    pub live: Option<Number>,
    /// What an adapter made of those that began and signed in, in this order: once for all who watch.
    pub shown: OnceLock<Vec<String>>,
}

/// What was read of an application.
#[derive(Debug)]
pub(crate) struct Look {
    /// The newest sessions, the newest first.
    pub(crate) rows: Vec<Listed>,
    /// Whether those are the newest [`WATCHED`], not only what began in the last seconds.
    pub(crate) whole: bool,
    /// How many live, if that was counted.
    pub(crate) live: Option<Number>,
}

/// What those who watch an application have been told.
struct Told {
    /// The users of sessions, by session.
    known: HashMap<SessionId, Option<i64>>,
    /// The oldest session that was looked at: what is older and turns up is not new.
    floor: Option<SessionId>,
    live: Option<Number>,
}

impl Told {
    fn first(look: &Look) -> Self {
        let known = look.rows.iter().map(|row| (row.id, user_of(row))).collect();
        Self { known, floor: floor(&look.rows), live: look.live }
    }

    /// What is new in a look.
    fn learn(&mut self, look: Look) -> SessionNews {
        let mut news = SessionNews::default();
        if look.live.is_some() && look.live != self.live {
            self.live = look.live;
            news.live = look.live;
        }
        let floor = floor(&look.rows);
        let seen: HashMap<SessionId, Option<i64>> =
            look.rows.iter().map(|row| (row.id, user_of(row))).collect();
        if look.whole {
            let watched =
                |id: &&SessionId| floor.is_none_or(|floor| **id >= floor) && !seen.contains_key(*id);
            news.ended = self.known.keys().filter(watched).copied().collect();
        }
        let told = look.rows.len();
        for row in look.rows {
            match self.known.get(&row.id) {
                None if self.floor.is_none_or(|floor| row.id > floor) => news.began.push(row),
                Some(user) if *user != user_of(&row) => news.signed_in.push(row),
                _ => {}
            }
        }
        news.and_more = news.began.len() == told && told == WATCHED;
        if look.whole {
            (self.known, self.floor) = (seen, floor);
        } else {
            self.known.extend(seen);
        }
        news
    }
}

/// The oldest of the sessions looked at; `None` when there are no older ones.
fn floor(rows: &[Listed]) -> Option<SessionId> {
    rows.get(WATCHED - 1).map(|row| row.id)
}

fn user_of(row: &Listed) -> Option<i64> {
    row.user.as_ref().map(|(number, _)| *number)
}

struct Watched {
    sender: broadcast::Sender<Arc<SessionNews>>,
    told: Told,
}

/// Who watches the sessions of which application.
#[derive(Default)]
pub(crate) struct Watching {
    watched: Mutex<HashMap<i64, Watched>>,
    /// Somebody watches.
    pub(crate) begun: Notify,
}

impl Watching {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches an application that others watch already.
    pub(crate) fn join(&self, app: i64) -> Option<SessionWatch> {
        self.lock().get(&app).map(|watched| SessionWatch(watched.sender.subscribe()))
    }

    /// Watches an application; what is in `look` is known already.
    pub(crate) fn begin(&self, app: i64, look: &Look) -> SessionWatch {
        let mut watched = self.lock();
        let new = || Watched { sender: broadcast::Sender::new(WAITING), told: Told::first(look) };
        let watch = SessionWatch(watched.entry(app).or_insert_with(new).sender.subscribe());
        self.begun.notify_one();
        watch
    }

    /// The applications that somebody watches, in the order of their numbers; the others are forgotten.
    pub(crate) fn apps(&self) -> Vec<i64> {
        let mut watched = self.lock();
        watched.retain(|_, watched| watched.sender.receiver_count() > 0);
        let mut apps: Vec<i64> = watched.keys().copied().collect();
        apps.sort_unstable();
        apps
    }

    /// Tells those who watch what is new.
    pub(crate) fn tell(&self, looks: impl IntoIterator<Item = (i64, Look)>) {
        let mut watched = self.lock();
        for (app, look) in looks {
            let Some(watched) = watched.get_mut(&app) else { continue };
            let news = watched.told.learn(look);
            if news != SessionNews::default() {
                // Nobody may be there any more.
                let _ = watched.sender.send(Arc::new(news));
            }
        }
    }
}

/// What somebody who watches gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// News, the same for all who watch.
    News(Arc<SessionNews>),
    /// There were more news than could wait: what is shown must be read anew.
    Missed,
}

/// Watches the sessions of an application until it is dropped.
pub struct SessionWatch(broadcast::Receiver<Arc<SessionNews>>);

impl SessionWatch {
    /// The next news; `None` when the service ends.
    pub async fn next(&mut self) -> Option<WatchEvent> {
        match self.0.recv().await {
            Ok(news) => Some(WatchEvent::News(news)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(WatchEvent::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ms: u64, user: Option<i64>) -> Listed {
        let user = user.map(|number| (number, format!("user {number}")));
        Listed { id: SessionId::lower_bound(ms), expires: 9, api: 12, ip: "192.0.2.7".into(), user }
    }

    fn look(ids: impl IntoIterator<Item = u64>) -> Look {
        Look { rows: ids.into_iter().map(|ms| row(ms, None)).collect(), whole: true, live: None }
    }

    fn began(news: &SessionNews) -> Vec<u64> {
        news.began.iter().map(|row| row.id.created_ms()).collect()
    }

    #[test]
    fn what_begins_signs_in_and_ends_is_told_once() {
        let mut told = Told::first(&look([5, 3]));
        assert_eq!(told.learn(look([5, 3])), SessionNews::default());
        let news = told.learn(look([8, 7, 5, 3]));
        assert_eq!((began(&news), news.and_more, news.ended.len()), (vec![8, 7], false, 0));
        // One that was committed late, and one that is read of the last seconds only.
        assert_eq!(began(&told.learn(look([8, 7, 6, 5, 3]))), [6]);
        let recent = |ids: [u64; 2]| Look { whole: false, ..look(ids) };
        assert_eq!(began(&told.learn(recent([9, 8]))), [9]);
        assert_eq!(told.learn(recent([9, 8])), SessionNews::default());
        let news = told.learn(Look { rows: vec![row(9, Some(4)), row(8, None), row(5, None)], ..look([]) });
        assert_eq!(news.signed_in, [row(9, Some(4))]);
        let mut ended: Vec<u64> = news.ended.iter().map(SessionId::created_ms).collect();
        ended.sort_unstable();
        assert_eq!((ended, news.began.len()), (vec![3, 6, 7], 0));
        assert_eq!(told.learn(look([])).ended.len(), 3);
    }

    #[test]
    fn what_is_older_than_the_newest_hundred_is_neither_new_nor_ended() {
        let mut told = Told::first(&look((1..=150).rev().take(WATCHED)));
        // A hundred newer ones push all others out.
        let news = told.learn(look((151..=260).rev().take(WATCHED)));
        assert_eq!((news.began.len(), news.and_more, news.ended.len()), (100, true, 0));
        // They end, and the older ones come up again.
        let news = told.learn(look((61..=160).rev()));
        assert_eq!((news.began.len(), news.ended.len()), (0, 100));
        let news = told.learn(look((61..=161).rev().take(WATCHED)));
        assert_eq!((began(&news), news.and_more), (vec![161], false));
    }

    #[test]
    fn the_count_is_told_when_it_changes() {
        let count = |live| Look { live: Some(Number::Exactly(live)), ..look([]) };
        let mut told = Told::first(&count(2));
        assert_eq!(told.learn(count(2)), SessionNews::default());
        assert_eq!(told.learn(count(3)).live, Some(Number::Exactly(3)));
        assert_eq!(told.learn(look([])), SessionNews::default());
    }

    #[tokio::test]
    async fn all_who_watch_are_told_and_the_slow_miss_something() {
        let watching = Watching::default();
        assert!(watching.join(7).is_none());
        let mut first = watching.begin(7, &look([]));
        let mut second = watching.join(7).unwrap();
        let other = watching.begin(8, &look([]));
        assert_eq!(watching.apps(), [7, 8]);
        watching.tell([(7, look([1])), (8, look([])), (9, look([1]))]);
        for watch in [&mut first, &mut second] {
            let Some(WatchEvent::News(news)) = watch.next().await else { panic!("news") };
            assert_eq!(began(&news), [1]);
        }
        for ms in 2..=WAITING as u64 + 5 {
            watching.tell([(7, look([ms]))]);
        }
        assert_eq!(first.next().await, Some(WatchEvent::Missed));
        assert!(matches!(first.next().await, Some(WatchEvent::News(_))));
        drop((first, second));
        assert_eq!(watching.apps(), [8]);
        drop(other);
        assert!(watching.apps().is_empty());
    }
}
