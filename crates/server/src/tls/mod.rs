//! TLS: certificates out of files, kept up to date, and what connections are secured with.

mod acceptor;
mod facts;
mod pair;
mod watch;

pub(crate) use acceptor::HTTP_2;
pub use acceptor::Tls;
pub use facts::CertificateFacts;
pub use pair::{Pair, PairFiles};
pub(crate) use watch::watch;
