//! The package's script, which runs at each installation and upgrade.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// Programs that the script calls, which say so in place of doing anything.
const STUBS: [&str; 5] = ["chown", "chmod", "install", "adduser", "getent"];

struct Machine(TempDir);

impl Machine {
    /// With settings whose owner and mode are these, unless they are removed.
    fn new(settings: Option<&str>) -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["bin", "etc/claviger", "var/lib/claviger"] {
            fs::create_dir_all(machine.path(folder)).expect("a folder");
        }
        for name in STUBS {
            machine.stub(name, &format!("echo {name} \"$@\" >> '{}'", machine.path("done").display()));
        }
        if let Some(known) = settings {
            fs::write(machine.path("etc/claviger/claviger.toml"), "").expect("a file");
            machine.stub("stat", &format!("echo '{known}'"));
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn stub(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    /// What the script does after `before`, the version that was there; empty: none.
    fn configure(&self, before: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/debian/postinst");
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let mut command = Command::new("sh");
        command.arg(script).args(["configure", before]).env("PATH", path).env("DPKG_ROOT", self.0.path());
        let ended = command.output().expect("a shell");
        assert!(ended.status.success(), "{ended:?}");
        let done = fs::read_to_string(self.path("done")).unwrap_or_default();
        done.replace(&self.0.path().display().to_string(), "")
    }
}

#[test]
fn the_first_installation_closes_settings_and_data() {
    let done = Machine::new(Some("root:root 640")).configure("");
    for line in [
        "install -d -m 0700 -o claviger -g claviger /var/lib/claviger",
        "chown root:claviger /etc/claviger\n",
        "chmod 0750 /etc/claviger\n",
        "chown root:claviger /etc/claviger/claviger.toml",
        "chmod 0640 /etc/claviger/claviger.toml",
    ] {
        assert!(done.contains(line), "{done}");
    }
}

#[test]
fn settings_that_were_removed_stop_nothing() {
    for before in ["", "0.1.0"] {
        let done = Machine::new(None).configure(before);
        assert!(!done.contains("claviger.toml"), "{done}");
    }
}

#[test]
fn an_upgrade_leaves_what_the_administrator_chose() {
    assert_eq!(Machine::new(Some("root:admin 660")).configure("0.1.0"), "getent passwd claviger\n");
    let anew = Machine::new(Some("root:root 640")).configure("0.1.0");
    assert!(anew.contains("chown root:claviger /etc/claviger/claviger.toml"), "{anew}");
    assert!(!anew.contains("/etc/claviger\n") && !anew.contains("install"), "{anew}");
}
