//! Chat channels, and who may not speak there (`docs/protocol/seller.md`).

use claviger_service::vendor::{Channel, ManageError};
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Form, NEXT, PAGED, Param, Shape, Type, Types, field, may, need, text},
    list::List,
    settled, settled_if, telling,
};

pub(crate) const TYPES: Types = &[
    Type::new("addchannel", |request| add(request).boxed(), "Adds a chat channel.")
        .params(&[
            need("name", "Its name, at most 50 bytes"),
            may("delay", "Seconds between two messages of a user; 0 unless given").form(Form::Integer),
        ])
        .statuses(&[400])
        .changes(&["name"]),
    Type::new("delchannel", |request| delete(request).boxed(), "Deletes a chat channel with its messages.")
        .params(NAME)
        .changes(&["name"]),
    Type::new("editchan", |request| edit(request).boxed(), "Changes the delay of a chat channel.")
        .params(&[
            need("name", "Its name"),
            need("delay", "Minutes between two messages of a user, decimals allowed").form(Form::Decimal),
        ])
        .changes(&["name", "delay"]),
    Type::new("clearchannel", |request| clear(request).boxed(), "Deletes the messages of a chat channel.")
        .params(NAME)
        .changes(&["name"]),
    Type::new("muteuser", |request| mute(request).boxed(), "Keeps a user from speaking for a while.")
        .params(&[
            need("user", "Name of the user"),
            need("time", "For how long, in seconds").form(Form::Integer),
        ])
        .changes(&["user", "time"]),
    Type::new("unmuteuser", |request| unmute(request).boxed(), "Lets a user speak again.")
        .params(&[need("user", "Name of the user")])
        .changes(&["user"]),
    Type::new("fetchallchats", |request| fetch_all(request).boxed(), "Lists the chat channels.")
        .params(PAGED)
        .data(&[field("chats", Shape::Rows(&[text("name"), field("delay", Shape::Number)])), NEXT])
        .statuses(&[400, 406]),
    Type::new("fetchallmutes", |request| mutes(request).boxed(), "Lists who may not speak, and until when.")
        .params(PAGED)
        .data(&[field("mutes", Shape::Rows(&[text("user"), text("time")])), NEXT])
        .statuses(&[400, 406]),
];

const NAME: &[Param] = &[need("name", "Its name")];
/// Longest name in bytes.
const NAME_MAX: usize = 50;

const CHANNELS: List<Channel> = List {
    message: "Successfully retrieved chats",
    field: "chats",
    none: "No chats found",
    name: |channel| channel.name.clone(),
    numbered: false,
    line: None,
};

const MUTES: List<(String, i64)> = List {
    message: "Successfully retrieved mutes",
    field: "mutes",
    none: "No mutes found",
    name: |(user, _)| user.clone(),
    numbered: false,
    line: None,
};

async fn add(request: Request) -> Outcome {
    let Some(name) = request.stored("name", NAME_MAX)? else { return failure("Channel name not specified") };
    let delay = request.params.number_or("delay", 0);
    let added = request.service().add_channel(&request.app, Channel { name, delay }).await;
    settled(added, "Successfully created channel!", "Failed to create channel!")
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_channel(&request.app, &request.text("name")).await;
    settled(deleted, "Successfully deleted channel!", "Failed to delete channel!")
}

async fn edit(request: Request) -> Outcome {
    const FAILED: &str = "Failed To update channel!";
    let minutes = request.params.get("delay").and_then(|text| text.parse::<f64>().ok());
    let Some(minutes) = minutes.filter(|minutes| minutes.is_finite()) else { return failure(FAILED) };
    let (name, delay) = (request.text("name"), (minutes * 60.0).round() as i64);
    let before = request.service().channel(&request.app, &name).await?;
    let set = request.service().set_channel_delay(&request.app, Channel { name, delay }).await;
    let changes = before.map(|before| format!("delay: {} → {delay}", before.delay)).unwrap_or_default();
    telling(settled(set, "Successfully updated channel!", FAILED), changes)
}

async fn clear(request: Request) -> Outcome {
    let cleared = request.service().clear_channel(&request.app, &request.text("name")).await;
    settled_if(cleared, "Successfully cleared channel!", "Failed to clear channel!")
}

async fn mute(request: Request) -> Outcome {
    let seconds = request.params.get("time").and_then(|text| text.parse::<i64>().ok());
    let Some(seconds) = seconds else { return failure("Invalid time paramater, must be number") };
    match request.service().mute(&request.app, &request.text("user"), seconds).await {
        Err(ManageError::Unknown { .. }) => failure("User doesn't exist!"),
        muted => settled(muted, "Successfully muted user!", "Failed to mute user!"),
    }
}

async fn unmute(request: Request) -> Outcome {
    let unmuted = request.service().unmute(&request.app, &request.text("user")).await;
    settled_if(unmuted, "Successfully unmuted user!", "Failed to unmute user!")
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        name: String,
        /// A number: the published Rust crate reads one.
        delay: i64,
    }
    let channels = request.service().channels(&request.app).await?;
    let row = |channel: &Channel| Row { name: channel.name.clone(), delay: channel.delay };
    CHANNELS.whole(&request, channels, row).await
}

async fn mutes(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        user: String,
        time: String,
    }
    let mutes = request.service().mutes(&request.app).await?;
    let row = |(user, until): &(String, i64)| Row { user: user.clone(), time: until.to_string() };
    MUTES.whole(&request, mutes, row).await
}
