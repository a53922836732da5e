//! Sizes of files, for people.

use claviger_wire::seller::SellerReply;

/// A file has more bytes than it may have.
pub(super) fn too_large(max: u64) -> SellerReply {
    SellerReply::failure(format!("File size limit is {}.", size(max as f64)))
}

/// A number of bytes for people, such as `1.5 MB`.
pub(super) fn size(bytes: f64) -> String {
    let units = ["B", "KB", "MB", "GB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = format!("{value:.2}");
    format!("{} {}", digits.trim_end_matches('0').trim_end_matches('.'), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, text) in [
            (0.0, "0 B"),
            (1023.0, "1023 B"),
            (1024.0, "1 KB"),
            (1_572_864.0, "1.5 MB"),
            (78_643_200.0, "75 MB"),
            (5e12, "4656.61 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
