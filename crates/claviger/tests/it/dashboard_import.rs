//! The dashboard's import of licenses, and that of the command line.

use std::{fs, time::Instant};

use crate::support::postgres::{Database, meet};
use crate::support::server::{Process, claviger};
use crate::support::{App, Browser, HWID, Reply, Server, escaped, eventually, form};

const IMPORT: &str = "/dashboard/demo-app/licenses/import";

fn post(browser: &Browser, list: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("list", list), ("level", "1"), ("duration", "30"), ("unit", "days")];
    fields.extend_from_slice(more);
    browser.post(IMPORT, &fields)
}

fn count(app: &App) -> usize {
    app.pages("fetchallkeys", "keys", 1000).len()
}

/// What `info` tells of a license.
fn info(app: &App, key: &str) -> serde_json::Value {
    let reply = app.sell("info", &[("key", key)]);
    assert_eq!(reply.json()["success"], true, "{key}: {reply:?}");
    reply.json()
}

#[test]
fn a_list_is_imported_whole() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let before = count(app);
    assert!(browser.get(IMPORT).text().contains("A key on each line"));
    let reply = post(&browser, " OLD-1 \r\nold-2\r\n\r\n\u{1F511}-3\r\n", &[("note", "moved")]);
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(count(app), before + 3);
    assert_eq!(info(app, "old-1")["note"], "moved");
    let table =
        "key;level;days;note;used_by;made\nT-1;2;7;\"a;b\";;x\nT-2;;never;;ALICE;\nT-3;;;;somebody gone;\n";
    let reply = post(&browser, table, &[]);
    assert_eq!(reply.status, 303);
    let said = reply.header("set-cookie").expect("what the next page says");
    assert!(said.contains("Columns%20that%20say%20nothing%20here%3A%20made"), "{said}");
    assert_eq!(info(app, "T-1")["note"], "a;b");
    assert_eq!(info(app, "T-1")["level"], "2");
    assert_eq!(
        (info(app, "T-2")["status"].as_str(), info(app, "T-2")["usedby"].as_str()),
        (Some("Used"), Some("alice"))
    );
    assert_eq!(info(app, "T-3")["usedby"], "somebody gone");
    // They work.
    let used = app.init("1.2").call("license", &[("key", "OLD-2"), ("hwid", HWID)]);
    assert_eq!(used.json()["success"], true, "{used:?}");
    let log = server.cli.json(&["audit", "list", &app.path(), "--json"]).to_string();
    assert!(log.contains("import-licenses") && log.contains("3 licenses"), "{log}");
}

#[test]
fn what_cannot_be_taken_is_told_and_nothing_is_done() {
    let server = Server::start();
    let (app, browser, there) = (&server.app, server.browser(), server.license(0));
    let before = count(app);
    let list = format!("NEW-1\n{}\nnew-1\n<b>x</b>\u{202E}\n{}\nNEW-2", there.to_lowercase(), "x".repeat(71));
    let reply = post(&browser, &list, &[]);
    assert_eq!(reply.status, 422, "{}", reply.text());
    for part in [
        "Nothing was imported: 4 lines cannot be taken, 2 can.",
        "there is a license of this key already",
        "the same key stands in line 1",
        "a license mask must not hold",
        "a license key has at most 70 bytes",
        "Import the other 2",
        &escaped("<b>x</b>"),
        &escaped(&there.to_lowercase()),
    ] {
        assert!(reply.text().contains(part), "{part}: {}", reply.text());
    }
    assert!(!reply.text().contains("<b>x"), "{}", reply.text());
    assert_eq!(count(app), before);
    let others = post(&browser, &list, &[("take", "good")]);
    assert_eq!(others.status, 303, "{}", others.text());
    assert_eq!(count(app), before + 2);
    // Sent again, all of them are there.
    let again = post(&browser, &list, &[("take", "good")]);
    assert!(again.status == 422 && again.text().contains("0 can."), "{}", again.text());
    for (list, more, why) in [
        ("", ("x", ""), "The list is empty."),
        (" \r\n\t", ("x", ""), "The list is empty."),
        ("key,level\n", ("x", ""), "There is no license under the names"),
        ("licence,days\nA,7", ("x", ""), "No column is called `key`"),
        ("key,note\nA,\"height 6\nB,y", ("x", ""), "Line 2: a quotation mark opens"),
        ("A", ("level", "77"), "Choose a level."),
        ("A", ("duration", "0"), "more than no time"),
        ("A", ("unit", "x"), "Choose a unit."),
        ("A", ("note", "a\nb"), "A note has at most 69 bytes"),
    ] {
        let mut fields = vec![more, ("list", list), ("level", "1"), ("duration", "30"), ("unit", "days")];
        fields.dedup_by_key(|(name, _)| *name);
        let reply = browser.post(IMPORT, &fields);
        assert_eq!(reply.status, 422, "{list} {more:?}: {}", reply.text());
        assert!(reply.text().contains(why), "{why}: {}", reply.text());
    }
    // Hundreds of refused lines are counted, and the first are shown.
    let many = post(&browser, &format!("{}\n", "x".repeat(71)).repeat(5000), &[]);
    assert!(
        many.text().contains("5,000 lines cannot be taken")
            && many.text().matches("at most 70 bytes").count() == 200
    );
    assert_eq!(count(app), before + 2);
    // More than a form may have.
    assert_eq!(post(&browser, &"A\n".repeat(600_000), &[]).status, 413);
}

#[test]
fn very_many_are_imported_by_a_job() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let list: String = (0..5000).map(|n| format!("MANY-{n:06}\n")).collect();
    let reply = post(&browser, &list, &[]);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let job = reply.header("location").expect("a job").to_owned();
    assert!(job.starts_with("/dashboard/demo-app/jobs/"), "{job}");
    eventually("the end of the job", || {
        browser.get(&job).text().contains("<span class=\"tag good\">done</span>").then_some(())
    });
    let page = browser.get(&job);
    assert!(page.text().contains("Import licenses") && page.text().contains("5,000"), "{}", page.text());
    assert_eq!(count(app), before + 5000);
    assert_eq!(app.sell("verify", &[("key", "many-004999")]).status, 200);
}

#[test]
fn two_imports_of_the_same_list_make_it_once() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let list: String = (0..300).map(|n| format!("SAME-{n}\n")).collect();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (browser, list) = (browser.clone(), &list);
            scope.spawn(move || assert!([303, 422].contains(&post(&browser, list, &[]).status)));
        }
    });
    assert_eq!(count(app), before + 300);
}

#[test]
fn the_command_line_imports_a_hundred_thousand() {
    let server = Server::start();
    let app = &server.app;
    let before = count(app);
    let file = server.data().join("keys.txt");
    let list: String = (0..100_000).map(|n| format!("BULK-{n:08}-{:08X}\n", n * 7919)).collect();
    fs::write(&file, &list).expect("a file");
    let path = file.to_str().expect("a path");
    let begun = Instant::now();
    let said = server.cli.ok(&["license", "import", &app.path(), path, "--days", "30"]);
    let took = begun.elapsed();
    assert!(said.contains("100000"), "{said}");
    eprintln!("100,000 licenses in {took:?}");
    assert_eq!(app.sell("verify", &[("key", "bulk-00099999-2f335071")]).status, 200, "the last");
    assert_eq!(count(app), before + 100_000);
    let again = server.cli.fails(&["license", "import", &app.path(), path, "--days", "30"]);
    assert!(again.contains("there is a license of this key already"), "{again}");
}

/// Killed in the middle, a server makes the rest after its next start; until then nobody sees any of it.
#[test]
fn a_list_is_there_as_a_whole_or_not_at_all() {
    kill_in_the_middle(Server::start());
    let database = Database::create();
    kill_in_the_middle(Server::start_on(&database.url));
}

fn kill_in_the_middle(server: Server) {
    const ALL: usize = 20_000;
    let before = count(&server.app);
    let list: String = (0..ALL).map(|n| format!("WHOLE-{n:06}\n")).collect();
    let reply = post_file(&server.browser(), list.as_bytes(), &[]);
    let job = reply.header("location").expect("a job").to_owned();
    assert!(job.starts_with("/dashboard/demo-app/jobs/"), "{job}");
    let whole = |seen: usize| {
        assert!([before, before + ALL].contains(&seen), "{seen} licenses: {before} were there, {ALL} come");
        seen > before
    };
    whole(count(&server.app));
    let server = server.crash_and_restart();
    let app = &server.app;
    eventually("all of the list", || {
        // One by one, in whatever order: whoever sees the last sees the first.
        let last = app.sell("verify", &[("key", &format!("WHOLE-{:06}", ALL - 1))]).status == 200;
        let first = app.sell("verify", &[("key", "WHOLE-000000")]).status == 200;
        assert!(first || !last);
        whole(count(app)).then_some(())
    });
    let browser = server.browser();
    let page = browser.get(&job);
    assert!(page.text().contains("<span class=\"tag good\">done</span>"), "{}", page.text());
}

/// Posts a list as a file, as a browser does.
fn post_file(browser: &Browser, list: &[u8], more: &[(&str, &str)]) -> Reply {
    let token = browser.token();
    let mut fields = vec![("token", token.as_str()), ("level", "1"), ("duration", "30"), ("unit", "days")];
    fields.extend_from_slice(more);
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"keys.txt\"\r\n\r\n");
    body.extend_from_slice(list);
    body.extend(b"\r\n--X--\r\n");
    let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Sec-Fetch-Site", "same-origin")];
    browser.send("POST", &format!("{IMPORT}/file"), &headers, &body)
}

#[test]
fn a_hundred_thousand_come_as_a_file() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let list: String = (0..100_000).map(|n| format!("FILE-{n:08}-{:08X}\n", n * 7919)).collect();
    let begun = Instant::now();
    let reply = post_file(&browser, list.as_bytes(), &[("note", "moved")]);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let job = reply.header("location").expect("a job").to_owned();
    eventually("the end of the job", || {
        browser.get(&job).text().contains("<span class=\"tag good\">done</span>").then_some(())
    });
    eprintln!("100,000 licenses of a file in {:?}", begun.elapsed());
    assert_eq!(count(app), before + 100_000);
    assert_eq!(info(app, "file-00099999-2f335071")["note"], "moved");
}

#[test]
fn a_file_that_is_none_is_refused() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    for (list, why) in [
        (&b"A\xFF\xFE"[..], "no text in UTF-8"),
        (b"", "The list is empty."),
        (b"A\0B", "1 line cannot be taken, 0 can."),
        (b"A\nA\nB", "1 line cannot be taken, 2 can."),
    ] {
        let reply = post_file(&browser, list, &[]);
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert!(reply.text().contains(why), "{why}: {}", reply.text());
    }
    assert_eq!(post_file(&browser, &[b'x'; 25 * 1024 * 1024], &[]).status, 413);
    assert_eq!(post_file(&browser, b"A", &[("token", "0")]).status, 303, "the first token counts");
    // Half a file: nothing.
    let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Sec-Fetch-Site", "same-origin")];
    let half = format!(
        "--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n--X\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"k\"\r\n\r\nHALF-1\nHALF",
        browser.token()
    );
    assert_eq!(browser.send("POST", &format!("{IMPORT}/file"), &headers, half.as_bytes()).status, 400);
    assert_eq!(count(app), before + 1);
    let good = post_file(&browser, b"B-1\nB-1\nB-2", &[("take", "good")]);
    assert_eq!((good.status, count(app)), (303, before + 3), "{}", good.text());
}

#[test]
fn others_may_not() {
    let server = Server::start();
    let app = &server.app;
    let make = |role: &str, name: &str, perms: &str| {
        let email = format!("{name}@x.example");
        let fields =
            [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
        Browser::signed_in(&app.address, name, "password")
    };
    for other in [make("Manager", "manager", "4094"), make("Reseller", "shop", "4095")] {
        assert_eq!(other.get(IMPORT).status, 403);
        assert_eq!(post(&other, "A-1", &[]).status, 403);
        assert_eq!(post_file(&other, b"A-1", &[]).status, 403);
    }
    let licenses = make("Manager", "licenses", "1");
    assert_eq!(post(&licenses, "A-1", &[]).status, 303);
    assert_eq!(info(app, "A-1")["createdby"], "licenses");
}

#[test]
fn of_two_imports_at_once_each_tells_what_it_made() {
    let database = Database::create();
    let mut server = Server::start_on(&database.url);
    server.process.stop("TERM");
    let list = server.folder().join("keys.txt");
    fs::write(&list, "TWICE-1\nTWICE-2\n").expect("a list");
    let mut told = meet(&database, "imports", || {
        let mut command = claviger();
        command.args(["license", "import", &server.app.path()]).arg(&list).args(["--days", "30"]);
        command.args(server.cli.data());
        Process::spawn(command, server.folder())
    });
    told.sort();
    let none = "imported 0 licenses\n2 are there already: somebody else made them meanwhile\n";
    assert_eq!(told, [none, "imported 2 licenses\n"]);
}
