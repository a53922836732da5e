//! Style sheet, scripts and icon: in the binary, compressed once, under names that change with their content.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::LazyLock,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// Where assets are.
pub(crate) const FOLDER: &str = "/dashboard/-/assets/";

/// A file that pages load.
struct Asset {
    /// Its address.
    path: String,
    content_type: &'static str,
    plain: Bytes,
    packed: Bytes,
}

/// All files, by what they are for.
struct Assets {
    style: Asset,
    script: Asset,
    passkeys: Asset,
    hashes: Asset,
    palette: Asset,
    files: Asset,
    icon: Asset,
    panel_style: Asset,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: Asset::new("style", "css", "text/css; charset=utf-8", &[include_str!("../assets/style.css")]),
    script: Asset::new(
        "script",
        "js",
        "text/javascript; charset=utf-8",
        &[
            include_str!("../assets/htmx/htmx.min.js"),
            include_str!("../assets/htmx/sse.min.js"),
            include_str!("../assets/script.js"),
        ],
    ),
    passkeys: Asset::new(
        "passkeys",
        "js",
        "text/javascript; charset=utf-8",
        &[include_str!("../assets/passkeys.js")],
    ),
    hashes: Asset::new(
        "hashes",
        "js",
        "text/javascript; charset=utf-8",
        &[include_str!("../assets/hashes.js")],
    ),
    palette: Asset::new(
        "palette",
        "js",
        "text/javascript; charset=utf-8",
        &[include_str!("../assets/palette.js")],
    ),
    panel_style: Asset::new(
        "panel",
        "css",
        "text/css; charset=utf-8",
        &[include_str!("../assets/panel.css")],
    ),
    files: Asset::new("files", "js", "text/javascript; charset=utf-8", &[include_str!("../assets/files.js")]),
    icon: Asset::new("icon", "svg", "image/svg+xml", &[include_str!("../assets/icon.svg")]),
});

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, parts: &[&str]) -> Self {
        // A script may end without a semicolon.
        let text = parts.join(if extension == "js" { "\n;\n" } else { "\n" });
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail.
        let packed = packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).unwrap_or_default();
        Self {
            path: format!("{FOLDER}{name}-{:016x}.{extension}", hasher.finish()),
            content_type,
            plain: text.into(),
            packed: packed.into(),
        }
    }
}

/// Address of the style sheet.
pub(crate) fn style() -> &'static str {
    &ASSETS.style.path
}

/// Address of the script.
pub(crate) fn script() -> &'static str {
    &ASSETS.script.path
}

/// Address of the script for passkeys, which only the pages with them load.
pub(crate) fn passkeys() -> &'static str {
    &ASSETS.passkeys.path
}

/// Address of the script that hashes a program's file, for the page of hashes.
pub(crate) fn hashes() -> &'static str {
    &ASSETS.hashes.path
}

/// Address of the script that looks for things as one types.
pub(crate) fn palette() -> &'static str {
    &ASSETS.palette.path
}

/// Address of the script that uploads in pieces, for the pages of files.
pub(crate) fn files() -> &'static str {
    &ASSETS.files.path
}

/// Address of the style sheet of customers' panels.
pub(crate) fn panel_style() -> &'static str {
    &ASSETS.panel_style.path
}

/// Address of the icon.
pub(crate) fn icon() -> &'static str {
    &ASSETS.icon.path
}

/// The file at an address; `None` when there is none, or was one of an older release.
pub(crate) fn get(path: &str, headers: &HeaderMap) -> Option<Response> {
    let all = [
        &ASSETS.style,
        &ASSETS.script,
        &ASSETS.passkeys,
        &ASSETS.hashes,
        &ASSETS.files,
        &ASSETS.palette,
        &ASSETS.panel_style,
        &ASSETS.icon,
    ];
    let asset = all.into_iter().find(|asset| asset.path == path)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let packed = accepted.is_some_and(|accepted| accepted.split(',').any(|name| name.trim() == "gzip"));
    let body = if packed { asset.packed.clone() } else { asset.plain.clone() };
    const FIXED: [(HeaderName, &str); 3] = [
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Accept-Encoding"),
    ];
    let mut response = (StatusCode::OK, FIXED, Body::from(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(asset.content_type));
    if packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compressed, in bytes.
    const EACH_MAX: usize = 30 * 1024;

    #[test]
    fn each_is_small() {
        for asset in [
            &ASSETS.style,
            &ASSETS.script,
            &ASSETS.passkeys,
            &ASSETS.hashes,
            &ASSETS.files,
            &ASSETS.palette,
            &ASSETS.panel_style,
            &ASSETS.icon,
        ] {
            assert!(asset.packed.len() <= EACH_MAX, "{}: {} bytes", asset.path, asset.packed.len());
            assert!(!asset.packed.is_empty());
        }
    }

    #[test]
    fn comes_compressed_to_whom_it_may() {
        let mut headers = HeaderMap::new();
        assert!(!get(style(), &headers).unwrap().headers().contains_key(header::CONTENT_ENCODING));
        headers.insert(header::ACCEPT_ENCODING, "br, gzip".parse().unwrap());
        assert_eq!(get(script(), &headers).unwrap().headers()[header::CONTENT_ENCODING], "gzip");
        assert!(get("/dashboard/-/assets/style-0.css", &headers).is_none());
    }
}
