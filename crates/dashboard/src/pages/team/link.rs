//! A link by which somebody of the team sets a password: shown once, ends, can be withdrawn.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Secret;

use super::found::{found, here, number, team};
use crate::{
    fault::{Answer, refusal},
    fields::Fields,
    frame::{Frame, Nav},
    moment::Moment,
    pages::invitation_link,
    record::record_about,
    visit::Visit,
};

/// How long a link may work: seconds, and the words.
const LASTS: [(i64, &str); 4] =
    [(3_600, "an hour"), (86_400, "a day"), (259_200, "three days"), (604_800, "a week")];

/// What a form chose of them.
pub(super) fn chosen(form: &Fields) -> Option<i64> {
    let typed: i64 = form.get("lasts")?.parse().ok()?;
    LASTS.into_iter().map(|(lasts, _)| lasts).find(|&lasts| lasts == typed)
}

/// The choices, with whether each is taken.
pub(super) fn choices(form: &Fields) -> Vec<(i64, &'static str, bool)> {
    let taken = chosen(form).unwrap_or(LASTS[2].0);
    LASTS.into_iter().map(|(lasts, words)| (lasts, words, lasts == taken)).collect()
}

#[derive(Template)]
#[template(path = "team_link.html")]
struct Ask {
    frame: Frame,
    name: String,
    action: String,
    back: String,
    lasts: Vec<(i64, &'static str, bool)>,
    /// Whether there is something beside the password that may be lost too.
    factors: bool,
    drop_factors: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "team_link_made.html")]
struct Made {
    frame: Frame,
    name: String,
    link: String,
    ends: Moment,
    back: String,
}

pub(super) async fn ask(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let details = found(visit).await?;
    let back = here(visit)?;
    let name = details.member.account.username;
    visit.render_as(
        status,
        &Ask {
            frame: visit.frame(format!("A link for {name}"), Nav::Team).await?,
            name,
            action: format!("{back}/link"),
            back,
            lasts: choices(&visit.form),
            factors: details.codes || details.passkeys > 0,
            drop_factors: visit.form.has("drop_factors"),
            problem,
        },
    )
}

pub(super) async fn make(visit: Visit) -> Answer {
    let details = found(&visit).await?;
    let Some(lasts) = chosen(&visit.form) else {
        let problem = Some("Choose how long the link works.".into());
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
    };
    let (app, drop) = (visit.app()?, visit.form.has("drop_factors"));
    match visit.service().invite_member(app, number(&visit)?, drop, lasts).await {
        Ok(secret) => {
            let name = details.member.account.username;
            let what = if drop { "a new password, and no second factor" } else { "a new password" };
            record_about(&visit, app, &name, "invite", what).await?;
            reveal(&visit, number(&visit)?, &name, &secret, lasts).await
        }
        Err(error) => {
            let problem = refusal(error)?;
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
        }
    }
}

/// Shows a link that was just made, this once.
pub(super) async fn reveal(visit: &Visit, id: i64, name: &str, secret: &Secret, lasts: i64) -> Answer {
    visit.render(&Made {
        frame: visit.frame(format!("A link for {name}"), Nav::Team).await?,
        name: name.into(),
        link: invitation_link(&visit.state.public_url, secret),
        ends: visit.moment(visit.now() + lasts),
        back: format!("{}/{id}", team(visit.app()?)),
    })
}

pub(super) async fn withdraw(visit: Visit) -> Answer {
    let details = found(&visit).await?;
    let app = visit.app()?;
    let said = if visit.service().withdraw_invitation(app, number(&visit)?).await? {
        record_about(&visit, app, &details.member.account.username, "withdraw-invitation", "").await?;
        "The link works no more."
    } else {
        "There was no link any more: it was used, or had ended."
    };
    visit.see_other_saying(here(&visit)?, said)
}
