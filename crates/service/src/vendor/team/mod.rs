//! Accounts that owners make for others: resellers, who make licenses, and managers, who work on an application.

mod balances;
mod identity;
mod links;
mod members;
mod page;
mod rest;

pub use self::{
    links::LINK_LASTS_MAX,
    members::{AddAccount, NewMember, may},
    page::{Member, MemberDetails},
};
