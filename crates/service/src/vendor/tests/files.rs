//! Files and webhooks.

use claviger_domain::ClientAddress;

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
    let bytes = |length| FileContent::Bytes(vec![7; length]);
    let file = t.service.add_file(&t.app, new(bytes(100), None)).await.unwrap();
    assert_eq!((file.id.len(), file.size, file.uploaded), (20, 100, NOW));
    let read = async || {
        let content = t.service.file_content(&t.app, ClientAddress::Unknown, &file).await.unwrap();
        let mut bytes = vec![0; content.length() as usize];
        content.read_at(0, &mut bytes).unwrap();
        bytes
    };
    assert_eq!(read().await, vec![7; 100]);
    assert!(is_unfit(t.service.add_file(&t.app, new(bytes(101), None)).await));
    assert!(is_unfit(t.service.add_file(&t.app, new(bytes(1), Some("../x"))).await));
    // One that is taken keeps its content.
    assert!(is_taken(t.service.add_file(&t.app, new(bytes(1), Some(&file.id))).await));
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
    let on_disk = t.folder.path().join(format!("files/{}/{}", t.app.id, file.id));
    assert!(on_disk.exists());
    t.service.delete_file(&t.app, &file.id).await.unwrap();
    t.service.delete_file(&t.app, "x").await.unwrap();
    assert!(!on_disk.exists());
    assert!(is_unknown(t.service.delete_file(&t.app, "x").await));
    t.service.delete_uploads(&t.app).await.unwrap();
    t.service.delete_uploads(&t.app).await.unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_is_not_listed() {
    let t = Fixture::open().await;
    std::fs::write(t.folder.path().join("files"), "in the way").unwrap();
    let new = NewFile { name: "x".into(), content: FileContent::Bytes(b"x".into()), id: None, authed: true };
    let failed = t.service.add_file(&t.app, new).await.unwrap_err();
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
