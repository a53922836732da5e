//! Taking over what a KeyAuth server had, from a dump of its database and from replies of its Seller API.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::postgres::{Database, meet};
use crate::support::server::{Process, claviger};
use crate::support::{App, HWID, OTHER_HWID, Server, eventually, now};

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER_SECRET: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SELLER_KEY: &str = "0123456789abcdef0123456789abcdef";
const OWNER_ID: &str = "aB3dE5fG7h";
const FAR: i64 = 4_000_000_000;

/// A password as PHP hashes it.
fn hashed(password: &str) -> String {
    let hash = bcrypt::hash_with_salt(password, 4, [7; 16]).expect("a hash").to_string();
    hash.replacen("$2b$", "$2y$", 1)
}

/// What `mysqldump` writes of a server with two owners: the shop that is taken, and another one.
fn dump() -> String {
    let (alice, long, soon) = (hashed("correct horse"), "x".repeat(71), now() + 1000);
    format!(
        r#"-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `accounts`;
CREATE TABLE `accounts` (
  `username` varchar(65) NOT NULL,
  `role` varchar(9) DEFAULT NULL,
  `owner` varchar(65) DEFAULT NULL
) ENGINE=InnoDB;
INSERT INTO `accounts` VALUES ('acme','seller',NULL),('rita','Reseller','acme');
CREATE TABLE `apps` (
  `id` int NOT NULL AUTO_INCREMENT,
  `owner` varchar(65) NOT NULL,
  `name` varchar(40) NOT NULL,
  `secret` varchar(64) NOT NULL,
  `ownerid` varchar(39) NOT NULL,
  `enabled` int NOT NULL DEFAULT '1',
  `banned` int NOT NULL DEFAULT '0',
  `paused` int NOT NULL DEFAULT '0',
  `hwidcheck` int NOT NULL DEFAULT '1',
  `ver` varchar(5) NOT NULL DEFAULT '1.0',
  `download` varchar(120) DEFAULT NULL,
  `sellerkey` varchar(32) NOT NULL,
  `loggedInMsg` varchar(100) NOT NULL DEFAULT 'Logged in!',
  `session` int NOT NULL DEFAULT '21600',
  `minHwid` int NOT NULL DEFAULT '20',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `apps` VALUES (1,'acme','shop','{SECRET}','{OWNER_ID}',1,0,0,1,'2.0',NULL,'{SELLER_KEY}','Welcome \'back\'!',3600,20),
(2,'other','game','{OTHER_SECRET}','OOOOOOOOOO',1,0,0,1,'1.0',NULL,'','Logged in!',21600,20);
CREATE TABLE `bans` (`hwid` varchar(500) DEFAULT NULL, `ip` varchar(49) DEFAULT NULL, `type` varchar(5) DEFAULT NULL,
  `app` varchar(64) NOT NULL);
INSERT INTO `bans` VALUES ('{OTHER_HWID}',NULL,'hwid','{SECRET}'),(NULL,'198.51.100.7','ip','{SECRET}'),(NULL,'nowhere','ip','{SECRET}');
CREATE TABLE `buttons` (`id` int, `text` varchar(99), `value` varchar(99), `app` varchar(64));
INSERT INTO `buttons` VALUES (1,'Launch it','launch','{SECRET}');
CREATE TABLE `chatmsgs` (`id` int, `author` varchar(70), `message` varchar(2000), `timestamp` int, `channel` varchar(50), `app` varchar(64));
INSERT INTO `chatmsgs` VALUES (1,'alice','It\'s\nme; (really)',1700000000,'lobby','{SECRET}');
CREATE TABLE `chats` (`name` varchar(50), `delay` int, `app` varchar(64));
INSERT INTO `chats` VALUES ('lobby',5,'{SECRET}');
CREATE TABLE `files` (`name` varchar(49), `id` varchar(49), `url` varchar(2048), `size` varchar(49), `uploaddate` varchar(49), `app` varchar(64), `authed` int);
INSERT INTO `files` VALUES ('loader.exe','123456','https://cdn.example.com/loader.exe','1.5 MB','1700000000','{SECRET}',1);
CREATE TABLE `keys` (
  `id` int NOT NULL AUTO_INCREMENT,
  `key` varchar(70) DEFAULT NULL COMMENT 'what, (customers) type',
  `note` varchar(69) DEFAULT NULL,
  `expires` varchar(49) DEFAULT NULL,
  `status` varchar(49) DEFAULT NULL,
  `level` varchar(12) NOT NULL DEFAULT '1',
  `genby` varchar(65) DEFAULT NULL,
  `gendate` varchar(49) DEFAULT NULL,
  `usedon` int DEFAULT NULL,
  `usedby` varchar(70) DEFAULT NULL,
  `app` varchar(64) NOT NULL,
  `banned` varchar(99) DEFAULT NULL,
  `colour` varchar(9) DEFAULT NULL,
  PRIMARY KEY (`id`), KEY `one` (`key`)
) ENGINE=InnoDB;
INSERT INTO `keys` VALUES (1,'SHOP-FRESH','for \"you\"','864000','Not Used','1','acme','1700000001',NULL,NULL,'{SECRET}',NULL,'red'),
(2,'SHOP-ALICE',NULL,'864000','Used','1','acme','1700000001',1700000002,'alice','{SECRET}',NULL,NULL),
(3,'SHOP-BAD',NULL,'864000','Banned','1','acme','1700000001',NULL,NULL,'{SECRET}','charged back',NULL),
(4,'SHOP-ALONE',NULL,'99999999999999999999','Used','1','rita','1700000001',1700000002,'SHOP-ALONE','{SECRET}',NULL,NULL),
(5,'{long}',NULL,'864000','Not Used','1','acme','1700000001',NULL,NULL,'{SECRET}',NULL,NULL),
(6,'shop-fresh',NULL,'1','Not Used','1','acme','1700000001',NULL,NULL,'{SECRET}',NULL,NULL),
(7,'GAME-1',NULL,'864000','Not Used','1','other','1700000001',NULL,NULL,'{OTHER_SECRET}',NULL,NULL),
(8,'LOST-1',NULL,'864000','Not Used','1','gone','1700000001',NULL,NULL,'deleted',NULL,NULL);
CREATE TABLE `logs` (`id` int, `logdate` int, `logdata` varchar(275));
INSERT INTO `logs` VALUES (1,NOW(),'x');
CREATE TABLE `sessions` (`id` varchar(10), `app` varchar(64));
INSERT INTO `sessions` VALUES ('abcdefghij','{SECRET}');
CREATE TABLE `subs` (`id` int, `user` varchar(70), `subscription` varchar(49), `expiry` varchar(49), `app` varchar(64), `key` varchar(70), `paused` int);
INSERT INTO `subs` VALUES (1,'alice','default','{FAR}','{SECRET}','SHOP-ALICE',0),
(2,'SHOP-ALONE','default','99999999999999999999','{SECRET}','SHOP-ALONE',0),(3,'bob','default','{FAR}','{SECRET}',NULL,0),
(4,'paula','default','86400','{SECRET}',NULL,1),(5,'nobody','default','{FAR}','{SECRET}',NULL,0),(6,'carol','default','{FAR}','{SECRET}',NULL,0),
(7,'gone-key','default','{FAR}','{SECRET}','gone-key',0);
CREATE TABLE `subscriptions` (`id` int, `name` varchar(49), `level` varchar(49), `app` varchar(64));
INSERT INTO `subscriptions` VALUES (1,'default','1','{SECRET}'),(2,'gold','2','{SECRET}');
CREATE TABLE `tokens` (`id` int, `app` varchar(64), `token` varchar(32), `assigned` varchar(70), `banned` int, `reason` varchar(69), `hash` varchar(99), `type` varchar(9), `status` varchar(9));
INSERT INTO `tokens` VALUES (1,'{SECRET}','abcdabcdabcdabcdabcdabcdabcdabcd','alice',0,NULL,NULL,'user','Used');
CREATE TABLE `users` (
  `id` int NOT NULL AUTO_INCREMENT,
  `username` varchar(70) NOT NULL,
  `email` varchar(40) DEFAULT NULL,
  `password` varchar(70) DEFAULT NULL,
  `hwid` varchar(2000) DEFAULT NULL,
  `app` varchar(64) NOT NULL,
  `owner` varchar(65) DEFAULT NULL,
  `createdate` int DEFAULT NULL,
  `lastlogin` int DEFAULT NULL,
  `banned` varchar(99) DEFAULT NULL,
  `ip` varchar(49) DEFAULT NULL,
  `cooldown` int DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `users` VALUES (1,'alice','45a6b241a242c97f0492d382c390dfa335aac986','{alice}','{HWID}','{SECRET}','acme',1700000002,1700000003,NULL,'192.0.2.1',NULL),
(2,'SHOP-ALONE',NULL,'{alone}',NULL,'{SECRET}','rita',1700000002,1700000003,NULL,NULL,NULL),
(3,'bob',NULL,'{alice}',NULL,'{SECRET}','acme',1700000002,NULL,'shares the account',NULL,NULL),
(4,'paula',NULL,'{alice}',NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL),
(5,'carol',NULL,NULL,NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL),
(6,'gone-key',NULL,'{alice}',NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL),
(7,'broken{nul}',NULL,'{alice}',NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL),
(8,'all',NULL,'{alice}',NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL),
(9,'open',NULL,'my secret',NULL,'{SECRET}','acme',1700000002,NULL,NULL,NULL,NULL);
CREATE TABLE `uservars` (`id` int, `name` varchar(99), `data` varchar(500), `user` varchar(70), `app` varchar(64), `readOnly` int);
INSERT INTO `uservars` VALUES (1,'colour','red','alice','{SECRET}',1);
CREATE TABLE `mutes` (`id` int, `user` varchar(70), `time` int, `app` varchar(64));
INSERT INTO `mutes` VALUES (1,'paula',{soon},'{SECRET}'),(2,'bob',1700000000,'{SECRET}');
CREATE TABLE `vars` (`varid` varchar(49), `msg` varchar(1000), `app` varchar(64), `authed` int);
INSERT INTO `vars` VALUES ('motd','Hello; \\ world','{SECRET}',0),('rules',0x4265206E696365,'{SECRET}',1);
CREATE TABLE `webhooks` (`webid` varchar(10), `baselink` varchar(200), `useragent` varchar(49), `app` varchar(64), `authed` int);
INSERT INTO `webhooks` VALUES ('hook000001','https://hooks.example.com/?k=1','KeyAuth','{SECRET}',1);
CREATE TABLE `whitelist` (`ip` varchar(49), `app` varchar(64));
INSERT INTO `whitelist` VALUES ('203.0.113.0','{SECRET}');
-- Dump completed on 2026-11-26 11:04:02
"#,
        alone = hashed("SHOP-ALONE"),
        nul = r"\0x",
    )
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path
}

fn import(server: &Server, path: &Path, more: &[&str]) -> Value {
    let path = path.to_str().expect("a path");
    server.cli.json(&[&["import", "keyauth", path, "--owner", "acme", "--json"], more].concat())
}

/// What came of a table: rows taken, there, not taken.
fn counts(report: &Value, table: &str) -> [u64; 3] {
    let tables = report["tables"].as_array().expect("tables");
    let found =
        tables.iter().find(|found| found["table"] == table).unwrap_or_else(|| panic!("{table}: {report}"));
    ["taken", "there", "refused"].map(|count| found[count].as_u64().expect("a number"))
}

/// The application that was taken, as its programs and bots know it from before.
fn shop(server: &Server) -> App {
    App {
        owner: "acme".into(),
        owner_id: OWNER_ID.into(),
        name: "shop".into(),
        version: "2.0".into(),
        secret: SECRET.into(),
        seller_key: SELLER_KEY.into(),
        public_key: server.cli.json(&["app", "show", "acme/shop", "--json"])["public_key"]
            .as_str()
            .expect("a key")
            .into(),
        ..server.app.clone()
    }
}

const NUMBERS: [(&str, [u64; 3]); 15] = [
    ("subscriptions", [2, 0, 0]),
    ("vars", [2, 0, 0]),
    ("chats", [1, 0, 0]),
    ("files", [1, 0, 0]),
    ("webhooks", [1, 0, 0]),
    ("buttons", [1, 0, 0]),
    ("bans", [2, 0, 1]),
    ("whitelist", [1, 0, 0]),
    ("users", [6, 0, 3]),
    ("keys", [4, 0, 2]),
    ("chatmsgs", [1, 0, 0]),
    ("mutes", [1, 0, 1]),
    ("uservars", [1, 0, 0]),
    ("subs", [6, 0, 1]),
    ("tokens", [1, 0, 0]),
];

fn works(server: &Server) {
    let app = shop(server);
    let login = |name: &str, password: &str, hwid: &str| {
        let session = app.init("1.2");
        let params = [("username", name), ("pass", password), ("hwid", hwid)];
        (session.call("login", &params).json()["message"].as_str().expect("a message").to_owned(), session)
    };
    // By the password that the other server hashed, from the device that was bound there, for as long as was paid.
    let (told, session) = login("alice", "correct horse", HWID);
    assert_eq!(told, "Welcome 'back'!");
    session.is_validated();
    assert_eq!(login("alice", "wrong", HWID).0, "Password does not match.");
    assert_eq!(
        login("alice", "correct horse", &"other".repeat(5)).0,
        "HWID doesn't match. Ask for a HWID reset"
    );
    let reply =
        app.init("1.3").call("login", &[("username", "alice"), ("pass", "correct horse"), ("hwid", HWID)]);
    let info = &reply.json()["info"];
    assert_eq!(info["subscriptions"][0]["expiry"], FAR.to_string(), "{info}");
    assert_eq!(
        (&info["subscriptions"][0]["key"], &info["createdate"]),
        (&"SHOP-ALICE".into(), &"1700000002".into())
    );
    let text =
        |kind: &str, params: &[(&str, &str)], field: &str| session.call(kind, params).json()[field].clone();
    assert_eq!(text("var", &[("varid", "motd")], "message"), "Hello; \\ world");
    assert_eq!(text("var", &[("varid", "rules")], "message"), "Be nice");
    assert_eq!(text("getvar", &[("var", "colour")], "response"), "red");
    assert_eq!(text("chatget", &[("channel", "lobby")], "messages")[0]["message"], "It's\nme; (really)");
    // Bans hold, pauses too; who had no password chooses one.
    assert_eq!(login("bob", "correct horse", HWID).0, "The user is banned");
    assert_eq!(
        login("paula", "correct horse", HWID).0,
        "Your subscription is paused and can't be used right now"
    );
    assert_eq!(login("alice", "correct horse", OTHER_HWID).0, "You've been blacklisted from our application");
    assert_eq!(login("carol", "chosen now", HWID).0, "Welcome 'back'!");
    assert_eq!(login("carol", "another", HWID).0, "Password does not match.");
    // Licenses: a fresh one, one that somebody signs in by, one that is banned, one that is gone.
    let by_key = |key: &str| {
        let reply = app.init("1.2").call("license", &[("key", key), ("hwid", HWID)]);
        reply.json()["message"].as_str().expect("a message").to_owned()
    };
    assert_eq!(by_key("SHOP-FRESH"), "Welcome 'back'!");
    assert_eq!(by_key("SHOP-ALONE"), "Welcome 'back'!");
    assert_eq!(by_key("SHOP-BAD"), "Your license is banned");
    assert_eq!(by_key("SHOP-NONE"), "Invalid license key");
    // The vendor's bots go on with their key.
    let list = |kind: &str, field: &str| app.seller(&format!("type={kind}")).json()[field].clone();
    let keys = list("fetchallkeys", "keys");
    let keys: Vec<&str> =
        keys.as_array().expect("keys").iter().map(|key| key["key"].as_str().expect("a key")).collect();
    assert_eq!(keys, ["SHOP-FRESH", "SHOP-ALICE", "SHOP-BAD", "SHOP-ALONE"]);
    let info = app.seller("type=info&key=SHOP-BAD").json();
    assert_eq!((&info["status"], &info["duration"]), (&"Banned".into(), &"864000".into()), "{info}");
    assert_eq!(list("fetchallfiles", "files")[0]["id"], "123456");
    assert_eq!(list("fetchallwebhooks", "webhooks")[0]["webid"], "hook000001");
    assert_eq!(list("fetchallmutes", "mutes")[0]["user"], "paula");
    assert_eq!(list("fetchallbuttons", "buttons")[0]["value"], "launch");
    assert_eq!(list("fetchallwhites", "whitelists")[0]["ip"], "203.0.113.0");
    assert_eq!(list("fetchallsubs", "subs").as_array().expect("subs").len(), 2);
    let tokens = server.cli.json(&["token", "list", "acme/shop", "--json"]).to_string();
    assert!(tokens.contains("abcdabcdabcdabcdabcdabcdabcdabcd"), "{tokens}");
}

fn is_taken(server: &Server) {
    let path = written(server.folder(), "keyauth.sql", &dump());
    let before = server.cli.json(&["app", "list", "--json"]);
    let dry = import(server, &path, &["--dry-run"]);
    for (table, numbers) in NUMBERS {
        assert_eq!(counts(&dry, table), numbers, "{table}: {dry}");
    }
    assert_eq!(server.cli.json(&["app", "list", "--json"]), before);
    assert_eq!(server.cli.json(&["owner", "list", "--json"]).as_array().expect("owners").len(), 1);

    let mut report = import(server, &path, &[]);
    assert_eq!((&report["owner_id"], &report["owner_made"]), (&OWNER_ID.into(), &true.into()), "{report}");
    report["dry_run"] = true.into();
    assert_eq!(report, dry, "a dry run tells what would be made");
    let told = report.to_string();
    for part in [
        "a license key has at most 70 bytes",
        "another license of this name, perhaps in other letters, stands before it",
        "there is no user `nobody`",
        "neither a bcrypt nor an Argon2id hash",
        "nobody may be called `all`",
        "control characters",
        "1 of `keys`",
        "not taken: rita",
        "colour",
        "programs begin new ones",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for secret in [SECRET, SELLER_KEY, "my secret", "$2y$", "abcdabcd"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    works(server);
    is_not_taken_twice(server, &path);
}

/// What was changed here since stays as it is, and what was deleted does not come back.
fn is_not_taken_twice(server: &Server, path: &Path) {
    let app = shop(server);
    for change in [
        "type=deluser&user=bob",
        "type=del&key=SHOP-BAD",
        "type=editvar&varid=motd&data=new",
        "type=delsub&user=paula&sub=default",
    ] {
        assert_eq!(app.seller(change).json()["success"], true, "{change}");
    }
    let lists = || {
        ["fetchallusers", "fetchallkeys", "fetchallvars", "fetchallblacks", "usersub&user=paula"]
            .map(|kind| app.seller(&format!("type={kind}")).text().to_owned())
    };
    let before = lists();
    let again = import(server, path, &[]);
    assert_eq!(again["again"], true, "{again}");
    for (table, [taken, there, refused]) in NUMBERS {
        assert_eq!(counts(&again, table), [0, taken + there, refused], "{table}: {again}");
    }
    assert_eq!(lists(), before);
    // A dump of the next day is another one: what is there stays, what is new comes.
    let newer = dump().replace("2026-11-26", "2026-11-27").replace(
        "(8,'LOST-1'",
        &format!("(9,'SHOP-NEW',NULL,'1','Not Used','1','a','1',NULL,NULL,'{SECRET}',NULL,NULL),(8,'LOST-1'"),
    );
    let report = import(server, &written(server.folder(), "newer.sql", &newer), &[]);
    assert_eq!((counts(&report, "keys"), counts(&report, "subs")), ([2, 3, 2], [1, 5, 1]), "{report}");
    assert_eq!(app.seller("type=retrvvar&name=motd").json()["message"], "new");
    assert_eq!(app.seller("type=verify&key=SHOP-NEW").status, 200);
}

#[test]
fn a_dump_is_taken_into_sqlite() {
    is_taken(&Server::start());
}

#[test]
fn a_dump_is_taken_into_postgres() {
    is_taken(&Server::start_on(&Database::create().url));
}

#[test]
fn what_is_no_dump_changes_nothing() {
    let server = Server::start();
    let whole = dump();
    let before = |part: &str| whole.split(part).next().expect("a part");
    for (text, told) in [
        (&whole[..whole.len() / 2], "is cut off"),
        // After a whole row, and between two tables.
        (before("\n(5,'carol'").strip_suffix(',').expect("a row before"), "is cut off"),
        (before("CREATE TABLE `users`"), "`-- Dump completed`: it is cut off"),
        (before("-- Dump completed"), "`-- Dump completed`: it is cut off"),
        ("CREATE TABLE `users` (`id` int);\nINSERT INTO `users` VALUES (1,2);", "line 2: a row of `users`"),
        ("SELECT 1;", "there is no table `apps`"),
        (&whole.replace("'acme','shop'", "'somebody','shop'"), "name one with --from"),
        (" \n", "there is nothing in it"),
        ("{\"users\":[", "no JSON of the Seller API"),
        ("{\"users\":[]}", "name it with --app"),
    ] {
        let path = written(server.folder(), "broken.sql", text);
        let refused =
            server.cli.fails(&["import", "keyauth", path.to_str().expect("a path"), "--owner", "acme"]);
        assert!(refused.contains(told), "{told}: {refused}");
    }
    let refused = server.cli.fails(&["import", "keyauth", "/nowhere", "--owner", "acme"]);
    assert!(refused.contains("/nowhere cannot be read"), "{refused}");
    assert_eq!(server.cli.json(&["owner", "list", "--json"]).as_array().expect("owners").len(), 1);
}

#[test]
fn what_no_server_has_is_refused_before_it_fills_the_memory() {
    let server = Server::start();
    let refused = |name: &str, text: &str| {
        let path = written(server.folder(), name, text);
        server.cli.fails(&[
            "import",
            "keyauth",
            path.to_str().expect("a path"),
            "--owner",
            "acme",
            "--app",
            "shop",
        ])
    };
    let replies = vec![r#"{"name":"x"}"#; 10_001].join(",");
    let told = refused("reply.json", &format!(r#"{{"appdetails":[{replies}]}}"#));
    assert!(told.contains("more than 10000 applications"), "{told}");
    let whitelist = format!("1.1.1.1{}", ",".repeat(60_000));
    let mut text =
        String::from("INSERT INTO `apps` (`owner`,`name`,`sellerApiWhitelist`) VALUES ('acme','shop','')");
    for _ in 0..1200 {
        text += &format!(",('acme','shop','{whitelist}')");
    }
    let told = refused("large.sql", &format!("{text};\n"));
    assert!(told.contains("the settings of its applications have more than 64 MiB"), "{told}");
}

#[test]
fn a_setting_of_any_length_keeps_its_default() {
    let server = Server::start();
    let text = dump().replace("'Welcome \\'back\\'!'", &format!("'{}'", "x".repeat(1 << 20)));
    let report = import(&server, &written(server.folder(), "dump.sql", &text), &["--dry-run"]);
    let notes = report["notes"].to_string();
    let told = "shop: a setting keeps its default: messages.loggedIn: no value has 1048576 bytes";
    assert!(notes.contains(told) && notes.len() < 4000, "{notes}");
}

/// A compressed dump of so many users with a license, a subscription and a variable each.
fn large(folder: &Path, users: usize) -> PathBuf {
    let path = folder.join("large.sql.gz");
    let mut file =
        flate2::write::GzEncoder::new(File::create(&path).expect("a file"), flate2::Compression::fast());
    let mut table = |name: &str, columns: &str, row: &dyn Fn(usize) -> String| {
        write!(file, "INSERT INTO `{name}` ({columns}) VALUES ").expect("a head");
        for n in 0..users {
            let comma = if n == 0 { "" } else { "," };
            write!(file, "{comma}({})", row(n)).expect("a row");
        }
        file.write_all(b";\n").expect("an end");
    };
    let app = format!("1,'acme','shop','{SECRET}','{OWNER_ID}','2.0','{SELLER_KEY}'");
    table("apps", "id,owner,name,secret,ownerid,ver,sellerkey", &|n| match n {
        0 => app.clone(),
        _ => format!("{n},'other','app{n}','{n:064x}','OOOOOOOOOO','1.0',''"),
    });
    table("keys", "`key`,expires,status,level,genby,gendate,usedby,usedon,app", &|n| {
        format!("'K-{n}',86400,'Used','1','acme',1700000000,'user{n}',1700000001,'{SECRET}'")
    });
    table("subs", "user,subscription,expiry,app,`key`,paused", &|n| {
        format!("'user{n}','default',{FAR},'{SECRET}','K-{n}',0")
    });
    table("users", "username,password,hwid,app,owner,createdate", &|n| {
        format!("'user{n}',NULL,'{HWID}-{n}','{SECRET}','acme',1700000001")
    });
    table("uservars", "name,data,user,app,readOnly", &|n| format!("'n','{n}','user{n}','{SECRET}',0"));
    file.finish().expect("a file");
    path
}

/// All that the Seller API tells of users and licenses.
fn all_of(server: &Server) -> [String; 3] {
    let app = shop(server);
    ["fetchallusers&include=subscriptions", "fetchallkeys", "fetchalluservars"]
        .map(|kind| app.seller(&format!("type={kind}")).text().to_owned())
}

fn survives_a_crash(server: &Server, undisturbed: &Server) {
    const USERS: usize = 3000;
    let path = large(server.folder(), USERS);
    let file = path.to_str().expect("a path");
    let mut kills = 0;
    for wanted in
        ["takeovers WHERE name = 'users'", "takeovers WHERE name = 'keys'", "takeovers WHERE name = 'subs'"]
    {
        let mut command = claviger();
        command.args(["import", "keyauth", file, "--owner", "acme"]).args(server.cli.data());
        let mut process = Process::spawn(command, server.folder());
        eventually(wanted, || {
            let begun = server.count(wanted) > 0 || process.is_over();
            begun.then_some(())
        });
        kills += usize::from(!process.is_over());
        process.crash();
    }
    assert!(kills > 0, "each run was over before it could be killed");
    let report = import(server, &path, &[]);
    assert_eq!(report["again"], true, "{report}");
    for table in ["users", "keys", "subs", "uservars"] {
        let [taken, there, refused] = counts(&report, table);
        assert_eq!((taken + there, refused), (USERS as u64, 0), "{table}: {report}");
    }
    import(undisturbed, &path, &[]);
    assert_eq!(all_of(server), all_of(undisturbed));
    assert_eq!(server.count("takeover_rows"), 0);
    assert_eq!(server.count("user_subscriptions WHERE app = 2"), USERS as i64);
}

#[test]
fn a_takeover_that_is_killed_goes_on_in_sqlite() {
    survives_a_crash(&Server::start(), &Server::start());
}

#[test]
fn a_takeover_that_is_killed_goes_on_in_postgres() {
    survives_a_crash(&Server::start_on(&Database::create().url), &Server::start());
}

#[test]
fn two_runs_over_one_dump_make_each_row_once_and_tell_so() {
    const USERS: u64 = 20;
    let database = Database::create();
    let mut server = Server::start_on(&database.url);
    server.process.stop("TERM");
    // The owner and the application are there, so that no run is refused for them.
    let empty = format!(
        "INSERT INTO `apps` (id,owner,name,secret,ownerid,ver,sellerkey) VALUES (1,'acme','shop','{SECRET}','{OWNER_ID}',\
         '2.0','{SELLER_KEY}');\n"
    );
    import(&server, &written(server.folder(), "empty.sql", &empty), &[]);
    let path = large(server.folder(), USERS as usize);
    let told = meet(&database, "user_subscriptions", || {
        let mut command = claviger();
        command
            .args(["import", "keyauth", path.to_str().expect("a path"), "--owner", "acme", "--json"])
            .args(server.cli.data());
        Process::spawn(command, server.folder())
    });
    let reports = told.map(|told| serde_json::from_str::<Value>(&told).expect("a report"));
    for table in ["users", "keys", "subs", "uservars"] {
        let [one, other] = reports.each_ref().map(|report| counts(report, table));
        let sums = [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
        assert_eq!(sums, [USERS, USERS, 0], "{table}: {reports:?}");
    }
    for table in ["users", "licenses", "user_subscriptions", "user_variables"] {
        assert_eq!(server.count(&format!("{table} WHERE app = 2")), USERS as i64, "{table}");
    }
    assert_eq!(server.count("takeover_rows"), 0);
}

#[test]
fn replies_of_the_seller_api_are_taken() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "correct horse", server.license(0));
    app.init("1.2").license(server.license(1));
    for made in [
        "setvar&user=alice&var=colour&data=red",
        "addvar&name=motd&data=Hello&authed=0",
        "addsub&name=gold&level=2",
        "black&hwid=abc&reason=x",
        "addchannel&name=lobby&delay=5",
        "ban&key=KEY&reason=why",
    ] {
        let made = made.replace("KEY", server.license(2));
        assert_eq!(app.seller(&format!("type={made}")).json()["success"], true, "{made}");
    }
    let folder = server.folder().join("replies");
    fs::create_dir(&folder).expect("a folder");
    let kinds = [
        "appdetails",
        "getsettings",
        "fetchallusers&include=subscriptions",
        "fetchallkeys",
        "fetchallsubs",
        "fetchallvars",
        "fetchalluservars",
        "fetchallblacks",
        "fetchallchats",
        "fetchallusernames",
    ];
    for kind in kinds {
        let reply = app.seller(&format!("type={kind}"));
        written(&folder, &format!("{}.json", kind.split('&').next().expect("a name")), reply.text());
    }
    let other = Server::start();
    let report = import(&other, &folder, &[]);
    assert!(report["notes"].to_string().contains("replies of the Seller API tell no passwords"), "{report}");
    assert_eq!((counts(&report, "users"), counts(&report, "subs")), ([2, 0, 0], [2, 0, 0]), "{report}");
    let taken = App { owner: "acme".into(), ..app.at(&other.app.address) };
    let key = other.cli.json(&["app", "rotate-seller-key", &taken.path(), "--yes", "--json"]);
    let key = key["seller_key"].as_str().expect("a key").to_owned();
    let taken = App { seller_key: key, public_key: shown(&other, &taken.path(), "public_key"), ..taken };
    // The very lists that were taken, but for the number of the application.
    for kind in kinds.iter().filter(|kind| !["appdetails", "getsettings"].contains(kind)) {
        let [there, here] = [app, &taken].map(|app| {
            let text = app.seller(&format!("type={kind}")).text().to_owned();
            text.replace(&format!(r#""app":"{}""#, if app.owner == "acme" { 2 } else { 1 }), r#""app":"""#)
        });
        assert_eq!(without_ids(&here), without_ids(&there), "{kind}");
    }
    // Nobody gets in by a password of the moment, until the vendor sets one; who has a key signs in by it.
    let told = |session: crate::support::Session, kind: &str, params: &[(&str, &str)]| {
        session.call(kind, params).json()["message"].clone()
    };
    let alice = [("username", "alice"), ("pass", "anything"), ("hwid", HWID)];
    assert_eq!(told(taken.init("1.2"), "login", &alice), "Password does not match.");
    assert_eq!(taken.seller("type=resetpw&user=alice&passwd=anything").json()["success"], true);
    assert_eq!(told(taken.init("1.2"), "login", &alice), "Logged in!");
    assert_eq!(
        told(taken.init("1.2"), "license", &[("key", server.license(1)), ("hwid", HWID)]),
        "Logged in!"
    );
    assert_eq!(
        told(taken.init("1.2"), "license", &[("key", server.license(3)), ("hwid", HWID)]),
        "Logged in!"
    );
    assert_eq!(counts(&import(&other, &folder, &[]), "users"), [0, 2, 0]);
}

fn shown(server: &Server, path: &str, field: &str) -> String {
    server.cli.json(&["app", "show", path, "--json"])[field].as_str().expect("a text").to_owned()
}

/// Without serial numbers, which begin anew, and the second in which an entry was added.
fn without_ids(text: &str) -> String {
    let own = regex::Regex::new(r#""(id|added)":"\d+""#).expect("a pattern");
    own.replace_all(text, r#""$1":"""#).into_owned()
}
