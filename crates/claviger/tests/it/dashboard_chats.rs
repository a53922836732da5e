//! The dashboard's pages of chat channels and mutes.

use crate::support::http::form;
use crate::support::proxied::on_both;
use crate::support::{Browser, HWID, Live, Reply, Server, Session, encode, escaped};

const CHATS: &str = "/dashboard/demo-app/chats";
const MUTES: &str = "/dashboard/demo-app/mutes";
const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

fn assert_says(browser: &Browser, reply: &Reply, said: &str) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get(reply.header("location").expect("where to go"));
    assert!(page.text().contains(said), "{said}: {}", page.text());
}

fn speak(session: &Session, channel: &str, message: &str) -> Reply {
    session.call("chatsend", &[("channel", channel), ("message", message)])
}

/// What programs see of a channel: author and text.
fn heard(session: &Session, channel: &str) -> Vec<(String, String)> {
    let reply = session.call("chatget", &[("channel", channel)]).json();
    let text = |message: &serde_json::Value, name: &str| message[name].as_str().expect("a text").to_owned();
    let messages = reply["messages"].as_array().expect("messages");
    messages.iter().map(|message| (text(message, "author"), text(message, "message"))).collect()
}

#[test]
fn channels_are_made_changed_and_deleted() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        assert!(browser.get(CHATS).text().contains("No channels"));
        let hostile = "<b>/?#%\u{1F980}";
        let add = |name: &str, delay: &str| browser.post(CHATS, &[("name", name), ("delay", delay)]);
        for name in ["general", hostile, "..", "~odd"] {
            assert_says(&browser, &add(name, "0"), &format!("The channel {} is there.", escaped(name)));
        }
        let list = browser.get(CHATS);
        assert!(list.text().contains(&escaped(hostile)) && !list.text().contains("<b>/"), "{}", list.text());
        for (name, delay, said) in [
            ("general", "", "already"),
            ("", "", "must not be empty"),
            ("a\nb", "", "line"),
            ("a\0b", "", "line"),
            (&"x".repeat(51), "", "50 bytes"),
            ("new", "-1", "0 to"),
            ("new", "99999999999999999999", "whole number"),
            ("new", "1.5", "whole number"),
        ] {
            let reply = add(name, delay);
            assert!(reply.status == 422 && reply.text().contains(said), "{name:?} {delay}: {}", reply.text());
        }
        let general = format!("{CHATS}/general");
        assert_says(&browser, &browser.post(&format!("{general}/delay"), &[("delay", "90")]), "1 minute");
        let log = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!((&log[0]["type"], &log[0]["changes"]), (&"editchan".into(), &"delay: 0 → 90".into()));
        for delay in ["x", "-5", "\0"] {
            let reply = browser.post(&format!("{general}/delay"), &[("delay", delay)]);
            assert!(reply.status == 422 && reply.text().contains("role=\"alert\""), "{delay:?}");
        }
        for name in ["nothing", "%00", "..%2f", "%FF"] {
            assert_eq!(browser.get(&format!("{CHATS}/{name}")).status, 404, "{name}");
            assert_eq!(browser.post(&format!("{CHATS}/{name}/delete"), &[]).status, 404, "{name}");
        }
        let odd = format!("{CHATS}/{}", encode(hostile));
        for address in [&odd, &format!("{CHATS}/~.."), &format!("{CHATS}/~~odd")] {
            assert!(
                browser.get(&format!("{address}/delete")).text().contains("Delete the channel"),
                "{address}"
            );
            assert_says(&browser, &browser.post(&format!("{address}/delete"), &[]), "is deleted.");
            assert_eq!(browser.get(address).status, 404);
        }
        assert_eq!(
            server.cli.json(&["chat", "list", &app.path(), "--json"]).as_array().map(Vec::len),
            Some(1)
        );
    });
}

#[test]
fn what_is_said_appears_and_the_vendor_answers() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        app.seller("type=addchannel&name=general");
        app.seller("type=addchannel&name=other");
        let (mara, guest) = (app.init("1.1"), app.init("1.1"));
        mara.register("mara", "p", server.license(0));
        guest.license(server.license(1));
        let page = format!("{CHATS}/general");
        assert!(browser.get(&page).text().contains("Nothing was said yet."));
        let mut live = Live::open(&app.address, &browser, &format!("{page}/live"));
        live.until("Nothing was said yet.");
        speak(&mara, "other", "elsewhere");
        speak(&mara, "general", "<i>hello</i>\nevent: x");
        live.until("&#60;i&#62;hello");
        speak(&guest, "general", "by license");
        let told = live.until("by license").to_owned();
        assert!(
            !told.contains("elsewhere") && !told.contains("<i>") && !told.contains(server.license(1)),
            "{told}"
        );
        // The vendor answers, in a name that is no user's.
        let say = |author: &str, text: &str| {
            browser.post(&format!("{page}/say"), &[("author", author), ("text", text)])
        };
        assert_eq!(say("Support \u{1F980}", "Hi\r\nthere").status, 303);
        live.until("there");
        assert_eq!(heard(&mara, "general").last(), Some(&("Support \u{1F980}".into(), "Hi\nthere".into())));
        let long = "x".repeat(2001);
        for (author, text, said) in [
            ("MARA", "I am mara", "is the name of a user"),
            ("", "x", "must not be empty"),
            ("a\nb", "x", "line"),
            ("me", " ", "must not be empty"),
            ("me", &long, "2000 bytes"),
            ("me", "a\0b", "no text does"),
        ] {
            let reply = say(author, text);
            assert!(reply.status == 422 && reply.text().contains(said), "{author:?}: {}", reply.text());
        }
        assert_eq!(heard(&mara, "general").len(), 3);
        // Emptied: who reads along sees it.
        assert!(browser.get(&format!("{page}/clear")).text().contains("3 messages go for good."));
        assert_says(&browser, &browser.post(&format!("{page}/clear"), &[]), "The messages are deleted.");
        assert_says(&browser, &browser.post(&format!("{page}/clear"), &[]), "There were no messages.");
        speak(&mara, "general", "a new beginning");
        let told =
            live.until("a new beginning").rsplit("event: messages").next().expect("the last").to_owned();
        assert!(!told.contains("by license"), "{told}");
    });
}

#[test]
fn users_are_muted_and_may_speak_again() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        app.seller("type=addchannel&name=general");
        let (mara, guest) = (app.init("1.1"), app.init("1.1"));
        mara.register("mara", "p", server.license(0));
        guest.license(server.license(1));
        assert!(browser.get(MUTES).text().contains("Nobody is muted"));
        let mute = |fields: &[(&str, &str)]| browser.post(MUTES, fields);
        for (fields, said) in [
            (&[("user", "")][..], "Write the name"),
            (&[("user", "nobody"), ("minutes", "60")], "there is no user"),
            (&[("user", "a\0b"), ("minutes", "60")], "Write the name"),
            (&[("user", "mara"), ("minutes", "61")], "Choose for how long"),
            (&[("user", "mara"), ("until", "yesterday")], "The end is no date"),
            (&[("user", "mara"), ("until", "99999999999999999999")], "The end is no date"),
            (&[("user", "mara"), ("until", "2999-01-31")], "a hundred years"),
            (&[("user", "mara"), ("id", "7"), ("minutes", "60")], "there is no user"),
        ] {
            let reply = mute(fields);
            let text = reply.text().to_lowercase();
            assert!(reply.status == 422 && text.contains(&said.to_lowercase()), "{said}: {}", reply.text());
        }
        assert_says(&browser, &mute(&[("user", "mara"), ("minutes", "10")]), "mara may not speak until");
        assert_says(&browser, &mute(&[("user", "mara"), ("until", "2099-01-31")]), "2099-01-31");
        assert!(
            speak(&mara, "general", "x").text().contains("You're muted from chat until January 31, 2099")
        );
        // Who signs in by license has a made-up name, and is muted by that.
        speak(&guest, "general", "hi");
        let page = browser.get(&format!("{CHATS}/general"));
        let (_, link) = page.text().split_once("/mutes?user=user-").expect("the way to mute");
        let (name, rest) = link.split_once("&#38;id=").expect("a number");
        let (name, id) = (format!("user-{name}"), rest.split('#').next().expect("its end").to_owned());
        let form = browser.get(&format!("{MUTES}?user={name}&id={id}"));
        assert!(form.text().contains(&format!("name=\"id\" value=\"{id}\"")), "{}", form.text());
        assert_eq!(mute(&[("user", "user-000000000000"), ("id", &id), ("minutes", "60")]).status, 422);
        assert_eq!(mute(&[("user", &name), ("id", &id), ("minutes", "60")]).status, 303);
        assert!(speak(&guest, "general", "x").text().contains("You're muted"));
        // Both are listed, who signs in by license by the made-up name too, and let speak by number.
        let list = browser.get(MUTES);
        assert!(list.text().contains(&name) && !list.text().contains(server.license(1)), "{}", list.text());
        let (before, _) = list.text().split_once("aria-label=\"Unmute mara\"").expect("a button");
        let (_, number) = before.rsplit_once("value=\"").expect("a number");
        let number = number.split('"').next().expect("its end");
        let unmute = || browser.post(&format!("{MUTES}/remove"), &[("user", number)]);
        assert_says(&browser, &unmute(), "mara may speak again.");
        assert_says(&browser, &unmute(), "was not muted any more");
        assert!(speak(&mara, "general", "back").json()["success"] == true);
        for user in ["nobody", "\0", ""] {
            assert!(browser.post(&format!("{MUTES}/remove"), &[("user", user)]).status < 500, "{user:?}");
        }
    });
}

#[test]
fn others_read_and_change_nothing_and_live_pages_end_with_rights() {
    let server = Server::start();
    let (mine, app) = (server.browser(), &server.app);
    for (name, perms) in [("may", "8"), ("may-not", "4087")] {
        let mail = format!("{name}@x.example");
        let fields =
            [("role", "Manager"), ("user", name), ("pass", "password"), ("email", &mail), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    }
    let signed_in = |name| Browser::signed_in(&app.address, name, "password");
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    app.seller("type=addchannel&name=general");
    let session = app.init("1.1");
    session.register("mara", "p", server.license(0));
    let posts: [(&str, &[(&str, &str)]); 7] = [
        (CHATS, &[("name", "new")]),
        (&format!("{CHATS}/general/say"), &[("author", "me"), ("text", "x")]),
        (&format!("{CHATS}/general/delay"), &[("delay", "5")]),
        (&format!("{CHATS}/general/clear"), &[]),
        (&format!("{CHATS}/general/delete"), &[]),
        (MUTES, &[("user", "mara"), ("minutes", "60")]),
        (&format!("{MUTES}/remove"), &[("user", "mara")]),
    ];
    let may_not = signed_in("may-not");
    for (target, fields) in posts {
        assert_eq!(theirs.post(target, fields).status, 404, "{target}");
        assert_eq!(may_not.post(target, fields).status, 403, "{target}");
        assert_eq!(mine.post_as(target, fields, &SAME).status, 403, "{target}: without a token");
    }
    for page in ["/dashboard/demo-app/chats/general", "/dashboard/demo-app/chats/general/live", MUTES] {
        assert_eq!(theirs.get(page).status, 404, "{page}");
        assert_eq!(may_not.get(page).status, 403, "{page}");
    }
    assert_eq!(speak(&session, "general", "still here").json()["success"], true, "{HWID}");
    let may = signed_in("may");
    let page = may.get(&format!("{CHATS}/general"));
    assert!(page.text().contains("mara") && !page.text().contains("find?text=mara"), "{}", page.text());
    // Who loses the right reads on no longer.
    let mut live = Live::open(&app.address, &may, &format!("{CHATS}/general/live"));
    live.until("still here");
    app.seller("type=deleteAccount&user=may");
    live.until("\r\n0\r\n\r\n");
}
