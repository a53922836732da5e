//! The secret of a key: shown once, drawn anew, ended.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::SellerRights;
use claviger_service::vendor::{MadeKey, ManageError, ShownKey};

use super::{
    links::{ApiLink, links},
    named::named,
    page::address,
};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    record::record_about,
    visit::Visit,
};

/// How long the old secret may go on: seconds, and the words.
const OVERLAPS: [(i64, &str); 5] = [
    (0, "It ends at once"),
    (3_600, "It goes on for an hour"),
    (86_400, "It goes on for a day"),
    (604_800, "It goes on for a week"),
    (2_592_000, "It goes on for 30 days"),
];

#[derive(Template)]
#[template(path = "seller_secret.html")]
struct Secret {
    frame: Frame,
    name: String,
    key: String,
    links: Vec<ApiLink>,
    back: String,
}

/// Shows a key that was just made, this once.
pub(super) async fn reveal(
    visit: &Visit,
    title: &str,
    name: String,
    rights: SellerRights,
    made: &MadeKey,
) -> Answer {
    let key = made.secret.expose();
    let page = Secret {
        frame: visit.frame(title, Nav::SellerSettings).await?,
        name,
        links: links(&visit.state.public_url, key, rights),
        key: key.into(),
        back: address(visit.app()?),
    };
    visit.render(&page)
}

#[derive(Template)]
#[template(path = "seller_rotate.html")]
struct Rotate {
    frame: Frame,
    ask: AskRotate,
}

#[derive(Template)]
#[template(path = "seller_rotate.html", block = "ask")]
struct RotatePart {
    frame: Frame,
    ask: AskRotate,
}

struct AskRotate {
    name: String,
    hint: String,
    action: String,
    back: String,
    overlaps: [(i64, &'static str); 5],
    problem: Option<String>,
}

pub(super) async fn ask_rotate(visit: Visit) -> Answer {
    let key = named(&visit).await?;
    rotate_page(&visit, StatusCode::OK, key, None).await
}

async fn rotate_page(visit: &Visit, status: StatusCode, key: ShownKey, problem: Option<String>) -> Answer {
    let back = address(visit.app()?);
    let frame = visit.frame("Rotate seller key", Nav::SellerSettings).await?;
    let ask = AskRotate {
        action: format!("{back}/keys/{}/rotate", key.id),
        hint: key.hint().into(),
        name: key.name,
        back,
        overlaps: OVERLAPS,
        problem,
    };
    if visit.is_fragment() {
        visit.render_as(status, &RotatePart { frame, ask })
    } else {
        visit.render_as(status, &Rotate { frame, ask })
    }
}

/// Draws a new secret and shows it, this once.
pub(super) async fn rotate(visit: Visit) -> Answer {
    let key = named(&visit).await?;
    let again = |key, problem: &str| {
        let problem = Some(sentence(problem));
        let visit = &visit;
        async move { rotate_page(visit, StatusCode::UNPROCESSABLE_ENTITY, key, problem).await }
    };
    // Sent twice, it would end the secret that the first one has shown.
    if visit.form.get("hint") != Some(key.hint()) {
        return again(key, "this key was rotated meanwhile: nothing was changed").await;
    }
    let overlap = visit.form.get("overlap").and_then(|text| text.parse().ok());
    let Some(overlap) = overlap else { return again(key, "choose how long the old secret goes on").await };
    let app = visit.app()?;
    match visit.service().rotate_seller_key(app, key.id, overlap).await {
        Ok(made) => {
            record_about(&visit, app, &key.name, "rotate-seller-key", &format!("overlap: {overlap}")).await?;
            reveal(&visit, "The key has a new secret", key.name, key.rights, &made).await
        }
        Err(ManageError::Unfit(problem)) => again(key, &problem).await,
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask_revoke(visit: Visit) -> Answer {
    let (key, back) = (named(&visit).await?, address(visit.app()?));
    let used = match key.last_used {
        Some(second) => {
            let from = key.last_ip.as_deref().unwrap_or("an unknown address");
            format!("It was used last {} from {from}.", visit.moment(second).relative())
        }
        None => "It was never used.".into(),
    };
    let confirm = Confirm {
        title: format!("Revoke the seller key {}?", key.name),
        words: vec![
            "Bots and shops that send it are refused from now on. It cannot be given back; a new key can be made."
                .into(),
            used,
        ],
        button: format!("Revoke {}", key.name),
        action: format!("{back}/keys/{}/revoke", key.id),
        back,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::SellerSettings).await
}

pub(super) async fn revoke(visit: Visit) -> Answer {
    let (key, app) = (named(&visit).await?, visit.app()?);
    match visit.service().revoke_seller_key(app, key.id).await {
        Ok(()) => {}
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    }
    record_about(&visit, app, &key.name, "revoke-seller-key", "").await?;
    visit.see_other_saying(address(app), &format!("The seller key {} is revoked.", key.name))
}
