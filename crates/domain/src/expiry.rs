//! When subscriptions end. Times are Unix seconds, durations seconds; sums stop at the ends of the number range.

/// Whether a subscription that ends at `expires` runs at `now`.
pub fn is_active(expires: i64, now: i64) -> bool {
    expires > now
}

/// When a subscription ends that gets `duration` more: one that runs goes on from its end, another one, or none
/// (`None`), starts now.
pub fn extended(expires: Option<i64>, now: i64, duration: i64) -> i64 {
    expires.filter(|&expires| is_active(expires, now)).unwrap_or(now).saturating_add(duration)
}

/// What is kept of a subscription that runs and is paused: the seconds that remain.
pub fn paused(expires: i64, now: i64) -> i64 {
    expires.saturating_sub(now)
}

/// When a paused subscription ends that goes on now, `kept` being what [`paused`] gave.
pub fn unpaused(kept: i64, now: i64) -> i64 {
    kept.saturating_add(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_exactly_at_its_second() {
        assert!(is_active(101, 100));
        assert!(!is_active(100, 100));
        assert_eq!(extended(Some(100), 100, 5), 105);
        assert_eq!(extended(Some(101), 100, 5), 106);
        assert_eq!(extended(None, 100, 5), 105);
        assert_eq!(extended(Some(i64::MAX), 100, 5), i64::MAX);
    }

    proptest! {
        #[test]
        fn an_extension_is_never_lost(
            expires in prop::option::of(0i64..1 << 40), now in 0i64..1 << 40, duration in 0i64..1 << 40,
        ) {
            let after = extended(expires, now, duration);
            prop_assert!(after >= now + duration);
            prop_assert!(after >= expires.unwrap_or(0).min(now) + duration);
            if let Some(expires) = expires.filter(|&expires| is_active(expires, now)) {
                prop_assert_eq!(after - expires, duration);
            }
        }

        #[test]
        fn extensions_add_up(now in 0i64..1 << 40, first in 1i64..1 << 40, second in 0i64..1 << 40) {
            let twice = extended(Some(extended(None, now, first)), now, second);
            prop_assert_eq!(twice, extended(None, now, first + second));
        }

        #[test]
        fn a_pause_keeps_what_remains(
            now in 0i64..1 << 40, remains in 1i64..1 << 40, pause in 0i64..1 << 40,
        ) {
            let kept = paused(now + remains, now);
            prop_assert_eq!(unpaused(kept, now + pause), now + pause + remains);
        }

        #[test]
        fn nothing_overflows(expires in any::<Option<i64>>(), now in any::<i64>(), duration in any::<i64>()) {
            let _ = (extended(expires, now, duration), paused(duration, now), unpaused(duration, now));
        }
    }
}
