//! Some rows of one table and one application, in one transaction.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use claviger_domain::{Random, fold};
use claviger_store::{
    Conn, StoreError,
    takeover::{self, Kind, Known, KnownNames},
};

use super::{plan::Usual, record::Record};
use crate::vendor::ManageError;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is made.
    Taken,
    /// It is there, and stays as it is.
    There,
    /// It is not taken.
    Refused {
        /// The reason without names, by which rows are counted.
        kind: &'static str,
        /// The reason.
        why: String,
    },
}

impl Fate {
    /// A row that is not taken since a value is unfit.
    pub(super) fn unfit(why: impl Into<String>) -> Self {
        Self::Refused { kind: "a value is unfit", why: why.into() }
    }

    /// A row whose user, license or the like is not here.
    pub(super) fn of_nobody(what: &str, name: &str) -> Self {
        let why = format!("there is no {what} `{name}`: it was deleted, or not taken");
        Self::Refused { kind: "what it belongs to is not there", why }
    }

    /// A row with the name of one before it.
    pub(super) fn twice(what: &str) -> Self {
        let why = format!("another {what} of this name, perhaps in other letters, stands before it");
        Self::Refused { kind: "the same name stands before it", why }
    }
}

/// How rows are dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// They are made.
    Make,
    /// They would be made.
    Tell,
    /// They were dealt with before, by a run over the same export.
    Again,
}

/// Names that a run has come across, as hashes: two of them may be one here, and a dry run makes nothing to look up.
#[derive(Default)]
pub(super) struct Seen {
    names: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    fn hash(&self, table: &str, target: usize, name: &str) -> u64 {
        self.hasher.hash_one((table, target, name))
    }
}

/// Some rows of one table and one application.
pub(super) struct Slice<'a, 'c> {
    pub(super) conn: &'a mut Conn<'c>,
    /// Number of the application; 0 where it would still have to be made.
    pub(super) app: i64,
    /// Which of the applications of the run it is.
    pub(super) target: usize,
    /// The application is paused.
    pub(super) paused: bool,
    /// Digest of the export.
    pub(super) source: &'a str,
    pub(super) mode: Mode,
    /// Users without a password get that of their first login.
    pub(super) open: bool,
    /// Of a list: what its users have where it does not say it.
    pub(super) usual: Option<&'a Usual>,
    pub(super) now: i64,
    pub(super) random: &'a dyn Random,
    pub(super) seen: &'a mut Seen,
    pub(super) records: Vec<Record>,
}

impl Slice<'_, '_> {
    /// Whether changes are made.
    pub(super) fn makes(&self) -> bool {
        self.mode == Mode::Make
    }

    /// Reads all rows, as `parse` does it; what is unfit has its fate.
    pub(super) fn parse<T>(&self, parse: impl Fn(&Record) -> Result<T, String>) -> Vec<Result<T, Fate>> {
        let one = |record: &Record| match record.fault() {
            Some(fault) => Err(Fate::unfit(fault)),
            None => parse(record).map_err(Fate::unfit),
        };
        self.records.iter().map(one).collect()
    }

    /// Which of some users or licenses are there.
    pub(super) fn known(&mut self, kind: Kind, names: &[&str]) -> Result<KnownNames, StoreError> {
        takeover::known(self.conn, self.app, kind, self.source, names)
    }

    /// The one of a name, also one that would have been made where nothing is.
    pub(super) fn find(&self, kind: Kind, known: &KnownNames, name: &str) -> Option<Known> {
        let would_be = || !self.makes() && self.has_seen(kind.as_str(), &fold(name));
        known.get(name).or_else(|| would_be().then_some(Known { id: 0, ours: true }))
    }

    /// Notes a name of a table, in the form in which it is compared; `false` when it was noted before.
    pub(super) fn see(&mut self, table: &str, name: &str) -> bool {
        let hash = self.seen.hash(table, self.target, name);
        self.seen.names.insert(hash)
    }

    /// Whether a name of a table was noted.
    pub(super) fn has_seen(&self, table: &str, name: &str) -> bool {
        self.seen.names.contains(&self.seen.hash(table, self.target, name))
    }

    /// The fate of what could be made: what was made by a run before and is gone now was taken away by somebody.
    pub(super) fn fate_of_new(&self) -> Fate {
        if self.mode == Mode::Again { Fate::There } else { Fate::Taken }
    }
}

/// A reason as it stands in a report.
pub(super) fn told(error: &ManageError) -> String {
    error.to_string()
}
