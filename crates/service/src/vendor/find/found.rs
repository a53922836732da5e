//! What was found.

use claviger_store::access::Blacklisted;

use super::super::why::{Subject, Tried};

/// By what something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The user's name.
    Name,
    /// The license key.
    Key,
    /// The user's e-mail address.
    Email,
    /// A live session of the user.
    Session,
    /// A device that is bound to the user.
    Device,
    /// Where the user signed in last.
    Address,
    /// A try that named the user or the license.
    Try,
    /// The name or the key begins so.
    Beginning,
    /// It is somewhere in the name, the key, the note, the address or a device.
    Part,
}

impl How {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Key => "license key",
            Self::Email => "e-mail address",
            Self::Session => "session",
            Self::Device => "bound device",
            Self::Address => "last address",
            Self::Try => "tried from there",
            Self::Beginning => "begins so",
            Self::Part => "has it in it",
        }
    }
}

/// Something that matches what was pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// A user.
    User {
        /// The user's number.
        id: i64,
        /// The user's name.
        name: String,
        /// By what it matches.
        how: How,
    },
    /// A license.
    License {
        /// Its number.
        id: i64,
        /// Its key.
        key: String,
        /// Who used it, if anybody did.
        usedby: Option<String>,
        /// By what it matches.
        how: How,
    },
    /// A live session in which nobody is signed in.
    Session {
        /// Its id.
        id: String,
        /// Address of its client.
        ip: String,
    },
    /// An entry of the blacklist.
    Entry(Blacklisted),
    /// A try that was refused to somebody who is not known.
    Try(Tried),
}

impl Match {
    /// The user or license that it leads to.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::User { id, .. } => Some(Subject::User(*id)),
            Self::License { id, .. } => Some(Subject::License(*id)),
            Self::Session { .. } | Self::Entry(_) | Self::Try(_) => None,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The text as it was looked for, in its spellings.
    pub looked_for: Vec<String>,
    /// What matches.
    pub matches: Vec<Match>,
    /// Where nothing matches: users and licenses whose names and keys begin so.
    pub close: Vec<Match>,
}

impl Found {
    /// The one user or license that all matches lead to, if there is one.
    pub fn one(&self) -> Option<Subject> {
        let mut subjects = self.matches.iter().filter_map(Match::subject);
        let first = subjects.next()?;
        subjects.all(|other| other == first).then_some(first)
    }
}
