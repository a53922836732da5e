//! `/dashboard/{app}/variables`: finding, adding, changing, deleting.

use crate::support::people::assert_kept_apart;
use crate::support::{Server, encode, escaped};

const PAGE: &str = "/dashboard/demo-app/variables";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

/// Names of the rows of a page, as they stand in HTML.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("<td class=\"first break\">").skip(1);
    rows.map(|row| row.split('<').next().expect("a name").to_owned()).collect()
}

#[test]
fn variables_are_added_read_and_changed() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    assert!(browser.get(PAGE).text().contains("No variables"));
    let (name, value) = ("<b>&\"'news", "first <i>line</i>\r\nsecond");
    let reply = browser.post(&at("new"), &[("name", name), ("value", value), ("authed", "1")]);
    assert!(browser.said(&reply).ends_with("is added."));
    let page = browser.get(PAGE);
    assert_eq!(names(page.text()), [escaped(name)]);
    assert!(!page.text().contains("<i>"), "{}", page.text());
    let told = app.sell("retrvvar", &[("name", name)]).json();
    assert_eq!((&told["message"], &told["authed"]), (&"first <i>line</i>\nsecond".into(), &"true".into()));
    // Programs read it at once.
    let session = app.init("1.2");
    assert_eq!(session.call("var", &[("varid", name)]).json()["success"], false, "nobody has signed in");
    let edit = format!("{PAGE}/edit?name={}", encode(name));
    let form = browser.get(&edit);
    assert!(form.text().contains(&escaped("first <i>line</i>\nsecond")), "{}", form.text());
    let fields = [("name", name), ("value", "  other ")];
    assert!(browser.said(&browser.post(&at("edit"), &fields)).ends_with("is saved."));
    assert_eq!(session.call("var", &[("varid", name)]).json()["message"], "other");
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!(audit[0]["changes"], "value: 24 bytes → 5 bytes, only after a sign-in → for all");
    assert!(!audit.to_string().contains("line"), "values are not noted: {audit}");
}

#[test]
fn what_is_wrong_is_told_and_what_was_typed_stays() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.sell("addvar", &[("name", "here"), ("data", "x"), ("authed", "0")]);
    let (long, much) = ("x".repeat(50), "é".repeat(501));
    for (act, fields, words) in [
        ("new", &[("name", ""), ("value", "kept <value>")][..], "The name of a variable must not be empty."),
        ("new", &[("name", &*long), ("value", "kept <value>")], "at most 49 bytes"),
        ("new", &[("name", "a\nb"), ("value", "kept <value>")], "must not hold line ends"),
        ("new", &[("name", "here"), ("value", "kept <value>")], "There is a variable"),
        ("new", &[("name", "new"), ("value", "")], "The value of a variable must not be empty."),
        ("new", &[("name", "new"), ("value", &*much)], "at most 1000 bytes"),
        ("new", &[], "must not be empty"),
        ("edit", &[("name", "here"), ("value", "")], "must not be empty"),
        ("edit", &[("name", "here"), ("value", &*much)], "at most 1000 bytes"),
    ] {
        let reply = browser.post(&at(act), fields);
        assert!(reply.status == 422 && reply.text().contains(words), "{fields:.80?}: {}", reply.text());
        assert!(!reply.text().contains("<value>"), "{}", reply.text());
        let typed = fields.iter().find(|(name, _)| *name == "value").map_or("", |(_, value)| value);
        assert!(reply.text().contains(&escaped(typed)), "{}", reply.text());
    }
    for name in ["", "none", "HERE", "here\0", "%", "' OR 1=1 --"] {
        let query = encode(name);
        assert_eq!(browser.get(&format!("{PAGE}/edit?name={query}")).status, 404, "{name}");
        assert_eq!(browser.post(&at("edit"), &[("name", name), ("value", "y")]).status, 404, "{name}");
    }
    assert_eq!(app.rows("fetchallvars", "vars").len(), 1);
    assert_eq!(app.sell("retrvvar", &[("name", "here")]).json()["message"], "x");
}

#[test]
fn they_are_found_and_go_on_by_pages() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for n in 0..60 {
        let value = if n % 10 == 3 { "Ärger mit %" } else { "x" };
        app.sell("addvar", &[("name", &format!("var{n:0>2}")), ("data", value), ("authed", "1")]);
    }
    let first = browser.get(PAGE);
    assert_eq!(names(first.text()).len(), 50);
    let second = browser.get(&format!("{PAGE}?after=var49"));
    assert!(first.text().contains("after=var49") && names(second.text()).len() == 10);
    assert_eq!(names(browser.get(&format!("{PAGE}?text={}", encode("ärger"))).text()).len(), 6);
    assert_eq!(names(browser.get(&format!("{PAGE}?text={}", encode("%"))).text()).len(), 6);
    assert_eq!(names(browser.get(&format!("{PAGE}?text=AR5")).text()).len(), 10);
    assert!(browser.get(&format!("{PAGE}?text=nothing")).text().contains("Nothing matches"));
    assert_eq!(browser.get(&format!("{PAGE}?text={}", "x".repeat(201))).status, 422);
    for query in ["after=%00", "text=%FF%00", "after=zzz", "text=a&text=b"] {
        assert_eq!(browser.get(&format!("{PAGE}?{query}")).status, 200, "{query}");
    }
}

#[test]
fn one_some_and_all_are_deleted() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for name in ["a", "b", "c", "d", "e"] {
        app.sell("addvar", &[("name", name), ("data", "x"), ("authed", "0")]);
    }
    let asked = browser.get(&format!("{PAGE}/delete?name=a&name=b&name=a"));
    assert!(asked.text().contains("Delete 2 variables"), "{}", asked.text());
    let said = browser.said(&browser.post(&at("delete"), &[("name", "a"), ("name", "b"), ("name", "none")]));
    assert_eq!(said, "2 variables deleted.");
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("name", "c")])), "1 variable deleted.");
    assert!(browser.said(&browser.post(&at("delete"), &[("name", "c")])).contains("gone already"));
    for fields in [&[][..], &[("name", "")], &[("all", "1")], &[("all", "no")]] {
        assert_eq!(browser.post(&at("delete"), fields).status, 400, "{fields:?}");
    }
    assert_eq!(browser.get(&at("delete")).status, 400);
    let many = vec![("name", "x"); 501];
    assert_eq!(browser.post(&at("delete"), &many).status, 400);
    assert!(browser.get(&format!("{PAGE}/delete?all=yes")).text().contains("Delete all 2 variables?"));
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("all", "yes")])), "All variables are deleted.");
    assert!(app.rows("fetchallvars", "vars").is_empty());
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("all", "yes")])), "There were no variables.");
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    server.app.sell("addvar", &[("name", "here"), ("data", "x"), ("authed", "0")]);
    let fields: &[(&str, &str)] = &[("name", "here"), ("value", "theirs"), ("all", "yes")];
    let edit = format!("{PAGE}/edit?name=here");
    let reads = [PAGE, &at("new"), &edit, &format!("{PAGE}/delete?name=here")];
    assert_kept_apart(
        &server,
        128,
        &reads,
        &[(&at("new"), fields), (&at("edit"), fields), (&at("delete"), fields)],
    );
    assert_eq!(server.app.sell("retrvvar", &[("name", "here")]).json()["message"], "x");
}
