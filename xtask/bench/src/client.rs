//! The requests that the benchmark makes, and the few replies it looks into.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::Value;
use xtask::server::Demo;

use super::bare::Reply;

/// Longer than any reply may take, a list of a million sessions included.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Headers that the HTTP library adds to every reply.
const ADDED_HEADERS: [&str; 3] = ["content-length", "date", "connection"];

/// A version of the Client API, or the Seller API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Api {
    /// Replies carry an HMAC.
    #[serde(rename = "1.2")]
    V1_2,
    /// Replies carry an Ed25519 signature.
    #[serde(rename = "1.3")]
    V1_3,
    /// For vendors.
    #[serde(rename = "seller")]
    Seller,
}

impl Api {
    /// The path of its endpoint.
    pub fn path(self) -> &'static str {
        match self {
            Self::V1_2 => "/api/1.2/",
            Self::V1_3 => "/api/1.3/",
            Self::Seller => "/api/seller/",
        }
    }
}

impl Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::Seller => "seller",
        })
    }
}

/// The body of an `init`; `number` makes the client's nonce of API 1.2, 32 characters.
pub fn init_body(demo: &Demo, api: Api, number: u64) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("type", "init").append_pair("ver", &demo.app_version);
    form.append_pair("name", &demo.app_name).append_pair("ownerid", &demo.owner_id);
    if api == Api::V1_2 {
        form.append_pair("enckey", &format!("{number:032x}"));
    }
    form.finish()
}

/// The body of a request in a session, with the parameters of its type.
pub fn form(demo: &Demo, kind: &str, session: &str, parameters: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("type", kind).append_pair("sessionid", session);
    form.append_pair("name", &demo.app_name).append_pair("ownerid", &demo.owner_id);
    form.extend_pairs(parameters).finish()
}

/// The body of a request to the Seller API.
pub fn seller_form(demo: &Demo, parameters: &[(&str, impl AsRef<str>)]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("sellerkey", &demo.seller_key);
    form.extend_pairs(parameters.iter().map(|(name, value)| (name, value.as_ref()))).finish()
}

/// A session that is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Its id.
    pub session: String,
    /// The body that signed it in, and can do so again.
    pub again: String,
}

/// Talks to a demo server over kept connections, one request at a time.
#[derive(Debug)]
pub struct Client<'a> {
    demo: &'a Demo,
    agent: ureq::Agent,
}

impl<'a> Client<'a> {
    /// A client of this server.
    pub fn new(demo: &'a Demo) -> Self {
        // It takes every status as it comes and uses no proxy.
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        Self { demo, agent: config.timeout_global(Some(TIMEOUT)).build().into() }
    }

    /// Makes a session. Returns its id.
    ///
    /// # Errors
    /// When it is refused.
    pub fn init(&self, api: Api) -> Result<String> {
        let made = self.post(api, &init_body(self.demo, api, 0))?;
        let made: Value = serde_json::from_str(&made.body)?;
        Ok(made["sessionid"].as_str().context("init gave no sessionid")?.to_owned())
    }

    /// Makes a session and signs it in with `license`.
    ///
    /// # Errors
    /// When one of the two requests is refused.
    pub fn sign_in(&self, api: Api, license: &str) -> Result<SignedIn> {
        let session = self.init(api)?;
        let hwid = format!("bench-hardware-{license}");
        let again = form(self.demo, "license", &session, &[("key", license), ("hwid", &hwid)]);
        self.post(api, &again)?;
        Ok(SignedIn { session, again })
    }

    /// Sends a request, which must succeed.
    ///
    /// # Errors
    /// When the reply says anything but success.
    pub fn post(&self, api: Api, body: &str) -> Result<Reply> {
        let request = self.agent.post(self.demo.url(api.path()));
        let mut reply = request.content_type("application/x-www-form-urlencoded").send(body)?;
        let mut headers = BTreeMap::new();
        for (name, value) in reply.headers() {
            if !ADDED_HEADERS.contains(&name.as_str()) {
                headers.insert(name.to_string(), value.to_str()?.to_owned());
            }
        }
        let text = reply.body_mut().read_to_string()?;
        ensure!(text.contains(r#""success":true"#), "`{body}` was answered with {}: {text}", reply.status());
        Ok(Reply { headers, body: text })
    }

    /// Asks the Seller API. Returns the reply, whose body is still to be read.
    ///
    /// # Errors
    /// When no reply comes; any status is a reply.
    pub fn seller(&self, parameters: &[(&str, &str)]) -> Result<ureq::http::Response<ureq::Body>> {
        let url = format!("{}?{}", self.demo.url(Api::Seller.path()), seller_form(self.demo, parameters));
        Ok(self.agent.get(&url).header("User-Agent", "claviger-bench").call()?)
    }

    /// Makes the Seller API do something, which must succeed. Returns how long the reply took.
    ///
    /// # Errors
    /// When the reply says anything but success.
    pub fn command(&self, parameters: &[(&str, &str)]) -> Result<Duration> {
        let start = Instant::now();
        let text = self.seller(parameters)?.body_mut().read_to_string()?;
        let took = start.elapsed();
        ensure!(text.contains(r#""success":true"#), "{parameters:?} was answered with {text}");
        Ok(took)
    }
}
