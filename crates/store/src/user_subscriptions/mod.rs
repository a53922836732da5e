//! Subscriptions that users have.

mod changes;
mod ends;
mod rows;

pub(crate) use self::rows::columns;
pub use self::{
    changes::{Extension, Pause, Touched, extend, hand_over, pause, subtract, unpause},
    ends::{Ends, ends},
    rows::{
        Deleted, NameCount, Standing, UserSubscription, any, count_ending, count_running, counts, delete,
        give, of_user, of_users, set,
    },
};
