//! What secrets backups hold: encrypted ones nothing at all, others none that they could do without.

use std::{fs, io::Read as _};

use flate2::read::DeflateDecoder;

use crate::{
    backup::{Elsewhere, Used},
    canary_acts::{ENCKEY, PASS, USER, VARIABLE, VENDOR_PASS, turn_two_factor_on},
    support::{Server, needle::holds, proxied::on_both},
};

/// What is in a backup that is not encrypted, without the compression of its frames: a mark, the length, the length of
/// what is compressed, that itself.
fn unpacked(backup: &[u8]) -> Vec<u8> {
    let (mut rest, mut all) = (&backup[20..], vec![]);
    while rest[0] != b'E' {
        let [length, packed] =
            [1, 5].map(|at| u32::from_be_bytes(rest[at..at + 4].try_into().expect("four bytes")) as usize);
        let before = all.len();
        DeflateDecoder::new(&rest[9..9 + packed]).read_to_end(&mut all).expect("a frame");
        assert_eq!(all.len() - before, length);
        rest = &rest[9 + packed..];
    }
    all
}

#[test]
fn backups_hold_what_they_must() {
    on_both(|server| {
        let cli = &server.cli;
        let (app, place) = (&server.app, server.folder().join("backups"));
        cli.ok_with_input(&["owner", "create", "vendor", "--password-stdin"], VENDOR_PASS);
        let session = app.init_with("1.2", Some(ENCKEY));
        session.register(USER, PASS, server.license(0));
        let secret = turn_two_factor_on(&session);
        session.call("setvar", &[("var", "colour"), ("data", VARIABLE)]);
        let master = fs::read_to_string(server.data().join("master.key")).expect("a key");
        let never = [
            ("seller key", app.seller_key.as_str()),
            ("application's secret", &app.secret),
            ("master key", master.trim()),
            ("password", PASS),
            ("vendor's password", VENDOR_PASS),
            ("two-factor secret", &secret),
        ];
        let make = |more: &[&str]| {
            let folder = place.to_str().expect("UTF-8");
            let made = cli.json(&[&["backup", "create", "--place", folder, "--json"], more].concat());
            let path = place.join(made["name"].as_str().expect("a name"));
            let bytes = fs::read(&path).expect("the backup");
            // Two of one second would have one name.
            fs::remove_file(path).expect("the backup");
            bytes
        };
        let open = unpacked(&make(&[]));
        assert!([USER, VARIABLE, server.license(0)].iter().all(|value| holds(&open, value)));
        for (what, value) in never {
            assert!(!holds(&open, value), "{what}");
        }
        fs::write(server.folder().join("passphrase"), "correct horse battery\n").expect("a passphrase");
        let passphrase = server.folder().join("passphrase");
        let sealed = make(&["--passphrase-file", passphrase.to_str().expect("UTF-8")]);
        for (what, value) in never.into_iter().chain([("user", USER), ("variable", VARIABLE)]) {
            assert!(!holds(&sealed, value), "{what}");
        }
    });
}

/// Whoever may write to the place could slip in one that everybody can make, with an owner of their own in it.
#[test]
fn where_backups_are_encrypted_a_plain_one_is_refused() {
    let used = Used::on(Server::start());
    let cli = &used.server.cli;
    let plain = used.create();
    let [key, passphrase, settings] =
        ["key", "passphrase", "sealed.toml"].map(|name| used.server.folder().join(name));
    let [key, passphrase, settings] =
        [&key, &passphrase, &settings].map(|path| path.to_str().expect("UTF-8"));
    fs::write(passphrase, "correct horse battery\n").expect("a passphrase");
    let recipient = cli.ok(&["backup", "keygen", key]);
    fs::write(settings, format!("[backup]\nrecipients = ['{}']\n", recipient.trim())).expect("settings");
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    let place = ["--place", used.place()];
    let ways = [["--identity", key], ["--passphrase-file", passphrase], ["--config", settings]];
    for way in ways {
        for (cli, command) in [(cli, "verify"), (&elsewhere.cli, "restore")] {
            let words = ["backup", command, &plain, place[0], place[1], way[0], way[1]];
            let refused = cli.fails(&words);
            assert!(
                refused.contains("the backup is not encrypted, as those of this server are"),
                "{refused}"
            );
            assert!(refused.contains("take it with --plain"), "{refused}");
        }
        // One from before they were encrypted.
        cli.ok(&["backup", "verify", &plain, place[0], place[1], way[0], way[1], "--plain"]);
    }
    assert_eq!(fs::read_dir(&elsewhere.data).expect("the folder").count(), 1, "nothing but the key");
    let [identity, file] = ways[0];
    elsewhere.cli.ok(&["backup", "restore", &plain, place[0], place[1], identity, file, "--plain"]);
}
