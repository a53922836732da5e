//! What the demo server wrote about itself.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

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
}

impl Demo {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read or lacks a field.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a demo.json", file.display()))
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
