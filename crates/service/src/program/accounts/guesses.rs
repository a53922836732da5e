//! What may be a guess: it is refused while there is a pause, counted, and told in the log if it fails.

use claviger_domain::{ClientAddress, HwidList};
use claviger_store::users::User;

use super::{
    refusal::{AccountFailure, Refusal},
    sign_in::was_here,
};
use crate::{
    App, Service,
    shared::{
        alerts::{Alert, Alerted},
        attempts::{Attempt, Standing, UnderWay},
    },
};

impl Service {
    /// Begins what may be a guess.
    ///
    /// # Errors
    /// Seconds to wait, for whoever failed too often.
    pub(crate) fn begin_guess<'a>(&'a self, app: &App, attempt: Attempt<'a>) -> Result<UnderWay<'a>, i64> {
        let begun = self.attempts.begin(attempt, self.clock.now());
        begun.inspect_err(|_| self.tell_guess(app, Alert::Paused, attempt.ip, None))
    }

    /// Refuses whoever is at an address from which too many guesses failed, before anything is looked up.
    pub(crate) fn refuse_paused_address(&self, app: &App, ip: ClientAddress) -> Result<(), Refusal> {
        let Some(seconds) = self.attempts.address_pause(anonymous(app, ip), self.clock.now()) else {
            return Ok(());
        };
        self.tell_guess(app, Alert::Paused, ip, None);
        Err(Refusal::Paused(seconds))
    }

    /// Counts a guess that failed, and forgets a user's after a success. `user`: the name of one who is there.
    pub(crate) fn end_guess<T>(
        &self,
        app: &App,
        guess: UnderWay<'_>,
        user: Option<&User>,
        outcome: &Result<T, AccountFailure>,
    ) {
        match outcome {
            Ok(_) => guess.succeeded(self.clock.now()),
            Err(AccountFailure::Refused(refusal)) => {
                if let Some(alert) = refusal.alert() {
                    self.guess_failed(app, guess, alert, user);
                }
            }
            Err(_) => {}
        }
    }

    /// Counts a guess that failed.
    pub(crate) fn guess_failed(&self, app: &App, guess: UnderWay<'_>, alert: Alert, user: Option<&User>) {
        // A name that is a license key is a secret.
        let name = user.filter(|user| user.by_license.is_none()).map(|user| user.username.as_str());
        self.tell_guess(app, alert, guess.ip(), name);
        guess.failed(self.clock.now());
    }

    /// Tells of a guess, and counts it for the application's figures.
    pub(crate) fn tell_guess(&self, app: &App, alert: Alert, ip: ClientAddress, user: Option<&str>) {
        app.tally.guess(alert);
        self.alert(alert, ip, Alerted { app: Some(&app.name), user });
    }
}

/// A guess at nobody in particular.
pub(crate) fn anonymous(app: &App, ip: ClientAddress) -> Attempt<'static> {
    Attempt { app: app.id, username: None, ip, standing: Standing::Stranger }
}

/// What is known of whoever wants to be a user.
pub(crate) fn standing(user: Option<&User>, ip: ClientAddress, hwid: Option<&str>) -> Standing {
    let Some(user) = user else { return Standing::Stranger };
    let devices = || HwidList::from_stored(user.hwids.as_deref());
    if was_here(user, ip) {
        Standing::Known
    } else if hwid.is_some_and(|hwid| devices().contains(hwid)) {
        Standing::Familiar
    } else {
        Standing::Stranger
    }
}
