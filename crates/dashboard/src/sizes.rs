//! How many bytes, as people read it.

/// A number of bytes in its largest unit, with one digit after the point below ten.
pub(crate) fn bytes(count: i64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return if count == 1 { "1 byte".into() } else { format!("{count} bytes") };
    }
    let (mut size, mut unit) = (count as f64 / 1024.0, UNITS[0]);
    for larger in &UNITS[1..] {
        if size < 1023.95 {
            break;
        }
        (size, unit) = (size / 1024.0, larger);
    }
    if size < 9.95 { format!("{size:.1} {unit}") } else { format!("{size:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_bytes() {
        for (count, told) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (10 * 1024, "10 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (16 * 1024 * 1024, "16 MiB"),
            (i64::MAX, "8192 PiB"),
        ] {
            assert_eq!(bytes(count), told);
        }
    }
}
