//! Who works on the dashboard.

/// A person who signs in to the dashboard, by the number of what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonId {
    /// An owner.
    Owner(i64),
    /// An account that an owner has made for an application: a manager or a reseller.
    Account(i64),
}

impl PersonId {
    /// The word for the kind in the database.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Owner(_) => "owner",
            Self::Account(_) => "account",
        }
    }

    /// The number among those of its kind.
    pub fn number(self) -> i64 {
        let (Self::Owner(number) | Self::Account(number)) = self;
        number
    }

    /// Reads what [`PersonId::kind`] and [`PersonId::number`] told; `None` for another word.
    pub fn from_stored(kind: &str, number: i64) -> Option<Self> {
        match kind {
            "owner" => Some(Self::Owner(number)),
            "account" => Some(Self::Account(number)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_stored() {
        for person in [PersonId::Owner(7), PersonId::Account(7)] {
            assert_eq!(PersonId::from_stored(person.kind(), person.number()), Some(person));
        }
        assert_eq!(PersonId::from_stored("Owner", 7), None);
    }
}
