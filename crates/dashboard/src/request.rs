//! What is checked of every request before it is looked at, whichever door it comes to.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use claviger_service::people::is_form_token;
use percent_encoding::percent_decode_str;

use crate::{fault::Fault, fields::Fields, state::State};

/// Largest form in bytes where anybody may send it.
pub(crate) const OPEN_FORM_MAX: usize = 128 * 1024;
/// Largest address and headers in bytes. Live pages hold on to them for as long as they are open.
const HEAD_MAX: usize = 32 * 1024;
/// How long a browser may take to send a form.
const FORM_WITHIN: Duration = Duration::from_secs(30);

/// Refuses what another site's page sends. Browsers tell where a request comes from; those that do not tell are held to
/// the form's token.
pub(crate) fn refuse_other_sites(state: &State, headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let refused =
        || Fault::Forbidden("This came from another site. Open the page here and try again.".into());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(refused()),
        None => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().map_err(|_| refused())?;
    // Proxies may tell another host than the browser asked.
    let host = text("host").is_some_and(|host| {
        origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
    });
    if host || origin.eq_ignore_ascii_case(&state.public_url) { Ok(()) } else { Err(refused()) }
}

/// Whether a browser says that another site led here.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Reads a form of at most `max` bytes.
pub(crate) async fn read_form(body: Body, max: usize) -> Result<Fields, Fault> {
    let reading = axum::body::to_bytes(body, max);
    let late = |_| Fault::Invalid("The form did not arrive in time. Nothing was changed.".into());
    // Whoever breaks off does not read that it was too large.
    let bytes = tokio::time::timeout(FORM_WITHIN, reading).await.map_err(late)?;
    let bytes = bytes.map_err(|_| Fault::TooLarge)?;
    Fields::parse(&bytes).ok_or(Fault::TooLarge)
}

/// Whether address and headers are longer than any browser's.
pub(crate) fn is_too_long(parts: &Parts) -> bool {
    head_size(parts) > HEAD_MAX
}

/// Bytes of the address and the headers.
fn head_size(parts: &Parts) -> usize {
    let address = parts.uri.path_and_query().map_or(0, |address| address.as_str().len());
    parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() + address
}

/// Refuses a form that does not bring what ties it to this browser.
pub(crate) fn refuse_foreign_form(form: &Fields, headers: &HeaderMap, due: &str) -> Result<(), Fault> {
    let token =
        form.get("token").or_else(|| headers.get("x-form-token").and_then(|value| value.to_str().ok()));
    if token.is_some_and(|token| is_form_token(token, due)) {
        return Ok(());
    }
    Err(Fault::Forbidden(
        "This form was made for another sign-in. Nothing was changed: go back, load the page anew and try again."
            .into(),
    ))
}

/// Told of a method that nothing is done for.
pub(crate) fn not_allowed(allowed: &'static str) -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)], "Method not allowed").into_response()
}

/// A part of a path, decoded.
pub(crate) fn decoded(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}
