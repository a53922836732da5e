//! What is known of a provider: kept for an hour, and fetched by one for all who wait.

use std::sync::Arc;

use openidconnect::{
    AdditionalProviderMetadata, IssuerUrl, JsonWebKeySet, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    fault::ProviderFault,
    http::{Asker, Way, fit},
};

/// What a provider tells of itself is believed for so many seconds.
const KEPT: i64 = 3600;
/// Keys are fetched again at most every so many seconds, when a token names one that is not known.
const KEYS_EVERY: i64 = 60;
/// After a failure it is asked again after so many seconds.
const AGAIN_AFTER: i64 = 5;

/// What the standard of this one parameter adds (RFC 9207).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct More {
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// What a provider tells of itself.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known of a provider.
#[derive(Default)]
pub(super) struct Known {
    kept: Mutex<Kept>,
}

/// It, and since when.
#[derive(Default)]
struct Kept {
    metadata: Option<(Arc<Metadata>, i64)>,
    keys: Option<(CoreJsonWebKeySet, i64)>,
    failed: Option<(ProviderFault, i64)>,
}

impl Known {
    /// What the provider tells of itself, of the last hour.
    pub(super) async fn metadata(
        &self,
        issuer: &str,
        way: &Way<'_>,
        now: i64,
    ) -> Result<Arc<Metadata>, ProviderFault> {
        let mut kept = self.kept.lock().await;
        if let Some((metadata, at)) = &kept.metadata
            && (0..KEPT).contains(&(now - at))
        {
            return Ok(metadata.clone());
        }
        if let Some((fault, at)) = &kept.failed
            && (0..AGAIN_AFTER).contains(&(now - at))
        {
            return Err(fault.clone());
        }
        let found = fetch(issuer, way).await;
        match found {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                kept.keys = Some((metadata.jwks().clone(), now));
                kept.metadata = Some((metadata.clone(), now));
                kept.failed = None;
                Ok(metadata)
            }
            Err(fault) => {
                kept.failed = Some((fault.clone(), now));
                Err(fault)
            }
        }
    }

    /// Its keys as they are known.
    pub(super) async fn keys(&self) -> CoreJsonWebKeySet {
        let kept = self.kept.lock().await;
        kept.keys.as_ref().map_or_else(|| JsonWebKeySet::new(Vec::new()), |(keys, _)| keys.clone())
    }

    /// Its keys, fetched again unless that was of late; `None` then.
    pub(super) async fn newer_keys(
        &self,
        metadata: &Metadata,
        way: &Way<'_>,
        now: i64,
    ) -> Result<Option<CoreJsonWebKeySet>, ProviderFault> {
        let mut kept = self.kept.lock().await;
        if let Some((_, at)) = &kept.keys
            && (0..KEYS_EVERY).contains(&(now - at))
        {
            return Ok(None);
        }
        let secure = is_secure(metadata.issuer().as_str());
        let http = Asker { way, secure };
        let keys: CoreJsonWebKeySet = JsonWebKeySet::fetch_async(metadata.jwks_uri(), &http).await?;
        kept.keys = Some((keys.clone(), now));
        Ok(Some(keys))
    }
}

/// Whether a provider of this address is asked by TLS alone.
pub(super) fn is_secure(issuer: &str) -> bool {
    issuer.starts_with("https://")
}

async fn fetch(issuer: &str, way: &Way<'_>) -> Result<Metadata, ProviderFault> {
    let secure = is_secure(issuer);
    let http = Asker { way, secure };
    let url = IssuerUrl::new(issuer.to_owned()).map_err(|_| ProviderFault::unfit("it has no address"))?;
    let metadata = Metadata::discover_async(url, &http).await?;
    if !fit(secure, metadata.authorization_endpoint().as_str()) {
        return Err(ProviderFault::unfit("its page for signing in is not of https"));
    }
    Ok(metadata)
}
