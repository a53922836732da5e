//! What programs wrote with `log` (`docs/protocol/seller.md`).

use claviger_service::vendor::Log;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request,
    kind::{Field, NEXT, PAGED, Shape, Type, Types, field, nullable, text},
    list::List,
    settled_if,
};

pub(crate) const TYPES: Types = &[
    Type::new(
        "fetchalllogs",
        |request| fetch_all(request).boxed(),
        "Lists what programs wrote, oldest first.",
    )
    .params(PAGED)
    .data(&[field("logs", Shape::Rows(ROW)), NEXT])
    .statuses(&[400, 406]),
    Type::new("dellogs", |request| delete_all(request).boxed(), "Deletes what programs wrote.").changes(&[]),
];

const ROW: &[Field] =
    &[text("id"), text("logdate"), text("logdata"), nullable("credential"), nullable("pcuser")];

const LOGS: List<Log> = List {
    message: "Successfully retrieved logs",
    field: "logs",
    none: "No logs found",
    name: |log| log.id.to_string(),
    numbered: true,
    line: None,
};

#[derive(Serialize)]
struct Row {
    id: String,
    logdate: String,
    logdata: String,
    credential: Option<String>,
    pcuser: Option<String>,
}

async fn fetch_all(request: Request) -> Outcome {
    let (service, app) = (request.service().clone(), request.app.id);
    let read = move |after: String, limit| {
        let service = service.clone();
        async move { service.logs_page(app, after.parse().unwrap_or(0), limit).await }.boxed()
    };
    let row = |log: &Log| Row {
        id: log.id.to_string(),
        logdate: log.written.to_string(),
        logdata: log.message.clone(),
        credential: log.credential.clone(),
        pcuser: log.pc_user.clone(),
    };
    LOGS.answer(&request, Box::new(read), row).await
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().clear_logs(&request.app).await.map(|lines| lines > 0);
    settled_if(deleted, "Successfully deleted all logs!", "Failed to delete all logs!")
}
