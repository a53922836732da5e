//! One order, from the account to the certificate. What it takes to go on with it after a crash is kept from its first
//! moment on, so that a crash costs no order.

use std::time::Duration;

use http::Request;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeStatus, ChallengeType, Error, Identifier,
    NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::{
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use serde::{Deserialize, Serialize};

use crate::{
    AcmeError, AcmeOptions, ChallengeKind,
    challenges::Challenge,
    error::said,
    folder::Folder,
    names::{ACCOUNT, CHALLENGES, ORDER},
    wire::Wire,
};

/// How long the authority may take to look, and to issue.
const PATIENCE: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(500))
    .backoff(1.4)
    .timeout(Duration::from_secs(120));

/// What is ordered, and where.
pub(crate) struct Orders<'a> {
    pub(crate) options: &'a AcmeOptions,
    pub(crate) folder: &'a Folder,
    pub(crate) wire: &'a Wire,
}

/// An account, and what it was made with.
#[derive(Serialize, Deserialize)]
struct Kept {
    directory: String,
    email: Option<String>,
    credentials: AccountCredentials,
}

/// An order that was placed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Placed {
    directory: String,
    domains: Vec<String>,
    url: String,
    /// The key that its certificate will be for, in PEM.
    key: String,
}

impl Orders<'_> {
    /// Asks for the directory.
    pub(crate) async fn reach(&self) -> Result<(), AcmeError> {
        let directory = &self.options.directory;
        let failed = |reason| AcmeError::Unreachable { directory: directory.clone(), reason };
        let request = Request::get(directory).body(Default::default());
        let request = request.map_err(|error| failed(error.to_string()))?;
        let answer = self.wire.0.send(request).await.map_err(failed)?;
        let told: Option<serde_json::Value> = serde_json::from_slice(answer.body()).ok();
        match told.is_some_and(|told| told["newOrder"].is_string()) {
            true => Ok(()),
            false => Err(failed(format!("it answers {}, and no directory", answer.status().as_u16()))),
        }
    }

    /// The account; it is made where there is none yet.
    pub(crate) async fn account(&self) -> Result<Account, AcmeError> {
        let AcmeOptions { directory, email, .. } = self.options;
        let builder = || Account::builder_with_http(Box::new(self.wire.clone()));
        let contact = email.as_ref().map(|email| format!("mailto:{email}"));
        let contact: Vec<&str> = contact.as_deref().into_iter().collect();
        let kept = self.folder.read_json::<Kept>(ACCOUNT).await?;
        let Some(kept) = kept.filter(|kept| kept.directory == *directory) else {
            let wanted =
                NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
            let made = builder().create(&wanted, directory.clone(), None).await;
            let (account, credentials) = made.map_err(|error| self.told(error))?;
            let kept = Kept { directory: directory.clone(), email: email.clone(), credentials };
            self.folder.write_json(ACCOUNT, &kept).await?;
            return Ok(account);
        };
        let moved = kept.email != *email;
        let again = moved.then(|| serde_json::to_value(&kept.credentials));
        let account = builder().from_credentials(kept.credentials).await.map_err(|error| self.told(error))?;
        if let Some(Ok(Ok(credentials))) = again.map(|value| value.map(serde_json::from_value)) {
            account.update_contacts(&contact).await.map_err(|error| self.told(error))?;
            let kept = Kept { directory: directory.clone(), email: email.clone(), credentials };
            self.folder.write_json(ACCOUNT, &kept).await?;
        }
        Ok(account)
    }

    /// The order that was placed and has not come to an end.
    pub(crate) async fn placed(&self) -> Result<Option<Placed>, AcmeError> {
        let placed = self.folder.read_json::<Placed>(ORDER).await?;
        let AcmeOptions { directory, domains, .. } = self.options;
        Ok(placed.filter(|placed| placed.directory == *directory && placed.domains == *domains))
    }

    /// Goes on with an order that was placed; key and certificates in PEM.
    pub(crate) async fn resume(&self, placed: Placed) -> Result<String, AcmeError> {
        match self.account().await?.order(placed.url.clone()).await {
            Ok(order) => self.complete(order, &placed).await,
            Err(error) => {
                // The authority answers, and does not know of it.
                if matches!(error, Error::Api(_)) {
                    self.forget().await?;
                }
                Err(self.told(error))
            }
        }
    }

    /// Places an order, and waits for what comes of it; key and certificates in PEM.
    pub(crate) async fn begin(&self, account: Account) -> Result<String, AcmeError> {
        let identifiers: Vec<_> = self.options.domains.iter().cloned().map(Identifier::Dns).collect();
        let wanted = NewOrder::new(&identifiers);
        let order = match account.new_order(&wanted).await {
            Err(Error::Api(problem)) if is(problem.r#type.as_deref(), "accountDoesNotExist") => {
                self.folder.remove(ACCOUNT).await?;
                self.account().await?.new_order(&wanted).await
            }
            order => order,
        };
        let order = order.map_err(|error| self.told(error))?;
        let key = KeyPair::generate().map_err(|error| refused(&error))?.serialize_pem();
        let AcmeOptions { directory, domains, .. } = self.options;
        let (directory, domains) = (directory.clone(), domains.clone());
        let placed = Placed { directory, domains, url: order.url().into(), key };
        self.folder.write_json(ORDER, &placed).await?;
        self.complete(order, &placed).await
    }

    /// Forgets an order that has come to an end.
    pub(crate) async fn forget(&self) -> Result<(), AcmeError> {
        self.folder.remove(ORDER).await?;
        self.folder.remove(CHALLENGES).await
    }

    /// Does what is left to do for an order, wherever it stands.
    async fn complete(&self, mut order: Order, placed: &Placed) -> Result<String, AcmeError> {
        if order.state().status == OrderStatus::Pending {
            self.prove(&mut order).await?;
        }
        if order.state().status == OrderStatus::Ready {
            let key = KeyPair::from_pem(&placed.key).map_err(|error| refused(&error))?;
            let mut params =
                CertificateParams::new(placed.domains.clone()).map_err(|error| refused(&error))?;
            params.distinguished_name = DistinguishedName::new();
            let request = params.serialize_request(&key).map_err(|error| refused(&error))?;
            order.finalize_csr(request.der()).await.map_err(|error| self.told(error))?;
        }
        if order.state().status == OrderStatus::Invalid {
            return Err(self.why_not(&mut order).await?);
        }
        let chain = order.poll_certificate(&PATIENCE).await.map_err(|error| self.told(error))?;
        let text = format!("{}\n{}", placed.key.trim_end(), chain);
        examine(&text)?;
        Ok(text)
    }

    /// Shows the authority that the names lead here.
    async fn prove(&self, order: &mut Order) -> Result<(), AcmeError> {
        let (kind, name) = self.challenge();
        let mut asked = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(one) = authorizations.next().await {
            let mut one = one.map_err(|error| self.told(error))?;
            if one.status == AuthorizationStatus::Valid {
                continue;
            }
            let domain = one.identifier().to_string();
            let Some(challenge) = one.challenge(kind.clone()) else {
                self.forget().await?;
                return Err(AcmeError::NoSuchChallenge { domain: said(&domain), challenge: name });
            };
            let authorization = challenge.key_authorization().as_str().to_owned();
            asked.push(Challenge { domain, token: challenge.token.clone(), authorization });
        }
        self.folder.write_json(CHALLENGES, &asked).await?;
        let mut authorizations = order.authorizations();
        while let Some(one) = authorizations.next().await {
            let mut one = one.map_err(|error| self.told(error))?;
            let Some(mut challenge) = one.challenge(kind.clone()) else { continue };
            if challenge.status == ChallengeStatus::Pending {
                challenge.set_ready().await.map_err(|error| self.told(error))?;
            }
        }
        match order.poll_ready(&PATIENCE).await {
            Ok(OrderStatus::Invalid) | Err(Error::Api(_)) => Err(self.why_not(order).await?),
            Ok(_) => self.folder.remove(CHALLENGES).await,
            Err(error) => Err(self.told(error)),
        }
    }

    /// Why an order was refused; it is forgotten.
    async fn why_not(&self, order: &mut Order) -> Result<AcmeError, AcmeError> {
        self.forget().await?;
        let told = order.state().error.as_ref().map(|problem| said(problem));
        let mut authorizations = order.authorizations();
        while let Some(one) = authorizations.next().await {
            let mut one = one.map_err(|error| self.told(error))?;
            one.refresh().await.map_err(|error| self.told(error))?;
            if let Some(problem) = one.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
                let advice = match self.options.challenge {
                    ChallengeKind::TlsAlpn01 => {
                        "let port 443 of that name lead to this server, with nothing between that ends TLS"
                    }
                    ChallengeKind::Http01 => {
                        "let port 80 of that name lead to redirect_listen of this server"
                    }
                };
                let domain = said(&one.identifier());
                return Ok(AcmeError::NotHere { domain, reason: said(problem), advice });
            }
        }
        Ok(AcmeError::Refused(told.unwrap_or_else(|| "it does not say why".into())))
    }

    fn challenge(&self) -> (ChallengeType, &'static str) {
        match self.options.challenge {
            ChallengeKind::TlsAlpn01 => (ChallengeType::TlsAlpn01, "tls-alpn-01"),
            ChallengeKind::Http01 => (ChallengeType::Http01, "http-01"),
        }
    }

    fn told(&self, error: Error) -> AcmeError {
        AcmeError::of(error, &self.options.directory)
    }
}

/// Whether a problem is of this kind.
fn is(told: Option<&str>, kind: &str) -> bool {
    told.and_then(|told| told.strip_prefix("urn:ietf:params:acme:error:")) == Some(kind)
}

fn refused(error: &rcgen::Error) -> AcmeError {
    AcmeError::Refused(error.to_string())
}

/// Whether what came can be served.
fn examine(text: &str) -> Result<(), AcmeError> {
    let odd =
        |what: &dyn std::fmt::Display| AcmeError::Refused(format!("what it issued cannot be used: {what}"));
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| odd(&error))?;
    let chain = chain.map_err(|error| odd(&error))?;
    CertifiedKey::from_der(chain, key, &default_provider()).map(drop).map_err(|error| odd(&error))
}
