//! `claviger panel`, and names of applications that no panel could be reached by.

use std::fs;

use serde_json::json;

use crate::support::Server;
use crate::support::panel::Customer;
use crate::support::proxied::on_both;
use crate::support::vendor::PASS;

/// The head of a picture of this many pixels, squared.
fn png(side: u32) -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
    [&head[..], &side.to_be_bytes(), &side.to_be_bytes(), b"\x08\x06\0\0\0"].concat()
}

#[test]
fn the_command_line_sets_a_panel_up() {
    on_both(|server| {
        let (app, cli, path) = (&server.app, &server.cli, server.app.path());
        let customer = Customer::new(app);
        let before = "\
on        false
offers    license-sign-in,redeem,devices,sessions,password,email,two-factor,downloads
brand     \n\
light     #2f5bd0
dark      #86a8ff
welcome   \n\
support   \n\
terms     \n\
language  en
logo      none
";
        assert_eq!(cli.ok(&["panel", "show", &path]), before);
        assert_eq!(customer.get("sign-in").status, 404);
        let said = cli.ok(&["panel", "set", &path, "on=true", "brand=Acme & Co", "offers=redeem, devices"]);
        assert_eq!(
            said,
            "on: false → true; offers: license-sign-in redeem devices sessions password email two-factor downloads → \
             redeem devices; brand:  → Acme & Co\n"
        );
        let page = customer.get("sign-in");
        assert!(page.status == 200 && page.text().contains("Acme &#38; Co"), "{}", page.text());
        assert_eq!(customer.get("forgot").status, 404, "what is not offered is not there");
        // What is not named stays; nothing of a change that is refused is made.
        for (change, why) in [
            ("on=yes", "`yes` is neither true nor false"),
            ("offers=redeem,tea", "a panel offers no `tea`"),
            ("light=#ffff00", "which many cannot read"),
            ("support=http://x.example", "The address of help begins with https://."),
            ("language=xx", "The panel does not speak this language."),
            ("welcom=x", "a panel has no setting `welcom`"),
            ("brand", "`brand` changes nothing: write NAME=VALUE, such as on=true"),
        ] {
            let told = cli.fails(&["panel", "set", &path, "terms=https://x.example/", change]);
            assert!(told.contains(why), "{change}: {told}");
        }
        assert_eq!(cli.ok(&["panel", "set", &path, "on=true"]), "everything was so already\n");
        let settings = json!({
            "on": true, "offers": ["redeem", "devices"], "brand": "Acme & Co", "light": "#2f5bd0", "dark": "#86a8ff",
            "welcome": null, "support": null, "terms": null, "language": "en",
        });
        let expected = json!({ "settings": settings, "logo": false, "files": [] });
        assert_eq!(cli.json(&["panel", "show", &path, "--json"]), expected);
        // The logo, by the rules of the dashboard.
        let file = server.folder().join("logo.png");
        let name = file.to_str().expect("a path");
        for (content, why) in [
            (png(2001), "a logo has at most 4 megapixels; this one has 2001 × 2001 pixels"),
            (b"<svg/>".to_vec(), "a logo is a PNG, JPEG or WebP picture"),
            ([png(1), vec![0; 256 * 1024]].concat(), "a logo has at most 256 KiB"),
        ] {
            fs::write(&file, content).expect("a file");
            let told = cli.fails(&["panel", "set-logo", &path, name]);
            assert!(told.contains(why), "{told}");
        }
        assert_eq!(customer.get("logo").status, 404);
        fs::write(&file, png(2)).expect("a file");
        assert_eq!(cli.ok(&["panel", "set-logo", &path, name]), "the logo is set\n");
        assert_eq!(customer.get("logo").body, png(2));
        assert_eq!(cli.ok(&["panel", "remove-logo", &path]), "the logo is removed\n");
        assert_eq!(customer.get("logo").status, 404);
        // Files.
        fs::write(&file, "all of it").expect("a file");
        let id = cli.json(&["file", "add", &path, name, "--json"])["id"].as_str().expect("an id").to_owned();
        let offer = |more: &[&str]| cli.ok(&[&["panel", "offer-file", &path, &id], more].concat());
        let shown = || cli.json(&["panel", "show", &path, "--json"])["files"].clone();
        assert_eq!(offer(&["--all"]), format!("{id} is offered to whoever is signed in\n"));
        assert_eq!(shown(), json!([{ "id": id, "name": "logo.png", "to": [""] }]));
        assert_eq!(offer(&["--to", "default"]), format!("{id} is offered to default\n"));
        let told = cli.fails(&["panel", "offer-file", &path, &id, "--to", "default,gold"]);
        assert!(told.contains("there is no subscription `gold`"), "{told}");
        let told = cli.fails(&["panel", "offer-file", &path, "nope", "--all"]);
        assert!(told.contains("nope"), "{told}");
        cli.ok(&["panel", "set", &path, "offers=downloads"]);
        app.add_user("alice");
        let alice = Customer::signed_in(app, "alice", PASS);
        assert_eq!(alice.get(&format!("downloads/{id}")).status, 303);
        assert_eq!(offer(&[]), format!("{id} is offered to nobody\n"));
        assert_eq!(alice.get(&format!("downloads/{id}")).status, 404);
        let log = cli.json(&["audit", "list", &path, "--json"]);
        let told =
            |n: usize| (log[n]["type"].as_str(), log[n]["target"].as_str(), log[n]["changes"].as_str());
        assert_eq!(told(0), (Some("panel offer-file"), Some(id.as_str()), Some("offered to: nobody")));
        assert_eq!(
            told(2),
            (Some("panel set"), Some("demo-app"), Some("offers: redeem devices → downloads"))
        );
    });
}

#[test]
fn nothing_is_called_like_a_step_in_an_address() {
    let server = Server::start();
    let (cli, browser) = (&server.cli, server.browser());
    for name in [".", "..", " .. "] {
        let told = cli.fails(&["app", "create", name, "--owner", "demo"]);
        assert!(
            told.contains("an application cannot be called `.`") || told.contains("called `..`"),
            "{told}"
        );
        let told = cli.fails(&["app", "rename", "demo/demo-app", name, "--yes"]);
        assert!(told.contains("cannot be called"), "{told}");
        let told = cli.fails(&["owner", "create", name]);
        assert!(told.contains("an owner cannot be called"), "{told}");
        for (page, fields) in [
            ("/dashboard/", vec![("name", name)]),
            ("/dashboard/demo-app/app-settings/name", vec![("name", name)]),
        ] {
            let reply = browser.post(page, &fields);
            assert!(
                reply.status == 422 && reply.text().contains("cannot be called"),
                "{page}: {}",
                reply.text()
            );
        }
    }
    // Dots elsewhere are plain.
    server.create_app("...");
    server.create_app(".a");
    // One that an older release let through works in the dashboard, and the doctor tells of its panel.
    server.create_app("old");
    server.execute("UPDATE apps SET name = '..', name_folded = '..' WHERE name = 'old'");
    let doctor = cli.run(&["doctor"]);
    let told = format!("{}{}", doctor.stdout, doctor.stderr);
    assert!(told.contains("browsers cannot reach the customers' panel of demo/.."), "{told}");
    assert_eq!(told.matches("cannot reach the customers' panel").count(), 1, "{told}");
    cli.ok(&["app", "rename", "demo/..", "renamed", "--yes"]);
}
