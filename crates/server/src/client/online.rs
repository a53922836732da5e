//! `fetchOnline` and `fetchStats`: who and how many (`docs/protocol/client.md`).

use claviger_service::Session;
use claviger_wire::client::Reply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Answer, Handler, Outcome, Request, Types,
    init::{AppInfo, customer_panel_link},
};

pub(crate) const TYPES: Types = &[
    ("fetchOnline", Handler::InSession(|request, session| fetch_online(request, session).boxed())),
    ("fetchStats", Handler::InSession(|request, session| fetch_stats(request, session).boxed())),
];

#[derive(Serialize)]
struct OnlineUser<'a> {
    credential: &'a str,
}

async fn fetch_online(request: Request, session: Session) -> Outcome {
    let stats = request.state.service.app_stats(&request.app).await?;
    if stats.online.is_empty() {
        return Ok(Answer::in_session(&request, &session, Reply::failure("No online users found!")));
    }
    let users: Vec<OnlineUser<'_>> =
        stats.online.iter().map(|name| OnlineUser { credential: name }).collect();
    let reply = Reply::success("Successfully fetched online users.").with("users", &users);
    Ok(Answer::in_session(&request, &session, reply))
}

async fn fetch_stats(request: Request, session: Session) -> Outcome {
    let stats = request.state.service.app_stats(&request.app).await?;
    let info = AppInfo {
        num_users: &stats.users.to_string(),
        num_online_users: &stats.online.len().to_string(),
        num_keys: &stats.licenses.to_string(),
        version: &request.app.settings.version,
        customer_panel_link: &customer_panel_link(&request),
    };
    let reply = Reply::success("Successfully fetched stats").with("appinfo", &info);
    Ok(Answer::in_session(&request, &session, reply))
}
