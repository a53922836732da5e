//! The types of files (`docs/protocol/seller.md`).

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::http::{parse, request};
use crate::support::vendor::{failure, hostile, success};
use crate::support::{
    App, Reply, Server, assert_json, assert_text, encode, eventually, mask_text, target::Target,
};

const ALLOW: &str = "outgoing_allow = [\"127.0.0.0/8\"]\n";
const INVALID: &str = "URL is invalid";
const LOCAL: &str = "URL can't be a local path! Must be a remote URL accessible by the open internet";
const NOT_UPDATED: &str = "Failed to update file";
const NOT_DELETED: &str = "Failed to delete file!";

/// The id in the reply to an upload, which is right to the byte.
fn uploaded(reply: &Reply) -> String {
    let (_, id) = mask_text(reply.text(), "id");
    let expected =
        format!(r#"{{"success":true,"message":"File ID {id} Uploaded Successfully","id":"{id}"}}"#);
    assert_json(reply, 200, &expected);
    id
}

/// What `fetchfile` tells.
fn told(app: &App, id: &str) -> serde_json::Value {
    let reply = app.seller(&format!("type=fetchfile&id={id}"));
    assert_eq!(reply.json()["message"], "Successfully retrieved file", "{reply:?}");
    reply.json()["file"].clone()
}

#[test]
fn files_by_address_come_and_go() {
    let server = Server::start_with(ALLOW);
    let app = &server.app;
    let target = Target::start(&[(200, &"x".repeat(1536))]);
    let url = format!("{}/a/loader.exe?key=1", target.url);
    app.walk(&[
        ("fetchallfiles", 406, &failure("No files Found")),
        ("fetchfile&id=1", 406, &failure("No file Found with ID: 1")),
        ("delallfiles", 200, &failure("Failed to delete all files!")),
    ]);
    let id = uploaded(&app.seller(&format!("type=upload&url={}", encode(&url))));
    let reply = app.seller(&format!("type=fetchfile&id={id}"));
    let date = reply.json()["file"]["uploaddate"].as_str().expect("a time").to_owned();
    let row = format!(
        r#"{{"id":"{id}","url":"{url}","name":"loader.exe","size":"1.5 KB","authed":1,"uploaddate":"{date}"}}"#
    );
    let one = format!(r#"{{"success":true,"message":"Successfully retrieved file","file":{row}}}"#);
    assert_json(&reply, 200, &one);
    let all = format!(r#"{{"success":true,"message":"Successfully retrieved files","files":[{row}]}}"#);
    app.walk(&[("fetchallfiles", 200, &all), ("fetchallfiles&format=text", 200, &all)]);
    let text = app.seller(&format!("type=upload&format=text&authed=0&url={}", encode(&url)));
    let other = text.text().split(' ').nth(2).expect("an id").to_owned();
    assert_text(&text, 200, &format!("File ID {other} Uploaded Successfully"));
    assert_eq!(told(app, &other)["authed"], 0);
    assert_eq!(server.create_app("other").seller(&format!("type=fetchfile&id={id}")).status, 406);
    app.walk(&[
        (&format!("delfile&fileid={id}"), 200, &success("Successfully deleted files!")),
        (&format!("delfile&fileid={id}"), 200, &failure(NOT_DELETED)),
        ("delallfiles", 200, &success("Successfully deleted all files!")),
        ("fetchallfiles", 406, &failure("No files Found")),
    ]);
}

#[test]
fn addresses_without_a_file_are_refused() {
    let server = Server::start_with("outgoing_allow = [\"127.0.0.0/8\"]\nfile_max_bytes = 1024\n");
    let app = &server.app;
    let target = Target::start(&[(404, "gone"), (200, &"x".repeat(1025)), (200, "x")]);
    let url = encode(&target.url);
    let long = format!("https%3A%2F%2F203.0.113.9%2F{}", "x".repeat(2048));
    app.walk(&[
        ("upload", 200, &failure(INVALID)),
        ("upload&url=x", 200, &failure(INVALID)),
        ("upload&url=file%3A%2F%2F%2Fetc%2Fpasswd", 200, &failure(INVALID)),
        (&format!("upload&url={long}"), 400, &failure("Invalid parameter: url")),
        (&format!("upload&url={url}&authed=2"), 400, &failure("Invalid parameter: authed")),
        (&format!("upload&url={url}"), 200, &failure("Failed to fetch file. HTTP Status: 404")),
        (&format!("upload&url={url}"), 200, &failure("File size limit is 1 KB.")),
        ("upload&url=http%3A%2F%2F127.0.0.1%3A9%2F", 200, &failure("Failed to fetch file. HTTP Status: 0")),
        ("fetchallfiles", 406, &failure("No files Found")),
    ]);
    uploaded(&app.seller(&format!("type=upload&url={url}")));
}

#[test]
fn inner_addresses_are_not_called() {
    let server = Server::start();
    let target = Target::start(&[(200, "secret")]);
    let local = failure(LOCAL);
    for url in [
        target.url.as_str(),
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
    ] {
        server.app.walk(&[(&format!("upload&url={}", encode(url)), 200, &local)]);
    }
    assert_eq!(target.seen(), []);
}

#[test]
fn what_is_not_given_stays() {
    let server = Server::start_with(ALLOW);
    let app = &server.app;
    let target = Target::start(&[(200, "abc"), (200, "abcdef"), (500, "")]);
    let id = uploaded(&app.seller(&format!("type=upload&url={}", encode(&target.url))));
    let edit = |query: &str| app.seller(&format!("type=editfile&id={id}&{query}"));
    let done = success("Successfully updated file");
    assert_json(&edit("authed=0"), 200, &done);
    assert_eq!((told(app, &id)["authed"].clone(), told(app, &id)["size"].clone()), (0.into(), "3 B".into()));
    let other = format!("{}/other", target.url);
    assert_json(&edit(&format!("url={}", encode(&other))), 200, &done);
    let file = told(app, &id);
    assert_eq!([&file["url"], &file["size"]], [&serde_json::Value::from(other.as_str()), &"6 B".into()]);
    assert_eq!(file["authed"], 0);
    for (query, status, text) in [
        ("", 200, NOT_UPDATED),
        ("url=x", 200, INVALID),
        ("authed=x", 400, "Invalid parameter: authed"),
        (&format!("url={}", encode(&target.url)), 200, "Failed to fetch file. HTTP Status: 500"),
    ] {
        assert_json(&edit(query), status, &failure(text));
    }
    assert_eq!(told(app, &id), file);
    for id in hostile() {
        app.walk(&[
            (&format!("editfile&id={id}&authed=1"), 200, &failure(NOT_UPDATED)),
            (&format!("delfile&fileid={id}"), 200, &failure(NOT_DELETED)),
        ]);
        assert_eq!(app.seller(&format!("type=fetchfile&id={id}")).status, 406);
    }
    assert_eq!(told(app, &id), file);
}

const MULTIPART: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=x");

/// The part `file` of a form, and its end.
fn form_of(content: &[u8]) -> Vec<u8> {
    let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"loader.bin\"\r\n\r\n";
    [head.as_bytes(), content, b"\r\n--x--\r\n"].concat()
}

/// Sends a file of the form `file`, as browsers do.
fn send(app: &App, query: &str, content: &[u8]) -> Reply {
    post(app, query, &form_of(content))
}

fn post(app: &App, query: &str, body: &[u8]) -> Reply {
    request(&app.address, "POST", &format!("/api/seller/{query}"), &[MULTIPART], body)
}

/// The names of all contents on disk, finished and not.
fn on_disk(server: &Server) -> Vec<String> {
    let Ok(apps) = fs::read_dir(server.data().join("files")) else { return Vec::new() };
    let files = apps.flat_map(|app| fs::read_dir(app.expect("an application").path()).expect("a folder"));
    files.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect()
}

/// A connection on which an upload is announced and not finished.
fn begin(app: &App, query: &str, length: usize, more: &str, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(&app.address).expect("a connection");
    let head = format!(
        "POST /api/seller/{query} HTTP/1.1\r\nHost: x\r\n{}: {}\r\nContent-Length: {length}\r\n{more}\r\n",
        MULTIPART.0, MULTIPART.1
    );
    stream.write_all(head.as_bytes()).expect("a head");
    stream.write_all(sent).expect("a beginning");
    stream
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let server = Server::start();
    let app = &server.app;
    let query = format!("upload?sellerkey={}", app.seller_key);
    let form = form_of(&vec![7; 300_000]);
    for sent in [0, 40, 100, 70_000, 200_000, form.len() - 3] {
        let stream = begin(app, &query, form.len(), "", &form[..sent]);
        if sent > 60_000 {
            eventually("it is being written", || {
                on_disk(&server).iter().any(|name| name.starts_with(".new-")).then_some(())
            });
        }
        drop(stream);
        eventually("nothing is left", || on_disk(&server).is_empty().then_some(()));
    }
    app.walk(&[("fetchallfiles", 406, &failure("No files Found"))]);
    // All places are free again: more than there are at once.
    for _ in 0..20 {
        uploaded(&send(app, &query, b"x"));
    }
}

#[test]
fn forms_that_are_odd_are_refused() {
    let server = Server::start();
    let app = &server.app;
    let query = format!("upload?sellerkey={}", app.seller_key);
    let part =
        |head: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let file = part("name=\"file\"; filename=\"a\"", "content");
    let (incomplete, large) =
        ("The body is not a complete multipart form", "Request too large or incomplete");
    let other = "The form may have one file, in the part `file`";
    for (body, status, text) in [
        (file.clone(), 400, incomplete),
        (file.replace("--x", "--y") + "--y--\r\n", 400, incomplete),
        ("content".into(), 400, incomplete),
        (file.repeat(2) + "--x--\r\n", 400, other),
        (part("name=\"data\"; filename=\"a\"", "content") + "--x--\r\n", 400, other),
        (part("filename=\"a\"", "content") + "--x--\r\n", 400, other),
        (part("name=\"a\"", "b").repeat(5000) + &file + "--x--\r\n", 413, large),
        (part("name=\"a\"", &"b".repeat(200_000)) + &file + "--x--\r\n", 413, large),
        (format!("--x\r\nX-Long: {}\r\n\r\n", "x".repeat(1 << 20)), 413, large),
    ] {
        assert_json(&post(app, &query, body.as_bytes()), status, &failure(text));
        assert_eq!(on_disk(&server), Vec::<String>::new(), "{body:.80}");
    }
    app.walk(&[("fetchallfiles", 406, &failure("No files Found"))]);
    // Fields beside the file count, and a file may be empty.
    let id = uploaded(&post(app, &query, (part("name=\"authed\"", "0") + &file + "--x--\r\n").as_bytes()));
    assert_eq!((told(app, &id)["authed"].clone(), told(app, &id)["size"].clone()), (0.into(), "7 B".into()));
    assert_eq!(told(app, &uploaded(&send(app, &query, b"")))["size"], "0 B");
    let text = post(app, &query, (part("name=\"format\"", "text") + &file + "--x--\r\n").as_bytes());
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn who_may_not_upload_is_told_before_anything_is_sent() {
    let server = Server::start_with("file_max_bytes = 3000000\napp_upload_bytes = 4000000\n");
    let app = &server.app;
    let query = format!("upload?sellerkey={}", app.seller_key);
    // As careful clients do, which send the body once they are told to.
    let answer = |query: &str, length: usize| {
        let more = "Expect: 100-continue\r\nConnection: close\r\n";
        let mut stream = begin(app, query, length, more, b"");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("a reply");
        parse(&bytes, false).expect("a whole reply")
    };
    let unknown = answer("upload?sellerkey=0123456789abcdef0123456789abcdef", 2_000_000);
    assert_json(&unknown, 404, &failure("Seller Key Not Found"));
    let made =
        server.cli.json(&["app", "seller-key", "add", &app.path(), "reader", "--rights", "read", "--json"]);
    let reader = format!("upload?sellerkey={}", made["seller_key"].as_str().expect("a key"));
    assert_eq!(answer(&reader, 2_000_000).status, 403);
    let large = answer(&query, 3_200_000);
    assert_json(&large, 200, &failure("File size limit is 2.86 MB."));
    uploaded(&send(app, &query, &vec![7; 2_500_000]));
    let full = "the uploads of an application have at most 4000000 bytes, which app_upload_bytes sets; \
        2500000 are taken, and this file has 1934464";
    assert_json(&answer(&query, 2_000_000), 200, &failure(full));
    let path = server.folder().join("large");
    fs::write(&path, vec![7; 2_000_000]).expect("a file");
    let told = server.cli.fails(&["file", "add", &app.path(), path.to_str().expect("a path")]);
    assert!(told.contains("2500000 are taken, and this file has 2000000"), "{told}");
    assert_eq!(on_disk(&server).len(), 1);
}

#[test]
fn a_file_may_come_along() {
    let server = Server::start_with("file_max_bytes = 3000000\n");
    let app = &server.app;
    let content: Vec<u8> = (0..2_000_000u32).map(|n| n as u8).collect();
    let query = format!("upload?authed=0&sellerkey={}", app.seller_key);
    let id = uploaded(&send(app, &query, &content));
    let file = told(app, &id);
    assert_eq!((file["name"].as_str(), file["size"].as_str()), (Some("loader.bin"), Some("1.91 MB")));
    assert_eq!(file["url"], "uploaded");
    let contents = app.init("1.2").call("file", &[("fileid", &id)]).json()["contents"].clone();
    assert_eq!(contents.as_str().map(hex::decode), Some(Ok(content)));
    let large = send(app, &query, &vec![0; 3_000_001]);
    assert_json(&large, 200, &failure("File size limit is 2.86 MB."));
    // Whoever may not is told so at once, whatever follows.
    let stranger = send(app, "?type=upload&sellerkey=0123456789abcdef0123456789abcdef", &vec![0; 2_000_000]);
    assert_json(&stranger, 404, &failure("Seller Key Not Found"));
    // A key that stands in the body is not known before that was read, so it may have no more than any other.
    let inside =
        format!("--x\r\nContent-Disposition: form-data; name=\"sellerkey\"\r\n\r\n{}\r\n", app.seller_key);
    let large = [inside.as_bytes(), &form_of(&vec![0; 2_000_000])].concat();
    assert_eq!(post(app, "?type=upload", &large).status, 413);
    let small = [inside.as_bytes(), &form_of(b"small")].concat();
    app.seller(&format!("type=delfile&fileid={}", uploaded(&post(app, "?type=upload", &small))));
    assert_eq!(app.rows("fetchallfiles", "files").len(), 1);
}

#[test]
fn files_come_in_pages() {
    let server = Server::start();
    let app = &server.app;
    for _ in 0..5 {
        uploaded(&send(app, &format!("upload?sellerkey={}", app.seller_key), b"x"));
    }
    assert_eq!(app.pages("fetchallfiles", "files", 2).len(), 5);
    app.refuses_bad_pages("fetchallfiles");
}
