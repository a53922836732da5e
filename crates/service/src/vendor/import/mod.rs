//! Licenses of a list: read, compared with what is there, and made by a job, all or none.

mod list;
mod make;
mod table;

pub use self::{
    list::{IMPORT_MAX, List, Listed, Refused, Usual},
    make::Imported,
};
