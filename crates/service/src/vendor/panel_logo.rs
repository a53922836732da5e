//! The picture on an application's panel.

use claviger_domain::PanelSettings;
use claviger_store::{
    apps,
    panel::settings::{self, Logo},
};

use super::ManageError;
use crate::{App, Service};

/// Most bytes of a picture.
pub const LOGO_MAX: usize = 256 * 1024;
/// Most pixels: a picture of few bytes may unfold to gigabytes in each browser that shows it.
const PIXELS_MAX: usize = 4_000_000;

/// How a PNG begins: its signature, and the length and name of its first part.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
/// How a JPEG begins.
const JPEG: &[u8] = b"\xff\xd8\xff";

impl Service {
    /// Sets the picture on an application's panel.
    ///
    /// # Errors
    /// When it is too large or none that every browser shows; or the database failed.
    pub async fn set_panel_logo(&self, app: &App, bytes: Vec<u8>) -> Result<(), ManageError> {
        if bytes.len() > LOGO_MAX {
            return Err(ManageError::Unfit(format!("a logo has at most {} KiB", LOGO_MAX / 1024)));
        }
        let kind = kind_of(&bytes).ok_or_else(|| {
            ManageError::Unfit("a logo is a PNG, JPEG or WebP picture; this file is none of them".into())
        })?;
        check_pixels(&bytes)?;
        self.keep_logo(app, Some(Logo { bytes, kind: kind.into() })).await
    }

    /// Removes the picture on an application's panel.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn remove_panel_logo(&self, app: &App) -> Result<(), ManageError> {
        self.keep_logo(app, None).await
    }

    async fn keep_logo(&self, app: &App, logo: Option<Logo>) -> Result<(), ManageError> {
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

/// Reads from the head of a picture how large it is; nothing is unfolded.
fn check_pixels(bytes: &[u8]) -> Result<(), ManageError> {
    let size = imagesize::blob_size(bytes).ok().filter(|size| size.width > 0 && size.height > 0);
    let size = size.ok_or_else(|| ManageError::Unfit("this picture does not tell how large it is".into()))?;
    if size.width.saturating_mul(size.height) <= PIXELS_MAX {
        return Ok(());
    }
    Err(ManageError::Unfit(format!(
        "a logo has at most {} megapixels; this one has {} × {} pixels",
        PIXELS_MAX / 1_000_000,
        size.width,
        size.height
    )))
}

#[cfg(test)]
mod tests {
    use super::{check_pixels, kind_of};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
        [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0"].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        // A part that is passed over first.
        let head = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\x00\x11\x08";
        [&head[..], &height.to_be_bytes(), &width.to_be_bytes(), b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"]
            .concat()
    }

    fn webp(width: u32, height: u32) -> Vec<u8> {
        let of = |value: u32| (value - 1).to_le_bytes()[..3].to_vec();
        [&b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"[..], &of(width), &of(height)].concat()
    }

    #[test]
    fn few_bytes_do_not_unfold_to_many_pixels() {
        for fits in [png(1, 1), png(2000, 2000), jpeg(2000, 2000), webp(2000, 2000), webp(1, 4_000_000)] {
            assert!(check_pixels(&fits).is_ok(), "{fits:?}");
        }
        for (bytes, told) in [
            (png(2001, 2000), "a logo has at most 4 megapixels; this one has 2001 × 2000 pixels"),
            (png(u32::MAX, u32::MAX), "this one has 4294967295 × 4294967295 pixels"),
            (jpeg(65_535, 65_535), "this one has 65535 × 65535 pixels"),
            (webp(16_383, 16_383), "this one has 16383 × 16383 pixels"),
            (png(0, 1), "does not tell how large it is"),
            (png(1, 1)[..20].to_vec(), "does not tell how large it is"),
            (jpeg(1, 1)[..20].to_vec(), "does not tell how large it is"),
        ] {
            let refused = check_pixels(&bytes).unwrap_err().to_string();
            assert!(refused.contains(told), "{bytes:?}: {refused}");
        }
    }

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
