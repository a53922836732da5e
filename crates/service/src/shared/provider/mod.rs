//! An identity provider as OpenID Connect has it: what it tells of itself, and whether what it says of somebody is true.

mod claims;
mod client;
mod fault;
mod http;
mod known;
mod options;
#[cfg(test)]
mod tests;

pub use self::options::ProviderOptions;
pub(crate) use self::{
    claims::Claims,
    client::{Provider, Wanted},
    fault::ProviderFault,
    http::Way,
};
