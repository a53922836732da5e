//! TLS: certificates out of files or from an authority, kept up to date, and what connections are secured with.

mod acceptor;
mod ends;
mod facts;
mod follow;
mod keep;
mod pair;
mod watch;

pub(crate) use acceptor::HTTP_2;
pub use acceptor::Tls;
pub(crate) use ends::tell;
pub use facts::CertificateFacts;
pub(crate) use follow::follow;
pub(crate) use keep::Kept;
pub use pair::{Pair, PairFiles};
pub(crate) use watch::Watched;
