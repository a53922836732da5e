//! Subscriptions that users have.

mod changes;
mod rows;

pub use self::{
    changes::{Extension, Pause, extend, hand_over, pause, subtract, unpause},
    rows::{
        Deleted, Standing, UserSubscription, any, count_ending, count_running, delete, give, of_user,
        of_users, set,
    },
};
