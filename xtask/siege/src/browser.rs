//! Signing in to the dashboard as a browser does.

use anyhow::{Context, Result, ensure};
use form_urlencoded::Serializer;

use crate::http::{Reply, get, post};
use crate::site::Site;
use crate::tenant::Tenant;

const SIGN_IN: &str = "/dashboard/-/sign-in";

/// Signs the owner of an application in; the cookies of that.
///
/// # Errors
/// When the owner is not let in.
pub fn sign_in(site: &Site, tenant: &Tenant) -> Result<String> {
    let page = site.ask(get(SIGN_IN, &[]))?;
    let visit = cookies(&page);
    let form = form_with(&page, &[("name", &tenant.owner), ("password", &tenant.password)])?;
    let reply = site.ask(post(SIGN_IN, &[("Cookie", &visit), ("Sec-Fetch-Site", "same-origin")], &form))?;
    ensure!(reply.status == 303, "{} could not sign in: {}", tenant.owner, reply.brief());
    Ok(cookies(&reply))
}

/// A form with the token that a page holds.
///
/// # Errors
/// When it holds none.
pub fn form_with(page: &Reply, fields: &[(&str, &str)]) -> Result<String> {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"token\" value=\"").context("the page has no form")?;
    let token = rest.split('"').next().unwrap_or_default();
    Ok(Serializer::new(String::new()).append_pair("token", token).extend_pairs(fields).finish())
}

/// The cookies that a reply sets, as a header's value.
pub fn cookies(reply: &Reply) -> String {
    let fields = reply.head.lines().filter_map(|line| line.split_once(": "));
    let set = fields.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let pairs: Vec<&str> = set.filter_map(|(_, value)| value.split(';').next()).collect();
    pairs.join("; ")
}
