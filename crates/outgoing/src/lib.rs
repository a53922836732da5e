//! What the server calls: web servers, by one client that keeps away from inner addresses, a mail server, an object
//! store, a collector of traces, and an authority for certificates.

mod authority;
mod call;
mod cause;
mod client;
mod collector;
mod guard;
mod inner;
mod mail;
mod object_answer;
mod object_completion;
mod objects;
mod own;
mod target;
#[cfg(test)]
mod testing;
mod tls;

pub use authority::Authority;
pub use call::{Answer, Call, CallError, Redirects};
pub use client::{Incoming, Outgoing, OutgoingOptions, is_web};
pub use collector::Collector;
pub use inner::is_inner;
pub use mail::{MailError, MailOptions, Mailer};
pub use object_answer::ObjectError;
pub use object_completion::Whole;
pub use objects::{Download, ObjectOptions, Objects};
pub use target::{AllowedTarget, BadTarget};
pub use tls::trusting;
