//! A key of its own: making one, and changing what it may do.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::vendor::{KeyChange, NewKey, ShownKey};

use super::{form::KeyForm, named::named, page::address, secret};
use crate::{
    fault::Answer,
    frame::{Frame, Nav},
    record::record_about,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "seller_key.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    form: KeyForm,
    button: &'static str,
    /// Whether it is made rather than changed.
    is_new: bool,
}

pub(super) async fn show_new(visit: Visit) -> Answer {
    new_page(&visit, StatusCode::OK, KeyForm::empty()).await
}

async fn new_page(visit: &Visit, status: StatusCode, form: KeyForm) -> Answer {
    let back = address(visit.app()?);
    let page = Page {
        frame: visit.frame("New seller key", Nav::SellerSettings).await?,
        action: format!("{back}/new"),
        back,
        form,
        button: "Make the key",
        is_new: true,
    };
    visit.render_as(status, &page)
}

/// Makes a key and shows it, this once.
pub(super) async fn make(visit: Visit) -> Answer {
    let mut form = KeyForm::typed(&visit.form);
    let Some(new) = form.check(visit.now()) else {
        return new_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let rights = new.rights;
    let (name, told) = (new.name.clone(), format!("rights: {rights}"));
    let app = visit.app()?;
    match visit.service().add_seller_key(app, new).await {
        Ok(made) => {
            record_about(&visit, app, &name, "add-seller-key", &told).await?;
            secret::reveal(&visit, "The key is made", name, rights, &made).await
        }
        Err(error) => {
            form.refused(error)?;
            new_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

pub(super) async fn show(visit: Visit) -> Answer {
    let form = KeyForm::of(&named(&visit).await?);
    page(&visit, StatusCode::OK, form).await
}

async fn page(visit: &Visit, status: StatusCode, form: KeyForm) -> Answer {
    let back = address(visit.app()?);
    let page = Page {
        frame: visit.frame("Edit seller key", Nav::SellerSettings).await?,
        action: format!("{back}/keys/{}", named(visit).await?.id),
        back,
        form,
        button: "Save",
        is_new: false,
    };
    visit.render_as(status, &page)
}

/// Changes what a key is called, may do, from where and until when.
pub(super) async fn change(visit: Visit) -> Answer {
    let key = named(&visit).await?;
    let mut form = KeyForm::typed(&visit.form);
    // An end that has passed may stay as it is.
    let kept = form.until.trim() == KeyForm::of(&key).until;
    let typed = kept.then(|| std::mem::take(&mut form.until));
    let checked = form.check(visit.now());
    form.until = typed.unwrap_or(form.until);
    let Some(NewKey { name, rights, addresses, until }) = checked else {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let told = differences(&key, &form.name, &rights.to_string(), &addresses);
    let until = (!kept).then_some(until);
    let change = KeyChange { name: Some(name), rights: Some(rights), addresses: Some(addresses), until };
    let app = visit.app()?;
    match visit.service().change_seller_key(app, key.id, change).await {
        Ok(()) => {
            record_about(&visit, app, &key.name, "edit-seller-key", &told).await?;
            visit.see_other_saying(address(app), "The key is changed. Running bots obey within a second.")
        }
        Err(error) => {
            form.refused(error)?;
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

/// What is another, for the audit log.
fn differences(key: &ShownKey, name: &str, rights: &str, addresses: &str) -> String {
    let pairs = [
        ("name", key.name.clone(), name.trim()),
        ("rights", key.rights.to_string(), rights),
        ("addresses", key.addresses.join(","), addresses),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(what, old, new)| format!("{what}: {old} → {new}")).collect::<Vec<_>>().join("; ")
}
