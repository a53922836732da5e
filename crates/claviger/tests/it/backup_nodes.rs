//! Backups by plan where several nodes have it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use postgres::Client;

use crate::support::postgres::Database;
use crate::support::server::{Process, claviger};
use crate::support::{Server, eventually, now};

/// Notes who looked whether a backup is due, however it ended.
const WATCH: &str = "CREATE SCHEMA watch;
    CREATE TABLE watch.looks (node TEXT);
    CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO watch.looks SELECT current_setting('application_name') WHERE current_query() LIKE '%SET tried%';
        RETURN NULL;
    END $$;
    CREATE TRIGGER looks AFTER UPDATE ON backup_state FOR EACH STATEMENT EXECUTE FUNCTION watch.note();";

/// Nodes on one database, all of which make backups into one folder.
struct Nodes<'a> {
    first: &'a Server,
    database: &'a Database,
    place: PathBuf,
    watch: Client,
}

impl Nodes<'_> {
    /// Starts two nodes at once, waits until each has looked and whatever was begun has ended, and stops them.
    fn look(&mut self) {
        self.watch.execute("DELETE FROM watch.looks", &[]).expect("a change");
        let begun = ["one", "two"].map(|name| self.start(name));
        let looked = "SELECT count(DISTINCT node) FROM watch.looks";
        eventually("both to look", || (self.ask(looked) == 2).then_some(()));
        let claimed = "SELECT claimed FROM backup_state";
        eventually("the backup to end", || (self.ask(claimed) == 0).then_some(()));
        for mut node in begun {
            node.wait_for_address();
            node.stop("TERM");
        }
    }

    fn start(&self, name: &str) -> Process {
        let mut command = claviger();
        let mark = if self.database.url.contains('?') { '&' } else { '?' };
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--database", &format!("{}{mark}application_name={name}", self.database.url)]);
        command.arg("--data-dir").arg(self.first.folder().join(name));
        command.arg("--master-key-file").arg(self.first.data().join("master.key"));
        command.arg("--backup-place").arg(&self.place);
        Process::spawn(command, self.first.folder())
    }

    fn ask(&mut self, sql: &str) -> i64 {
        self.watch.query_one(sql, &[]).expect("a row").get(0)
    }
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn of_two_nodes_one_makes_each_backup() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let mut watch = database.connect();
    watch.batch_execute(WATCH).expect("a trigger");
    let place = first.folder().join("backups");
    let mut nodes = Nodes { first: &first, database: &database, place: place.clone(), watch };
    nodes.look();
    assert_eq!(count(&place), 1);
    nodes.look();
    assert_eq!(count(&place), 1, "the next one is due in a day");
    let made = nodes.ask("SELECT made FROM backup_state");
    eventually("another second, and so another name", || (now() > made).then_some(()));
    nodes.watch.execute("UPDATE backup_state SET claimed = 0, tried = tried - 86400", &[]).expect("a day");
    nodes.look();
    assert_eq!(count(&place), 2);
    assert!(nodes.ask("SELECT made FROM backup_state") > made);
}
