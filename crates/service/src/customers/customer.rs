//! Who is signed in to a panel.

use claviger_domain::{HwidList, Secret};
use claviger_store::{
    Conn, StoreError,
    panel::sign_ins::{self, SignIn},
    users::{self, User},
};

use super::{lasting::since, panel::Panel};
use crate::{App, Service, ServiceError, error::beside, shared::vault::sha256};

/// `seen` is written at most once in so many seconds.
const SEEN_EVERY: i64 = 60;
/// What stands in the place of a password that a user has none of.
const NO_PASSWORD: &str = "none";

/// A user who is signed in to a panel.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Number of the application.
    pub app: i64,
    /// Number of the user.
    pub user: i64,
    /// The name.
    pub name: String,
    /// Number of the sign-in.
    pub sign_in: i64,
    /// Whether the name is a license key, which is all that the user signs in with.
    pub by_license: bool,
    /// Whether a sign-in needs a code.
    pub two_factor: bool,
    /// Whether an e-mail address is known.
    pub has_email: bool,
    /// Devices that are bound.
    pub devices: Vec<String>,
    /// Unix second from which the user may free devices again, if they have to wait.
    pub wait_until: Option<i64>,
}

impl Service {
    /// Who is signed in to an application's panel with this secret; `None` when nobody is, also when it is a secret of
    /// another application's panel. The database is asked each time: what ended a sign-in counts at once, on every node.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn customer(&self, panel: &Panel, secret: &Secret) -> Result<Option<Customer>, ServiceError> {
        let (app, now) = (panel.app.id, self.clock.now());
        let hash = hash_of(&panel.app, secret);
        let find = move |conn: &mut Conn<'_>| {
            let Some(sign_in) = sign_ins::by_hash(conn, app, &hash, since(now))? else { return Ok(None) };
            let user = user_of(conn, app, &sign_in)?;
            Ok::<_, StoreError>(user.map(|user| (sign_in, user)))
        };
        let Some((sign_in, user)) = self.store.db().read(find).await? else { return Ok(None) };
        if now - sign_in.seen >= SEEN_EVERY {
            let id = sign_in.id;
            let note = move |conn: &mut Conn<'_>| sign_ins::set_seen(conn, app, id, now);
            beside(self.store.db().write::<_, StoreError, _>(note).await)?;
        }
        Ok(Some(Customer {
            app,
            user: user.id,
            sign_in: sign_in.id,
            by_license: user.by_license.is_some(),
            two_factor: user.totp.is_on(),
            has_email: user.email_hash.is_some(),
            devices: HwidList::from_stored(user.hwids.as_deref()).iter().map(str::to_owned).collect(),
            wait_until: user.cooldown.filter(|until| *until > now),
            name: user.username,
        }))
    }

    /// What a form in a panel must bring that was made for the browser with this secret.
    pub fn customer_form_token(&self, app: &App, secret: &Secret) -> String {
        self.vault.keyed_hash("customer form", &format!("{} {}", app.id, secret.expose()))
    }
}

/// What is kept of a secret: another hash in each application.
pub(super) fn hash_of(app: &App, secret: &Secret) -> [u8; 32] {
    sha256(&format!("{} {}", app.id, secret.expose()))
}

/// What is kept of what a password is kept as.
pub(super) fn proof_of(user: &User) -> [u8; 32] {
    sha256(user.password.as_deref().unwrap_or(NO_PASSWORD))
}

/// The user of a sign-in that lives; `None` when they are gone or banned, or have another password.
pub(super) fn user_of(conn: &mut Conn<'_>, app: i64, sign_in: &SignIn) -> Result<Option<User>, StoreError> {
    let user = users::by_id(conn, app, sign_in.user)?;
    Ok(user.filter(|user| user.banned.is_none() && proof_of(user).as_slice() == sign_in.proof))
}

/// The user of a customer whose sign-in still lives, locked; `None` when it has ended.
pub(super) fn hold(conn: &mut Conn<'_>, customer: &Customer, now: i64) -> Result<Option<User>, StoreError> {
    let app = customer.app;
    let user = users::lock(conn, app, customer.user)?;
    let Some(sign_in) = sign_ins::by_id(conn, app, customer.sign_in, since(now))? else { return Ok(None) };
    let holds = |user: &User| {
        sign_in.user == user.id && user.banned.is_none() && proof_of(user).as_slice() == sign_in.proof
    };
    Ok(user.filter(holds))
}
