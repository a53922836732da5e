//! Signals that come while the server starts, which may take long.

use crate::support::postgres::{Database, Gate};
use crate::support::server::{Process, claviger};

#[test]
fn a_start_is_ended_by_sigterm_and_not_by_sighup() {
    let (database, folder) = (Database::create(), tempfile::tempdir().expect("a folder"));
    let mut gate = Gate::shut(&database);
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database", &database.url]);
    command.arg("--data-dir").arg(folder.path().join("data"));
    let mut starting = Process::spawn(command, folder.path());
    gate.wait_for(1, &mut starting);
    starting.signal("HUP");
    starting.stop("TERM");
    let log = starting.stderr();
    assert!(log.contains("stopped") && !log.contains("listening"), "{log}");
}
