//! Types about the settings of an application.

mod params;
mod update;

pub(super) use update::TYPES;
