//! People who sign in to the dashboard: owners, and accounts that owners have made for others.

pub mod credentials;
pub mod forget;
pub mod log;
pub mod profile;
pub mod sign_ins;
