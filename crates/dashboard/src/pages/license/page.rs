//! The page: what the license is, and forms to change it.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{LicenseStatus, NEVER, Permission};
use claviger_service::vendor::{License, LicenseRecord};

use super::{
    about::{address, license_record, plain},
    story::{Event, story},
};
use crate::{
    addresses::{app_base, user_page},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::{Moment, length},
    rights::{Need, may},
    state_tags::Tag,
    typed::Typed,
    visit::Visit,
};

/// A fact about the license.
struct Fact {
    word: &'static str,
    value: String,
    /// Where it leads to.
    address: Option<String>,
    when: Option<Moment>,
}

#[derive(Template)]
#[template(path = "license.html")]
struct Page {
    frame: Frame,
    here: String,
    why: String,
    typed: Typed,
    tag: Tag,
    /// Why it is banned; empty where nobody said.
    banned: Option<String>,
    /// What the ban did to its user, in words.
    user_ban: Option<String>,
    facts: Vec<Fact>,
    note: String,
    /// What it is worth, as it is typed.
    worth: String,
    unused: bool,
    /// It has a user still, who can be changed along by whoever may change users.
    has_user: bool,
    blacklists_ip: bool,
    /// Its token, where the person may see it: itself, and whether it is banned.
    token: Option<(String, bool)>,
    events: Vec<Event>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, Typed::default()).await
}

/// The page once more, with a form that was not accepted.
pub(super) async fn wrong(visit: &Visit, form: &'static str, problem: impl Into<String>) -> Answer {
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, Typed::wrong(form, problem, &visit.form)).await
}

async fn page(visit: &Visit, status: StatusCode, typed: Typed) -> Answer {
    let app = visit.app()?;
    let record = license_record(visit).await?;
    let license = &record.license;
    let sees_token = may(visit.person()?, Some(app), Need::App(Permission::Tokens));
    let token = record.token.as_ref().filter(|_| sees_token);
    let page = Page {
        frame: visit.frame(plain(&license.key), Nav::Licenses).await?,
        here: address(visit, license)?,
        why: format!("{}why/licenses/{}", app_base(app), license.id),
        tag: tag(license.status),
        banned: license.banned.as_deref().map(plain),
        user_ban: record.user_ban.as_ref().map(|_| what_the_ban_did(&record)),
        facts: facts(visit, &record)?,
        note: license.note.clone().unwrap_or_default(),
        worth: days(license.duration),
        unused: license.usedby.is_none(),
        has_user: record.user.is_some() && may(visit.person()?, Some(app), Need::App(Permission::Users)),
        blacklists_ip: app.settings.ban_blacklists_ip,
        token: token.map(|token| (token.token.clone(), token.banned.is_some())),
        events: story(visit, &record),
        typed,
    };
    visit.render_as(status, &page)
}

fn tag(status: LicenseStatus) -> Tag {
    match status {
        LicenseStatus::NotUsed => Tag { word: "not used", class: "good" },
        LicenseStatus::Used => Tag { word: "used", class: "" },
        LicenseStatus::Banned => Tag { word: "banned", class: "bad" },
    }
}

fn what_the_ban_did(record: &LicenseRecord) -> String {
    let name = record.user.as_ref().map(|user| plain(&user.username)).unwrap_or_default();
    format!("Its user {name} is banned along with it. Unbanning the license lifts that too.")
}

/// What a license is worth, in words.
pub(super) fn worth(duration: i64) -> String {
    match duration {
        NEVER => "time without end".into(),
        seconds => length(seconds.unsigned_abs()),
    }
}

/// A duration as it is typed: days, or `never`.
fn days(duration: i64) -> String {
    match duration {
        NEVER => "never".into(),
        seconds if seconds % 86_400 == 0 => (seconds / 86_400).to_string(),
        seconds => {
            let text = format!("{:.6}", seconds as f64 / 86_400.0);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

fn facts(visit: &Visit, record: &LicenseRecord) -> Result<Vec<Fact>, Fault> {
    let (app, license): (_, &License) = (visit.app()?, &record.license);
    let fact = |word, value: &str, at: Option<i64>| Fact {
        word,
        value: plain(value),
        address: None,
        when: at.map(|at| visit.moment(at)),
    };
    let mut facts = vec![fact("Worth", &worth(license.duration), None)];
    if license.brought != license.duration {
        facts.push(fact(
            "Brought",
            &format!("{} to its user, when it was used", worth(license.brought)),
            None,
        ));
    }
    let brings = match &record.brings[..] {
        [] => "no subscription: none has this level".into(),
        names => names.join(", "),
    };
    facts.push(fact("Level", &license.level, None));
    facts.push(fact("Brings", &brings, None));
    facts.push(fact("Made", "", Some(license.gendate)));
    facts.push(fact("Made by", &license.genby, None));
    if let Some(name) = &license.usedby {
        let sees = may(visit.person()?, Some(app), Need::App(Permission::Users));
        let user = record.user.as_ref().filter(|_| sees);
        let gone = if record.user.is_none() { ", who is gone" } else { "" };
        let mut used = fact("Used by", &format!("{name}{gone}"), license.usedon);
        used.address = user.map(|user| user_page(app, user.id));
        facts.push(used);
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_domain::{Term, Unit};

    #[test]
    fn a_duration_is_typed_as_it_is_read() {
        for (duration, text) in
            [(NEVER, "never"), (86_400, "1"), (0, "0"), (43_200, "0.5"), (1, "0.000012"), (3_600, "0.041667")]
        {
            assert_eq!(days(duration), text);
            assert_eq!(Term::parse(text, Unit::Days, 0), Ok(Term::For(duration)), "{text}");
        }
    }
}
