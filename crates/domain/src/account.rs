//! Accounts that owners make for others: what resellers and managers may do (`docs/protocol/seller.md`).

use std::str::FromStr;

const DAY: i64 = 86_400;

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRole {
    /// Makes licenses, as many as its balance allows.
    Reseller,
    /// Works on an application, as far as its permissions go.
    Manager,
}

impl AccountRole {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reseller => "reseller",
            Self::Manager => "manager",
        }
    }
}

impl FromStr for AccountRole {
    type Err = ();

    /// Reads the word in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let roles = [Self::Reseller, Self::Manager];
        roles.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}

/// An area of an application, as a bit of a manager's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum Permission {
    /// License keys.
    Licenses = 1,
    /// End users.
    Users = 2,
    /// Subscriptions.
    Subscriptions = 4,
    /// Chat channels.
    Chats = 8,
    /// Sessions.
    Sessions = 16,
    /// Webhooks.
    Webhooks = 32,
    /// Files.
    Files = 64,
    /// Variables.
    Variables = 128,
    /// Logs.
    Logs = 256,
    /// Blacklist and whitelist.
    Blacklists = 512,
    /// Settings of the application.
    Settings = 1024,
    /// Tokens.
    Tokens = 2048,
}

impl Permission {
    /// All bits that mean something.
    pub const ALL: i64 = 4095;
    /// What an account gets unless its maker chooses.
    pub const DEFAULT: i64 = 2047;

    /// Whether the bits allow this.
    pub fn is_in(self, bits: i64) -> bool {
        bits & self as i64 != 0
    }
}

/// What a reseller may do with the licenses that it made, and with their users, as bits of an account's rights. Making them
/// is paid for by the balance, and needs none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum ResellerRight {
    /// Ban its licenses and lift its bans.
    Ban = 1,
    /// Delete its licenses.
    Delete = 2,
    /// Reset the devices of users who used them.
    ResetDevices = 4,
}

impl ResellerRight {
    /// All of them.
    pub const EVERY: [Self; 3] = [Self::Ban, Self::Delete, Self::ResetDevices];

    /// Whether the bits allow this.
    pub fn is_in(self, bits: i64) -> bool {
        bits & self as i64 != 0
    }
}

/// Licenses that a reseller may still make, by how long they last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Up to a day.
    pub day: i64,
    /// Up to 7 days.
    pub week: i64,
    /// Up to 31 days.
    pub month: i64,
    /// Up to 93 days.
    pub three_month: i64,
    /// Up to 186 days.
    pub six_month: i64,
    /// Longer than a year.
    pub lifetime: i64,
    /// Up to 366 days.
    pub year: i64,
}

impl Balance {
    /// The counts in the order of the wire.
    pub fn counts(&self) -> [i64; 7] {
        [self.day, self.week, self.month, self.three_month, self.six_month, self.lifetime, self.year]
    }

    /// The counts from the order of the wire.
    pub fn from_counts(counts: [i64; 7]) -> Self {
        let [day, week, month, three_month, six_month, lifetime, year] = counts;
        Self { day, week, month, three_month, six_month, lifetime, year }
    }

    /// With so many more of each, never below nothing.
    pub fn plus(&self, more: &Self) -> Self {
        let (have, more) = (self.counts(), more.counts());
        Self::from_counts(std::array::from_fn(|index| have[index].saturating_add(more[index]).max(0)))
    }

    /// How many more of each there are than in another one.
    pub fn minus(&self, other: &Self) -> Self {
        let (have, other) = (self.counts(), other.counts());
        Self::from_counts(std::array::from_fn(|index| have[index].saturating_sub(other[index])))
    }

    /// What is left after making `amount` licenses worth `duration` seconds each; `None` when it does not suffice.
    pub fn after(&self, amount: i64, duration: i64) -> Option<Self> {
        let mut left = *self;
        let count = left.of_duration(duration);
        *count = count.checked_sub(amount).filter(|&rest| rest >= 0)?;
        Some(left)
    }

    fn of_duration(&mut self, seconds: i64) -> &mut i64 {
        match seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) > 0) {
            ..=1 => &mut self.day,
            2..=7 => &mut self.week,
            8..=31 => &mut self.month,
            32..=93 => &mut self.three_month,
            94..=186 => &mut self.six_month,
            187..=366 => &mut self.year,
            _ => &mut self.lifetime,
        }
    }
}

/// Whether a reseller of these levels, separated by commas, may make licenses of a level. `N/A` and nothing mean all.
pub fn may_make_level(key_levels: &str, level: &str) -> bool {
    let levels = key_levels.trim();
    levels.is_empty()
        || levels.eq_ignore_ascii_case("N/A")
        || levels.split(',').any(|allowed| allowed.trim() == level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licenses_are_paid_by_how_long_they_last() {
        let full = Balance::from_counts([1; 7]);
        for (seconds, index) in [
            (1, 0),
            (DAY, 0),
            (DAY + 1, 1),
            (7 * DAY, 1),
            (30 * DAY, 2),
            (31 * DAY, 2),
            (90 * DAY, 3),
            (180 * DAY, 4),
            (365 * DAY, 6),
            (366 * DAY, 6),
            (366 * DAY + 1, 5),
        ] {
            let left = full.after(1, seconds).unwrap();
            let expected: [i64; 7] = std::array::from_fn(|at| i64::from(at != index));
            assert_eq!(left.counts(), expected, "{seconds}");
            assert_eq!(full.after(2, seconds), None);
        }
    }

    #[test]
    fn a_balance_never_goes_below_nothing() {
        let have = Balance { day: 2, ..Balance::default() };
        let taken = have.plus(&Balance { day: -3, week: 1, ..Balance::default() });
        assert_eq!(taken, Balance { day: 0, week: 1, ..Balance::default() });
        assert_eq!(have.plus(&Balance { day: i64::MAX, ..Balance::default() }).day, i64::MAX);
    }

    #[test]
    fn levels_are_compared_whole() {
        for (levels, level, may) in [
            ("N/A", "9", true),
            ("n/a", "9", true),
            ("", "9", true),
            ("1, 2", "2", true),
            ("12", "2", false),
            ("1,2", "12", false),
        ] {
            assert_eq!(may_make_level(levels, level), may, "{levels} {level}");
        }
    }
}
