//! Rows that are made past the program: a million take seconds.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use xtask::server::data_dir;
use xtask::tools::command;

use super::database::Database;
use crate::bench::Bench;

/// The demo's owner has these too, each with a part of the rows, for whoever searches in all of them.
const OTHER_APPS: [&str; 3] = ["bench-second", "bench-third", "bench-fourth"];
/// That part.
const OTHER_PART: u64 = 4;

/// Fills the demo's application, and others of its owner.
///
/// # Errors
/// When the database refuses it.
pub fn fill(bench: &Bench, database: &Database, folder: &Path, rows: u64) -> Result<()> {
    for app in OTHER_APPS {
        let mut create = Command::new(&bench.claviger);
        create.args(["app", "create", "--owner", "demo", app, "--data-dir"]).arg(data_dir(folder));
        if let Some(url) = database.url() {
            create.args(["--database", &url]);
        }
        command::run_quietly(&mut create)?;
        database.run(folder, &statements(app, rows / OTHER_PART))?;
    }
    database.run(folder, &statements("demo-app", rows))?;
    database.settle()
}

/// Makes licenses and users, each user with a device, an address and a subscription; every fifth license is used, every
/// fifth subscription is called `gold`.
fn statements(app: &str, rows: u64) -> String {
    // In brackets: the two databases do not agree on what binds first.
    let name = "substr('000000' || i, length('' || i)) || '-' || ((i * 7919) % 1000003)";
    let begin = format!(
        "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         SELECT app, 1000 + i"
    );
    let of_app = format!("FROM n, (SELECT id AS app FROM apps WHERE name = '{app}') a");
    let mut sql = format!(
        "INSERT INTO licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate)
         {begin}, 'KEY-' || {name}, 'key-' || {name}, CASE WHEN i % 3 = 0 THEN 'batch ' || (i / 1000) END, 86400,
             CASE WHEN i % 5 = 0 THEN 'Used' WHEN i % 997 = 0 THEN 'Banned' ELSE 'Not Used' END, '1', 'demo',
             1735689600 + i * 60 {of_app};
         INSERT INTO users (app, id, username, username_folded, hwids, ip, owner, created, last_login)
         {begin}, 'User-' || {name}, 'user-' || {name}, 'device-' || i,
             '10.' || (i % 256) || '.' || (i / 256 % 256) || '.' || (i / 65536 % 256), 'demo', 1735689600 + i * 60,
             1767225600 {of_app};
         INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, paused)
         {begin}, i, CASE WHEN i % 5 = 0 THEN 'gold' ELSE 'default' END, 2000000000 + i, 0 {of_app};"
    );
    for series in ["licenses", "users", "user_subscriptions"] {
        sql += &format!(
            "INSERT INTO counters (app, name, value) SELECT id, '{series}', {last} FROM apps WHERE name = '{app}'
             ON CONFLICT (app, name) DO UPDATE SET value = {last};",
            last = rows + 1000
        );
    }
    sql
}
