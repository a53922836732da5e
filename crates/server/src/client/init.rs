//! `init`: a program starts and gets a session (`docs/protocol/client.md`).

use claviger_domain::{is_md5, tidy};
use claviger_service::{Init, TokenCheck, TryOutcome, cut};
use claviger_wire::client::{ApiVersion, Reply};
use futures_util::FutureExt;
use serde::Serialize;

use super::{Answer, Fault, Handler, Outcome, Request, Types, address::path_segment, states::closed};

pub(crate) const TYPES: Types = &[("init", Handler::Start(|request| init(request).boxed()))];

/// Longest nonce of a client in bytes.
const ENCKEY_MAX: usize = 35;
/// The same in API 1.0, whose programs send a hash of 64 digits.
const ENCKEY_MAX_V1_0: usize = 128;
/// Bytes of the hash of a token's file that are compared; real ones have 64, or are a path.
const TOKEN_HASH_MAX: usize = 500;
/// What a program is told when too many sessions of its application live in which nobody is signed in.
const TOO_MANY_SESSIONS: &str = "This application has too many sessions. Try again in a minute.";
/// Seconds after which it may be otherwise.
const FULL_SECONDS: u64 = 60;
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
    let enckey = match enckey(&request) {
        Ok(enckey) => enckey,
        Err(text) => return Ok(Answer::secret_signed(app.clone(), Reply::failure(text))),
    };
    if let Some(Refusal { reply, why, detail }) = refusal(&request).await? {
        let token = request.owned("token").filter(|_| settings.token_system);
        request.state.service.note_refused_start(app, request.ip, why, detail, token);
        return Ok(Answer::secret_signed(app.clone(), reply));
    }

    if !request.state.service.has_room_for_session(app) {
        let reply = Reply::failure(TOO_MANY_SESSIONS);
        return Ok(Answer::secret_signed(app.clone(), reply).too_often(FULL_SECONDS));
    }
    let ip = request.ip.to_string();
    let version = request.get("ver");
    let init = Init {
        api: request.version.number(),
        ip: &ip,
        enckey: enckey.as_deref(),
        version: version.as_deref(),
    };
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

/// The client's nonce, which encrypts in API 1.0 and signs in API 1.2 and 1.3; API 1.1 has none.
fn enckey(request: &Request) -> Result<Option<String>, String> {
    let max = match request.version {
        ApiVersion::V1_0 => ENCKEY_MAX_V1_0,
        ApiVersion::V1_1 => return Ok(None),
        ApiVersion::V1_2 | ApiVersion::V1_3 => ENCKEY_MAX,
    };
    let enckey = request.owned("enckey");
    let forced = match request.version {
        ApiVersion::V1_0 => true,
        ApiVersion::V1_2 => request.app.settings.force_encryption,
        ApiVersion::V1_1 | ApiVersion::V1_3 => false,
    };
    match &enckey {
        Some(enckey) if enckey.len() > max => {
            Err(format!("The paramater \"enckey\" is too long. Must be {max} characters or less."))
        }
        None if forced => Err("No encryption key supplied, encryption is forced.".into()),
        _ => Ok(enckey),
    }
}

/// Why a program may not start, and what it is told.
struct Refusal {
    reply: Reply,
    why: TryOutcome,
    /// The version that the program has, its hash, or the reason of a ban.
    detail: Option<String>,
}

impl Refusal {
    fn new(text: impl Into<std::borrow::Cow<'static, str>>, why: TryOutcome) -> Self {
        Self { reply: Reply::failure(text), why, detail: None }
    }
}

/// Why a program may not start; the checks come in the protocol's order.
async fn refusal(request: &Request) -> Result<Option<Refusal>, Fault> {
    let (service, app) = (&request.state.service, &request.app);
    let (settings, messages) = (&app.settings, &app.settings.messages);
    if settings.vpn_block && service.is_vpn(app, request.ip).await? {
        return Ok(Some(Refusal::new(messages.vpn_blocked.clone(), TryOutcome::VpnBlocked)));
    }
    if let Some(closed) = closed(app) {
        let why = if settings.enabled { TryOutcome::AppPaused } else { TryOutcome::AppDisabled };
        return Ok(Some(Refusal::new(closed, why)));
    }
    if settings.token_system
        && let Some(refusal) = token_refusal(request).await?
    {
        return Ok(Some(refusal));
    }
    let version = request.get("ver");
    let must_tell = request.version == ApiVersion::V1_0;
    if version.as_deref().map_or(must_tell, |version| version != tidy(&settings.version)) {
        let download = settings.download.as_deref().unwrap_or_default();
        let reply = Reply::failure("invalidver").with("download", &download);
        let detail = version.map(std::borrow::Cow::into_owned);
        return Ok(Some(Refusal { reply, why: TryOutcome::WrongVersion, detail }));
    }
    if settings.hash_check && !allowed_hash(request).await? {
        let refusal = Refusal::new(messages.hash_check_fail.clone(), TryOutcome::WrongHash);
        let detail = request.owned("hash").filter(|hash| is_md5(hash));
        return Ok(Some(Refusal { detail, ..refusal }));
    }
    Ok(None)
}

/// Why the token does not let the program start.
async fn token_refusal(request: &Request) -> Result<Option<Refusal>, Fault> {
    let missing = |text: &'static str| Ok(Some(Refusal::new(text, TryOutcome::TokenMissing)));
    let Some(token) = request.owned("token") else { return missing("Token Must Be Provided") };
    let Some(hash) = request.owned("thash") else { return missing("Hash Must Be Provided") };
    let hash = cut(&hash, TOKEN_HASH_MAX).to_owned();
    Ok(match request.state.service.check_token(&request.app, token, hash).await? {
        TokenCheck::Valid => None,
        TokenCheck::Unknown => {
            let text = request.app.settings.messages.token_invalid.clone();
            Some(Refusal::new(text, TryOutcome::TokenUnknown))
        }
        TokenCheck::Banned(reason) => {
            let text = format!(
                "The Token Has Been Blacklisted For The Following Reason: {reason} \
                 Contact Application Developer If This Is A Mistake"
            );
            Some(Refusal { detail: Some(reason), ..Refusal::new(text, TryOutcome::TokenBanned) })
        }
        TokenCheck::OtherHash => {
            Some(Refusal::new("Token File Hashes Must Be The Same", TryOutcome::TokenOfOtherFile))
        }
    })
}

/// Whether the program's MD5 is among the allowed ones, or becomes the first of them.
async fn allowed_hash(request: &Request) -> Result<bool, Fault> {
    let settings = &request.app.settings;
    let Some(hash) = request.get("hash").filter(|hash| is_md5(hash)) else { return Ok(false) };
    if settings.hashes.is_empty() && settings.hash_learn {
        return Ok(request.state.service.learn_hash(&request.app, &hash).await?);
    }
    Ok(settings.hashes.iter().any(|known| known.eq_ignore_ascii_case(&hash)))
}

/// Where users of the application manage their accounts.
pub(super) fn customer_panel_link(request: &Request) -> String {
    let (state, app) = (&request.state, &request.app);
    format!("{}/panel/{}/{}/", state.public_url, path_segment(&app.owner_name), path_segment(&app.name))
}
