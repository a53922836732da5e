//! The first minutes of a server, and owners who lost their password: links that work once.

use std::{fs, path::Path};

use crate::support::{
    Browser, Cli, Reply, escaped, eventually,
    server::{Process, claviger},
};

const WELCOME: &str = "/dashboard/-/welcome";
const PASSWORD: &str = "four words that differ";

/// A server on a folder, which may be empty.
struct Plain {
    // The order matters: the program ends before its folder goes.
    process: Process,
    address: String,
    cli: Cli,
    folder: tempfile::TempDir,
}

fn serve(folder: &Path) -> (Process, String) {
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.join("data"));
    let mut process = Process::spawn(command, folder);
    let address = process.wait_for_address();
    (process, address)
}

impl Plain {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (process, address) = serve(folder.path());
        Self { process, address, cli: Cli::new(&folder.path().join("data"), None), folder }
    }

    fn restart(mut self) -> Self {
        self.process.stop("TERM");
        let (process, address) = serve(self.folder.path());
        Self { process, address, ..self }
    }

    /// The path of the link that the server printed.
    fn link(&self) -> String {
        let text = self.process.stdout();
        let start = text.find(WELCOME).unwrap_or_else(|| panic!("a link: {text}"));
        let link = text[start..].split_whitespace().next().expect("a link").to_owned();
        assert!(text.contains(&format!("http://{}{link}", self.address)), "{text}");
        assert!(text.contains("works once, within an hour"), "{text}");
        link
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }
}

fn secret(link: &str) -> &str {
    link.split_once("link=").expect("a secret").1
}

fn accept(browser: &Browser, link: &str, name: &str, password: &str) -> Reply {
    browser.post(WELCOME, &[("link", secret(link)), ("name", name), ("password", password)])
}

#[test]
fn an_empty_folder_is_owned_in_a_minute() {
    let server = Plain::start();
    let link = server.link();
    let browser = server.browser();
    let page = browser.get(&link);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Welcome to Claviger"), "{}", page.text());
    let reply = accept(&browser, &link, "acme", PASSWORD);
    assert_eq!((reply.status, reply.header("location")), (303, Some("/dashboard/")), "{}", reply.text());
    let home = browser.get("/dashboard/");
    assert!(home.status == 200 && home.text().contains("acme"), "{}", home.text());
    let owners = server.cli.json(&["owner", "list", "--json"]);
    assert_eq!((owners[0]["name"].as_str(), owners[0]["role"].as_str()), (Some("acme"), Some("seller")));
    // Once.
    let other = server.browser();
    assert_eq!(other.get(&link).status, 404);
    assert_eq!(accept(&other, &link, "evil", PASSWORD).status, 404);
    Browser::signed_in(&server.address, "ACME", PASSWORD);
    // There is an owner now, so no link is printed.
    let server = server.restart();
    assert!(!server.process.stdout().contains(WELCOME), "{}", server.process.stdout());
}

#[test]
fn each_start_without_owners_makes_the_link_before_void() {
    let server = Plain::start();
    let old = server.link();
    let server = server.restart();
    let new = server.link();
    assert_ne!(old, new);
    assert_eq!(server.browser().get(&old).status, 404);
    assert_eq!(server.browser().get(&new).status, 200);
    server.cli.ok(&["owner", "create", "acme"]);
    assert_eq!(server.browser().get(&new).status, 404);
    assert_eq!(accept(&server.browser(), &new, "evil", PASSWORD).status, 404);
}

#[test]
fn what_was_typed_is_kept_and_what_is_wrong_is_said() {
    let server = Plain::start();
    let link = server.link();
    let browser = server.browser();
    for (name, password, problem) in [
        ("", PASSWORD, "1 to 65 bytes"),
        ("a/b", PASSWORD, "slash"),
        ("acme", "short", "at least 8 characters"),
        ("acme", "password1234", "easy to guess"),
        ("<script>\"'&", "12345678", "easy to guess"),
    ] {
        let reply = accept(&browser, &link, name, password);
        assert_eq!(reply.status, 422, "{name} {password}");
        assert!(reply.text().contains(problem), "{problem}: {}", reply.text());
        assert!(reply.text().contains(&format!("value=\"{}\"", escaped(name))), "{}", reply.text());
        assert!(!reply.text().contains("<script>\""), "{}", reply.text());
    }
    let strength = |password: &str| {
        browser.post("/dashboard/-/strength", &[("name", "acme"), ("password", password)]).text().to_owned()
    };
    assert!(strength("password").contains("weak"));
    assert!(strength("correct horse battery staple pony").contains("Strength: "));
    assert!(!strength("").contains("Strength"));
    assert!(!strength(&"x".repeat(5000)).contains("Strength"));
    // Without the page's token, and from another site, nothing happens.
    let fields = [("link", secret(&link)), ("name", "acme"), ("password", PASSWORD)];
    assert_eq!(browser.post_as(WELCOME, &fields, &[("Sec-Fetch-Site", "same-origin")]).status, 403);
    let token = browser.token();
    let with_token = [&fields[..], &[("token", &token)]].concat();
    assert_eq!(browser.post_as(WELCOME, &with_token, &[("Sec-Fetch-Site", "cross-site")]).status, 403);
    assert_eq!(server.cli.json(&["owner", "list", "--json"]).as_array().map(Vec::len), Some(0));
}

#[test]
fn an_owner_gets_in_again_by_a_link() {
    let server = Plain::start();
    server.cli.ok(&["owner", "create", "acme"]);
    let refused = server.cli.fails(&["owner", "invite", "nobody"]);
    assert!(refused.contains("there is no owner `nobody`"), "{refused}");
    let invite = || {
        let base = format!("http://{}", server.address);
        let link = server.cli.ok(&["owner", "invite", "Acme", "--public-url", &base]);
        let (link, told) = link.split_once('\n').expect("a line");
        assert!(told.contains("it works once, within an hour"), "{told}");
        link.strip_prefix(&base).expect("a link to the server").to_owned()
    };
    let void = invite();
    let link = invite();
    let browser = server.browser();
    assert_eq!(browser.get(&void).status, 404);
    let page = browser.get(&link);
    assert!(page.status == 200 && page.text().contains("A new password for acme"), "{}", page.text());
    assert_eq!(accept(&browser, &link, "ignored", PASSWORD).status, 303);
    assert_eq!(browser.get("/dashboard/-/account").status, 200);
    assert_eq!(accept(&server.browser(), &link, "", PASSWORD).status, 404);
    // The next one signs the browser out.
    let link = invite();
    let other = server.browser();
    assert_eq!(accept(&other, &link, "", "another long passphrase").status, 303);
    assert_eq!(browser.get("/dashboard/-/account").status, 303);
    let log = other.get("/dashboard/-/account-logs");
    assert!(log.text().contains("password set by link"), "{}", log.text());
}

#[test]
fn nothing_of_a_link_is_kept_that_opens_anything() {
    let server = Plain::start();
    let link = server.link();
    let secret = secret(&link).to_owned();
    assert_eq!(secret.len(), 64);
    eventually("the link in the database", || (server.browser().get(&link).status == 200).then_some(()));
    for file in fs::read_dir(server.folder.path().join("data")).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_file() {
            let bytes = fs::read(&path).expect("a file");
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    assert!(!server.process.stderr().contains(&secret), "{}", server.process.stderr());
}
