//! `/dashboard/{app}/files`: uploads in one go and in pieces, replacing, links, and what may go wrong there.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;

use crate::support::http::{form, halfway, request};
use crate::support::people::{assert_kept_apart, manager, other_owner};
use crate::support::proxied::on_both;
use crate::support::target::Target;
use crate::support::{App, Browser, Reply, Server, escaped, eventually};

const PAGE: &str = "/dashboard/demo-app/files";
const UPLOADS: &str = "/dashboard/demo-app/files/uploads";
const SAME: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const SMALL: &str = "file_max_bytes = 100000\napp_upload_bytes = 150000\n";
const FULL: &str = "the uploads of an application have at most 150000 bytes";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

fn rows(app: &App) -> Vec<Value> {
    app.rows("fetchallfiles", "files")
}

/// A form with a file, as a browser without script sends it.
fn multipart(fields: &[(&str, &str)], name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(
            format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(
        format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n").bytes(),
    );
    body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
    body.extend(content);
    body.extend(b"\r\n--X--\r\n");
    body
}

fn send(browser: &Browser, fields: &[(&str, &str)], name: &str, content: &[u8]) -> Reply {
    let token = browser.token();
    let fields: Vec<(&str, &str)> =
        [("token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    let kind = ("Content-Type", "multipart/form-data; boundary=X");
    browser.send("POST", PAGE, &[kind, SAME], &multipart(&fields, name, content))
}

/// The content of a file, as the vendor downloads it.
fn content(browser: &Browser, id: &str) -> Vec<u8> {
    let reply = browser.get(&format!("{PAGE}/content?id={id}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("content-disposition").is_some_and(|value| value.starts_with("attachment")));
    reply.body
}

fn begin(browser: &Browser, fields: &[(&str, &str)]) -> Reply {
    browser.post(UPLOADS, fields)
}

/// The id of an upload that began.
fn begun(browser: &Browser, fields: &[(&str, &str)]) -> String {
    let reply = begin(browser, fields);
    assert_eq!((reply.status, &reply.json()["offset"]), (201, &0.into()), "{}", reply.text());
    reply.json()["upload"].as_str().expect("an id").to_owned()
}

fn piece(browser: &Browser, id: &str, offset: u64, bytes: &[u8]) -> Reply {
    piece_at(browser, id, &offset.to_string(), bytes)
}

fn piece_at(browser: &Browser, id: &str, offset: &str, bytes: &[u8]) -> Reply {
    let token = browser.token();
    let headers = [("X-Form-Token", token.as_str()), ("Upload-Offset", offset), SAME];
    browser.send("POST", &format!("{UPLOADS}/{id}"), &headers, bytes)
}

/// Sends the head of a request and a part of its body, and breaks off.
fn break_off(
    server: &Server,
    browser: &Browser,
    id: &str,
    offset: usize,
    announced: usize,
    bytes: &[u8],
) -> TcpStream {
    let head = format!(
        "POST {UPLOADS}/{id} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nX-Form-Token: {}\r\nUpload-Offset: {offset}\r\n\
         Content-Length: {announced}\r\n\r\n",
        browser.cookies(),
        browser.token(),
    );
    let mut stream = TcpStream::connect(&server.app.address).expect("a connection");
    stream.write_all(head.as_bytes()).expect("the head");
    stream.write_all(bytes).expect("a part");
    stream
}

fn offset(browser: &Browser, id: &str) -> u64 {
    browser.get(&format!("{UPLOADS}/{id}")).json()["offset"].as_u64().expect("an offset")
}

/// What is left on disk of uploads that did not become files.
fn unfinished(server: &Server) -> usize {
    let Ok(apps) = std::fs::read_dir(server.data().join("files")) else { return 0 };
    let files = apps.flat_map(|app| std::fs::read_dir(app.expect("a folder").path()).expect("a folder"));
    files
        .filter(|file| file.as_ref().expect("a file").file_name().to_string_lossy().starts_with(".new-"))
        .count()
}

/// Whether somebody was told that they may not: at the end, or at the beginning where the suspension came first.
fn is_refused(reply: &Reply) -> bool {
    reply.status == 403 || (reply.status == 303 && reply.header("location") == Some("/dashboard/-/sign-in"))
}

#[test]
fn who_may_no_more_uploads_nothing_that_is_on_its_way() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let team = "/dashboard/demo-app/team";
    // By a form, by pieces, and by a last piece after which the connection breaks.
    for (number, how) in ["form", "piece", "broken"].into_iter().enumerate() {
        let name = format!("max{number}");
        let manager = manager(&server, &name, 4095);
        let list = browser.get(team);
        let start = format!("{team}/");
        let page = list.text().split(&start).skip(1).filter_map(|part| part.split(['"', '/']).next());
        let page = page.filter_map(|id| id.parse::<i64>().ok()).max().expect("an account");
        let suspend = || {
            let reply = browser.post(&format!("{team}/{page}/suspend"), &[]);
            assert_eq!(reply.status, 303, "{}", reply.text());
        };
        let (token, cookies) = (manager.token(), manager.cookies());
        if how == "form" {
            let body = multipart(&[("token", &token)], "a.exe", &[7; 200_000]);
            let kind = ("Content-Type", "multipart/form-data; boundary=X");
            let reply = halfway(&app.address, PAGE, &[kind, ("Cookie", &cookies)], &body, suspend);
            assert!(is_refused(&reply), "{reply:?}");
        } else {
            let id = begun(&manager, &[("name", "a.exe"), ("size", "200000")]);
            if how == "piece" {
                let headers =
                    [("Cookie", cookies.as_str()), ("X-Form-Token", &token), ("Upload-Offset", "0")];
                let target = format!("{UPLOADS}/{id}");
                let reply = halfway(&app.address, &target, &headers, &[7; 200_000], suspend);
                assert!(is_refused(&reply), "{reply:?}");
            } else {
                let mut stream = break_off(&server, &manager, &id, 0, 200_001, &[7; 199_999]);
                suspend();
                stream.write_all(&[7]).expect("the last byte");
                drop(stream);
            }
        }
        eventually("nothing is left", || (unfinished(&server) == 0).then_some(()));
        assert_eq!(rows(app).len(), 0, "{how}");
    }
}

/// Nodes keep from each other what their own memory cannot tell: a claim in the database, which a crash ends by its time.
#[test]
fn a_file_that_another_node_replaces_is_left_alone() {
    on_both(|server| {
        let browser = server.browser();
        assert_eq!(send(&browser, &[], "one.exe", b"first").status, 303);
        let id = rows(&server.app)[0]["id"].as_str().expect("an id").to_owned();
        server.execute("UPDATE files SET replacing = 4102444800");
        let refused = send(&browser, &[("id", &id)], "two.exe", b"second");
        assert!(
            refused.text().contains("This file is being replaced at this moment; try again"),
            "{}",
            refused.text()
        );
        assert_eq!(
            (content(&browser, &id), rows(&server.app)[0]["name"].as_str()),
            (b"first".to_vec(), Some("one.exe"))
        );
        server.execute("UPDATE files SET replacing = 1");
        for content_now in [b"second".to_vec(), b"third".to_vec()] {
            assert_eq!(send(&browser, &[("id", &id)], "two.exe", &content_now).status, 303);
            assert_eq!(content(&browser, &id), content_now);
        }
    });
}

#[test]
fn a_form_uploads_and_replaces_in_one_go() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    assert!(browser.get(PAGE).text().contains("No files"));
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let said = browser.said(&send(&browser, &[("authed", "1")], "C:\\x\\lo<b>ader.exe", &bytes));
    assert!(said.ends_with("is uploaded."), "{said}");
    let id = rows(app)[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!((&rows(app)[0]["name"], &rows(app)[0]["authed"]), (&"lo<b>ader.exe".into(), &1.into()));
    assert_eq!(content(&browser, &id), bytes);
    let page = browser.get(PAGE);
    assert!(
        page.text().contains(&escaped("lo<b>ader.exe")) && page.text().contains("293 KiB"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("<b>"));
    // The id stays, and programs get the new content.
    let asked = browser.get(&format!("{PAGE}/replace?id={id}"));
    assert!(asked.text().contains(&id), "{}", asked.text());
    let said = browser.said(&send(&browser, &[("id", &id)], "two.exe", b"new"));
    assert_eq!(said, "two.exe is replaced.");
    assert_eq!(content(&browser, &id), b"new");
    let row = &rows(app)[0];
    assert_eq!(
        (&row["id"], &row["name"], &row["authed"]),
        (&id.as_str().into(), &"two.exe".into(), &1.into())
    );
    app.add_user("ann");
    let told = app.sign_in("ann").call("file", &[("fileid", &id)]).json();
    assert_eq!(told["contents"], "6e6577", "{told}");
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!((&audit[1]["type"], &audit[2]["type"]), (&"replace-file".into(), &"add-file".into()));
    assert_eq!(unfinished(&server), 0);
}

#[test]
fn what_is_no_upload_is_refused() {
    let server = Server::start_with(SMALL);
    let (app, browser) = (&server.app, server.browser());
    let reply = send(&browser, &[], "", b"");
    assert!(reply.status == 422 && reply.text().contains("Choose a file first."), "{}", reply.text());
    let reply = send(&browser, &[], "big", &vec![7; 100_001]);
    assert!(reply.status == 422 && reply.text().contains("at most 100000 bytes"), "{}", reply.text());
    for id in ["none", "../1", "%00", "\u{202e}"] {
        assert_eq!(send(&browser, &[("id", id)], "x", b"x").status, 404, "{id}");
    }
    let (token, kind) = (browser.token(), "multipart/form-data; boundary=X");
    let post =
        |kind: &str, body: &[u8]| browser.send("POST", PAGE, &[("Content-Type", kind), SAME], body).status;
    let whole = multipart(&[("token", &token)], "x", b"content");
    assert_eq!(post(kind, &whole[..whole.len() - 8]), 422, "half a form");
    assert_eq!(post(kind, b"nothing"), 400);
    assert_eq!(post(kind, &multipart(&[], "x", b"content")), 403, "no token");
    assert_eq!(post(kind, &multipart(&[("token", "0")], "x", b"content")), 403);
    assert_eq!(post("multipart/form-data", &whole), 403, "no boundary");
    assert_eq!(post("application/x-www-form-urlencoded", form(&[("token", &token)]).as_bytes()), 403);
    // The token comes first, before anything of the file is taken.
    let mut late = multipart(&[], "x", b"content");
    late.truncate(late.len() - 7);
    late.extend(
        format!("--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--X--\r\n").bytes(),
    );
    assert_eq!(post(kind, &late), 403);
    let other_site = [("Content-Type", kind), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(browser.send("POST", PAGE, &other_site, &whole).status, 403);
    assert!(rows(app).is_empty() && unfinished(&server) == 0);
}

#[test]
fn room_is_kept_for_what_is_announced() {
    let server = Server::start_with(SMALL);
    let (app, browser) = (&server.app, server.browser());
    browser.said(&send(&browser, &[], "a", &vec![1; 90_000]));
    let reply = send(&browser, &[], "b", &vec![1; 70_000]);
    assert!(reply.status == 422 && reply.text().to_lowercase().contains(FULL), "{}", reply.text());
    let first = begun(&browser, &[("name", "c"), ("size", "50000")]);
    let reply = begin(&browser, &[("name", "d"), ("size", "20000")]);
    let told = reply.json()["problem"].as_str().expect("a sentence").to_lowercase();
    assert!(reply.status == 422 && told.contains(FULL), "{}", reply.text());
    assert_eq!(browser.post(&format!("{UPLOADS}/{first}/cancel"), &[]).status, 200);
    begun(&browser, &[("name", "d"), ("size", "20000")]);
    for size in ["", "-1", "x", "1e3", "99999999999999999999", "\0"] {
        let reply = begin(&browser, &[("name", "x"), ("size", size)]);
        assert_eq!(reply.status, 422, "{size}");
    }
    let reply = begin(&browser, &[("name", "x"), ("size", "100001")]);
    assert!(reply.status == 422 && reply.text().contains("at most 100000 bytes"), "{}", reply.text());
    // What a file is replaced by has its room.
    let id = rows(app)[0]["id"].as_str().expect("an id").to_owned();
    let upload = begun(&browser, &[("name", "a2"), ("size", "100000"), ("id", &id)]);
    let done = piece(&browser, &upload, 0, &vec![2; 100_000]);
    assert_eq!(done.json()["file"], id.as_str(), "{}", done.text());
    assert_eq!(begin(&browser, &[("name", "x"), ("size", "1"), ("id", "none")]).status, 404);
}

#[test]
fn pieces_become_a_file() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n % 253) as u8).collect();
    let id = begun(&browser, &[("name", "pieces.bin"), ("size", "200000"), ("authed", "1")]);
    let reply = piece(&browser, &id, 0, &bytes[..70_000]);
    assert_eq!(
        (reply.status, &reply.json()["offset"], &reply.json()["file"]),
        (200, &70_000.into(), &Value::Null)
    );
    for wrong in ["0", "69999", "70001", "18446744073709551615"] {
        assert_eq!(piece_at(&browser, &id, wrong, b"x").status, 409, "{wrong}");
    }
    for wrong in ["", "-1", "x"] {
        assert_eq!(piece_at(&browser, &id, wrong, b"x").status, 400, "{wrong}");
    }
    assert_eq!(offset(&browser, &id), 70_000);
    assert!(rows(app).is_empty());
    let done = piece(&browser, &id, 70_000, &bytes[70_000..]).json();
    let file = done["file"].as_str().expect("a file").to_owned();
    assert_eq!((&rows(app)[0]["id"], &rows(app)[0]["name"]), (&file.as_str().into(), &"pieces.bin".into()));
    assert_eq!(content(&browser, &file), bytes);
    // Whoever did not hear that it is done asks again.
    assert_eq!(browser.get(&format!("{UPLOADS}/{id}")).json()["file"], file.as_str());
    assert_eq!(piece(&browser, &id, 200_000, b"").json()["file"], file.as_str());
    assert_eq!(rows(app).len(), 1);
    let empty = begun(&browser, &[("name", "empty"), ("size", "0")]);
    assert!(piece(&browser, &empty, 0, b"").json()["file"].is_string());
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!((&audit[0]["type"], &audit[1]["type"]), (&"add-file".into(), &"add-file".into()));
}

#[test]
fn a_broken_upload_goes_on() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let bytes: Vec<u8> = (0..150_000_u32).map(|n| (n % 249) as u8).collect();
    let id = begun(&browser, &[("name", "x"), ("size", "150000")]);
    drop(break_off(&server, &browser, &id, 0, 150_000, &bytes[..60_000]));
    eventually("what came", || (offset(&browser, &id) == 60_000).then_some(()));
    // One that hangs lets go when the next piece comes.
    let mut hanging = break_off(&server, &browser, &id, 60_000, 90_000, &bytes[60_000..80_000]);
    eventually("more of it", || (offset(&browser, &id) == 80_000).then_some(()));
    let reply = piece(&browser, &id, 80_000, &bytes[80_000..]);
    let file = reply.json()["file"].as_str().expect("a file").to_owned();
    assert_eq!(content(&browser, &file), bytes);
    hanging.shutdown(std::net::Shutdown::Write).expect("our end");
    let mut told = String::new();
    hanging.read_to_string(&mut told).expect("a reply");
    assert!(told.contains(" 200 ") || told.contains(" 409 "), "{told}");
    assert_eq!((rows(app).len(), unfinished(&server)), (1, 0));
}

#[test]
fn two_at_once_do_not_meet() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let one = begun(&browser, &[("name", "one"), ("size", "4")]);
    let two = begun(&browser, &[("name", "two"), ("size", "4")]);
    assert_ne!(one, two);
    piece(&browser, &one, 0, b"on");
    piece(&browser, &two, 0, b"tw");
    let two = piece(&browser, &two, 2, b"o!").json()["file"].as_str().expect("a file").to_owned();
    let one = piece(&browser, &one, 2, b"e!").json()["file"].as_str().expect("a file").to_owned();
    assert_eq!((content(&browser, &one), content(&browser, &two)), (b"one!".to_vec(), b"two!".to_vec()));
    assert_eq!(rows(app).len(), 2);
}

#[test]
fn more_than_was_announced_ends_it() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let id = begun(&browser, &[("name", "x"), ("size", "10")]);
    let reply = piece(&browser, &id, 0, b"12345678901");
    assert!(reply.status == 422 && reply.text().contains("More bytes came"), "{}", reply.text());
    let gone = browser.get(&format!("{UPLOADS}/{id}"));
    assert!(gone.status == 404 && gone.text().contains("not here any more"), "{}", gone.text());
    assert_eq!((piece(&browser, &id, 0, b"x").status, rows(app).len(), unfinished(&server)), (404, 0, 0));
    let id = begun(&browser, &[("name", "x"), ("size", "10")]);
    piece(&browser, &id, 0, b"123");
    assert_eq!(unfinished(&server), 1);
    assert_eq!(browser.post(&format!("{UPLOADS}/{id}/cancel"), &[]).status, 200);
    assert_eq!(browser.post(&format!("{UPLOADS}/{id}/cancel"), &[]).status, 404);
    eventually("the disk to be tidied", || (unfinished(&server) == 0).then_some(()));
}

#[test]
fn unfinished_ones_are_bounded() {
    let server = Server::start();
    let browser = server.browser();
    let mut statuses = Vec::new();
    for n in 0..17 {
        statuses.push(begin(&browser, &[("name", &format!("x{n}")), ("size", "1")]).status);
    }
    assert_eq!(statuses[..16], [201; 16]);
    assert_eq!(statuses[16], 503);
    // Others have their own.
    let (other, _) = other_owner(&server);
    let theirs = other.post("/dashboard/theirs/files/uploads", &[("name", "x"), ("size", "1")]);
    assert!(
        [201, 503].contains(&theirs.status),
        "from the same address, which has its share: {}",
        theirs.status
    );
}

#[test]
fn a_restart_is_told() {
    let server = Server::start();
    let browser = server.browser();
    let id = begun(&browser, &[("name", "x"), ("size", "10")]);
    piece(&browser, &id, 0, b"12345");
    let server = server.restart();
    let browser = server.browser();
    let reply = browser.get(&format!("{UPLOADS}/{id}"));
    assert!(reply.status == 404 && reply.text().contains("started anew"), "{}", reply.text());
}

#[test]
fn names_addresses_and_links() {
    let server = Server::start_with("outgoing_allow = [\"127.0.0.1/32\"]\n");
    let (app, browser) = (&server.app, server.browser());
    let target = Target::start(&[(200, "1234"), (404, "gone"), (200, "12345")]);
    let url = format!("{}/a/b.bin?key=secret", target.url);
    let add = |url: &str| browser.post(&at("new-address"), &[("url", url), ("name", ""), ("authed", "1")]);
    assert_eq!(browser.said(&add(&url)), "b.bin is added.");
    let id = rows(app)[0]["id"].as_str().expect("an id").to_owned();
    let reply = add(&url);
    assert!(reply.status == 422 && reply.text().contains("answers with status 404"), "{}", reply.text());
    for (url, words) in [
        ("", "no address of the web"),
        ("ftp://x", "no address of the web"),
        ("http://127.0.0.2:1/", "own network"),
        ("http://[::1]/", "own network"),
        ("<b>", "no address of the web"),
    ] {
        let reply = add(url);
        assert!(reply.status == 422 && reply.text().contains(words), "{url}: {}", reply.text());
        assert!(!reply.text().contains("<b>"));
    }
    let edit = |fields: &[(&str, &str)]| browser.post(&at("edit"), fields);
    assert!(browser.get(&format!("{PAGE}/edit?id={id}")).text().contains(&escaped(&url)));
    let other = format!("{}/c", target.url);
    assert_eq!(browser.said(&edit(&[("id", &id), ("name", "c.bin"), ("url", &other)])), "c.bin is saved.");
    let row = &rows(app)[0];
    assert_eq!(
        (&row["name"], &row["authed"], &row["url"]),
        (&"c.bin".into(), &0.into(), &other.as_str().into())
    );
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!(audit[0]["changes"], "address, name: b.bin → c.bin, only after a sign-in: true → false");
    assert!(!audit.to_string().contains("secret"), "{audit}");
    let long = "x".repeat(256);
    for name in ["", "a\0b", &long] {
        let reply = edit(&[("id", &id), ("name", name)]);
        assert!(reply.status == 422 && reply.text().contains("role=\"alert\""), "{}", reply.text());
    }
    assert_eq!(browser.post(&at("link"), &[("id", &id)]).status, 400, "it has an address");
    browser.said(&send(&browser, &[("authed", "1")], "up.bin", b"content"));
    let upload = rows(app).into_iter().find(|row| row["name"] == "up.bin").expect("the upload");
    let upload = upload["id"].as_str().expect("an id").to_owned();
    let link = |id: &str| {
        let reply = browser.post(&at("link"), &[("id", id)]);
        let (_, rest) = reply.text().split_once("/api/files/").unwrap_or_else(|| panic!("{}", reply.text()));
        format!("/api/files/{}", rest.split('<').next().expect("its end"))
    };
    let given = link(&upload);
    let fetch = |path: &str| request(&app.address, "GET", path, &[], b"");
    assert_eq!(fetch(&given).body, b"content");
    // It ends with the content.
    browser.said(&send(&browser, &[("id", &upload)], "up.bin", b"other"));
    assert_eq!(fetch(&given).status, 410);
    assert_eq!(fetch(&link(&upload)).body, b"other");
    for id in ["", "none", "..%2F1", "%00"] {
        for act in ["edit", "replace", "content", "link", "delete"] {
            let status = browser.get(&format!("{PAGE}/{act}?id={id}")).status;
            assert!(
                status == 404 || (act == "delete" && id.is_empty() && status == 400),
                "{act} {id}: {status}"
            );
        }
    }
}

#[test]
fn one_some_and_all_are_deleted() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for name in ["a", "b", "c", "d"] {
        browser.said(&send(&browser, &[], name, b"x"));
    }
    let ids: Vec<String> =
        rows(app).iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
    assert!(
        browser.get(&format!("{PAGE}/delete?id={}&id={}", ids[0], ids[1])).text().contains("Delete 2 files")
    );
    assert_eq!(
        browser.said(&browser.post(&at("delete"), &[("id", &ids[0]), ("id", &ids[1])])),
        "2 files deleted."
    );
    assert!(browser.said(&browser.post(&at("delete"), &[("id", &ids[0])])).contains("gone already"));
    assert!(browser.get(&format!("{PAGE}/delete?all=yes")).text().contains("Delete all 2 files?"));
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("all", "yes")])), "All files are deleted.");
    assert!(rows(app).is_empty());
    assert_eq!(browser.post(&at("delete"), &[]).status, 400);
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    browser.said(&send(&browser, &[], "a", b"mine"));
    let id = rows(app)[0]["id"].as_str().expect("an id").to_owned();
    let upload = begun(&browser, &[("name", "x"), ("size", "10")]);
    piece(&browser, &upload, 0, b"12345");
    let fields: &[(&str, &str)] = &[("id", &id), ("name", "theirs"), ("size", "1"), ("all", "yes")];
    let reads =
        [PAGE, &at("new-address"), &format!("{PAGE}/edit?id={id}"), &format!("{PAGE}/content?id={id}")];
    let cancel = format!("{UPLOADS}/{upload}/cancel");
    let posts = [(UPLOADS, fields), (&*at("edit"), fields), (&*at("delete"), fields), (&*cancel, fields)];
    assert_kept_apart(&server, 64, &reads, &posts);
    // Somebody else's upload is not there, also for who may upload: neither in this application nor in another.
    let colleague = manager(&server, "colleague", 64);
    let theirs = Browser::signed_in(&app.address, "other", "four words that differ");
    assert_eq!(colleague.get(&format!("{UPLOADS}/{upload}")).status, 404);
    assert_eq!(piece(&colleague, &upload, 5, b"67890").status, 404);
    assert_eq!(colleague.post(&cancel, &[]).status, 404);
    assert_eq!(theirs.get(&format!("/dashboard/theirs/files/uploads/{upload}")).status, 404);
    let reply = theirs.post("/dashboard/theirs/files/uploads", &[("name", "x"), ("size", "1"), ("id", &id)]);
    assert_eq!(reply.status, 404, "a file of another application is none to replace");
    assert_eq!(offset(&browser, &upload), 5);
    assert_eq!(rows(app).len(), 1);
}
