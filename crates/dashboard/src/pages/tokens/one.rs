//! One token, shown to who proved lately who they are.

use askama::Template;
use claviger_service::vendor::{LICENSE_TOKEN, Token, USER_TOKEN};

use super::list::address;
use crate::{
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    names::Names,
    visit::Visit,
};

/// A token, and the fields that name it.
pub(super) struct Named {
    pub token: Token,
    /// Whose it is, as the person may see that.
    pub whose: String,
    pub fields: Vec<(String, String)>,
}

/// The token that an address or a form names by its owner.
pub(super) async fn named(visit: &Visit, fields: &Fields) -> Result<Named, Fault> {
    let kind = match fields.get("kind") {
        Some(LICENSE_TOKEN) => LICENSE_TOKEN,
        Some(USER_TOKEN) => USER_TOKEN,
        _ => return Err(Fault::NotFound),
    };
    let owner: i64 = fields.get("of").and_then(|text| text.parse().ok()).ok_or(Fault::NotFound)?;
    let token = visit.service().token_of(visit.app()?, kind, owner).await?.ok_or(Fault::NotFound)?;
    let fields = vec![("kind".into(), kind.into()), ("of".into(), owner.to_string())];
    let whose = format!("{} {}", token.kind, Names::of(visit)?.show(&token.assigned));
    Ok(Named { token, whose, fields })
}

/// Whose a token is, in words, for the audit log.
pub(super) fn of(token: &Token) -> String {
    format!("{} {}", token.kind, token.assigned)
}

#[derive(Template)]
#[template(path = "token.html")]
struct Page {
    frame: Frame,
    token: Token,
    whose: String,
    back: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let Named { token, whose, .. } = named(&visit, &visit.query).await?;
    let page =
        Page { frame: visit.frame("Token", Nav::Tokens).await?, back: address(visit.app()?), token, whose };
    visit.render(&page)
}
