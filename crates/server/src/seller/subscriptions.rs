//! Subscriptions: what the application offers, and what users have of it (`docs/protocol/seller.md`).

use claviger_service::vendor::{LEVEL_MAX, ManageError, Subscription};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Form, NEXT, PAGED, Param, Shape, Type, Types, field, need, text},
    list::List,
    settled, settled_if,
};

pub(crate) const TYPES: Types = &[
    Type::new("addsub", |request| add(request).boxed(), "Offers a subscription for a level of licenses.")
        .params(&[need("name", "Its name, at most 49 bytes"), need("level", "The level").form(Form::Integer)])
        .statuses(&[400])
        .changes(&["name", "level"]),
    Type::new(
        "delappsub",
        |request| delete(request).boxed(),
        "Takes an offer back; users keep what they have.",
    )
    .params(NAME)
    .changes(&["name"]),
    Type::new("editsub", |request| edit(request).boxed(), "Gives a subscription another level.")
        .params(&[need("sub", "Its name"), need("level", "The level").form(Form::Integer)])
        .changes(&["sub", "name", "level"]),
    Type::new("delsub", |request| delete_of_user(request).boxed(), "Deletes a subscription of a user.")
        .params(&[need("user", "Name of the user"), need("sub", "Name of the subscription")])
        .changes(&["user", "sub"]),
    Type::new("pausesub", |request| pause(request).boxed(), "Pauses a subscription of all users.")
        .params(SUBSCRIPTION)
        .changes(&["subscription"]),
    Type::new("unpausesub", |request| unpause(request).boxed(), "Lets a subscription of all users go on.")
        .params(SUBSCRIPTION)
        .changes(&["subscription"]),
    Type::new("countsubs", |request| count(request).boxed(), "Counts users' subscriptions that run.")
        .params(NAME)
        .data(&[field("count", Shape::Number)]),
    Type::new("fetchallsubs", |request| fetch_all(request).boxed(), "Lists what the application offers.")
        .params(PAGED)
        .data(&[field("subs", Shape::Rows(&[text("name"), text("level")])), NEXT])
        .statuses(&[400, 406]),
];

const NAME: &[Param] = &[need("name", "Name of the subscription")];
const SUBSCRIPTION: &[Param] = &[need("subscription", "Name of the subscription")];

const OFFERED: List<(usize, Subscription)> = List {
    message: "Successfully retrieved subscriptions",
    field: "subs",
    none: "No subscriptions found",
    name: |(number, _)| number.to_string(),
    numbered: true,
    line: None,
};

/// Longest name in bytes.
const NAME_MAX: usize = 49;

/// The level that a request names.
fn level(request: &Request) -> Result<String, SellerReply> {
    let level = request.text("level");
    if level.len() > LEVEL_MAX {
        return Err(SellerReply::failure("Level too long"));
    }
    if level.is_empty() || !level.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SellerReply::failure("Level must be a number"));
    }
    Ok(level)
}

async fn add(request: Request) -> Outcome {
    let level = level(&request)?;
    let name = request.stored("name", NAME_MAX)?.unwrap_or_default();
    let added = request.service().add_subscription(&request.app, Subscription { name, level }).await;
    settled(added, "Successfully created subscription!", "Failed to create subscription!")
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_subscription(&request.app, &request.text("name")).await;
    settled(deleted, "Successfully deleted subscription!", "Failed to delete subscription!")
}

async fn edit(request: Request) -> Outcome {
    let level = level(&request)?;
    // A published library sends `name`.
    let name = request.params.get_any(&["sub", "name"]).unwrap_or_default().into_owned();
    let edited = request.service().set_subscription_level(&request.app, Subscription { name, level }).await;
    settled(edited, "Subscription successfully edited", "Failed to edit subscription")
}

async fn delete_of_user(request: Request) -> Outcome {
    let (user, name) = (request.text("user"), request.text("sub"));
    let deleted = request.service().delete_user_subscription(&request.app, &user, name).await;
    settled_if(deleted, "Successfully deleted subscription!", "Failed to delete subscription!")
}

async fn pause(request: Request) -> Outcome {
    let paused = request.service().pause_subscription(&request.app, request.text("subscription")).await;
    settled_if(paused, "Successfully paused subscription!", "Failed to pause subscription!")
}

async fn unpause(request: Request) -> Outcome {
    let going = request.service().unpause_subscription(&request.app, request.text("subscription")).await;
    settled_if(going, "Successfully unpaused subscription!", "Failed to unpause subscription!")
}

async fn count(request: Request) -> Outcome {
    let Some(name) = request.params.get("name") else {
        return failure("Paramater with name \"name\" missing");
    };
    match request.service().count_subscribers(&request.app, &name).await {
        Ok(count) => {
            let reply = SellerReply::success("Subscription count found successfully");
            Ok(reply.with("count", &count).into())
        }
        Err(ManageError::Unknown { .. }) => failure("You haven't created a subscription with that name"),
        Err(error) => Err(error.into()),
    }
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        name: String,
        level: String,
    }
    let offered = request.service().subscriptions(&request.app).await?;
    // In the order of their making, which no column of the reply tells.
    let offered = offered.into_iter().enumerate().map(|(index, one)| (index + 1, one)).collect();
    let row = |(_, one): &(usize, Subscription)| Row { name: one.name.clone(), level: one.level.clone() };
    OFFERED.whole(&request, offered, row).await
}
