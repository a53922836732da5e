//! Settings that hold a password: where they may stand, what is refused, and that nothing shows the password.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use tempfile::TempDir;

use crate::support::server::{Process, claviger};

const PASSWORD: &str = "Geheim-4711";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a file of a mode, and returns its path.
fn file(folder: &TempDir, name: &str, text: impl AsRef<[u8]>, mode: u32) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
    path.to_str().expect("a path in UTF-8").into()
}

/// An address with the password, of a server that is not there.
fn nowhere() -> String {
    format!("postgres://u:{PASSWORD}@127.0.0.1:1/x")
}

fn command(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = claviger();
    command.args(args).arg("--data-dir").arg(folder.path().join("data")).current_dir(folder.path());
    command
}

/// Whether a command that ends by itself went well, and all that it said.
fn run(mut command: Command) -> (bool, String) {
    let output = command.output().expect("the program starts");
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (output.status.success(), said.concat())
}

#[test]
fn the_database_may_be_named_in_a_file() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let named = |name: &str| format!("  {}\n", at(name).display());
    let by_flag = file(&folder, "by-flag", named("flag.db"), 0o600);
    let by_variable = file(&folder, "by-variable", named("variable.db"), 0o600);
    file(&folder, "in-file", named("file.db"), 0o600);
    let config = file(&folder, "claviger.toml", "database_file = \"in-file\"\n", 0o600);
    fs::create_dir(at("credentials")).expect("a folder");
    fs::write(at("credentials/database"), named("credential.db")).expect("a file");
    let serves = |change: &dyn Fn(&mut Command), expected: &str| {
        let mut command = command(&folder, &["serve", "--listen", "127.0.0.1:0"]);
        // Others win over it.
        command.env("CREDENTIALS_DIRECTORY", at("credentials"));
        change(&mut command);
        let mut process = Process::spawn(command, folder.path());
        process.wait_for_address();
        process.stop("TERM");
        assert!(at(expected).exists(), "{expected}");
    };
    serves(&|_| (), "credential.db");
    let in_file = |command: &mut Command| {
        command.arg("--config").arg(&config);
    };
    serves(&in_file, "file.db");
    let variable = |command: &mut Command| {
        in_file(command);
        command.env("CLAVIGER_DATABASE_FILE", &by_variable);
    };
    serves(&variable, "variable.db");
    let flag = |command: &mut Command| {
        variable(command);
        command.arg("--database-file").arg(&by_flag);
    };
    serves(&flag, "flag.db");
}

#[test]
fn what_stands_in_two_places_is_refused() {
    let folder = folder();
    let (secret, nowhere) = (file(&folder, "secret", nowhere(), 0o600), nowhere());
    let refused = |command: Command, told: &str| {
        let (went_well, said) = run(command);
        assert!(!went_well && said.contains(told) && !said.contains(PASSWORD), "{said}");
    };
    let both = ["owner", "list", "--database", &nowhere, "--database-file", &secret];
    refused(command(&folder, &both), "--database-file");
    let mut one_by_variable = command(&folder, &["owner", "list", "--database-file", &secret]);
    one_by_variable.env("CLAVIGER_DATABASE", &nowhere);
    refused(one_by_variable, "--database-file");
    for (name, value) in [("database", nowhere.clone()), ("smtp_url", format!("smtp://u:{PASSWORD}@h"))] {
        let text = format!("{name} = \"{value}\"\n{name}_file = \"secret\"\n");
        let config = file(&folder, "claviger.toml", text, 0o600);
        refused(command(&folder, &["serve", "--config", &config]), "both set");
    }
}

#[test]
fn a_file_without_an_address_is_refused() {
    let folder = folder();
    let files = [
        file(&folder, "empty", " \n", 0o600),
        file(&folder, "large", format!("{}{}", nowhere(), " ".repeat(20_000)), 0o600),
        file(&folder, "binary", [PASSWORD.as_bytes(), &[0xff, 0xfe]].concat(), 0o600),
        folder.path().to_str().expect("a path").into(),
        "missing".to_owned(),
    ];
    for path in files {
        for flag in ["--database-file", "--smtp-url-file"] {
            let args = ["serve", "--listen", "127.0.0.1:0", "--smtp-from", "a@example.com", flag, &path];
            let (went_well, said) = run(command(&folder, &args));
            assert!(!went_well && said.contains(&path) && !said.contains(PASSWORD), "{flag} {path}: {said}");
        }
    }
}

/// Whatever is wrong with an address, and wherever it stands.
#[test]
fn no_password_is_shown() {
    let wrong = [
        nowhere(),
        format!("postgres://u:{PASSWORD}@[/x"),
        format!("postgres://u:{PASSWORD}@h:99999999/x"),
        format!("postgres://u:{PASSWORD}/x"),
        format!("postgres://127.0.0.1:1/x?user=u&password={PASSWORD}"),
        format!("postgres://127.0.0.1:1/x?password={PASSWORD}&nonsense=1"),
        format!("postgres://u:{PASSWORD}@127.0.0.1:1/x?sslmode=nonsense"),
        format!("mysql://u:{PASSWORD}@127.0.0.1:1/x"),
        format!("host=127.0.0.1 port=1 user=u password={PASSWORD}"),
        format!("host=127.0.0.1 port=1 user=u password = '{PASSWORD}'"),
    ];
    for address in wrong {
        let folder = folder();
        let secret = file(&folder, "secret", &address, 0o600);
        let config = file(&folder, "claviger.toml", format!("database = {address:?}\n"), 0o600);
        for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["doctor"], &["owner", "list"]] {
            for args in
                [&["--database-file", secret.as_str()][..], &["--config", &config], &["--database", &address]]
            {
                let (went_well, said) = run(command(&folder, &[words, args].concat()));
                assert!(!went_well && !said.contains(PASSWORD), "{address} {words:?} {args:?}: {said}");
            }
        }
        let left: Vec<PathBuf> = fs::read_dir(folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("a file").path())
            .collect();
        assert!(!left.iter().any(|path| path.to_string_lossy().contains(PASSWORD)), "{left:?}");
    }
}

#[test]
fn what_is_unwise_about_a_password_is_told() {
    let folder = folder();
    let (shown, readable) = ("shown to everybody on this machine", "can be read by other users");
    let told = |args: &[&str], variable: Option<&str>| {
        let mut command = command(&folder, &[&["owner", "list"], args].concat());
        command.envs(variable.map(|value| ("CLAVIGER_DATABASE", value)));
        let (_, said) = run(command);
        assert!(!said.contains(PASSWORD), "{said}");
        [shown, readable].map(|warning| said.matches(warning).count())
    };
    let nowhere = nowhere();
    let (closed, open) = (file(&folder, "closed", &nowhere, 0o600), file(&folder, "open", &nowhere, 0o640));
    let harmless = file(&folder, "harmless", "postgres://u@127.0.0.1:1/x", 0o644);
    let text = format!("database = \"{nowhere}\"\n");
    let config = file(&folder, "open.toml", text, 0o644);
    assert_eq!(told(&["--database", &nowhere], None), [1, 0]);
    assert_eq!(told(&[], Some(&nowhere)), [0, 0]);
    assert_eq!(told(&["--database-file", &closed], None), [0, 0]);
    assert_eq!(told(&["--database-file", &open], None), [0, 1]);
    assert_eq!(told(&["--database-file", &harmless], None), [0, 0]);
    assert_eq!(told(&["--config", &config], None), [0, 1]);
}
