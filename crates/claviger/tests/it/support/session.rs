//! A session as the program that has it sees it.

use super::{App, HWID, Reply, SESSION_NOT_FOUND, Seal};

/// A session that `init` promised.
#[derive(Debug, Clone)]
pub struct Session {
    pub app: App,
    pub version: String,
    pub id: String,
    /// The key of the 1.2 signatures (on 1.3 beside the others) and of the 1.0 encryption.
    pub sign_key: Option<String>,
}

impl Session {
    /// A request with this session.
    pub fn call(&self, kind: &str, params: &[(&str, &str)]) -> Reply {
        let mut all = vec![("sessionid", self.id.as_str())];
        all.extend_from_slice(params);
        let key = self.sign_key.as_deref().unwrap_or_default();
        self.app.client_with(&self.version, key, kind, &all)
    }

    /// The same session at another server.
    pub fn at(&self, address: &str) -> Self {
        Self { app: self.app.at(address), ..self.clone() }
    }

    /// What the session's replies hold.
    pub fn seal(&self) -> Seal<'_> {
        self.sign_key.as_deref().map_or(Seal::NoKey, Seal::Both)
    }

    /// The reply is this success, signed for this session.
    pub fn succeeds(&self, reply: &Reply, message: &str, payload: &str) {
        self.app.assert_success(&self.version, reply, self.seal(), message, payload);
    }

    /// The reply is this success once masked, signed for this session.
    pub fn succeeds_masked(
        &self,
        reply: &Reply,
        message: &str,
        payload: &str,
        mask: impl FnOnce(&str) -> String,
    ) {
        self.app.assert_success_masked(&self.version, reply, self.seal(), message, payload, mask);
    }

    /// The reply is this failure, signed for this session.
    pub fn fails(&self, reply: &Reply, message: &str) {
        self.app.assert_failure(&self.version, reply, self.seal(), message);
    }

    /// Signs in with a license key.
    pub fn license(&self, key: &str) {
        let reply = self.call("license", &[("key", key), ("hwid", HWID)]);
        assert_eq!(reply.json()["message"], "Logged in!", "{reply:?}");
    }

    /// Signs up; the session is signed in afterwards.
    pub fn register(&self, username: &str, password: &str, key: &str) {
        let params = [("username", username), ("pass", password), ("key", key), ("hwid", HWID)];
        let reply = self.call("register", &params);
        assert_eq!(reply.json()["message"], "Logged in!", "{reply:?}");
    }

    /// The session lives, and nobody has signed in with it.
    pub fn is_unvalidated(&self) {
        self.fails(&self.call("check", &[]), "Session is not validated");
    }

    /// The session lives, and somebody has signed in with it.
    pub fn is_validated(&self) {
        let payload = if self.version == "1.3" { r#""role":"not_checked""# } else { "" };
        self.succeeds(&self.call("check", &[]), "Session is validated.", payload);
    }

    /// The session is dead: every type answers so, without a 1.2 signature.
    pub fn is_dead(&self) {
        for kind in ["check", "fetchOnline", "fetchStats", "login", "register", "license", "logout"] {
            let reply = self.call(kind, &[]);
            self.app.assert_failure(&self.version, &reply, Seal::Absent, SESSION_NOT_FOUND);
        }
    }
}
