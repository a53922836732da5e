//! The customers' panel of an application, at `/panel/OWNER/APP/`: for the end users of a vendor's program. It has a door,
//! a table of routes and a frame of its own; what it says is in `languages/`.

mod door;
mod fault;
mod frame;
mod moments;
mod pages;
mod refusal;
mod reply;
mod reset;
mod route;
mod table;
mod visit;
mod words;

pub(crate) use self::{door::routes, frame::base_of};
pub use self::{
    route::PanelNeed,
    table::{PanelListed, panel_listed},
};

/// The codes and names of the languages that the panel speaks.
pub(crate) fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    words::Words::all()
}
