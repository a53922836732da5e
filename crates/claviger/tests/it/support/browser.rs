//! A browser without script: it keeps cookies, finds the token of a page's forms and posts along with it.

use std::{cell::RefCell, collections::BTreeMap};

use super::http::{self, Reply};

/// Who looks at the dashboard.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    address: String,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    /// Nobody is signed in.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), cookies: RefCell::default() }
    }

    /// Signs in with name and password.
    pub fn signed_in(address: &str, name: &str, password: &str) -> Self {
        let browser = Self::new(address);
        let reply = browser.post("/dashboard/-/sign-in", &[("name", name), ("password", password)]);
        assert_eq!(reply.status, 303, "{name}: {}", reply.text());
        browser
    }

    /// The cookies that it would send, as a header's value.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.borrow();
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Sends a request with these headers besides the cookies, and keeps the cookies of the reply.
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let cookies = self.cookies();
        let mut all = headers.to_vec();
        if !cookies.is_empty() {
            all.push(("Cookie", &cookies));
        }
        let reply = http::request(&self.address, method, target, &all, body);
        for (_, value) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, rest) = value.split_once(';').expect("a cookie with attributes");
            let (name, value) = pair.split_once('=').expect("a cookie's value");
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.into(), value.into());
            }
        }
        reply
    }

    /// Loads a page.
    pub fn get(&self, target: &str) -> Reply {
        self.send("GET", target, &[], b"")
    }

    /// As the script loads a part of a page.
    pub fn fragment(&self, target: &str) -> Reply {
        self.send("GET", target, &[("HX-Request", "true")], b"")
    }

    /// What forms must bring, as a page of this browser tells it.
    pub fn token(&self) -> String {
        let page = self.get("/dashboard/-/sign-in");
        let page = if page.status == 303 { self.get("/dashboard/") } else { page };
        let text = page.text();
        let (_, rest) = text.split_once("name=\"token\" value=\"").expect("a form with a token");
        rest.split_once('"').expect("the token's end").0.to_owned()
    }

    /// Posts a form with its token, as the browser's own page does.
    pub fn post(&self, target: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.token();
        let mut all = vec![("token", token.as_str())];
        all.extend_from_slice(fields);
        self.post_as(target, &all, &[("Sec-Fetch-Site", "same-origin")])
    }

    /// Posts these fields only, with these headers.
    pub fn post_as(&self, target: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", target, &all, http::form(fields).as_bytes())
    }
}

impl Browser {
    /// Follows a redirect after a form; what the page there says was done.
    pub fn said(&self, reply: &Reply) -> String {
        assert_eq!(reply.status, 303, "{}", reply.text());
        let page = self.get(reply.header("location").expect("where to go"));
        let said = page.text().split_once("role=\"status\">").map(|(_, rest)| rest.split('<').next());
        said.flatten().unwrap_or_else(|| panic!("nothing is said: {}", page.text())).to_owned()
    }
}

/// Text as it stands in HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// A page without what times say besides their exact value, since "1 second ago" is another text a second later.
pub fn without_ages(page: &str) -> String {
    let mut parts = page.split("<time ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (exact, rest) = part.split_once('>').expect("the end of a tag");
        kept += exact;
        kept += rest.split_once("</time>").expect("the end of a time").1;
    }
    kept
}
