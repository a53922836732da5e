//! Which users are wanted, and looking through them.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use claviger_domain::{HwidList, NEVER, Network};
use serde::{Deserialize, Serialize};

use super::{
    conditions::Conditions,
    walk::{Cursor, InRange, Order, Table, Walk, Walked},
};
use crate::{
    Conn, Range, Result, Row, Rows, params,
    pending::USER_STAYS,
    user_subscriptions::{UserSubscription, of_users},
};

/// Which users are wanted: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsersWanted {
    /// Only with this folded text somewhere in the folded name.
    pub name: Option<String>,
    /// Only with a folded name that begins so.
    pub beginning: String,
    /// Only whose last sign-in was from this address or network.
    pub network: Option<String>,
    /// Only with this text somewhere in the devices.
    pub device: Option<String>,
    /// Only who have this subscription, running or paused.
    pub subscription: Option<String>,
    /// Only with a subscription (of that name, if there is one) that runs and ends within so many seconds.
    pub ends_within: Option<i64>,
    /// Only with, or without, any subscription that runs or is paused.
    pub subscribed: Option<bool>,
    /// Only who are, or are not, banned.
    pub banned: Option<bool>,
    /// Only who have, or have not, a living session.
    pub online: Option<bool>,
    /// Only registered from one second on, and before another one.
    pub created: (Option<i64>, Option<i64>),
    /// Only whose last sign-in was from one second on, and before another one.
    pub signed_in: (Option<i64>, Option<i64>),
}

/// How the texts of IPv4 addresses begin that an older release kept as IPv6.
const MAPPED: &str = "::ffff:";

/// A subscription of the user that runs or is paused.
const ACTIVE: &str =
    "EXISTS (SELECT 1 FROM user_subscriptions x WHERE x.app = users.app AND x.user_id = users.id
    AND (x.paused <> 0 OR x.expires > {now}){more})";

const COLUMNS: &str = "id, username, username_folded, hwids, created, banned, ip, last_login, owner";

impl UsersWanted {
    fn network(&self) -> Option<Network> {
        self.network.as_ref().and_then(|network| network.parse().ok())
    }

    /// Whether an address is one that is wanted: the condition in SQL holds for a few others too.
    fn admits(network: Option<Network>, ip: Option<&str>) -> bool {
        network.is_none_or(|network| {
            ip.and_then(|ip| ip.parse().ok()).is_some_and(|address| network.contains(address))
        })
    }

    fn conditions<'v>(&'v self, conn: &Conn<'_>, prefix: &'v str, now: i64) -> Conditions<'v> {
        let mut all = Conditions::new(conn);
        all.and(USER_STAYS);
        all.has("username_folded", self.name.as_deref());
        if self.network.is_some() {
            let (length, place) = (all.place(prefix.chars().count() as i64), all.place(prefix));
            all.and(&format!(
                "(substr(ip, 1, CAST({length} AS INTEGER)) = {place} OR substr(ip, 1, {}) = '{MAPPED}')",
                MAPPED.len()
            ));
        }
        all.has("hwids", self.device.as_deref());
        if let Some(name) = &self.subscription {
            let (now, name) = (all.place(now), all.place(name));
            let of_name = format!(" AND x.subscription = {name}");
            all.and(&ACTIVE.replace("{now}", &now).replace("{more}", &of_name));
        }
        if let Some(seconds) = self.ends_within {
            let (from, until) = (all.place(now), all.place(now.saturating_add(seconds).min(NEVER - 1)));
            let mut more = format!(" AND x.paused = 0 AND x.expires <= {until}");
            if let Some(name) = &self.subscription {
                more += &format!(" AND x.subscription = {}", all.place(name));
            }
            all.and(&ACTIVE.replace("{now}", &from).replace("{more}", &more));
        }
        if let Some(subscribed) = self.subscribed {
            let now = all.place(now);
            let active = ACTIVE.replace("{now}", &now).replace("{more}", "");
            all.and(&if subscribed { active } else { format!("NOT {active}") });
        }
        match self.banned {
            Some(true) => all.and("banned IS NOT NULL"),
            Some(false) => all.and("banned IS NULL"),
            None => {}
        }
        if let Some(online) = self.online {
            let session = format!(
                "EXISTS (SELECT 1 FROM sessions y WHERE y.app = users.app AND y.user_id = users.id AND y.expires > {}
                 AND y.generation = (SELECT generation FROM session_generations WHERE app = $1))",
                all.place(now)
            );
            all.and(&if online { session } else { format!("NOT {session}") });
        }
        all.within("created", self.created);
        all.within("last_login", self.signed_in);
        all
    }

    fn table<'t>(&'t self, conn: &Conn<'_>, columns: &'t str, prefix: &'t str, now: i64) -> Table<'t> {
        let Conditions { sql, values, .. } = self.conditions(conn, prefix, now);
        Table {
            name: "users",
            columns,
            folded: "username_folded",
            folded_at: 2,
            conditions: sql,
            values,
            beginning: &self.beginning,
        }
    }
}

/// A user in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Serial number in the application.
    pub id: i64,
    /// Name as it was registered.
    pub username: String,
    /// The name, as tables are sorted by it.
    pub folded: String,
    /// How many devices are bound.
    pub devices: usize,
    /// Unix second of registration.
    pub created: i64,
    /// Reason of a ban.
    pub banned: Option<String>,
    /// Address of the last sign-in.
    pub ip: Option<String>,
    /// Unix second of the last sign-in.
    pub last_login: Option<i64>,
    /// Who made the license that the user came from.
    pub owner: String,
    /// What the user has, also what has ended; read by [`complete_users`].
    pub subscriptions: Vec<UserSubscription>,
    /// Whether a session lives; read by [`complete_users`].
    pub online: bool,
}

impl UserRow {
    fn read(row: &Row) -> Result<Self> {
        let hwids: Option<String> = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            username: row.get(1)?,
            folded: row.get(2)?,
            devices: HwidList::from_stored(hwids.as_deref()).iter().count(),
            created: row.get(4)?,
            banned: row.get(5)?,
            ip: row.get(6)?,
            last_login: row.get(7)?,
            owner: row.get(8)?,
            subscriptions: Vec::new(),
            online: false,
        })
    }

    /// Its place in an order.
    pub fn cursor(&self, order: Order) -> Cursor {
        match order {
            Order::Name => Cursor::Name(self.folded.clone()),
            Order::Newest | Order::Oldest => Cursor::Number(self.id),
        }
    }
}

/// Walks over users that are wanted; `Break` ends it.
pub fn walk_users(
    conn: &mut Conn<'_>,
    wanted: &UsersWanted,
    walk: &Walk,
    visit: &mut dyn FnMut(UserRow) -> ControlFlow<()>,
) -> Result<Walked> {
    let network = wanted.network();
    let prefix = network.map(Network::text_prefix).unwrap_or_default();
    wanted.table(conn, COLUMNS, &prefix, walk.now).walk(conn, walk, &mut |row| {
        let user = UserRow::read(row)?;
        if UsersWanted::admits(network, user.ip.as_deref()) {
            return Ok(visit(user));
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// The numbers of the users of a range that are wanted at `now`, in their order, the first `limit` of them at most.
pub fn users_in(
    conn: &mut Conn<'_>,
    app: i64,
    range: Range,
    wanted: &UsersWanted,
    (limit, now): (i64, i64),
) -> Result<InRange> {
    let network = wanted.network();
    let prefix = network.map(Network::text_prefix).unwrap_or_default();
    let admits = |row: &Row| Ok(UsersWanted::admits(network, row.get::<Option<String>>(1)?.as_deref()));
    wanted.table(conn, "id, ip", &prefix, now).within(conn, app, range, limit, &admits)
}

/// Adds what is shown of users only: what they have, and whether they are there now.
pub fn complete_users(conn: &mut Conn<'_>, app: i64, rows: &mut [UserRow], now: i64) -> Result<()> {
    let mut ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    let users = Rows::these(conn, &ids);
    let online = online_of(conn, app, &users, now)?;
    let mut have: HashMap<i64, Vec<UserSubscription>> = HashMap::new();
    for (user, subscription) in of_users(conn, app, users)? {
        have.entry(user).or_default().push(subscription);
    }
    for row in rows {
        row.online = online.contains(&row.id);
        row.subscriptions = have.remove(&row.id).unwrap_or_default();
    }
    Ok(())
}

/// Those of some users who have a living session.
fn online_of(conn: &mut Conn<'_>, app: i64, users: &Rows, now: i64) -> Result<HashSet<i64>> {
    let sql = format!(
        "SELECT DISTINCT user_id FROM sessions WHERE app = $1 AND {} AND expires > $4
         AND +generation = (SELECT generation FROM session_generations WHERE app = $1)",
        users.of(conn, "user_id", 5)
    );
    conn.query(&sql, &users.values(app, params![now]))?.iter().map(|row| row.get(0)).collect()
}
