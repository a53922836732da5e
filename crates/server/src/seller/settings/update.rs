//! Settings of the application, its pause and its hashes (`docs/protocol/seller.md`).

use claviger_domain::{AppSettings, Messages};
use claviger_service::{Service, cut};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::params::{PARAMS, SETTINGS, Setting};
use crate::seller::{
    Answer, Outcome, Request,
    kind::{Field, Form, Shape, Type, Types, field, need, text},
    settled, settled_if, telling,
};

/// So many bytes of the hashes are told to the audit log.
const TOLD_MAX: usize = 500;

pub(crate) const TYPES: Types = &[
    Type::new("pauseapp", |request| pause(request).boxed(), "Pauses the application and all that runs.")
        .changes(&[]),
    Type::new("unpauseapp", |request| unpause(request).boxed(), "Lets the application go on.").changes(&[]),
    Type::new("addhash", |request| add_hash(request).boxed(), "Allows one more hash of the program.")
        .params(&[need("hash", "MD5 of the program, 32 hexadecimal digits")])
        .changes(&["hash"]),
    Type::new("resethash", |request| reset_hashes(request).boxed(), "Forgets the hashes of the program.")
        .changes(&[]),
    Type::new("getsettings", |request| get(request).boxed(), "Tells the settings, flat and in groups.")
        .data(SETTINGS_DATA),
    Type::new("updatesettings", |request| update(request).boxed(), "Changes settings, all or none.")
        .params(PARAMS)
        .statuses(&[400])
        .changes(&[]),
];

const SETTINGS_DATA: &[Field] = &[
    field("enabled", Shape::Bool),
    field("hwid-lock", Shape::Bool),
    text("version"),
    text("download"),
    text("webdownload"),
    text("webhook"),
    text("resellerstore"),
    text("disabledmsg"),
    text("usernametakenmsg"),
    text("licenseinvalidmsg"),
    text("keytakenmsg"),
    text("nosubmsg"),
    text("userinvalidmsg"),
    text("passinvalidmsg"),
    text("hwidmismatchmsg"),
    text("noactivesubmsg"),
    text("blackedmsg"),
    text("pausedmsg"),
    text("expiredmsg"),
    text("sellixsecret"),
    text("dayresellerproductid"),
    text("weekresellerproductid"),
    text("monthresellerproductid"),
    text("liferesellerproductid"),
    text("cooldown"),
    field("functions", Shape::Object(FUNCTIONS)),
    field("messages", Shape::Object(MESSAGES)),
];
const FUNCTIONS: &[Field] = &[
    field("enabled", Shape::Bool),
    field("paused", Shape::Bool),
    field("hwid-lock", Shape::Bool),
    field("vpnblock", Shape::Bool),
    field("ipLogging", Shape::Bool),
    text("version"),
    text("download"),
    text("webdownload"),
    text("webhook"),
    text("resellerstore"),
    text("sellixsecret"),
    text("cooldown"),
    text("hash"),
];
const MESSAGES: &[Field] = &[
    text("disabledmsg"),
    text("usernametakenmsg"),
    text("licenseinvalidmsg"),
    text("keytakenmsg"),
    text("nosubmsg"),
    text("userinvalidmsg"),
    text("passinvalidmsg"),
    text("hwidmismatchmsg"),
    text("noactivesubmsg"),
    text("blackedmsg"),
    text("keybanned"),
    text("userbanned"),
    text("sessionunauthed"),
    text("hashcheckfail"),
    text("loggedInMsg"),
    text("pausedApp"),
    text("unTooShort"),
    text("pwLeaked"),
    text("pausedsub"),
    text("chatHitDelay"),
];

async fn pause(request: Request) -> Outcome {
    let paused = request.service().pause_app(&request.app).await;
    let outcome = settled_if(paused, "Successfully paused application", "Failed to pause application");
    telling(outcome, "paused: false → true")
}

async fn unpause(request: Request) -> Outcome {
    let going = request.service().unpause_app(&request.app).await;
    let outcome = settled_if(going, "Successfully unpaused application", "Failed to unpause application");
    telling(outcome, "paused: true → false")
}

async fn add_hash(request: Request) -> Outcome {
    let added = request.service().add_hash(&request.app, &request.text("hash")).await;
    settled(added, "Successfully added hash!", "Failed to add hash!")
}

async fn reset_hashes(request: Request) -> Outcome {
    let reset = request.service().reset_hashes(&request.app).await;
    let changes = format!("hashes: {} → none", request.app.settings.hashes.join(", "));
    telling(settled_if(reset, "Successfully reset hash!", "Failed to reset hash!"), cut(&changes, TOLD_MAX))
}

/// Names with values, written as an object in their order.
struct Fields(Vec<(&'static str, Value)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

async fn get(request: Request) -> Outcome {
    let settings = &request.app.settings;
    let sellix = settings.sellix_secret.as_deref().filter(|_| request.sees_secrets());
    let sellix = request.service().secret_setting(sellix)?;
    let flat = flat(settings, sellix.expose());
    let lines: Vec<String> = flat.iter().map(|(_, value)| line(value)).collect();
    let functions = Fields(functions(settings, sellix.expose()));
    let messages = Fields(messages(&settings.messages));
    let reply = SellerReply::success("Retrieved Settings Successfully")
        .with_fields(&Fields(flat))
        .with("functions", &functions)
        .with("messages", &messages);
    Ok(reply.text(lines.join("\n")).into())
}

/// A value on a line of its own.
fn line(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace(['\r', '\n'], " "))
}

fn optional(text: Option<&String>) -> Value {
    text.cloned().unwrap_or_default().into()
}

fn flat(settings: &AppSettings, sellix: &str) -> Vec<(&'static str, Value)> {
    let texts = &settings.messages;
    let mut fields = vec![
        ("enabled", settings.enabled.into()),
        ("hwid-lock", settings.hwid_check.into()),
        ("version", settings.version.clone().into()),
        ("download", optional(settings.download.as_ref())),
        ("webdownload", optional(settings.web_download.as_ref())),
        ("webhook", optional(settings.webhook.as_ref())),
        ("resellerstore", optional(settings.reseller_store.as_ref())),
    ];
    fields.extend(common_messages(texts));
    fields.extend([
        ("pausedmsg", texts.paused_sub.clone().into()),
        ("expiredmsg", texts.key_expired.clone().into()),
        ("sellixsecret", sellix.into()),
        ("dayresellerproductid", optional(settings.day_product_id.as_ref())),
        ("weekresellerproductid", optional(settings.week_product_id.as_ref())),
        ("monthresellerproductid", optional(settings.month_product_id.as_ref())),
        ("liferesellerproductid", optional(settings.lifetime_product_id.as_ref())),
        ("cooldown", settings.cooldown_seconds.to_string().into()),
    ]);
    fields
}

/// The messages that stand in the reply twice.
fn common_messages(texts: &Messages) -> [(&'static str, Value); 10] {
    [
        ("disabledmsg", &texts.app_disabled),
        ("usernametakenmsg", &texts.username_taken),
        ("licenseinvalidmsg", &texts.key_not_found),
        ("keytakenmsg", &texts.key_used),
        ("nosubmsg", &texts.no_sub_level),
        ("userinvalidmsg", &texts.username_not_found),
        ("passinvalidmsg", &texts.pass_mismatch),
        ("hwidmismatchmsg", &texts.hwid_mismatch),
        ("noactivesubmsg", &texts.no_active_subs),
        ("blackedmsg", &texts.hwid_blacked),
    ]
    .map(|(name, text)| (name, text.clone().into()))
}

fn functions(settings: &AppSettings, sellix: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("enabled", settings.enabled.into()),
        ("paused", settings.paused.into()),
        ("hwid-lock", settings.hwid_check.into()),
        ("vpnblock", settings.vpn_block.into()),
        // Addresses are always kept with sessions and users.
        ("ipLogging", true.into()),
        ("version", settings.version.clone().into()),
        ("download", optional(settings.download.as_ref())),
        ("webdownload", optional(settings.web_download.as_ref())),
        ("webhook", optional(settings.webhook.as_ref())),
        ("resellerstore", optional(settings.reseller_store.as_ref())),
        ("sellixsecret", sellix.into()),
        ("cooldown", settings.cooldown_seconds.to_string().into()),
        // One behind the other, as the protocol has them.
        ("hash", settings.hashes.concat().into()),
    ]
}

fn messages(texts: &Messages) -> Vec<(&'static str, Value)> {
    let others = [
        ("keybanned", &texts.key_banned),
        ("userbanned", &texts.user_banned),
        ("sessionunauthed", &texts.session_unauthed),
        ("hashcheckfail", &texts.hash_check_fail),
        ("loggedInMsg", &texts.logged_in),
        ("pausedApp", &texts.paused_app),
        ("unTooShort", &texts.username_too_short),
        ("pwLeaked", &texts.password_leaked),
        ("pausedsub", &texts.paused_sub),
        ("chatHitDelay", &texts.chat_hit_delay),
    ];
    let others = others.map(|(name, text)| (name, text.clone().into()));
    common_messages(texts).into_iter().chain(others).collect()
}

async fn update(request: Request) -> Outcome {
    let mut changes: Vec<(String, String)> = Vec::new();
    for setting in SETTINGS {
        let sent = |param: &&'static str| Some((*param, request.params.get(param)?));
        let Some((param, value)) = setting.params.iter().find_map(sent) else { continue };
        check(setting, param, &value)?;
        changes.push((setting.name.into(), value.into_owned()));
    }
    changes.extend(cleared(&request)?);
    let changed = request.service().update_settings(&request.app, &changes).await?;
    let reply = SellerReply::success("Settings Update Successful");
    Ok(Answer::Changed(reply, changed.differences))
}

/// Refuses a value that the setting cannot have.
fn check(setting: &Setting, param: &str, value: &str) -> Result<(), SellerReply> {
    if Service::setting_fits(setting.name, value) {
        return Ok(());
    }
    Err(match setting.form {
        Form::Flag => SellerReply::failure(format!("The {param} value must be \"true\" or \"false\"")),
        _ => SellerReply::invalid_parameter(param),
    })
}

/// The settings that `clear` names, which become empty.
fn cleared(request: &Request) -> Result<Vec<(String, String)>, SellerReply> {
    let names = request.text("clear");
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let named = |setting: &&Setting| {
                setting.params.iter().any(|param| param.eq_ignore_ascii_case(name))
                    && Service::setting_fits(setting.name, "")
            };
            let setting = SETTINGS.iter().find(named);
            let setting = setting.ok_or_else(|| SellerReply::invalid_parameter("clear"))?;
            Ok((setting.name.to_owned(), String::new()))
        })
        .collect()
}
