//! Pictures for cameras.

use qrcodegen::{QrCode, QrCodeEcc};

/// Blank modules around the code, as the standard wants.
const BORDER: i32 = 4;

/// A text as a QR code, an `svg` element that is black on white whatever the colours around it; `None` for a text that
/// is too long.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|&x| code.get_module(x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + BORDER, y + BORDER));
        }
    }
    let side = code.size() + 2 * BORDER;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         aria-label=\"QR code\"><path fill=\"#fff\" d=\"M0,0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_square_with_three_corners() {
        let svg = svg("otpauth://totp/x?secret=ABC").unwrap();
        // The corner of the first finder pattern, and nothing of the text.
        assert!(svg.contains("M4,4h1v1h-1z") && svg.contains("M10,4h1v1h-1z"), "{svg}");
        assert!(!svg.contains("otpauth") && !svg.contains("M3,"));
        assert!(super::svg(&"x".repeat(5000)).is_none());
    }
}
