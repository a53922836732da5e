//! What programs ask for in vain: the server's log is told, but strangers may ask as often as they like, and must not fill
//! it.

use claviger_capacity::AppRates;

/// Lines of the log a minute for one application.
const LINES: u32 = 10;

/// How many lines of the log each application has left.
pub(crate) struct Vain(AppRates);

impl Default for Vain {
    fn default() -> Self {
        Self(AppRates::new(LINES))
    }
}

impl Vain {
    /// Whether the log may be told of one more thing that a program of an application asked for in vain.
    pub(crate) fn may_tell(&self, app: i64) -> bool {
        self.0.take(app).is_none_or(|rate| rate.allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_fills_its_own_lines_only() {
        let vain = Vain::default();
        let told = (0..1000).filter(|_| vain.may_tell(1)).count();
        assert!((10..100).contains(&told), "{told}");
        assert!(vain.may_tell(2));
    }
}
