//! Backups in an object store, one that does well and one that does not.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::backup::{Elsewhere, Used};
use crate::support::objects::{Fault, Objects};
use crate::support::{Server, eventually, now};

/// A server that keeps backups in a store; more than a part of the upload does not compress.
pub fn in_use(upload: usize) -> (Used, Objects, String) {
    let objects = Objects::start();
    let used = Used::on(Server::start());
    let secret = used.server.folder().join("secret");
    fs::write(&secret, "secret key\n").expect("a file");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("a mode");
    let section = format!(
        "[backup]\nplace = 's3://bucket/night'\ns3_endpoint = '{}'\ns3_region = 'eu-1'\ns3_access_key = 'us'\n\
         s3_secret_key_file = '{}'\n",
        objects.url,
        secret.display()
    );
    let settings = used.server.folder().join("backup.toml");
    fs::write(&settings, section).expect("settings");
    if upload > 0 {
        let mut state = 1_u64;
        let bytes = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        });
        fs::write(used.server.data().join("files/1/123456"), bytes.take(upload).collect::<Vec<u8>>())
            .expect("it");
    }
    let settings = settings.to_str().expect("UTF-8").to_owned();
    (used, objects, settings)
}

#[test]
fn backups_go_to_an_object_store_in_parts_and_come_back() {
    let (used, objects, settings) = in_use(17 << 20);
    let cli = &used.server.cli;
    // Some requests are refused, and made again.
    objects.fault(Fault::Busy);
    let made = cli.json(&["backup", "create", "--config", &settings, "--json"]);
    let name = made["name"].as_str().expect("a name").to_owned();
    assert_eq!(objects.names(), [format!("night/{name}")]);
    assert!(objects.length(&format!("night/{name}")) > 16 << 20, "more than a part");
    let listed = cli.json(&["backup", "list", "--config", &settings, "--json"]);
    assert_eq!((&listed[0]["name"], &listed[0]["bytes"]), (&made["name"], &made["bytes"]));
    // Contents that break off are read on from there.
    objects.fault(Fault::Breaks);
    cli.ok(&["backup", "verify", "--config", &settings]);
    objects.fault(Fault::None);
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    elsewhere.cli.ok(&["backup", "restore", "--config", &settings]);
    let [there, here] =
        [&elsewhere.data, &used.server.data()].map(|data| fs::read(data.join("files/1/123456")));
    assert!(there.expect("the upload") == here.expect("the upload"));
    let pruned = cli.ok(&["backup", "prune", "--config", &settings, "--keep-days", "1"]);
    assert_eq!(pruned.trim(), "all backups are kept");
}

#[test]
fn a_store_that_fails_or_lies_leaves_no_half_backup() {
    let (used, objects, settings) = in_use(0);
    let cli = &used.server.cli;
    for (fault, told) in [
        (Fault::Full, "the object store refuses: 403 QuotaExceeded"),
        (Fault::Short, "the object store is not to be trusted: it has"),
    ] {
        objects.fault(fault);
        let refused = cli.fails(&["backup", "create", "--config", &settings]);
        assert!(refused.contains(told), "{fault:?}: {refused}");
        assert!(!refused.contains("Signature") && !refused.contains("secret key"), "{refused}");
        assert_eq!((objects.names().len(), objects.uploads()), (0, 0), "{fault:?}");
    }
    // What was changed there is told when it is read.
    objects.fault(Fault::Rots);
    cli.ok(&["backup", "create", "--config", &settings]);
    let refused = cli.fails(&["backup", "verify", "--config", &settings]);
    assert!(refused.contains("the backup is"), "{refused}");
}

#[test]
fn of_two_that_are_made_in_one_second_the_first_stays() {
    let (used, objects, settings) = in_use(0);
    objects.fault(Fault::Overtaken);
    let refused = used.server.cli.fails(&["backup", "create", "--config", &settings]);
    let [name] = &objects.names()[..] else { panic!("one object: {:?}", objects.names()) };
    let told = format!("there is a backup {} already: try again in a second", name.replace("night/", ""));
    assert!(refused.contains(&told), "{refused}");
    assert!(objects.content(name).iter().all(|byte| *byte == 0), "the one of the other is overwritten");
    assert_eq!(objects.uploads(), 0, "what was begun is given up");
}

#[test]
fn a_store_that_knows_no_conditions_takes_backups() {
    let (used, objects, settings) = in_use(0);
    objects.fault(Fault::Unconditional);
    used.server.cli.ok(&["backup", "create", "--config", &settings]);
    used.server.cli.ok(&["backup", "verify", "--config", &settings]);
}

#[test]
fn a_backup_is_whole_also_when_nobody_says_so() {
    let (used, objects, settings) = in_use(0);
    let text = fs::read_to_string(&settings).expect("the settings");
    fs::write(&settings, format!("{text}s3_timeout_seconds = 1\n")).expect("settings");
    let cli = &used.server.cli;
    for fault in [Fault::CutsCompletions, Fault::SilentCompletions] {
        objects.fault(fault);
        let made = cli.json(&["backup", "create", "--config", &settings, "--json"]);
        objects.fault(Fault::None);
        let name = made["name"].as_str().expect("a name");
        cli.ok(&["backup", "verify", name, "--config", &settings]);
        cli.ok(&["backup", "list", "--config", &settings]);
        assert_eq!(used.server.count("backup_state WHERE failed IS NULL"), 1, "{fault:?}");
        // Another one in the same second would be refused.
        eventually("another second", || (now() > made["made"].as_i64().expect("a second")).then_some(()));
    }
    // Only what is there is a backup, whatever the status says.
    let before = objects.names();
    objects.fault(Fault::FailsCompletions);
    let refused = cli.fails(&["backup", "create", "--config", &settings]);
    assert!(refused.contains("the object store refuses: 200 InternalError"), "{refused}");
    assert_eq!((objects.names(), objects.uploads()), (before, 0));
}

#[test]
fn what_crashes_left_of_uploads_is_given_up_after_a_day() {
    let (used, objects, settings) = in_use(0);
    let cli = &used.server.cli;
    let old = "night/claviger-20200101T000000Z.backup";
    // Of others, of another place, and one that may still be written.
    let kept = [
        "claviger-20200101T000000Z.backup",
        "night/claviger-29990101T000000Z.backup",
        "night/letters",
        "nights/claviger-20200101T000000Z.backup",
    ];
    for name in kept.iter().chain([&old]) {
        objects.leave_unfinished(name);
    }
    // A key that may not list them makes backups all the same.
    objects.fault(Fault::HidesUploads);
    cli.ok(&["backup", "create", "--config", &settings]);
    assert_eq!(objects.unfinished().len(), 5);
    objects.fault(Fault::None);
    cli.ok(&["backup", "prune", "--config", &settings, "--keep-days", "1"]);
    assert_eq!(objects.unfinished(), kept);
    objects.leave_unfinished(old);
    eventually("another name", || {
        let run = cli.run(&["backup", "create", "--config", &settings]);
        (run.code == Some(0)).then_some(())
    });
    assert_eq!(objects.unfinished(), kept);
}
