//! Types that are gone (`docs/protocol/seller.md`).

use futures_util::FutureExt;

use super::{
    failure,
    kind::{Type, Types},
};

const DEPRECATED: &str = "Endpoint Deprecated, you can no longer use keys directly. A user is created from the \
    key, and that user has a HWID and IP associated with it.";

pub(crate) const TYPES: Types = &[
    Type::new("reset", |_| async { failure(DEPRECATED) }.boxed(), "Retired: always fails.").any_key(),
    Type::new("addhwid", |_| async { failure(DEPRECATED) }.boxed(), "Retired: always fails.").any_key(),
];
