//! What a user signs in with: name, password, e-mail address, two-factor, tokens.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Permission, Secret};
use claviger_service::vendor::{LOGIN_TOKEN_SECONDS, ManageError, User, UserRecord};

use super::about::{Head, address, done, number, permits, plain, user};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    record::record_about,
    typed::{Typed, refused},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "user_account.html")]
struct Page {
    frame: Frame,
    head: Head,
    typed: Typed,
    name: String,
    has_password: bool,
    has_email: bool,
    two_factor: bool,
    /// The token of the token system, where the person may see it: itself, and whether it is banned.
    token: Option<(String, bool)>,
    /// What stands for the user and changes with the password.
    user_token: String,
    /// What signs the user in once; it was just made.
    login_token: Option<String>,
    login_seconds: i64,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, Typed::default(), None).await
}

async fn wrong(visit: &Visit, form: &'static str, problem: impl Into<String>) -> Answer {
    let typed = Typed::wrong(form, problem, &visit.form);
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, typed, None).await
}

async fn page(visit: &Visit, status: StatusCode, typed: Typed, login_token: Option<String>) -> Answer {
    let app = visit.app()?;
    let record: UserRecord = match visit.service().user_record(app, number(visit)?).await {
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        record => record?,
    };
    let user = &record.user;
    let sees_token = permits(visit, Permission::Tokens)?;
    let token = record.token.as_ref().filter(|_| sees_token);
    let page = Page {
        frame: visit.frame(plain(&user.username), Nav::Users).await?,
        head: Head::new(visit, user)?,
        name: user.username.clone(),
        has_password: user.password.is_some(),
        has_email: user.email_hash.is_some(),
        two_factor: user.totp.is_on(),
        token: token.map(|token| (token.token.clone(), token.banned.is_some())),
        user_token: visit.service().user_token(app, user),
        login_token,
        login_seconds: LOGIN_TOKEN_SECONDS,
        typed,
    };
    visit.render_as(status, &page)
}

pub(super) async fn rename(visit: Visit) -> Answer {
    let (user, name) = (user(&visit).await?, visit.form.kept("name"));
    match visit.service().rename_user(visit.app()?, &user.username, &name).await {
        Ok(()) => {
            let changes = format!("name: {} → {}", plain(&user.username), plain(name.trim()));
            done(&visit, &user, ("rename-user", &changes), "/account", "The user has that name from now on.")
                .await
        }
        Err(error) => wrong(&visit, "rename", refused(error, "user")?).await,
    }
}

pub(super) async fn password(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let forget = visit.form.has("none");
    let typed = visit.form.get("password").unwrap_or_default();
    if !forget && typed.is_empty() {
        return wrong(&visit, "password", "Write a password, or let the next sign-in set it.").await;
    }
    if !forget && typed.len() > PASSWORD_MAX {
        let why = format!("A password has at most {PASSWORD_MAX} bytes here.");
        return wrong(&visit, "password", why).await;
    }
    let password = (!forget).then(|| Secret::new(typed));
    match visit.service().set_user_password(visit.app()?, &user.username, password.as_ref()).await {
        Ok(()) => {
            let (changes, said) = match forget {
                true => (
                    "none: the next sign-in sets it",
                    "The next sign-in sets the password. All sessions ended.",
                ),
                false => ("another one", "The password is set. All sessions ended."),
            };
            done(&visit, &user, ("set-password", changes), "/account", said).await
        }
        Err(error) => wrong(&visit, "password", refused(error, "user")?).await,
    }
}

/// Longest password that is typed here, in bytes.
const PASSWORD_MAX: usize = 500;

pub(super) async fn email(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let typed = visit.form.kept("email");
    let email = Some(typed.as_str()).filter(|email| !email.trim().is_empty());
    match visit.service().set_user_email(visit.app()?, &user.username, email).await {
        Ok(()) => {
            let (changes, said) = match email {
                Some(_) => ("another one", "The e-mail address is set. Only its hash is kept."),
                None => ("none", "The e-mail address is forgotten."),
            };
            done(&visit, &user, ("set-email", changes), "/account", said).await
        }
        Err(error) => wrong(&visit, "email", refused(error, "user")?).await,
    }
}

pub(super) async fn ask_two_factor_off(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let here = format!("{}/account", address(&visit, &user)?);
    let confirm = Confirm {
        title: format!("Turn two-factor sign-in of {} off?", plain(&user.username)),
        words: vec![
            "The password alone signs the user in from then on. Do it for whoever proved to be the user and lost the \
             authenticator."
                .into(),
            "The user can turn it on again.".into(),
        ],
        button: "Turn two-factor off".into(),
        action: format!("{}/two-factor-off", address(&visit, &user)?),
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

pub(super) async fn two_factor_off(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    match visit.service().turn_two_factor_off(visit.app()?, &user.username).await {
        Ok(was) => {
            let said = if was { "Two-factor sign-in is off." } else { "Two-factor sign-in was off already." };
            done(&visit, &user, ("turn-two-factor-off", ""), "/account", said).await
        }
        Err(error) => wrong(&visit, "two-factor", refused(error, "user")?).await,
    }
}

/// Makes what signs the user in once, and shows it, this once.
pub(super) async fn login_token(visit: Visit) -> Answer {
    let user: User = user(&visit).await?;
    match visit.service().issue_login_token(visit.app()?, &user.username).await {
        Ok(token) => {
            record_about(&visit, visit.app()?, &user.username, "login-token", "").await?;
            page(&visit, StatusCode::OK, Typed::default(), Some(token.expose().to_owned())).await
        }
        Err(error) => wrong(&visit, "login-token", refused(error, "user")?).await,
    }
}
