//! Which sessions are wanted, and what is shown of them.

use claviger_domain::{Network, SessionId};

use crate::{Conn, Result, Row, db::Value};

/// A live session, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id, which tells when it began.
    pub id: SessionId,
    /// When it ends, in Unix seconds.
    pub expires: i64,
    /// Version of the Client API: 10, 11, 12, 13.
    pub api: i64,
    /// Address of the client at `init`.
    pub ip: String,
    /// Number and name of who signed in, if anybody did.
    pub user: Option<(i64, String)>,
}

/// The columns of [`Listed`].
pub(super) const COLUMNS: &str = "id, expires, api, ip, user_id, credential";

impl Listed {
    /// Reads a row of [`COLUMNS`]; `None` where the id is none.
    pub(super) fn read(row: &Row) -> Result<Option<Self>> {
        let Some(id) = SessionId::parse(&row.get::<String>(0)?) else { return Ok(None) };
        let user = match (row.get(4)?, row.get(5)?) {
            (Some(number), Some(name)) => Some((number, name)),
            _ => None,
        };
        Ok(Some(Self { id, expires: row.get(1)?, api: row.get(2)?, ip: row.get(3)?, user }))
    }
}

/// Which sessions are wanted: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these.
    pub ids: Option<Vec<SessionId>>,
    /// Only those of the user of this number.
    pub user: Option<i64>,
    /// Only those begun from this address or network.
    pub from: Option<Network>,
    /// Only those that are, or are not, signed in.
    pub signed_in: Option<bool>,
    /// Only those that have this text in their id, or in the name of their user, there in any case.
    pub text: Option<String>,
}

/// How the texts of IPv4 addresses begin that an older release kept as IPv6.
const MAPPED: &str = "::ffff:";

impl Wanted {
    /// Whether a session is among them.
    pub fn admits(&self, session: &Listed) -> bool {
        let name = session.user.as_ref().map(|(_, name)| name.as_str());
        self.ids.as_ref().is_none_or(|ids| ids.contains(&session.id))
            && self.user.is_none_or(|user| session.user.as_ref().is_some_and(|(number, _)| *number == user))
            && self.from.is_none_or(|net| session.ip.parse().is_ok_and(|address| net.contains(address)))
            && self.signed_in.is_none_or(|signed_in| session.user.is_some() == signed_in)
            && self.text.as_ref().is_none_or(|text| has_text(session.id.as_str(), name, text))
    }

    /// Conditions in SQL that hold for every session wanted, and for few others. Their parameters are appended.
    pub(super) fn conditions<'a>(
        &'a self,
        conn: &Conn<'_>,
        values: &mut Vec<Value<'a>>,
        texts: &'a Texts,
    ) -> String {
        let mut sql = String::new();
        let mut place = |value: Value<'a>| {
            values.push(value);
            format!("${}", values.len())
        };
        match self.signed_in {
            Some(true) => sql += " AND user_id IS NOT NULL",
            Some(false) => sql += " AND user_id IS NULL",
            None => {}
        }
        if let Some(user) = self.user {
            // The plus keeps SQLite from sorting what the index of users finds.
            sql += &format!(" AND +user_id = {}", place(user.into()));
        }
        if !texts.prefix.is_empty() {
            let (length, prefix) =
                (place(Value::Int(texts.prefix.len() as i64)), place((&texts.prefix).into()));
            sql += &format!(
                " AND (substr(ip, 1, CAST({length} AS INTEGER)) = {prefix} OR substr(ip, 1, {}) = '{MAPPED}')",
                MAPPED.len()
            );
        }
        if let Some(text) = &self.text {
            let (as_is, lower) = (place(text.into()), place((&texts.lower).into()));
            let (position, name) = (conn.position(), format!("lower(credential{})", conn.by_bytes()));
            // Databases know lower case of ASCII only; other names are all looked at.
            sql += &format!(
                " AND ({position}(id, {as_is}) > 0 OR credential IS NOT NULL
                   AND ({position}({name}, {lower}) > 0 OR octet_length(credential) <> length(credential)))"
            );
        }
        sql
    }
}

/// What [`Wanted::conditions`] compare with.
pub(super) struct Texts {
    prefix: String,
    lower: String,
}

impl Texts {
    pub(super) fn of(wanted: &Wanted) -> Self {
        Self {
            prefix: wanted.from.map(Network::text_prefix).unwrap_or_default(),
            lower: wanted.text.as_ref().map(|text| text.to_lowercase()).unwrap_or_default(),
        }
    }
}

/// Whether a session has a text in its id, or in the name of its user, there in any case.
pub fn has_text(id: &str, name: Option<&str>, text: &str) -> bool {
    id.contains(text) || name.is_some_and(|name| name.to_lowercase().contains(&text.to_lowercase()))
}
