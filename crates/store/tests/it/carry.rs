//! All that is kept, carried from one database to the other and back.

use std::collections::BTreeSet;

use claviger_archive::Table;
use claviger_store::{
    Conn, Database, Store, StoreError,
    carry::{self, CARRIED, Ended, LEFT_OUT, Loading, Written},
};

use crate::support::{Fixture, NOW, Place, both};

both![every_table_is_carried_or_has_a_reason, what_may_have_ended_is_ended];

async fn every_table_is_carried_or_has_a_reason(t: Fixture) {
    let sql = match t.place.database() {
        Database::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Database::Postgres(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    let rows = t.read(move |conn| conn.query(sql, &[])).await;
    let there: BTreeSet<String> = rows.iter().map(|row| row.get(0).expect("a name")).collect();
    let told = CARRIED.iter().copied().chain(LEFT_OUT.iter().map(|(name, _)| *name));
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    assert_eq!(there, told, "a new table goes into one of the lists of store::carry");
    assert_eq!(CARRIED.len() + LEFT_OUT.len(), told.len(), "none is told twice");
    assert!(LEFT_OUT.iter().all(|(_, why)| !why.is_empty()));
}

/// Rows in every table, with every kind of value in every column that may have it. `{n}` tells rows apart, so that they may
/// refer to each other.
fn furnish(connection: &rusqlite::Connection) {
    for table in CARRIED {
        connection.execute_batch(&format!("DELETE FROM {table}")).expect("an empty table");
    }
    for table in CARRIED {
        let mut columns =
            connection.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)").unwrap();
        let columns: Vec<(String, String, bool)> = columns
            .query_map([table], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, bool>(2)? || row.get::<_, i64>(3)? > 0))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for n in 1..=4_i64 {
            let value = |(name, kind, needed): &(String, String, bool)| -> rusqlite::types::Value {
                if n == 4 && !needed {
                    return rusqlite::types::Value::Null;
                }
                match kind.as_str() {
                    "BIGINT" => n.into(),
                    "TEXT" => format!("{table}.{name} {n} ' \" é \u{1f600}\n\t\\N").into(),
                    _ => vec![0, n as u8, 0xff, b'\\'].into(),
                }
            };
            let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
            let marks = vec!["?"; names.len()].join(", ");
            let sql = format!("INSERT INTO {table} (\"{}\") VALUES ({marks})", names.join("\", \""));
            connection.execute(&sql, rusqlite::params_from_iter(columns.iter().map(value))).expect(table);
        }
    }
}

async fn furnished() -> Fixture {
    let t = Fixture::open(Place::sqlite()).await;
    let Database::Sqlite(path) = t.place.database() else { panic!("a file") };
    furnish(&rusqlite::Connection::open(path).expect("the file"));
    t
}

fn loading(schema: i64) -> Loading<'static> {
    Loading { schema, now: NOW, what: "a test" }
}

/// Tables with their digests.
type Sums = Vec<(Table, String)>;

fn sums(conn: &mut Conn<'_>) -> Result<Sums, StoreError> {
    let (_, tables) = carry::describe(conn)?;
    tables.into_iter().map(|table| carry::sum(conn, &table).map(|sum| (table, sum.hex()))).collect()
}

/// Copies everything, in small pieces.
fn copy(from: &Database, to: &Database) -> Result<(), StoreError> {
    carry::read_database(from, |from| {
        let (schema, tables) = carry::describe(from)?;
        carry::load(
            to,
            loading(schema),
            || Ok(()),
            |to, ()| {
                carry::check(to, &tables)?;
                for table in &tables {
                    let mut written = Written::default();
                    carry::each_row(from, table, &mut |row| carry::insert(to, table, row, &mut written))?;
                    assert_eq!((carry::sum(to, table)?, written.changed), (written.sum, 0), "{}", table.name);
                }
                Ok(())
            },
        )
    })
}

/// The PostgreSQL client must not block a thread of the runtime's.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again_nothing_is_lost() {
    let from = furnished().await;
    let (there, back) = (Place::postgres(), Place::sqlite());
    let databases = [from.place.database(), there.database(), back.database()];
    let [first, second, third] = databases.clone();
    let all: [Sums; 3] = apart(move || {
        copy(&first, &second).expect("a copy");
        copy(&second, &third).expect("a copy");
        [first, second, third].map(|database| carry::read_database(&database, sums).expect("digests"))
    })
    .await;
    assert!(all[0].iter().all(|(table, _)| table.rows == 4), "each table has something");
    assert_eq!(all[0].len(), CARRIED.len());
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    // Both are whole, and can be used.
    for database in &databases[1..] {
        Store::open(database.clone(), NOW).await.expect("an open store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten() {
    let from = furnished().await;
    for place in [Place::sqlite(), Place::postgres()] {
        let t = Fixture::open(place).await;
        let databases = (from.place.database(), t.place.database());
        let refused =
            apart(move || copy(&databases.0, &databases.1)).await.expect_err("a refusal").to_string();
        assert!(refused.contains("nothing is overwritten"), "{refused}");
        let count = t.read(|conn| conn.query_one("SELECT COUNT(*) FROM owners", &[])).await;
        assert_eq!(count.expect("a row").get::<i64>(0).expect("a number"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_filled_by_half_opens_for_nobody_but_another_try() {
    let from = furnished().await;
    for place in [Place::sqlite(), Place::postgres()] {
        let (source, target) = (from.place.database(), place.database());
        let failing = target.clone();
        let source_too = source.clone();
        let stopped = apart(move || {
            carry::read_database(&source_too, |from| {
                let (schema, tables) = carry::describe(from)?;
                carry::load(
                    &failing,
                    loading(schema),
                    || Ok(()),
                    |to, ()| {
                        let mut written = Written::default();
                        carry::each_row(from, &tables[3], &mut |row| {
                            carry::insert(to, &tables[3], row, &mut written)
                        })?;
                        Err::<(), _>(StoreError::Overloaded)
                    },
                )
            })
        });
        assert!(matches!(stopped.await, Err(StoreError::Overloaded)));
        let refused = Store::open(target.clone(), NOW).await.err().expect("a refusal").to_string();
        assert!(
            refused.starts_with("a test into this database was not finished: run the same command again"),
            "{refused}"
        );
        assert!(Store::schema(target.clone()).await.is_err());
        let again = target.clone();
        apart(move || copy(&source, &again)).await.expect("a copy");
        Store::open(target, NOW).await.expect("an open store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_belong_there_is_not_put_into_sql() {
    let place = Place::sqlite();
    let database = place.database();
    apart(move || {
        let newest = claviger_store::migrations_after(0).len() as i64;
        carry::load(
            &database,
            loading(newest),
            || Ok(()),
            |conn, ()| {
                let tables = CARRIED.map(|name| {
                    let rows =
                        conn.query("SELECT name FROM pragma_table_info($1)", claviger_store::params![name]);
                    let columns =
                        rows.expect("columns").iter().map(|row| row.get(0).expect("a name")).collect();
                    Table { name: name.into(), columns, rows: 0 }
                });
                carry::check(conn, &tables).expect("these are right");
                let mut odd = tables.clone();
                odd[0].name = "catalog; DROP TABLE users".into();
                assert!(carry::check(conn, &odd).is_err());
                let mut odd = tables.clone();
                odd[3].columns[0] = "id\", \"name".into();
                assert!(carry::check(conn, &odd).is_err());
                assert!(carry::check(conn, &tables[1..]).is_err());
                assert!(carry::check(conn, &[&tables[..], &tables[..1]].concat()).is_err());
                Ok::<_, StoreError>(())
            },
        )
        .expect("a database");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_release_had_is_refused_as_long_as_it_is_not_brought_up_to_date() {
    let old = Place::sqlite().made_by(
        3,
        "
        INSERT INTO owners VALUES (1, 'AAAAAAAAAA', 'Ann', 'ann', 'seller', NULL, NULL, 5);
        INSERT INTO apps VALUES (7, 1, 'Loader', 'loader', x'00', x'01', '{}', 0, 5);
        INSERT INTO seller_keys VALUES (x'02', 7, 'hint', 5, NULL);
        INSERT INTO blacklist VALUES (7, 'hwid', 'one', 'cheats', 10, NULL);",
    );
    let new = Place::postgres();
    let (from, to) = (old.database(), new.database());
    let copied = apart(move || copy(&from, &to)).await;
    // It has tables that are not known here any more, and losing them in silence would be worse.
    let refused = copied.expect_err("a refusal").to_string();
    assert!(refused.contains("schema 3"), "{refused}");
}

async fn what_may_have_ended_is_ended(t: Fixture) {
    let app = t.app().await;
    t.session(app, NOW + 60).await;
    assert_eq!(t.count(app).await, 1);
    let ended = t.write(|conn| carry::end_what_was_ended(conn, NOW)).await;
    assert_eq!(ended, Ended { apps: 1, sign_ins: 0, links: 0, messages: 0 });
    assert_eq!(t.count(app).await, 0);
}
