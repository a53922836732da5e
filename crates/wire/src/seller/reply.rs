//! A reply of the Seller API (`docs/protocol/seller.md`).

use std::borrow::Cow;

use serde::Serialize;

use super::text;
use crate::json::{write_text, write_utf8};

/// What kind of text a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// JSON.
    Json,
    /// Plain text, for callers that asked for `format=text`.
    Text,
}

impl ContentType {
    /// The value of the header `Content-Type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// One reply, not yet written as JSON or text.
#[derive(Clone, Debug)]
pub struct SellerReply {
    /// HTTP status of the JSON form; see [`SellerReply::status_in`].
    pub status: u16,
    success: bool,
    message: Option<Cow<'static, str>>,
    /// Fields after the message as they stand in the reply, each with its leading comma.
    data: Vec<u8>,
    text: Option<String>,
    json_only: bool,
}

impl SellerReply {
    /// The request was carried out; status 200.
    pub fn success(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 200,
            success: true,
            message: Some(message.into()),
            data: Vec::new(),
            text: None,
            json_only: false,
        }
    }

    /// The request was refused; status 200 too unless [`SellerReply::status`] sets another.
    pub fn failure(message: impl Into<Cow<'static, str>>) -> Self {
        Self { success: false, ..Self::success(message) }
    }

    /// Status 400: a required parameter is missing, and its type has no failure of its own for that.
    pub fn missing_parameter(name: &str) -> Self {
        Self::failure(text::MISSING_PARAMETER.to_owned() + name).status(400)
    }

    /// Status 400: a parameter cannot be used as it is, and its type has no failure of its own for that.
    pub fn invalid_parameter(name: &str) -> Self {
        Self::failure(text::INVALID_PARAMETER.to_owned() + name).status(400)
    }

    /// With another HTTP status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Appends a field; fields keep the order of these calls. The name must be plain ASCII.
    ///
    /// # Panics
    /// When `value` cannot be written as JSON: a map whose keys are no texts.
    pub fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.data.extend_from_slice(b",\"");
        self.data.extend_from_slice(name.as_bytes());
        self.data.extend_from_slice(b"\":");
        write_utf8(&mut self.data, value);
        self
    }

    /// Appends the fields of a record, in its order.
    ///
    /// # Panics
    /// When `record` cannot be written as a JSON object.
    pub fn with_fields(mut self, record: &impl Serialize) -> Self {
        let mut object = Vec::new();
        write_utf8(&mut object, record);
        let fields = object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
        let fields = fields.expect("a record is written as an object");
        if !fields.is_empty() {
            self.data.push(b',');
            self.data.extend_from_slice(fields);
        }
        self
    }

    /// Writes JSON in text mode too, even a failure.
    pub fn json_only(self) -> Self {
        Self { json_only: true, ..self }
    }

    /// Leaves `message` out, as a few types do.
    pub fn without_message(self) -> Self {
        Self { message: None, ..self }
    }

    /// The body in text mode, in the place of the default: the bare message of failures and of successes without data,
    /// JSON for all other successes.
    pub fn text(self, body: impl Into<String>) -> Self {
        Self { text: Some(body.into()), ..self }
    }

    /// A failure for a shop, which hands out whatever has a status of 2xx: 400 where it would be 200.
    pub fn not_a_product(self) -> Self {
        let status = if !self.success && self.status < 300 { 400 } else { self.status };
        self.status(status)
    }

    /// Whether the request was carried out.
    pub fn is_success(&self) -> bool {
        self.success
    }

    /// The message, if there is one. One that is put together may hold what the caller sent.
    pub fn message(&self) -> Option<&Cow<'static, str>> {
        self.message.as_ref()
    }

    /// HTTP status of the form that [`SellerReply::render`] writes: data as text always has 200, since shops take the 302
    /// of several licenses for a redirect.
    pub fn status_in(&self, text_mode: bool) -> u16 {
        if text_mode && self.success && self.text.is_some() { 200 } else { self.status }
    }

    /// The body and its kind; `text_mode` is `format=text`.
    pub fn render(&self, text_mode: bool) -> (Vec<u8>, ContentType) {
        match self.plain_text().filter(|_| text_mode && !self.json_only) {
            Some(text) => (text.as_bytes().to_vec(), ContentType::Text),
            None => (self.json(), ContentType::Json),
        }
    }

    fn plain_text(&self) -> Option<&str> {
        let only_message = !self.success || self.data.is_empty();
        self.text.as_deref().or(self.message.as_deref().filter(|_| only_message))
    }

    fn json(&self) -> Vec<u8> {
        let message = self.message.as_deref();
        let mut out = Vec::with_capacity(48 + message.map_or(0, str::len) + self.data.len());
        out.extend_from_slice(if self.success { br#"{"success":true"# } else { br#"{"success":false"# });
        if let Some(message) = message {
            out.extend_from_slice(br#","message":"#);
            write_text(&mut out, message);
        }
        out.extend_from_slice(&self.data);
        out.push(b'}');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(reply: &SellerReply, text_mode: bool) -> (String, ContentType, u16) {
        let (body, content_type) = reply.render(text_mode);
        (String::from_utf8(body).unwrap(), content_type, reply.status_in(text_mode))
    }

    #[test]
    fn messages_are_bare_in_text_mode() {
        let reply = SellerReply::success(text::SESSION_KILLED);
        let json = r#"{"success":true,"message":"Successfully killed session!"}"#;
        assert_eq!(render(&reply, false), (json.into(), ContentType::Json, 200));
        assert_eq!(render(&reply, true), (text::SESSION_KILLED.into(), ContentType::Text, 200));

        let reply = SellerReply::failure(text::NO_SESSIONS).status(406);
        let json = r#"{"success":false,"message":"No sessions found"}"#;
        assert_eq!(render(&reply, false), (json.into(), ContentType::Json, 406));
        assert_eq!(render(&reply, true), (text::NO_SESSIONS.into(), ContentType::Text, 406));
    }

    #[test]
    fn data_is_json_in_text_mode_unless_told_otherwise() {
        let reply =
            SellerReply::success("Licenses successfully generated").status(302).with("keys", &["a/é", "b\""]);
        let json = r#"{"success":true,"message":"Licenses successfully generated","keys":["a/é","b\""]}"#;
        for text_mode in [false, true] {
            assert_eq!(render(&reply, text_mode), (json.into(), ContentType::Json, 302));
        }
        let reply = reply.text("a/é\r\nb\"");
        assert_eq!(render(&reply, false), (json.into(), ContentType::Json, 302));
        assert_eq!(render(&reply, true), ("a/é\r\nb\"".into(), ContentType::Text, 200));
    }

    #[test]
    fn a_message_may_be_left_out() {
        let reply = SellerReply::success("").without_message().with("key", &"a").with("count", &1);
        assert_eq!(render(&reply, false).0, r#"{"success":true,"key":"a","count":1}"#);
        assert_eq!(render(&reply, true).1, ContentType::Json);
    }

    #[test]
    fn parameters_are_named() {
        let (body, _, status) = render(&SellerReply::missing_parameter("user"), true);
        assert_eq!((body.as_str(), status), ("Missing parameter: user", 400));
        let (body, _, status) = render(&SellerReply::invalid_parameter("limit"), false);
        let json = r#"{"success":false,"message":"Invalid parameter: limit"}"#;
        assert_eq!((body.as_str(), status), (json, 400));
    }
}
