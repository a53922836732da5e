//! Who asks, for what outlives the request.

use std::future::Future;

tokio::task_local! {
    static BY: String;
}

/// Does something on behalf of somebody: jobs that it begins tell the name.
pub async fn on_behalf_of<T>(name: String, work: impl Future<Output = T>) -> T {
    BY.scope(name, work).await
}

/// On whose behalf the task works; empty: nobody said.
pub(crate) fn by() -> String {
    BY.try_with(Clone::clone).unwrap_or_default()
}
