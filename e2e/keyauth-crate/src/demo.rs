//! What the demo server wrote about itself.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::given::Given;

/// A hardware id: 20 characters at least, as the server's default settings ask for.
pub const HWID: &str = "e2e-hardware-id-0123456789";

/// The fields of `demo.json` that a client or seller needs.
#[derive(Debug, Deserialize)]
pub struct Demo {
    base_url: String,
    /// Names the owner on the Client API.
    pub owner_id: String,
    /// The application's name.
    pub app_name: String,
    /// The version that `init` must send.
    pub app_version: String,
    /// The secret that clients of API 1.1 and 1.2 embed.
    pub app_secret: String,
    /// The secret of the Seller API.
    pub seller_key: String,
    /// The Ed25519 public key that clients of API 1.3 embed: 64 hex digits.
    pub public_key: String,
    licenses: Vec<String>,
    /// What the vendor made.
    #[serde(skip)]
    pub given: Given,
}

impl Demo {
    /// Reads what the server wrote.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a field.
    pub fn read(given: Given) -> Result<Self> {
        let file = given.demo.display();
        let text = fs::read_to_string(&given.demo).with_context(|| format!("cannot read {file}"))?;
        let demo: Self = serde_json::from_str(&text).with_context(|| format!("{file} is not a demo.json"))?;
        Ok(Self { given, ..demo })
    }

    /// A license key that nobody has used yet.
    ///
    /// # Errors
    /// When the demo's keys are used up: start it in a new folder.
    pub fn take_license(&mut self) -> Result<String> {
        self.licenses.pop().context("the demo has no unused license left; start it in a new folder")
    }

    /// The URL of a version of the Client API, as the library wants it.
    pub fn client_url(&self, version: &str) -> String {
        format!("{}/api/{version}/", self.base_url.trim_end_matches('/'))
    }

    /// The URL of the Seller API.
    pub fn seller_url(&self) -> String {
        format!("{}/api/seller/", self.base_url.trim_end_matches('/'))
    }
}
