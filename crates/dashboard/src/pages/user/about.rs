//! Whom a page is about, and where its parts are.

use claviger_domain::{Permission, in_one_line};
use claviger_service::vendor::{ManageError, User};

use crate::{
    addresses::user_page,
    fault::{Answer, Fault},
    record::record_about,
    rights::{Need, may},
    state_tags::Tag,
    visit::Visit,
};

/// The user whom the path means.
pub(super) async fn user(visit: &Visit) -> Result<User, Fault> {
    match visit.service().user_by_id(visit.app()?, number(visit)?).await {
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        found => Ok(found?),
    }
}

pub(super) fn number(visit: &Visit) -> Result<i64, Fault> {
    visit.path("id").parse().map_err(|_| Fault::NotFound)
}

/// Where a user's page is.
pub(super) fn address(visit: &Visit, user: &User) -> Result<String, Fault> {
    Ok(user_page(visit.app()?, user.id))
}

/// Back to the part of the page where something was done, which is noted.
pub(super) async fn done(
    visit: &Visit,
    user: &User,
    (action, changes): (&str, &str),
    part: &str,
    said: &str,
) -> Answer {
    record_about(visit, visit.app()?, &user.username, action, changes).await?;
    visit.see_other_saying(format!("{}{part}", address(visit, user)?), said)
}

/// Whether the person has a permission.
pub(super) fn permits(visit: &Visit, permission: Permission) -> Result<bool, Fault> {
    Ok(may(visit.person()?, visit.app.as_deref(), Need::App(permission)))
}

/// Text of others in one line.
pub(super) fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}

/// A field without what PostgreSQL keeps in no text.
pub(super) fn text(visit: &Visit, name: &str) -> String {
    visit.form.get(name).unwrap_or_default().replace('\0', "\u{fffd}")
}

/// What the head of each of a user's pages tells.
pub(super) struct Head {
    /// Where the user's page is.
    pub here: String,
    pub tags: Vec<Tag>,
}

impl Head {
    pub fn new(visit: &Visit, user: &User) -> Result<Self, Fault> {
        let mut tags = Vec::new();
        if user.banned.is_some() {
            tags.push(Tag { word: "banned", class: "bad" });
        }
        if user.totp.is_on() {
            tags.push(Tag { word: "two-factor", class: "good" });
        }
        if user.any_device {
            tags.push(Tag { word: "any device", class: "warn" });
        }
        Ok(Self { here: address(visit, user)?, tags })
    }

    /// Where the page is that says why.
    pub fn why(&self) -> String {
        match self.here.rsplit_once("users/") {
            Some((base, id)) => format!("{base}why/users/{id}"),
            None => self.here.clone(),
        }
    }
}
