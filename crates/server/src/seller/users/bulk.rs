//! Changes of all users, and of subscriptions of one user or all (`docs/protocol/seller.md`).

use claviger_domain::{SECONDS_MAX, TermError, Unit};
use claviger_service::vendor::{ManageError, Target};
use futures_util::FutureExt;

use crate::seller::{
    Outcome, Request, failure,
    kind::{Form, Type, Types, may, need},
    settled_if, too_long,
};

pub(crate) const TYPES: Types = &[
    Type::new(
        "delexpusers",
        |request| delete_expired(request).boxed(),
        "Deletes users without a running or paused subscription.",
    )
    .changes(&[]),
    Type::new("delallusers", |request| delete_all(request).boxed(), "Deletes all users; the sessions end.")
        .changes(&[]),
    Type::new(
        "resetalluser",
        |request| reset_all(request).boxed(),
        "Forgets the devices of all users; the sessions end.",
    )
    .changes(&[]),
    Type::new("extend", |request| extend(request).boxed(), "Prolongs a subscription of a user, or of all.")
        .params(&[
            need("user", "Name of the user, or `all`"),
            need("sub", "Name of the subscription"),
            need(
                "expiry",
                "How much longer, in days, decimals allowed; or `never`; or the date of its end, UTC",
            )
            .form(Form::Term),
            may("activeOnly", "Only where it runs or is paused; else users without it get it")
                .form(Form::Flag),
        ])
        .changes(&["user", "sub", "expiry"]),
    Type::new(
        "subtract",
        |request| subtract(request).boxed(),
        "Shortens a subscription of a user, or of all.",
    )
    .params(&[
        need("user", "Name of the user, or `all`"),
        need("sub", "Name of the subscription"),
        need("seconds", "How much shorter, in seconds").form(Form::Integer),
    ])
    .changes(&["user", "sub", "seconds"]),
];

async fn delete_expired(request: Request) -> Outcome {
    if !request.service().has_users(&request.app).await? {
        return failure("You have no users!");
    }
    let deleted = request.service().delete_expired_users(&request.app).await;
    settled_if(deleted, "Successfully deleted expired users!", "No users are expired!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_users(&request.app).await;
    settled_if(deleted, "Successfully deleted all users!", "Failed to delete all users!")
}

async fn reset_all(request: Request) -> Outcome {
    let reset = request.service().reset_all_hwids(&request.app).await;
    settled_if(reset, "Successfully reset all users!", "Failed to reset all users!")
}

async fn extend(request: Request) -> Outcome {
    let term = match request.term("expiry", Unit::Days) {
        Err(TermError::Malformed) => return failure("Expiry not set correctly, must be number of days"),
        Err(TermError::TooLong) => return failure(too_long("Expiry", Unit::Days)),
        term => term,
    };
    let name = request.text("sub");
    let offered = request.service().subscriptions(&request.app).await?;
    if !offered.iter().any(|offered| offered.name == name) {
        return failure("Subscription not found!");
    }
    let Ok(term) = term else { return failure("Subscription expiry must be set in the future!") };
    let target = Target::new(&request.text("user"));
    let active_only = request.params.flag(&["activeOnly", "active_only"]);
    match request.service().extend(&request.app, target, name, term, active_only).await {
        Err(ManageError::Unknown { .. }) => failure("User(s) not found!"),
        extended => settled_if(extended, "Successfully extended user(s)!", "Failed to extend user(s)"),
    }
}

async fn subtract(request: Request) -> Outcome {
    let seconds = request.params.number_or("seconds", 0);
    if seconds <= 0 {
        return failure("Seconds specified must be greater than zero!");
    }
    let (target, name) = (Target::new(&request.text("user")), request.text("sub"));
    let seconds = seconds.min(SECONDS_MAX);
    let shortened = request.service().subtract(&request.app, target, name, seconds).await;
    settled_if(
        shortened,
        "Successfully subtracted time from subscription!",
        "Failed to subtract from susbcriptions!",
    )
}
