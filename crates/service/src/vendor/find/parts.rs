//! What has a text anywhere in it, for who types rather than pastes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use claviger_domain::fold;
use claviger_store::{
    Conn, StoreError,
    parts::{self, Slice},
};

use super::{
    forms,
    found::{How, Match},
    look,
};
use crate::{App, Service, ServiceError};

/// Shortest part that is looked for, in characters.
const PART_MIN: usize = 2;
/// Rows of each kind that a general reader looks at.
const QUICK_ROWS: i64 = 2000;
/// Rows that are looked at between two looks at the clock.
const SLICE_ROWS: i64 = 4096;
/// Matches of a kind that are enough.
const ENOUGH: usize = 10;

/// What was found by a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What matches, each once.
    pub matches: Vec<Match>,
    /// Whether there may be more, further back than there was time to look.
    pub unfinished: bool,
}

/// How far looking came; the number of the next row of each kind.
#[derive(Clone, Debug)]
struct Walk {
    app: i64,
    part: String,
    found: [Vec<(i64, String)>; 2],
    next: [Option<i64>; 2],
}

/// What is looked through, in this order.
type Look = fn(&mut Conn<'_>, i64, &str, i64, i64) -> Result<Slice, StoreError>;
const KINDS: [Look; 2] = [parts::users, parts::licenses];

impl Walk {
    fn new(app: i64, part: String) -> Self {
        Self { app, part, found: [const { Vec::new() }; 2], next: [Some(i64::MAX); 2] }
    }

    /// Looks at one slice of a kind.
    fn step(&mut self, kind: usize, rows: i64, conn: &mut Conn<'_>) -> Result<(), StoreError> {
        let Some(before) = self.next[kind] else { return Ok(()) };
        let slice = KINDS[kind](conn, self.app, &self.part, before, rows)?;
        self.found[kind].extend(slice.found);
        self.next[kind] = slice.next;
        Ok(())
    }

    /// The kind that is to be looked through next.
    fn open(&self) -> Option<usize> {
        (0..KINDS.len()).find(|&kind| self.next[kind].is_some() && self.found[kind].len() < ENOUGH)
    }

    fn matches(self) -> Vec<Match> {
        let [users, licenses] = self.found;
        let user = |(id, name)| Match::User { id, name, how: How::Part };
        let license = |(id, key)| Match::License { id, key, usedby: None, how: How::Part };
        let users = users.into_iter().take(ENOUGH).map(user);
        users.chain(licenses.into_iter().take(ENOUGH).map(license)).collect()
    }
}

impl Service {
    /// Users and licenses that have a text in what they are called, or that begin so: those that begin so first. Looks
    /// as long as `patience`; a little is looked at in any case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_parts(
        self: &Arc<Self>,
        app: &App,
        text: &str,
        patience: Duration,
    ) -> Result<Parts, ServiceError> {
        let text = forms::cleaned(text);
        let spellings = forms::spellings(&text);
        let part = fold(&text).into_owned();
        if part.chars().count() < PART_MIN {
            return Ok(Parts::default());
        }
        let (id, until) = (app.id, Instant::now() + patience);
        let mut walk = Walk::new(id, part);
        let quick = move |conn: &mut Conn<'_>| {
            let begin = look::beginnings(conn, id, &spellings)?;
            for kind in 0..KINDS.len() {
                walk.step(kind, QUICK_ROWS, conn)?;
            }
            Ok::<_, StoreError>((begin, walk))
        };
        let (mut matches, mut walk) = self.store.db().read(quick).await?;
        if walk.open().is_some() && Instant::now() < until {
            let permit = self.walk_permit(id).await?;
            let rest = move |conn: &mut Conn<'_>| {
                let _permit = permit;
                while let Some(kind) = walk.open()
                    && Instant::now() < until
                {
                    walk.step(kind, SLICE_ROWS, conn)?;
                }
                Ok::<_, StoreError>(walk)
            };
            walk = self.store.read_apart(rest).await?;
        }
        let unfinished = walk.open().is_some();
        matches.extend(walk.matches());
        Ok(Parts { matches: look::unique(matches), unfinished })
    }
}
