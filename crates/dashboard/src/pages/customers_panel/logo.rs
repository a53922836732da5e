//! The picture on the panel: shown to the vendor, set, and removed.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use claviger_service::{ServiceError, vendor::LOGO_MAX};

use super::set::{address, page_of_now};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    frame::Nav,
    record::record,
    upload::Upload,
    visit::Visit,
};

pub(super) async fn show(visit: Visit) -> Answer {
    let logo = visit.service().panel_logo(visit.app()?).await?.ok_or(Fault::NotFound)?;
    let kind = HeaderValue::try_from(logo.kind).map_err(|_| Fault::NotFound)?;
    let mut response: Response = logo.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

pub(super) async fn set(visit: Visit) -> Answer {
    let (app, upload) = (visit.app()?.clone(), visit.upload()?.clone());
    let refused = async |problem: String| {
        page_of_now(&visit, StatusCode::UNPROCESSABLE_ENTITY, vec![("logo", problem)]).await
    };
    if upload.name.is_empty() {
        return refused("Choose a picture first.".into()).await;
    }
    let bytes = {
        let _place = visit.service().upload_place(&app, visit.ip).map_err(|_| Fault::Busy)?;
        read(&upload).await?
    };
    let (size, service, owner) = (bytes.len(), visit.service().clone(), app.clone());
    // Carried through, also when the browser does not wait for it.
    let setting = tokio::spawn(async move { service.set_panel_logo(&owner, bytes).await });
    let set = setting.await.map_err(|error| Fault::Failed(ServiceError::System(error.to_string())))?;
    match set {
        Ok(()) => {
            record(&visit, &app, "panel-logo", &format!("set: {size} bytes")).await?;
            visit.see_other_saying(address(&app), "The logo is set.")
        }
        Err(error) => refused(refusal(error)?).await,
    }
}

/// The picture; of one that is too large, as much as tells that.
async fn read(upload: &Upload) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    while let Some(bytes) = upload.next().await? {
        whole.extend_from_slice(&bytes);
        if whole.len() > LOGO_MAX {
            break;
        }
    }
    Ok(whole)
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let app = visit.app()?;
    if !visit.service().panel_of(app).await?.has_logo {
        return Err(Fault::NotFound);
    }
    let confirm = Confirm {
        title: "Remove the logo?".into(),
        words: vec!["The panel shows its name alone then. You can set another one at any time.".into()],
        button: "Remove the logo".into(),
        action: format!("{}/logo/remove", address(app)),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::CustomersPanel).await
}

pub(super) async fn remove(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    if !service.panel_of(app).await?.has_logo {
        return visit.see_other_saying(address(app), "There is no logo.");
    }
    service.remove_panel_logo(app).await?;
    record(&visit, app, "panel-logo", "removed").await?;
    visit.see_other_saying(address(app), "The logo is removed.")
}
