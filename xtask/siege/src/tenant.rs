//! A vendor with an application, and the requests of its programs and scripts.

use form_urlencoded::Serializer;

use crate::http::{get, post};

/// The endpoint that programs use here: the version of the API with the dearest signatures.
pub const CLIENT: &str = "/api/1.3/";
/// That of the version which most programs use.
pub const CLIENT_1_2: &str = "/api/1.2/";

/// A vendor with one application.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The account's name.
    pub owner: String,
    /// Its password.
    pub password: String,
    /// The application's name.
    pub app: String,
    /// Names the owner on the Client API.
    pub owner_id: String,
    /// The key of the Seller API.
    pub seller_key: String,
}

impl Tenant {
    /// The application as the command line names it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.owner, self.app)
    }

    /// The form of a program's request.
    pub fn form(&self, kind: &str, parameters: &[(&str, &str)]) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("type", kind).append_pair("name", &self.app).append_pair("ownerid", &self.owner_id);
        form.extend_pairs(parameters).finish()
    }

    /// A program's request.
    pub fn program(&self, kind: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
        self.program_at(CLIENT, kind, parameters)
    }

    /// A program's request to another version of the API.
    pub fn program_at(&self, endpoint: &str, kind: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
        post(endpoint, &[], &self.form(kind, parameters))
    }

    /// A program's request that comes by a proxy which tells this address.
    pub fn program_by_proxy(&self, address: &str, kind: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
        post(CLIENT, &[("X-Forwarded-For", address)], &self.form(kind, parameters))
    }

    /// The first request of a program.
    pub fn init(&self) -> Vec<u8> {
        self.program("init", &[("ver", "1.0")])
    }

    /// A script's request.
    pub fn script(&self, kind: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
        get(&seller_path(kind, parameters), &[("Authorization", &self.bearer())])
    }

    /// The value of the header that holds the seller key.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.seller_key)
    }
}

/// The target of a request to the Seller API, without the key.
pub fn seller_path(kind: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("type", kind).extend_pairs(parameters);
    format!("/api/seller/?{}", query.finish())
}
