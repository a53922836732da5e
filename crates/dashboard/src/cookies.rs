//! Cookies: who is signed in, what ties a form to a browser that is not, and what is said after a redirect.

use axum::http::{HeaderMap, HeaderValue, header};
use claviger_domain::Secret;
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::state::State;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The secret of a sign-in.
    SignIn,
    /// A random value of a browser in which nobody is signed in, to which forms are tied.
    Visit,
    /// What the next page is to say.
    Saying,
}

impl Cookie {
    /// With TLS browsers take it from this very server only, and for no other path (`__Host-`). Without TLS they would
    /// not take such a name at all.
    fn name(self, state: &State) -> &'static str {
        match (self, state.by_tls()) {
            (Self::SignIn, true) => "__Host-claviger",
            (Self::SignIn, false) => "claviger",
            (Self::Visit, true) => "__Host-claviger-visit",
            (Self::Visit, false) => "claviger-visit",
            (Self::Saying, true) => "__Host-claviger-saying",
            (Self::Saying, false) => "claviger-saying",
        }
    }

    /// The value that a request brings.
    pub fn read(self, state: &State, headers: &HeaderMap) -> Option<Secret> {
        value_of(self.name(state), headers).map(Secret::new)
    }

    /// The header that sets it, until the browser is closed or for `seconds`.
    pub fn set(self, state: &State, value: &str, seconds: Option<i64>) -> HeaderValue {
        header_of(state, self.name(state), value, "/", seconds)
    }

    /// The header that removes it.
    pub fn remove(self, state: &State) -> HeaderValue {
        self.set(state, "", Some(0))
    }
}

/// A cookie of one application's panel for customers. It is sent to no other page, and its value names the application:
/// of two panels in one browser neither takes the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PanelCookie {
    /// The secret of a sign-in.
    SignIn,
    /// A random value of a browser in which nobody is signed in, to which forms are tied.
    Visit,
    /// What the next page is to say.
    Saying,
    /// The language that was chosen.
    Language,
}

impl PanelCookie {
    /// With TLS browsers take it from this very server only. `__Host-` would want it sent to all paths.
    fn name(self, state: &State) -> &'static str {
        match (self, state.by_tls()) {
            (Self::SignIn, true) => "__Secure-claviger-panel",
            (Self::SignIn, false) => "claviger-panel",
            (Self::Visit, true) => "__Secure-claviger-panel-visit",
            (Self::Visit, false) => "claviger-panel-visit",
            (Self::Saying, true) => "__Secure-claviger-panel-saying",
            (Self::Saying, false) => "claviger-panel-saying",
            (Self::Language, true) => "__Secure-claviger-panel-language",
            (Self::Language, false) => "claviger-panel-language",
        }
    }

    /// The value that a request brings for this application's panel.
    pub fn read(self, state: &State, headers: &HeaderMap, app: i64) -> Option<Secret> {
        let beginning = format!("{app}.");
        values_of(self.name(state), headers)
            .find_map(|value| std::str::from_utf8(value).ok()?.strip_prefix(&beginning))
            .map(Secret::new)
    }

    /// The header that sets it for the panel that begins at `base`, until the browser is closed or for `seconds`.
    pub fn set(
        self,
        state: &State,
        (app, base): (i64, &str),
        value: &str,
        seconds: Option<i64>,
    ) -> HeaderValue {
        header_of(state, self.name(state), &format!("{app}.{value}"), base, seconds)
    }

    /// The header that removes it.
    pub fn remove(self, state: &State, of: (i64, &str)) -> HeaderValue {
        self.set(state, of, "", Some(0))
    }
}

fn header_of(state: &State, name: &str, value: &str, path: &str, seconds: Option<i64>) -> HeaderValue {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if state.by_tls() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{age}{secure}");
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The first value of a cookie. Others on the line may be anything: pages of the same host set theirs as they like.
fn value_of<'a>(name: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    std::str::from_utf8(values_of(name, headers).next()?).ok()
}

/// All values of a cookie.
fn values_of<'a>(name: &str, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    lines
        .flat_map(|line| line.split(|&byte| byte == b';'))
        .filter_map(move |pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

/// A text for a cookie's value.
pub(crate) fn pack(text: &str) -> String {
    utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What [`pack`] packed.
pub(crate) fn unpack(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_on_the_line_do_not_matter() {
        let value = |lines: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
            }
            value_of("me", &headers).map(str::to_owned)
        };
        assert_eq!(value(&[b"x=\xff; ;=; me2=0;  me=1 ; me=2"]).as_deref(), Some("1"));
        assert_eq!(value(&[b"x=1", b"me=a=b"]).as_deref(), Some("a=b"));
        for none in [&b"me"[..], b"", b"ME=1", b"x=me=1", b"me=\xff; me=1"] {
            assert_eq!(value(&[none]), None);
        }
    }
}
