//! A file in a form, in one go: adds one, or replaces the content of one. Who has the script sends it in pieces.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{
    File, ServiceError, cut,
    vendor::{FileContent, ManageError, NewFile, Upload as Receiving},
};

use super::list::{address, named, page};
use crate::{
    assets,
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    record::record_about,
    sizes::bytes,
    upload::Upload,
    visit::Visit,
};

/// Bytes of a name that are kept.
pub(super) const NAME_MAX: usize = 255;

#[derive(Template)]
#[template(path = "file_replace.html")]
struct Replace {
    frame: Frame,
    base: String,
    script: &'static str,
    file: File,
    size: String,
    file_max: String,
    problem: Option<String>,
}

pub(super) async fn ask_replace(visit: Visit) -> Answer {
    let file = named(&visit, &visit.query).await?;
    replace_page(&visit, StatusCode::OK, file, None).await
}

async fn replace_page(visit: &Visit, status: StatusCode, file: File, problem: Option<String>) -> Answer {
    let page = Replace {
        frame: visit.frame("Replace a file", Nav::Files).await?,
        base: address(visit.app()?),
        script: assets::files(),
        size: bytes(file.size),
        file_max: bytes(i64::try_from(visit.service().file_max_bytes()).unwrap_or(i64::MAX)),
        file,
        problem,
    };
    visit.render_as(status, &page)
}

/// What of a browser's name for a file is kept: no path, no more than may be.
pub(super) fn name_of(told: &str) -> String {
    let name = told.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name = cut(name, NAME_MAX);
    if name.is_empty() { "file".into() } else { name.into() }
}

pub(super) async fn receive(visit: Visit) -> Answer {
    let (app, upload) = (visit.app()?.clone(), visit.upload()?.clone());
    let replaced = match visit.form.filled("id") {
        Some(_) => Some(named(&visit, &visit.form).await?),
        None => None,
    };
    let refused = async |problem: String| match &replaced {
        Some(file) => {
            replace_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, file.clone(), Some(problem)).await
        }
        None => page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await,
    };
    if upload.name.is_empty() {
        return refused("Choose a file first.".into()).await;
    }
    let receiving = match read(&visit, &upload, replaced.as_ref()).await {
        Ok(receiving) => receiving,
        Err(error) => return refused(refusal(error)?).await,
    };
    let (name, authed) = (name_of(&upload.name), visit.form.has("authed"));
    let (service, id, owner) =
        (visit.service().clone(), replaced.as_ref().map(|file| file.id.clone()), app.clone());
    // Carried through, also when the browser does not wait for it.
    let adding = tokio::spawn(async move {
        match id {
            Some(id) => service.replace_file(&owner, &id, Some(name), receiving).await,
            None => {
                let new = NewFile { name, content: FileContent::Upload(receiving), id: None, authed };
                service.add_file(&owner, new).await
            }
        }
    });
    let added = adding.await.map_err(|error| Fault::Failed(ServiceError::System(error.to_string())))?;
    match added {
        Ok(file) => {
            noted(&visit, &file, replaced.as_ref()).await?;
            let did = if replaced.is_some() { "replaced" } else { "uploaded" };
            visit.see_other_saying(address(&app), &format!("{} is {did}.", file.name))
        }
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        Err(error) => refused(refusal(error)?).await,
    }
}

/// Receives the whole file. It holds a place among all uploads meanwhile.
async fn read(visit: &Visit, upload: &Upload, replaces: Option<&File>) -> Result<Receiving, Fault> {
    let (app, service) = (visit.app()?, visit.service());
    let _place = service.upload_place(app, visit.ip).map_err(|_| Fault::Busy)?;
    let id = replaces.map(|file| file.id.clone());
    let mut receiving = service.begin_upload_for(app, id, 0, u64::MAX).await?;
    while let Some(bytes) = upload.next().await? {
        receiving.write(&bytes).await?;
    }
    Ok(receiving)
}

/// Notes what was added or replaced.
pub(super) async fn noted(visit: &Visit, file: &File, was: Option<&File>) -> Result<(), Fault> {
    let (action, changes) = match was {
        Some(was) => (
            "replace-file",
            format!("{}, {} → {}, {}", was.name, bytes(was.size), file.name, bytes(file.size)),
        ),
        None => ("add-file", format!("{}, {}", file.name, bytes(file.size))),
    };
    record_about(visit, visit.app()?, &file.id, action, &changes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_no_path_is_kept() {
        for (told, name) in [
            ("loader.exe", "loader.exe"),
            ("C:\\Users\\ann\\loader.exe", "loader.exe"),
            ("../../etc/passwd", "passwd"),
            ("", "file"),
            ("a/", "file"),
        ] {
            assert_eq!(name_of(told), name);
        }
        assert_eq!(name_of(&"é".repeat(200)).len(), 254);
    }
}
