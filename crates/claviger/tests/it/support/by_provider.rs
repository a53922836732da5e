//! Going to an identity provider and coming back, as browsers do.

use serde_json::Value;

use super::issuer::{Issuer, Says};
use super::{Browser, Reply, Server};

pub const ACCOUNT: &str = "/dashboard/-/account";
pub const PROVIDER: &str = "/dashboard/-/provider/acme-sso";
pub const PASSWORD: &str = "four words that differ";

/// Settings with the provider, and more of its table.
pub fn settings(issuer: &Issuer, more: &str) -> String {
    format!(
        "outgoing_allow = [\"127.0.0.0/8\"]\n[[identity_provider]]\nname = \"Acme SSO\"\nissuer = \"{}\"\nclient_id = \
         \"claviger\"\nclient_secret = \"hush & hush\"\n{more}",
        issuer.url
    )
}

/// A value of an address's query, decoded as far as these values need it.
pub fn field(address: &str, name: &str) -> String {
    let query = address.split_once('?').expect("a query").1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    value.unwrap_or_else(|| panic!("{name}: {address}")).to_owned()
}

/// Where a browser is sent that begins there.
pub fn sent(browser: &Browser, address: &str) -> String {
    let reply = browser.get(address);
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").expect("where").to_owned()
}

/// Comes back from the provider with a code.
pub fn back(browser: &Browser, to: &str, more: &str) -> Reply {
    browser.get(&format!("{PROVIDER}/callback?code=c0de&state={}{more}", field(to, "state")))
}

/// Goes there and comes back; the provider says this.
pub fn walk(browser: &Browser, issuer: &Issuer, start: &str, says: Says) -> Reply {
    let to = sent(browser, start);
    assert!(to.starts_with(&format!("{}/authorize?", issuer.url)), "{to}");
    issuer.says(Says { nonce: field(&to, "nonce"), ..says });
    back(browser, &to, "")
}

pub fn sign_in(server: &Server, issuer: &Issuer, claims: Value) -> (Browser, Reply) {
    let browser = Browser::new(&server.app.address);
    let reply = walk(&browser, issuer, &format!("{PROVIDER}/sign-in"), Says { claims, ..Says::default() });
    (browser, reply)
}

pub fn is_signed_in(browser: &Browser) -> bool {
    browser.get(ACCOUNT).status == 200
}

/// Links what the provider says with whoever is signed in.
pub fn link(browser: &Browser, issuer: &Issuer, claims: Value) -> Reply {
    let page = browser.post(&format!("{PROVIDER}/link"), &[]);
    assert_eq!(page.status, 200, "{}", page.text());
    let (_, rest) = page.text().split_once("class=\"button main\" href=\"").expect("a link");
    let to = rest.split('"').next().expect("its end").replace("&#38;", "&");
    issuer.says(Says { nonce: field(&to, "nonce"), claims, ..Says::default() });
    back(browser, &to, "")
}

/// The numbers of the identities that an account page tells of.
pub fn identities(browser: &Browser) -> Vec<String> {
    let page = browser.get(ACCOUNT);
    let forms = page.text().split("identities/unlink").skip(1);
    forms
        .filter_map(|form| Some(form.split_once("name=\"id\" value=\"")?.1.split('"').next()?.to_owned()))
        .collect()
}

/// Unlinks one of them.
pub fn unlink(browser: &Browser, id: &str) -> Reply {
    browser.post(&format!("{ACCOUNT}/identities/unlink"), &[("id", id)])
}
