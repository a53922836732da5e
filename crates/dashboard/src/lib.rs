//! Claviger's pages for people: the vendor's dashboard. One file per page, its template beside it in `templates/`;
//! what every page needs is made once: the door that all requests pass ([`door`]), forms, tables, live updates.

mod addresses;
mod assets;
mod browsers;
mod confirm;
mod cookies;
mod door;
mod fault;
mod fields;
mod frame;
mod live;
mod moment;
mod pages;
mod people_refusal;
mod plots;
mod record;
mod reply;
mod rights;
mod route;
mod session_filter;
mod session_rows;
mod setting_groups;
mod settings_change;
mod snippets;
mod state;
mod state_tags;
mod table;
mod tables;
mod visit;

pub use door::routes;
pub use pages::invitation_link;
pub use rights::Need;
pub use route::Method;
pub use state::State;
pub use table::{Listed, listed};
