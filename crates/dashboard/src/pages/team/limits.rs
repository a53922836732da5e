//! What somebody may do.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::vendor::Limits;

use super::{
    form::{LimitsForm, limits},
    found::{found, here, number},
};
use crate::{
    fault::{Answer, refusal},
    frame::{Frame, Nav},
    record::record_about,
    team_words::{RIGHTS, areas, levels},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "team_limits.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    limits: LimitsForm,
    problem: Option<String>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let account = found(visit).await?.member.account;
    let has =
        Limits { permissions: account.permissions, key_levels: account.key_levels, rights: account.rights };
    let limits = match &problem {
        Some(_) => LimitsForm::typed(account.role, &visit.form),
        None => LimitsForm::of(account.role, &has),
    };
    let back = here(visit)?;
    visit.render_as(
        status,
        &Page {
            frame: visit.frame(format!("What {} may do", account.username), Nav::Team).await?,
            action: format!("{back}/limits"),
            back,
            limits,
            problem,
        },
    )
}

pub(super) async fn set(visit: Visit) -> Answer {
    let account = found(&visit).await?.member.account;
    let typed = limits(&visit.form);
    // The form of one role leaves out what is the other's.
    let new = match account.role {
        claviger_domain::AccountRole::Manager => {
            Limits { key_levels: account.key_levels, rights: account.rights, permissions: typed.permissions }
        }
        claviger_domain::AccountRole::Reseller => Limits { permissions: account.permissions, ..typed },
    };
    let app = visit.app()?;
    match visit.service().set_member_limits(app, number(&visit)?, new).await {
        Ok((old, new)) => {
            let told = differences(&old, &new);
            if told.is_empty() {
                return visit.see_other_saying(here(&visit)?, "Nothing was changed.");
            }
            record_about(&visit, app, &account.username, "limit-account", &told).await?;
            visit.see_other_saying(here(&visit)?, "Changed. It holds from their next request.")
        }
        Err(error) => {
            let problem = refusal(error)?;
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
        }
    }
}

fn differences(old: &Limits, new: &Limits) -> String {
    let rights = |bits: i64| {
        let words = RIGHTS.iter().filter(|(right, ..)| right.is_in(bits)).map(|(_, word, _)| *word);
        words.collect::<Vec<_>>().join(", ")
    };
    let pairs = [
        ("permissions", areas(old.permissions), areas(new.permissions)),
        ("levels", levels(&old.key_levels), levels(&new.key_levels)),
        ("rights", rights(old.rights), rights(new.rights)),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(what, old, new)| format!("{what}: {old} → {new}")).collect::<Vec<_>>().join("; ")
}
