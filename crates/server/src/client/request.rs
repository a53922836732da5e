//! A request of the Client API, past the common checks.

use std::{borrow::Cow, sync::Arc};

use claviger_domain::ClientAddress;
use claviger_service::App;
use claviger_wire::client::{ApiVersion, ClientParams};

use crate::State;

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    pub(crate) version: ApiVersion,
    pub(crate) params: ClientParams,
    pub(crate) ip: ClientAddress,
}

/// How the reply is written.
pub(crate) struct Format {
    pub(super) version: ApiVersion,
    /// API 1.0: what the client chose for this request, as it was sent.
    pub(super) init_iv: String,
    /// API 1.3: whether the request brings an `enckey`, so that the program expects what API 1.2 signs with as well.
    pub(super) enckey: bool,
}

impl Request {
    /// A parameter's value, trimmed; an empty one is none.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params.get(name)
    }

    /// As [`Request::get`], for what outlives the request.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(Cow::into_owned)
    }

    /// API 1.0: reads the parameters once the key that encrypts them is known. Others are readable already.
    pub(super) fn decrypt(self, key: &str) -> Self {
        match self.version {
            ApiVersion::V1_0 => Self { params: self.params.decrypted(key), ..self },
            _ => self,
        }
    }
}
