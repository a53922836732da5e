//! People who sign in to the dashboard: owners, and accounts that owners have made for others.

pub mod credentials;
pub mod factors;
pub mod forget;
pub mod identities;
pub mod invitations;
pub mod log;
pub mod passkeys;
pub mod profile;
pub mod sign_ins;
pub mod used;
