//! What callers get whom nobody knows: it costs little, and is counted.

use std::io::Read as _;

use crate::support::{
    Reply, Server, VERSIONS,
    app::FORM,
    expect::signature_1_3,
    http::request,
    server::{Process, claviger},
};

/// A server that counts, behind a proxy at 127.0.0.1, and its address.
pub fn counting(flags: &[&str]) -> (Process, tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.1"]).args(flags);
    command.arg("--data-dir").arg(folder.path().join("data"));
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    (process, folder, address)
}

fn get(address: &str, client: &str, target: &str) -> Reply {
    request(address, "GET", target, &[("X-Forwarded-For", client)], b"")
}

#[test]
fn every_door_counts_but_health() {
    let (_process, _folder, address) = counting(&["--client-rate", "3"]);
    for (n, door) in [
        "/api/1.2/",
        "/api/1.3/?name=x",
        "/api/1.1/?name=x&ownerid=short",
        "/api/1.3/?name=x&ownerid=0123456789",
        "/api/openapi.json",
        "/api/docs/",
        "/api/address",
        "/nothing",
        "/",
        "/reset/x",
    ]
    .into_iter()
    .enumerate()
    {
        let client = format!("203.0.113.{n}");
        let statuses: Vec<u16> = (0..5).map(|_| get(&address, &client, door).status).collect();
        assert!(statuses[..3].iter().all(|&status| status != 429), "{door}: {statuses:?}");
        assert_eq!(statuses[3..], [429, 429], "{door}");
        let refused = get(&address, &client, door);
        let told = refused.header("retry-after").map(str::parse::<u32>);
        assert!(door == "/reset/x" || matches!(told, Some(Ok(1..=60))), "{door}: {refused:?}");
        for path in ["/healthz", "/readyz"] {
            assert_eq!(get(&address, &client, path).status, 200);
        }
    }
    // Programs read whom a reply is for before they read that it is a refusal.
    let refused = get(&address, "203.0.113.1", "/api/1.3/?name=x&ownerid=0123456789");
    let text = "This application has sent too many requests. Try again in a minute.";
    let body = format!(r#"{{"success":false,"code":0,"message":"{text}","ownerid":"0123456789"}}"#);
    assert_eq!((refused.status, refused.text()), (429, body.as_str()));
    signature_1_3(&refused);
}

#[test]
fn too_many_parameters_are_not_read() {
    let server = Server::start();
    let address = &server.app.address;
    let parts = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n".repeat(15_000) + "--x--\r\n";
    let object: Vec<String> = (0..60_000).map(|n| format!("\"{n}\":1")).collect();
    let bodies = [
        (FORM, "a&".repeat(500_000)),
        (("Content-Type", "multipart/form-data; boundary=x"), parts),
        (("Content-Type", "application/json"), format!("{{{}}}", object.join(","))),
    ];
    for (content_type, body) in &bodies {
        for version in VERSIONS {
            let reply =
                request(address, "POST", &format!("/api/{version}/"), &[*content_type], body.as_bytes());
            assert_eq!(reply.status, 413, "{version} {content_type:?}: {reply:?}");
            assert!(reply.text().contains(r#""success":false"#), "{reply:?}");
            assert!(reply.text().contains(r#""message":"Too many parameters""#), "{reply:?}");
        }
        let reply = request(address, "POST", "/api/seller/", &[*content_type], body.as_bytes());
        let told = r#"{"success":false,"message":"Too many parameters"}"#;
        assert_eq!((reply.status, reply.text()), (400, told), "{content_type:?}");
    }
    let query = format!("/api/1.2/?{}", "a&".repeat(2000));
    assert_eq!(request(address, "GET", &query, &[], b"").status, 413);
    // A thousand are not too many, and what is nested is not read at all.
    let form = format!("{}type=x", "a&".repeat(999));
    assert!(request(address, "POST", "/api/1.1/", &[FORM], form.as_bytes()).text().contains("No OwnerID"));
    for deep in ["[".repeat(1_000_000), format!("{{\"a\":{}", "[".repeat(900_000))] {
        let reply = request(address, "POST", "/api/1.1/", &[bodies[2].0], deep.as_bytes());
        assert!(reply.text().contains("No OwnerID"), "{reply:?}");
    }
}

#[test]
fn nobody_guesses_what_a_reply_is() {
    let server = Server::start();
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/api/address",
        "/api/1.2/",
        "/api/1.3/",
        "/api/seller/",
        "/api/openapi.json",
        "/api/docs",
        "/api/docs/",
        "/api/docs/start.js",
        "/api/docs/swagger-ui.css",
        "/reset/x",
        "/dashboard/",
        "/dashboard/login",
        "/nothing",
    ] {
        for method in ["GET", "OPTIONS", "PUT"] {
            let reply = request(&server.app.address, method, path, &[], b"");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{method} {path}: {reply:?}");
        }
    }
}

#[test]
fn what_is_constant_is_compressed_and_sent_once() {
    let server = Server::start();
    let get = |path: &str, headers: &[(&str, &str)]| request(&server.app.address, "GET", path, headers, b"");
    for path in ["/api/openapi.json", "/api/docs/", "/api/docs/start.js"] {
        let plain = get(path, &[]);
        let packed = get(path, &[("Accept-Encoding", "br, gzip")]);
        assert_eq!((plain.status, packed.status), (200, 200), "{path}");
        assert_eq!(
            (plain.header("content-encoding"), packed.header("content-encoding")),
            (None, Some("gzip"))
        );
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*packed.body).read_to_end(&mut unpacked).expect("gzip");
        assert!(unpacked == plain.body, "{path}");
        assert_eq!(packed.header("vary"), Some("accept-encoding"), "{path}");
        let tag = packed.header("etag").expect("a tag");
        let known = get(path, &[("If-None-Match", tag)]);
        assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, Some(tag)), "{path}");
    }
    let packed = get("/api/openapi.json", &[("Accept-Encoding", "gzip")]);
    assert!(packed.body.len() < 100_000, "{} bytes", packed.body.len());
    // Where a secret and a stranger's text could meet, nothing is.
    for path in ["/api/1.2/?ownerid=0123456789&name=x", "/dashboard/login", "/api/seller/?type=stats"] {
        assert_eq!(get(path, &[("Accept-Encoding", "gzip")]).header("content-encoding"), None, "{path}");
    }
}

#[test]
fn an_application_is_known_as_soon_as_it_is_made() {
    let server = Server::start();
    let (address, owner) = (&server.app.address, &server.app.owner_id);
    for n in 0..5 {
        let target = format!("/api/1.1/?type=init&name=app%20{n}&ownerid={owner}");
        let ask = || request(address, "GET", &target, &[], b"").text().to_owned();
        assert_eq!((ask(), ask()), ("KeyAuth_Invalid".into(), "KeyAuth_Invalid".into()));
        server.create_app(&format!("App {n}"));
        assert!(ask().starts_with(r#"{"success""#), "{}", ask());
        server.cli.ok(&["app", "delete", &format!("demo/app {n}"), "--yes"]);
        crate::support::eventually("it to be gone", || (ask() == "KeyAuth_Invalid").then_some(()));
    }
}
