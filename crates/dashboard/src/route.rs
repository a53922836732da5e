//! An address, what is there and who may go there. A page names what it needs where it is listed, so that no handler can
//! forget to ask.

use claviger_domain::Permission;
use futures_util::future::BoxFuture;

use crate::{fault::Answer, rights::Need, visit::Visit};

/// A page's function.
pub(crate) type Handler = fn(Visit) -> BoxFuture<'static, Answer>;

/// Whether a request reads or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes something.
    Post,
}

/// An address, and what is there.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub method: Method,
    /// As `matchit` reads it: `/dashboard/{app}/sessions`.
    pub pattern: &'static str,
    pub need: Need,
    /// Whether the person must have proved lately who they are.
    pub fresh: bool,
    /// Whether a file comes along, which is read as it comes.
    pub uploads: bool,
    /// Fields of the address or the form that change something else too, each with the permission that this needs besides.
    pub fields: &'static [(&'static str, Permission)],
    pub handler: Handler,
}

impl Route {
    pub const fn get(pattern: &'static str, need: Need, handler: Handler) -> Self {
        Self { method: Method::Get, pattern, need, fresh: false, uploads: false, fields: &[], handler }
    }

    pub const fn post(pattern: &'static str, need: Need, handler: Handler) -> Self {
        Self { method: Method::Post, pattern, need, fresh: false, uploads: false, fields: &[], handler }
    }

    /// Takes a file of any size: see [`crate::upload`].
    pub const fn upload(pattern: &'static str, need: Need, handler: Handler) -> Self {
        Self { method: Method::Post, pattern, need, fresh: false, uploads: true, fields: &[], handler }
    }

    /// As it is, for people who proved lately who they are: secrets and credentials.
    pub const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// As it is, but for whoever sends one of these fields without the permission that it needs besides.
    pub const fn fields(self, fields: &'static [(&'static str, Permission)]) -> Self {
        Self { fields, ..self }
    }
}
