//! Chat: channels, messages, and who is muted.

use std::sync::Arc;

use claviger_store::chat::{self, Channel, KEPT, Message};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_channel_is_made_once,
    a_delay_can_be_changed,
    messages_come_oldest_first,
    a_channel_keeps_the_newest,
    messages_of_one_app_stay_there,
    the_last_message_of_a_user_is_known,
    one_of_many_speaks_within_the_delay,
    a_cleared_channel_is_empty,
    a_deleted_channel_takes_its_messages_along,
    a_mute_ends,
    a_second_mute_replaces_the_first,
];

async fn add(t: &Fixture, app: i64, name: &str) -> bool {
    let new = Channel { name: name.into(), delay: 5 };
    t.write(move |conn| chat::add_channel(conn, app, &new)).await
}

async fn say(t: &Fixture, app: i64, channel: &'static str, user: i64, text: &str, sent: i64) {
    let message = Message { user, author: "Ann".into(), message: text.into(), sent };
    t.write(move |conn| chat::say(conn, app, channel, &message)).await;
}

async fn texts(t: &Fixture, app: i64, channel: &'static str) -> Vec<String> {
    let messages = t.read(move |conn| chat::messages(conn, app, channel)).await;
    messages.into_iter().map(|message| message.message).collect()
}

async fn a_channel_is_made_once(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(add(&t, app, "general").await);
    assert!(!add(&t, app, "general").await);
    assert!(add(&t, app, "General").await);
    assert!(add(&t, other, "general").await);
    let names = t.read(move |conn| chat::channels(conn, app)).await;
    assert_eq!(names.len(), 2);
    assert!(names.contains(&Channel { name: "general".into(), delay: 5 }));
    assert_eq!(t.write(move |conn| chat::lock_channel(conn, app, "other")).await, None);
}

async fn a_delay_can_be_changed(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, app, "general").await);
    assert!(t.write(move |conn| chat::set_delay(conn, app, "general", 60)).await);
    assert!(!t.write(move |conn| chat::set_delay(conn, app, "other", 60)).await);
    let found = t.write(move |conn| chat::lock_channel(conn, app, "general")).await;
    assert_eq!(found, Some(Channel { name: "general".into(), delay: 60 }));
}

async fn messages_come_oldest_first(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, app, "general").await);
    assert!(texts(&t, app, "general").await.is_empty());
    // In the order of saying, whatever the clock did.
    for (text, sent) in [("one", NOW), ("two", NOW - 60), ("three", NOW)] {
        say(&t, app, "general", 1, text, sent).await;
    }
    assert_eq!(texts(&t, app, "general").await, ["one", "two", "three"]);
    let messages = t.read(move |conn| chat::messages(conn, app, "general")).await;
    assert_eq!(messages[1], Message { user: 1, author: "Ann".into(), message: "two".into(), sent: NOW - 60 });
}

async fn a_channel_keeps_the_newest(t: Fixture) {
    let app = t.app().await;
    for channel in ["general", "other"] {
        assert!(add(&t, app, channel).await);
        say(&t, app, channel, 1, "first", NOW).await;
    }
    for number in 1..=KEPT + 7 {
        say(&t, app, "general", 1, &number.to_string(), NOW).await;
    }
    let kept: Vec<String> = (8..=KEPT + 7).map(|number| number.to_string()).collect();
    assert_eq!(kept.len(), 50);
    assert_eq!(texts(&t, app, "general").await, kept);
    assert_eq!(texts(&t, app, "other").await, ["first"]);
}

async fn messages_of_one_app_stay_there(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        assert!(add(&t, app, "general").await);
    }
    say(&t, app, "general", 1, "here", NOW).await;
    assert!(texts(&t, other, "general").await.is_empty());
    assert_eq!(t.read(move |conn| chat::last_sent(conn, other, "general", 1)).await, None);
    assert_eq!(t.write(move |conn| chat::clear(conn, other, "general")).await, 0);
    assert_eq!(texts(&t, app, "general").await, ["here"]);
}

async fn the_last_message_of_a_user_is_known(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, app, "general").await);
    let last = async |user| t.read(move |conn| chat::last_sent(conn, app, "general", user)).await;
    assert_eq!(last(1).await, None);
    for (user, sent) in [(1, NOW), (2, NOW + 5), (1, NOW + 2)] {
        say(&t, app, "general", user, "text", sent).await;
    }
    assert_eq!((last(1).await, last(2).await, last(3).await), (Some(NOW + 2), Some(NOW + 5), None));
    assert_eq!(t.read(move |conn| chat::last_sent(conn, app, "other", 1)).await, None);
}

async fn one_of_many_speaks_within_the_delay(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, app, "general").await);
    let t = Arc::new(t);
    let tasks = (0..30).map(|number| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| {
                let channel = chat::lock_channel(conn, app, "general")?.expect("a channel");
                let last = chat::last_sent(conn, app, "general", 1)?;
                if last.is_some_and(|last| NOW - last < channel.delay) {
                    return Ok(false);
                }
                let text = Message { user: 1, author: "Ann".into(), message: number.to_string(), sent: NOW };
                chat::say(conn, app, "general", &text)?;
                Ok(true)
            })
            .await
        })
    });
    let outcomes = join_all(tasks).await;
    assert_eq!(outcomes.into_iter().filter(|said| *said.as_ref().expect("no panic")).count(), 1);
    assert_eq!(texts(&t, app, "general").await.len(), 1);
}

async fn a_cleared_channel_is_empty(t: Fixture) {
    let app = t.app().await;
    for channel in ["general", "other"] {
        assert!(add(&t, app, channel).await);
        say(&t, app, channel, 1, "one", NOW).await;
        say(&t, app, channel, 1, "two", NOW).await;
    }
    assert_eq!(t.write(move |conn| chat::clear(conn, app, "general")).await, 2);
    assert_eq!(t.write(move |conn| chat::clear(conn, app, "general")).await, 0);
    assert!(texts(&t, app, "general").await.is_empty());
    assert_eq!(texts(&t, app, "other").await.len(), 2);
    assert_eq!(t.read(move |conn| chat::channels(conn, app)).await.len(), 2);
}

async fn a_deleted_channel_takes_its_messages_along(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, app, "general").await);
    say(&t, app, "general", 1, "one", NOW).await;
    assert!(t.write(move |conn| chat::delete_channel(conn, app, "general")).await);
    assert!(!t.write(move |conn| chat::delete_channel(conn, app, "general")).await);
    assert!(add(&t, app, "general").await);
    assert!(texts(&t, app, "general").await.is_empty());
}

async fn a_mute_ends(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| chat::mute(conn, app, ann, NOW + 60)).await;
    let until = async |app, user, now| t.read(move |conn| chat::muted_until(conn, app, user, now)).await;
    assert_eq!(until(app, ann, NOW).await, Some(NOW + 60));
    assert_eq!(until(app, ann, NOW + 59).await, Some(NOW + 60));
    assert_eq!(until(app, ann, NOW + 60).await, None);
    assert_eq!(until(app, bob, NOW).await, None);
    assert_eq!(until(other, ann, NOW).await, None);
}

async fn a_second_mute_replaces_the_first(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    for until in [NOW + 600, NOW + 60] {
        t.write(move |conn| chat::mute(conn, app, ann, until)).await;
    }
    let until = async || t.read(move |conn| chat::muted_until(conn, app, ann, NOW)).await;
    assert_eq!(until().await, Some(NOW + 60));
    assert!(t.write(move |conn| chat::unmute(conn, app, ann)).await);
    assert!(!t.write(move |conn| chat::unmute(conn, app, ann)).await);
    assert_eq!(until().await, None);
}
