//! Identity providers for teams and groups, and what operators are told of them.

use serde_json::{Value, json};

use crate::support::by_provider::{
    ACCOUNT, PASSWORD, PROVIDER, identities, is_signed_in, settings, sign_in, unlink,
};
use crate::support::issuer::Issuer;
use crate::support::proxied::on_both_with;
use crate::support::{Browser, Server};

#[test]
fn people_of_a_team_are_found_by_a_verified_address() {
    let issuer = Issuer::start();
    on_both_with(&settings(&issuer, "owners_link_team = true\n"), |server| {
        let owner = server.browser();
        let fields =
            [("role", "manager"), ("name", "max"), ("by", "link"), ("lasts", "3600"), ("may", "users")];
        let page = owner.post("/dashboard/demo-app/team/new", &fields);
        let page = page
            .text()
            .split_once("<p><a class=\"button\" href=\"")
            .expect("its page")
            .1
            .split('"')
            .next()
            .expect("it")
            .to_owned();
        let bind = |claim: &str, value: &str| {
            owner.post(
                &format!("{page}/identity"),
                &[("provider", "acme-sso"), ("claim", claim), ("value", value)],
            )
        };
        for (claim, value) in [("email", "no address"), ("email", ""), ("name", "x"), ("subject", "")] {
            assert_eq!(bind(claim, value).status, 422, "{claim} {value}");
        }
        assert_eq!(bind("email", "Rita@Example.ORG").status, 303);
        let unverified = sign_in(server, &issuer, json!({ "email_verified": false }));
        assert!(
            unverified.1.text().contains("has not verified your e-mail address"),
            "{}",
            unverified.1.text()
        );
        let text = sign_in(server, &issuer, json!({ "email_verified": "false" }));
        assert_eq!(text.1.status, 422);
        let (browser, reply) = sign_in(server, &issuer, json!({}));
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert!(browser.get("/dashboard/").text().contains("max"));
        // Into the team of one owner, and nobody else's.
        let name = format!("other{}", server.app.address.replace(|c: char| !c.is_ascii_digit(), ""));
        server.cli.ok_with_input(&["owner", "create", &name, "--password-stdin"], PASSWORD);
        server.cli.ok(&["app", "create", "--owner", &name, "elsewhere"]);
        assert_eq!(browser.get("/dashboard/demo-app/users").status, 200);
        assert_eq!(browser.get("/dashboard/elsewhere/users").status, 404);
        let other = Browser::signed_in(&server.app.address, &name, PASSWORD);
        let fields = [("provider", "acme-sso"), ("claim", "subject"), ("value", "subject-3")];
        assert_eq!(other.post(&format!("{page}/identity"), &fields).status, 404);
        let unbind = format!("{page}/identity/remove");
        assert_eq!(other.post(&unbind, &[("id", &identities(&browser)[0])]).status, 404);
        // From then on it is the subject that counts: whoever gets the address later is somebody else.
        assert!(is_signed_in(&sign_in(server, &issuer, json!({ "email": "new@example.org" })).0));
        assert_eq!(sign_in(server, &issuer, json!({ "sub": "subject-2" })).1.status, 422);
        // Suspended, they are out; removed, the link is gone.
        assert_eq!(owner.post(&format!("{page}/suspend"), &[]).status, 303);
        let (_, suspended) = sign_in(server, &issuer, json!({}));
        assert!(suspended.text().contains("This account is suspended."), "{}", suspended.text());
        assert_eq!(owner.post(&format!("{page}/remove"), &[]).status, 303);
        let (_, gone) = sign_in(server, &issuer, json!({}));
        assert!(gone.text().contains("Nobody here is linked"), "{}", gone.text());
    });
}

#[test]
fn a_group_makes_owners() {
    let issuer = Issuer::start();
    let server =
        Server::start_with(&settings(&issuer, "groups_claim = \"roles\"\nowner_group = \"vendors\"\n"));
    let claims =
        |roles: Value, name: &str| json!({ "roles": roles, "preferred_username": name, "sub": name });
    assert_eq!(sign_in(&server, &issuer, claims(json!(["others"]), "nina")).1.status, 422);
    assert_eq!(sign_in(&server, &issuer, claims(json!(["vendors"]), "a/b")).1.status, 422);
    let (_, taken) = sign_in(&server, &issuer, claims(json!(["vendors"]), "DEMO"));
    assert!(taken.text().contains("there is an account of that name already"), "{}", taken.text());
    let mut shown = claims(json!(["x", "vendors"]), "nina");
    let (nina, reply) = sign_in(&server, &issuer, shown.clone());
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert!(nina.get("/dashboard/").text().contains("nina"));
    let made = server.cli.ok(&["owner", "list"]);
    assert!(made.contains("nina"), "{made}");
    // Nobody knows when credentials were shown: what is sensitive asks for them.
    let ids = identities(&nina);
    assert_eq!(ids.len(), 1);
    let asked = unlink(&nina, &ids[0]);
    let question = asked.header("location").unwrap_or_default();
    assert!(question.starts_with("/dashboard/-/confirm"), "{question} {}", asked.text());
    // It is all they sign in with.
    shown["auth_time"] = json!(crate::support::now());
    let nina = sign_in(&server, &issuer, shown).0;
    unlink(&nina, &ids[0]);
    assert!(nina.get(ACCOUNT).text().contains("This is all you sign in with"));
    assert!(is_signed_in(&sign_in(&server, &issuer, claims(json!([]), "nina")).0));
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(nina.post(&format!("{ACCOUNT}/password"), &fields).status, 303);
    unlink(&nina, &ids[0]);
    assert_eq!(sign_in(&server, &issuer, claims(json!([]), "nina")).1.status, 422);
    assert!(is_signed_in(&Browser::signed_in(&server.app.address, "nina", PASSWORD)));
}

#[test]
fn a_provider_that_cannot_be_had_is_told_kindly() {
    let issuer = Issuer::start();
    let without = settings(&issuer, "").replace("outgoing_allow = [\"127.0.0.0/8\"]\n", "");
    let server = Server::start_with(&without);
    let reply = Browser::new(&server.app.address).get(&format!("{PROVIDER}/sign-in"));
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("Acme SSO cannot be reached now."), "{}", reply.text());
    let told = server.process.stderr() + &server.process.stdout();
    assert!(told.contains("outgoing_allow"), "{told}");
    for (settings, words) in [
        ("name = \"A\"\nissuer = \"http://login.example.org\"\nclient_id = \"x\"", "https"),
        ("name = \"...\"\nissuer = \"https://login.example.org\"\nclient_id = \"x\"", "letters or digits"),
        ("name = \"A\"\nissuer = \"https://login.example.org\"\nclient_id = \"\"", "client_id"),
        ("name = \"A\"\nissuer = \"nowhere\"\nclient_id = \"x\"", "address"),
        ("name = \"A\"\nissuer = \"https://a.example\"\nclient_id = \"x\"\nscopes = [\"a b\"]", "scopes"),
    ] {
        let data = tempfile::tempdir().expect("a folder");
        std::fs::write(data.path().join("claviger.toml"), format!("[[identity_provider]]\n{settings}\n"))
            .expect("a file");
        let mut command = crate::support::server::claviger();
        let output = command.args(["doctor", "--data-dir"]).arg(data.path()).output().expect("it starts");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            !output.status.success() && told.contains("identity_provider") && told.contains(words),
            "{words}: {told}"
        );
    }
}

#[test]
fn a_provider_that_calls_itself_otherwise_is_not_asked() {
    let issuer = Issuer::start();
    for (issuer_in_settings, words) in [
        (format!("{}/", issuer.url), "cannot be believed"),
        (format!("{}/nowhere", issuer.url), "cannot be reached"),
        (format!("{}/large", issuer.url), "cannot be reached"),
        (format!("{}/elsewhere", issuer.url), "cannot be reached"),
        (format!("{}/text", issuer.url), "cannot be reached"),
    ] {
        let settings = settings(&issuer, "")
            .replace(&format!("issuer = \"{}\"", issuer.url), &format!("issuer = \"{issuer_in_settings}\""));
        let server = Server::start_with(&settings);
        let reply = Browser::new(&server.app.address).get(&format!("{PROVIDER}/sign-in"));
        assert!(
            reply.status >= 400 && reply.text().contains(words),
            "{issuer_in_settings}: {}",
            reply.text()
        );
    }
}

#[test]
fn the_doctor_looks_at_providers() {
    let issuer = Issuer::start();
    let doctor = |settings: &str| {
        let data = tempfile::tempdir().expect("a folder");
        std::fs::write(data.path().join("claviger.toml"), settings).expect("a file");
        let mut command = crate::support::server::claviger();
        let output = command.args(["doctor", "--data-dir"]).arg(data.path()).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let right = settings(&issuer, "");
    let told = doctor(&right);
    assert!(told.contains("Acme SSO answers, but public_url is not set") && !told.contains("hush"), "{told}");
    let told = doctor(&format!("public_url = \"https://license.example.org\"\n{right}"));
    assert!(told.contains("Acme SSO answers as it should"), "{told}");
    let told = doctor(&right.replace(&issuer.url, &format!("{}/nowhere", issuer.url)));
    assert!(told.contains("Acme SSO: HTTP status code 404"), "{told}");
    let told = doctor(&right.replace("outgoing_allow", "# outgoing_allow"));
    assert!(told.contains("Acme SSO:") && told.contains("outgoing_allow"), "{told}");
}
