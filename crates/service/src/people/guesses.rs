//! What may be a guess at what opens the dashboard, or at a link: it is refused while there is a pause, counted, and told
//! in the log if it fails. This cannot be switched off.

use claviger_domain::ClientAddress;

use super::error::PeopleError;
use crate::{
    Service,
    shared::{
        alerts::{Alert, Alerted},
        attempts::{Attempt, LINKS, Standing, UnderWay},
    },
};

impl Service {
    /// Begins what may be a guess at what people have.
    pub(crate) fn begin_at_door<'a>(&'a self, attempt: Attempt<'a>) -> Result<UnderWay<'a>, PeopleError> {
        self.people_attempts.begin(attempt, self.clock.now()).map_err(|seconds| {
            self.alert(Alert::Paused, attempt.ip, Alerted::default());
            PeopleError::Paused(seconds)
        })
    }

    /// Counts a guess at what people have that failed. `name`: that of a person who is there.
    pub(crate) fn failed_at_door(&self, guess: UnderWay<'_>, alert: Alert, name: Option<&str>) {
        self.alert(alert, guess.ip(), Alerted { app: None, user: name });
        guess.failed(self.clock.now());
    }

    /// Begins what may be a guess at a link.
    pub(crate) fn begin_link(&self, ip: ClientAddress) -> Result<UnderWay<'_>, PeopleError> {
        self.begin_at_door(Attempt { app: LINKS, username: None, ip, standing: Standing::Familiar })
    }
}
