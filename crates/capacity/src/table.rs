//! The table of all that is shared.

use std::time::Duration;

/// Something that all share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Connections of clients.
    Connections,
    /// Requests under way.
    Requests,
    /// Threads that hash passwords.
    Hashing,
    /// Calls to webhooks and to addresses of files.
    Calls,
    /// Messages being sent to applications' webhooks.
    Deliveries,
    /// Mails being sent.
    Mails,
    /// Lists that are written while somebody takes them.
    Lists,
    /// Snapshots of the database that such lists are read from.
    Snapshots,
    /// Long walks over rows that hang on no reader.
    Walks,
    /// Changes of very many rows.
    Bulk,
    /// Downloads of files.
    Downloads,
    /// Going through a whole file at once, for a signature or a hash over it.
    Digests,
    /// Uploads of files.
    Uploads,
    /// Uploads in pieces, also between two of them.
    Unfinished,
    /// Pages that are live.
    LivePages,
    /// Requests for customers' panels.
    PanelPages,
    /// Connections of those who read the metrics.
    Metrics,
    /// Connections by plain HTTP, where that leads to HTTPS.
    Redirects,
}

/// How much there is of something, and how much one may have of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Places in all.
    pub all: usize,
    /// Places that one tenant may hold at once.
    pub tenant: usize,
    /// Places that one party may hold at once, whichever tenants it deals with.
    pub party: usize,
    /// How many of one tenant may wait; of all tenants together, as often as [`Bounds::QUEUES`].
    pub waiting: usize,
    /// How long one may wait.
    pub wait: Duration,
}

impl Bounds {
    /// How many full queues of tenants there may be.
    pub const QUEUES: usize = 16;

    /// How many places are for those who hold few.
    pub(crate) fn reserve(&self) -> usize {
        if self.tenant == ANY { 0 } else { self.all / 4 }
    }

    /// Who holds fewer places has few.
    pub(crate) fn few(&self) -> usize {
        (self.tenant / 16).max(1)
    }

    const fn new(all: usize, tenant: usize, party: usize, waiting: usize, seconds: u64) -> Self {
        Self { all, tenant, party, waiting, wait: Duration::from_secs(seconds) }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What is shared.
    pub resource: Resource,
    /// Its name in texts.
    pub name: &'static str,
    /// How much there is; what a setting or the machine decides instead is told by [`Row::decided_by`].
    pub bounds: Bounds,
    /// What decides the bound in all instead of the table; empty: nothing.
    pub decided_by: &'static str,
    /// How long a place may be held, in both directions.
    pub held: &'static str,
    /// What is answered when there is no place.
    pub answer: &'static str,
}

/// No bound of its own: turns, or the bound in all, are enough.
const ANY: usize = usize::MAX;

const TABLE: &[Row] = &[
    Row {
        resource: Resource::Connections,
        name: "connections",
        bounds: Bounds::new(16_384, ANY, 256, 0, 0),
        decided_by: "`max_connections`, `max_connections_per_address`, file descriptors",
        held: "75 s without a request, 15 s for a request's head, then as long as bytes move",
        answer: "the oldest idle connection is closed, or else the new one",
    },
    Row {
        resource: Resource::Requests,
        name: "requests",
        bounds: Bounds::new(4096, ANY, 128, 0, 0),
        decided_by: "programs' have no share; a quarter of all for the others",
        held: "those of programs from their last byte on, the others 30 s until that",
        answer: "503",
    },
    Row {
        resource: Resource::Hashing,
        name: "hashing",
        bounds: Bounds::new(2, ANY, ANY, 128, 10),
        decided_by: "`hash_threads`",
        held: "one hash, some 20 ms",
        answer: "503",
    },
    Row {
        resource: Resource::Calls,
        name: "calls",
        bounds: Bounds::new(64, 8, 4, 16, 3),
        decided_by: "",
        held: "10 s for a webhook, 30 s for a file",
        answer: "as if the other side did not answer",
    },
    Row {
        resource: Resource::Deliveries,
        name: "deliveries",
        bounds: Bounds::new(16, 2, ANY, 0, 0),
        decided_by: "",
        held: "6 s",
        answer: "the message waits for the application's next turn",
    },
    Row {
        resource: Resource::Mails,
        name: "mails",
        bounds: Bounds::new(8, 2, 1, 16, 30),
        decided_by: "",
        held: "30 s",
        answer: "no mail, a line in the log",
    },
    Row {
        resource: Resource::Lists,
        name: "lists",
        bounds: Bounds::new(64, 8, ANY, 32, 20),
        decided_by: "",
        held: "as long as bytes move; a minute while nothing is taken",
        answer: "503",
    },
    Row {
        resource: Resource::Snapshots,
        name: "snapshots of lists",
        bounds: Bounds::new(8, 2, ANY, 32, 20),
        decided_by: "",
        held: "2 s, and 0.25 s while nothing is taken; then the list goes on in another one",
        answer: "503 at the beginning of a list; one that has begun waits",
    },
    Row {
        resource: Resource::Walks,
        name: "walks",
        bounds: Bounds::new(8, 2, ANY, 32, 20),
        decided_by: "",
        held: "0.2 s, 0.7 s where all are counted, 1 s of a change",
        answer: "503",
    },
    Row {
        resource: Resource::Bulk,
        name: "changes of very many rows",
        bounds: Bounds::new(4, 1, ANY, 32, 20),
        decided_by: "",
        held: "3 s, in slices of 4 ms; then it goes on in the background",
        answer: "503",
    },
    Row {
        resource: Resource::Downloads,
        name: "downloads",
        bounds: Bounds::new(2048, 1024, 256, 0, 0),
        decided_by: "",
        held: "as long as bytes move",
        answer: "503",
    },
    Row {
        resource: Resource::Digests,
        name: "digests of files",
        bounds: Bounds::new(2, 1, ANY, 128, 15),
        decided_by: "processors, of which a tenant has half",
        held: "one file of 16 MiB, 30 to 150 ms",
        answer: "503",
    },
    Row {
        resource: Resource::Uploads,
        name: "uploads",
        bounds: Bounds::new(64, 8, 8, 0, 0),
        decided_by: "",
        held: "as long as bytes move",
        answer: "503",
    },
    Row {
        resource: Resource::Unfinished,
        name: "uploads in pieces",
        bounds: Bounds::new(256, 16, 16, 0, 0),
        decided_by: "",
        held: "as long as bytes move, and 15 min between two pieces",
        answer: "503",
    },
    Row {
        resource: Resource::LivePages,
        name: "live pages",
        bounds: Bounds::new(4096, 1024, ANY, 0, 0),
        decided_by: "",
        held: "until the page is left; 20 s if what is sent is not taken",
        answer: "the page tells that it is not live",
    },
    Row {
        resource: Resource::PanelPages,
        name: "pages of customers' panels",
        bounds: Bounds::new(128, 32, 8, 128, 10),
        decided_by: "",
        held: "from the last byte of the request until the answer is ready",
        answer: "503",
    },
    Row {
        resource: Resource::Metrics,
        name: "connections to `/metrics`",
        bounds: Bounds::new(16, ANY, 8, 0, 0),
        decided_by: "",
        held: "one request, 10 s",
        answer: "the connection is closed",
    },
    Row {
        resource: Resource::Redirects,
        name: "connections to `redirect_listen`",
        bounds: Bounds::new(256, ANY, 16, 0, 0),
        decided_by: "",
        held: "one request, 10 s",
        answer: "the connection is closed",
    },
];

impl Resource {
    /// All rows, in the order in which they are told.
    pub fn table() -> &'static [Row] {
        TABLE
    }

    /// The row of this resource.
    pub fn row(self) -> &'static Row {
        // In the order of the variants; a test sees to it.
        &TABLE[self as usize]
    }

    /// How much there is, and how much one may have of it.
    pub fn bounds(self) -> Bounds {
        self.row().bounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(count: usize) -> String {
        if count == ANY { "–".into() } else { count.to_string() }
    }

    /// The table as it stands in the documentation.
    fn markdown() -> String {
        let mut text = String::from(
            "| What | In all | A tenant | A party | May wait | At most | Instead decided by | Held | When there is none |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        for row in TABLE {
            let Bounds { all, tenant, party, waiting, wait } = row.bounds;
            let decided = if row.decided_by.is_empty() { "–" } else { row.decided_by };
            let wait = if waiting == 0 { "–".into() } else { format!("{} s", wait.as_secs()) };
            text += &format!(
                "| {} | {} | {} | {} | {} | {wait} | {decided} | {} | {} |\n",
                row.name,
                count(all),
                count(tenant),
                count(party),
                if waiting == 0 { "–".into() } else { waiting.to_string() },
                row.held,
                row.answer
            );
        }
        text
    }

    #[test]
    fn the_documentation_has_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md");
        let text = std::fs::read_to_string(path).unwrap();
        let table = markdown();
        assert!(text.contains(&table), "docs/limits.md must have this table:\n\n{table}");
    }

    #[test]
    fn rows_stand_in_the_order_of_the_variants() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.resource as usize, at, "{}", row.name);
            assert!(!row.name.is_empty() && !row.held.is_empty() && !row.answer.is_empty(), "{}", row.name);
        }
        assert_eq!(TABLE.len(), Resource::Redirects as usize + 1, "the last variant has the last row");
    }

    #[test]
    fn nobody_may_have_all_where_somebody_may_hold_it_for_long() {
        for row in TABLE {
            let Bounds { all, tenant, party, waiting, wait } = row.bounds;
            let turns = row.resource == Resource::Hashing;
            assert!(turns || tenant.min(party) * 2 <= all, "{}", row.name);
            assert_eq!(waiting == 0, wait.is_zero(), "{}", row.name);
        }
    }
}
