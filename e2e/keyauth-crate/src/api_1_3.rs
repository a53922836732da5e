//! API 1.3 over plain HTTP, as no published Rust client speaks it. Every reply's signature is
//! verified over timestamp and body.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

use crate::demo::{Demo, HWID};
use crate::sessions;
use crate::steps::Steps;

/// How far the server's clock may be from ours, in seconds: the strictest client allows 20.
const CLOCK_SKEW: u64 = 20;
/// The value of `code` in every successful reply.
const CODE_OF_SUCCESS: u64 = 68;
/// What every type but `init` says about a session that is not alive.
const NOT_FOUND: &str =
    "Session not found. If you get this frequently, ask the developer to use the latest example code";

/// A client of API 1.3, with the public key built in.
struct Program<'a> {
    demo: &'a Demo,
    key: VerifyingKey,
    agent: ureq::Agent,
    session: String,
}

/// Runs the group.
///
/// # Errors
/// At the first step that fails.
pub fn run(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    let license = demo.take_license()?;
    let mut program = Program::new(demo)?;
    steps.run("1.3: init, signed", || program.init())?;
    steps.run("1.3: check fails before signing in", || {
        program.refused("check", &[], "Session is not validated")
    })?;
    steps.run("1.3: license signs in", || {
        let reply = program.accepted("license", &[("key", &license), ("hwid", HWID)])?;
        ensure!(reply["info"]["username"] == *license, "info is {}", reply["info"]);
        ensure!(reply["info"]["subscriptions"][0]["subscription"] == "default", "info is {}", reply["info"]);
        sessions::newest(demo, Some(&license)).map(drop)
    })?;
    steps.run("1.3: check succeeds, with a role", || {
        let reply = program.accepted("check", &[])?;
        ensure!(reply["message"] == "Session is validated.", "it said {}", reply["message"]);
        ensure!(reply["role"].is_string(), "role is {}", reply["role"]);
        Ok(())
    })?;
    counts(steps, &program)?;
    steps.run("1.3: a forged body does not verify", || program.forgery_fails())?;
    steps.run("1.3: kill all; the program is told in a signed reply", || {
        sessions::kill_all(demo)?;
        program.refused("check", &[], NOT_FOUND)
    })?;
    steps.run("1.3: logout ends the session", || {
        program.init()?;
        program.accepted("logout", &[])?;
        program.refused("fetchOnline", &[], NOT_FOUND)
    })
}

fn counts(steps: &mut Steps, program: &Program) -> Result<()> {
    steps.run("1.3: fetchOnline and fetchStats count the same", || {
        let online = program.accepted("fetchOnline", &[])?;
        let users = online["users"].as_array().context("users is no list")?.len().to_string();
        let stats = program.accepted("fetchStats", &[])?;
        ensure!(stats["appinfo"]["numOnlineUsers"] == *users, "{users} users, but {}", stats["appinfo"]);
        Ok(())
    })
}

impl<'a> Program<'a> {
    fn new(demo: &'a Demo) -> Result<Self> {
        let mut key = [0; 32];
        hex::decode_to_slice(&demo.public_key, &mut key).context("public_key is not 64 hex digits")?;
        let key = VerifyingKey::from_bytes(&key).context("public_key is no Ed25519 key")?;
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Ok(Self { demo, key, agent, session: String::new() })
    }

    fn init(&mut self) -> Result<()> {
        self.session.clear();
        let reply = self.accepted("init", &[("ver", &self.demo.app_version)])?;
        ensure!(reply["message"] == "Initialized", "it said {}", reply["message"]);
        ensure!(reply["newSession"] == true, "newSession is {}", reply["newSession"]);
        let session = reply["sessionid"].as_str().context("sessionid is no string")?;
        let alphanumeric = session.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ensure!(session.len() == 32 && alphanumeric, "sessionid is {session}");
        self.session = session.to_owned();
        Ok(())
    }

    fn accepted(&self, kind: &str, more: &[(&str, &str)]) -> Result<Value> {
        let reply = self.ask(kind, more)?;
        ensure!(reply["success"] == true, "{kind} answered {reply}");
        ensure!(reply["code"] == CODE_OF_SUCCESS, "code is {}", reply["code"]);
        ensure!(reply["nonce"].is_string(), "nonce is {}", reply["nonce"]);
        Ok(reply)
    }

    fn refused(&self, kind: &str, more: &[(&str, &str)], message: &str) -> Result<()> {
        let reply = self.ask(kind, more)?;
        ensure!(reply["success"] == false && reply["message"] == *message, "{kind} answered {reply}");
        ensure!(reply["code"].is_u64() && reply["code"] != CODE_OF_SUCCESS, "code is {}", reply["code"]);
        Ok(())
    }

    /// Sends a request, verifies the signature, and checks what holds for every reply.
    fn ask(&self, kind: &str, more: &[(&str, &str)]) -> Result<Value> {
        let (timestamp, signature, body) = self.exchange(kind, more)?;
        self.verify(&timestamp, &signature, &body)?;
        let seconds: u64 = timestamp.parse().context("the timestamp is no number")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        ensure!(now.abs_diff(seconds) <= CLOCK_SKEW, "the timestamp {seconds} is far from {now}");
        ensure!(body.is_ascii() && body.len() >= 32, "the body is short or not ASCII: {body}");
        let reply: Value = serde_json::from_str(&body).context("the body is not JSON")?;
        ensure!(reply["ownerid"] == *self.demo.owner_id, "ownerid is {}", reply["ownerid"]);
        Ok(reply)
    }

    /// Timestamp, signature and body of a reply.
    fn exchange(&self, kind: &str, more: &[(&str, &str)]) -> Result<(String, String, String)> {
        let common = [("type", kind), ("name", &self.demo.app_name), ("ownerid", &self.demo.owner_id)];
        let session = (!self.session.is_empty()).then_some(("sessionid", self.session.as_str()));
        let form = common.into_iter().chain(session).chain(more.iter().copied());
        let mut reply = self.agent.post(self.demo.client_url("1.3")).send_form(form)?;
        let header = |name: &str| -> Result<String> {
            let value = reply.headers().get(name).with_context(|| format!("there is no {name}"))?;
            Ok(value.to_str()?.to_owned())
        };
        let content_type = header("content-type")?;
        ensure!(content_type == "application/json; charset=utf-8", "content-type is {content_type}");
        let (timestamp, signature) = (header("x-signature-timestamp")?, header("x-signature-ed25519")?);
        Ok((timestamp, signature, reply.body_mut().read_to_string()?))
    }

    fn verify(&self, timestamp: &str, signature: &str, body: &str) -> Result<()> {
        let lower_hex = signature.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        ensure!(signature.len() == 128 && lower_hex, "the signature is not 128 hex digits: {signature}");
        let mut bytes = [0; 64];
        hex::decode_to_slice(signature, &mut bytes)?;
        let message = [timestamp.as_bytes(), body.as_bytes()].concat();
        self.key
            .verify_strict(&message, &Signature::from_bytes(&bytes))
            .with_context(|| format!("the signature does not verify; the body is {body}"))
    }

    /// The check of the check: another body, another time, and each must be noticed.
    fn forgery_fails(&self) -> Result<()> {
        let (timestamp, signature, body) = self.exchange("check", &[])?;
        self.verify(&timestamp, &signature, &body)?;
        let forged = body.replacen("true", "null", 1);
        ensure!(self.verify(&timestamp, &signature, &forged).is_err(), "a forged body verifies");
        let later = (timestamp.parse::<u64>()? + 1).to_string();
        ensure!(self.verify(&later, &signature, &body).is_err(), "a forged timestamp verifies");
        Ok(())
    }
}
