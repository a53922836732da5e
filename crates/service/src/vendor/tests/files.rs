//! Files and webhooks.

use claviger_domain::ClientAddress;
use claviger_store::files::File;

use super::*;

#[tokio::test]
async fn uploads_are_kept_and_deleted() {
    let t = Fixture::open().await;
    let new = |content, id: Option<&str>| NewFile {
        name: "loader.exe".into(),
        content,
        id: id.map(Into::into),
        authed: true,
    };
    let bytes = async |length: usize| FileContent::Upload(t.upload(&vec![7; length]).await.unwrap());
    let file = t.service.add_file(&t.app, new(bytes(100).await, None)).await.unwrap();
    assert_eq!((file.id.len(), file.size, file.uploaded), (20, 100, NOW));
    let read = async || {
        let content = t.service.file_content(&t.app, ClientAddress::Unknown, &file).await.unwrap().unwrap();
        let mut bytes = vec![0; content.length() as usize];
        content.read_at(0, &mut bytes).unwrap();
        bytes
    };
    assert_eq!(read().await, vec![7; 100]);
    assert!(matches!(t.upload(&[7; 101]).await, Err(ManageError::TooLarge(100))));
    assert!(matches!(t.service.begin_upload(&t.app, 101, 200).await, Err(ManageError::TooLarge(100))));
    assert!(is_unfit(t.service.add_file(&t.app, new(bytes(1).await, Some("../x"))).await));
    // One that is taken keeps its content.
    assert!(is_taken(t.service.add_file(&t.app, new(bytes(1).await, Some(&file.id))).await));
    assert_eq!(read().await.len(), 100);
    let fetched = FileContent::Url { url: "https://example.com/x".into(), size: 0 };
    let fetched = t.service.add_file(&t.app, new(fetched, Some("x"))).await.unwrap();
    assert_eq!((fetched.url.as_deref(), fetched.size), (Some("https://example.com/x"), 0));
    for wrong in ["file:///etc/passwd", "https://a@example.com/", "https://exam ple.com/", "//x"] {
        let refused =
            t.service.add_file(&t.app, new(FileContent::Url { url: wrong.into(), size: 0 }, None)).await;
        assert!(is_unfit(refused), "{wrong}");
    }
    assert_eq!(t.service.files(&t.app).await.unwrap().len(), 2);
    assert_eq!(uploads_on_disk(&t), [file.id.as_str()], "nothing is left of those that were refused");
    let on_disk = t.folder.path().join(format!("files/{}/{}", t.app.id, file.id));
    assert!(on_disk.exists());
    t.service.delete_file(&t.app, &file.id).await.unwrap();
    t.service.delete_file(&t.app, "x").await.unwrap();
    assert!(!on_disk.exists());
    assert!(is_unknown(t.service.delete_file(&t.app, "x").await));
    t.service.delete_uploads(&t.app).await.unwrap();
    t.service.delete_uploads(&t.app).await.unwrap();
}

fn uploads_on_disk(t: &Fixture) -> Vec<String> {
    let folder = t.folder.path().join(format!("files/{}", t.app.id));
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn who_deletes_all_files_leaves_what_is_being_uploaded() {
    let t = Fixture::open().await;
    let add = async |id: &str, upload| {
        let content = FileContent::Upload(upload);
        let new = NewFile { name: "loader.exe".into(), content, id: Some(id.into()), authed: true };
        t.service.add_file(&t.app, new).await.unwrap();
    };
    add("first", t.upload(&[1; 9]).await.unwrap()).await;
    let under_way = t.upload(&[2; 9]).await.unwrap();
    assert!(t.service.delete_all_files(&t.app).await.unwrap());
    assert!(!t.service.delete_all_files(&t.app).await.unwrap());
    add("second", under_way).await;
    assert_eq!(uploads_on_disk(&t), ["second"]);
}

#[tokio::test]
async fn an_application_has_so_much_and_no_more() {
    let t = Fixture::open_with(|options| options.app_upload_bytes = 250).await;
    let add = async |upload: Upload| {
        let content = FileContent::Upload(upload);
        t.service.add_file(&t.app, NewFile { name: "x".into(), content, id: None, authed: true }).await
    };
    let quota = |error: Option<ManageError>| match error {
        Some(ManageError::Quota(text)) => text,
        error => panic!("{error:?}"),
    };
    add(t.upload(&[7; 100]).await.unwrap()).await.unwrap();
    // Two at once: what the first one reserved is not there for the second.
    let first = t.service.begin_upload(&t.app, 100, 100).await.unwrap();
    let refused = quota(t.service.begin_upload(&t.app, 60, 100).await.err());
    let limit = "the uploads of an application have at most 250 bytes, which app_upload_bytes sets";
    assert_eq!(refused, format!("{limit}; 200 are taken, and this file has 60"));
    // One that tells no length gets what is left.
    let mut second = t.service.begin_upload(&t.app, 0, u64::MAX).await.unwrap();
    second.write(&[7; 50]).await.unwrap();
    assert_eq!(quota(second.write(&[7]).await.err()), format!("{limit}; this file does not fit"));
    drop(second);
    drop(first);
    add(t.upload(&[7; 100]).await.unwrap()).await.unwrap();
    // As another node would do it: the last word is in the transaction.
    let (app, other) = (t.app.id, "other");
    let (late, rest) = (t.upload(&[7; 40]).await.unwrap(), 20);
    let row = File { id: other.into(), name: "x".into(), url: None, size: rest, uploaded: NOW, authed: true };
    t.service.manage(move |conn| Ok(claviger_store::files::insert(conn, app, &row)?)).await.unwrap();
    assert_eq!(quota(add(late).await.err()), format!("{limit}; 220 are taken, and this file has 40"));
    assert_eq!((uploads_on_disk(&t).len(), t.service.files(&t.app).await.unwrap().len()), (2, 3));
    t.service.delete_all_files(&t.app).await.unwrap();
    add(t.upload(&[7; 100]).await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_application_has_so_many_files() {
    let t = Fixture::open().await;
    let app = t.app.id;
    let fill = move |conn: &mut Conn<'_>| {
        for n in 0..1000 {
            let url = Some("https://example.com/".into());
            let row =
                File { id: format!("f{n}"), name: "x".into(), url, size: 0, uploaded: NOW, authed: true };
            claviger_store::files::insert(conn, app, &row)?;
        }
        Ok(())
    };
    t.service.manage(fill).await.unwrap();
    let full = "an application has at most 1000 files, and there are 1000";
    let content = FileContent::Url { url: "https://example.com/".into(), size: 0 };
    let added =
        t.service.add_file(&t.app, NewFile { name: "x".into(), content, id: None, authed: true }).await;
    assert_eq!(added.unwrap_err().to_string(), full);
    assert_eq!(t.upload(b"x").await.err().unwrap().to_string(), full);
}

#[tokio::test]
async fn a_link_lasts_a_minute_and_is_for_this_content() {
    let t = Fixture::open().await;
    let content = FileContent::Upload(t.upload(b"content").await.unwrap());
    let new = NewFile { name: "x".into(), content, id: Some("x".into()), authed: false };
    let file = t.service.add_file(&t.app, new).await.unwrap();
    let id = t.user("ann").await;
    let session = t.service.find_session(&t.app, id.as_str(), 13, None).await.unwrap().unwrap();
    let here = ClientAddress::Unknown;
    let made = async || t.service.link_file(&t.app, here, &session, &file).await.unwrap().unwrap();
    let link = made().await;
    assert_eq!((link.size, link.expires), (7, NOW + crate::LINK_SECONDS));
    assert_eq!(link.sha256, hex::encode(sha256("content")));
    let open = async |link: &crate::FileLink| t.service.open_link(&link.token, here).await;
    let linked = open(&link).await.unwrap();
    assert_eq!((linked.file.id.as_str(), linked.content.length()), ("x", 7));
    assert_eq!(t.service.downloads.figures().held, 1);
    drop(linked);
    t.watch.0.store(NOW + 59, Ordering::Relaxed);
    assert!(open(&link).await.is_ok());
    t.watch.0.store(NOW + 60, Ordering::Relaxed);
    assert!(matches!(open(&link).await, Err(crate::LinkFault::Ended)));
    t.watch.0.store(NOW, Ordering::Relaxed);
    // One from before digests were kept gets its own with the first link.
    let forget = |conn: &mut Conn<'_>| conn.execute("UPDATE files SET sha256 = NULL", &[]).map(drop);
    t.service.store.db().write::<_, StoreError, _>(forget).await.unwrap();
    assert!(matches!(open(&link).await, Err(crate::LinkFault::Ended)));
    assert_eq!(made().await.sha256, link.sha256);
    assert!(open(&link).await.is_ok());
    for wrong in ["", "zz", &link.token[2..], &link.token.replace('0', "1")] {
        assert!(matches!(t.service.open_link(wrong, here).await, Err(crate::LinkFault::Unknown)), "{wrong}");
    }
    t.service.delete_file(&t.app, "x").await.unwrap();
    assert!(matches!(open(&link).await, Err(crate::LinkFault::Ended)));
    assert_eq!(t.service.downloads.figures().held, 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_is_not_listed() {
    let t = Fixture::open().await;
    std::fs::write(t.folder.path().join("files"), "in the way").unwrap();
    let failed = t.upload(b"x").await.err().unwrap();
    assert!(failed.to_string().starts_with("the file cannot be kept: "), "{failed}");
    assert!(t.service.files(&t.app).await.unwrap().is_empty());
}

#[tokio::test]
async fn webhooks_get_what_they_lack() {
    let t = Fixture::open().await;
    let new = |url: &str, id: Option<&str>| NewWebhook {
        url: url.into(),
        user_agent: None,
        id: id.map(Into::into),
        authed: true,
    };
    let webhook = t.service.add_webhook(&t.app, new("https://example.com/?a=b", None)).await.unwrap();
    assert_eq!((webhook.id.len(), webhook.user_agent.as_str()), (10, "Claviger"));
    assert!(is_taken(t.service.add_webhook(&t.app, new("https://example.com/", Some(&webhook.id))).await));
    assert!(is_unfit(t.service.add_webhook(&t.app, new("example.com", None)).await));
    assert!(is_unfit(t.service.add_webhook(&t.app, new("https://example.com/", Some("12345678901"))).await));
    let agent = NewWebhook { user_agent: Some("a\r\nb".into()), ..new("https://example.com/", None) };
    assert!(is_unfit(t.service.add_webhook(&t.app, agent).await));
    t.service.delete_webhook(&t.app, &webhook.id).await.unwrap();
    assert!(is_unknown(t.service.delete_webhook(&t.app, &webhook.id).await));
    assert!(t.service.webhooks(&t.app).await.unwrap().is_empty());
}
