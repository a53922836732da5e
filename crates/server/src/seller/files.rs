//! Files that programs download (`docs/protocol/seller.md`).

use claviger_service::{
    File,
    vendor::{FileContent, FileFault, NewFile},
};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Field, Form, NEXT, PAGED, Shape, Type, Types, field, may, need, text},
    list::List,
    receive::Received,
    settled, settled_if,
    size::{size, too_large},
    variables::authed,
};

pub(crate) const TYPES: Types = &[
    Type::new(
        "upload",
        |request| upload(request).boxed(),
        "Adds a file by its address, or as a multipart part `file`.",
    )
    .params(&[
        may("url", "Where its content is, at most 2048 bytes; it is asked anew at each download"),
        may("authed", "1: only after a login, which is the default; 0: for all").form(Form::Flag),
    ])
    .data(&[text("id")])
    .statuses(&[400, 507])
    .changes(&[]),
    Type::new("editfile", |request| edit(request).boxed(), "Changes a file; what is not given stays.")
        .params(&[
            need("id", "Its id"),
            may("url", "Where its content is"),
            may("authed", "1: only after a login; 0: for all").form(Form::Flag),
        ])
        .statuses(&[400])
        .changes(&["id"]),
    Type::new("delfile", |request| delete(request).boxed(), "Deletes a file.")
        .params(&[need("fileid", "Its id")])
        .changes(&["fileid"]),
    Type::new("delallfiles", |request| delete_all(request).boxed(), "Deletes all files.").changes(&[]),
    Type::new("fetchfile", |request| fetch(request).boxed(), "Tells about a file.")
        .params(&[need("id", "Its id")])
        .data(&[field("file", Shape::Object(ROW))])
        .statuses(&[406]),
    Type::new("fetchallfiles", |request| fetch_all(request).boxed(), "Lists the files.")
        .params(PAGED)
        .data(&[field("files", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
];

const ROW: &[Field] = &[
    text("id"),
    text("url"),
    text("name"),
    text("size"),
    field("authed", Shape::Number),
    text("uploaddate"),
];

/// An address within the server's own network; webhooks have one more exclamation mark.
const LOCAL_URL: &str = "URL can't be a local path! Must be a remote URL accessible by the open internet";
/// Longest address in bytes.
const URL_MAX: usize = 2048;
/// Longest name in bytes.
const NAME_MAX: usize = 255;
/// Stands in the place of the address of an upload: callers want a text that is not empty.
const UPLOADED: &str = "uploaded";
/// Name of a file whose address ends in none.
const UNNAMED: &str = "file";

const FILES: List<File> = List {
    message: "Successfully retrieved files",
    field: "files",
    none: "No files Found",
    name: |file| file.id.clone(),
    numbered: false,
    line: None,
};

async fn upload(mut request: Request) -> Outcome {
    let only_after_login = match (request.params.get("authed").is_some(), authed(&request)) {
        (true, None) => return Err(SellerReply::invalid_parameter("authed").into()),
        (_, authed) => authed.unwrap_or(true),
    };
    let received = match (request.received.take(), request.params.file()) {
        (None, Some(file)) => {
            let (service, app) = (request.service(), &request.app);
            Some(Received::of_bytes(service, app, request.ip, &file.name, &file.bytes).await?)
        }
        (received, _) => received,
    };
    // The place is held until the file is added.
    let (name, content, _place) = match received {
        Some(Received { name, upload, place }) => (name, FileContent::Upload(upload), Some(place)),
        None => {
            let url = request.stored("url", URL_MAX)?.unwrap_or_default();
            let size = measure(&request, &url).await?;
            (name_of(&url), FileContent::Url { url, size }, None)
        }
    };
    let name = claviger_service::cut(&name, NAME_MAX).to_owned();
    let new = NewFile { name, content, id: None, authed: only_after_login };
    let file = request.service().add_file(&request.app, new).await?;
    let message = format!("File ID {} Uploaded Successfully", file.id);
    Ok(SellerReply::success(message.clone()).with("id", &file.id).text(message).into())
}

/// The size of what an address has now, in bytes.
async fn measure(request: &Request, url: &str) -> Result<i64, SellerReply> {
    let fault = match request.service().measure_url(&request.app, url).await {
        Ok(size) => return Ok(size),
        Err(fault) => fault,
    };
    Err(match fault {
        FileFault::Malformed => SellerReply::failure("URL is invalid"),
        FileFault::Inner => SellerReply::failure(LOCAL_URL),
        FileFault::TooLarge => too_large(request.service().file_max_bytes()),
        FileFault::Status(status) => {
            SellerReply::failure(format!("Failed to fetch file. HTTP Status: {status}"))
        }
    })
}

/// The last part of an address's path.
fn name_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').and_then(|(_, path)| path.rsplit('/').next()).unwrap_or_default();
    if name.is_empty() { UNNAMED.into() } else { name.into() }
}

async fn edit(request: Request) -> Outcome {
    let only_after_login = match (request.params.get("authed").is_some(), authed(&request)) {
        (true, None) => return Err(SellerReply::invalid_parameter("authed").into()),
        (_, authed) => authed,
    };
    let url = match request.stored("url", URL_MAX)? {
        None => None,
        Some(url) => {
            let size = measure(&request, &url).await?;
            Some((url, size))
        }
    };
    if url.is_none() && only_after_login.is_none() {
        return failure("Failed to update file");
    }
    let edited = request.service().edit_file(&request.app, &request.text("id"), url, only_after_login).await;
    settled(edited, "Successfully updated file", "Failed to update file")
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_file(&request.app, &request.text("fileid")).await;
    settled(deleted, "Successfully deleted files!", "Failed to delete file!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_files(&request.app).await;
    settled_if(deleted, "Successfully deleted all files!", "Failed to delete all files!")
}

#[derive(Serialize)]
struct Row {
    id: String,
    url: String,
    name: String,
    size: String,
    authed: u8,
    uploaddate: String,
}

impl From<&File> for Row {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.clone(),
            url: file.url.clone().unwrap_or_else(|| UPLOADED.into()),
            name: file.name.clone(),
            size: size(file.size as f64),
            authed: u8::from(file.authed),
            uploaddate: file.uploaded.to_string(),
        }
    }
}

async fn fetch(request: Request) -> Outcome {
    let id = request.text("id");
    match request.service().file(&request.app, &id).await? {
        Some(file) => {
            Ok(SellerReply::success("Successfully retrieved file").with("file", &Row::from(&file)).into())
        }
        None => Err(SellerReply::failure(format!("No file Found with ID: {id}")).status(406).into()),
    }
}

async fn fetch_all(request: Request) -> Outcome {
    let files = request.service().files(&request.app).await?;
    FILES.whole(&request, files, |file: &File| Row::from(file)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_address() {
        for (url, name) in [
            ("https://example.org/a/loader.exe?x=/y", "loader.exe"),
            ("https://example.org/", "file"),
            ("https://example.org", "file"),
            ("https://example.org/a/#b/c", "file"),
        ] {
            assert_eq!(name_of(url), name, "{url}");
        }
    }
}
