//! Passkeys as the standard wants them (WebAuthn level 3): what a browser is asked, and whether its answer is right.

use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, PublicKeyCredentialDescriptor, RpId,
        auth::AuthenticationVerificationOptions,
        register::{CredProtect, RegistrationVerificationOptions, UserHandle},
    },
    response::{
        AuthTransports, CredentialId,
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

/// Bytes of what authenticators know a person by.
pub(super) const HANDLE_LEN: usize = 16;

type Handle = UserHandle<HANDLE_LEN>;
type PublicKey = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// The server, as authenticators know it.
pub(super) struct RelyingParty {
    id: RpId,
    origin: String,
}

/// What a browser is asked, and what the server must remember until it answers.
pub(super) struct Ceremony {
    /// JSON for `navigator.credentials`.
    pub(super) options: serde_json::Value,
    /// For the server.
    pub(super) state: Vec<u8>,
}

/// A passkey just made.
pub(super) struct NewPasskey {
    pub(super) credential: Vec<u8>,
    pub(super) public_key: Vec<u8>,
    pub(super) state: Vec<u8>,
}

/// What an answer claims before it is looked at.
pub(super) struct Assertion(DiscoverableAuthentication<HANDLE_LEN>);

impl RelyingParty {
    /// The server at a public address; `None` where browsers refuse passkeys: at an address without a name, and without
    /// HTTPS, but for this machine's own.
    pub(super) fn at(public_url: &str) -> Option<Self> {
        let url = url::Url::parse(public_url).ok()?;
        let host = url.domain()?;
        let local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return None;
        }
        let domain = AsciiDomain::try_from(host.to_owned()).ok()?;
        Some(Self { id: RpId::Domain(domain), origin: url.origin().ascii_serialization() })
    }

    /// Asks for a new passkey, on another authenticator than those that hold one already.
    pub(super) fn begin_registration(
        &self,
        handle: [u8; HANDLE_LEN],
        name: &str,
        there: impl Iterator<Item = Vec<u8>>,
    ) -> Option<Ceremony> {
        let handle = Handle::decode(handle).ok()?;
        let mut asked =
            PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(&self.id, &handle);
        // To insist on it would keep out the authenticators of most phones; who it is, is verified at each use anyway.
        asked.extensions.cred_protect = CredProtect::None;
        asked.exclude_credentials = there.filter_map(|id| descriptor(id).ok()).collect();
        let (server, client) = asked.start_ceremony().ok()?;
        let mut options = serde_json::to_value(&client).ok()?;
        // Names of owners need not be what the standard takes for a name; browsers only show it.
        for pointer in ["/user", "/publicKey/user"] {
            if let Some(user) = options.pointer_mut(pointer) {
                user["name"] = name.into();
                user["displayName"] = name.into();
            }
        }
        Some(Ceremony { options, state: server.encode().ok()? })
    }

    /// The passkey of an answer; `None` when the answer is not to what was asked, or from another site.
    pub(super) fn finish_registration(&self, state: &[u8], answer: &str) -> Option<NewPasskey> {
        let server = RegistrationServerState::<HANDLE_LEN>::decode(state).ok()?;
        let answer = Registration::from_json_relaxed(answer.as_bytes()).ok()?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let made = server.verify(&self.id, &answer, &options).ok()?;
        Some(NewPasskey {
            credential: made.id().as_ref().to_vec(),
            public_key: made.static_state().encode().ok()?,
            state: made.dynamic_state().encode().ok()?.to_vec(),
        })
    }

    /// Asks for any passkey of this server, with the person verified by the authenticator.
    pub(super) fn begin_authentication(&self) -> Option<Ceremony> {
        let (server, client) =
            DiscoverableCredentialRequestOptions::passkey(&self.id).start_ceremony().ok()?;
        Some(Ceremony { options: serde_json::to_value(&client).ok()?, state: server.encode().ok()? })
    }

    /// Whether an answer is right for a passkey of a person; its state after the use. `None` when the answer is not to what
    /// was asked, from another site, signed by another key, or its counter went back.
    pub(super) fn finish_authentication(
        &self,
        asked: &[u8],
        Assertion(answer): &Assertion,
        [handle, public_key, state]: [&[u8]; 3],
    ) -> Option<Vec<u8>> {
        let server = DiscoverableAuthenticationServerState::decode(asked).ok()?;
        let handle = Handle::decode(handle.try_into().ok()?).ok()?;
        let mut passkey = AuthenticatedCredential::new(
            answer.raw_id(),
            &handle,
            PublicKey::decode(public_key).ok()?,
            DynamicState::decode(state.try_into().ok()?).ok()?,
        )
        .ok()?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        server.verify(&self.id, answer, &mut passkey, &options).ok()?;
        passkey.dynamic_state().encode().ok().map(|state| state.to_vec())
    }
}

impl Assertion {
    /// Reads an answer; `None` for what is none.
    pub(super) fn read(answer: &str) -> Option<Self> {
        DiscoverableAuthentication::from_json_relaxed(answer.as_bytes()).ok().map(Self)
    }

    /// The authenticator's name for the passkey.
    pub(super) fn credential(&self) -> Vec<u8> {
        self.0.raw_id().as_ref().to_vec()
    }
}

fn descriptor(id: Vec<u8>) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, ()> {
    let id = CredentialId::<Vec<u8>>::decode(id).map_err(|_| ())?;
    Ok(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).map_err(|_| ())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_take_passkeys_for_names_with_https_and_for_this_machine() {
        for (url, origin) in [
            ("https://keys.example.org", Some("https://keys.example.org")),
            ("https://keys.example.org:8443", Some("https://keys.example.org:8443")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://keys.example.org", None),
            ("https://192.0.2.1", None),
            ("http://127.0.0.1:8080", None),
            ("http://[::1]:8080", None),
            ("", None),
        ] {
            assert_eq!(RelyingParty::at(url).map(|rp| rp.origin).as_deref(), origin, "{url}");
        }
    }
}
