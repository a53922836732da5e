//! What a customer's authenticator is told.

use claviger_store::{Conn, StoreError, users};

use super::{customer::Customer, panel::Panel};
use crate::{Service, ServiceError, people::qr, shared::two_factor::reveal};

/// A secret that waits for its first code.
#[derive(Clone, Debug)]
pub struct PendingSecret {
    /// The secret, for typing, in base 32.
    pub secret: String,
    /// The same as a picture: an `svg` element.
    pub qr: String,
}

impl Service {
    /// The secret that waits for a customer's first code; `None` when none does, or it waited for too long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_secret(
        &self,
        panel: &Panel,
        customer: &Customer,
    ) -> Result<Option<PendingSecret>, ServiceError> {
        let (app, user, now) = (customer.app, customer.user, self.clock.now());
        let find = move |conn: &mut Conn<'_>| users::by_id(conn, app, user);
        let found = self.store.db().read::<_, StoreError, _>(find).await?;
        let Some(totp) = found.map(|user| user.totp).filter(|totp| !totp.is_on()) else { return Ok(None) };
        let waits = totp.pending_until.is_some_and(|until| until > now);
        let pending = totp.pending.filter(|_| waits);
        let Some(pending) = pending else { return Ok(None) };
        let secret = reveal(&self.vault, &pending)?;
        let qr = qr::svg(&address(panel.brand(), &customer.name, &secret));
        Ok(qr.map(|qr| PendingSecret { secret, qr }))
    }
}

/// Where authenticators find a secret.
fn address(issuer: &str, name: &str, secret: &str) -> String {
    let mut uri = url::Url::parse("otpauth://totp/").expect("the address is one");
    // A colon would end the issuer.
    uri.set_path(&format!("{}:{name}", issuer.replace(':', " ")));
    uri.query_pairs_mut().append_pair("secret", secret).append_pair("issuer", issuer);
    uri.into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_names_vendor_and_customer() {
        let address = super::address("Acme: Söhne", "a b/c?", "ABC");
        assert!(
            address.starts_with("otpauth://totp/Acme%20%20S%C3%B6hne:a%20b/c%3F?secret=ABC&issuer=Acme%3A+"),
            "{address}"
        );
    }
}
