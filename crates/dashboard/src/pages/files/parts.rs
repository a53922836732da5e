//! A file in pieces, for the script: it goes on after a broken connection where the server says.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use claviger_service::{
    File, ServiceError,
    vendor::{ManageError, PieceBreak, PieceFault, UploadPlan, UploadState},
};
use futures_util::stream;
use serde_json::json;

use super::{
    list::named,
    receive::{name_of, noted},
};
use crate::{
    fault::{Answer, Fault, refusal, sentence},
    upload::{Upload, UploadFault},
    visit::Visit,
};

/// Tells where a piece begins.
const OFFSET: &str = "upload-offset";

fn told(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn shown(status: StatusCode, state: &UploadState) -> Response {
    let UploadState { id, offset, size, file } = state;
    told(status, &json!({ "upload": id, "offset": offset, "size": size, "file": file }))
}

fn problem(status: StatusCode, problem: &str) -> Response {
    told(status, &json!({ "problem": problem }))
}

/// The file that an upload replaces.
async fn replaced(visit: &Visit) -> Result<Option<File>, Fault> {
    match visit.form.filled("id") {
        Some(_) => Ok(Some(named(visit, &visit.form).await?)),
        None => Ok(None),
    }
}

pub(super) async fn begin(visit: Visit) -> Answer {
    let (app, who) = (visit.app()?, visit.person()?.name.clone());
    let Some(size) = visit.form.filled("size").and_then(|text| text.parse::<u64>().ok()) else {
        return Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "The size is no number of bytes."));
    };
    let plan = UploadPlan {
        name: name_of(visit.form.get("name").unwrap_or_default()),
        size,
        authed: visit.form.has("authed"),
        replaces: replaced(&visit).await?.map(|file| file.id),
    };
    match visit.service().begin_parts(app, &who, visit.ip, plan).await {
        Ok(state) => Ok(shown(StatusCode::CREATED, &state)),
        Err(error) => refused(error),
    }
}

fn refused(error: ManageError) -> Answer {
    match error {
        ManageError::Unknown { .. } => Err(Fault::NotFound),
        error => Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, &refusal(error)?)),
    }
}

fn gone() -> Response {
    problem(StatusCode::NOT_FOUND, &sentence(&PieceFault::Gone.to_string()))
}

pub(super) async fn state(visit: Visit) -> Answer {
    let (app, person) = (visit.app()?, visit.person()?);
    let state = visit.service().upload_state(app, &person.name, visit.path("id"));
    Ok(state.map_or_else(gone, |state| shown(StatusCode::OK, &state)))
}

pub(super) async fn cancel(visit: Visit) -> Answer {
    let (app, person) = (visit.app()?, visit.person()?);
    let found = visit.service().cancel_upload(app, &person.name, visit.path("id"));
    Ok(if found { told(StatusCode::OK, &json!({})) } else { gone() })
}

pub(super) async fn piece(visit: Visit) -> Answer {
    let (app, person, upload) = (visit.app()?.clone(), visit.person()?.clone(), visit.upload()?.clone());
    let text = visit.headers.get(OFFSET).and_then(|value| value.to_str().ok());
    let Some(from) = text.and_then(|text| text.parse::<u64>().ok()) else {
        return Ok(problem(StatusCode::BAD_REQUEST, "A piece tells where it begins."));
    };
    let id = visit.path("id").to_owned();
    // On a task of its own: what came is kept, whether or not the browser is still there.
    let (service, whose, owner) = (visit.service().clone(), person.name.clone(), app.clone());
    let receiving = tokio::spawn(async move {
        let _place = service
            .upload_place(&owner, visit.ip)
            .map_err(|full| ManageError::from(ServiceError::from(full)))?;
        let was = match service.upload_plan(&owner, &whose, &id).and_then(|plan| plan.replaces) {
            Some(file) => service.file(&owner, &file).await.map_err(ManageError::from)?,
            None => None,
        };
        let state = service.receive_piece(&owner, &whose, &id, from, pieces(upload)).await?;
        if let Some(file) = &state.file
            && let Some(file) = service.file(&owner, file).await.map_err(ManageError::from)?
        {
            // What was done is done, also where it cannot be noted.
            if let Err(fault) = noted(&visit, &file, was.as_ref()).await {
                tracing::error!(?fault, "an upload could not be noted");
            }
        }
        Ok::<_, PieceFault>(state)
    });
    let received = receiving.await.map_err(|error| Fault::Failed(ServiceError::System(error.to_string())))?;
    Ok(match received {
        Ok(state) => shown(StatusCode::OK, &state),
        Err(PieceFault::Gone) => gone(),
        Err(PieceFault::Manage(ManageError::Unknown { .. })) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "The file that it should replace was deleted.")
        }
        Err(PieceFault::Manage(error)) => return refused(error),
        Err(fault @ (PieceFault::Taken | PieceFault::Elsewhere(_))) => {
            problem(StatusCode::CONFLICT, &sentence(&fault.to_string()))
        }
        Err(PieceFault::Refused) => return Err(UploadFault::Refused.into()),
        Err(PieceFault::TooMuch) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, &sentence(&PieceFault::TooMuch.to_string()))
        }
    })
}

fn pieces(upload: Upload) -> impl futures_util::Stream<Item = Result<bytes::Bytes, PieceBreak>> + Send {
    stream::unfold(upload, |upload| async move {
        match upload.next().await {
            Ok(Some(bytes)) => Some((Ok(bytes), upload)),
            Ok(None) => None,
            Err(UploadFault::Refused) => Some((Err(PieceBreak::Refused), upload)),
            Err(_) => Some((Err(PieceBreak::Gone), upload)),
        }
    })
}
