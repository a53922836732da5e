//! What the server calls: web servers, by one client that keeps away from inner addresses, a mail server, and an object
//! store.

mod call;
mod client;
mod collector;
mod guard;
mod inner;
mod mail;
mod objects;
mod own;
mod target;
#[cfg(test)]
mod testing;
mod tls;

pub use call::{Answer, Call, CallError, Redirects};
pub use client::{Incoming, Outgoing, OutgoingOptions, is_web};
pub use collector::Collector;
pub use inner::is_inner;
pub use mail::{MailError, MailOptions, Mailer};
pub use objects::{Download, ObjectError, ObjectOptions, Objects};
pub use target::{AllowedTarget, BadTarget};
pub use tls::trusting;
