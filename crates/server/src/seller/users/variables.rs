//! Variables of users (`docs/protocol/seller.md`).

use claviger_service::vendor::{ManageError, OwnedVariable, Target, UserVariable};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use crate::seller::{
    Outcome, Request, failure,
    kind::{Field, Form, NEXT, PAGED, Shape, Type, Types, field, may, need, text},
    list::List,
    settled, settled_if,
};

pub(crate) const TYPES: Types = &[
    Type::new("setvar", |request| set(request).boxed(), "Sets a variable of a user, or of all.")
        .params(&[
            need("user", "Name of the user, or `all`"),
            need("var", "Name of the variable, at most 99 bytes"),
            need("data", "Its value, at most 500 bytes"),
            may("readOnly", "Programs may not change it").form(Form::Flag),
        ])
        .statuses(&[400])
        .changes(&["user", "var"]),
    Type::new("getvar", |request| get(request).boxed(), "Tells a variable of a user.")
        .alias(&["getuservardata"])
        .params(&[need("user", "Name of the user"), need("var", "Name of the variable")])
        .data(&[text("response"), text("data")])
        .statuses(&[404]),
    Type::new("deluservar", |request| delete(request).boxed(), "Deletes a variable of a user.")
        .params(&[need("user", "Name of the user"), need("var", "Name of the variable")])
        .changes(&["user", "var"]),
    Type::new("massUserVarDelete", |request| delete_all(request).boxed(), "Deletes a variable of all users.")
        .params(&[need("name", "Name of the variable")])
        .changes(&["name", "var"]),
    Type::new("fetchalluservars", |request| fetch_all(request).boxed(), "Lists variables of all users.")
        .params(PAGED)
        .data(&[field("vars", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
];

const ROW: &[Field] = &[text("name"), text("data"), text("user")];

/// Longest name of a variable in bytes.
const NAME_MAX: usize = 99;
/// Longest value in bytes.
const VALUE_MAX: usize = 500;

const VARIABLES: List<OwnedVariable> = List {
    message: "Successfully retrieved user variables",
    field: "vars",
    none: "No user variables Found",
    name: |owned| format!("{}:{}", owned.user, owned.variable.name),
    numbered: false,
    line: None,
};

async fn set(request: Request) -> Outcome {
    let Some(name) = request.stored("var", NAME_MAX)? else { return failure("Must specify variable name") };
    let Some(value) = request.stored("data", VALUE_MAX)? else {
        return failure("Must specify variable data");
    };
    let new = UserVariable { name, value, read_only: request.params.flag(&["readOnly"]) };
    let target = Target::new(&request.text("user"));
    match request.service().set_variable_of(&request.app, target, new).await {
        Err(ManageError::Unknown { .. }) => failure("No users found!"),
        set => settled(set, "Successfully set variable!", "Failed to set variable!"),
    }
}

async fn get(request: Request) -> Outcome {
    let (user, name) = (request.text("user"), request.text("var"));
    let not_found = || SellerReply::failure("Variable not found for user").status(404);
    let found = match request.service().user(&request.app, &user).await {
        Ok(found) => found,
        Err(ManageError::Unknown { .. }) => return Err(not_found().into()),
        Err(error) => return Err(error.into()),
    };
    let variable = found.variables.into_iter().find(|variable| variable.name == name);
    let value = variable.ok_or_else(not_found)?.value;
    let reply = SellerReply::success("Successfully retrieved variable");
    Ok(reply.with("response", &value).with("data", &value).text(value).into())
}

async fn delete(request: Request) -> Outcome {
    let (user, name) = (request.text("user"), request.text("var"));
    let deleted = request.service().delete_user_variable(&request.app, &user, &name).await;
    settled(deleted, "Successfully deleted variable", "Failed to delete variable")
}

async fn delete_all(request: Request) -> Outcome {
    // A published library sends `var`.
    let name = request.params.get_any(&["name", "var"]).unwrap_or_default().into_owned();
    let deleted = request.service().delete_variable_of_all(&request.app, name).await;
    settled_if(
        deleted,
        "Successfully deleted user variables with that name!",
        "Failed to delete user variables with that name!",
    )
}

async fn fetch_all(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Row {
        name: String,
        data: String,
        user: String,
    }
    let (service, app) = (request.service().clone(), request.app.id);
    let read = move |after: String, limit| {
        let service = service.clone();
        async move { service.variables_of_users(app, &after, limit).await }.boxed()
    };
    let row = |owned: &OwnedVariable| Row {
        name: owned.variable.name.clone(),
        data: owned.variable.value.clone(),
        user: owned.username.clone(),
    };
    VARIABLES.answer(&request, Box::new(read), row).await
}
