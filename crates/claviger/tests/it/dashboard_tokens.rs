//! `/dashboard/{app}/tokens`: finding, showing, banning, resetting.

use crate::support::people::{assert_kept_apart, other_owner};
use crate::support::{App, Server, encode};

const PAGE: &str = "/dashboard/demo-app/tokens";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

/// The tokens of an application as the command line tells them: token and owner.
fn tokens(server: &Server, app: &App) -> Vec<(String, String)> {
    let rows = server.cli.json(&["token", "list", &app.path(), "--json"]);
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().expect("a text").to_owned();
    rows.as_array().expect("a list").iter().map(|row| (text(row, "token"), text(row, "assigned"))).collect()
}

/// The fields that name the token of an owner, as the page links them.
fn named(page: &str, owner: &str) -> (String, String) {
    let mark = format!("aria-label=\"Show the token of {owner}\"");
    let (before, _) = page.split_once(&mark).unwrap_or_else(|| panic!("{owner}: {page}"));
    let (_, query) = before.rsplit_once("show?kind=").expect("a link");
    let (kind, rest) = query.split_once("&#38;of=").expect("a number");
    (kind.to_owned(), rest.split('"').next().expect("its end").to_owned())
}

#[test]
fn tokens_are_found_and_shown_to_who_proves_it() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("Ann Ä");
    app.add_user("bob");
    let all = tokens(&server, app);
    let (secret, _) = all.iter().find(|(_, owner)| owner == "Ann Ä").expect("a token").clone();
    let page = browser.get(&format!("{PAGE}?text={}", encode("ann ä")));
    assert!(page.text().contains("Ann Ä") && !page.text().contains(">bob<"), "{}", page.text());
    assert!(page.text().contains(&secret[28..]) && !page.text().contains(&secret));
    assert!(browser.get(&format!("{PAGE}?text={secret}")).text().contains("Ann Ä"));
    assert!(browser.get(&format!("{PAGE}?text=BO&kind=user")).text().contains("bob"));
    assert!(browser.get(&format!("{PAGE}?text=BO&kind=license")).text().contains("Nothing is found"));
    let key = server.license(3);
    let found = browser.get(&format!("{PAGE}?text={}", encode(key.to_lowercase())));
    assert!(found.text().contains(key), "{}", found.text());
    let (kind, of) = named(page.text(), "Ann Ä");
    let show = format!("{PAGE}/show?kind={kind}&of={of}");
    let shown = browser.get(&show);
    assert!(shown.status == 200 && shown.text().contains(&secret), "just signed in: {}", shown.text());
    for query in
        ["kind=user&of=987654", "kind=user", "kind=root&of=1", "of=1", "kind=user&of=x", "kind=user&of=%00"]
    {
        assert_eq!(browser.get(&format!("{PAGE}/show?{query}")).status, 404, "{query}");
    }
    assert_eq!(browser.get(&format!("{PAGE}?text={}", "x".repeat(201))).status, 422);
    for query in ["text=%00", "text=%FF", "after=x", "after_kind=user&after=1", "kind=x"] {
        assert_eq!(browser.get(&format!("{PAGE}?{query}")).status, 200, "{query}");
    }
}

#[test]
fn all_are_listed_page_by_page() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_users(60);
    let (mut seen, mut address) = (Vec::new(), PAGE.to_owned());
    for _ in 0..20 {
        let page = browser.get(&address);
        let rows = page.text().split("<td class=\"first break\">").skip(1);
        seen.extend(rows.map(|row| row.split('<').next().expect("an owner").to_owned()));
        let Some((before, _)) = page.text().split_once("rel=\"next\"") else { break };
        let (_, href) = before.rsplit_once("href=\"").expect("a link");
        address = href.split('"').next().expect("its end").replace("&#38;", "&");
    }
    let mut expected: Vec<String> = tokens(&server, app).into_iter().map(|(_, owner)| owner).collect();
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    let users = browser.get(&format!("{PAGE}?kind=user"));
    assert_eq!(users.text().matches("<td data-label=\"Kind\">user</td>").count(), 50);
    assert!(!users.text().contains("<td data-label=\"Kind\">license</td>"));
}

#[test]
fn a_token_is_banned_unbanned_and_reset() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    server.cli.ok(&["app", "set", &app.path(), "tokenSystem=true"]);
    app.add_user("ann");
    let (secret, _) = tokens(&server, app).into_iter().find(|(_, owner)| owner == "ann").expect("a token");
    let starts = |hash: &str| {
        let params = [("ver", app.version.as_str()), ("token", &secret), ("thash", hash)];
        app.client("1.1", "init", &params).json()["success"] == true
    };
    assert!(starts("0123456789abcdef0123456789abcdef"));
    let page = || browser.get(&format!("{PAGE}?text=ann"));
    let (kind, of) = named(page().text(), "ann");
    let fields = [("kind", kind.as_str()), ("of", of.as_str())];
    assert!(!starts("ffffffffffffffffffffffffffffffff"));
    assert!(browser.said(&browser.post(&at("reset"), &fields)).contains("may come in another file"));
    assert!(starts("ffffffffffffffffffffffffffffffff"));
    assert!(browser.get(&format!("{PAGE}/ban?kind={kind}&of={of}")).text().contains("Token is banned"));
    let reason = "sold <b>on</b>";
    let banned = [fields[0], fields[1], ("reason", reason)];
    assert!(browser.said(&browser.post(&at("ban"), &banned)).ends_with("is banned."));
    assert!(!starts("ffffffffffffffffffffffffffffffff") && !page().text().contains("<b>on"));
    assert!(browser.said(&browser.post(&at("unban"), &fields)).ends_with("is unbanned."));
    assert!(starts("ffffffffffffffffffffffffffffffff"));
    app.sell("banuser", &[("user", "ann"), ("reason", "x")]);
    assert!(browser.said(&browser.post(&at("unban"), &fields)).contains("stays refused: its user is banned"));
    let long = "x".repeat(100);
    for reason in [&*long, "a\0b", "a\nb"] {
        let reply = browser.post(&at("ban"), &[fields[0], fields[1], ("reason", reason)]);
        assert!(reply.status == 422 && reply.text().contains("role=\"alert\""), "{}", reply.text());
    }
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert!(!audit.to_string().contains(&secret), "{audit}");
    for act in ["ban", "unban", "reset"] {
        for of in ["0", "-1", "x", "99999999999999999999", "\0"] {
            assert_eq!(browser.post(&at(act), &[("kind", "user"), ("of", of)]).status, 404, "{act} {of}");
        }
    }
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    server.app.add_user("ann");
    let (_, of) = named(server.browser().get(&format!("{PAGE}?text=ann")).text(), "ann");
    let fields: &[(&str, &str)] = &[("kind", "user"), ("of", &of), ("reason", "theirs")];
    let show = format!("{PAGE}/show?kind=user&of={of}");
    let posts = [(&*at("ban"), fields), (&*at("unban"), fields), (&*at("reset"), fields)];
    assert_kept_apart(&server, 2048, &[PAGE, &show], &posts);
    assert!(!server.browser().get(&format!("{PAGE}?text=ann")).text().contains("theirs"));
}

#[test]
fn the_same_number_elsewhere_is_another_token() {
    let server = Server::start();
    server.app.add_user("ann");
    let (other, theirs) = other_owner(&server);
    theirs.sell("addsub", &[("name", "default"), ("level", "1")]);
    let (_, of) = named(server.browser().get(&format!("{PAGE}?text=ann")).text(), "ann");
    let reply = other.post("/dashboard/theirs/tokens/ban", &[("kind", "user"), ("of", &of)]);
    assert_eq!(reply.status, 404);
}
