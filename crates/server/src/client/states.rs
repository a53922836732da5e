//! States of a session or an application that several types ask for.

use claviger_service::{App, Session, SessionUser};
use claviger_wire::client::Reply;

/// The reply to a request that needs a login and came without one.
pub(crate) fn unauthed(app: &App) -> Reply {
    Reply::failure(app.settings.messages.session_unauthed.clone())
}

/// The user of a session, if nothing keeps him from what needs a login.
pub(crate) fn signed_in(session: &Session) -> Option<SessionUser> {
    session.signed_in().cloned()
}

/// The text of an application that its owner has closed.
pub(crate) fn closed(app: &App) -> Option<String> {
    let settings = &app.settings;
    if !settings.enabled {
        Some(settings.messages.app_disabled.clone())
    } else if settings.paused {
        Some(settings.messages.paused_app.clone())
    } else {
        None
    }
}
