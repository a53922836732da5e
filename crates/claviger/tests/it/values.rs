//! What a value is, for each kind and on every way in: what one of them stores, every other one can say.

use crate::support::postgres::Database;
use crate::support::vendor::{failure, success};
use crate::support::{App, Cli, HWID, Server, assert_json, assert_text, eventually, mask_text};

/// What must not be in a line: line ends, other control characters, marks that turn the direction of text.
const NOT_LINES: [&str; 8] =
    ["a\nb", "a\r\nb", "a\u{1B}[2Jb", "a\u{85}b", "a\u{2028}b", "a\u{202E}b", "a\u{2066}b", "a\tb"];
const NOT_A_LINE: &str =
    "must not hold line ends, control characters or marks that turn the direction of text";
/// Around what people paste.
const PASTED: [(&str, &str); 4] = [
    ("\u{FEFF}", ""),
    ("\u{A0}", "\u{3000}"),
    ("\u{200B}\u{2060}", "\u{200D}\u{200B}"),
    (" \u{2003}", "\u{202F}\r\n"),
];

/// Runs a test on both databases.
fn on_both(test: fn(&Server)) {
    test(&Server::start());
    let database = Database::create();
    test(&Server::start_on(&database.url));
}

fn says(reply: &crate::support::Reply) -> String {
    reply.json()["message"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

#[test]
fn requests_can_say_what_the_command_line_stores() {
    on_both(|server| {
        let (app, cli) = (&server.app, &server.cli);
        let path = app.path();
        app.add_user("alice");
        texts(app, cli, &path);
        licenses(app, cli, &path);
        settings(app, cli, &path);
        devices_and_passwords(app, cli, &path);
    });
}

/// Names and values of variables, channels, subscriptions, webhooks and files.
fn texts(app: &App, cli: &Cli, path: &str) {
    let set_user = ["variable", "set-user", path, "alice", "\t rank ", " a\nb "];
    cli.ok(&set_user);
    assert_text(&app.seller("type=getvar&user=alice&var=rank&format=text"), 200, "a\nb");
    cli.ok(&["variable", "delete", path, " rank", "--user", "alice", "--yes"]);
    cli.ok(&["variable", "set", path, " motd ", "  hello ", "--public"]);
    assert_json(
        &app.seller("type=retrvvar&name=motd"),
        200,
        r#"{"success":true,"message":"hello","authed":"false"}"#,
    );
    assert_json(&app.sell("delvar", &[("name", "motd")]), 200, &success("Successfully deleted variable!"));

    cli.ok(&["chat", "add", path, " lobby\n"]);
    let session = app.sign_in("alice");
    session.succeeds(
        &session.call("chatget", &[("channel", "lobby")]),
        "Successfully retrieved chat messages",
        r#""messages":[]"#,
    );
    assert_json(&app.seller("type=delchannel&name=lobby"), 200, &success("Successfully deleted channel!"));

    cli.ok(&["subscription", "add", path, " gold ", " 7 "]);
    let delete = app.seller("type=delappsub&name=gold");
    assert_json(&delete, 200, &success("Successfully deleted subscription!"));
    cli.ok(&["subscription", "add", path, " gold ", "7"]);
    cli.ok(&["subscription", "delete", path, "  gold", "--yes"]);

    cli.ok(&[
        "webhook",
        "add",
        path,
        " https://example.com/x\u{200B} ",
        "--id",
        " hook ",
        "--user-agent",
        " me ",
    ]);
    let reply = app.seller("type=fetchallwebhooks");
    assert!(
        reply.text().contains(r#""https://example.com/x""#) && reply.text().contains(r#""me""#),
        "{reply:?}"
    );
    assert_json(&app.seller("type=delwebhook&webid=hook"), 200, &success("Successfully deleted webhook!"));
    cli.ok(&["file", "add", path, "https://example.com/f.exe", "--id", " file "]);
    assert_json(&app.seller("type=delfile&fileid=file"), 200, &success("Successfully deleted files!"));
}

/// Masks, levels and notes.
fn licenses(app: &App, cli: &Cli, path: &str) {
    let add = |mask: &str| {
        let keys = cli.json(&[
            "license",
            "add",
            path,
            "--days",
            "1",
            "--mask",
            mask,
            "--level",
            " 1 ",
            "--note",
            " for you\u{A0}",
            "--json",
        ]);
        keys[0].as_str().expect("a key").to_owned()
    };
    let key = add(" \u{FEFF}CLI-****************\u{200B}\n");
    assert!(key.len() == 20 && key.starts_with("CLI-"), "{key:?}");
    let info = app.sell("info", &[("key", &key)]).json();
    assert_eq!((info["level"].as_str(), info["note"].as_str()), (Some("1"), Some("for you")), "{info}");
    app.init("1.2").license(&key);
    // A mask that is a key.
    assert_eq!(add(" MY-OWN-KEY "), "MY-OWN-KEY");
    app.init("1.2").license("my-own-key");
    cli.ok(&["license", "ban", path, " MY-OWN-KEY ", "--reason", " late\u{3000}"]);
    assert_eq!(app.sell("info", &[("key", "MY-OWN-KEY")]).json()["status"], "Banned");
}

fn settings(app: &App, cli: &Cli, path: &str) {
    cli.ok(&[
        "app",
        "set",
        path,
        "version= 2.0\u{A0}",
        "messages.loggedIn= Hello\u{3000}there ",
        "minUsername= 2 ",
    ]);
    let settings = eventually("the server to know", || {
        let settings = app.seller("type=getsettings").json();
        (settings["version"] == "2.0").then_some(settings)
    });
    assert_eq!(settings["messages"]["loggedInMsg"], "Hello\u{3000}there");
    assert!(says(&app.client("1.3", "init", &[("ver", "2.0")])) == "Initialized");
    cli.ok(&[
        "app",
        "set",
        path,
        "licenseMask= SET-****************\u{200B}",
        "version=1.0",
        "messages.loggedIn=Logged in!",
    ]);
    let key = eventually("the server to know", || {
        let key = app.add_license("expiry=1");
        key.starts_with("SET-").then_some(key)
    });
    assert_eq!(key.len(), 20, "{key:?}");
    app.init("1.2").license(&key);
    cli.ok(&["app", "set", path, "licenseMask=******-******-******-******-******-******"]);
}

fn devices_and_passwords(app: &App, cli: &Cli, path: &str) {
    cli.ok_with_input(&["user", "set-password", path, "alice"], " a secret\u{A0}1 \r\n");
    let login = |pass: &str, hwid: &str| says(&app.login("alice", pass, hwid));
    assert_eq!(login("a secret 1", HWID), "Logged in!");
    assert_eq!(login("a secret\u{A0}1", HWID), "Logged in!");
    assert_eq!(login("a secret1", HWID), "Password does not match.");
    cli.ok(&["blacklist", "add", path, "--hwid", " DEVICE\t1 ", "--reason", " x "]);
    assert_ne!(login("a secret 1", "DEVICE\t1"), "Logged in!");
    cli.ok(&["blacklist", "delete", path, "--hwid", "DEVICE 1"]);
    // The owner's and the application's names, too.
    cli.ok(&["owner", "create", " Zoe\u{308}\u{200B} "]);
    cli.ok(&["app", "create", "--owner", "ZO\u{CB}", " My app "]);
    cli.ok(&["app", "show", "zo\u{EB}/my APP"]);
}

#[test]
fn one_name_and_password_in_other_characters() {
    on_both(|server| {
        let app = server.create_app("Cafe\u{301} 1");
        assert_eq!(app.name, "Cafe\u{301} 1");
        let mut keys = (0..20).map(|_| app.add_license("expiry=1"));
        let mut key = || keys.next().expect("enough");
        let (name, pass) = ("Zoe\u{308} X", "pa\u{308}ss\u{3000}1");
        app.init("1.2").register(name, pass, &key());
        for spelling in
            ["Zo\u{EB} X", "ZOE\u{308} X", "ｚｏë\u{3000}x", "zo\u{EB}  x", "\u{A0}ZO\u{CB} X\u{200B}"]
        {
            for app in [&app, &App { name: "CAF\u{C9}\u{A0}1".into(), ..app.clone() }] {
                assert_eq!(says(&app.login(spelling, "p\u{E4}ss 1", HWID)), "Logged in!", "{spelling:?}");
            }
            assert_ne!(says(&app.login(spelling, "pass 1", HWID)), "Logged in!");
            let params = [("username", spelling), ("pass", pass), ("key", &key()), ("hwid", HWID)];
            assert_eq!(
                says(&app.init("1.2").call("register", &params)),
                "Username already taken, choose a different one"
            );
            let add = [("user", spelling), ("sub", "default"), ("expiry", "1")];
            assert_eq!(app.sell("adduser", &add).json()["success"], false);
            assert_eq!(app.userdata(spelling)["username"], name);
            server.cli.ok(&["user", "show", &app.path(), spelling]);
        }
        // The same letters without their marks are another name.
        app.add_user("Zoe X");
        assert_eq!(app.userdata("ZOE X")["username"], "Zoe X");
        let rename =
            |new: &str| app.sell("editusername", &[("currentUsername", "Zoe X"), ("newUsername", new)]);
        assert_json(&rename("ZO\u{CB} X"), 200, &failure("Username already used!"));
        // The reserved name, in any form.
        assert_json(&rename("Ａｌｌ\u{200B}"), 200, &failure("Username already used!"));

        let made = app.sell("add", &[("expiry", "1"), ("mask", "U\u{308}-1")]);
        assert_json(
            &made,
            200,
            "{\"success\":true,\"message\":\"License Successfully Generated\",\"key\":\"U\u{308}-1\"}",
        );
        let again = app.sell("add", &[("expiry", "1"), ("mask", "\u{FC}-1")]);
        assert_json(&again, 200, &failure("License already exists"));
        app.init("1.3").license("\u{DC}-1");
        app.init("1.3").license("u\u{308}-1");
    });
}

#[test]
fn what_is_pasted_loses_what_nobody_sees() {
    on_both(|server| {
        let app = &server.app;
        for (n, (before, after)) in PASTED.into_iter().enumerate() {
            let pasted = |text: &str| format!("{before}{text}{after}");
            let (name, email) = (format!("user {n}"), format!("user{n}@example.org"));
            let mut keys = (0..3).map(|_| app.add_license("expiry=1"));
            let mut key = || keys.next().expect("enough");
            let key = [key(), key(), key()];
            let session = app.init("1.2");
            let params = [
                ("username", &*pasted(&name)),
                ("pass", "p"),
                ("key", &pasted(&key[0])),
                ("email", &pasted(&email)),
                ("hwid", HWID),
            ];
            let reply = session.call("register", &params);
            assert_eq!(says(&reply), "Logged in!", "{before:?}");
            assert_eq!(mask_text(reply.text(), "username").1, name);
            let by_email = [("email", &*pasted(&email)), ("pass", "p"), ("hwid", HWID)];
            assert_eq!(says(&app.init("1.2").call("loginEmail", &by_email)), "Logged in!", "{before:?}");
            let upgrade = [("username", &*pasted(&name)), ("key", &pasted(&key[1]))];
            assert_eq!(
                says(&app.init("1.2").call("upgrade", &upgrade)),
                "Upgraded successfully",
                "{before:?}"
            );
            let reply = app.init("1.2").call("license", &[("key", &pasted(&key[2])), ("hwid", HWID)]);
            assert_eq!(says(&reply), "Logged in!", "{before:?}");
            assert_eq!(mask_text(reply.text(), "username").1, key[2]);
            let verified = app.sell("verify", &[("key", &pasted(&key[2]))]);
            assert_json(&verified, 200, &success("Key Successfully Verified"));
            let change = app.sell(
                "editusername",
                &[("currentUsername", &pasted(&name)), ("newUsername", &pasted("neu"))],
            );
            assert_json(&change, 200, &success("Successfully changed username, user logged out!"));
            assert_eq!(app.userdata("neu")["username"], "neu");
            let delete = app.sell("deluser", &[("user", &pasted("neu"))]);
            assert_json(&delete, 200, &success("Successfully deleted user!"));
            let made =
                app.sell("add", &[("expiry", "1"), ("mask", &pasted("PASTED")), ("note", &pasted("note"))]);
            assert_eq!(mask_text(made.text(), "key").1, "PASTED");
            assert_eq!(app.sell("info", &[("key", "PASTED")]).json()["note"], "note");
            let black = app.sell("black", &[("ip", &pasted("203.0.113.9"))]);
            assert_json(&black, 200, &success("Blacklist Addition Successful"));
            let white = app.sell("delblack", &[("data", &pasted("203.0.113.9")), ("blacktype", "ip")]);
            assert_json(&white, 200, &success("Successfully deleted blacklist!"));
            let deleted =
                app.sell("delmultiple", &[("key", &format!("{},{}", pasted("PASTED"), pasted(&key[1])))]);
            assert_json(&deleted, 200, &success("Successfully deleted license(s)"));
        }
    });
}

#[test]
fn a_name_of_nothing_that_shows_is_none() {
    let server = Server::start();
    let app = &server.app;
    for name in ["\u{200B}", "\u{A0}\u{3000}", "\u{FEFF}\u{2060}"] {
        let key = app.add_license("expiry=1");
        let params = [("username", name), ("pass", "p"), ("key", &key), ("hwid", HWID)];
        let reply = app.init("1.2").call("register", &params);
        assert_eq!(says(&reply), "Username too short, try longer one.", "{name:?}");
        assert_eq!(app.sell("adduser", &[("user", name), ("sub", "default"), ("expiry", "1")]).status, 400);
        assert_json(
            &app.sell("add", &[("expiry", "1"), ("mask", name)]),
            400,
            &failure("Invalid parameter: mask"),
        );
        server.cli.fails(&["owner", "create", name]);
        server.cli.fails(&["app", "create", "--owner", "demo", name]);
        server.cli.fails(&["license", "add", &app.path(), "--days", "1", "--mask", name]);
        server.cli.fails(&["app", "set", &app.path(), &format!("version={name}")]);
    }
}

#[test]
fn what_leaves_its_line_is_refused() {
    on_both(|server| {
        let (app, cli) = (&server.app, &server.cli);
        let path = app.path();
        app.add_user("alice");
        let session = app.sign_in("alice");
        let key = app.add_license("expiry=1");
        for text in NOT_LINES {
            let refused = format!("Username {NOT_A_LINE}");
            let params = [("username", text), ("pass", "p"), ("key", &key), ("hwid", HWID)];
            assert_eq!(says(&app.init("1.2").call("register", &params)), refused, "{text:?}");
            assert_eq!(says(&session.call("changeUsername", &[("newUsername", text)])), refused, "{text:?}");
            assert_eq!(
                says(&session.call("setvar", &[("var", text), ("data", "x")])),
                "Failed to set variable"
            );
            assert_eq!(says(&app.sell("activate", &[("user", text), ("pass", "p"), ("key", &key)])), refused);
            on_the_seller_api(app, text);
            on_the_command_line(cli, &path, text);
        }
        // What is refused leaves nothing behind, and the license is not spent.
        assert_eq!(app.rows("fetchallusernames", "usernames").len(), 1);
        for (kind, field) in [
            ("fetchallchats", "chats"),
            ("fetchallvars", "vars"),
            ("fetchalluservars", "vars"),
            ("fetchteam", "resellers"),
            ("fetchteam", "managers"),
        ] {
            assert_eq!(app.rows(kind, field).len(), 0, "{kind}");
        }
        assert_eq!(app.sell("info", &[("key", &key)]).json()["status"], "Not Used");
        // Texts for programs have lines.
        app.sell("setvar", &[("user", "alice"), ("var", "x"), ("data", "a\r\nb\u{202E}")]);
        assert_text(&app.seller("type=getvar&user=alice&var=x&format=text"), 200, "a\r\nb\u{202E}");
    });
}

fn on_the_seller_api(app: &App, text: &str) {
    let own = |what: &str| failure(&format!("{what} {NOT_A_LINE}"));
    for (kind, params, status, body) in [
        (
            "adduser",
            &[("user", text), ("sub", "default"), ("expiry", "1")][..],
            400,
            own("the name of a user"),
        ),
        (
            "editusername",
            &[("currentUsername", "alice"), ("newUsername", text)],
            200,
            failure("Failed to change username!"),
        ),
        ("banuser", &[("user", "alice"), ("reason", text)], 200, failure("User not found!")),
        ("add", &[("expiry", "1"), ("mask", text)], 400, failure("Invalid parameter: mask")),
        ("add", &[("expiry", "1"), ("note", text)], 400, own("a note")),
        ("add", &[("expiry", "1"), ("owner", text)], 400, own("the name of a maker")),
        ("addchannel", &[("name", text)], 200, failure("Failed to create channel!")),
        (
            "addvar",
            &[("name", text), ("data", "x"), ("authed", "0")],
            200,
            failure("Failed to create variable!"),
        ),
        (
            "setvar",
            &[("user", "alice"), ("var", text), ("data", "x")],
            200,
            failure("Failed to set variable!"),
        ),
        ("addsub", &[("name", text), ("level", "9")], 200, failure("Failed to create subscription!")),
        (
            "addAccount",
            &[("role", "Manager"), ("user", text), ("pass", "p"), ("email", "a@example.org")],
            200,
            failure("Failed to add account!"),
        ),
    ] {
        let reply = app.sell(kind, params);
        assert_eq!((reply.status, reply.text()), (status, &*body), "{kind} {text:?}");
    }
}

fn on_the_command_line(cli: &Cli, path: &str, text: &str) {
    let version = format!("version={text}");
    let mask = format!("licenseMask={text}****************");
    let long = format!("{text}****************");
    for args in [
        &["owner", "create", text][..],
        &["app", "create", "--owner", "demo", text],
        &["app", "set", path, &version],
        &["app", "set", path, &mask],
        &["license", "add", path, "--days", "1", "--mask", &long],
        &["license", "add", path, "--days", "1", "--note", text],
        &["license", "add", path, "--days", "1", "--level", text],
        &["user", "ban", path, "alice", "--reason", text],
        &["chat", "add", path, text],
        &["variable", "set", path, text, "x"],
        &["variable", "set-user", path, "alice", text, "x"],
        &["subscription", "add", path, text, "9"],
        &["blacklist", "add", path, "--hwid", "x", "--reason", text],
    ] {
        let sentence = cli.fails(args);
        assert!(sentence.contains("must not hold line ends"), "{args:?}: {sentence}");
    }
}

#[test]
fn names_with_more_than_letters_are_kept() {
    let server = Server::start();
    let app = &server.app;
    for name in
        ["Ann Lee", "x@y.z", "名前 です", "علی\u{200C}رضا", "🫠 👩‍💻❤\u{FE0F}", "<b>'\"\\", "Jür\u{200E}gen"]
    {
        app.init("1.2").register(name, "p", &app.add_license("expiry=1"));
        let reply = app.login(name, "p", HWID);
        assert_eq!(says(&reply), "Logged in!", "{name:?}");
        assert_eq!(reply.json()["info"]["username"], name);
    }
}

#[test]
fn keys_that_could_be_guessed_need_a_word() {
    let server = Server::start();
    let (app, cli) = (&server.app, &server.cli);
    let path = app.path();
    let add = |more: &[&str]| cli.run(&[&["license", "add", &path, "--days", "1"], more].concat());
    for (mask, bits) in [("A-****-****", 39), ("************", 59), ("K-*", 4)] {
        let refused = cli.fails(&["license", "add", &path, "--days", "1", "--mask", mask]);
        let sentence =
            format!("keys of this mask have {bits} bits of randomness and could be guessed; 64 are enough");
        assert!(refused.contains(&sentence) && refused.contains("--force"), "{refused}");
        let forced = add(&["--mask", mask, "--force"]);
        assert_eq!(forced.code, Some(0), "{forced:?}");
        assert!(forced.stderr.contains(&format!("Each key has {bits} bits of randomness.")), "{forced:?}");
        let set = format!("licenseMask={mask}");
        let refused = cli.fails(&["app", "set", &path, &set]);
        assert!(refused.contains(&format!("its keys have {bits} bits")), "{refused}");
        cli.ok(&["app", "set", &path, &set, "--force"]);
        // Then the setting is weak, and says so with each command.
        cli.fails(&["license", "add", &path, "--days", "1"]);
        cli.ok(&["app", "set", &path, "licenseMask=*************"]);
        // Bots go on as before.
        let made = app.sell("add", &[("expiry", "1"), ("mask", mask), ("character", "2")]);
        assert_eq!(says(&made), "License Successfully Generated");
    }
    let log = server.process.stderr();
    assert_eq!(log.matches("licenses were made whose keys can be guessed").count(), 1, "{log}");
    let made = add(&[]);
    assert!(made.stderr.contains("Each key has 64 bits of randomness."), "{made:?}");
    // A key that somebody chose has none, and says nothing.
    let chosen = add(&["--mask", "CHOSEN"]);
    assert_eq!((chosen.code, chosen.stdout.as_str(), chosen.stderr.as_str()), (Some(0), "CHOSEN\n", ""));
}
