//! Customers free their devices, as often as the vendor lets them.

use claviger_domain::HwidList;
use claviger_store::{Conn, Range, StoreError, sessions::shared, users};

use super::customer::{Customer, hold};
use crate::{App, Service, ServiceError};

/// What came of freeing devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeDevices {
    /// The next sign-in of a program binds another one; so many are free now, and sessions ended.
    Done(usize),
    /// There is none like this.
    None,
    /// Devices were freed of late: not before this Unix second.
    Wait(i64),
    /// The sign-in has ended meanwhile.
    SignedOut,
}

impl Service {
    /// Frees a device of a customer, or all (`None`): programs bind another one at the next sign-in. Sessions end, and from
    /// now on the customer waits for as long as the application's `cooldownSeconds` say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn free_devices(
        &self,
        app: &App,
        customer: &Customer,
        device: Option<&str>,
    ) -> Result<FreeDevices, ServiceError> {
        let (customer, device) = (customer.clone(), device.map(str::to_owned));
        let (now, wait) = (self.clock.now(), app.settings.cooldown_seconds);
        let free = move |conn: &mut Conn<'_>| {
            let Some(user) = hold(conn, &customer, now)? else { return Ok(FreeDevices::SignedOut) };
            if let Some(until) = user.cooldown.filter(|until| *until > now) {
                return Ok(FreeDevices::Wait(until));
            }
            let mut devices = HwidList::from_stored(user.hwids.as_deref());
            let freed = match &device {
                Some(device) => usize::from(devices.release(device)),
                None => devices.iter().count(),
            };
            if freed == 0 {
                return Ok(FreeDevices::None);
            }
            if device.is_some() && !devices.is_empty() {
                users::set_hwids(conn, customer.app, user.id, devices.to_stored().as_deref())?;
                shared::end_of_user(conn, customer.app, user.id, None)?;
            } else {
                users::reset_range(conn, customer.app, Range::one(user.id))?;
            }
            if wait > 0 {
                users::set_cooldown(conn, customer.app, user.id, now.saturating_add(wait))?;
            }
            Ok::<_, StoreError>(FreeDevices::Done(freed))
        };
        Ok(self.store.db().write(free).await?)
    }
}
