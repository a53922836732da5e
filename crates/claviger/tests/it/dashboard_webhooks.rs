//! `/dashboard/{app}/webhooks`: webhooks, trying them, messages that wait, and what came of all.

use crate::support::people::assert_kept_apart;
use crate::support::target::Target;
use crate::support::{App, Browser, Server, escaped, eventually};

const PAGE: &str = "/dashboard/demo-app/webhooks";
const ALLOW: &str = "outgoing_allow = [\"127.0.0.1/32\"]\n";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

fn ids(app: &App) -> Vec<String> {
    let rows = app.rows("fetchallwebhooks", "webhooks");
    rows.iter().map(|row| row["webid"].as_str().expect("an id").to_owned()).collect()
}

/// Numbers of the events that the log shows.
fn events(browser: &Browser, query: &str) -> Vec<i64> {
    let page = browser.get(&format!("{PAGE}/log?{query}"));
    assert_eq!(page.status, 200, "{}", page.text());
    let mark = format!("href=\"{PAGE}/log/");
    let links = page.text().split(&mark).skip(1).map(|rest| rest.split('"').next());
    links.map(|id| id.expect("a number").parse().expect("a number")).collect()
}

#[test]
fn webhooks_are_added_changed_and_deleted() {
    let server = Server::start_with(ALLOW);
    let (app, browser) = (&server.app, server.browser());
    assert!(browser.get(PAGE).text().contains("No webhooks"));
    let target = Target::start(&[(200, "fine")]);
    let url = format!("{}/secret-path?key=sekret7", target.url);
    let reply = browser
        .post(&at("new"), &[("url", &url), ("id", "one"), ("authed", "1"), ("user_agent", "<b>Agent")]);
    assert_eq!(browser.said(&reply), "The webhook one is added.");
    let page = browser.get(PAGE);
    assert!(page.text().contains(&format!("{}/…", target.url)) && !page.text().contains("secret-path"));
    assert!(
        page.text().contains(&escaped("<b>Agent")) && !page.text().contains("<b>Agent"),
        "{}",
        page.text()
    );
    let form = browser.get(&format!("{PAGE}/edit?id=one"));
    assert!(form.text().contains(&escaped(&url)), "who proved it sees all: {}", form.text());
    let other = format!("{}/other", target.url);
    let reply = browser.post(&at("edit"), &[("id", "one"), ("url", &other), ("user_agent", "")]);
    assert_eq!(browser.said(&reply), "The webhook one is saved.");
    let row = &app.rows("fetchallwebhooks", "webhooks")[0];
    assert_eq!((&row["useragent"], &row["authed"]), (&"Claviger".into(), &0.into()));
    assert_eq!(
        app.init("1.2").call("webhook", &[("webid", "one"), ("params", "/x")]).json()["success"],
        true
    );
    assert_eq!(target.seen()[0].line, "GET /other/x HTTP/1.1");
    browser.said(&browser.post(&at("new"), &[("url", &url)]));
    assert_eq!(ids(&server.app).len(), 2);
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("id", "one")])), "1 webhook deleted.");
    assert!(browser.said(&browser.post(&at("delete"), &[("id", "one")])).contains("gone already"));
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("all", "yes")])), "All webhooks are deleted.");
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("all", "yes")])), "There were no webhooks.");
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]).to_string();
    assert!(
        audit.contains("edit-webhook") && !audit.contains("sekret7") && !audit.contains("secret-path"),
        "{audit}"
    );
}

#[test]
fn what_is_wrong_is_told() {
    let server = Server::start_with(ALLOW);
    let browser = server.browser();
    let good = "http://127.0.0.1:1/x";
    browser.said(&browser.post(&at("new"), &[("url", good), ("id", "taken")]));
    let (long, agent) = (format!("http://127.0.0.1:1/{}", "x".repeat(200)), "x".repeat(50));
    for (fields, words) in [
        (&[("url", "")][..], "no address of the web"),
        (&[("url", "x")], "no address of the web"),
        (&[("url", "ftp://127.0.0.1/")], "no address of the web"),
        (&[("url", &*long)], "no address of the web"),
        (&[("url", "http://127.0.0.2/")], "own network"),
        (&[("url", "http://[::1]/")], "own network"),
        (&[("url", "http://169.254.169.254/latest")], "own network"),
        (&[("url", good), ("id", "12345678901")], "at most 10 bytes"),
        (&[("url", good), ("id", "a\0b")], "must not hold line ends"),
        (&[("url", good), ("id", "taken")], "There is a webhook"),
        (&[("url", good), ("user_agent", &*agent)], "at most 49 bytes"),
        (&[("url", good), ("user_agent", "é")], "printable ASCII"),
    ] {
        let reply = browser.post(&at("new"), fields);
        assert!(reply.status == 422 && reply.text().contains(words), "{fields:.80?}: {}", reply.text());
    }
    for fields in [&[("id", "taken"), ("url", "http://127.0.0.2/")][..], &[("id", "taken"), ("url", "")]] {
        assert_eq!(browser.post(&at("edit"), fields).status, 422);
    }
    for id in ["", "none", "taken\0", "TAKEN", "' OR 1=1"] {
        for act in ["edit", "test"] {
            assert_eq!(browser.post(&at(act), &[("id", id), ("url", good)]).status, 404, "{act} {id}");
        }
    }
    for id in ["0", "x", "-1", "99999999999999999999", "%00"] {
        assert_eq!(browser.get(&format!("{PAGE}/log/{id}")).status, 404, "{id}");
        assert_eq!(browser.post(&format!("{PAGE}/log/{id}/replay"), &[]).status, 404, "{id}");
    }
    for query in ["before=x", "kind=%00&outcome=<b>", "webhook=%FF%00", "before=-1"] {
        assert!(!browser.get(&format!("{PAGE}/log?{query}")).text().contains("<b>"), "{query}");
    }
    assert_eq!(ids(&server.app), ["taken"]);
}

#[test]
fn a_test_shows_what_came_back() {
    let server = Server::start_with(ALLOW);
    let browser = server.browser();
    let large = "é<b>".repeat(5000);
    let target = Target::start(&[(200, "<script>reply</script>"), (500, "broken"), (200, &large)]);
    let url = format!("{}/hook?key=sekret7", target.url);
    browser.said(&browser.post(&at("new"), &[("url", &url), ("id", "hook"), ("user_agent", "Tester 1")]));
    let test = |fields: &[(&str, &str)]| {
        let mut all = vec![("id", "hook")];
        all.extend_from_slice(fields);
        browser.post(&at("test"), &all)
    };
    let body = "{\"a\": \"<b>\"}";
    let reply = test(&[("params", "&user=ann"), ("body", body), ("content_type", "application/json")]);
    assert!(reply.text().contains("It answered with status 200"), "{}", reply.text());
    assert!(
        reply.text().contains(&escaped("<script>reply</script>")) && !reply.text().contains("<script>reply")
    );
    assert!(reply.text().contains("content-length") && !reply.text().contains("sekret7"), "{}", reply.text());
    let seen = &target.seen()[0];
    assert_eq!((seen.line.as_str(), seen.body.as_str()), ("POST /hook?key=sekret7&user=ann HTTP/1.1", body));
    assert!(seen.headers.contains(&"user-agent: tester 1".to_owned()), "{seen:?}");
    assert!(test(&[]).text().contains("It answered with status 500"));
    assert_eq!(target.seen()[1].line, "GET /hook?key=sekret7 HTTP/1.1");
    let reply = test(&[]);
    assert!(reply.text().len() < 40_000, "what came is cut: {}", reply.text().len());
    let log = events(&browser, "kind=test");
    assert_eq!((log.len(), events(&browser, "outcome=refused").len()), (3, 1));
    let first = browser.get(&format!("{PAGE}/log/{}", log[2]));
    assert!(first.text().contains(&escaped(body)) && first.text().contains(&escaped("<script>reply")));
    assert!(!first.text().contains("sekret7") && !first.text().contains("Send it once more"));
    assert_eq!(browser.post(&format!("{PAGE}/log/{}/replay", log[2]), &[]).status, 400);
    // Who does not answer.
    browser.said(&browser.post(&at("edit"), &[("id", "hook"), ("url", "http://127.0.0.1:1/")]));
    let reply = test(&[]);
    assert!(
        reply.text().contains("It did not answer") && reply.text().contains("class=\"bad\""),
        "{}",
        reply.text()
    );
    for (field, value) in
        [("body", "x".repeat(20_000)), ("content_type", "a\nb".into()), ("content_type", "é".into())]
    {
        assert_eq!(
            test(&[("body", "x"), (field, &value)][usize::from(field == "body")..]).status,
            422,
            "{field}"
        );
    }
}

#[test]
fn messages_are_sent_logged_and_sent_again() {
    let server = Server::start_with(ALLOW);
    let (app, browser) = (&server.app, server.browser());
    let messages = at("messages");
    assert!(browser.get(&messages).text().contains("No address is set"));
    assert_eq!(browser.post(&at("messages/test"), &[]).status, 400);
    let target = Target::start(&[(204, ""), (400, "bad <b>"), (204, "")]);
    let set = |url: &str| server.cli.ok(&["app", "set", &app.path(), &format!("webhook={url}")]);
    set(&format!("{}/api/token123", target.url));
    eventually("the address", || browser.get(&messages).text().contains(&target.url).then_some(()));
    assert!(!browser.get(&messages).text().contains("token123"));
    let session = app.init("1.2");
    session.call("log", &[("message", "first <i>line</i>"), ("pcuser", "PC")]);
    let first = eventually("the first message", || events(&browser, "kind=message").first().copied());
    let event = browser.get(&format!("{PAGE}/log/{first}"));
    assert!(
        event.text().contains("arrived") && event.text().contains("first ") && !event.text().contains("<i>")
    );
    assert!(!event.text().contains("token123"), "{}", event.text());
    // Refused, and then taken.
    session.call("log", &[("message", "second"), ("pcuser", "PC")]);
    eventually("it to be refused and taken", || {
        (events(&browser, "outcome=refused").len() == 1 && events(&browser, "outcome=arrived").len() == 2)
            .then_some(())
    });
    let refused = browser.get(&format!("{PAGE}/log/{}", events(&browser, "outcome=refused")[0]));
    assert!(
        refused.text().contains(&escaped("bad <b>")) && refused.text().contains("400"),
        "{}",
        refused.text()
    );
    let before = target.seen().len();
    let said = browser.said(&browser.post(&format!("{PAGE}/log/{first}/replay"), &[]));
    assert_eq!(said, "The message is sent once more.");
    eventually("it to come again", || (target.seen().len() > before).then_some(()));
    assert_eq!(target.seen()[before].body, target.seen()[0].body);
    browser.said(&browser.post(&at("messages/test"), &[]));
    eventually("the test", || target.seen().iter().any(|seen| seen.body.contains("demo-app")).then_some(()));
}

#[test]
fn what_waits_is_shown_tried_and_dropped() {
    let server = Server::start_with(ALLOW);
    let (app, browser) = (&server.app, server.browser());
    let target = Target::start(&[(503, "later"), (503, "later"), (204, "")]);
    server.cli.ok(&["app", "set", &app.path(), &format!("webhook={}/", target.url)]);
    let page = || browser.get(&at("messages")).text().to_owned();
    eventually("the address", || page().contains(&target.url).then_some(()));
    let session = app.init("1.2");
    session.call("log", &[("message", "waits"), ("pcuser", "PC")]);
    eventually("the failure", || page().contains("1 tries in a row").then_some(()));
    assert!(page().contains("1 waiting.") && page().contains("The next try is") && page().contains("waits"));
    assert_eq!(events(&browser, "outcome=failed").len(), 1);
    browser.said(&browser.post(&at("messages/now"), &[]));
    eventually("the second failure", || (events(&browser, "outcome=failed").len() >= 2).then_some(()));
    browser.said(&browser.post(&at("messages/now"), &[]));
    eventually("it to arrive", || (events(&browser, "outcome=arrived").len() == 1).then_some(()));
    assert_eq!(browser.said(&browser.post(&at("messages/now"), &[])), "Nothing waits.");
    server.cli.ok(&["app", "set", &app.path(), "webhook=http://127.0.0.1:1/"]);
    eventually("the other address", || page().contains("127.0.0.1:1").then_some(()));
    for n in 0..3 {
        session.call("log", &[("message", &format!("line {n}")), ("pcuser", "PC")]);
    }
    eventually("all to wait", || page().contains("3 waiting.").then_some(()));
    let text = page();
    let (_, rest) = text.split_once("messages/drop?id=").expect("a message");
    let id = rest.split('"').next().expect("its end");
    assert_eq!(browser.said(&browser.post(&at("messages/drop"), &[("id", id)])), "One message is dropped.");
    assert_eq!(browser.said(&browser.post(&at("messages/drop"), &[("id", id)])), "Nothing like this waits.");
    assert!(browser.get(&at("messages/drop")).text().contains("Drop all 2 messages?"));
    assert_eq!(browser.said(&browser.post(&at("messages/drop"), &[])), "2 messages are dropped.");
    assert_eq!(browser.post(&at("messages/drop"), &[("id", "x")]).status, 404);
}

#[test]
fn calls_of_programs_are_noted_without_what_they_say() {
    let server = Server::start_with(ALLOW);
    let (app, browser) = (&server.app, server.browser());
    let target = Target::start(&[(200, "the reply"), (418, "")]);
    let url = format!("{}/hook", target.url);
    browser.said(&browser.post(&at("new"), &[("url", &url), ("id", "hook")]));
    let session = app.init("1.2");
    for params in ["?password=hunter2", "/../../x", "?b"] {
        session.call("webhook", &[("webid", "hook"), ("params", params), ("body", "hunter2")]);
    }
    eventually("the calls", || (events(&browser, "kind=call&webhook=hook").len() == 3).then_some(()));
    assert_eq!(events(&browser, "kind=call&outcome=arrived").len(), 1);
    assert_eq!(events(&browser, "kind=call&outcome=failed").len(), 1);
    for id in events(&browser, "kind=call") {
        let event = browser.get(&format!("{PAGE}/log/{id}"));
        assert!(!event.text().contains("hunter2") && !event.text().contains("the reply"), "{}", event.text());
    }
    assert!(events(&browser, "webhook=other").is_empty());
}

#[test]
fn the_log_is_bounded_and_goes_on_by_pages() {
    let server = Server::start_with(ALLOW);
    let browser = server.browser();
    let target = Target::start(&[(200, "x")]);
    browser.said(&browser.post(&at("new"), &[("url", &target.url), ("id", "hook")]));
    for _ in 0..205 {
        assert_eq!(browser.post(&at("test"), &[("id", "hook")]).status, 200);
    }
    let (mut seen, mut query) = (Vec::new(), String::new());
    loop {
        let page = events(&browser, &query);
        let Some(last) = page.last() else { break };
        query = format!("before={last}");
        seen.extend(page);
    }
    assert_eq!(seen.len(), 200, "the newest are kept");
    assert!(seen.is_sorted_by(|one, next| one > next));
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start_with(ALLOW);
    let browser = server.browser();
    let target = Target::start(&[(200, "x")]);
    browser.said(&browser.post(&at("new"), &[("url", &target.url), ("id", "hook")]));
    browser.post(&at("test"), &[("id", "hook")]);
    let event = events(&browser, "")[0];
    let fields: &[(&str, &str)] = &[("id", "hook"), ("url", &target.url), ("all", "yes")];
    let (shown, replay) = (format!("{PAGE}/log/{event}"), format!("{PAGE}/log/{event}/replay"));
    let reads = [PAGE, &at("new"), &at("log"), &at("messages"), &shown, &format!("{PAGE}/edit?id=hook")];
    let paths = ["new", "edit", "delete", "test", "messages/test", "messages/now", "messages/drop"].map(at);
    let mut posts: Vec<(&str, &[(&str, &str)])> = paths.iter().map(|path| (path.as_str(), fields)).collect();
    posts.push((&replay, &[]));
    assert_kept_apart(&server, 32, &reads, &posts);
    assert_eq!(ids(&server.app), ["hook"]);
    assert_eq!(target.seen().len(), 1);
}
