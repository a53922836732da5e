//! The key that an address names.

use claviger_service::vendor::ShownKey;

use crate::{fault::Fault, visit::Visit};

/// The key that the path names.
pub(super) async fn named(visit: &Visit) -> Result<ShownKey, Fault> {
    let id: i64 = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    let keys = visit.service().seller_keys(visit.app()?).await?;
    keys.into_iter().find(|key| key.id == id).ok_or(Fault::NotFound)
}
