//! Variables of the application (`docs/protocol/seller.md`).

use claviger_service::vendor::{ManageError, Variable};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Outcome, Request, failure,
    kind::{Field, Form, NEXT, PAGED, Param, Shape, Type, Types, field, may, need, text},
    list::List,
    settled, settled_if,
};

pub(crate) const TYPES: Types = &[
    Type::new("addvar", |request| add(request).boxed(), "Adds a variable of the application.")
        .params(&[
            need("name", "Its name, at most 49 bytes"),
            need("data", "Its value, at most 1000 bytes"),
            need("authed", "1: only after a login; 0: for all").form(Form::Flag),
        ])
        .statuses(&[400])
        .changes(&["name"]),
    Type::new("editvar", |request| edit(request).boxed(), "Changes a variable of the application.")
        .params(&[
            need("varid", "Its name"),
            need("data", "Its value, at most 1000 bytes"),
            may("authed", "1: only after a login; 0: for all; unchanged unless given").form(Form::Flag),
        ])
        .statuses(&[400])
        .changes(&["varid"]),
    Type::new("retrvvar", |request| get(request).boxed(), "Tells a variable: the message is its value.")
        .params(NAME)
        .data(&[text("authed")]),
    Type::new("delvar", |request| delete(request).boxed(), "Deletes a variable of the application.")
        .params(NAME)
        .changes(&["name"]),
    Type::new(
        "delallvars",
        |request| delete_all(request).boxed(),
        "Deletes all variables of the application.",
    )
    .changes(&[]),
    Type::new("fetchallvars", |request| fetch_all(request).boxed(), "Lists variables of the application.")
        .params(PAGED)
        .data(&[field("vars", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
];

const NAME: &[Param] = &[need("name", "Its name")];
const ROW: &[Field] = &[text("varid"), text("msg"), text("authed")];

/// Longest name in bytes.
const NAME_MAX: usize = 49;
/// Longest value in bytes.
const VALUE_MAX: usize = 1000;
const TOO_LONG: &str = "Data is too long. Must be less than 1000 characters. Use files for larger data";
/// `authed` is neither yes nor no.
pub(super) const AUTHED_UNCLEAR: &str =
    "Authed paramater must be 1 if you want to require login first, or 0 if you don't want to.";

const VARIABLES: List<Variable> = List {
    message: "Successfully retrieved variables",
    field: "vars",
    none: "No variables Found",
    name: |variable| variable.name.clone(),
    numbered: false,
    line: None,
};

/// Whether something is only for programs that have signed in; `None` when the request does not say.
pub(super) fn authed(request: &Request) -> Option<bool> {
    let value = request.params.get("authed")?.to_ascii_lowercase();
    match value.as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

async fn add(request: Request) -> Outcome {
    let value = request.text("data");
    if value.len() > VALUE_MAX {
        return failure(TOO_LONG);
    }
    let Some(authed) = authed(&request) else { return failure(AUTHED_UNCLEAR) };
    let name = request.stored("name", NAME_MAX)?.unwrap_or_default();
    match request.service().add_variable(&request.app, Variable { name, value, authed }).await {
        Err(ManageError::Taken { .. }) => failure("Variable name already exists!"),
        added => settled(added, "Successfully created variable!", "Failed to create variable!"),
    }
}

async fn edit(request: Request) -> Outcome {
    let Some(value) = request.params.get("data") else {
        return Err(SellerReply::missing_parameter("data").into());
    };
    if value.len() > VALUE_MAX {
        return failure(TOO_LONG);
    }
    let authed = match (request.params.get("authed").is_some(), authed(&request)) {
        (true, None) => return Err(SellerReply::invalid_parameter("authed").into()),
        (_, authed) => authed,
    };
    let edited = request.service().edit_variable(&request.app, &request.text("varid"), &value, authed).await;
    settled(edited, "Variable Edit Successful", "Variable not found")
}

async fn get(request: Request) -> Outcome {
    match request.service().variable(&request.app, &request.text("name")).await? {
        Some(variable) => {
            let authed = if variable.authed { "true" } else { "false" };
            Ok(SellerReply::success(variable.value.clone()).with("authed", &authed).into())
        }
        None => failure("Variable not found"),
    }
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_variable(&request.app, &request.text("name")).await;
    settled(deleted, "Successfully deleted variable!", "Failed to delete variable!")
}

async fn delete_all(request: Request) -> Outcome {
    let deleted = request.service().delete_all_variables(&request.app).await;
    settled_if(deleted, "Successfully deleted all variables!", "Failed to delete all variables!")
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        varid: String,
        msg: String,
        /// A text: the published Rust crate reads one.
        authed: &'static str,
    }
    let variables = request.service().variables(&request.app).await?;
    let row = |variable: &Variable| Row {
        varid: variable.name.clone(),
        msg: variable.value.clone(),
        authed: if variable.authed { "1" } else { "0" },
    };
    VARIABLES.whole(&request, variables, row).await
}
