//! `init`: a program starts and gets a session (`docs/protocol/client.md`).

use claviger_service::Init;
use claviger_wire::client::{ApiVersion, Reply};
use futures_util::FutureExt;
use serde::Serialize;

use super::{Handler, Outcome, Request, Types, answer::Answer, closed};

pub(crate) const TYPES: Types = &[("init", Handler::Start(|request| init(request).boxed()))];

/// Longest nonce of a client in bytes.
const ENCKEY_MAX: usize = 35;
/// In the place of figures, which would cost every start of every program a count.
const SEE_FETCH_STATS: &str = "N/A - Use fetchStats() function in latest example";

/// Facts about the application.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppInfo<'a> {
    pub(super) num_users: &'a str,
    pub(super) num_online_users: &'a str,
    pub(super) num_keys: &'a str,
    pub(super) version: &'a str,
    pub(super) customer_panel_link: &'a str,
}

async fn init(request: Request) -> Outcome {
    let app = &request.app;
    let settings = &app.settings;
    let refused = |reply| Ok(Answer::secret_signed(app.clone(), reply));
    // Only API 1.2 signs with it.
    let enckey = request.get("enckey").filter(|_| request.version == ApiVersion::V1_2);
    if enckey.as_ref().is_some_and(|enckey| enckey.len() > ENCKEY_MAX) {
        return refused(Reply::failure(
            "The paramater \"enckey\" is too long. Must be 35 characters or less.",
        ));
    }
    if settings.force_encryption && request.version == ApiVersion::V1_2 && enckey.is_none() {
        return refused(Reply::failure("No encryption key supplied, encryption is forced."));
    }
    if let Some(closed) = closed(app) {
        return refused(Reply::failure(closed));
    }
    if request.get("ver").is_some_and(|version| version != settings.version) {
        let download = settings.download.as_deref().unwrap_or_default();
        return refused(Reply::failure("invalidver").with("download", &download));
    }
    if settings.hash_check && !allowed_hash(&settings.hashes, request.get("hash").as_deref()) {
        return refused(Reply::failure(settings.messages.hash_check_fail.clone()));
    }

    let ip = request.ip.to_string();
    let init = Init { api: request.version.number(), ip: &ip, enckey: enckey.as_deref() };
    let Some(id) = request.state.service.begin_session(app, init).await? else {
        return Ok(Answer::unknown_app());
    };
    let info = AppInfo {
        num_users: SEE_FETCH_STATS,
        num_online_users: SEE_FETCH_STATS,
        num_keys: SEE_FETCH_STATS,
        version: &settings.version,
        customer_panel_link: &customer_panel_link(&request),
    };
    let reply = Reply::success("Initialized").with("sessionid", &id.as_str()).with("appinfo", &info);
    let reply = if request.version.has_nonce() { reply.with("newSession", &true) } else { reply };
    Ok(match enckey {
        Some(_) => Answer::secret_signed(app.clone(), reply),
        None => Answer::without_enckey(app.clone(), reply),
    })
}

/// Whether the program's MD5 is among the allowed ones.
fn allowed_hash(allowed: &[String], hash: Option<&str>) -> bool {
    hash.is_some_and(|hash| allowed.iter().any(|known| known.eq_ignore_ascii_case(hash)))
}

/// Where users of the application manage their accounts.
pub(super) fn customer_panel_link(request: &Request) -> String {
    let (state, app) = (&request.state, &request.app);
    format!("{}/panel/{}/{}/", state.public_url, path_segment(&app.owner_name), path_segment(&app.name))
}

fn path_segment(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            // Writing to a text does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
