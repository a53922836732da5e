//! Calling a webhook as a program would, to see what comes of it.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{
    Webhook,
    vendor::{ManageError, WebhookTest, WebhookTried},
};

use super::list::{address, named};
use crate::{
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    record::record_about,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "webhook_test.html")]
struct Page {
    frame: Frame,
    base: String,
    webhook: Webhook,
    params: String,
    body: String,
    content_type: String,
    problem: Option<String>,
    tried: Option<WebhookTried>,
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let webhook = named(&visit, &visit.query).await?;
    page(&visit, StatusCode::OK, webhook, None, None).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    webhook: Webhook,
    problem: Option<String>,
    tried: Option<WebhookTried>,
) -> Answer {
    let kind = visit.form.get("content_type").unwrap_or("application/json");
    let page = Page {
        frame: visit.frame("Test a webhook", Nav::Webhooks).await?,
        base: address(visit.app()?),
        params: visit.form.kept("params"),
        body: visit.form.kept("body"),
        content_type: kind.into(),
        webhook,
        problem,
        tried,
    };
    visit.render_as(status, &page)
}

pub(super) async fn call(visit: Visit) -> Answer {
    let (app, webhook) = (visit.app()?, named(&visit, &visit.form).await?);
    let content_type = visit.form.filled("content_type").unwrap_or_default().to_owned();
    if !content_type.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) || content_type.len() > 100 {
        let problem = "The type of the body has printable ASCII characters only, at most 100.".to_owned();
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, webhook, Some(problem), None).await;
    }
    let test = WebhookTest { params: visit.form.kept("params"), body: visit.form.kept("body"), content_type };
    match visit.service().test_webhook(app, &webhook, test).await {
        Ok(tried) => {
            let told =
                tried.event.status.map_or_else(|| "no reply".into(), |status| format!("status {status}"));
            record_about(&visit, app, &webhook.id, "test-webhook", &told).await?;
            page(&visit, StatusCode::OK, webhook, None, Some(tried)).await
        }
        Err(ManageError::Unfit(why)) => {
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, webhook, Some(sentence(&why)), None).await
        }
        Err(error) => Err(Fault::from(error)),
    }
}
