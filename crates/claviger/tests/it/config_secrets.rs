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
    let mut by_variables = command(&folder, &["owner", "list"]);
    by_variables.env("CLAVIGER_DATABASE", &nowhere).env("CLAVIGER_DATABASE_FILE", &secret);
    refused(by_variables, "CLAVIGER_DATABASE and CLAVIGER_DATABASE_FILE are both set");
    for (name, value) in [("database", nowhere.clone()), ("smtp_url", format!("smtp://u:{PASSWORD}@h"))] {
        let text = format!("{name} = \"{value}\"\n{name}_file = \"secret\"\n");
        let config = file(&folder, "claviger.toml", text, 0o600);
        refused(command(&folder, &["serve", "--config", &config]), "both set");
    }
}

#[test]
fn a_flag_wins_over_the_variable_of_its_other_form() {
    let folder = folder();
    let [by_flag, by_variable] = ["flag", "variable"].map(|name| {
        let database = folder.path().join(format!("{name}.db"));
        file(&folder, name, database.to_str().expect("a path"), 0o600)
    });
    let none_at = |command: Command, name: &str| {
        let (went_well, said) = run(command);
        assert!(!went_well && said.contains("there is no database at") && said.contains(name), "{said}");
    };
    let mut by_file = command(&folder, &["owner", "list", "--database-file", &by_flag]);
    by_file.env("CLAVIGER_DATABASE", nowhere());
    none_at(by_file, "flag.db");
    let mut by_text = command(&folder, &["owner", "list", "--database", "text.db"]);
    by_text.env("CLAVIGER_DATABASE_FILE", &by_variable);
    none_at(by_text, "text.db");
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

/// Whatever the settings name that holds a secret, the server and the doctor tell of the same files.
#[test]
fn each_secret_that_others_can_read_is_told() {
    let folder = folder();
    let passphrase = "correct horse battery staple";
    let [open, closed] = [0o644, 0o600].map(|mode| {
        ["master", "mail", "backup", "s3", "client"].map(|name| {
            let text =
                if name == "mail" { format!("smtp://u:{PASSWORD}@127.0.0.1:1") } else { passphrase.into() };
            file(&folder, &format!("{name}-{mode:o}"), text, mode)
        })
    });
    let told = |[master, mail, backup, s3, client]: &[String; 5], inline: &str, mode: u32| {
        let provider = "[[identity_provider]]\nissuer = \"http://127.0.0.1:1\"\nclient_id = \"c\"\n";
        let text = format!(
            "listen = \"127.0.0.1:0\"\nmaster_passphrase_file = {master:?}\nsmtp_url_file = {mail:?}\n\
             smtp_from = \"a@example.com\"\n[backup]\nplace = \"s3://b\"\ns3_endpoint = \"http://127.0.0.1:1\"\n\
             s3_access_key = \"k\"\ns3_secret_key_file = {s3:?}\npassphrase_file = {backup:?}\n\
             {provider}name = \"One\"\nclient_secret_file = {client:?}\n{inline}"
        );
        let config = file(&folder, "claviger.toml", text, mode);
        let (_, doctor) = run(command(&folder, &["doctor", "--config", &config]));
        let (_, create) = run(command(&folder, &["backup", "create", "--config", &config]));
        let mut process = Process::spawn(command(&folder, &["serve", "--config", &config]), folder.path());
        process.wait_for_address();
        process.stop("TERM");
        [doctor, create, process.stderr()].map(|said| {
            let end = "can be read by other users of this machine (mode 0644): `chmod 600 ";
            let secret = ["Geheim", passphrase].iter().any(|secret| said.contains(secret));
            assert!(!secret, "{said}");
            let mut named: Vec<String> = said
                .split_inclusive('\n')
                .filter(|line| line.contains(end))
                .map(|line| {
                    let name = line.split(" holds ").next().and_then(|path| path.rsplit('/').next());
                    name.expect("a name").to_owned()
                })
                .collect();
            named.sort();
            (named, said)
        })
    };
    let [(doctor, _), (create, _), (server, _)] = told(&open, "", 0o600);
    assert_eq!(doctor, ["backup-644", "client-644", "mail-644", "master-644", "s3-644"]);
    assert_eq!(server, doctor);
    // What it uses.
    assert_eq!(create, ["backup-644", "master-644", "s3-644"]);
    let inline = "[[identity_provider]]\nissuer = \"http://127.0.0.1:2\"\nclient_id = \"c\"\nname = \"Two\"\n\
                  client_secret = \"Geheim\"\n";
    let [(doctor, said), _, (server, _)] = told(&closed, inline, 0o644);
    assert_eq!(
        (doctor, server),
        (vec!["claviger.toml".to_owned()], vec!["claviger.toml".to_owned()]),
        "{said}"
    );
    let [(doctor, said), (create, _), (server, _)] = told(&closed, inline, 0o600);
    assert!(doctor.is_empty() && create.is_empty() && server.is_empty(), "{said}");
    assert!(said.contains("ok       settings"), "{said}");
}

/// As packages and containers hand settings and secrets over: root's, for the group of the server to read.
#[test]
fn what_root_lends_to_a_group_is_private() {
    let folder = folder();
    let config = file(&folder, "lent.toml", format!("database = {:?}\n", nowhere()), 0o640);
    if std::os::unix::fs::chown(&config, Some(0), Some(1)).is_err() {
        // Only root gives files away.
        return;
    }
    let told = |words: &[&str]| run(command(&folder, &[words, &["--config", &config]].concat())).1;
    for words in [&["owner", "list"][..], &["doctor"]] {
        assert!(!told(words).contains("can be read by other users"), "{words:?}");
    }
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).expect("a mode");
    for words in [&["owner", "list"][..], &["doctor"]] {
        let said = told(words);
        assert!(said.contains(&format!("(mode 0644): `chmod 640 {config}`")), "{said}");
    }
}
