//! Ending a user's sessions, one or all.

use claviger_domain::SessionId;
use claviger_service::vendor::Whose;

use super::about::{address, done, plain, user};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault},
    fields::Fields,
    frame::Nav,
    names::Names,
    visit::Visit,
};

/// The one session that is meant, if it is not all of them.
fn chosen(fields: &Fields) -> Result<Option<SessionId>, Fault> {
    let unknown = || Fault::Invalid("There is no such session. Nothing was ended.".into());
    fields.get("session").map(|id| SessionId::parse(id).ok_or_else(unknown)).transpose()
}

pub(super) async fn ask_end(visit: Visit) -> Answer {
    let (user, session) = (user(&visit).await?, chosen(&visit.query)?);
    let here = address(&visit, &user)?;
    let title = match &session {
        Some(id) => format!("Kill the session {id}?"),
        None => format!("Kill all sessions of {}?", plain(&Names::of(&visit)?.show(&user.username))),
    };
    let confirm = Confirm {
        title,
        words: vec![
            "The program notices with its next request, and may start anew. To keep the user out, ban the user.".into(),
            "This cannot be undone.".into(),
        ],
        button: if session.is_some() { "Kill the session" } else { "Kill all sessions" }.into(),
        action: format!("{here}/end-sessions"),
        fields: session.map(|id| ("session".to_owned(), id.to_string())).into_iter().collect(),
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

pub(super) async fn end(visit: Visit) -> Answer {
    let (user, session) = (user(&visit).await?, chosen(&visit.form)?);
    let whose =
        Whose { user: Some(user.username.clone()), ids: session.map(|id| vec![id]), ..Whose::default() };
    let ended = visit.service().end_sessions_of(visit.app()?, whose).await?;
    let sessions = if ended == 1 { "1 session".into() } else { format!("{ended} sessions") };
    done(&visit, &user, ("kill", &sessions), "#sessions", &format!("Killed {sessions}.")).await
}
