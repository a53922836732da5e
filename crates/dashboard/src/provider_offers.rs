//! Identity providers as pages offer them.

use claviger_service::people::ProviderName;

use crate::{
    addresses::{Link, part},
    visit::Visit,
};

/// A provider as a page offers it.
pub(crate) struct Offer {
    pub name: String,
    pub address: String,
}

/// The providers, with where an act with them is.
pub(crate) fn offers(visit: &Visit, act: &str, next: &str) -> Vec<Offer> {
    let next = Some(next).filter(|next| !next.is_empty());
    let offer = |provider: ProviderName| Offer {
        address: Link::new(format!("/dashboard/-/provider/{}/{act}", part(&provider.slug)))
            .with_some("next", next)
            .into(),
        name: provider.name,
    };
    visit.service().providers().into_iter().map(offer).collect()
}
