//! Values that are encrypted under the master key.

use std::{collections::BTreeSet, fs};

use claviger_store::{
    notices, params,
    sealed::{self, APP_KEY_PAIRS, APP_SECRETS, CODES, Column, FORMER_KEY_PAIRS, NOTICES, Sealed},
};

use crate::support::{Fixture, both};

both![all_values_are_found_in_slices, a_value_that_was_changed_meanwhile_stays];

fn all() -> impl Iterator<Item = Column> {
    [APP_SECRETS, APP_KEY_PAIRS, FORMER_KEY_PAIRS, NOTICES].into_iter().chain(CODES)
}

/// Columns of bytes that hold no encrypted value: hashes, public keys, names, pictures; and the server's own, which are
/// looked at one by one.
const OTHERS: [&str; 15] = [
    "key_secrets.hash",
    "login_tokens.hash",
    "panel_sign_ins.hash",
    "panel_sign_ins.proof",
    "panels.logo",
    "password_resets.hash",
    "people.handle",
    "people_invitations.hash",
    "people_passkeys.credential",
    "people_passkeys.public_key",
    "people_passkeys.state",
    "people_sign_ins.hash",
    "people_used.hash",
    "seller_keys.hash",
    "server_keys.value",
];

/// All columns of bytes that the migrations make.
fn columns_of_bytes() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut found = BTreeSet::new();
    for file in fs::read_dir(folder).expect("the migrations") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("UTF-8");
        let mut table = "";
        for line in text.lines().filter(|line| !line.starts_with("--")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["CREATE", "TABLE", name, ..] => table = name,
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..]
                    if kind.starts_with("{bytes}") =>
                {
                    found.insert(format!("{name}.{column}"));
                }
                [column, kind, ..] if kind.starts_with("{bytes}") => {
                    found.insert(format!("{table}.{column}"));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn no_column_is_forgotten() {
    let known: BTreeSet<String> =
        all().map(|column| column.to_string()).chain(OTHERS.map(str::to_owned)).collect();
    assert_eq!(columns_of_bytes(), known, "is it encrypted under the master key?");
}

/// All values of a column, read `max` at a time.
async fn walk(t: &Fixture, column: Column, max: i64) -> Vec<Sealed> {
    let (mut found, mut at) = (Vec::new(), (i64::MIN, i64::MIN));
    loop {
        let slice = t.read(move |conn| sealed::after(conn, column, at, max)).await;
        let Some(last) = slice.last() else { return found };
        at = last.at;
        found.extend(slice);
    }
}

async fn all_values_are_found_in_slices(t: Fixture) {
    for _ in 0..3 {
        let app = t.app().await;
        t.write(move |conn| notices::set(conn, app, b"chosen")).await;
        for name in ["Ann", "Bob"] {
            let user = t.user(app, name).await;
            t.write(move |conn| {
                let sql = "UPDATE users SET totp_secret = $3, totp_pending = $3 WHERE app = $1 AND id = $2";
                conn.execute(sql, params![app, user, &b"code"[..]])
            })
            .await;
        }
        t.user(app, "without codes").await;
        t.write(move |conn| {
            conn.execute(
                "INSERT INTO former_key_pairs (app, number, sealed, versions, replaced)
                 VALUES ($1, 0, $2, '[]', 0)",
                params![app, &b"pair"[..]],
            )?;
            for kind in ["owner", "account"] {
                conn.execute(
                    "INSERT INTO people (kind, person, totp, totp_pending) VALUES ($1, $2, $3, $3)",
                    params![kind, app, &b"code"[..]],
                )?;
            }
            Ok(())
        })
        .await;
    }
    for column in all() {
        let expected = if column.to_string().starts_with("users.") { 6 } else { 3 };
        for max in [1, 2, 100] {
            let found = walk(&t, column, max).await;
            assert_eq!(found.len(), expected, "{column}, {max} at a time");
            assert!(found.is_sorted_by_key(|found| found.at));
        }
        for was in walk(&t, column, 100).await {
            let new = [was.value.as_slice(), b" anew"].concat();
            assert!(t.write(move |conn| sealed::replace(conn, column, &was, &new)).await);
        }
        assert!(walk(&t, column, 100).await.iter().all(|found| found.value.ends_with(b" anew")));
    }
}

async fn a_value_that_was_changed_meanwhile_stays(t: Fixture) {
    t.app().await;
    let was = walk(&t, APP_SECRETS, 1).await.remove(0);
    let (first, late) = (was.clone(), was);
    assert!(t.write(move |conn| sealed::replace(conn, APP_SECRETS, &first, b"first")).await);
    assert!(!t.write(move |conn| sealed::replace(conn, APP_SECRETS, &late, b"late")).await);
    assert_eq!(walk(&t, APP_SECRETS, 1).await[0].value, b"first");
}
