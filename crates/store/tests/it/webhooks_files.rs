//! Webhooks, and what is known of files.

use claviger_store::{
    files::{self, File, Usage},
    webhooks::{self, Webhook},
};

use crate::support::{Fixture, NOW, both};

both![
    a_webhook_is_found_as_added,
    webhooks_belong_to_one_app,
    a_file_is_found_as_added,
    a_files_digest_is_kept,
    files_belong_to_one_app
];

fn webhook(id: &str) -> Webhook {
    let url = format!("https://example.com/{id}?key=Σ");
    Webhook { id: id.into(), url, user_agent: "Claviger".into(), authed: true }
}

fn file(id: &str, url: Option<&str>) -> File {
    let (name, url) = (format!("{id}.exe"), url.map(Into::into));
    File { id: id.into(), name, url, size: 1 << 40, uploaded: NOW, authed: false }
}

async fn a_webhook_is_found_as_added(t: Fixture) {
    let app = t.app().await;
    let [second, first] = [webhook("second"), Webhook { authed: false, ..webhook("first") }];
    for new in [second.clone(), first.clone()] {
        assert!(t.write(move |conn| webhooks::insert(conn, app, &new)).await);
    }
    let taken = webhook("first");
    assert!(!t.write(move |conn| webhooks::insert(conn, app, &taken)).await);
    assert_eq!(t.read(move |conn| webhooks::get(conn, app, "first")).await, Some(first.clone()));
    assert_eq!(t.read(move |conn| webhooks::get(conn, app, "FIRST")).await, None);
    assert_eq!(t.read(move |conn| webhooks::all(conn, app)).await, [first, second]);
    assert!(t.write(move |conn| webhooks::delete(conn, app, "first")).await);
    assert!(!t.write(move |conn| webhooks::delete(conn, app, "first")).await);
    assert_eq!(t.read(move |conn| webhooks::get(conn, app, "first")).await, None);
}

async fn webhooks_belong_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.write(move |conn| webhooks::insert(conn, app, &webhook("id"))).await);
    assert_eq!(t.read(move |conn| webhooks::get(conn, other, "id")).await, None);
    assert!(!t.write(move |conn| webhooks::delete(conn, other, "id")).await);
    assert!(t.write(move |conn| webhooks::insert(conn, other, &webhook("id"))).await);
    assert_eq!(t.read(move |conn| webhooks::all(conn, app)).await.len(), 1);
}

async fn a_file_is_found_as_added(t: Fixture) {
    let app = t.app().await;
    let [second, first] = [file("second", Some("https://example.com/")), file("first", None)];
    for new in [second.clone(), first.clone()] {
        assert!(t.write(move |conn| files::insert(conn, app, &new)).await);
    }
    let taken = file("first", Some("https://example.com/"));
    assert!(!t.write(move |conn| files::insert(conn, app, &taken)).await);
    assert_eq!(t.read(move |conn| files::get(conn, app, "first")).await, Some(first.clone()));
    assert_eq!(t.read(move |conn| files::get(conn, app, "FIRST")).await, None);
    assert_eq!(t.read(move |conn| files::all(conn, app)).await, [first, second]);
    assert!(t.write(move |conn| files::delete(conn, app, "first")).await);
    assert!(!t.write(move |conn| files::delete(conn, app, "first")).await);
}

async fn a_files_digest_is_kept(t: Fixture) {
    let app = t.app().await;
    let upload = file("upload", None);
    let (at, sized) = (upload.uploaded, upload.size);
    for new in [upload, file("fetched", Some("https://example.com/"))] {
        assert!(t.write(move |conn| files::insert(conn, app, &new)).await);
    }
    assert_eq!(t.read(move |conn| files::usage(conn, app)).await, Usage { files: 2, bytes: sized });
    assert_eq!(t.read(move |conn| files::usage(conn, app + 1_000_000)).await, Usage::default());
    assert_eq!(t.read(move |conn| files::sha256(conn, app, "upload")).await, None);
    assert!(!t.write(move |conn| files::set_sha256(conn, app, "upload", at + 1, "00ff")).await);
    assert!(!t.write(move |conn| files::set_sha256(conn, app, "fetched", at, "00ff")).await);
    assert!(t.write(move |conn| files::set_sha256(conn, app, "upload", at, "00ff")).await);
    assert_eq!(t.read(move |conn| files::sha256(conn, app, "upload")).await.as_deref(), Some("00ff"));
    assert_eq!(t.read(move |conn| files::sha256(conn, app, "none")).await, None);
}

async fn files_belong_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.write(move |conn| files::insert(conn, app, &file("id", None))).await);
    assert_eq!(t.read(move |conn| files::get(conn, other, "id")).await, None);
    assert!(!t.write(move |conn| files::delete(conn, other, "id")).await);
    assert!(t.write(move |conn| files::insert(conn, other, &file("id", None))).await);
    assert_eq!(t.read(move |conn| files::all(conn, app)).await.len(), 1);
}
