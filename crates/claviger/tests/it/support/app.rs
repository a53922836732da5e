//! One application as its programs and its vendor see it.

use std::io;

use super::http::{self, encode, form};
use super::wait::next_millisecond;
use super::{Reply, Seal, Session, assert_json, mask_text, v1_0};

/// The content type of HTML forms.
pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// An application and where its server listens.
#[derive(Debug, Clone)]
pub struct App {
    pub address: String,
    /// Name of the owner.
    pub owner: String,
    pub owner_id: String,
    pub name: String,
    pub version: String,
    pub secret: String,
    pub seller_key: String,
    pub public_key: String,
}

impl App {
    /// One that a command has made, as it tells of it in JSON.
    pub fn made(address: &str, owner: &str, told: &serde_json::Value) -> Self {
        let text = |field: &str| told[field].as_str().unwrap_or_else(|| panic!("{field}: {told}")).to_owned();
        Self {
            address: address.to_owned(),
            owner: owner.to_owned(),
            owner_id: text("owner_id"),
            name: text("name"),
            version: text("version"),
            secret: text("secret"),
            seller_key: text("seller_key"),
            public_key: text("public_key"),
        }
    }

    /// The same application at another server.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// How the command line names it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// A request of the Client API with exactly these parameters, as a form.
    pub fn post(&self, version: &str, params: &[(&str, &str)]) -> Reply {
        let target = format!("/api/{version}/");
        http::request(&self.address, "POST", &target, &[FORM], form(params).as_bytes())
    }

    /// A request of the Client API with the parameters that name type and application.
    pub fn client(&self, version: &str, kind: &str, params: &[(&str, &str)]) -> Reply {
        self.client_with(version, &self.secret, kind, params)
    }

    /// As `client`, with the key that encrypts in API 1.0; others do without.
    pub fn client_with(&self, version: &str, key: &str, kind: &str, params: &[(&str, &str)]) -> Reply {
        let params = self.params(kind, params);
        match version {
            "1.0" => v1_0::opened(self.post(version, &v1_0::refs(&v1_0::sealed(key, &params))), key),
            _ => self.post(version, &params),
        }
    }

    /// Type, name and owner id, and further parameters.
    pub fn params<'a>(&'a self, kind: &'a str, params: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = vec![("type", kind), ("name", self.name.as_str()), ("ownerid", self.owner_id.as_str())];
        all.extend_from_slice(params);
        all
    }

    /// A session, as clients of this version usually make it.
    pub fn init(&self, version: &str) -> Session {
        let enckey = matches!(version, "1.0" | "1.2").then_some(super::ENCKEY);
        self.init_with(version, enckey)
    }

    /// A session with this `enckey`. The next one that this thread makes sorts behind it.
    pub fn init_with(&self, version: &str, enckey: Option<&str>) -> Session {
        let mut params = vec![("ver", self.version.as_str())];
        params.extend(enckey.map(|key| ("enckey", key)));
        let reply = self.client(version, "init", &params);
        let seal = if enckey.is_some() { Seal::Both(&self.secret) } else { Seal::NoKey };
        self.assert_sealed(version, &reply, seal);
        let (_, id) = mask_text(reply.text(), "sessionid");
        next_millisecond();
        let sign_key = enckey.map(|key| match version {
            "1.0" => key.to_owned(),
            _ => format!("{key}-{}", self.secret),
        });
        Session { app: self.clone(), version: version.to_owned(), id, sign_key }
    }

    /// Makes a session where the server may be dying; the id only if it was promised.
    pub fn try_init(&self) -> io::Result<String> {
        let body = form(&self.params("init", &[("ver", &self.version)]));
        let reply = http::try_request(&self.address, "POST", "/api/1.1/", &[FORM], body.as_bytes())?;
        assert!(reply.text().starts_with(r#"{"success":true,"message":"Initialized""#), "{reply:?}");
        Ok(mask_text(reply.text(), "sessionid").1)
    }

    /// A GET of the Seller API with the key and this query, which begins without `&`.
    pub fn seller(&self, query: &str) -> Reply {
        self.seller_as("GET", query)
    }

    /// As `seller`, with another method.
    pub fn seller_as(&self, method: &str, query: &str) -> Reply {
        http::request(&self.address, method, &self.seller_target(query), &[], b"")
    }

    /// The target of a request of the Seller API.
    pub fn seller_target(&self, query: &str) -> String {
        format!("/api/seller/?sellerkey={}&{query}", self.seller_key)
    }

    /// Kills a session by the Seller API.
    pub fn kill(&self, id: &str) -> Reply {
        self.seller(&format!("type=kill&sessid={}", encode(id)))
    }

    /// The ids of all live sessions, in the order of the list.
    pub fn session_ids(&self) -> Vec<String> {
        let reply = self.seller("type=fetchallsessions");
        if reply.status == 406 {
            assert_json(&reply, 406, r#"{"success":false,"message":"No sessions found"}"#);
            return Vec::new();
        }
        row_ids(&reply)
    }

    /// Makes licenses by the Seller API; the query is what `add` gets besides its type.
    pub fn add_license(&self, query: &str) -> String {
        let reply = self.seller(&format!("type=add&format=text&{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text().to_owned()
    }
}

/// The ids in a list of sessions.
pub fn row_ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let list = reply.json();
    assert_eq!(list["success"], true, "{list}");
    let rows = list["sessions"].as_array().expect("a list").iter();
    rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}
