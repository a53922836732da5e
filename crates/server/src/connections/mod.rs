//! Connections: how many there may be in all and from one address, who gives way when room gets short, and how slow
//! each may be in both directions.

mod accept;
mod attend;
mod bounds;
mod clock;
mod connection;
mod entrance;
mod fault;
mod figures;
mod handshake;
mod hub;
mod meter;
mod multiplexed;
mod one_of;
mod socket;
mod stream;
mod streams;
mod table;
mod told;

pub(crate) use accept::{look, run};
pub use bounds::ConnectionBounds;
pub(crate) use connection::Connection;
pub(crate) use entrance::Entrance;
pub use figures::Figures;
pub use hub::Hub;
