//! What the server calls: web servers, by one client that keeps away from inner addresses, and a mail server.

mod call;
mod client;
mod guard;
mod inner;
mod mail;
mod own;
mod target;
#[cfg(test)]
mod testing;
mod tls;

pub use call::{Answer, Call, CallError, Redirects};
pub use client::{Incoming, Outgoing, OutgoingOptions, is_web};
pub use inner::is_inner;
pub use mail::{MailError, MailOptions, Mailer};
pub use target::{AllowedTarget, BadTarget};
