//! A reply of the Client API (`docs/protocol/client.md`).

use std::borrow::Cow;

use serde::Serialize;

use super::ApiVersion;
use crate::json::write_ascii;

/// One JSON reply, not yet written for a version of the API.
#[derive(Clone, Debug)]
pub struct Reply {
    success: bool,
    message: Cow<'static, str>,
    /// Fields after the message as they stand in the reply, each with its leading comma.
    payload: Vec<u8>,
    /// Whether a success carries a nonce, where the version has one.
    nonce: bool,
}

impl Reply {
    /// The request was carried out.
    pub fn success(message: impl Into<Cow<'static, str>>) -> Self {
        Self { success: true, message: message.into(), payload: Vec::new(), nonce: true }
    }

    /// The request was refused.
    pub fn failure(message: impl Into<Cow<'static, str>>) -> Self {
        Self { success: false, message: message.into(), payload: Vec::new(), nonce: true }
    }

    /// Appends a field; fields keep the order of these calls. The name must be plain ASCII.
    ///
    /// # Panics
    /// When `value` cannot be written as JSON: a map whose keys are no texts.
    pub fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.payload.extend_from_slice(b",\"");
        self.payload.extend_from_slice(name.as_bytes());
        self.payload.extend_from_slice(b"\":");
        write_ascii(&mut self.payload, value);
        self
    }

    /// Leaves the nonce out.
    pub fn without_nonce(self) -> Self {
        Self { nonce: false, ..self }
    }

    /// Whether the request was carried out.
    pub fn is_success(&self) -> bool {
        self.success
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The reply's bytes: compact ASCII JSON with the fields `success`, `code` (API 1.3), `message`, payload, `nonce`
    /// (successes of API 1.2 and 1.3), `ownerid` (API 1.3). These bytes are what gets signed.
    pub fn render(&self, version: ApiVersion, owner_id: &str, nonce: &str) -> Vec<u8> {
        let mut out = self.head(version);
        self.tail(&mut out, version, owner_id, nonce);
        out
    }

    /// What stands before and behind the value of one more field, a plain text that is not held in memory; in between
    /// it is as [`Reply::render`] would write it. The name must be plain ASCII.
    pub fn render_around(
        &self,
        name: &str,
        version: ApiVersion,
        owner_id: &str,
        nonce: &str,
    ) -> (Vec<u8>, Vec<u8>) {
        let mut before = self.head(version);
        before.extend_from_slice(b",\"");
        before.extend_from_slice(name.as_bytes());
        before.extend_from_slice(b"\":\"");
        let mut behind = vec![b'"'];
        self.tail(&mut behind, version, owner_id, nonce);
        (before, behind)
    }

    /// All up to the payload.
    fn head(&self, version: ApiVersion) -> Vec<u8> {
        let mut out = Vec::with_capacity(128 + self.message.len() + self.payload.len());
        out.extend_from_slice(match (self.success, version == ApiVersion::V1_3) {
            (true, false) => br#"{"success":true,"message":"#,
            (false, false) => br#"{"success":false,"message":"#,
            // Programs of API 1.3 end themselves unless a success has code 68.
            (true, true) => br#"{"success":true,"code":68,"message":"#,
            (false, true) => br#"{"success":false,"code":0,"message":"#,
        });
        write_ascii(&mut out, self.message.as_ref());
        out.extend_from_slice(&self.payload);
        out
    }

    /// All that follows the payload.
    fn tail(&self, out: &mut Vec<u8>, version: ApiVersion, owner_id: &str, nonce: &str) {
        if self.success && self.nonce && version.has_nonce() {
            out.extend_from_slice(br#","nonce":"#);
            write_ascii(out, nonce);
        }
        if version == ApiVersion::V1_3 {
            out.extend_from_slice(br#","ownerid":"#);
            write_ascii(out, owner_id);
        }
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn render(reply: &Reply, version: ApiVersion) -> String {
        String::from_utf8(reply.render(version, "AAAAAAAAAA", "n0")).unwrap()
    }

    #[test]
    fn each_version_has_its_fields() {
        let reply = Reply::success("Session is validated.").with("role", &"not_checked");
        for version in [ApiVersion::V1_0, ApiVersion::V1_1] {
            let body = r#"{"success":true,"message":"Session is validated.","role":"not_checked"}"#;
            assert_eq!(render(&reply, version), body);
        }
        assert_eq!(
            render(&reply, ApiVersion::V1_2),
            r#"{"success":true,"message":"Session is validated.","role":"not_checked","nonce":"n0"}"#
        );
        assert_eq!(
            render(&reply, ApiVersion::V1_3),
            concat!(
                r#"{"success":true,"code":68,"message":"Session is validated.","role":"not_checked","#,
                r#""nonce":"n0","ownerid":"AAAAAAAAAA"}"#
            )
        );
    }

    #[test]
    fn failures_have_no_nonce() {
        let reply = Reply::failure("invalidver").with("download", &"https://x/é");
        assert_eq!(
            render(&reply, ApiVersion::V1_2),
            r#"{"success":false,"message":"invalidver","download":"https://x/\u00e9"}"#
        );
        assert_eq!(
            render(&reply, ApiVersion::V1_3),
            concat!(
                r#"{"success":false,"code":0,"message":"invalidver","download":"https://x/\u00e9","#,
                r#""ownerid":"AAAAAAAAAA"}"#
            )
        );
    }

    proptest! {
        #[test]
        fn a_field_between_is_as_any_other(
            message in any::<String>(), kept in any::<String>(), value in "[0-9a-f]{0,40}",
        ) {
            for version in ApiVersion::ALL {
                let reply = Reply::success(message.clone()).with("kept", &kept);
                let (mut told, behind) = reply.render_around("contents", version, "AAAAAAAAAA", "n0");
                told.extend_from_slice(value.as_bytes());
                told.extend_from_slice(&behind);
                let whole = reply.with("contents", &value).render(version, "AAAAAAAAAA", "n0");
                prop_assert_eq!(told, whole);
            }
        }

        #[test]
        fn replies_are_ascii_json(
            message in any::<String>(), value in any::<Option<String>>(), owner in any::<String>(),
        ) {
            for version in ApiVersion::ALL {
                let body = Reply::success(message.clone()).with("value", &value).render(version, &owner, "n");
                prop_assert!(body.is_ascii());
                let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
                prop_assert_eq!(read["message"].as_str(), Some(message.as_str()));
                prop_assert_eq!(read["value"].as_str(), value.as_deref());
                prop_assert_eq!(read["ownerid"].is_string(), version == ApiVersion::V1_3);
            }
        }
    }
}
