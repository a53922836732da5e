//! Sending people to a provider, and learning who came back. What is checked of an ID token is what `openidconnect` checks,
//! and what [`super::claims`] adds.

use std::time::{Duration, SystemTime};

use claviger_domain::Secret;
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointNotSet, EndpointSet, IdTokenFields,
    IdTokenVerifier, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
        CoreTokenType,
    },
};
use openidconnect::{ClaimsVerificationError, SignatureVerificationError};

use super::{
    claims::{Claims, Rest, SKEW, Told, check, check_issued},
    fault::ProviderFault,
    http::{Asker, Way},
    known::{Known, Metadata, is_secure},
    options::ProviderOptions,
};

/// What a provider gives for a code.
type Tokens = StandardTokenResponse<
    IdTokenFields<
        Rest,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
/// This server, as the library has it.
type AsClient<Page> = Client<
    Rest,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    Page,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
>;

/// In which ways a token may be signed: not by nobody, and not with what the client knows too.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What is asked when somebody is sent to the provider, and must fit when they come back.
pub(crate) struct Wanted<'a> {
    pub(crate) redirect: &'a str,
    pub(crate) nonce: &'a str,
    /// What goes with the code; its hash is told before.
    pub(crate) verifier: &'a Secret,
    /// Whether the person is to show credentials again.
    pub(crate) fresh: bool,
}

/// An identity provider.
pub(crate) struct Provider {
    pub(crate) options: ProviderOptions,
    known: Known,
}

impl Provider {
    pub(crate) fn new(options: ProviderOptions) -> Self {
        Self { options, known: Known::default() }
    }

    /// Where somebody is sent to sign in, with this state.
    pub(crate) async fn address(
        &self,
        way: &Way<'_>,
        wanted: Wanted<'_>,
        state: &Secret,
        now: i64,
    ) -> Result<String, ProviderFault> {
        let metadata = self.known.metadata(&self.options.issuer, way, now).await?;
        let client = self.client(&metadata, wanted.redirect)?;
        let verifier = PkceCodeVerifier::new(wanted.verifier.expose().to_owned());
        let (state, nonce) = (state.expose().to_owned(), wanted.nonce.to_owned());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(self.options.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if wanted.fresh {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0.into())
    }

    /// Whether an answer that names its provider, or names none, is this one's.
    pub(crate) async fn answers_as(
        &self,
        way: &Way<'_>,
        issuer: Option<&str>,
        now: i64,
    ) -> Result<bool, ProviderFault> {
        match issuer {
            Some(issuer) => Ok(issuer == self.options.issuer),
            None => {
                let metadata = self.known.metadata(&self.options.issuer, way, now).await?;
                Ok(!metadata.additional_metadata().authorization_response_iss_parameter_supported)
            }
        }
    }

    /// Who it is, for a code that somebody came back with.
    pub(crate) async fn claims(
        &self,
        way: &Way<'_>,
        code: &str,
        wanted: Wanted<'_>,
        now: i64,
    ) -> Result<Claims, ProviderFault> {
        let metadata = self.known.metadata(&self.options.issuer, way, now).await?;
        let tokens = self.exchange(&metadata, way, code, &wanted).await?;
        let nonce = Nonce::new(wanted.nonce.to_owned());
        let mut outcome = self.read(&tokens, self.known.keys().await, &metadata, &nonce, now);
        if matches!(&outcome, Err(Unread::Key(_)))
            // It may have drawn new keys.
            && let Some(keys) = self.known.newer_keys(&metadata, way, now).await?
        {
            outcome = self.read(&tokens, keys, &metadata, &nonce, now);
        }
        let claims = outcome.map_err(|unread| match unread {
            Unread::Key(fault) | Unread::Other(fault) => fault,
        })?;
        if wanted.fresh && !claims.is_fresh(now) {
            return Err(ProviderFault::unfit("it does not tell that credentials were shown just now"));
        }
        self.completed(&metadata, way, claims, tokens.access_token()).await
    }

    /// Looks whether it answers as it should.
    pub(crate) async fn look(&self, way: &Way<'_>, now: i64) -> Result<(), ProviderFault> {
        let metadata = self.known.metadata(&self.options.issuer, way, now).await?;
        if metadata.token_endpoint().is_none() {
            return Err(ProviderFault::unfit("it has no address where a code is exchanged"));
        }
        if metadata.jwks().keys().is_empty() {
            return Err(ProviderFault::unfit("it has no keys that are known here"));
        }
        if !metadata.id_token_signing_alg_values_supported().iter().any(|way| ALGORITHMS.contains(way)) {
            return Err(ProviderFault::unfit("it signs in no way that is taken here"));
        }
        Ok(())
    }

    /// Checks a token with these keys.
    fn read(
        &self,
        tokens: &Tokens,
        keys: CoreJsonWebKeySet,
        metadata: &Metadata,
        nonce: &Nonce,
        now: i64,
    ) -> Result<Claims, Unread> {
        let unfit = |why: &str| Unread::Other(ProviderFault::unfit(why));
        let client_id = &self.options.client_id;
        let token = tokens.id_token().ok_or_else(|| unfit("it gave no ID token for the code"))?;
        let at = |second: i64| SystemTime::UNIX_EPOCH + Duration::from_secs(second.max(0).unsigned_abs());
        let verifier = IdTokenVerifier::new_public_client(
            ClientId::new(client_id.clone()),
            metadata.issuer().clone(),
            keys,
        )
        .set_allowed_algs(ALGORITHMS)
        // Others may be named beside us, if it was us who asked: `check` looks.
        .set_other_audience_verifier_fn(|_| true)
        .set_time_fn(|| at(now - SKEW).into())
        .set_issue_time_verifier_fn(|issued| check_issued(issued.timestamp(), now));
        let said = token.claims(&verifier, nonce)?;
        check(said, client_id, now).map_err(unfit)?;
        if let Some(hash) = said.access_token_hash() {
            let same = || {
                let (way, key) = (token.signing_alg().ok()?, token.signing_key(&verifier).ok()?);
                AccessTokenHash::from_token(tokens.access_token(), way, key).ok()
            };
            if same().as_ref() != Some(hash) {
                return Err(unfit("its access token is another than the ID token names"));
            }
        }
        Ok(Claims::of(said, &self.options.groups_claim))
    }

    /// With what some providers tell apart from the token: the address and the groups.
    async fn completed(
        &self,
        metadata: &Metadata,
        way: &Way<'_>,
        claims: Claims,
        access: &AccessToken,
    ) -> Result<Claims, ProviderFault> {
        let address = metadata.userinfo_endpoint();
        let Some(address) = address.filter(|_| claims.lacks(self.options.owner_group.is_some())) else {
            return Ok(claims);
        };
        let client = self.client(metadata, metadata.issuer().as_str())?.set_user_info_url(address.clone());
        let subject = SubjectIdentifier::new(claims.subject.clone());
        let secure = is_secure(&self.options.issuer);
        let http = Asker { way, secure };
        let told = client.user_info(access.clone(), Some(subject)).request_async(&http).await;
        let told: Result<Told, ProviderFault> = told.map_err(Into::into);
        match told {
            Ok(told) => Ok(claims.with(&told, &self.options.groups_claim)),
            // It is no more than an address and groups, and the token is enough for whoever is linked.
            Err(ProviderFault::Away(why)) => {
                tracing::warn!(provider = %self.options.name, why, "it tells nothing beside the token");
                Ok(claims)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn exchange(
        &self,
        metadata: &Metadata,
        way: &Way<'_>,
        code: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Tokens, ProviderFault> {
        let address = metadata.token_endpoint().cloned();
        let address =
            address.ok_or_else(|| ProviderFault::unfit("it has no address where a code is exchanged"))?;
        let client = self.client(metadata, wanted.redirect)?.set_token_uri(address);
        let secure = is_secure(&self.options.issuer);
        let http = Asker { way, secure };
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(wanted.verifier.expose().to_owned()));
        Ok(request.request_async(&http).await?)
    }

    fn client(&self, metadata: &Metadata, redirect: &str) -> Result<AsClient<EndpointSet>, ProviderFault> {
        let redirect = RedirectUrl::new(redirect.to_owned())
            .map_err(|_| ProviderFault::unfit("public_url is no address that it could send back to"))?;
        let client_id = ClientId::new(self.options.client_id.clone());
        let client =
            AsClient::<EndpointNotSet>::new(client_id, metadata.issuer().clone(), metadata.jwks().clone())
                .set_auth_uri(metadata.authorization_endpoint().clone())
                .set_redirect_uri(redirect);
        let methods = metadata.token_endpoint_auth_methods_supported();
        let by_header = methods.is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let auth = if by_header { AuthType::BasicAuth } else { AuthType::RequestBody };
        let client = client.set_auth_type(auth);
        Ok(match &self.options.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
            None => client,
        })
    }
}

/// Why a token was not read.
enum Unread {
    /// Perhaps for want of a key that is newer.
    Key(ProviderFault),
    Other(ProviderFault),
}

impl From<ClaimsVerificationError> for Unread {
    fn from(error: ClaimsVerificationError) -> Self {
        use SignatureVerificationError::{AmbiguousKeyId, CryptoError, InvalidKey, NoMatchingKey};
        match &error {
            ClaimsVerificationError::SignatureVerification(
                AmbiguousKeyId(_) | CryptoError(_) | InvalidKey(_) | NoMatchingKey,
            ) => Self::Key(error.into()),
            _ => Self::Other(error.into()),
        }
    }
}
