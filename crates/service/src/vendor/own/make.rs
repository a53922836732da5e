//! Making licenses, which the balance pays.

use claviger_domain::{Alphabet, Mask, NEVER};

use crate::{
    App, Service,
    people::{Person, Standing},
    vendor::{
        AddEvent,
        new_licenses::{Added, LicenseFailure, NewKeys},
    },
};

const DAY: i64 = 86_400;

/// How long licenses last that resellers make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A day.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    ThreeMonths,
    /// 180 days.
    SixMonths,
    /// 365 days.
    Year,
    /// Without end.
    Lifetime,
}

impl Length {
    /// All of them, shortest first.
    pub const ALL: [Self; 7] =
        [Self::Day, Self::Week, Self::Month, Self::ThreeMonths, Self::SixMonths, Self::Year, Self::Lifetime];

    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::ThreeMonths => "three_month",
            Self::SixMonths => "six_month",
            Self::Year => "year",
            Self::Lifetime => "lifetime",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "a day",
            Self::Week => "a week",
            Self::Month => "a month",
            Self::ThreeMonths => "three months",
            Self::SixMonths => "six months",
            Self::Year => "a year",
            Self::Lifetime => "for ever",
        }
    }

    /// Reads the word of a form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.as_str() == text)
    }

    /// In seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::ThreeMonths => 90 * DAY,
            Self::SixMonths => 180 * DAY,
            Self::Year => 365 * DAY,
            Self::Lifetime => NEVER,
        }
    }
}

/// Licenses that a reseller wants.
#[derive(Clone, Debug)]
pub struct OwnKeys {
    /// How long each lasts.
    pub length: Length,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// How many; at least 1.
    pub amount: i64,
    /// Remark of the reseller.
    pub note: Option<String>,
    /// What tells this form from others: sent twice, it makes the licenses once.
    pub once: String,
}

impl Service {
    /// Makes licenses for a reseller who is signed in, all or none; the balance pays.
    ///
    /// # Errors
    /// See [`LicenseFailure`].
    pub async fn make_own_licenses(
        &self,
        app: &App,
        person: &Person,
        wanted: OwnKeys,
    ) -> Result<Added, LicenseFailure> {
        let Standing::Reseller { .. } = person.standing else { return Err(LicenseFailure::ManagerMayNot) };
        let OwnKeys { length, level, amount, note, once } = wanted;
        let mask = Mask::new(&app.settings.license_mask);
        let keys = NewKeys {
            mask: mask.map_err(|error| LicenseFailure::Unfit(error.to_string()))?,
            alphabet: Alphabet::Mixed,
            amount,
            duration: length.seconds(),
            level,
            note,
            genby: person.name.clone(),
        };
        let params = [keys.duration.to_string(), keys.level.clone(), keys.amount.to_string()];
        let event = AddEvent::by_key(&format!("reseller {} {once}", person.id.number()), &params);
        self.make_licenses(app, keys, event).await
    }
}
