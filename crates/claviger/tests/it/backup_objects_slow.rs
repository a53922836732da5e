//! Backups in an object store that takes its time: nobody waits for it without end.

use std::fs;

use crate::backup::Used;
use crate::backup_objects::in_use;
use crate::support::objects::{Fault, Objects};
use crate::support::{Server, eventually};

const ADVICE: &str = "see whether it runs; where it is slow, or the way to it, raise s3_timeout_seconds";

/// As [`in_use`], with little patience.
fn impatient() -> (Used, Objects, String) {
    let (used, objects, settings) = in_use(0);
    let text = fs::read_to_string(&settings).expect("the settings");
    fs::write(&settings, format!("{text}s3_timeout_seconds = 1\n")).expect("settings");
    (used, objects, settings)
}

#[test]
fn a_store_that_says_nothing_is_given_up() {
    let (used, objects, settings) = impatient();
    for fault in [Fault::Silent, Fault::DripsLists] {
        objects.fault(fault);
        let refused = used.server.cli.fails(&["backup", "create", "--config", &settings]);
        let told = format!("the object store did not answer within 1s: {ADVICE}");
        assert!(refused.contains(&told), "{fault:?}: {refused}");
        assert_eq!((objects.names().len(), objects.uploads()), (0, 0), "{fault:?}");
    }
    assert_eq!(used.server.count("backup_state WHERE made IS NULL AND failed IS NOT NULL"), 1);
}

#[test]
fn a_store_that_takes_no_part_to_its_end_has_no_backup() {
    let (used, objects, settings) = impatient();
    objects.fault(Fault::Stalls);
    let refused = used.server.cli.fails(&["backup", "create", "--config", &settings]);
    assert!(refused.contains(&format!("the object store did not answer within 5s: {ADVICE}")), "{refused}");
    assert_eq!((objects.names().len(), objects.uploads()), (0, 0), "what was begun is given up");
    assert_eq!(used.server.count("backup_state WHERE made IS NULL AND failed IS NOT NULL"), 1);
}

#[test]
fn a_content_that_drips_is_not_read_to_its_end() {
    let (used, objects, settings) = impatient();
    let cli = &used.server.cli;
    cli.ok(&["backup", "create", "--config", &settings]);
    objects.fault(Fault::DripsContents);
    let refused = cli.fails(&["backup", "verify", "--config", &settings]);
    assert!(refused.contains(&format!("the object store did not answer within 5s: {ADVICE}")), "{refused}");
    objects.fault(Fault::None);
    cli.ok(&["backup", "verify", "--config", &settings]);
}

#[test]
fn a_server_goes_on_and_stops_while_its_store_says_nothing() {
    let objects = Objects::start();
    objects.fault(Fault::Silent);
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    fs::write(&secret, "secret key\n").expect("a file");
    let settings = |seconds| {
        format!(
            "[backup]\nplace = 's3://bucket/night'\ns3_endpoint = '{}'\ns3_access_key = 'us'\n\
             s3_secret_key_file = '{}'\ns3_timeout_seconds = {seconds}\n",
            objects.url,
            secret.display()
        )
    };
    let mut server = Server::start_with(&settings(3600));
    eventually("the server to ask the store", || (objects.requests() > 0).then_some(()));
    server.app.init("1.2").is_unvalidated();
    server.process.stop("TERM");
    let server = Server::start_with(&settings(1));
    let log = eventually("the backup to fail", || {
        let log = server.process.stderr();
        log.contains("no backup was made").then_some(log)
    });
    assert!(log.contains("the object store did not answer within 1s") && log.contains(ADVICE), "{log}");
    server.app.init("1.2").is_unvalidated();
}
