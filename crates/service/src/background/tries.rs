//! Writing down the tries to sign in that wait, and forgetting old ones.

use std::{sync::Arc, time::Duration};

use claviger_domain::in_one_line;
use claviger_store::{
    Conn, StoreError, apps, licenses, tokens,
    tries::{self, Class, Try},
    users,
};

use crate::{
    Service, ServiceError,
    error::log_work,
    shared::{
        outcome::Outcome,
        tries::{Named, Noted},
    },
};

/// How often they are written down.
const EVERY: Duration = Duration::from_secs(1);
/// How long they are kept, in seconds.
const KEPT_SECONDS: i64 = 72 * 3600;
/// Rows removed in one transaction, as the sweeper does it.
const SLICE: i64 = 200;
/// Between two slices.
const BREATH: Duration = Duration::from_millis(4);

/// A try with the hashes of the e-mail address that it named.
type Waiting = (Noted, Option<[String; 2]>);

impl Service {
    pub(super) async fn write_tries_forever(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.write_tries().await {
                log_work(error, "tries to sign in could not be noted");
            }
            if let Err(error) = self.write_webhook_calls().await {
                log_work(error, "calls to webhooks could not be noted");
            }
        }
    }

    /// Writes down the tries to sign in that wait. To be called once more when the server stops.
    ///
    /// # Errors
    /// When the database fails; those that waited are lost then.
    pub async fn write_tries(&self) -> Result<(), ServiceError> {
        for (app, noted) in self.tries.take() {
            let hashed = |noted: Noted| {
                let hashes = noted.named.email.as_deref().map(|email| self.email_hashes(email));
                (noted, hashes)
            };
            let waiting: Vec<Waiting> = noted.into_iter().map(hashed).collect();
            // Whom they name is looked up on a reader: the writer is everybody's.
            let resolved = self.store.db().read(move |conn| resolve(conn, app, waiting)).await?;
            self.store.db().write::<_, StoreError, _>(move |conn| write(conn, app, &resolved)).await?;
        }
        Ok(())
    }

    /// Forgets the tries that are older than three days; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_tries(&self) -> Result<u64, ServiceError> {
        let since = self.clock.now() - KEPT_SECONDS;
        let mut forgotten = 0;
        while self.store.db().read(move |conn| tries::any_before(conn, since)).await? {
            forgotten += self.store.db().write(move |conn| tries::forget(conn, since, SLICE)).await?;
            tokio::time::sleep(BREATH).await;
        }
        Ok(forgotten)
    }
}

fn resolve(conn: &mut Conn<'_>, app: i64, waiting: Vec<Waiting>) -> Result<Vec<(Class, Try)>, StoreError> {
    let mut resolved = Vec::new();
    for (noted, hashes) in waiting {
        let (user, license) = whom(conn, app, &noted.named, hashes)?;
        let class = match noted.outcome {
            Outcome::Fine => Class::Fine,
            _ if user.is_some() || license.is_some() => Class::Refused,
            _ => Class::Stranger,
        };
        let known = user.is_some() || license.is_some();
        let typed = noted.named.user.or(noted.named.key).filter(|_| !known);
        let tried = Try {
            id: 0,
            time: noted.time,
            count: noted.count,
            kind: noted.kind.into(),
            outcome: noted.outcome.as_str().into(),
            detail: noted.detail.map(|detail| in_one_line(&detail).into_owned()),
            name: typed.map(|name| in_one_line(&name).into_owned()),
            user,
            license,
            hwid: noted.hwid,
            ip: noted.ip.to_string(),
        };
        resolved.push((class, tried));
    }
    Ok(resolved)
}

/// The numbers of the user and of the license that a try named, if there are such.
fn whom(
    conn: &mut Conn<'_>,
    app: i64,
    named: &Named,
    hashes: Option<[String; 2]>,
) -> Result<(Option<i64>, Option<i64>), StoreError> {
    let license = match &named.key {
        Some(key) => licenses::by_key(conn, app, key)?.map(|license| license.id),
        None => None,
    };
    // Whoever signs in by license has the key for a name.
    let name = named.user.as_ref().or(named.key.as_ref());
    let mut user = match name {
        Some(name) => users::by_name(conn, app, name)?.map(|user| user.id),
        None => None,
    };
    if let Some([keyed, imported]) = hashes {
        let found = users::by_email(conn, app, [&keyed, &imported])?;
        user = found.first().map(|user| user.id).filter(|_| found.len() == 1);
    }
    if let Some(token) = &named.token {
        return Ok(match tokens::owner_of(conn, app, token)? {
            Some((kind, owner)) if kind == tokens::USER => (Some(owner), None),
            Some((_, owner)) => (None, Some(owner)),
            None => (None, None),
        });
    }
    Ok((user, license))
}

fn write(conn: &mut Conn<'_>, app: i64, tries: &[(Class, Try)]) -> Result<(), StoreError> {
    // Of an application that is deleted meanwhile nothing is left behind.
    match apps::hold_settings(conn, app)? {
        Some(_) => tries::add(conn, app, tries),
        None => Ok(()),
    }
}
