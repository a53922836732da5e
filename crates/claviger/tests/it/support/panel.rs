//! A customer in a panel, in a browser of their own.

use super::{App, Browser, Reply, Server, encode};

/// What is posted where nothing is said of it: all is offered.
const OFFERS: [&str; 8] =
    ["license-sign-in", "redeem", "devices", "sessions", "password", "email", "two-factor", "downloads"];

/// A browser that looks at the panel of one application.
#[derive(Debug, Clone)]
pub struct Customer {
    pub browser: Browser,
    /// Where the panel's addresses begin.
    pub base: String,
}

impl Customer {
    /// Nobody is signed in.
    pub fn new(app: &App) -> Self {
        let base = format!("/panel/{}/{}/", encode(&app.owner), encode(&app.name));
        Self { browser: Browser::new(&app.address), base }
    }

    /// Signs in with name and password.
    pub fn signed_in(app: &App, name: &str, password: &str) -> Self {
        let customer = Self::new(app);
        let reply = customer.post("sign-in", &[("name", name), ("password", password)]);
        assert_eq!(reply.status, 303, "{name}: {}", reply.text());
        customer
    }

    /// Loads a page.
    pub fn get(&self, rest: &str) -> Reply {
        self.browser.get(&format!("{}{rest}", self.base))
    }

    /// What forms must bring.
    pub fn token(&self) -> String {
        let page = self.get("sign-in");
        let page = if page.status == 303 { self.get("") } else { page };
        let text = page.text();
        let (_, rest) = text.split_once("name=\"token\" value=\"").unwrap_or_else(|| panic!("{text}"));
        rest.split_once('"').expect("the token's end").0.to_owned()
    }

    /// Posts a form with its token, as the panel's own page does.
    pub fn post(&self, rest: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.token();
        let mut all = vec![("token", token.as_str())];
        all.extend_from_slice(fields);
        self.post_as(rest, &all, &[("Sec-Fetch-Site", "same-origin")])
    }

    /// Posts these fields only, with these headers.
    pub fn post_as(&self, rest: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        self.browser.post_as(&format!("{}{rest}", self.base), fields, headers)
    }

    /// Whether somebody is signed in.
    pub fn is_in(&self) -> bool {
        self.get("").status == 200
    }

    /// The page that a reply leads to says this.
    pub fn says(&self, reply: &Reply, said: &str) {
        assert_eq!(reply.status, 303, "{}", reply.text());
        let page = self.browser.get(reply.header("location").expect("where to go"));
        let text = format!("<p class=\"saying\" role=\"status\">{said}</p>");
        assert!(page.text().contains(&text), "{said}: {}", page.text());
    }
}

/// Turns the panel of an application on: all is offered but `without`, and these fields besides.
pub fn turn_on(server: &Server, app: &App, without: &[&str], more: &[(&str, &str)]) {
    turn_on_by(&server.browser(), app, without, more);
}

/// As [`turn_on`], by somebody who is signed in to the dashboard.
pub fn turn_on_by(vendor: &Browser, app: &App, without: &[&str], more: &[(&str, &str)]) {
    let mut fields = vec![("on", "on"), ("light", "#2f5bd0"), ("dark", "#86a8ff"), ("language", "en")];
    fields.extend(OFFERS.iter().filter(|offer| !without.contains(offer)).map(|offer| ("offer", *offer)));
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
    fields.extend_from_slice(more);
    let reply = vendor.post(&format!("/dashboard/{}/customers-panel", encode(&app.name)), &fields);
    assert_eq!(reply.status, 303, "{}", reply.text());
}
