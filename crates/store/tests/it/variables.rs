//! Variables of applications and of users.

use std::sync::Arc;

use claviger_store::{
    catalog,
    sessions::{LiveSession, Lookup},
    variables::{self, UserVariable, Variable},
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_variable_is_found_as_set,
    a_variable_belongs_to_one_app,
    names_are_compared_exactly,
    every_change_of_a_variable_raises_the_catalog_version,
    a_user_variable_is_found_as_set,
    user_variables_belong_to_one_user,
    a_locked_user_variable_is_changed_by_one_at_a_time,
    a_look_up_reads_the_variable_that_it_names,
    a_look_up_reads_no_other_users_variable,
];

fn variable(name: &str, value: &str, authed: bool) -> Variable {
    Variable { name: name.into(), value: value.into(), authed }
}

fn user_variable(name: &str, value: &str, read_only: bool) -> UserVariable {
    UserVariable { name: name.into(), value: value.into(), read_only }
}

async fn get(t: &Fixture, app: i64, name: &'static str) -> Option<Variable> {
    t.read(move |conn| variables::get(conn, app, name)).await
}

async fn set_of_user(t: &Fixture, app: i64, user: i64, new: UserVariable) {
    t.write(move |conn| variables::set_of_user(conn, app, user, &new)).await;
}

async fn a_variable_is_found_as_set(t: Fixture) {
    let app = t.app().await;
    let [second, first] = [variable("second", "Σ'\n", true), variable("first", "", false)];
    for new in [second.clone(), first.clone()] {
        assert!(t.write(move |conn| variables::insert(conn, app, &new)).await);
    }
    let taken = variable("first", "other", true);
    assert!(!t.write(move |conn| variables::insert(conn, app, &taken)).await);
    assert_eq!(t.read(move |conn| variables::all(conn, app)).await, [first, second]);
    let changed = variable("first", "new", true);
    let new = changed.clone();
    assert!(t.write(move |conn| variables::update(conn, app, &new)).await);
    assert_eq!(get(&t, app, "first").await, Some(changed));
    let unknown = variable("third", "new", true);
    assert!(!t.write(move |conn| variables::update(conn, app, &unknown)).await);
    assert!(t.write(move |conn| variables::delete(conn, app, "first")).await);
    assert!(!t.write(move |conn| variables::delete(conn, app, "first")).await);
    assert_eq!(get(&t, app, "first").await, None);
}

async fn a_variable_belongs_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for (app, value) in [(app, "here"), (other, "there")] {
        assert!(t.write(move |conn| variables::insert(conn, app, &variable("name", value, false))).await);
    }
    assert_eq!(get(&t, app, "name").await.expect("a variable").value, "here");
    assert!(t.write(move |conn| variables::delete(conn, app, "name")).await);
    assert_eq!(get(&t, other, "name").await.expect("a variable").value, "there");
    assert!(t.read(move |conn| variables::all(conn, app)).await.is_empty());
}

async fn names_are_compared_exactly(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    for name in ["name", "NAME", "name "] {
        assert!(t.write(move |conn| variables::insert(conn, app, &variable(name, name, false))).await);
        set_of_user(&t, app, user, user_variable(name, name, false)).await;
    }
    assert_eq!(get(&t, app, "NAME").await.expect("a variable").value, "NAME");
    assert_eq!(get(&t, app, "Name").await, None);
    assert_eq!(t.read(move |conn| variables::all_of_user(conn, app, user)).await.len(), 3);
}

async fn every_change_of_a_variable_raises_the_catalog_version(t: Fixture) {
    let app = t.app().await;
    let version = async || t.read(catalog::version).await;
    let before = version().await;
    assert!(t.write(move |conn| variables::insert(conn, app, &variable("name", "1", false))).await);
    let inserted = version().await;
    assert!(t.write(move |conn| variables::update(conn, app, &variable("name", "2", false))).await);
    let updated = version().await;
    assert!(t.write(move |conn| variables::delete(conn, app, "name")).await);
    let deleted = version().await;
    assert!(before < inserted && inserted < updated && updated < deleted);
    // Those of users are not held in memory.
    let user = t.user(app, "Ann").await;
    set_of_user(&t, app, user, user_variable("name", "value", false)).await;
    assert_eq!(version().await, deleted);
}

async fn a_user_variable_is_found_as_set(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    set_of_user(&t, app, user, user_variable("b", "old", false)).await;
    set_of_user(&t, app, user, user_variable("b", "new", true)).await;
    set_of_user(&t, app, user, user_variable("a", "", false)).await;
    let all = t.read(move |conn| variables::all_of_user(conn, app, user)).await;
    assert_eq!(all, [user_variable("a", "", false), user_variable("b", "new", true)]);
    let locked = t.write(move |conn| variables::lock_of_user(conn, app, user, "b")).await;
    assert_eq!(locked, Some(user_variable("b", "new", true)));
    assert!(t.write(move |conn| variables::delete_of_user(conn, app, user, "b")).await);
    assert!(!t.write(move |conn| variables::delete_of_user(conn, app, user, "b")).await);
    assert_eq!(t.write(move |conn| variables::lock_of_user(conn, app, user, "b")).await, None);
}

async fn user_variables_belong_to_one_user(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let there = t.user(other, "Ann").await;
    assert_eq!(ann, there, "numbers are an application's own");
    set_of_user(&t, app, ann, user_variable("name", "value", false)).await;
    for (app, user) in [(app, bob), (other, there)] {
        assert!(t.read(move |conn| variables::all_of_user(conn, app, user)).await.is_empty());
        assert!(!t.write(move |conn| variables::delete_of_user(conn, app, user, "name")).await);
    }
    assert_eq!(t.read(move |conn| variables::all_of_user(conn, app, ann)).await.len(), 1);
}

async fn a_locked_user_variable_is_changed_by_one_at_a_time(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    set_of_user(&t, app, user, user_variable("count", "0", false)).await;
    let t = Arc::new(t);
    let tasks = (0..30).map(|_| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| {
                let found = variables::lock_of_user(conn, app, user, "count")?.expect("a variable");
                let count: i64 = found.value.parse().expect("a number");
                let value = (count + 1).to_string();
                variables::set_of_user(conn, app, user, &UserVariable { value, ..found })
            })
            .await;
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    let all = t.read(move |conn| variables::all_of_user(conn, app, user)).await;
    assert_eq!(all, [user_variable("count", "30", false)]);
}

async fn look_up(
    t: &Fixture,
    app: i64,
    id: claviger_domain::SessionId,
    variable: Option<&str>,
) -> Option<LiveSession> {
    let lookup = Lookup { app, id, now: NOW, variable: variable.map(Into::into) };
    t.store.sessions().find(lookup).await.expect("finding")
}

async fn a_look_up_reads_the_variable_that_it_names(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    set_of_user(&t, app, user, user_variable("name", "value", false)).await;
    let id = t.session(app, NOW + 60).await;
    let read = async |name| look_up(&t, app, id, name).await.expect("a session").variable;
    assert_eq!(read(Some("name")).await, None, "nobody is signed in");
    assert!(t.sign_in(app, id, user, "Ann").await);
    assert_eq!(read(Some("name")).await.as_deref(), Some("value"));
    assert_eq!(read(Some("Name")).await, None);
    assert_eq!(read(Some("")).await, None);
    assert_eq!(read(None).await, None);
    set_of_user(&t, app, user, user_variable("name", "", false)).await;
    assert_eq!(read(Some("name")).await.as_deref(), Some(""));
    let found = look_up(&t, app, id, Some("name")).await.expect("a session");
    assert_eq!(found.user.expect("a user").credential, "Ann");
}

async fn a_look_up_reads_no_other_users_variable(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let there = t.user(other, "Ann").await;
    set_of_user(&t, app, bob, user_variable("name", "bob's", false)).await;
    set_of_user(&t, other, there, user_variable("name", "elsewhere", false)).await;
    let ids = t.sessions(app, 50).await;
    for (number, &id) in ids.iter().enumerate() {
        let user = if number % 2 == 0 { ann } else { bob };
        assert!(t.sign_in(app, id, user, "name").await);
    }
    // Gathered into few batches, each gets its own.
    let found = join_all(ids.iter().map(|&id| look_up(&t, app, id, Some("name")))).await;
    for (number, session) in found.into_iter().enumerate() {
        let expected = if number % 2 == 0 { None } else { Some("bob's") };
        assert_eq!(session.expect("a session").variable.as_deref(), expected);
    }
}
