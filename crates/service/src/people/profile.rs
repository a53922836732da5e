//! What a person chooses for the dashboard.

use claviger_store::{StoreError, people::profile};

use super::person::{Person, Theme};
use crate::{Service, ServiceError, error::beside};

/// Longest name of a time zone in bytes; those that exist have up to 32.
const TIME_ZONE_MAX: usize = 64;

impl Service {
    /// Sets a person's theme and time zone; `None` leaves times to the browser.
    ///
    /// # Errors
    /// When the name cannot be that of a time zone, or the database fails.
    pub async fn set_looks(
        &self,
        person: &Person,
        theme: Theme,
        time_zone: Option<&str>,
    ) -> Result<(), ServiceError> {
        let (id, zone) = (person.id, time_zone.map(str::to_owned));
        if zone.as_deref().is_some_and(|zone| !is_time_zone(zone)) {
            let text = "the name of a time zone looks like `Europe/Berlin`";
            return Err(ServiceError::Refused(text.into()));
        }
        let set = self.store.db().write::<_, StoreError, _>(move |conn| {
            profile::set_looks(conn, id, theme.as_str(), zone.as_deref())
        });
        Ok(set.await?)
    }

    /// Notes which application a person works on, for addresses that name none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_last_app(&self, person: &Person, app: i64) -> Result<(), ServiceError> {
        if person.last_app == Some(app) {
            return Ok(());
        }
        let id = person.id;
        let set = self.store.db().write::<_, StoreError, _>(move |conn| profile::set_last_app(conn, id, app));
        beside(set.await)
    }
}

/// Whether a text can be the name of a time zone; browsers know which ones there are.
fn is_time_zone(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte);
    (1..=TIME_ZONE_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_time_zones_are_plain() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "Etc/GMT+12"] {
            assert!(is_time_zone(good), "{good}");
        }
        for bad in ["", "/etc/passwd", "Europe/B rlin", "<b>", "Europe/Bérlin", "a\0", &"a".repeat(65)] {
            assert!(!is_time_zone(bad), "{bad:?}");
        }
    }
}
