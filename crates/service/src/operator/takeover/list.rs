//! Users of a list, as CSV.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use claviger_store::{Conn, StoreError, subscriptions, takeover::is_busy};
use serde::Serialize;

use super::{
    apps::Target,
    batches::Owners,
    export::Export,
    origin::Origin,
    passes::{Run, blocking},
    plan::{UserList, Usual},
    record::Record,
    report::TableReport,
    tables::Table,
};
use crate::{App, Service, ServiceError, backups::Progress};

/// Subscriptions that a list names.
const SUBSCRIPTIONS_MAX: usize = 1000;
/// Unknown ones that are told.
const TOLD: usize = 10;

/// What came of a list of users, or would.
#[derive(Clone, Debug, Serialize)]
pub struct UsersReport {
    /// Nothing was changed.
    pub dry_run: bool,
    /// Another run has taken the very same list, or takes it now, as a whole or in part.
    pub again: bool,
    /// What came of its rows.
    #[serde(flatten)]
    pub users: TableReport,
    /// What else is to be known or done.
    pub notes: Vec<String>,
}

/// What is in a list.
#[derive(Default)]
struct Found {
    digest: String,
    rows: u64,
    /// Rows without a password.
    open: u64,
    /// Subscriptions, and the first line that names each.
    subscriptions: BTreeMap<String, u64>,
}

impl Service {
    /// Makes the users of a list, each with the subscription that it tells, in slices: after a crash the same goes on where
    /// it was, and done twice it makes nothing more. Who is there stays as they are. A dry run changes nothing.
    ///
    /// # Errors
    /// When it is no list of users, or names subscriptions that the application does not offer, or the application is
    /// paused, which is noticed before anything is changed; or when the database fails.
    pub async fn import_users(
        &self,
        app: &App,
        list: &UserList,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<UsersReport, ServiceError> {
        if app.settings.paused {
            let why = format!("{} is paused, and so is all time of its users: unpause it first", app.name);
            return Err(ServiceError::Refused(why));
        }
        let origin = list.origin.clone();
        let (export, found) = blocking(move || {
            let export = Export::list(origin.clone());
            let found = look(&export, &origin)?;
            Ok((export, found))
        })
        .await?;
        self.check_subscriptions(app, list, &found).await?;
        let target = Target { id: app.id, name: app.name.clone(), secret: None, paused: false };
        let mut run = Run::new(vec![target], &digest_with(&found.digest, list), list.dry_run);
        run.open = list.first_login_sets_password;
        let (subscription, term) = (list.subscription.clone(), list.term);
        run.usual = Some(Usual { subscription, term, owner: app.owner_name.clone() }.into());
        self.take_passes(&mut run, export, Owners::One, found.rows, progress).await?;
        if !run.dry {
            self.forget_made(&run).await?;
        }
        let users = run.tables.swap_remove(Table::of("users").unwrap_or_default());
        let mut notes = Vec::new();
        if found.open > 0 && !run.open && users.taken > 0 {
            notes.push(format!(
                "{} rows tell no password: these users cannot sign in until they get one (`claviger user set-password`, \
                 `resetpw`, or a mail by `forgot`); to let the first login set it, add --first-login-sets-password",
                found.open
            ));
        }
        Ok(UsersReport { dry_run: run.dry, again: run.again, users, notes })
    }

    /// Refuses a list that names what nobody could have.
    async fn check_subscriptions(
        &self,
        app: &App,
        list: &UserList,
        found: &Found,
    ) -> Result<(), ServiceError> {
        let id = app.id;
        let read = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((subscriptions::all(conn, id)?, is_busy(conn, id)?))
        };
        let (offered, is_busy) = self.store.db().read(read).await?;
        if is_busy {
            return Err(ServiceError::Refused(format!(
                "a change of very many rows of {} is under way: wait until `claviger job list` shows its end",
                app.name
            )));
        }
        let is_offered = |name: &str| offered.iter().any(|offered| offered.name == name);
        if let Some(name) = list.subscription.as_ref().filter(|name| !is_offered(name)) {
            let why = format!(
                "{} offers no subscription `{}`: see `claviger subscription list`",
                app.name,
                shown(name)
            );
            return Err(ServiceError::Refused(why));
        }
        let unknown: Vec<String> = found
            .subscriptions
            .iter()
            .filter(|(name, _)| !is_offered(name))
            .map(|(name, line)| format!("`{}` (line {line})", shown(name)))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let more = if unknown.len() > TOLD { ", and others" } else { "" };
        Err(ServiceError::Refused(format!(
            "the list names subscriptions that {} does not offer: {}{more}; add them by `claviger subscription add`, or correct \
             the list. Nothing was changed",
            app.name,
            unknown[..unknown.len().min(TOLD)].join(", ")
        )))
    }
}

/// Reads a list from its beginning to its end, so that what is none is noticed before anything is changed.
fn look(export: &Export, origin: &Origin) -> Result<Found, ServiceError> {
    let mut found = Found { digest: export.digest()?, ..Found::default() };
    export.rows(&|_| true, &mut |row| {
        let record = Record::new(row, 0);
        found.rows += 1;
        let tells = |column: &str| matches!(record.text(&[column]), Ok(Some(_)) | Err(_));
        found.open += u64::from(record.fault().is_none() && !tells("password") && !tells("hash"));
        if let Ok(Some(name)) = record.text(&["subscription"])
            && !found.subscriptions.contains_key(name)
        {
            found.subscriptions.insert(name.into(), record.line);
        }
        found.subscriptions.len() <= SUBSCRIPTIONS_MAX
    })?;
    let refused = |why: &str| Err(ServiceError::Refused(format!("{origin}: {why}")));
    match found.rows {
        _ if found.subscriptions.len() > SUBSCRIPTIONS_MAX => {
            refused("it names more than a thousand subscriptions: is it the right column?")
        }
        0 => refused("there is no user under the names of the columns"),
        _ => Ok(found),
    }
}

/// A name from a list, as a sentence can hold it.
fn shown(name: &str) -> String {
    let begin: String = name.chars().take(40).collect();
    begin.escape_debug().to_string()
}

/// The digest of a list along with what was said of it on the command line: said otherwise, it is another one.
fn digest_with(digest: &str, list: &UserList) -> String {
    let UserList { subscription, term, first_login_sets_password, .. } = list;
    let said = format!("users {digest} {subscription:?} {term:?} {first_login_sets_password}");
    hex::encode(digest::digest(&digest::SHA256, said.as_bytes()))
}
