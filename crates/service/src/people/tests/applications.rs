//! Whose applications are whose.

use claviger_domain::{AccountRole, ApiVersions};

use super::Fixture;

#[tokio::test]
async fn everybody_finds_their_own_applications_only() {
    let t = Fixture::open().await;
    t.member(AccountRole::Reseller, "rita").await;
    t.service.create_app("acme", "a/b ~1", ApiVersions::default()).await.unwrap();
    let theirs = t.service.app("acme", "shop").await.unwrap().id;
    let slash = t.service.app("acme", "a/b ~1").await.unwrap().id;
    let others = t.service.app("other", "shop").await.unwrap().id;
    let (shop, by_number) = ("SHOP".to_owned(), format!("~{theirs}"));
    let by_others = format!("~{others}");
    for (who, sees) in [("acme", vec![theirs, slash]), ("max", vec![theirs]), ("rita", vec![theirs])] {
        let person = t.sign_in(who).await.person;
        let all = t.service.apps_of(&person).await.unwrap();
        assert_eq!(all.iter().map(|app| app.id).collect::<Vec<_>>(), sees, "{who}");
        let find = async |name: &str| t.service.app_of_person(&person, name).await.unwrap().map(|app| app.id);
        assert_eq!(find(&shop).await, Some(theirs), "{who}");
        assert_eq!(find(&by_number).await, Some(theirs), "{who}");
        assert_eq!(find(&by_others).await, None, "{who}");
        assert_eq!(find("a/b ~1").await, (who == "acme").then_some(slash), "{who}");
        assert_eq!(find(&format!("~{slash}")).await, (who == "acme").then_some(slash), "{who}");
        for nothing in ["", "~", "~x", "~-1", "~99999999999999999999", "sh\0op", "nothing"] {
            assert_eq!(find(nothing).await, None, "{who} {nothing:?}");
        }
    }
    let other = t.sign_in("other").await.person;
    let found = t.service.app_of_person(&other, "shop").await.unwrap().unwrap();
    assert_eq!(found.id, others);
}

#[tokio::test]
async fn looks_and_the_last_application_are_remembered() {
    use crate::people::Theme;

    let t = Fixture::open().await;
    let signed_in = t.sign_in("max").await;
    let set = async |theme, zone: Option<&str>| t.service.set_looks(&signed_in.person, theme, zone).await;
    set(Theme::Dark, Some("Europe/Berlin")).await.unwrap();
    t.service.set_last_app(&signed_in.person, 7).await.unwrap();
    assert!(set(Theme::Light, Some("<script>")).await.is_err());
    let person = t.service.person(&signed_in.secret).await.unwrap().unwrap();
    assert_eq!((person.theme, person.last_app), (Theme::Dark, Some(7)));
    assert_eq!(person.time_zone.as_deref(), Some("Europe/Berlin"));
}
