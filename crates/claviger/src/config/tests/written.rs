//! What is written to by a setting.

use super::*;

#[test]
fn what_is_written_to_is_no_other_file() {
    for (args, file, refused) in [
        (&["--access-log", "claviger-data/claviger.db-shm"][..], "", "claviger.db-shm of the database"),
        (&["--access-log", "./claviger-data/master.key"], "", "master.key of the master key"),
        (&["--access-log", "list", "--vpn-list", "./list"], "", "list of vpn_list"),
        (&["--database", "x", "--master-key-file", "x"], "", "database would be written to x, "),
        (&[], "access_log = \"claviger.toml\"", "/etc/claviger/claviger.toml of the settings"),
    ] {
        let error = refusal(args, file);
        assert!(error.contains(refused), "{error}");
    }
    assert!(resolve(&["--access-log", "claviger-data/access.log"], "").is_ok());
}

#[test]
fn nor_one_that_holds_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "correct horse battery staple").unwrap();
    let file = format!("[backup]\nplace = \"/backups\"\npassphrase_file = {path:?}");
    let error = refusal(&["--access-log", path.to_str().unwrap()], &file);
    assert!(error.contains("secret of passphrase_file of backups"), "{error}");
}
