//! The picture on an application's panel.

use std::sync::Arc;

use claviger_domain::PanelSettings;
use claviger_store::{
    apps,
    panel::settings::{self, Logo},
};

use super::ManageError;
use crate::{App, Service};

/// Most bytes of a picture.
pub const LOGO_MAX: usize = 256 * 1024;

/// How a PNG begins: its signature, and the length and name of its first part.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
/// How a JPEG begins.
const JPEG: &[u8] = b"\xff\xd8\xff";

impl Service {
    /// Sets the picture on an application's panel.
    ///
    /// # Errors
    /// When it is too large or none that every browser shows; or the database failed.
    pub async fn set_panel_logo(&self, app: &Arc<App>, bytes: Vec<u8>) -> Result<(), ManageError> {
        if bytes.len() > LOGO_MAX {
            return Err(ManageError::Unfit(format!("a logo has at most {} KiB", LOGO_MAX / 1024)));
        }
        let kind = kind_of(&bytes).ok_or_else(|| {
            ManageError::Unfit("a logo is a PNG, JPEG or WebP picture; this file is none of them".into())
        })?;
        self.keep_logo(app, Some(Logo { bytes, kind: kind.into() })).await
    }

    /// Removes the picture on an application's panel.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn remove_panel_logo(&self, app: &Arc<App>) -> Result<(), ManageError> {
        self.keep_logo(app, None).await
    }

    async fn keep_logo(&self, app: &Arc<App>, logo: Option<Logo>) -> Result<(), ManageError> {
        let (id, name) = (app.id, app.name.clone());
        self.manage(move |conn| {
            // No panel outlives its application.
            let held = apps::hold_settings(conn, id)?;
            held.ok_or_else(|| ManageError::unknown("application", &name))?;
            if settings::get(conn, id)?.is_none() {
                let text = serde_json::to_string(&PanelSettings::default()).expect("settings are plain data");
                settings::set(conn, id, &text)?;
            }
            Ok(settings::set_logo(conn, id, logo.as_ref())?)
        })
        .await
    }
}

/// The media type of a picture by how it begins, whatever it is called. Pictures that may hold scripts are none.
fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(PNG) {
        return Some("image/png");
    }
    if bytes.starts_with(JPEG) {
        return Some("image/jpeg");
    }
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..15) == Some(b"WEBPVP8");
    is_webp.then_some("image/webp")
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn pictures_are_known_by_how_they_begin() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\0\0\0\0WEBPVP8", Some("image/webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", None),
            (b"\x89PNG\r\n\x1a\n", None),
            (b"GIF89a", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b" \xff\xd8\xff", None),
            (b"", None),
        ] {
            assert_eq!(kind_of(bytes), kind, "{bytes:?}");
        }
    }
}
