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
        let done = match act {
            Act::Extend => return self.extend_for(app, subject, term, subscription).await,
            Act::ResetDevices => {
                let name = self.name_of(app, subject).await?;
                self.reset_hwid(app, &name).await?;
                format!("Reset the devices of {name}")
            }
            Act::EndSessions => {
                let name = self.name_of(app, subject).await?;
                let whose = Whose { user: Some(name.clone()), ..Whose::default() };
                let ended = self.end_sessions_of(app, whose).await?;
                format!("Ended {ended} session{} of {name}", if ended == 1 { "" } else { "s" })
            }
            Act::Unban => {
                let name = self.name_of(app, subject).await?;
                let was = self.unban_username(app, &name).await?;
                format!("{} {name}", if was { "Unbanned" } else { "There was no ban of" })
            }
            Act::UnbanLicense => {
                let key = self.key_of(app, subject).await?;
                format!("Unbanned the license {}", self.unban_license(app, &key).await?.key)
            }
            Act::Unpause => {
                let name = self.name_of(app, subject).await?;
                let was = self.unpause_user(app, &name).await?;
                format!(
                    "{} {name}",
                    if was { "Unpaused the subscriptions of" } else { "Nothing was paused of" }
                )
            }
            Act::UnpauseApp => {
                self.unpause_app(app).await?;
                format!("Unpaused {}", app.name)
            }
            Act::TurnTwoFactorOff => {
                let name = self.name_of(app, subject).await?;
                self.turn_two_factor_off(app, &name).await?;
                format!("Turned two-factor sign-in of {name} off")
            }
            Act::RemoveEntry { kind, value } => self.remove_entry(app, kind, value).await?,
        };
        Ok(Mended { done, tell: act.tell().into() })
    }

    async fn remove_entry(&self, app: &App, kind: &str, value: &str) -> Result<String, ManageError> {
        let outcast = match value.parse() {
            Ok(network) if kind == access::IP => Outcast::Ip(network),
            _ => Outcast::Hwid(value.into()),
        };
        Ok(match self.delete_from_blacklist(app, outcast).await? {
            Some(_) => format!("Removed {value} from the blacklist"),
            None => format!("{value} was not on the blacklist"),
        })
    }

    async fn extend_for(
        &self,
        app: &App,
        subject: Subject,
        term: Option<Term>,
        subscription: Option<String>,
    ) -> Result<Mended, ManageError> {
        let term = term.ok_or_else(|| ManageError::Unfit("say for how long".into()))?;
        let (name, now) = (self.name_of(app, subject).await?, self.clock.now());
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
    async fn name_of(&self, app: &App, subject: Subject) -> Result<String, ManageError> {
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
