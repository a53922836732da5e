//! A small disk of a server's own, that can be filled and freed.
//!
//! In a mount namespace of the server's it is a small file system in memory. Where the system allows no namespaces, the
//! server may write no file beyond a size, which it meets as it would a disk that fails.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::Server;

/// Room on the disk in KiB.
const ROOM: u32 = 12 * 1024;

/// A server whose database is on the small disk.
pub struct OnSmallDisk {
    pub server: Server,
    /// The disk as others see it; `None` where a limit stands for it.
    disk: Option<PathBuf>,
}

/// How to come by a mount namespace: root needs no user namespace for it.
pub fn unshare() -> Option<Vec<String>> {
    let is_root = fs::metadata("/proc/self").expect("this process").uid() == 0;
    let ways: &[&[&str]] =
        if is_root { &[&["unshare", "-m"], &["unshare", "-rm"]] } else { &[&["unshare", "-rm"]] };
    let works = |way: &&&[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = ["mount", "-t", "tmpfs", "tmpfs"];
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(mount).arg(folder.path());
        command.output().is_ok_and(|output| output.status.success())
    };
    ways.iter().find(works).map(|way| way.iter().map(|word| (*word).to_owned()).collect())
}

/// Words that run a script in a namespace and then become what follows.
pub fn after(way: &[String], script: &str) -> Vec<String> {
    let script = format!("{script} && exec \"$@\"");
    let more = ["sh", "-c", &script, "sh"].map(str::to_owned);
    [way, &more[..]].concat()
}

impl OnSmallDisk {
    pub fn start() -> Self {
        let folder: TempDir = tempfile::tempdir().expect("a temporary folder");
        let disk = folder.path().join("disk");
        fs::create_dir(&disk).expect("a folder");
        let database = disk.join("claviger.db");
        match unshare() {
            Some(way) => {
                let mount = format!("mount -t tmpfs -o size={ROOM}k,mode=700 tmpfs '{}'", disk.display());
                let server = Server::start_under(&after(&way, &mount), folder, &database);
                let disk = Path::new("/proc").join(server.process.id().to_string()).join("root");
                let disk =
                    disk.join(database.parent().expect("a folder").strip_prefix("/").expect("a whole path"));
                Self { server, disk: Some(disk) }
            }
            None => {
                let shell = ["sh", "-c", "trap '' XFSZ && exec \"$@\"", "sh"].map(str::to_owned);
                Self { server: Server::start_under(&shell, folder, &database), disk: None }
            }
        }
    }

    /// The database's file, as this process reaches it.
    pub fn database(&self) -> PathBuf {
        match &self.disk {
            Some(disk) => disk.join("claviger.db"),
            None => self.server.folder().join("disk/claviger.db"),
        }
    }

    /// Leaves no room.
    pub fn fill(&self) {
        let Some(disk) = &self.disk else { return self.limit("524288") };
        let mut ballast = File::create(disk.join("ballast")).expect("a file");
        let piece = [0x55; 4096];
        while ballast.write_all(&piece).is_ok() {}
    }

    /// Makes room again.
    pub fn free(&self) {
        match &self.disk {
            Some(disk) => fs::remove_file(disk.join("ballast")).expect("the ballast is there"),
            None => self.limit("unlimited"),
        }
    }

    fn limit(&self, size: &str) {
        let pid = format!("--pid={}", self.server.process.id());
        // The soft limit only: not everybody could raise a hard one again.
        let limit = format!("--fsize={size}:");
        let status = Command::new("prlimit").args([pid, limit]).status().expect("prlimit");
        assert!(status.success());
    }
}
