//! A type of request: its name, what it does, and what callers are told of it (`/api/openapi.json`).

use claviger_wire::seller::SellerParams;
use futures_util::future::BoxFuture;

use super::{Outcome, Request};

/// What a type does.
pub(crate) type Handler = fn(Request) -> BoxFuture<'static, Outcome>;
/// The types of an area.
pub(crate) type Types = &'static [Type];

/// A type of request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    /// Its name as callers know it; case does not matter.
    pub(crate) name: &'static str,
    /// Other names of the same.
    pub(crate) aliases: &'static [&'static str],
    /// What it does, in a sentence.
    pub(crate) about: &'static str,
    pub(crate) run: Handler,
    /// Parameters, apart from those that every type has.
    pub(crate) params: &'static [Param],
    /// What a success holds besides `success` and `message`.
    pub(crate) data: &'static [Field],
    /// HTTP statuses besides 200 and those of the common checks.
    pub(crate) statuses: &'static [u16],
    /// It changes something: the parameters that say to what, for the audit log.
    pub(crate) changes: Option<&'static [&'static str]>,
    /// A success has no `message`.
    pub(crate) silent: bool,
    /// Flags, in the spellings of one, with which it changes users too.
    pub(crate) users_too: &'static [&'static str],
    /// It tells nothing that a key could be denied.
    pub(crate) any_key: bool,
}

impl Type {
    pub(crate) const fn new(name: &'static str, run: Handler, about: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            about,
            run,
            params: &[],
            data: &[],
            statuses: &[],
            changes: None,
            silent: false,
            users_too: &[],
            any_key: false,
        }
    }

    pub(crate) const fn alias(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub(crate) const fn params(self, params: &'static [Param]) -> Self {
        Self { params, ..self }
    }

    pub(crate) const fn data(self, data: &'static [Field]) -> Self {
        Self { data, ..self }
    }

    pub(crate) const fn statuses(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }

    /// Marks a type that changes something; `targets` are the parameters that say to what.
    pub(crate) const fn changes(self, targets: &'static [&'static str]) -> Self {
        Self { changes: Some(targets), ..self }
    }

    pub(crate) const fn silent(self) -> Self {
        Self { silent: true, ..self }
    }

    /// Marks a type that changes users too where one of these flags is set.
    pub(crate) const fn users_too(self, flags: &'static [&'static str]) -> Self {
        Self { users_too: flags, ..self }
    }

    /// Marks a type that every key may use, whatever its rights.
    pub(crate) const fn any_key(self) -> Self {
        Self { any_key: true, ..self }
    }

    /// What a request of this type is about, for the audit log; `None` when it only reads.
    pub(crate) fn target(&self, params: &SellerParams) -> Option<String> {
        let values = self.changes?.iter().filter_map(|name| params.get(name));
        Some(values.map(std::borrow::Cow::into_owned).collect::<Vec<_>>().join(" "))
    }
}

/// A parameter of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    pub(crate) form: Form,
}

/// What a parameter looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Any text.
    Text,
    /// `1` or `0`; the words that mean the same are accepted too.
    Flag,
    /// A whole number.
    Integer,
    /// A number, decimals allowed.
    Decimal,
    /// A number, a date or `never`.
    Term,
}

/// A parameter that must be there.
pub(crate) const fn need(name: &'static str, about: &'static str) -> Param {
    Param { name, about, required: true, form: Form::Text }
}

/// A parameter that may be left out.
pub(crate) const fn may(name: &'static str, about: &'static str) -> Param {
    Param { name, about, required: false, form: Form::Text }
}

impl Param {
    pub(crate) const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

/// Whether a ban of a user blacklists the address too.
pub(crate) const BAN_IP: Param =
    may("ip", "1: the user's address is blacklisted too, 0: it is not; else as `banBlacklistsIp` says")
        .form(Form::Flag);

/// `limit` and `cursor`, which every long list has.
pub(crate) const LIMIT: Param =
    may("limit", "At most so many rows (1 to 10000); without it the whole list comes").form(Form::Integer);
pub(crate) const CURSOR: Param = may("cursor", "Where the page begins: the `cursor` of the page before");
/// The parameters of a list that has no others.
pub(crate) const PAGED: &[Param] = &[LIMIT, CURSOR];

/// A field of a success.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// It may be missing.
    pub(crate) optional: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// A text or null.
    TextOrNull,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// Always null.
    Null,
    /// A list of texts.
    Texts,
    /// An object.
    Object(&'static [Field]),
    /// A list of objects.
    Rows(&'static [Field]),
}

/// A field that is always there.
pub(crate) const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, optional: false }
}

/// A text that is always there.
pub(crate) const fn text(name: &'static str) -> Field {
    field(name, Shape::Text)
}

/// A text or null.
pub(crate) const fn nullable(name: &'static str) -> Field {
    field(name, Shape::TextOrNull)
}

/// A field that may be missing.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, optional: true }
}

/// Where the next page of a list begins; missing on the last one.
pub(crate) const NEXT: Field = optional("cursor", Shape::Text);
