//! The Seller API: managing one application with its seller key (`docs/protocol/seller.md`).

mod access;
mod accounts;
mod answer;
mod application;
mod buttons;
mod chats;
mod checks;
mod files;
mod handle;
mod kind;
mod licenses;
mod list;
mod logs;
mod receive;
mod record;
mod request;
mod retired;
mod sessions;
mod settings;
mod size;
mod subjects;
mod subscriptions;
mod table;
mod users;
mod variables;
mod webhooks;
mod why;

pub use self::table::{ListedType, listed};
use self::{
    answer::{
        Answer, Outcome, Stop, failure, settled, settled_if, silent, success, telling, too_long, unknown,
    },
    request::Request,
};
pub(crate) use self::{
    handle::routes,
    kind::{Field, Form, Param, Shape, Type, may},
    table::{AREAS, Area, type_names, types},
};
