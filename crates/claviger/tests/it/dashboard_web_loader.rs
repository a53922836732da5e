//! `/dashboard/{app}/web-loader`: buttons.

use crate::support::people::assert_kept_apart;
use crate::support::{Server, escaped};

const PAGE: &str = "/dashboard/demo-app/web-loader";
const NEW: &str = "/dashboard/demo-app/web-loader/new";
const DELETE: &str = "/dashboard/demo-app/web-loader/delete";

#[test]
fn buttons_are_added_and_deleted() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    assert!(browser.get(PAGE).text().contains("No buttons"));
    let label = "<b>Start & \"go\"";
    assert!(
        browser.said(&browser.post(NEW, &[("label", label), ("value", " start ")])).ends_with("is added.")
    );
    browser.said(&browser.post(NEW, &[("label", "Stop"), ("value", "stop")]));
    let page = browser.get(PAGE);
    assert!(page.text().contains(&escaped(label)) && !page.text().contains("<b>"), "{}", page.text());
    let rows = app.rows("fetchallbuttons", "buttons");
    assert_eq!((&rows[0]["text"], &rows[0]["value"]), (&label.into(), &"start".into()));
    assert!(browser.get(&format!("{DELETE}?value=start")).text().contains("Delete the button start?"));
    assert!(browser.get(&format!("{DELETE}?value=start&value=stop")).text().contains("Delete 2 buttons"));
    assert_eq!(browser.said(&browser.post(DELETE, &[("value", "start")])), "1 button deleted.");
    assert!(browser.said(&browser.post(DELETE, &[("value", "start")])).contains("gone already"));
    assert_eq!(browser.said(&browser.post(DELETE, &[("all", "yes")])), "All buttons are deleted.");
    assert_eq!(browser.said(&browser.post(DELETE, &[("all", "yes")])), "There were no buttons.");
    assert!(app.rows("fetchallbuttons", "buttons").is_empty());
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!((&audit[0]["type"], &audit[3]["type"]), (&"delete-buttons".into(), &"add-button".into()));
}

#[test]
fn what_is_wrong_is_told() {
    let server = Server::start();
    let browser = server.browser();
    browser.said(&browser.post(NEW, &[("label", "Stop"), ("value", "stop")]));
    let long = "x".repeat(100);
    for (fields, words) in [
        (&[("label", ""), ("value", "x")][..], "The text of a button must not be empty."),
        (&[("label", &*long), ("value", "x")], "at most 99 bytes"),
        (&[("label", "x"), ("value", "")], "The value of a button must not be empty."),
        (&[("label", "x"), ("value", "a b")], "has no blanks"),
        (&[("label", "x"), ("value", &*long)], "at most 99 bytes"),
        (&[("label", "x\u{202e}"), ("value", "x")], "must not hold line ends"),
        (&[("label", "x"), ("value", "stop")], "There is a button"),
        (&[], "must not be empty"),
    ] {
        let reply = browser.post(NEW, fields);
        assert!(reply.status == 422 && reply.text().contains(words), "{fields:?}: {}", reply.text());
    }
    for fields in [&[][..], &[("value", "")], &[("all", "true")]] {
        assert_eq!(browser.post(DELETE, fields).status, 400);
    }
    assert_eq!(server.app.rows("fetchallbuttons", "buttons").len(), 1);
}

#[test]
fn pages_lead_on() {
    let server = Server::start();
    let browser = server.browser();
    for n in 0..55 {
        server.app.sell("addbutton", &[("value", &format!("v{n:0>2}")), ("text", "x")]);
    }
    let page = browser.get(PAGE);
    assert!(page.text().contains("web-loader?after=v49") && !page.text().contains(">v50<"));
    assert!(browser.get(&format!("{PAGE}?after=v49")).text().contains(">v54<"));
    assert_eq!(browser.get(&format!("{PAGE}?after=%00")).status, 200);
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    server.app.sell("addbutton", &[("value", "v"), ("text", "x")]);
    let fields: &[(&str, &str)] = &[("label", "x"), ("value", "v"), ("all", "yes")];
    let delete = format!("{DELETE}?value=v");
    assert_kept_apart(&server, 1024, &[PAGE, NEW, &delete], &[(NEW, fields), (DELETE, fields)]);
    assert_eq!(server.app.rows("fetchallbuttons", "buttons").len(), 1);
}
