//! What people are told when a provider was of no use. The operator's log gets all of it.

use crate::{
    people::error::PeopleError,
    shared::provider::{Claims, Provider, ProviderFault},
};

/// The sentence for a person, and a line in the operator's log.
pub(super) fn told(provider: &Provider, fault: &ProviderFault) -> PeopleError {
    let name = &provider.options.name;
    tracing::warn!(provider = %name, error = %fault, "a sign-in through an identity provider failed");
    match fault {
        ProviderFault::Away(_) => PeopleError::ProviderAway(format!(
            "{name} cannot be reached now. Try again in a moment, or sign in another way."
        )),
        ProviderFault::Refused(why) if why == "access_denied" => {
            PeopleError::Provider(format!("{name} did not let you in, or you said no."))
        }
        ProviderFault::Refused(_) => PeopleError::Provider(format!(
            "{name} refused. Begin again; if that does not help, tell whoever runs this server."
        )),
        ProviderFault::Unfit(_) => PeopleError::Provider(format!(
            "What {name} said cannot be believed, so nothing was changed. Begin again; if that does not help, tell whoever \
             runs this server."
        )),
    }
}

/// Why somebody whom the provider knows is nobody here, and what to do.
pub(super) fn not_linked(claims: &Claims, name: &str) -> PeopleError {
    PeopleError::NotLinked(if claims.email_unverified {
        format!(
            "{name} has not verified your e-mail address, so it is not believed here. Verify it there, or sign in another way \
             and link the account on your account page."
        )
    } else {
        format!(
            "Nobody here is linked with this account of {name}. Sign in another way and link it on your account page, or \
             ask whoever made your account."
        )
    })
}
