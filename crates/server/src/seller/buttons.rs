//! Buttons of the web loader (`docs/protocol/seller.md`).

use claviger_service::vendor::Button;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request,
    kind::{NEXT, PAGED, Shape, Type, Types, field, need, text},
    list::List,
    settled, settled_if,
};

pub(crate) const TYPES: Types = &[
    Type::new("addbutton", |request| add(request).boxed(), "Adds a button of the web loader.")
        .params(&[
            need("value", "What programs get when it is pressed, at most 99 bytes without blanks"),
            need("text", "What is written on it, at most 99 bytes"),
        ])
        .statuses(&[400])
        .changes(&["value"]),
    Type::new("delbutton", |request| delete(request).boxed(), "Deletes a button.")
        .params(&[need("value", "The button's value")])
        .changes(&["value"]),
    Type::new("delallbuttons", |request| delete_all(request).boxed(), "Deletes all buttons.").changes(&[]),
    Type::new("fetchallbuttons", |request| fetch_all(request).boxed(), "Lists the buttons.")
        .params(PAGED)
        .data(&[field("buttons", Shape::Rows(&[text("text"), text("value")])), NEXT])
        .statuses(&[400, 406]),
];

/// Longest value and longest text in bytes.
const TEXT_MAX: usize = 99;

const BUTTONS: List<Button> = List {
    message: "Successfully retrieved buttons",
    field: "buttons",
    none: "No buttons found",
    name: |button| button.value.clone(),
    numbered: false,
    line: None,
};

async fn add(request: Request) -> Outcome {
    let value = request.stored("value", TEXT_MAX)?.unwrap_or_default();
    let label = request.stored("text", TEXT_MAX)?.unwrap_or_default();
    let added = request.service().add_button(&request.app, Button { value, label }).await;
    settled(
        added,
        "Succesfully added button!",
        "Failed to add button! You can't have two button with the same value.",
    )
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_button(&request.app, &request.text("value")).await;
    settled(deleted, "Successfully deleted button!", "Failed to delete button!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_buttons(&request.app).await;
    settled_if(deleted, "Successfully deleted all buttons!", "Failed to delete all buttons!")
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        text: String,
        value: String,
    }
    let buttons = request.service().buttons(&request.app).await?;
    let row = |button: &Button| Row { text: button.label.clone(), value: button.value.clone() };
    BUTTONS.whole(&request, buttons, row).await
}
