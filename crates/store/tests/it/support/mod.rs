//! What the tests share.

mod fixture;
mod place;

pub use fixture::{Fixture, NOW, new_session, next_id, seen, walk};
pub use place::Place;

/// Runs each named test, an `async fn` of a [`Fixture`], on both databases: as `name::sqlite` and `name::postgres`.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use crate::support::{Fixture, Place};

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$name(Fixture::open(Place::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$name(Fixture::open(Place::postgres()).await).await;
            }
        })*
    };
}
pub(crate) use both;
