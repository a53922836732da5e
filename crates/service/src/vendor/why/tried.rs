//! A try to sign in, as it is shown.

use std::collections::HashMap;

use claviger_store::{Conn, StoreError, licenses, tries::Try, users};

use crate::shared::outcome::Outcome;

/// Alike tries are one if they came within so many seconds: they are written once a second, and whether one just missed
/// that is nobody's concern.
const MOMENT: i64 = 60;

/// Whom a try named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user.
    User {
        /// The user's number.
        id: i64,
        /// The user's name.
        name: String,
    },
    /// A license that nobody has signed in by.
    License {
        /// Its number.
        id: i64,
        /// Its key.
        key: String,
    },
    /// Nobody: this was typed.
    Typed(String),
    /// Nobody.
    Nobody,
}

/// A try to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Number in the order in which they came.
    pub id: i64,
    /// Unix second; of several alike, that of the last one.
    pub time: i64,
    /// So many alike within a minute.
    pub count: i64,
    /// Type of the request: `init`, `login`, `loginEmail`, `license`, `register`, `upgrade`.
    pub kind: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What belongs to it: the reason of a ban, or the version of the program.
    pub detail: Option<String>,
    /// Whom it named.
    pub who: Who,
    /// The device, where the program told one.
    pub hwid: Option<String>,
    /// Address of the client.
    pub ip: String,
}

impl Tried {
    /// What came of it, in words.
    pub fn text(&self) -> String {
        let text = self.outcome.text();
        match &self.detail {
            Some(detail) => format!("{text}: {detail}"),
            None => text.into(),
        }
    }

    /// Counts an older try as one of these if it is.
    fn takes(&mut self, older: &Self) -> bool {
        let takes = self.kind == older.kind
            && self.outcome == older.outcome
            && self.detail == older.detail
            && self.who == older.who
            && self.hwid == older.hwid
            && self.ip == older.ip
            && self.time - older.time <= MOMENT;
        if takes {
            self.count = self.count.saturating_add(older.count);
        }
        takes
    }
}

/// Tries, newest first, with the names that users and licenses have now. Those of users and licenses that are gone are
/// nobody's. Alike ones of a minute that follow one another are one.
pub(crate) fn named(conn: &mut Conn<'_>, app: i64, tries: Vec<Try>) -> Result<Vec<Tried>, StoreError> {
    let mut users: HashMap<i64, Option<String>> = HashMap::new();
    let mut keys: HashMap<i64, Option<String>> = HashMap::new();
    let mut all = Vec::new();
    for one in tries {
        // A word of a newer release says nothing to this one.
        let Some(outcome) = Outcome::parse(&one.outcome) else { continue };
        if let Some(id) = one.user.filter(|id| !users.contains_key(id)) {
            users.insert(id, users::by_id(conn, app, id)?.map(|user| user.username));
        }
        if let Some(id) = one.license.filter(|id| !keys.contains_key(id)) {
            keys.insert(id, licenses::by_id(conn, app, id)?.map(|license| license.key));
        }
        let user = one.user.and_then(|id| Some(Who::User { id, name: users.get(&id)?.clone()? }));
        let license = one.license.and_then(|id| Some(Who::License { id, key: keys.get(&id)?.clone()? }));
        let who = user.or(license).or(one.name.map(Who::Typed)).unwrap_or(Who::Nobody);
        all.push(Tried {
            id: one.id,
            time: one.time,
            count: one.count,
            kind: one.kind,
            outcome,
            detail: one.detail,
            who,
            hwid: one.hwid,
            ip: one.ip,
        });
    }
    all.dedup_by(|older, newer| newer.takes(older));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(time: i64, count: i64, ip: &str) -> Tried {
        Tried {
            id: time,
            time,
            count,
            kind: "login".into(),
            outcome: Outcome::WrongPassword,
            detail: None,
            who: Who::Nobody,
            hwid: None,
            ip: ip.into(),
        }
    }

    #[test]
    fn alike_tries_of_a_minute_are_one() {
        let mut tries = vec![
            tried(300, 1, "a"),
            tried(299, 2, "a"),
            tried(240, 1, "a"),
            tried(239, 4, "a"),
            tried(238, 1, "b"),
        ];
        tries.dedup_by(|older, newer| newer.takes(older));
        assert_eq!(tries, [tried(300, 4, "a"), tried(239, 4, "a"), tried(238, 1, "b")]);
    }
}
