//! The library's three clients behind one trait; the library names no such trait.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use anyhow::{Result, bail, ensure};
use keyauth::{v1_0, v1_1, v1_2};
use serde_json::Value;

use crate::demo::{Demo, HWID};
use crate::steps::ok;

/// What the versions of the library's client have in common.
pub trait Program: Sized {
    /// The API version, as in the URL.
    const VERSION: &'static str;
    /// A program that has not spoken to the server yet.
    fn new(demo: &Demo) -> Self;
    /// Starts a session.
    fn init(&mut self, hash: Option<&str>) -> Result<()>;
    /// Signs in with a license key alone; afterwards the session's credential is the key.
    fn license(&mut self, license: &str) -> Result<()>;
    /// Makes a user out of a license key and signs in.
    fn register(&mut self, name: &str, password: &str, license: &str) -> Result<()>;
    /// Signs in with a name and password.
    fn login(&mut self, name: &str, password: &str) -> Result<()>;
    /// Spends a license key on a user.
    fn upgrade(&mut self, name: &str, license: &str) -> Result<()>;
    /// Whether the session is alive and signed in, as the library understands the reply.
    fn check(&mut self) -> Result<bool, String>;
    /// Who is online: the value of `users`.
    fn online(&mut self) -> Result<Value>;
    /// Sets a variable of the user.
    fn set_var(&mut self, name: &str, value: &str) -> Result<()>;
    /// Gets a variable of the user.
    fn get_var(&mut self, name: &str) -> Result<String>;
    /// Gets a variable of the application.
    fn var(&mut self, name: &str) -> Result<String>;
    /// Writes into a channel.
    fn say(&mut self, channel: &str, message: &str) -> Result<()>;
    /// What was written into a channel: the value of `messages`.
    fn heard(&mut self, channel: &str) -> Result<Value>;
    /// Writes a line for the vendor.
    fn log(&mut self, message: &str);
    /// Whether this device is kept out.
    fn is_blacklisted(&mut self) -> Result<bool>;
    /// Downloads a file.
    fn file(&mut self, id: &str) -> Result<Vec<u8>>;
    /// Has the server call a webhook; the reply's message.
    fn webhook(&mut self, id: &str, params: &str) -> Result<String>;
    /// Renames the user, which ends the session; the reply's message.
    fn rename(&mut self, name: &str) -> Result<String>;
    /// Bans the user. The library does not look at the reply.
    fn ban(&mut self);
    /// Name, address and subscription that the last sign-in brought.
    fn identity(&self) -> (&str, &str, &str);
    /// Fails unless this is how the library reports a session that the server does not know.
    fn expect_dead(outcome: Result<bool, String>) -> Result<()>;
}

macro_rules! program {
    ($version:literal, $api:ty, $check:expr, $dead:expr) => {
        impl Program for $api {
            const VERSION: &'static str = $version;

            fn new(demo: &Demo) -> Self {
                let url = demo.client_url(Self::VERSION);
                <$api>::new(&demo.app_name, &demo.owner_id, &demo.app_secret, &demo.app_version, &url)
            }

            fn init(&mut self, hash: Option<&str>) -> Result<()> {
                ok(<$api>::init(self, hash))
            }

            fn license(&mut self, license: &str) -> Result<()> {
                ok(<$api>::license(self, license.into(), Some(HWID.into())))
            }

            fn register(&mut self, name: &str, password: &str, license: &str) -> Result<()> {
                let hwid = Some(HWID.into());
                ok(<$api>::register(self, name.into(), password.into(), license.into(), hwid))
            }

            fn login(&mut self, name: &str, password: &str) -> Result<()> {
                ok(<$api>::login(self, name.into(), password.into(), Some(HWID.into())))
            }

            fn upgrade(&mut self, name: &str, license: &str) -> Result<()> {
                ok(<$api>::upgrade(self, name.into(), license.into()))
            }

            fn check(&mut self) -> Result<bool, String> {
                let check: fn(&mut Self) -> Result<bool, String> = $check;
                check(self)
            }

            fn online(&mut self) -> Result<Value> {
                ok(self.fetch_online())
            }

            fn set_var(&mut self, name: &str, value: &str) -> Result<()> {
                ok(self.setvar(name.into(), value.into()))?;
                ensure!(self.success, "it said: {}", self.message);
                Ok(())
            }

            fn get_var(&mut self, name: &str) -> Result<String> {
                ok(self.getvar(name.into()))
            }

            fn var(&mut self, name: &str) -> Result<String> {
                ok(<$api>::var(self, name.into()))
            }

            fn say(&mut self, channel: &str, message: &str) -> Result<()> {
                ok(self.send_chat_message(channel.into(), message.into()))
            }

            fn heard(&mut self, channel: &str) -> Result<Value> {
                ok(self.get_chat(channel.into()))
            }

            fn log(&mut self, message: &str) {
                <$api>::log(self, message.into(), Some("e2e-pc".into()));
            }

            fn is_blacklisted(&mut self) -> Result<bool> {
                ok(self.checkblacklist())?;
                Ok(self.blacklisted)
            }

            fn file(&mut self, id: &str) -> Result<Vec<u8>> {
                ok(<$api>::file(self, id.into()))
            }

            fn webhook(&mut self, id: &str, params: &str) -> Result<String> {
                ok(<$api>::webhook(self, id.into(), params.into()))
            }

            fn rename(&mut self, name: &str) -> Result<String> {
                ok(self.change_username(name.into()))
            }

            fn ban(&mut self) {
                <$api>::ban(self);
            }

            fn identity(&self) -> (&str, &str, &str) {
                (&self.username, &self.ip, &self.subscription)
            }

            fn expect_dead(outcome: Result<bool, String>) -> Result<()> {
                let dead: fn(&Result<bool, String>) -> bool = $dead;
                if !dead(&outcome) {
                    bail!("check answered {outcome:?} for a session that ended");
                }
                Ok(())
            }
        }
    };
}

program!("1.0", v1_0::KeyauthApi, check_1_0, |outcome| *outcome == Err(NOT_ENCRYPTED.into()));
program!("1.1", v1_1::KeyauthApi, |program| program.check_session(), |outcome| *outcome == Ok(false));
// A reply about a session that ended is not signed: the library reports tampering.
program!("1.2", v1_2::KeyauthApi, |program| program.check_session(), |outcome| {
    matches!(outcome, Err(message) if message.eq_ignore_ascii_case("response was tampered with"))
});

/// Replies about a session that ended are plain in API 1.0, and the library panics on them.
const NOT_ENCRYPTED: &str = "the reply is not encrypted";

/// The library's own `check` of API 1.0 sends no `init_iv`, so that it cannot read the reply, whatever
/// it is; `getvar` tells as much.
fn check_1_0(program: &mut v1_0::KeyauthApi) -> Result<bool, String> {
    let outcome = quietly(|| program.getvar("no-such-variable".into()));
    match outcome {
        None => Err(NOT_ENCRYPTED.into()),
        Some(Err(message)) if message == "Variable not found for user" => Ok(true),
        Some(Err(message)) if message == "Session is not validated" => Ok(false),
        Some(other) => Err(format!("getvar answered {other:?}")),
    }
}

/// Runs what may panic, as the library does on replies that it does not expect; `None` when it did.
pub fn quietly<T>(run: impl FnOnce() -> T) -> Option<T> {
    let shown = take_hook();
    set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(run));
    set_hook(shown);
    outcome.ok()
}
