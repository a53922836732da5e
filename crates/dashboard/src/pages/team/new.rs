//! Making an account: with a password, or with a link by which the person sets one.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{AccountRole, PASSWORD_MIN, Permission, Secret};
use claviger_service::vendor::{AddAccount, Limits, ManageError, NewMember};

use super::{
    form::{LimitsForm, limits},
    found::team,
    link::{choices, chosen, reveal},
};
use crate::{
    fault::{Answer, Fault, sentence},
    frame::{Frame, Nav},
    record::record_about,
    team_words::{areas, levels},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "team_new.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    role: &'static str,
    name: String,
    limits: LimitsForm,
    /// With a password that is typed here.
    by_password: bool,
    lasts: Vec<(i64, &'static str, bool)>,
    password_min: usize,
    name_problem: Option<String>,
    password_problem: Option<String>,
    problem: Option<String>,
}

/// What is wrong with what was sent.
#[derive(Default)]
struct Problems {
    name: Option<String>,
    password: Option<String>,
    whole: Option<String>,
}

fn role(text: Option<&str>) -> Result<AccountRole, Fault> {
    text.unwrap_or_default().parse().map_err(|()| Fault::NotFound)
}

pub(super) async fn show(visit: Visit) -> Answer {
    let role = role(visit.query.get("role"))?;
    let none = Limits { permissions: Permission::Users as i64, key_levels: String::new(), rights: 0 };
    page(&visit, StatusCode::OK, role, LimitsForm::of(role, &none), Problems::default()).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    role: AccountRole,
    limits: LimitsForm,
    problems: Problems,
) -> Answer {
    let back = team(visit.app()?);
    visit.render_as(
        status,
        &Page {
            frame: visit.frame(format!("New {}", role.as_str()), Nav::Team).await?,
            action: format!("{back}/new"),
            back,
            role: role.as_str(),
            name: visit.form.kept("name"),
            limits,
            by_password: visit.form.get("by") == Some("password"),
            lasts: choices(&visit.form),
            password_min: PASSWORD_MIN,
            name_problem: problems.name,
            password_problem: problems.password,
            problem: problems.whole,
        },
    )
}

pub(super) async fn make(visit: Visit) -> Answer {
    let role = role(visit.form.get("role"))?;
    let again = |problems: Problems| {
        page(&visit, StatusCode::UNPROCESSABLE_ENTITY, role, LimitsForm::typed(role, &visit.form), problems)
    };
    let password = match visit.form.get("by") {
        Some("password") => Some(Secret::new(visit.form.get("password").unwrap_or_default())),
        Some("link") => None,
        _ => {
            let whole = Some("Choose how the password is set.".into());
            return again(Problems { whole, ..Problems::default() }).await;
        }
    };
    let lasts = match (&password, chosen(&visit.form)) {
        (None, None) => {
            let whole = Some("Choose how long the link works.".into());
            return again(Problems { whole, ..Problems::default() }).await;
        }
        (_, lasts) => lasts.unwrap_or_default(),
    };
    let (by_link, limits) = (password.is_none(), limits(&visit.form));
    let (app, service) = (visit.app()?, visit.service());
    let key_levels = Some(limits.key_levels.trim()).filter(|levels| !levels.is_empty());
    let name = visit.form.filled("name").unwrap_or_default().to_owned();
    let new = NewMember {
        role,
        username: name.clone(),
        password,
        email: None,
        key_levels: key_levels.unwrap_or("N/A").into(),
        // A reseller's mean nothing, and an account has some.
        permissions: if role == AccountRole::Manager { limits.permissions } else { Permission::DEFAULT },
    };
    let told = match role {
        AccountRole::Manager => areas(new.permissions),
        AccountRole::Reseller => levels(&new.key_levels),
    };
    let id = match service.add_member(app, new).await {
        Ok(AddAccount::Done(id)) => id,
        Ok(AddAccount::NameTaken | AddAccount::EmailTaken) => {
            let name = Some("This name is taken.".into());
            return again(Problems { name, ..Problems::default() }).await;
        }
        Ok(AddAccount::NoPermission) => {
            let whole = Some("A manager has at least one permission.".into());
            return again(Problems { whole, ..Problems::default() }).await;
        }
        Err(error) => return again(refused(error)?).await,
    };
    if role == AccountRole::Reseller && limits.rights != 0 {
        let all = Limits {
            permissions: Permission::DEFAULT,
            key_levels: key_levels.unwrap_or_default().into(),
            rights: limits.rights,
        };
        service.set_member_limits(app, id, all).await?;
    }
    let how = if by_link { "by link" } else { "with a password" };
    record_about(&visit, app, &name, &format!("add-{}", role.as_str()), &format!("{told}; {how}")).await?;
    if by_link {
        let secret = service.invite_member(app, id, false, lasts).await?;
        return reveal(&visit, id, &name, &secret, lasts).await;
    }
    visit.see_other_saying(format!("{}/{id}", team(app)), &format!("{name} can sign in now."))
}

/// Why the service did not take it, beside the field.
fn refused(error: ManageError) -> Result<Problems, Fault> {
    let ManageError::Unfit(why) = &error else { return Err(error.into()) };
    let told = Some(sentence(why));
    Ok(if why.contains("name") && !why.contains("password") {
        Problems { name: told, ..Problems::default() }
    } else if why.to_lowercase().contains("password") {
        Problems { password: told, ..Problems::default() }
    } else {
        Problems { whole: told, ..Problems::default() }
    })
}
