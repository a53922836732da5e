//! Licenses, variables, chat, lists, subscriptions and settings.

use super::*;

#[tokio::test]
async fn a_license_and_its_token_are_banned_together() {
    let t = Fixture::open().await;
    let keys = NewKeys {
        mask: Mask::new("KEY-*****").unwrap(),
        alphabet: Alphabet::Mixed,
        amount: 2,
        duration: 60,
        level: "1".into(),
        note: None,
        genby: "SellerAPI".into(),
    };
    let made = t.service.add_licenses(&t.app, keys).await.unwrap();
    let folded = made[0].to_lowercase();
    t.service.ban_license(&t.app, &folded, "why", false, None).await.unwrap();
    let page = t.service.licenses_page(t.app.id, LicenseFilter::default(), 0, 10).await.unwrap();
    assert_eq!(page.len(), 2);
    assert_eq!((page[0].status, page[0].banned.as_deref()), (LicenseStatus::Banned, Some("why")));
    assert_eq!(page[1].status, LicenseStatus::NotUsed);
    let banned = async |key: &str| {
        let tokens = t.service.tokens(&t.app, 10).await.unwrap();
        tokens.into_iter().find(|token| token.assigned == key).unwrap().banned
    };
    assert_eq!(banned(&made[0]).await.as_deref(), Some("why"));
    assert_eq!(banned(&made[1]).await, None);
    t.service.unban_license(&t.app, &made[0]).await.unwrap();
    assert_eq!(banned(&made[0]).await, None);
    assert_eq!(
        t.service.licenses_page(t.app.id, LicenseFilter::default(), 0, 1).await.unwrap()[0].status,
        LicenseStatus::NotUsed
    );
    assert!(is_unknown(t.service.ban_license(&t.app, "KEY", "why", false, None).await));
    assert!(is_unfit(t.service.ban_license(&t.app, &made[0], &"x".repeat(100), false, None).await));
}

#[tokio::test]
async fn variables_are_checked() {
    let t = Fixture::open().await;
    let variable =
        |name: &str, value: &str| Variable { name: name.into(), value: value.into(), authed: true };
    t.service.put_variable(&t.app, variable("name", "old")).await.unwrap();
    assert_eq!(t.service.variable(&t.app, "name").await.unwrap().unwrap().value, "old");
    // What is held in memory is renewed at once.
    t.service.put_variable(&t.app, variable("name", "new")).await.unwrap();
    assert_eq!(t.service.variable(&t.app, "name").await.unwrap().unwrap().value, "new");
    assert!(is_taken(t.service.add_variable(&t.app, variable("name", "x")).await));
    t.service.add_variable(&t.app, variable(&"n".repeat(49), &"v".repeat(1000))).await.unwrap();
    for (name, value) in [("", "x"), ("x", ""), (&*"n".repeat(50), "x"), ("x", &*"v".repeat(1001))] {
        assert!(is_unfit(t.service.put_variable(&t.app, variable(name, value)).await));
    }
    t.service.delete_variable(&t.app, "name").await.unwrap();
    assert!(is_unknown(t.service.delete_variable(&t.app, "name").await));
    assert_eq!(t.service.variables(&t.app).await.unwrap().len(), 1);

    t.user("Ann").await;
    let of_user = |value: &str| UserVariable { name: "name".into(), value: value.into(), read_only: true };
    t.service.put_user_variable(&t.app, "ann", of_user("value")).await.unwrap();
    assert_eq!(t.service.user(&t.app, "Ann").await.unwrap().variables, [of_user("value")]);
    assert!(is_unfit(t.service.put_user_variable(&t.app, "Ann", of_user(&"v".repeat(501))).await));
    assert!(is_unknown(t.service.put_user_variable(&t.app, "Bob", of_user("value")).await));
    t.service.delete_user_variable(&t.app, "Ann", "name").await.unwrap();
    assert!(is_unknown(t.service.delete_user_variable(&t.app, "Ann", "name").await));
}

#[tokio::test]
async fn channels_and_mutes() {
    let t = Fixture::open().await;
    t.user("Ann").await;
    let channel = |name: &str, delay| Channel { name: name.into(), delay };
    t.service.add_channel(&t.app, channel("general", 5)).await.unwrap();
    assert!(is_taken(t.service.add_channel(&t.app, channel("general", 5)).await));
    assert!(is_unfit(t.service.add_channel(&t.app, channel(&"x".repeat(51), 5)).await));
    assert!(is_unfit(t.service.add_channel(&t.app, channel("x", -1)).await));
    assert_eq!(t.service.channels(&t.app).await.unwrap(), [channel("general", 5)]);
    t.service.delete_channel(&t.app, "general").await.unwrap();
    assert!(is_unknown(t.service.delete_channel(&t.app, "general").await));
    t.watch.0.store(NOW + 5, Ordering::Relaxed);
    assert_eq!(t.service.mute(&t.app, "Ann", 60).await.unwrap(), NOW + 65);
    assert!(is_unfit(t.service.mute(&t.app, "Ann", -1).await));
    assert!(is_unknown(t.service.mute(&t.app, "Bob", 60).await));
    assert!(t.service.unmute(&t.app, "Ann").await.unwrap());
    assert!(!t.service.unmute(&t.app, "Ann").await.unwrap());
}

#[tokio::test]
async fn addresses_have_one_spelling() {
    let t = Fixture::open().await;
    let ip = |text: &str| text.parse().unwrap();
    let add =
        async |outcast, reason: &str| t.service.add_to_blacklist(&t.app, outcast, reason.into(), None).await;
    add(Outcast::Ip(ip("2001:DB8:0::1")), "why").await.unwrap();
    add(Outcast::Hwid("Device".into()), "").await.unwrap();
    assert_eq!(t.blacklisted().await, ["Device", "2001:db8::1"]);
    assert!(is_unfit(add(Outcast::Hwid(String::new()), "").await));
    let delete = async |outcast| t.service.delete_from_blacklist(&t.app, outcast).await.unwrap();
    assert_eq!(delete(Outcast::Ip(ip("2001:db8::1"))).await.unwrap().reason(), "why");
    assert_eq!(delete(Outcast::Hwid("device".into())).await, None);
    assert!(t.service.add_to_whitelist(&t.app, ip("::ffff:192.0.2.1"), None).await.unwrap());
    assert!(!t.service.add_to_whitelist(&t.app, ip("192.0.2.1"), None).await.unwrap());
    let exempt = Whitelisted { network: "192.0.2.1".into(), until: None };
    assert_eq!(t.service.whitelist(&t.app).await.unwrap(), [exempt]);
    assert!(t.service.delete_from_whitelist(&t.app, ip("192.0.2.1")).await.unwrap());
}

#[test]
fn entries_end_in_the_future() {
    let end = |until, days| entry_end(until, days, NOW);
    assert_eq!(end(None, None), Ok(None));
    assert_eq!(end(Some("1700000001"), None), Ok(Some(NOW + 1)));
    assert_eq!(end(None, Some("0.5")), Ok(Some(NOW + 43_200)));
    for until in ["", "0", "1700000000", "-1", "253402300800", "x", "1e12", "9999999999999999999999"] {
        assert_eq!(end(Some(until), None), Err(EndFault::Until), "{until}");
    }
    for days in ["", "0", "-1", "x", "NaN", "inf", "1e300"] {
        assert_eq!(end(None, Some(days)), Err(EndFault::Days), "{days}");
    }
    assert_eq!(end(Some("1700000001"), Some("1")), Err(EndFault::Days));
}

#[tokio::test]
async fn subscriptions_are_offered() {
    let t = Fixture::open().await;
    let offer = |name: &str, level: &str| Subscription { name: name.into(), level: level.into() };
    t.service.add_subscription(&t.app, offer("gold", "2")).await.unwrap();
    assert!(is_taken(t.service.add_subscription(&t.app, offer("gold", "3")).await));
    for (name, level) in [("x", "two"), ("x", ""), ("x", "1234567890123"), ("", "1"), (&*"x".repeat(50), "1")]
    {
        assert!(is_unfit(t.service.add_subscription(&t.app, offer(name, level)).await), "{name} {level}");
    }
    assert_eq!(t.service.subscriptions(&t.app).await.unwrap(), [offer("default", "1"), offer("gold", "2")]);
    t.service.delete_subscription(&t.app, "gold").await.unwrap();
    assert!(is_unknown(t.service.delete_subscription(&t.app, "gold").await));
}

#[tokio::test]
async fn changed_settings_are_noticed_at_once() {
    let t = Fixture::open().await;
    let held = async || t.service.app_by_name(&t.app.owner_id, "shop").await.unwrap().unwrap();
    assert!(!held().await.settings.paused);
    let changes = [("paused", "true"), ("version", "2.0")].map(|(name, text)| (name.into(), text.into()));
    let settings = t.service.change_settings(&t.app, &changes).await.unwrap().settings;
    assert_eq!(held().await.settings, settings);
    assert!(settings.paused && settings.version == "2.0");
    // All or none.
    let changes =
        [("paused", "false"), ("version", "too long")].map(|(name, text)| (name.into(), text.into()));
    assert!(is_unfit(t.service.change_settings(&t.app, &changes).await));
    assert!(held().await.settings.paused);
    t.service.set_app_banned(&t.app, true).await.unwrap();
    assert!(held().await.banned);
    t.service.set_app_banned(&t.app, false).await.unwrap();
    assert!(!held().await.banned);
    t.service.delete_app("acme", "shop").await.unwrap();
    assert!(is_unknown(t.service.change_settings(&t.app, &[]).await));
}

#[tokio::test]
async fn an_application_is_held_once_however_it_is_spelled() {
    let t = Fixture::open().await;
    let letters = "an application of many letters";
    let made = t.service.create_app("acme", letters, ApiVersions::default()).await.unwrap().app;
    let spellings = (0..9000u32).map(|n| {
        let spell = |(at, letter): (usize, char)| match n >> (at % 14) & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        };
        letters.chars().enumerate().map(spell).collect()
    });
    let wide =
        ["ａn application of many letters".to_owned(), "an  application of\u{A0}many letters".to_owned()];
    for name in spellings.chain(wide) {
        let found = t.service.app_by_name(&made.owner_id, &name).await.unwrap();
        assert_eq!(found.expect("the application").id, made.id, "{name}");
    }
    assert_eq!(t.service.catalog.names(), 1);
}
