//! Looks at backups: what was encrypted lies in a folder as it is meanwhile.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::backup::Used;
use crate::backup_objects::in_use;
use crate::support::objects::Fault;
use crate::support::server::{Process, claviger, claviger_under};
use crate::support::{Server, eventually};

fn folders(scratch: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(scratch).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn nothing_stays_of_a_look_that_is_stopped() {
    let (used, objects, settings) = in_use(1 << 20);
    let cli = &used.server.cli;
    cli.ok(&["backup", "create", "--config", &settings]);
    let scratch = used.server.folder().join("scratch");
    fs::create_dir(&scratch).expect("a folder");
    let words = ["backup", "verify", "--config", &settings, "--scratch", scratch.to_str().expect("UTF-8")];
    // Half of it comes, and then nothing more.
    let halted = || {
        let known = folders(&scratch);
        objects.fault(Fault::HaltsContents);
        let mut command = claviger();
        command.args(words).arg("--data-dir").arg(used.server.data());
        let process = Process::spawn(command, used.server.folder());
        let folder = eventually("a database in a folder", || {
            folders(&scratch).into_iter().find(|folder| {
                !known.contains(folder)
                    && fs::metadata(folder.join("claviger.db-wal")).is_ok_and(|log| log.len() > 0)
            })
        });
        objects.fault(Fault::None);
        assert_eq!(fs::metadata(&folder).expect("the folder").permissions().mode() & 0o777, 0o700);
        (process, folder)
    };
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let (mut process, _) = halted();
        process.signal(signal);
        assert_eq!(process.wait().code(), Some(code), "{}", process.stderr());
        assert!(folders(&scratch).is_empty(), "{signal}: {:?}", folders(&scratch));
    }
    // Of one that is killed it stays until the next look; that of one at work stays.
    let (mut killed, left) = halted();
    killed.crash();
    let (mut at_work, held) = halted();
    assert!(!left.exists() && held.exists());
    cli.ok(&words);
    assert_eq!(folders(&scratch), [held]);
    at_work.crash();
}

#[test]
fn a_disk_that_is_too_small_for_a_look_is_named() {
    let mut used = Used::on(Server::start());
    used.create();
    used.server.process.stop("TERM");
    let scratch = used.server.folder().join("scratch");
    fs::create_dir(&scratch).expect("a folder");
    let limited = ["sh", "-c", "trap '' XFSZ && ulimit -f 100 && exec \"$0\" \"$@\""].map(str::to_owned);
    let mut command = claviger_under(&limited);
    command.args(["backup", "verify", "--place", used.place(), "--scratch"]).arg(&scratch);
    let output = command.arg("--data-dir").arg(used.server.data()).output().expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr);
    let named = format!("the database of the backup cannot be written into {}: ", scratch.display());
    assert!(output.status.code() == Some(1) && told.contains(&named), "{told}");
    assert!(told.contains("name another folder with --scratch") && !told.contains("data folder"), "{told}");
    assert!(folders(&scratch).is_empty());
}
