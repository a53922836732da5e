//! The addresses of pages, as links name them.

use std::fmt::{self, Write};

use claviger_domain::climbs;
use claviger_service::App;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Where the dashboard begins: the list of applications.
pub(crate) const HOME: &str = "/dashboard/";
/// Where people sign in.
pub(crate) const SIGN_IN: &str = "/dashboard/-/sign-in";
/// Where they prove anew who they are.
pub(crate) const CONFIRM: &str = "/dashboard/-/confirm";

/// Where everything is looked for at once.
pub(crate) const SEARCH: &str = "/dashboard/-/search";

/// A part of a path, encoded.
pub(crate) fn part(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// What stands for an application in the path: its name, or `~` and its number where browsers would change the name, or
/// where the name means something else.
pub(crate) fn app_part(id: i64, name: &str) -> String {
    match name {
        "." | ".." | "-" => format!("~{id}"),
        _ if name.starts_with('~') => format!("~{id}"),
        _ => part(name),
    }
}

/// The start of the addresses of an application's pages, with a slash at the end: its overview.
pub(crate) fn app_base(app: &App) -> String {
    app_path(app.id, &app.name)
}

/// As [`app_base`], where only number and name are at hand.
pub(crate) fn app_path(id: i64, name: &str) -> String {
    format!("{HOME}{}/", app_part(id, name))
}

/// The page of one user.
pub(crate) fn user_page(app: &App, id: i64) -> String {
    format!("{}users/{id}", app_base(app))
}

/// The page of one license.
pub(crate) fn license_page(app: &App, id: i64) -> String {
    format!("{}licenses/{id}", app_base(app))
}

/// An address with a query.
#[derive(Clone, Debug)]
pub(crate) struct Link(String);

impl Link {
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// With one more field.
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        let value = value.to_string();
        // Writing to memory does not fail.
        let _ = write!(self.0, "{name}={}", utf8_percent_encode(&value, PLAIN));
        self
    }

    /// With one more field, where there is a value.
    pub fn with_some(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

/// Where to go after signing in: a page of ours, and no other site's.
pub(crate) fn next_or_home(next: Option<&str>) -> String {
    let ours = |next: &&str| {
        let rest = next.strip_prefix("/dashboard/").or_else(|| next.strip_prefix("/app/"));
        let path = next.split(['?', '#']).next().unwrap_or_default();
        rest.is_some()
            && !next.contains(['\\', '\r', '\n', '\t', '\0'])
            && !next.contains("//")
            && !climbs(path)
    };
    next.filter(ours).unwrap_or(HOME).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_applications_so_that_browsers_keep_them() {
        for (name, path) in [
            ("demo-app", "/dashboard/demo-app/"),
            ("a b/ü?#%", "/dashboard/a%20b%2F%C3%BC%3F%23%25/"),
            ("..", "/dashboard/~7/"),
            ("-", "/dashboard/~7/"),
            ("~8", "/dashboard/~7/"),
            ("<b>", "/dashboard/%3Cb%3E/"),
        ] {
            assert_eq!(app_path(7, name), path);
        }
    }

    #[test]
    fn leads_nowhere_else() {
        for next in ["/dashboard/x/sessions?user=a", "/app/?page=sessions"] {
            assert_eq!(next_or_home(Some(next)), next);
        }
        for next in [
            "//evil.example",
            "https://evil.example/",
            "/dashboard//x",
            "/\\evil",
            "/dashboard/\\x",
            "/dashboard/../api/seller/",
            "/dashboard/%2e%2e/api/",
            "/app/..%2fapi",
            "",
            "/api/",
        ] {
            assert_eq!(next_or_home(Some(next)), HOME, "{next}");
        }
        assert_eq!(next_or_home(None), HOME);
    }

    #[test]
    fn builds_queries() {
        let link = Link::new("/x").with("a", "1&2").with_some("b", None::<&str>).with("c", 3);
        assert_eq!(link.to_string(), "/x?a=1%262&c=3");
    }
}
