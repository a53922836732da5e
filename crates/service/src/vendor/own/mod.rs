//! What a reseller does: makes licenses within the balance, and sees what it made and who used it.

mod act;
mod list;
mod make;

pub use self::{
    act::OwnAct,
    list::OwnUser,
    make::{Length, OwnKeys},
};
