//! Names and limits that several use cases share.

/// Longest user name and license key in bytes.
pub const NAME_MAX: usize = 70;
/// Names that no user may have: the Seller API means everybody by it.
pub(crate) const RESERVED: &str = "all";
/// Bytes of randomness in a token of the token system.
pub(crate) const TOKEN_BYTES: usize = 16;
/// How long an event of a shop is remembered, in seconds.
pub(crate) const EVENT_SECONDS: i64 = 86_400;

/// Whether a request means everybody by a name: in letters of either case, and in no form that only looks alike.
pub(crate) fn is_everybody(name: &str) -> bool {
    name.eq_ignore_ascii_case(RESERVED)
}
