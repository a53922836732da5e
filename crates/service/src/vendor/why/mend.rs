//! Doing something about it.

use claviger_domain::{NEVER, Term};
use claviger_store::{access, subscriptions, user_subscriptions, users};

use super::{
    super::{ManageError, Outcast, Target, Whose},
    act::{Act, Mended},
    verdict::Subject,
    words::{date, span},
};
use crate::{App, Service};

impl Service {
    /// Does something about a user or a license. `term`, for [`Act::Extend`] alone: how long; `subscription`: which one,
    /// else the one that the user has had longest.
    ///
    /// # Errors
    /// When there is no such user or license, a term is missing, or the database fails.
    pub async fn mend(
        &self,
        app: &App,
        subject: Subject,
        act: &Act,
        term: Option<Term>,
        subscription: Option<String>,
    ) -> Result<Mended, ManageError> {
        let again = "Please start the program again and sign in.";
        let (done, tell) = match act {
            Act::ResetDevices => {
                let name = self.named(app, subject).await?;
                self.reset_hwid(app, &name).await?;
                let tell = "Your devices were reset. Please start the program again and sign in: the computer \
                            you do it on is yours from then on.";
                (format!("Reset the devices of {name}"), tell.into())
            }
            Act::Extend => return self.extend_for(app, subject, term, subscription).await,
            Act::EndSessions => {
                let name = self.named(app, subject).await?;
                let ended =
                    self.end_sessions_of(app, Whose { user: Some(name.clone()), ..Whose::default() }).await?;
                let plural = if ended == 1 { "" } else { "s" };
                let tell = format!("You were signed out everywhere. {again}");
                (format!("Ended {ended} session{plural} of {name}"), tell)
            }
            Act::Unban => {
                let name = self.named(app, subject).await?;
                let was = self.unban_username(app, &name).await?;
                let done = if was { "Unbanned" } else { "There was no ban of" };
                (format!("{done} {name}"), format!("Your account is no longer banned. {again}"))
            }
            Act::UnbanLicense => {
                let key = self.key_of(app, subject).await?;
                let license = self.unban_license(app, &key).await?;
                (format!("Unbanned the license {}", license.key), format!("Your key works again. {again}"))
            }
            Act::Unpause => {
                let name = self.named(app, subject).await?;
                let was = self.unpause_user(app, &name).await?;
                let done = if was { "Unpaused the subscriptions of" } else { "Nothing was paused of" };
                (format!("{done} {name}"), format!("Your subscription goes on. {again}"))
            }
            Act::UnpauseApp => {
                self.unpause_app(app).await?;
                (format!("Unpaused {}", app.name), format!("The program is open again. {again}"))
            }
            Act::TurnTwoFactorOff => {
                let name = self.named(app, subject).await?;
                self.turn_two_factor_off(app, &name).await?;
                let tell = "Two-factor sign-in of your account is off. Please sign in with your password, and \
                            turn it on again.";
                (format!("Turned two-factor sign-in of {name} off"), tell.into())
            }
            Act::RemoveEntry { kind, value } => {
                let outcast = match value.parse() {
                    Ok(network) if kind == access::IP => Outcast::Ip(network),
                    _ => Outcast::Hwid(value.clone()),
                };
                let was = self.delete_from_blacklist(app, outcast).await?.is_some();
                let done = if was { "Removed" } else { "There was no entry of" };
                let tell = format!("Your computer is no longer blocked. {again}");
                (format!("{done} {value} on the blacklist"), tell)
            }
        };
        Ok(Mended { done, tell })
    }

    async fn extend_for(
        &self,
        app: &App,
        subject: Subject,
        term: Option<Term>,
        subscription: Option<String>,
    ) -> Result<Mended, ManageError> {
        let term = term.ok_or_else(|| ManageError::Unfit("say for how long".into()))?;
        let (name, now) = (self.named(app, subject).await?, self.clock.now());
        let (id, who) = (app.id, name.clone());
        let read = move |conn: &mut claviger_store::Conn<'_>| {
            let user = users::by_name(conn, id, &who)?.ok_or_else(|| ManageError::unknown("user", &who))?;
            let has = user_subscriptions::of_user(conn, id, user.id)?;
            let offered = subscriptions::all(conn, id)?;
            // What a subscription is called must be known, or it would be a new one that nobody offers.
            let known = |name: &String| {
                has.iter().any(|one| one.subscription == *name) || offered.iter().any(|one| one.name == *name)
            };
            let longest = has.iter().max_by_key(|one| (one.state().left(now), one.id));
            let chosen = match subscription {
                Some(name) if known(&name) => Some(name),
                Some(name) => return Err(ManageError::unknown("subscription", &name)),
                None => longest.map(|one| one.subscription.clone()),
            };
            let chosen = chosen.or_else(|| offered.first().map(|one| one.name.clone()));
            chosen.ok_or_else(|| ManageError::Unfit("the application offers no subscription yet".into()))
        };
        let subscription = self.store.db().read(read).await?;
        self.extend(app, Target::User(name.clone()), subscription.clone(), term, false).await?;
        let told = match term {
            Term::For(NEVER) => "without end".into(),
            Term::For(seconds) => format!("by {}", span(seconds)),
            Term::Until(end) => format!("until {}", date(end)),
        };
        Ok(Mended {
            done: format!("Extended {subscription} of {name} {told}"),
            tell: format!(
                "Your subscription was extended {told}. Please start the program again and sign in."
            ),
        })
    }

    /// The name of the user whom a subject means.
    async fn named(&self, app: &App, subject: Subject) -> Result<String, ManageError> {
        let verdict = self.why(app, subject).await?;
        verdict.user.map(|user| user.username).ok_or_else(|| ManageError::Unfit("nobody used it yet".into()))
    }

    /// The key of the banned license whom a subject means: the one that was asked for, or one of the user's.
    async fn key_of(&self, app: &App, subject: Subject) -> Result<String, ManageError> {
        let verdict = self.why(app, subject).await?;
        let banned = verdict.licenses.iter().find(|license| license.banned.is_some());
        let license = verdict.license.as_ref().filter(|license| license.banned.is_some()).or(banned);
        let license = license.or(verdict.license.as_ref());
        license
            .map(|license| license.key.clone())
            .ok_or_else(|| ManageError::Unfit("there is no license".into()))
    }
}
